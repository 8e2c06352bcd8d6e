// Attributes of load balancers, target groups and listeners: defaults, value checks and the rules between them.
// Which values a key takes is in attribute-values.ts (aws-limits 1.1, 2.2, 4.2).
import type {
  DescribeListenerAttributesInput,
  DescribeLoadBalancerAttributesInput,
  DescribeTargetGroupAttributesInput,
  ModifyListenerAttributesInput,
  ModifyLoadBalancerAttributesInput,
  ModifyTargetGroupAttributesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from '../../api/defaults.ts';
import { checkedAttributes, LISTENER, LOAD_BALANCER, TARGET_GROUP } from './attribute-values.ts';
import { listenerOf, loadBalancerOf, targetGroupOf } from './find.ts';
import { isNetwork } from './health-check.ts';
import { notEmulated } from './not-emulated.ts';
import { checkGroupPlacement, checkLogsPlacement } from './placement.ts';
import { refuse } from './refusal.ts';
import type {
  CallContext,
  ElbState,
  ListenerRecord,
  LoadBalancerRecord,
  TargetGroupRecord,
  World,
} from './state.ts';

const LOGS = ['access_logs', 'connection_logs', 'health_check_logs'] as const;

/** Keys that AWS knows, of target groups of Network and Gateway Load Balancers (API reference: TargetGroupAttribute). */
const OF_OTHER_TARGET_GROUPS: ReadonlySet<string> = new Set([
  'deregistration_delay.connection_termination.enabled',
  'preserve_client_ip.enabled',
  'proxy_protocol_v2.enabled',
  'target_failover.on_deregistration',
  'target_failover.on_unhealthy',
  'target_health_state.unhealthy.connection_termination.enabled',
  'target_health_state.unhealthy.draining_interval_seconds',
]);
/** The same of listeners (API reference: ListenerAttribute). */
const OF_OTHER_LISTENERS: ReadonlySet<string> = new Set([
  'tcp.idle_timeout.seconds',
  'send_tcp_reset.on_idle_timeout.enabled',
]);

type AttributesOutput = { Attributes: { Key: string; Value: string }[] };

const pairs = (values: Record<string, string>): AttributesOutput => ({
  Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
});

/** Every attribute of a load balancer, defaults included (aws-limits 1.1); one about IPv6 only where there is IPv6, or it was set. */
export function loadBalancerAttributes(lb: LoadBalancerRecord): Record<string, string> {
  const { 'ipv6.deny_all_igw_traffic': deny = '', ...defaults } = loadBalancerDefaults(lb.scheme);
  const ipv6 = lb.ipAddressType === 'ipv4' ? {} : { 'ipv6.deny_all_igw_traffic': deny };
  return { ...defaults, ...ipv6, ...lb.attributes };
}

/** Every attribute of a target group that its type has (aws-limits 4.2). */
export function targetGroupAttributes(group: TargetGroupRecord): Record<string, string> {
  const out: Record<string, string> = {};
  for (const attribute of TARGET_GROUP.byKey.values())
    if (attribute.targetTypes?.includes(group.targetType) ?? true)
      out[attribute.key] =
        group.attributes[attribute.key] ?? TARGET_GROUP_DEFAULTS[attribute.key] ?? attribute.default ?? '';
  return out;
}

/** Every attribute of a listener that its protocol has (aws-limits 2.2). */
export function listenerAttributes(listener: ListenerRecord): Record<string, string> {
  // Empty restores the default.
  const said = Object.entries(listener.attributes).filter(([, value]) => value !== '');
  const defaults = listenerDefaults(listener.protocol);
  return { ...defaults, ...Object.fromEntries(said.filter(([key]) => Object.hasOwn(defaults, key))) };
}

export function describeLoadBalancerAttributes(
  state: ElbState,
  input: DescribeLoadBalancerAttributesInput,
): AttributesOutput {
  return pairs(loadBalancerAttributes(loadBalancerOf(state, input.LoadBalancerArn)));
}

/** A whole list of attributes, with the changed ones first, as AWS answers a modify call. */
const changedFirst = (changes: Record<string, string>, all: Record<string, string>): AttributesOutput =>
  pairs({ ...changes, ...all });

/** aws-limits 1.1: logs need a bucket that is there, also while they are off; judged on what is in force together. */
export function modifyLoadBalancerAttributes(
  state: ElbState,
  input: ModifyLoadBalancerAttributesInput,
  { world }: Pick<CallContext, 'world'>,
): AttributesOutput {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const changes = checkedAttributes(LOAD_BALANCER, input.Attributes ?? []);
  const result = { ...loadBalancerAttributes(lb), ...changes };
  for (const logs of LOGS) {
    const needs = result[`${logs}.s3.enabled`] === 'true' || result[`${logs}.s3.prefix`] !== '';
    if (needs && result[`${logs}.s3.bucket`] === '')
      refuse(
        'InvalidConfigurationRequest',
        `The key '${logs}.s3.bucket' must set in order to enable ${logs.replaceAll('_', ' ')}`,
      );
    const said = Object.keys(changes).some((key) => key.startsWith(`${logs}.s3.`));
    if (said) checkBucket(result[`${logs}.s3.bucket`] ?? '', world);
  }
  checkLogsPlacement(lb.placement, result);
  lb.attributes = { ...lb.attributes, ...changes };
  return changedFirst(changes, loadBalancerAttributes(lb));
}

/** Elastic Load Balancing writes a test file as soon as a bucket is set. */
function checkBucket(bucket: string, world: World): void {
  if (bucket !== '' && world.buckets?.has(bucket) === false)
    refuse(
      'InvalidConfigurationRequest',
      `Access Denied for bucket: ${bucket}. Please check S3bucket permission`,
    );
}

/** Those of Network Load Balancers have other attributes, and nobody to heed them here. */
function checkPlayed(group: TargetGroupRecord): TargetGroupRecord {
  if (isNetwork(group.protocol))
    notEmulated(`attributes of target groups with the protocol '${group.protocol}'`);
  return group;
}

export function describeTargetGroupAttributes(
  state: ElbState,
  input: DescribeTargetGroupAttributesInput,
): AttributesOutput {
  return pairs(targetGroupAttributes(checkPlayed(targetGroupOf(state, input.TargetGroupArn))));
}

export function modifyTargetGroupAttributes(
  state: ElbState,
  input: ModifyTargetGroupAttributesInput,
): AttributesOutput {
  const group = checkPlayed(targetGroupOf(state, input.TargetGroupArn));
  const unsupported = (key: string): never =>
    refuse(
      'InvalidConfigurationRequest',
      `A target group with ${
        group.targetType === 'lambda' ? "target type 'lambda'" : `${group.protocol} protocol`
      } does not support the attribute ${key}`,
    );
  const changes = checkedAttributes(TARGET_GROUP, input.Attributes ?? [], (key) => {
    if (OF_OTHER_TARGET_GROUPS.has(key)) unsupported(key);
  });
  for (const key of Object.keys(changes))
    if (!(TARGET_GROUP.byKey.get(key)?.targetTypes?.includes(group.targetType) ?? true)) unsupported(key);
  const result = { ...targetGroupAttributes(group), ...changes };
  checkTogether(group, result, { ...group.attributes, ...changes });
  checkGroupPlacement(state.loadBalancers.get(group.loadBalancerArn ?? '')?.placement, group, result);
  group.attributes = { ...group.attributes, ...changes };
  return changedFirst(changes, targetGroupAttributes(group));
}

/** aws-limits 4.2, column "Dependencies": judged on the result, not on the request. */
function checkTogether(
  group: TargetGroupRecord,
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
function checkOneZone(group: TargetGroupRecord, sticky: boolean): void {
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
    // Whether the default counts is not documented (aws-limits 4.2): only a value that was set does.
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

export function describeListenerAttributes(
  state: ElbState,
  input: DescribeListenerAttributesInput,
): AttributesOutput {
  return pairs(listenerAttributes(listenerOf(state, input.ListenerArn)));
}

/** aws-limits 2.2: request header names only on HTTPS listeners. */
export function modifyListenerAttributes(
  state: ElbState,
  input: ModifyListenerAttributesInput,
): AttributesOutput {
  const listener = listenerOf(state, input.ListenerArn);
  const changes = checkedAttributes(LISTENER, input.Attributes ?? [], (key) => {
    if (OF_OTHER_LISTENERS.has(key))
      refuse('InvalidConfigurationRequest', 'The provided listener attribute is not supported');
  });
  for (const key of Object.keys(changes))
    if (!(LISTENER.byKey.get(key)?.listenerProtocols?.includes(listener.protocol) ?? true))
      refuse(
        'InvalidConfigurationRequest',
        `The attribute '${key}' is not supported by ${listener.protocol} listeners`,
      );
  listener.attributes = { ...listener.attributes, ...changes };
  const all = listenerAttributes(listener);
  return changedFirst(Object.fromEntries(Object.keys(changes).map((key) => [key, all[key] ?? ''])), all);
}
