// The IAM policy that the controller needs: every AWS call that stands in its source, and none besides.
import { globSync, readFileSync } from 'node:fs';
import { CLUSTER_TAG } from '../../api/aws.ts';
import type { Generated } from './main.ts';

/** IAM's name of the service behind each SDK client (AWS: Service Authorization Reference). */
const SERVICES: Readonly<Record<string, string>> = {
  'client-acm': 'acm',
  'client-ec2': 'ec2',
  'client-elastic-load-balancing-v2': 'elasticloadbalancing',
  'client-resource-groups-tagging-api': 'tag',
  'client-shield': 'shield',
  'client-sts': 'sts',
  'client-wafv2': 'wafv2',
};

/**
 * How far a call that changes something can be narrowed down. `creates`: the request must carry the cluster tag. `owns`:
 * the resource must carry it. `tags`: either, so that a tag cannot make a stranger's resource ours. `anywhere`: no
 * condition, because the call touches a resource without our tags (a node's security group, the target group of another
 * tool) or because IAM does not look at tags for it.
 */
type Reach = 'creates' | 'owns' | 'tags' | 'anywhere';

const REACH: Readonly<Record<string, Reach>> = {
  'ec2:AuthorizeSecurityGroupIngress': 'anywhere',
  'ec2:CreateSecurityGroup': 'anywhere',
  'ec2:CreateTags': 'tags',
  'ec2:DeleteSecurityGroup': 'owns',
  'ec2:DeleteTags': 'tags',
  'ec2:RevokeSecurityGroupIngress': 'anywhere',
  'elasticloadbalancing:AddListenerCertificates': 'anywhere',
  'elasticloadbalancing:AddTags': 'tags',
  'elasticloadbalancing:CreateListener': 'anywhere',
  'elasticloadbalancing:CreateLoadBalancer': 'creates',
  'elasticloadbalancing:CreateRule': 'anywhere',
  'elasticloadbalancing:CreateTargetGroup': 'creates',
  'elasticloadbalancing:DeleteListener': 'anywhere',
  'elasticloadbalancing:DeleteLoadBalancer': 'owns',
  'elasticloadbalancing:DeleteRule': 'anywhere',
  'elasticloadbalancing:DeleteTargetGroup': 'owns',
  'elasticloadbalancing:DeregisterTargets': 'anywhere',
  'elasticloadbalancing:ModifyCapacityReservation': 'owns',
  'elasticloadbalancing:ModifyIpPools': 'owns',
  'elasticloadbalancing:ModifyListener': 'anywhere',
  'elasticloadbalancing:ModifyListenerAttributes': 'owns',
  'elasticloadbalancing:ModifyLoadBalancerAttributes': 'owns',
  'elasticloadbalancing:ModifyRule': 'anywhere',
  'elasticloadbalancing:ModifyTargetGroup': 'owns',
  'elasticloadbalancing:ModifyTargetGroupAttributes': 'owns',
  'elasticloadbalancing:RegisterTargets': 'anywhere',
  'elasticloadbalancing:RemoveListenerCertificates': 'anywhere',
  'elasticloadbalancing:RemoveTags': 'tags',
  'elasticloadbalancing:SetIpAddressType': 'owns',
  'elasticloadbalancing:SetRulePriorities': 'anywhere',
  'elasticloadbalancing:SetSecurityGroups': 'owns',
  'elasticloadbalancing:SetSubnets': 'owns',
  'elasticloadbalancing:SetWebAcl': 'anywhere',
  'shield:CreateProtection': 'anywhere',
  'shield:DeleteProtection': 'anywhere',
  'wafv2:AssociateWebACL': 'anywhere',
  'wafv2:DisassociateWebACL': 'anywhere',
};

/**
 * What AWS does in our name while it carries out a call of ours: to make a rule that logs users in by Cognito it looks at the
 * client of the user pool; a web ACL is set on the load balancer, and shown to those who may see it (aws-model 11.6, the
 * policy that the LBC publishes; AWS WAFV2 API Reference, GetWebACLForResource).
 */
const ON_BEHALF: Readonly<Record<string, readonly string[]>> = {
  'elasticloadbalancing:CreateRule': ['cognito-idp:DescribeUserPoolClient'],
  'wafv2:AssociateWebACL': ['elasticloadbalancing:SetWebAcl'],
  'wafv2:DisassociateWebACL': ['elasticloadbalancing:SetWebAcl'],
  'wafv2:GetWebACLForResource': ['wafv2:GetWebACL'],
};

/** What only some need, and who does grants for the resources that are meant: roles of other accounts (docs/targetgroupbindings.md). */
const GRANTED_APART: readonly string[] = ['sts:AssumeRole'];

/** `service:Action` of every command that a TypeScript source imports from the SDK. */
export function actionsIn(source: string): string[] {
  const imports = /import \{([^}]*)\} from '@aws-sdk\/(client-[\w-]+)'/g;
  return [...source.matchAll(imports)].flatMap(([, names = '', client = '']) => {
    const service = SERVICES[client];
    if (service === undefined) throw new Error(`hack/generate/iam.ts does not know @aws-sdk/${client}`);
    return [...names.matchAll(/\b(\w+)Command\b/g)].map(([, action]) => `${service}:${action}`);
  });
}

/** The policy document (AWS: IAM JSON policy reference). @throws Error on a changing call whose reach is not decided. */
export function policyOf(actions: readonly string[]): object {
  const granted = actions.filter((action) => !GRANTED_APART.includes(action));
  const sorted = [...new Set(granted.flatMap((action) => [action, ...(ON_BEHALF[action] ?? [])]))].sort();
  const reads = sorted.filter((action) => /:(Describe|List|Get)/.test(action));
  const of = (reach: Reach) =>
    sorted.filter((action) => !reads.includes(action) && reachOf(action) === reach);
  const tag = (whose: 'RequestTag' | 'ResourceTag') => ({
    Null: { [`aws:${whose}/${CLUSTER_TAG}`]: 'false' },
  });
  return {
    Version: '2012-10-17',
    Statement: [
      statement('Read', reads),
      statement('Create', of('creates'), tag('RequestTag')),
      statement('ChangeOurs', [...of('owns'), ...of('tags')].sort(), tag('ResourceTag')),
      // A tag that is given while a resource is made; afterwards only what is ours already can be tagged.
      statement('TagWhatIsMade', ['elasticloadbalancing:AddTags'], {
        ...tag('RequestTag'),
        StringEquals: {
          'elasticloadbalancing:CreateAction': of('anywhere')
            .concat(of('creates'))
            .filter((action) => action.startsWith('elasticloadbalancing:Create'))
            .map((action) => action.slice('elasticloadbalancing:'.length))
            .sort(),
        },
      }),
      statement('TagSecurityGroupsThatAreMade', ['ec2:CreateTags'], {
        ...tag('RequestTag'),
        StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' },
      }),
      statement('Change', of('anywhere')),
      statement('FirstLoadBalancerOfAnAccount', ['iam:CreateServiceLinkedRole'], {
        StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' },
      }),
    ],
  };
}

function reachOf(action: string): Reach {
  const reach = REACH[action];
  if (reach === undefined) throw new Error(`hack/generate/iam.ts does not say how far ${action} reaches`);
  return reach;
}

function statement(Sid: string, Action: readonly string[], Condition?: object): object {
  return { Sid, Effect: 'Allow', Action, Resource: '*', ...(Condition === undefined ? {} : { Condition }) };
}

export const iam: Generated = {
  path: 'config/controller/iam-policy.json',
  render: async () => {
    const root = new URL('../../', import.meta.url);
    const sources = globSync('controller/**/*.ts', { cwd: root }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    const actions = sources.flatMap((file) => actionsIn(readFileSync(new URL(file, root), 'utf8')));
    return `${JSON.stringify(policyOf(actions), null, 2)}\n`;
  },
};
