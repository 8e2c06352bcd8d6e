// The desired resources without what AWS refused: the setting goes, else the rule (design: Groups). What is there already
// stays as it is; a route that cannot be made as it is wanted answers 503, so that no later rule gets its requests. Pure.
import type { Action, ForwardTarget, Resource } from '../../api/aws.ts';
import { actionsOf, targetGroupsIn, unavailable } from '../kinds/action.ts';
import { sameConditions } from '../kinds/condition.ts';
import type { Found } from '../kinds/kind.ts';
import { fieldsOf } from '../kinds/kinds.ts';
import type { Matching } from '../plan/match.ts';
import { keyOf, type Part, type Refusal, whole } from './parts.ts';
import type { Refused } from './rejection-memory.ts';

export interface LeftOut {
  readonly resources: readonly Resource[];
  /** What was left out, of all that was refused. */
  readonly left: readonly Refusal[];
}

export const UNAVAILABLE = unavailable('The load balancer cannot do what this route asks for');

type MutableSpec = Record<string, unknown>;
type RuleToTrim = Resource<'rule'>;

interface Work {
  readonly refused: Refused;
  readonly left: Map<string, Refusal>;
  readonly found: readonly Found[];
  readonly matching: Matching;
}

/** Whether a part was refused; notes that it is left out. */
function isOut({ refused, left }: Work, part: Part): boolean {
  const key = keyOf(part);
  const refusal = refused.get(key);
  // As it is numbered now.
  if (refusal !== undefined) left.set(key, { part, failure: refusal.failure });
  return refusal !== undefined;
}

/** Without entries and fields that were refused; they stay as they were found. */
function trimmed(work: Work, resource: Resource): Resource {
  const { kind, id } = resource;
  const spec: MutableSpec = { ...resource.spec };
  const have: MutableSpec = { ...work.matching.matched.get(id)?.spec };
  for (const [field, { optional, entries }] of Object.entries(fieldsOf(kind))) {
    const value = spec[field];
    if (value === undefined) continue;
    if (isOut(work, { kind, id, field, value })) {
      if (have[field] !== undefined) spec[field] = have[field];
      // What protects by it is closed where it is left out (rejected-parts.ts).
      else if (optional === true) delete spec[field];
    } else if (entries !== undefined) {
      const rest = entries(value, undefined).filter((one) => !isOut(work, { kind, id, field, ...one }));
      spec[field] = Array.isArray(value)
        ? rest.map((one) => one.value)
        : {
            ...keptTags(field, value, have[field]),
            ...Object.fromEntries(rest.map((one) => [one.entry, one.value])),
          };
    }
  }
  return { ...resource, spec } as object as Resource;
}

function listenerWithout(work: Work, listener: Resource<'listener'>, gone: ReadonlySet<string>): Resource {
  const { kind, id, spec } = listener;
  const less = trimmed(work, listener) as Resource<'listener'>;
  const { defaultActions: value } = spec;
  const there = work.matching.matched.get(id);
  const now = there === undefined ? [] : actionsOf(there);
  const otherwise = canGoOn(work, value, now) ? now : [UNAVAILABLE];
  const actions = isOut(work, { kind, id, field: 'defaultActions', value }) ? otherwise : value;
  return { kind, id, spec: { ...less.spec, defaultActions: withoutGroups(actions, gone) } };
}

/** Tags that are not wanted are taken away, so a refused value leaves the one that is there. */
function keptTags(field: string, wanted: unknown, found: unknown): Record<string, string> {
  if (field !== 'tags' || typeof found !== 'object' || found === null) return {};
  const names = Object.keys(wanted as object);
  return Object.fromEntries(Object.entries(found).filter(([key]) => names.includes(key)));
}

/** A forward without target groups that could not be made. */
function withoutGroups(actions: readonly Action[], gone: ReadonlySet<string>): Action[] {
  const there = ({ targetGroup }: ForwardTarget) =>
    typeof targetGroup === 'string' || !gone.has(targetGroup.ref);
  const lacks = actions.some((action) => action.type === 'forward' && !action.targets.every(there));
  if (!lacks) return [...actions];
  return actions.flatMap((action): Action[] => {
    if (action.type !== 'forward') return [action];
    const targets = action.targets.filter(there);
    return [targets.length === 0 ? UNAVAILABLE : { ...action, targets }];
  });
}

/** Who must log in or show a token; a login that lets everybody pass is a weaker guard than one that does not. */
const guardsIn = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) => {
    if (!/^(authenticate|jwt)-/.test(action.type)) return [];
    const lets = 'onUnauthenticatedRequest' in action && action.onUnauthenticatedRequest === 'allow';
    return lets ? [`${action.type} allow`] : [action.type, `${action.type} allow`];
  });

const forwards = (actions: readonly Action[]): boolean => actions.some(({ type }) => type === 'forward');

/** Whether actions that are there may stay in place of those that are wanted: their targets do, and nothing is opened by it. */
function canGoOn({ found, matching }: Work, wanted: readonly Action[], now: readonly Action[]): boolean {
  const kept = new Set([...matching.matched.values()].map(({ arn }) => arn));
  const known = new Set(found.map(({ arn }) => arn));
  const guards = guardsIn(now);
  return (
    now.length > 0 &&
    // A redirect, or an answer that takes the place of a target, is a wish to keep requests away from it.
    (forwards(wanted) || !forwards(now)) &&
    guardsIn(wanted).every((guard) => guards.includes(guard)) &&
    now.every(
      (action) =>
        action.type !== 'forward' ||
        (action.targets.length > 0 &&
          targetGroupsIn([action]).every((arn) => kept.has(arn) || !known.has(arn))),
    )
  );
}

/** What rules for the same requests do now, as far as that can go on. */
const actionsNow = (work: Work, { spec }: RuleToTrim): Action[][] =>
  work.found.flatMap((one) =>
    one.kind === 'rule' &&
    one.resourceTag !== '' &&
    one.spec.listener.ref === work.matching.resolve(spec.listener) &&
    sameConditions(spec.conditions, one.spec.conditions) &&
    canGoOn(work, spec.actions, one.spec.actions)
      ? [one.spec.actions]
      : [],
  );

/** With other actions AWS may want the rule; where it is full it wants none. */
const aboutActions = ({ kind, code }: Refusal['failure']): boolean =>
  kind !== 'limit' || code.includes('TargetGroup');

function ruleWithout(work: Work, rule: RuleToTrim): RuleToTrim[] {
  const refusal = work.refused.get(keyOf(whole(rule)));
  if (refusal === undefined || !isOut(work, whole(rule))) return [rule];
  const { transforms: _, ...spec } = rule.spec;
  const now = actionsNow(work, rule).map(
    (actions): RuleToTrim => ({ ...rule, spec: { ...rule.spec, actions } }),
  );
  const closed: RuleToTrim = { ...rule, spec: { ...spec, actions: [UNAVAILABLE] } };
  const instead = aboutActions(refusal.failure) ? [...now, closed] : now;
  const possible = instead.find((one) => !isOut(work, whole(one)));
  return possible === undefined ? [] : [possible];
}

/** Leaves out what was refused. */
export function leaveOut(
  wanted: readonly Resource[],
  found: readonly Found[],
  refused: Refused,
  matching: Matching,
): LeftOut {
  if (refused.size === 0) return { resources: wanted, left: [] };
  const work: Work = { refused, left: new Map(), found, matching };
  const gone = new Set(
    wanted.flatMap((one) =>
      one.kind === 'targetGroup' && !work.matching.matched.has(one.id) && isOut(work, whole(one))
        ? [one.id]
        : [],
    ),
  );
  const resources = wanted.flatMap((resource): Resource[] => {
    if (gone.has(resource.id)) return [];
    if (resource.kind === 'rule') {
      const actions = withoutGroups(resource.spec.actions, gone);
      return ruleWithout(work, { ...resource, spec: { ...resource.spec, actions } });
    }
    if (resource.kind === 'listener') return [listenerWithout(work, resource, gone)];
    return [trimmed(work, resource)];
  });
  return { resources, left: [...work.left.values()] };
}
