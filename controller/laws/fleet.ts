// The fleet of the LBC on paper: what it was recorded to make for the conformance cases (e2e/conformance), made again by
// calls on the local AWS's state machine, and read back through the SDK's clients as the controller reads AWS.
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type {
  Action,
  CreateLoadBalancerCommandInput,
  CreateTargetGroupCommandInput,
  MutualAuthenticationAttributes,
  ProtocolEnum,
  RuleCondition,
  RuleTransform,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CLUSTER_TAG, RESOURCE_TAG, SHARED_TAG, STACK_TAG, type Tags } from '../../api/aws.ts';
import type { ConformanceCase } from '../../e2e/harness/conformance-case.ts';
import { type AccountFacts, emptyAccountFacts, objectName } from '../../local-aws/elb/account-facts.ts';
import { type InMemory, inMemory } from '../../local-aws/elb/in-memory.ts';
import { bundleAt, CA_PEM } from '../../local-aws/elb/trust-store-fixture.ts';

export const CLUSTER = 'lab';
const VPC = 'vpc-lab';
const ZONES = ['a', 'b', 'c'];
const KINDS = ['pub', 'priv', 'edge', 'v6'];

/** Certificates of the conformance world with what they are for, ARNs ascending. */
export const CERTIFICATES = [
  ['example.com', 'example.com', '*.example.com'],
  ['shop.example.org', 'shop.example.org'],
  ['apps.example.net', '*.apps.example.net'],
  ['old.example.com', 'old.example.com', '*.example.com'],
].map(([name = '', ...domains], at) => ({
  name,
  arn: `arn:aws:acm:us-west-2:123456789012:certificate/${at}`,
  domains,
}));

/** Groups that the users made, by name. */
const SECURITY_GROUPS = { nodes: 'sg-00000001', 'web-sg': 'sg-00000002', 'extra-sg': 'sg-00000003' };

const subnetId = (kind: number, zone: number): string => `subnet-000000${kind}${zone}`;

function world(): AccountFacts {
  const all = emptyAccountFacts();
  all.vpcs.set(VPC, { id: VPC, cidrs: ['10.0.0.0/16', 'fd00::/56'] });
  for (const [row, kind] of KINDS.entries())
    for (const [at, letter] of ZONES.entries()) {
      const id = subnetId(row, at);
      const place = { vpcId: VPC, zone: `us-west-2${letter}`, ipv6: kind === 'v6' };
      all.subnets.set(id, { id, ...place, cidr: `10.0.${row * 10 + at}.0/24` });
    }
  for (const [name, id] of Object.entries(SECURITY_GROUPS))
    all.securityGroups.set(id, { id, vpcId: VPC, name });
  for (const { arn } of CERTIFICATES) all.certificates.add(arn);
  all.objects.set(objectName({ bucket: 'pki', key: 'ca.pem' }), CA_PEM);
  return all;
}

/** What others made beside the fleet. The same calls in the same order give the same ARNs each time. */
function beginning(): { readonly elb: InMemory; readonly arns: ReadonlyMap<string, string> } {
  const elb = inMemory(world());
  const groups = ['outside', 'outside-two'].map((Name): [string, string] => {
    const place = { Protocol: 'HTTP', Port: 8000, TargetType: 'ip', VpcId: VPC } as const;
    const [made] = elb.call('CreateTargetGroup', { Name, ...place }).TargetGroups ?? [];
    return [`TG:${Name}`, made?.TargetGroupArn ?? ''];
  });
  const [store] = elb.call('CreateTrustStore', { Name: 'corp', ...bundleAt('ca.pem') }).TrustStores ?? [];
  return { elb, arns: new Map([...groups, ['TRUSTSTORE:corp', store?.TrustStoreArn ?? '']]) };
}

/** What the tokens of a case stand for on paper. */
export const TOKENS: ReadonlyMap<string, string> = new Map([
  ['VPC', VPC],
  ...KINDS.flatMap((kind, row) =>
    ZONES.map((zone, at): [string, string] => [`SUBNET:${kind}-${zone}`, subnetId(row, at)]),
  ),
  ...Object.entries(SECURITY_GROUPS).map(([name, id]): [string, string] => [`SG:${name}`, id]),
  ...CERTIFICATES.map(({ name, arn }): [string, string] => [`CERT:${name}`, arn]),
  ...beginning().arns,
  ...['acl', 'acl-two'].map((name, at): [string, string] => [
    `WAF:${name}`,
    `arn:aws:wafv2:us-west-2:123456789012:regional/webacl/${name}/00000000-0000-0000-0000-00000000000${at}`,
  ]),
]);

interface RecordedRule {
  readonly priority: number;
  readonly conditions: RuleCondition[];
  readonly actions: Action[];
  readonly transforms?: RuleTransform[];
  readonly tags?: Tags;
}

interface RecordedListener {
  readonly port: number;
  readonly protocol: ProtocolEnum;
  readonly sslPolicy?: string;
  readonly certificates?: readonly string[];
  readonly defaultCertificate?: string;
  readonly mutualAuthentication?: MutualAuthenticationAttributes;
  readonly attributes?: Tags;
  readonly defaultActions: Action[];
  readonly rules?: readonly RecordedRule[];
  readonly tags?: Tags;
}

interface RecordedLoadBalancer {
  readonly type: string;
  readonly name: string;
  readonly scheme: CreateLoadBalancerCommandInput['Scheme'];
  readonly ipAddressType: CreateLoadBalancerCommandInput['IpAddressType'];
  readonly subnets: string[];
  readonly securityGroups: string[];
  readonly attributes?: Tags;
  readonly webAcl?: string;
  readonly tags?: Tags;
  readonly listeners?: readonly RecordedListener[];
}

interface RecordedTargetGroup extends Omit<CreateTargetGroupCommandInput, 'Name' | 'Tags'> {
  readonly name: string;
  readonly attributes?: Tags;
  readonly tags?: Tags;
  readonly targets?: readonly string[];
}

interface RecordedSecurityGroup {
  readonly name: string;
  readonly description: string;
  readonly ingress?: readonly string[];
  readonly tags?: Tags;
}

/** One stack as recorded, tokens already replaced. */
export interface RecordedStack {
  readonly loadBalancers?: readonly RecordedLoadBalancer[];
  readonly targetGroups?: Readonly<Record<string, RecordedTargetGroup>>;
  readonly securityGroups?: readonly RecordedSecurityGroup[];
}

/** The stacks that the LBC left at the end of a case. */
export function stacksOf({ expected, firstPort }: ConformanceCase): Readonly<Record<string, RecordedStack>> {
  const text = JSON.stringify(expected.at(-1)?.stacks ?? {})
    .replace(/"\$\{NP:(\d)\}"/g, (_, at: string) => String(firstPort + Number(at) - 1))
    .replace(/\$\{NP:(\d)\}/g, (_, at: string) => String(firstPort + Number(at) - 1))
    .replace(/\$\{([^}]+)\}/g, (token, key: string) => TOKENS.get(key) ?? token);
  return JSON.parse(text);
}

export interface Fleet {
  readonly elb: InMemory;
  /** ARN of the web ACL by that of the load balancer. */
  readonly webAcls: ReadonlyMap<string, string>;
  readonly securityGroups: readonly SecurityGroup[];
}

const pairs = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** With the tags that follow from the place (e2e/conformance/README.md: Tags). */
const tracked = (stack: string, resource: string, tags: Tags = {}): { Key: string; Value: string }[] =>
  pairs({ [CLUSTER_TAG]: CLUSTER, [STACK_TAG]: stack, [RESOURCE_TAG]: resource, ...tags });

const attributes = (values: Tags): { Attributes: { Key: string; Value: string }[] } => ({
  Attributes: pairs(values),
});

/** `tcp 80 from 0.0.0.0/0` as EC2 writes it. */
function permission(line: string): IpPermission {
  const [IpProtocol, ports = '', , source = ''] = line.split(' ');
  const [from, to = from] = ports.split('-').map(Number);
  const range = { IpProtocol, FromPort: from, ToPort: to };
  if (source.startsWith('pl-')) return { ...range, PrefixListIds: [{ PrefixListId: source }] };
  if (source.startsWith('sg')) return { ...range, UserIdGroupPairs: [{ GroupId: source }] };
  return source.includes(':')
    ? { ...range, Ipv6Ranges: [{ CidrIpv6: source }] }
    : { ...range, IpRanges: [{ CidrIp: source }] };
}

/** Id of a security group as it is recorded: `sg:NAME` is one of the LBC's, else it is an id. */
const groupId = (recorded: string): string => recorded.replace(/^sg:/, 'sg-of-');

class Builder {
  readonly #elb: InMemory;
  readonly #arns = new Map<string, string>();
  readonly #groups = new Map<string, SecurityGroup>();
  readonly webAcls = new Map<string, string>();

  constructor(elb: InMemory) {
    this.#elb = elb;
  }

  get securityGroups(): readonly SecurityGroup[] {
    return [...this.#groups.values()];
  }

  /** Also the group that all load balancers of the cluster share, which is part of no stack. */
  securityGroup(id: string, one: RecordedSecurityGroup, tags: { Key: string; Value: string }[]): void {
    const { name, description, ingress = [] } = one;
    const place = { GroupId: id, GroupName: name, Description: description, VpcId: VPC };
    this.#groups.set(id, { ...place, IpPermissions: ingress.map(permission), Tags: tags });
    this.#elb.context.world.securityGroups.set(id, { id, vpcId: VPC, name });
  }

  targetGroup(stack: string, key: string, recorded: RecordedTargetGroup): void {
    const { name, attributes: values = {}, tags, targets: _, ...input } = recorded;
    const Name = name.replace('*', String(this.#arns.size).padStart(10, '0'));
    const ports = { HealthCheckPort: String(input.HealthCheckPort) };
    const Tags = tracked(stack, key.slice('tg:'.length), tags);
    const made = this.#elb.call('CreateTargetGroup', { ...input, ...ports, Name, VpcId: VPC, Tags });
    const arn = made.TargetGroups?.[0]?.TargetGroupArn ?? '';
    this.#arns.set(key, arn);
    if (Object.keys(values).length > 0)
      this.#elb.call('ModifyTargetGroupAttributes', { TargetGroupArn: arn, ...attributes(values) });
  }

  /** Actions with ARNs in place of what they are recorded by, several of them numbered. */
  #actions(recorded: readonly Action[]): Action[] {
    const ordered = recorded.length > 1 ? recorded.map((one, at) => ({ ...one, Order: at + 1 })) : recorded;
    return JSON.parse(JSON.stringify(ordered), (_, value) =>
      typeof value === 'string' ? (this.#arns.get(value) ?? value) : value,
    );
  }

  loadBalancer(stack: string, one: RecordedLoadBalancer): void {
    const shared = one.securityGroups.filter((name) => name.startsWith('sg:k8s-traffic-'));
    for (const name of shared) {
      const description = '[k8s] Shared Backend SecurityGroup for LoadBalancer';
      const tags = { owner: 'platform', [CLUSTER_TAG]: CLUSTER, [SHARED_TAG]: 'backend-sg' };
      this.securityGroup(groupId(name), { name: name.slice('sg:'.length), description }, pairs(tags));
    }
    const made = this.#elb.call('CreateLoadBalancer', {
      Name: one.name,
      Scheme: one.scheme,
      IpAddressType: one.ipAddressType,
      Subnets: one.subnets,
      SecurityGroups: one.securityGroups.map(groupId),
      Tags: tracked(stack, 'LoadBalancer', one.tags),
    });
    const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    if (one.attributes !== undefined)
      this.#elb.call('ModifyLoadBalancerAttributes', { LoadBalancerArn, ...attributes(one.attributes) });
    if (one.webAcl !== undefined) this.webAcls.set(LoadBalancerArn, one.webAcl);
    for (const listener of one.listeners ?? []) this.#listener(stack, LoadBalancerArn, listener);
  }

  #listener(stack: string, LoadBalancerArn: string, one: RecordedListener): void {
    const made = this.#elb.call('CreateListener', {
      LoadBalancerArn,
      Port: one.port,
      Protocol: one.protocol,
      DefaultActions: this.#actions(one.defaultActions),
      Tags: tracked(stack, String(one.port), one.tags),
      ...(one.sslPolicy === undefined ? {} : { SslPolicy: one.sslPolicy }),
      ...(one.defaultCertificate === undefined
        ? {}
        : { Certificates: [{ CertificateArn: one.defaultCertificate }] }),
      ...(one.mutualAuthentication === undefined ? {} : { MutualAuthentication: one.mutualAuthentication }),
    });
    const ListenerArn = made.Listeners?.[0]?.ListenerArn ?? '';
    // The default one as well: so the LBC does since v3.4.1 (aws-model 14.1, 4).
    for (const CertificateArn of one.certificates ?? [])
      this.#elb.call('AddListenerCertificates', { ListenerArn, Certificates: [{ CertificateArn }] });
    if (one.attributes !== undefined)
      this.#elb.call('ModifyListenerAttributes', { ListenerArn, ...attributes(one.attributes) });
    for (const rule of one.rules ?? [])
      this.#elb.call('CreateRule', {
        ListenerArn,
        Priority: rule.priority,
        Conditions: rule.conditions,
        Actions: this.#actions(rule.actions),
        Tags: tracked(stack, `${one.port}:${rule.priority}`, rule.tags),
        ...(rule.transforms === undefined ? {} : { Transforms: rule.transforms }),
      });
  }
}

/** Makes the end state of a case as the LBC made it. */
export function fleetOf(one: ConformanceCase): Fleet {
  const { elb } = beginning();
  const builder = new Builder(elb);
  for (const [stack, recorded] of Object.entries(stacksOf(one))) {
    for (const group of recorded.securityGroups ?? [])
      builder.securityGroup(
        `sg-of-${group.name}`,
        group,
        tracked(stack, 'ManagedLBSecurityGroup', group.tags),
      );
    for (const [key, group] of Object.entries(recorded.targetGroups ?? {}))
      builder.targetGroup(stack, key, group);
    for (const balancer of recorded.loadBalancers ?? []) builder.loadBalancer(stack, balancer);
  }
  return { elb, webAcls: builder.webAcls, securityGroups: builder.securityGroups };
}
