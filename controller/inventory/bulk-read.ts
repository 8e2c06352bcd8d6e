// Bulk reads: everything of this cluster in a number of calls that depends on pages, not on groups.
import { DescribeSecurityGroupsCommand, type SecurityGroup } from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  type LoadBalancer,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { isFailure } from '../../alb/failures/failure.ts';
import { tagMap } from '../../alb/kinds/tags.ts';
import { CLUSTER_TAG, LEGACY_CLUSTER_TAG, SHARED_TAG, STACK_TAG, type Tags } from '../../api/aws.ts';
import { type Aws, allPages } from '../aws/client.ts';
import { readTags } from '../aws/kinds/tags.ts';

export interface Bulk {
  readonly loadBalancers: readonly { readonly wire: LoadBalancer; readonly tags: Tags }[];
  readonly targetGroups: readonly { readonly wire: TargetGroup; readonly tags: Tags }[];
  readonly securityGroups: readonly SecurityGroup[];
  /** Stack tag of every listener and rule of the cluster by ARN; undefined when only DescribeTags may be used. */
  readonly children?: ReadonlyMap<string, string>;
}

const TYPES = ['loadbalancer', 'targetgroup', 'listener', 'listener-rule'].map(
  (type) => `elasticloadbalancing:${type}`,
);

/** By either of these a resource is the cluster's (aws-model 2.4). */
const CLUSTER_KEYS = [CLUSTER_TAG, LEGACY_CLUSTER_TAG];

/** Tags of every ELBv2 resource of the cluster by ARN, 100 a page; undefined when this is not allowed. */
async function tagSearch(aws: Aws): Promise<Map<string, Tags> | undefined> {
  const searched = (Key: string) =>
    allPages(async (PaginationToken) => {
      const page = await aws.tagging.send(
        new GetResourcesCommand({
          ResourceTypeFilters: TYPES,
          TagFilters: [{ Key, Values: [aws.clusterName] }],
          ResourcesPerPage: 100,
          PaginationToken,
        }),
      );
      return { items: page.ResourceTagMappingList, token: page.PaginationToken };
    });
  try {
    const all = (await Promise.all(CLUSTER_KEYS.map(searched))).flat();
    return new Map(all.map(({ ResourceARN, Tags }) => [ResourceARN ?? '', tagMap(Tags)]));
  } catch (thrown) {
    if (isFailure(thrown, 'denied')) return undefined;
    throw thrown;
  }
}

const loadBalancers = (aws: Aws) =>
  allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Marker }));
    return { items: page.LoadBalancers, token: page.NextMarker };
  });

const targetGroups = (aws: Aws) =>
  allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Marker }));
    return { items: page.TargetGroups, token: page.NextMarker };
  });

async function securityGroups(aws: Aws): Promise<SecurityGroup[]> {
  const tagged = (key: string) =>
    allPages(async (NextToken) => {
      const Filters = [
        { Name: 'vpc-id', Values: [aws.vpcId] },
        { Name: `tag:${key}`, Values: [aws.clusterName] },
      ];
      const page = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters, NextToken }));
      return { items: page.SecurityGroups, token: page.NextToken };
    });
  const all = (await Promise.all(CLUSTER_KEYS.map(tagged))).flat();
  return [...new Map(all.map((one) => [one.GroupId, one])).values()];
}

/** Only what an Ingress can have: other kinds of load balancer and target group are left to whoever made them. */
const ofIngress = {
  loadBalancer: (aws: Aws, { Type, VpcId }: LoadBalancer): boolean =>
    Type === 'application' && VpcId === aws.vpcId,
  targetGroup: (aws: Aws, { TargetType, Protocol, VpcId }: TargetGroup): boolean =>
    (TargetType === 'instance' || TargetType === 'ip') &&
    (Protocol === 'HTTP' || Protocol === 'HTTPS') &&
    VpcId === aws.vpcId,
};

/** Reads all of it. Throws `AwsFailure`. */
export async function readBulk(aws: Aws): Promise<Bulk> {
  const [searched, allBalancers, allGroups, allSecurityGroups] = await Promise.all([
    tagSearch(aws),
    loadBalancers(aws),
    targetGroups(aws),
    securityGroups(aws),
  ]);
  const balancers = allBalancers.filter((wire) => ofIngress.loadBalancer(aws, wire));
  const groups = allGroups.filter((wire) => ofIngress.targetGroup(aws, wire));
  const arns = [
    ...balancers.map((wire) => wire.LoadBalancerArn),
    ...groups.map((wire) => wire.TargetGroupArn),
  ];
  const tags =
    searched ??
    (await readTags(
      aws,
      arns.flatMap((arn) => arn ?? []),
    ));
  const ours = (found: Tags | undefined): found is Tags =>
    CLUSTER_KEYS.some((key) => found?.[key] === aws.clusterName) && found?.[STACK_TAG] !== undefined;
  const shared = (found: Tags): boolean => found[SHARED_TAG] === 'backend-sg';
  const tagged = <T>(
    wires: readonly T[],
    arnOf: (wire: T) => string | undefined,
  ): { wire: T; tags: Tags }[] =>
    wires.flatMap((wire) => {
      const found = tags.get(arnOf(wire) ?? '');
      return ours(found) ? [{ wire, tags: found }] : [];
    });
  const children = new Map(
    [...(searched ?? [])].flatMap(([arn, { [STACK_TAG]: stack }]): [string, string][] =>
      stack !== undefined && /:listener(-rule)?\//.test(arn) ? [[arn, stack]] : [],
    ),
  );
  return {
    loadBalancers: tagged(balancers, (wire) => wire.LoadBalancerArn),
    targetGroups: tagged(groups, (wire) => wire.TargetGroupArn),
    securityGroups: allSecurityGroups.filter(({ Tags }) => ours(tagMap(Tags)) || shared(tagMap(Tags))),
    ...(searched === undefined ? {} : { children }),
  };
}
