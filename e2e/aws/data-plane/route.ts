// What a listener does with a request, pure: the rule that answers, its actions, the target group, the target.
import type { Action, ForwardActionConfig, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type MatchRequest, matchRule } from '../../../api/match.ts';
import { held } from '../elb/find.ts';
import type { Context, ElbState, Listener, Rule, Target, TargetGroup } from '../elb/state.ts';
import { healthOf } from '../elb/targets.ts';

/** The first rule by priority whose conditions a request meets, else the default rule. */
export function ruleFor(state: ElbState, listener: Listener, request: MatchRequest): Rule {
  // Integer-like keys come in ascending order, which is the order of priorities.
  for (const arn of Object.values(listener.rules)) {
    const rule = held(state.rules, arn);
    if (matchRule(rule.conditions, request)) return rule;
  }
  return held(state.rules, listener.defaultRule);
}

/** A rule's actions by their part: what comes before routing, and the routing itself. */
export interface Decision {
  before?: Action;
  routing: Action;
  transforms: RuleTransform[];
}

export function decisionOf(rule: Rule): Decision {
  const routing = rule.actions.at(-1);
  if (routing === undefined) throw new Error(`rule ${rule.arn} has no action`);
  const [before] = rule.actions.slice(0, -1);
  return { ...(before === undefined ? {} : { before }), routing, transforms: rule.transforms };
}

/**
 * The target group that takes a request, by weight; `sticky` is the one that a cookie names. `random` lies in [0, 1).
 * Undefined when every weight is zero.
 */
export function chooseGroup(
  config: ForwardActionConfig,
  random: number,
  sticky: string | undefined,
): string | undefined {
  const tuples = (config.TargetGroups ?? []).map((tuple) => ({
    arn: tuple.TargetGroupArn ?? '',
    weight: tuple.Weight ?? 1,
  }));
  if (sticky !== undefined && tuples.some((tuple) => tuple.arn === sticky)) return sticky;
  let left = random * tuples.reduce((sum, tuple) => sum + tuple.weight, 0);
  for (const { arn, weight } of tuples) {
    if (weight > 0 && left < weight) return arn;
    left -= weight;
  }
  return undefined;
}

/**
 * The targets that may take a request: the healthy ones; when there are none, all that are registered and in an enabled
 * zone, for a load balancer fails open (ALB User Guide: Target group health).
 */
export function eligibleTargets(
  state: ElbState,
  group: TargetGroup,
  context: Pick<Context, 'world'>,
): { key: string; target: Target }[] {
  const all = Object.entries(group.targets).map(([key, target]) => ({
    key,
    target,
    health: healthOf(state, group, target, context).State,
  }));
  const healthy = all.filter(({ health }) => health === 'healthy' || health === 'unavailable');
  return healthy.length > 0
    ? healthy
    : all.filter(({ health }) => health === 'unhealthy' || health === 'initial');
}
