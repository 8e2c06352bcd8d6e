// Attributes of load balancers, target groups and listeners: defaults, value checks and the rules between them.
// The tables are data: aws-limits.json (aws-limits 1.1, 2.2, 4.2).
import type {
  DescribeListenerAttributesInput,
  DescribeLoadBalancerAttributesInput,
  DescribeTargetGroupAttributesInput,
  ModifyListenerAttributesInput,
  ModifyLoadBalancerAttributesInput,
  ModifyTargetGroupAttributesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from '../../../api/defaults.ts';
import aws from './aws-limits.json' with { type: 'json' };
import { listenerOf, loadBalancerOf, targetGroupOf } from './find.ts';
import { checkGroupPlacement, checkLogsPlacement } from './placement.ts';
import { refuse } from './refusal.ts';
import type { ElbState, Listener, LoadBalancer, TargetGroup } from './state.ts';

interface Attribute {
  key: string;
  type: string;
  enum?: string[];
  min?: number;
  max?: number;
  ranges?: number[][];
  pattern?: string;
  notPattern?: string;
  notContains?: string[];
  maxBytes?: number;
  targetTypes?: string[];
  listenerProtocols?: string[];
  /** Of keys that an Application Load Balancer's own targets do not have; the others are in api/defaults.ts. */
  default?: string;
}

const byKey = (table: readonly Attribute[]) => new Map(table.map((attribute) => [attribute.key, attribute]));
const LOAD_BALANCER = byKey(aws.loadBalancerAttributes);
const TARGET_GROUP = byKey(aws.targetGroupAttributes);
const LISTENER = byKey(aws.listenerAttributes);

type Pair = { Key?: string | undefined; Value?: string | undefined };
type Answer = { Attributes: { Key: string; Value: string }[] };

const pairs = (values: Record<string, string>): Answer => ({
  Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
});

/** Every attribute of a load balancer, defaults included (aws-limits 1.1). */
export function loadBalancerAttributes(lb: LoadBalancer): Record<string, string> {
  return { ...loadBalancerDefaults(lb.scheme), ...lb.attributes };
}

/** Every attribute of a target group that its type has (aws-limits 4.2). */
export function targetGroupAttributes(group: TargetGroup): Record<string, string> {
  const out: Record<string, string> = {};
  for (const attribute of TARGET_GROUP.values())
    if (attribute.targetTypes?.includes(group.targetType) ?? true)
      out[attribute.key] =
        group.attributes[attribute.key] ?? TARGET_GROUP_DEFAULTS[attribute.key] ?? attribute.default ?? '';
  return out;
}

/** Every attribute of a listener that its protocol has (aws-limits 2.2). */
export function listenerAttributes(listener: Listener): Record<string, string> {
  // Empty restores the default.
  const said = Object.entries(listener.attributes).filter(([, value]) => value !== '');
  const defaults = listenerDefaults(listener.protocol);
  return { ...defaults, ...Object.fromEntries(said.filter(([key]) => Object.hasOwn(defaults, key))) };
}

/** Reads the pairs of a modify call; refuses unknown (G4), repeated (G3) and malformed ones (G5, G6). */
function checked(table: ReadonlyMap<string, Attribute>, given: readonly Pair[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of given) {
    const attribute = table.get(key);
    if (attribute === undefined)
      refuse('InvalidConfigurationRequest', `Attribute key '${key}' is not recognized`);
    if (Object.hasOwn(out, key))
      refuse('InvalidConfigurationRequest', `Attribute key '${key}' has been specified more than once`);
    checkValue(attribute, value);
    out[key] = value;
  }
  return out;
}

function checkValue(attribute: Attribute, value: string): void {
  const wrong = (rule: string): never =>
    refuse('InvalidConfigurationRequest', `The value of '${attribute.key}' must ${rule}, but was '${value}'`);
  if (attribute.type === 'boolean' && attribute.enum?.length === 2 && !attribute.enum.includes(value))
    wrong("be 'true' or 'false'");
  if (attribute.type === 'integer' || (attribute.type === 'integerOrOff' && value !== 'off'))
    checkNumber(attribute, value, wrong);
  else if (attribute.enum !== undefined && !attribute.enum.includes(value))
    wrong(`be from the following: [${attribute.enum.join(', ')}]`);
  if (attribute.pattern !== undefined && !new RegExp(attribute.pattern).test(value))
    wrong('not contain invalid characters');
  if (attribute.notPattern !== undefined && new RegExp(attribute.notPattern).test(value))
    wrong('not begin with a reserved prefix');
  for (const part of attribute.notContains ?? []) if (value.includes(part)) wrong(`not contain '${part}'`);
  if (attribute.maxBytes !== undefined && Buffer.byteLength(value) > attribute.maxBytes)
    wrong(`be at most ${attribute.maxBytes} bytes`);
}

function checkNumber(attribute: Attribute, value: string, wrong: (rule: string) => never): void {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  const ranges = attribute.ranges ?? [[attribute.min ?? 0, attribute.max ?? Number.POSITIVE_INFINITY]];
  if (ranges.some(([low = 0, high = 0]) => number >= low && number <= high)) return;
  const [low, high] = ranges.at(-1) ?? [];
  wrong(
    high === Number.POSITIVE_INFINITY
      ? "be 'off' or a positive integer"
      : `be an integer between ${low} and ${high} inclusive`,
  );
}

export function describeLoadBalancerAttributes(
  state: ElbState,
  input: DescribeLoadBalancerAttributesInput,
): Answer {
  return pairs(loadBalancerAttributes(loadBalancerOf(state, input.LoadBalancerArn)));
}

/** aws-limits 1.1: logs need a bucket; both in force together. */
export function modifyLoadBalancerAttributes(
  state: ElbState,
  input: ModifyLoadBalancerAttributesInput,
): Answer {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const changes = checked(LOAD_BALANCER, input.Attributes ?? []);
  const result = { ...loadBalancerAttributes(lb), ...changes };
  for (const logs of ['access_logs', 'connection_logs', 'health_check_logs']) {
    const needs = result[`${logs}.s3.enabled`] === 'true' || result[`${logs}.s3.prefix`] !== '';
    if (needs && result[`${logs}.s3.bucket`] === '')
      refuse(
        'InvalidConfigurationRequest',
        `The key '${logs}.s3.bucket' must set in order to enable ${logs.replaceAll('_', ' ')}`,
      );
  }
  checkLogsPlacement(lb.placement, result);
  lb.attributes = { ...lb.attributes, ...changes };
  return pairs(loadBalancerAttributes(lb));
}

export function describeTargetGroupAttributes(
  state: ElbState,
  input: DescribeTargetGroupAttributesInput,
): Answer {
  return pairs(targetGroupAttributes(targetGroupOf(state, input.TargetGroupArn)));
}

export function modifyTargetGroupAttributes(
  state: ElbState,
  input: ModifyTargetGroupAttributesInput,
): Answer {
  const group = targetGroupOf(state, input.TargetGroupArn);
  const changes = checked(TARGET_GROUP, input.Attributes ?? []);
  for (const key of Object.keys(changes))
    if (!(TARGET_GROUP.get(key)?.targetTypes?.includes(group.targetType) ?? true))
      refuse(
        'InvalidConfigurationRequest',
        `A target group with target type '${group.targetType}' does not support the attribute '${key}'`,
      );
  const result = { ...targetGroupAttributes(group), ...changes };
  checkTogether(group, result, { ...group.attributes, ...changes });
  checkGroupPlacement(state.loadBalancers.get(group.loadBalancerArn ?? '')?.placement, group, result);
  group.attributes = { ...group.attributes, ...changes };
  return pairs(targetGroupAttributes(group));
}

/** aws-limits 4.2, column "Dependencies": judged on the result, not on the request. */
function checkTogether(
  group: TargetGroup,
  result: Record<string, string>,
  said: Record<string, string>,
): void {
  const no = (message: string): never => refuse('InvalidConfigurationRequest', message);
  const algorithm = result['load_balancing.algorithm.type'] ?? 'round_robin';
  const sticky = result['stickiness.enabled'] === 'true';
  if (Number(result['slow_start.duration_seconds'] ?? 0) > 0 && algorithm !== 'round_robin')
    no(`You cannot enable both slow start and ${algorithm.replaceAll('_', ' ')} algorithm on a target group`);
  if (result['load_balancing.algorithm.anomaly_mitigation'] === 'on' && algorithm !== 'weighted_random')
    no(
      `You cannot enable both anomaly mitigation and ${algorithm.replaceAll('_', ' ')} algorithm on a target group`,
    );
  if (sticky && algorithm === 'weighted_random')
    no('You cannot have both stickiness and weighted random algorithm enabled on the same target group');
  if (sticky && result['stickiness.type'] === 'app_cookie' && !result['stickiness.app_cookie.cookie_name'])
    no("You must set an application cookie name to enable stickiness of type 'app_cookie'");
  if (group.targetControlPort !== undefined && (sticky || algorithm !== 'round_robin'))
    no('A target group with a target control port needs round robin and no stickiness'); // TG8
  if (result['load_balancing.cross_zone.enabled'] === 'false') checkOneZone(group, sticky);
  checkThresholds(result, said);
}

/** What cannot be while targets take requests of their own zone only. */
function checkOneZone(group: TargetGroup, sticky: boolean): void {
  if (sticky)
    refuse(
      'InvalidConfigurationRequest',
      'You cannot enable stickiness when cross-zone load balancing is off',
    );
  if (group.targetType === 'lambda')
    refuse(
      'InvalidConfigurationRequest',
      "Cross-zone load balancing cannot be turned off for target type 'lambda'",
    );
  for (const { id, availabilityZone } of Object.values(group.targets))
    if (availabilityZone === 'all')
      refuse(
        'InvalidConfigurationRequest',
        `Cross-zone load balancing cannot be off while target '${id}' is registered for the zone 'all'`,
      );
}

function checkThresholds(result: Record<string, string>, said: Record<string, string>): void {
  for (const unit of ['count', 'percentage']) {
    const key = `target_group_health.dns_failover.minimum_healthy_targets.${unit}`;
    // Whether the default counts is not documented (aws-limits 4.2): only what somebody said does.
    if (said[key] === undefined) continue;
    const dns = Number(result[key]);
    const routing = Number(
      result[`target_group_health.unhealthy_state_routing.minimum_healthy_targets.${unit}`],
    );
    // NaN when `off`: then there is nothing to compare.
    if (dns < routing)
      refuse(
        'InvalidConfigurationRequest',
        'DNS failover threshold must be greater than or equal to unhealthy state routing threshold',
      );
  }
}

export function describeListenerAttributes(state: ElbState, input: DescribeListenerAttributesInput): Answer {
  return pairs(listenerAttributes(listenerOf(state, input.ListenerArn)));
}

/** aws-limits 2.2: request header names only on HTTPS listeners. */
export function modifyListenerAttributes(state: ElbState, input: ModifyListenerAttributesInput): Answer {
  const listener = listenerOf(state, input.ListenerArn);
  const changes = checked(LISTENER, input.Attributes ?? []);
  for (const key of Object.keys(changes))
    if (!(LISTENER.get(key)?.listenerProtocols?.includes(listener.protocol) ?? true))
      refuse(
        'InvalidConfigurationRequest',
        `The attribute '${key}' is not supported by ${listener.protocol} listeners`,
      );
  listener.attributes = { ...listener.attributes, ...changes };
  return pairs(listenerAttributes(listener));
}
