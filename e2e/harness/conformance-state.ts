// The AWS end state of one conformance case, and a recorded one, in the one form in which they are compared
// (e2e/conformance/README.md: the expected state, what to compare).
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { loadBalancerAttributes, targetGroupAttributes } from '../../local-aws/elb/attributes.ts';
import type * as elb from '../../local-aws/elb/state.ts';
import { type ConformanceCase, isOf, portToken } from './conformance-case.ts';

/** What one look at everything gave. */
export interface Seen {
  readonly elb: elb.ElbState;
  readonly securityGroups: readonly SecurityGroup[];
  /** ARN of the web ACL by that of the load balancer. */
  readonly webAcls: Readonly<Record<string, string>>;
  /** Id, ARN or address → how it is written. */
  readonly names: ReadonlyMap<string, string>;
  /** The namespaces of all cases: what bears the name of one is that one's. */
  readonly namespaces: readonly string[];
}

type Tags = Readonly<Record<string, string>>;

const STACK = 'ingress.k8s.aws/stack';
const RESOURCE = 'ingress.k8s.aws/resource';

/** Tags without the three that follow from the rest; one that does not follow stays. */
function ownTags(tags: Tags, stack: string, resource: string): Tags {
  const follows: Tags = { 'elbv2.k8s.aws/cluster': 'lab', [STACK]: stack, [RESOURCE]: resource };
  return Object.fromEntries(Object.entries(tags).filter(([key, value]) => follows[key] !== value));
}

function unlike(values: Tags, defaults: Tags): Tags {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => defaults[key] !== value));
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Without the older way to say values; the order of values means nothing. */
function condition({ Field, Values: _, RegexValues: __, ...configs }: RuleCondition): object {
  const sorted = Object.entries(configs).map(([name, config]) => {
    const members = Object.entries(config ?? {}).map(([member, value]) => [
      member,
      Array.isArray(value) ? [...value].sort(byText) : value,
    ]);
    return [name, Object.fromEntries(members)];
  });
  return { Field, ...Object.fromEntries(sorted) };
}

function action(
  { Type, ForwardConfig, RedirectConfig, TargetGroupArn, Order: _, ...others }: Action,
  name: (arn: string) => string,
): object {
  if (Type === 'redirect') {
    const open = {
      Host: '#{host}',
      Path: '/#{path}',
      Port: '#{port}',
      Protocol: '#{protocol}',
      Query: '#{query}',
    };
    const said = Object.entries(RedirectConfig ?? {}).filter(
      ([, value]) => value !== undefined && value !== '',
    );
    return { Type, RedirectConfig: { ...open, ...Object.fromEntries(said) } };
  }
  if (Type !== 'forward') return { Type, ...others };
  const groups = ForwardConfig?.TargetGroups ?? [{ TargetGroupArn }];
  const TargetGroups = groups
    .map(({ TargetGroupArn: arn, Weight }) => ({
      TargetGroupArn: name(arn ?? ''),
      ...(groups.length > 1 ? { Weight } : {}),
    }))
    .sort((a, b) => (a.TargetGroupArn < b.TargetGroupArn ? -1 : 1));
  const sticky = ForwardConfig?.TargetGroupStickinessConfig;
  return {
    Type,
    ForwardConfig: {
      TargetGroups,
      ...(sticky?.Enabled === true ? { TargetGroupStickinessConfig: sticky } : {}),
    },
  };
}

/** Mutual authentication, unless it is off, without what AWS adds to it. */
function mutual(
  said: elb.ListenerRecord['mutualAuthentication'],
  name: (id: string) => string,
): object | undefined {
  const { TrustStoreAssociationStatus: _, TrustStoreArn: arn, ...settings } = said ?? { Mode: 'off' };
  if (settings.Mode === 'off') return undefined;
  return { ...settings, ...(arn === undefined ? {} : { TrustStoreArn: name(arn) }) };
}

/** Looks at one stack after the other with the names of the world at hand. */
class Recorder {
  readonly #seen: Seen;
  constructor(seen: Seen) {
    this.#seen = seen;
  }

  readonly #name = (id: string): string => {
    const group = this.#seen.elb.targetGroups.get(id);
    const resource = group?.tags[RESOURCE];
    return resource === undefined ? (this.#seen.names.get(id) ?? id) : `tg:${resource}`;
  };

  #securityGroup(id: string): string {
    const known = this.#seen.names.get(id);
    const found = this.#seen.securityGroups.find(({ GroupId }) => GroupId === id);
    return known ?? `sg:${found?.GroupName ?? id}`;
  }

  #rule(rule: elb.RuleRecord, stack: string, port: number): object {
    return {
      conditions: rule.conditions.map(condition).sort(byText),
      actions: rule.actions.map((one) => action(one, this.#name)),
      transforms: [...rule.transforms].sort(byText),
      tags: ownTags(rule.tags, stack, `${port}:${rule.priority}`),
    };
  }

  #listener(listener: elb.ListenerRecord, stack: string): object {
    const { port, protocol } = listener;
    const rules = [...this.#seen.elb.rules.values()].filter(
      ({ listenerArn }) => listenerArn === listener.arn,
    );
    const numbered = rules
      .filter(({ priority }) => priority !== undefined)
      .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
    const certificates = [...new Set([listener.certificate ?? [], listener.extraCertificates].flat())]
      .map(this.#name)
      .sort();
    return {
      port,
      protocol,
      sslPolicy: protocol === 'HTTPS' ? listener.sslPolicy : undefined,
      mutualAuthentication: mutual(listener.mutualAuthentication, this.#name),
      certificates,
      defaultCertificate: listener.certificate === undefined ? undefined : this.#name(listener.certificate),
      attributes: listener.attributes,
      defaultActions: this.#seen.elb.rules
        .get(listener.defaultRule)
        ?.actions.map((one) => action(one, this.#name)),
      tags: ownTags(listener.tags, stack, String(port)),
      rules: numbered.map((rule) => this.#rule(rule, stack, port)),
    };
  }

  loadBalancer(one: elb.LoadBalancerRecord, stack: string): object {
    const listeners = [...this.#seen.elb.listeners.values()].filter(
      ({ loadBalancerArn }) => loadBalancerArn === one.arn,
    );
    const webAcl = this.#seen.webAcls[one.arn];
    return {
      type: 'application',
      name: one.name,
      scheme: one.scheme,
      ipAddressType: one.ipAddressType,
      subnets: one.zones.map(({ subnetId }) => this.#name(subnetId)).sort(),
      securityGroups: one.securityGroups.map((id) => this.#securityGroup(id)).sort(),
      attributes: unlike(one.attributes, loadBalancerAttributes({ ...one, attributes: {} })),
      capacityUnits: one.capacity?.units,
      webAcl: webAcl === undefined ? undefined : this.#name(webAcl),
      tags: ownTags(one.tags, stack, 'LoadBalancer'),
      listeners: listeners.sort((a, b) => a.port - b.port).map((listener) => this.#listener(listener, stack)),
    };
  }

  targetGroup(one: elb.TargetGroupRecord, stack: string): object {
    const check = one.healthCheck;
    return {
      Protocol: one.protocol,
      ProtocolVersion: one.protocolVersion,
      Port: one.port,
      TargetType: one.targetType,
      TargetControlPort: one.targetControlPort,
      IpAddressType: one.ipAddressType,
      HealthCheckIntervalSeconds: check.intervalSeconds,
      HealthCheckTimeoutSeconds: check.timeoutSeconds,
      HealthCheckPath: check.path,
      HealthCheckPort: check.port,
      HealthCheckProtocol: check.protocol,
      HealthyThresholdCount: check.healthyThreshold,
      UnhealthyThresholdCount: check.unhealthyThreshold,
      Matcher: one.protocolVersion === 'GRPC' ? { GrpcCode: check.matcher } : { HttpCode: check.matcher },
      attributes: unlike(one.attributes, targetGroupAttributes({ ...one, attributes: {} })),
      tags: ownTags(one.tags, stack, one.tags[RESOURCE] ?? ''),
      targets: Object.values(one.targets)
        .filter(({ drainingUntil }) => drainingUntil === undefined)
        .map(({ id, port }) => `${this.#name(id)}:${port}`)
        .sort(),
    };
  }

  ingress({ IpPermissions }: SecurityGroup): string[] {
    const lines = (IpPermissions ?? []).flatMap((one) => {
      const ports = one.FromPort === one.ToPort ? `${one.FromPort}` : `${one.FromPort}-${one.ToPort}`;
      const sources = [
        ...(one.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
        ...(one.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
        ...(one.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
        ...(one.UserIdGroupPairs ?? []).map(({ GroupId }) => this.#securityGroup(GroupId ?? '')),
      ];
      return sources.map((source) => `${one.IpProtocol} ${ports} from ${source}`);
    });
    return lines.sort();
  }

  securityGroup(one: SecurityGroup, stack: string): object {
    const tags = Object.fromEntries((one.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    return {
      name: one.GroupName,
      description: one.Description,
      tags: ownTags(tags, stack, 'ManagedLBSecurityGroup'),
      ingress: this.ingress(one),
    };
  }
}

/** Inbound rules of one security group, as text. */
export function ingressOf(seen: Seen, id: string): string[] {
  const group = seen.securityGroups.find(({ GroupId }) => GroupId === id);
  return group === undefined ? [] : new Recorder(seen).ingress(group);
}

/** The stacks of one case, by name. */
export function stacksOf(one: ConformanceCase, seen: Seen): Record<string, object> {
  const recorder = new Recorder(seen);
  const mine = (stack: string | undefined): stack is string =>
    stack !== undefined && isOf(one, stack, seen.namespaces);
  const stacks: Record<
    string,
    { loadBalancers: object[]; targetGroups: Record<string, object>; securityGroups: object[] }
  > = {};
  const stackOf = (name: string) => {
    stacks[name] ??= { loadBalancers: [], targetGroups: {}, securityGroups: [] };
    return stacks[name];
  };
  for (const balancer of seen.elb.loadBalancers.values()) {
    const stack = balancer.tags[STACK];
    if (mine(stack)) stackOf(stack).loadBalancers.push(recorder.loadBalancer(balancer, stack));
  }
  for (const group of seen.elb.targetGroups.values()) {
    const stack = group.tags[STACK];
    if (mine(stack))
      stackOf(stack).targetGroups[`tg:${group.tags[RESOURCE]}`] = recorder.targetGroup(group, stack);
  }
  for (const group of seen.securityGroups) {
    const stack = (group.Tags ?? []).find(({ Key }) => Key === STACK)?.Value;
    if (mine(stack)) stackOf(stack).securityGroups.push(recorder.securityGroup(group, stack));
  }
  return stacks;
}

const NOT_COMPARED = new Set(['message', 'outcome', 'priority', 'HealthCheckEnabled']);

/** A value without what is not compared and what is empty; ports of the case and known addresses as tokens, texts of refusals dropped. */
export function comparable(
  value: unknown,
  one: ConformanceCase,
  names: ReadonlyMap<string, string>,
  key = '',
): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, one, names)).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value === 'object' && value !== null) {
    if (key === 'refused') return comparable(Object.keys(value).sort(), one, names);
    const members = Object.entries(value)
      .filter(([name, member]) => !NOT_COMPARED.has(name) && !(name === 'name' && isTargetGroupName(member)))
      .map(([name, member]) => [name, comparable(member, one, names, name)] as const)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
  if (typeof value === 'number') return portToken(one, value) ?? value;
  if (typeof value !== 'string') return value ?? undefined;
  return value.replace(/\b3\d{4}\b/g, (port) => portToken(one, Number(port)) ?? port);
}

/** Recorded with a star for the hash that depends on the UID of the Service. */
const isTargetGroupName = (name: unknown): boolean => typeof name === 'string' && name.endsWith('-*');

/** Paths at which two values differ, with both sides in short. */
export function differences(expected: unknown, actual: unknown, path = ''): string[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  const both = [expected, actual];
  if (
    both.every((value) => typeof value === 'object' && value !== null) &&
    Array.isArray(expected) === Array.isArray(actual)
  ) {
    const [left, right] = both as Record<string, unknown>[];
    const keys = new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})]);
    return [...keys].flatMap((key) => differences(left?.[key], right?.[key], `${path}.${key}`));
  }
  const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 160);
  return [`${path}: expected ${short(expected)}, got ${short(actual)}`];
}
