// What a listener does with a request, pure: the rule that answers, its actions, the target group, the targets.
import type { Action, ForwardActionConfig, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type MatchRequest, matchRule } from '../../api/routing/match.ts';
import { held } from '../elb/find.ts';
import type {
  CallContext,
  ElbState,
  ListenerRecord,
  RuleRecord,
  TargetGroupRecord,
  TargetRecord,
} from '../elb/state.ts';
import { healthOf } from '../elb/targets.ts';
import type { GroupSettings } from './settings.ts';

/** The first rule by priority whose conditions a request meets, else the default rule. */
export function ruleFor(state: ElbState, listener: ListenerRecord, request: MatchRequest): RuleRecord {
  // Integer-like keys come in ascending order, which is the order of priorities.
  for (const priority in listener.rules) {
    const rule = held(state.rules, listener.rules[priority] ?? '');
    if (matchRule(rule.conditions, request)) return rule;
  }
  return held(state.rules, listener.defaultRule);
}

/** A rule's actions by their part: what comes before routing, and the routing itself. */
export interface RuleActions {
  before?: Action;
  routing: Action;
  transforms: RuleTransform[];
}

export function ruleActionsOf(rule: RuleRecord): RuleActions {
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
  const tuples = config.TargetGroups ?? [];
  if (sticky !== undefined && tuples.some((tuple) => tuple.TargetGroupArn === sticky)) return sticky;
  let left = random * tuples.reduce((sum, tuple) => sum + (tuple.Weight ?? 1), 0);
  for (const { TargetGroupArn: arn, Weight: weight = 1 } of tuples) {
    if (weight > 0 && left < weight) return arn;
    left -= weight;
  }
  return undefined;
}

export interface TargetCandidate {
  readonly key: string;
  readonly target: TargetRecord;
}

/**
 * The targets that may take a request: the healthy ones; when they are fewer than the group's threshold, all that are
 * registered and in an enabled zone, for a load balancer fails open (ALB User Guide: Target group health, Unhealthy state
 * actions). A draining target gets nothing new.
 */
export function eligibleTargets(
  state: ElbState,
  group: TargetGroupRecord,
  context: Pick<CallContext, 'world'>,
  settings: Pick<GroupSettings, 'healthyCount' | 'healthyPercentage'>,
): TargetCandidate[] {
  const healthy: TargetCandidate[] = [];
  const all: TargetCandidate[] = [];
  for (const key in group.targets) {
    const target = group.targets[key];
    if (target === undefined) continue;
    const health = healthOf(state, group, target, context).State;
    if (health === 'draining' || health === 'unused') continue;
    all.push({ key, target });
    if (health === 'healthy' || health === 'unavailable') healthy.push({ key, target });
  }
  const enough =
    healthy.length >= settings.healthyCount &&
    healthy.length * 100 >= all.length * settings.healthyPercentage;
  return healthy.length > 0 && enough ? healthy : all;
}
