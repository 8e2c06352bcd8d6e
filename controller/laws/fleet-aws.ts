// The AWS of a fleet on paper as the controller sees it: the SDK's clients, answered by the state machine without HTTP.
import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { ShieldClient } from '@aws-sdk/client-shield';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import { CLUSTER_TAG } from '../../api/aws.ts';
import { isAction, perform } from '../../local-aws/elb/perform.ts';
import type { Aws } from '../aws/client.ts';
import { CLUSTER, type Fleet, TOKENS } from './fleet.ts';

const first = { step: 'initialize', name: 'paper', priority: 'high' } as const;
const config = { region: 'us-west-2', credentials: { accessKeyId: 'paper', secretAccessKey: 'paper' } };

/** Everything tagged as this cluster's, as tag search gives it. */
function mappings({ elb: { state } }: Fleet): object[] {
  return [state.loadBalancers, state.targetGroups, state.listeners, state.rules]
    .flatMap((map): { arn: string; tags: Record<string, string> }[] => [...map.values()])
    .filter(({ tags }) => tags[CLUSTER_TAG] === CLUSTER)
    .map(({ arn, tags }) => ({
      ResourceARN: arn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
}

/**
 * Clients for reading. Calls that change something are answered as well, so that whoever makes one changes the fleet.
 * @throws Error for calls of services that a fleet has no answer to.
 */
export function awsOf(fleet: Fleet): Aws {
  const { state, context } = fleet.elb;
  const elbv2 = new ElasticLoadBalancingV2Client(config);
  const ec2 = new EC2Client(config);
  const tagging = new ResourceGroupsTaggingAPIClient(config);
  const wafv2 = new WAFV2Client(config);
  const unanswered = (command: string | undefined): never => {
    throw new Error(`nobody answers ${command} on paper`);
  };
  elbv2.middlewareStack.add(
    (_next, { commandName = '' }) =>
      async ({ input }) => {
        const action = commandName.replace(/Command$/, '');
        const output = isAction(action) ? perform(state, action, input, context) : unanswered(commandName);
        return { response: {}, output: { $metadata: {}, ...output } };
      },
    first,
  );
  ec2.middlewareStack.add(
    (_next, { commandName }) =>
      async () => {
        if (commandName !== 'DescribeSecurityGroupsCommand') return unanswered(commandName);
        return { response: {}, output: { $metadata: {}, SecurityGroups: [...fleet.securityGroups] } };
      },
    first,
  );
  tagging.middlewareStack.add(
    (_next, { commandName }) =>
      async () => {
        if (commandName !== 'GetResourcesCommand') return unanswered(commandName);
        return { response: {}, output: { $metadata: {}, ResourceTagMappingList: mappings(fleet) } };
      },
    first,
  );
  wafv2.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        const { ResourceArn = '' } = input as { ResourceArn?: string };
        const ARN = fleet.webAcls.get(ResourceArn);
        if (commandName === 'GetWebACLForResourceCommand')
          return { response: {}, output: { $metadata: {}, ...(ARN && { WebACL: { ARN } }) } };
        const { WebACLArn } = input as { WebACLArn?: string };
        const ResourceArns = [...fleet.webAcls].flatMap(([arn, acl]) => (acl === WebACLArn ? [arn] : []));
        return commandName === 'ListResourcesForWebACLCommand'
          ? { response: {}, output: { $metadata: {}, ResourceArns } }
          : unanswered(commandName);
      },
    first,
  );
  return {
    clusterName: CLUSTER,
    vpcId: TOKENS.get('VPC') ?? '',
    elbv2,
    ec2,
    acm: new ACMClient(config),
    tagging,
    wafv2,
    shield: new ShieldClient(config),
    assuming: () => unanswered('AssumeRole'),
    clientSecret: () => undefined,
    counts: new Map(),
    close: () => undefined,
  };
}
