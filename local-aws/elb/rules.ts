// Rules: create, describe, modify, delete, and their priorities.
import type {
  CreateRuleInput,
  DeleteRuleInput,
  DescribeRulesInput,
  DescribeRulesOutput,
  ModifyRuleInput,
  Rule as RuleView,
  SetRulePrioritiesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { held, listenerOf, ruleOf } from './find.ts';
import { checkLinks, link, unlink } from './links.ts';
import { page } from './page.ts';
import { invalid, refuse } from './refusal.ts';
import { actionViews, checkActions, normalActions } from './rule-actions.ts';
import { checkTransforms, normalConditions } from './rule-conditions.ts';
import { arnOf, type CallContext, type ElbState, hexOf, nextId, type RuleRecord } from './state.ts';
import { newTags } from './tags.ts';

/** After every priority there can be (aws-limits R1): the place of the default rule. */
const LAST = 50_001;

/** Refuses by aws-limits R1 to R9, 3.1 to 3.3, and the quota TooManyRules (R2). */
export function createRule(
  state: ElbState,
  input: CreateRuleInput,
  context: CallContext,
): { Rules: RuleView[] } {
  const listener = listenerOf(state, input.ListenerArn);
  const lb = held(state.loadBalancers, listener.loadBalancerArn);
  const priority = input.Priority ?? 0;
  const conditions = normalConditions(input.Conditions ?? [], context.limits);
  const actions = normalActions(input.Actions ?? []);
  const transforms = input.Transforms ?? [];
  const tags = newTags(input.Tags);
  checkActions(actions, { protocol: listener.protocol, limits: context.limits });
  checkTransforms(transforms);
  if (listener.rules[priority] !== undefined)
    refuse('PriorityInUse', `Priority '${priority}' is currently in use`);
  checkLinks(state, listener, actions, context);
  const limit = context.limits['rules-per-application-load-balancer'];
  if (lb.ruleCount >= limit)
    refuse('TooManyRules', `You've reached the limit of ${limit} rules for load balancer '${lb.arn}'`);
  const { serial, hex } = nextId(state);
  const path = `app/${lb.name}/${hexOf(lb.arn)}/${hexOf(listener.arn)}/${hex}`;
  const rule: RuleRecord = {
    arn: arnOf(context, `listener-rule/${path}`),
    serial,
    listenerArn: listener.arn,
    priority,
    conditions,
    actions,
    transforms,
    tags,
  };
  state.rules.set(rule.arn, rule);
  listener.rules[priority] = rule.arn;
  lb.ruleCount += 1;
  link(state, lb.arn, actions);
  return { Rules: [view(rule)] };
}

function view(rule: RuleRecord): RuleView {
  return {
    RuleArn: rule.arn,
    Priority: rule.priority === undefined ? 'default' : String(rule.priority),
    Conditions: rule.conditions,
    Actions: actionViews(rule.actions),
    IsDefault: rule.priority === undefined,
    ...(rule.transforms.length === 0 ? {} : { Transforms: rule.transforms }),
  };
}

/** In the order of their priorities, the default rule last. */
export function describeRules(state: ElbState, input: DescribeRulesInput): DescribeRulesOutput {
  const arns = input.RuleArns ?? [];
  if (arns.length > 0 && input.ListenerArn !== undefined)
    invalid('You can specify only one of rule ARNs and a listener ARN');
  if (arns.length === 0 && input.ListenerArn === undefined)
    invalid('You must specify either rule ARNs or a listener ARN');
  const position = (rule: RuleRecord) => rule.priority ?? LAST;
  if (arns.length > 0) {
    // Rules of several listeners share priorities, so these pages go by age.
    const rules = [...new Set(arns)].map((arn) => ruleOf(state, arn)).sort((a, b) => a.serial - b.serial);
    const { items, marker } = page(rules, (rule) => rule.serial, input);
    return { Rules: items.map(view), ...marker };
  }
  const listener = listenerOf(state, input.ListenerArn);
  const rules = [...Object.values(listener.rules), listener.defaultRule].map((arn) => held(state.rules, arn));
  const { items, marker } = page(
    rules.sort((a, b) => position(a) - position(b)),
    position,
    input,
  );
  return { Rules: items.map(view), ...marker };
}

/** Replaces conditions, actions or transforms (aws-limits T7); the default rule is changed through its listener. */
export function modifyRule(
  state: ElbState,
  input: ModifyRuleInput,
  context: CallContext,
): { Rules: RuleView[] } {
  const rule = ruleOf(state, input.RuleArn);
  if (rule.priority === undefined)
    refuse('OperationNotPermitted', `Default rule '${rule.arn}' cannot be modified`);
  const { Conditions: asked, Actions: askedActions, Transforms: askedTransforms } = input;
  const reset = input.ResetTransforms === true;
  if (reset && askedTransforms !== undefined)
    invalid('You can specify only one of Transforms and ResetTransforms');
  if (asked === undefined && askedActions === undefined && askedTransforms === undefined && !reset)
    invalid('You must specify conditions, actions or transforms');
  const listener = held(state.listeners, rule.listenerArn);
  const conditions = asked === undefined ? rule.conditions : normalConditions(asked, context.limits);
  const actions = askedActions === undefined ? rule.actions : normalActions(askedActions, rule.actions);
  const transforms = reset ? [] : (askedTransforms ?? rule.transforms);
  checkActions(actions, { protocol: listener.protocol, limits: context.limits });
  checkTransforms(transforms);
  checkLinks(state, listener, actions, context);
  link(state, listener.loadBalancerArn, actions);
  unlink(state, listener.loadBalancerArn, rule.actions);
  Object.assign(rule, { conditions, actions, transforms });
  return { Rules: [view(rule)] };
}

/** aws-limits R1: the default rule goes only with its listener. */
export function deleteRule(state: ElbState, input: DeleteRuleInput): Record<never, never> {
  const rule = ruleOf(state, input.RuleArn);
  if (rule.priority === undefined)
    refuse('OperationNotPermitted', `Default rule '${rule.arn}' cannot be deleted`);
  const listener = held(state.listeners, rule.listenerArn);
  const lb = held(state.loadBalancers, listener.loadBalancerArn);
  unlink(state, lb.arn, rule.actions);
  delete listener.rules[rule.priority];
  lb.ruleCount -= 1;
  state.rules.delete(rule.arn);
  return {};
}

/** Judged on the result: swaps and rotations are fine when no two rules end up with one priority (moto-coverage 1, trap 4). */
export function setRulePriorities(state: ElbState, input: SetRulePrioritiesInput): { Rules: RuleView[] } {
  const pairs = input.RulePriorities ?? [];
  if (pairs.length === 0) invalid('At least one rule priority must be specified');
  const moves = pairs.map((pair) => ({ rule: ruleOf(state, pair.RuleArn), priority: pair.Priority ?? 0 }));
  if (new Set(moves.map((move) => move.rule)).size < moves.length)
    invalid('A rule ARN was specified more than once');
  for (const { rule } of moves)
    if (rule.priority === undefined)
      refuse('OperationNotPermitted', `The priority of the default rule '${rule.arn}' cannot be changed`);
  const [first] = moves;
  if (first === undefined || moves.some(({ rule }) => rule.listenerArn !== first.rule.listenerArn))
    invalid('All rules must belong to the same listener');
  const listener = held(state.listeners, first.rule.listenerArn);
  const result = { ...listener.rules };
  for (const { rule } of moves) if (rule.priority !== undefined) delete result[rule.priority];
  for (const { rule, priority } of moves) {
    if (result[priority] !== undefined) refuse('PriorityInUse', `Priority '${priority}' is currently in use`);
    result[priority] = rule.arn;
  }
  listener.rules = result;
  for (const { rule, priority } of moves) rule.priority = priority;
  return { Rules: moves.map(({ rule }) => view(rule)) };
}
