// A snapshot of the account: what Elastic Load Balancing and EC2 hold for the cluster, with names in place of ids and ARNs,
// so that two runs can be compared and an assertion reads like the AWS console.
import { DescribeSecurityGroupsCommand, EC2Client, type IpPermission } from '@aws-sdk/client-ec2';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  ElbState,
  ListenerRecord,
  LoadBalancerRecord,
  RuleRecord,
  TargetGroupRecord,
} from '../../local-aws/elb/state.ts';
import type { Stage } from './stage.ts';

export interface RuleSnapshot {
  readonly priority: number;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  /** `forward NAME`, `503 text`, `redirect HTTPS 443 HTTP_301`. */
  readonly does: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ListenerSnapshot {
  readonly protocol: string;
  readonly certificates: readonly string[];
  readonly otherwise: string;
  readonly rules: readonly RuleSnapshot[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface LoadBalancerSnapshot {
  readonly name: string;
  readonly scheme: string;
  readonly subnets: readonly string[];
  /** Names, in the order AWS has them. */
  readonly securityGroups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly listeners: Readonly<Record<number, ListenerSnapshot>>;
}

export interface TargetGroupSnapshot {
  readonly name: string;
  readonly type: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly healthCheck: TargetGroupRecord['healthCheck'];
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** `id:port`, those that drain left out. */
  readonly targets: readonly string[];
}

export interface SecurityGroupSnapshot {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `tcp 80-80 0.0.0.0/0`, with the description in brackets if there is one. */
  readonly rules: readonly string[];
}

export interface AccountSnapshot {
  readonly loadBalancers: readonly LoadBalancerSnapshot[];
  readonly targetGroups: readonly TargetGroupSnapshot[];
  /** All of the VPC but the default one. */
  readonly securityGroups: readonly SecurityGroupSnapshot[];
}

const byName = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => a.name.localeCompare(b.name));

/** Takes the snapshot. */
export async function takeAccountSnapshot({
  aws,
  account,
}: Pick<Stage, 'aws' | 'account'>): Promise<AccountSnapshot> {
  const groups = await readSecurityGroups(aws.url, account.region, account.vpcId);
  const nameOf = (id: string): string => groups.find((one) => one.GroupId === id)?.GroupName ?? id;
  const state = aws.state();
  return {
    loadBalancers: byName(
      [...state.loadBalancers.values()].map((one) => balancerSnapshot(state, one, nameOf)),
    ),
    targetGroups: byName([...state.targetGroups.values()].map(targetGroupSnapshot)),
    securityGroups: byName(
      groups
        .filter(({ GroupName }) => GroupName !== 'default')
        .map(({ GroupName = '', Tags = [], IpPermissions = [] }) => ({
          name: GroupName,
          tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
          rules: IpPermissions.flatMap((one) => ruleLines(one, nameOf)).sort(),
        })),
    ),
  };
}

async function readSecurityGroups(endpoint: string, region: string, vpcId: string) {
  const ec2 = new EC2Client({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters, MaxResults: 1000 }),
  );
  ec2.destroy();
  return SecurityGroups;
}

function ruleLines(permission: IpPermission, nameOf: (id: string) => string): string[] {
  const { IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] } = permission;
  const line = (source = '', description = ''): string =>
    `${IpProtocol} ${FromPort}-${ToPort} ${source}${description === '' ? '' : ` [${description}]`}`;
  return [
    ...IpRanges.map(({ CidrIp, Description }) => line(CidrIp, Description)),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }) => line(CidrIpv6, Description)),
    ...UserIdGroupPairs.map(({ GroupId, Description }) => line(nameOf(GroupId ?? ''), Description)),
  ];
}

function balancerSnapshot(
  state: ElbState,
  balancer: LoadBalancerRecord,
  nameOf: (id: string) => string,
): LoadBalancerSnapshot {
  const { name, scheme, zones, securityGroups, attributes, tags, listeners } = balancer;
  const snapshots = Object.entries(listeners).map(([port, arn]) => [
    port,
    listenerSnapshot(state, state.listeners.get(arn)),
  ]);
  return {
    name,
    scheme,
    subnets: zones.map(({ subnetId }) => subnetId).sort(),
    securityGroups: securityGroups.map(nameOf),
    attributes,
    tags,
    listeners: Object.fromEntries(snapshots),
  };
}

function listenerSnapshot(state: ElbState, listener: ListenerRecord | undefined): ListenerSnapshot {
  if (listener === undefined) throw new Error('a load balancer names a listener that does not exist');
  const rules = Object.values(listener.rules).flatMap((arn) => state.rules.get(arn) ?? []);
  return {
    protocol: listener.protocol,
    certificates: [
      ...(listener.certificate === undefined ? [] : [listener.certificate]),
      ...listener.extraCertificates,
    ],
    otherwise: inWords(state, state.rules.get(listener.defaultRule)?.actions),
    rules: rules.map((rule) => ruleSnapshot(state, rule)).toSorted((a, b) => a.priority - b.priority),
    tags: listener.tags,
  };
}

function ruleSnapshot(
  state: ElbState,
  { priority = 0, conditions, actions, tags }: RuleRecord,
): RuleSnapshot {
  return {
    priority,
    hosts: conditions.flatMap(({ HostHeaderConfig }) => HostHeaderConfig?.Values ?? []),
    paths: conditions.flatMap(({ PathPatternConfig }) => PathPatternConfig?.Values ?? []),
    does: inWords(state, actions),
    tags,
  };
}

function inWords(state: ElbState, actions: readonly Action[] = []): string {
  return actions
    .map(({ Type, TargetGroupArn, ForwardConfig, FixedResponseConfig: fixed, RedirectConfig: redirect }) => {
      if (fixed !== undefined) return `${fixed.StatusCode} ${fixed.MessageBody ?? ''}`.trim();
      if (redirect !== undefined)
        return `redirect ${redirect.Protocol} ${redirect.Port} ${redirect.StatusCode}`;
      const arns = ForwardConfig?.TargetGroups?.map((one) => one.TargetGroupArn) ?? [TargetGroupArn];
      return `${Type} ${arns.map((arn) => state.targetGroups.get(arn ?? '')?.name ?? `nowhere (${arn})`).join(', ')}`;
    })
    .join('; ');
}

function targetGroupSnapshot({
  name,
  targetType,
  port,
  protocol,
  healthCheck,
  attributes,
  tags,
  targets,
}: TargetGroupRecord): TargetGroupSnapshot {
  const staying = Object.entries(targets).filter(([, { drainingUntil }]) => drainingUntil === undefined);
  return {
    name,
    type: targetType,
    ...(port === undefined ? {} : { port }),
    ...(protocol === undefined ? {} : { protocol }),
    healthCheck,
    attributes,
    tags,
    targets: staying.map(([key]) => key).sort(),
  };
}
