// Which target groups a load balancer's rules forward to: checked before a rule changes, counted after.
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { targetGroupAttributes } from './attributes.ts';
import { held, targetGroupOf } from './find.ts';
import { isNetwork } from './health-check.ts';
import { checkGroupPlacement, checkListenerPlacement } from './placement.ts';
import { invalid, refuse } from './refusal.ts';
import type {
  CallContext,
  ElbState,
  ListenerRecord,
  LoadBalancerRecord,
  TargetGroupRecord,
} from './state.ts';
import { checkNewGroups } from './target-quotas.ts';

/** ARNs of the target groups that actions forward to, each once. */
export function groupsOf(actions: readonly Action[]): string[] {
  const arns = actions.flatMap((action) => [
    ...(action.TargetGroupArn === undefined ? [] : [action.TargetGroupArn]),
    ...(action.ForwardConfig?.TargetGroups?.map((tuple) => tuple.TargetGroupArn ?? '') ?? []),
  ]);
  return [...new Set(arns)];
}

/**
 * Judges the target groups of actions behind a listener: they exist, serve no other load balancer (aws-limits TG9), suit
 * the listener (N21) and the load balancer (TG7), share one address type, and stay within the quota.
 */
export function checkLinks(
  state: ElbState,
  listener: Pick<ListenerRecord, 'loadBalancerArn' | 'protocol'>,
  actions: readonly Action[],
  context: CallContext,
): void {
  const lb = held(state.loadBalancers, listener.loadBalancerArn);
  const groups = groupsOf(actions).map((arn) => forwardedTo(state, arn));
  checkListenerPlacement(lb.placement, {}, actions);
  for (const group of groups) checkLink(lb, listener.protocol, group);
  if (new Set(groups.map((group) => group.ipAddressType)).size > 1)
    invalid('The IP address types of the target groups for a single action must be the same');
  checkStickiness(groups, actions);
  const unique = new Set([...Object.keys(lb.targetGroups), ...groups.map((group) => group.arn)]);
  const limit = context.limits['target-groups-per-application-load-balancer'];
  if (unique.size > limit)
    refuse(
      'TooManyUniqueTargetGroupsPerLoadBalancer',
      `You've reached the limit of ${limit} unique target groups for load balancer '${lb.arn}'`,
    );
  checkNewGroups(state, lb, groups, context);
  checkUserPools(actions, context);
}

/** A target group that an action names; unlike other calls, these name the one they miss. */
function forwardedTo(state: ElbState, arn: string): TargetGroupRecord {
  if (!state.targetGroups.has(arn) && arn.includes(':targetgroup/'))
    refuse('TargetGroupNotFound', `Target groups '${arn}' not found`);
  return targetGroupOf(state, arn);
}

function checkLink(lb: LoadBalancerRecord, protocol: string, group: TargetGroupRecord): void {
  // Elastic Load Balancing API Reference, CreateListener: IncompatibleProtocols.
  if (isNetwork(group.protocol))
    refuse(
      'IncompatibleProtocols',
      `The listener and its associated target group '${group.arn}' have incompatible protocols`,
    );
  checkGroupPlacement(lb.placement, group, targetGroupAttributes(group));
  if (group.loadBalancerArn !== undefined && group.loadBalancerArn !== lb.arn)
    refuse(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${group.arn}`,
    );
  if (group.vpcId !== undefined && group.vpcId !== lb.vpcId)
    refuse(
      'InvalidConfigurationRequest',
      `The following target groups are in a different VPC than load balancer '${lb.arn}': ${group.arn}`,
    );
  if (protocol === 'HTTP' && (group.protocolVersion === 'HTTP2' || group.protocolVersion === 'GRPC'))
    refuse(
      'InvalidLoadBalancerAction',
      `Listener protocol 'HTTP' is not supported with a target group with the protocol-version '${group.protocolVersion}'`,
    );
  if (group.ipAddressType === 'ipv6' && lb.ipAddressType === 'ipv4')
    refuse(
      'InvalidConfigurationRequest',
      "You cannot associate an IPv6 target group with a load balancer that has an 'ipv4' IP address type",
    );
}

/** aws-limits 3.3 forward: with several groups of which one is sticky, the action must be sticky too. */
function checkStickiness(groups: readonly TargetGroupRecord[], actions: readonly Action[]): void {
  if (groups.length < 2) return;
  const onAction = actions.some((a) => a.ForwardConfig?.TargetGroupStickinessConfig?.Enabled === true);
  if (!onAction && groups.some((group) => targetGroupAttributes(group)['stickiness.enabled'] === 'true'))
    refuse(
      'InvalidConfigurationRequest',
      'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
    );
}

/** aws-limits 3.3 authenticate-cognito: the pool lies in the Region of the load balancer. */
function checkUserPools(actions: readonly Action[], { region }: CallContext): void {
  for (const { AuthenticateCognitoConfig: config } of actions)
    if (config !== undefined && config.UserPoolArn?.split(':')[3] !== region)
      invalid(`'${config.UserPoolArn}' is not a valid user pool ARN`);
}

/** Counts the groups of a rule in; targets of a group that comes into use start at `initial`. */
export function link(state: ElbState, loadBalancerArn: string, actions: readonly Action[]): void {
  const lb = held(state.loadBalancers, loadBalancerArn);
  for (const arn of groupsOf(actions)) {
    const group = held(state.targetGroups, arn);
    lb.targetGroups[arn] = (lb.targetGroups[arn] ?? 0) + 1;
    if (group.loadBalancerArn !== undefined) continue;
    group.loadBalancerArn = lb.arn;
    for (const target of Object.values(group.targets)) {
      target.health = 'initial';
      target.reason = 'Elb.RegistrationInProgress';
      target.description = 'Target registration is in progress';
      target.successes = 0;
      target.failures = 0;
    }
  }
}

/** Counts the groups of a rule out; draining targets of a group that nobody uses any more are gone. */
export function unlink(state: ElbState, loadBalancerArn: string, actions: readonly Action[]): void {
  const lb = held(state.loadBalancers, loadBalancerArn);
  for (const arn of groupsOf(actions)) {
    const left = (lb.targetGroups[arn] ?? 0) - 1;
    if (left > 0) {
      lb.targetGroups[arn] = left;
      continue;
    }
    delete lb.targetGroups[arn];
    const group = held(state.targetGroups, arn);
    delete group.loadBalancerArn;
    for (const [key, target] of Object.entries(group.targets))
      if (target.drainingUntil !== undefined) delete group.targets[key];
  }
}
