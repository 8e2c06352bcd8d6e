// The diff of listener rules: moved rather than rewritten where only the priority differs (aws-model 3.12, vectors in 13.8).
//
//   equal settings, same priority   → nothing to do          equal settings, other priority → moved, all in one call
//   same priority, other settings   → modified in place      neither                        → created; leftovers deleted
import type { Resource } from '../../api/aws.ts';
import { differing } from '../plan/match.ts';
import type { Operation } from '../plan/operation.ts';
import { changesIn, reasons } from '../plan/plan.ts';
import { conditionsText } from './condition.ts';
import type { Found, KindSchema, Resolve } from './kind.ts';

/** The highest priority that AWS allows (aws-limits R1); leftovers wait there until they are deleted, rules of others stay there. */
const LAST_PRIORITY = 50_000;

type DesiredRule = Resource<'rule'>;
type FoundRule = Found<'rule'>;
type RulePair = readonly [wanted: DesiredRule, found: FoundRule];

interface Pairing {
  readonly settled: RulePair[];
  readonly moved: RulePair[];
  readonly changed: RulePair[];
  readonly created: DesiredRule[];
  readonly left: FoundRule[];
  /** Somebody's own rules that stand where one of ours must be. */
  readonly inTheWay: FoundRule[];
}

const textOf = ({ spec }: DesiredRule | FoundRule): string => conditionsText(spec.conditions);

function pair(
  wanted: readonly DesiredRule[],
  found: readonly FoundRule[],
  same: (rule: DesiredRule, one: FoundRule) => boolean,
): Pairing {
  const free = new Map(found.map((one) => [one.arn, one]));
  const pairing: Pairing = { settled: [], moved: [], changed: [], created: [], left: [], inTheWay: [] };
  const at = new Map(found.map((one) => [one.spec.priority, one]));
  const put = (list: RulePair[], rule: DesiredRule, one: FoundRule): void => {
    list.push([rule, one]);
    free.delete(one.arn);
  };
  const unsettled = wanted.filter((rule) => {
    const there = at.get(rule.spec.priority);
    if (there === undefined || !same(rule, there)) return true;
    put(pairing.settled, rule, there);
    return false;
  });
  // Rules that are the same have the same conditions: only those are compared, or it would be all with all.
  const alike = Map.groupBy(unsettled.length === 0 ? [] : free.values(), textOf);
  const unmoved = unsettled.filter((rule) => {
    if (alike.size === 0) return true;
    const twin = alike.get(textOf(rule))?.find((one) => free.has(one.arn) && same(rule, one));
    if (twin !== undefined) put(pairing.moved, rule, twin);
    return twin === undefined;
  });
  for (const rule of unmoved) {
    const there = at.get(rule.spec.priority);
    if (there !== undefined && free.has(there.arn) && there.resourceTag !== '')
      put(pairing.changed, rule, there);
    else pairing.created.push(rule);
  }
  // A rule without our tags is somebody's own: it stays, behind ours when it stands where one of ours must be.
  const places = new Set(wanted.map(({ spec }) => spec.priority));
  for (const one of free.values()) {
    if (one.resourceTag !== '') pairing.left.push(one);
    else if (places.has(one.spec.priority)) pairing.inTheWay.push(one);
  }
  return pairing;
}

/** Places for those that make room, from the last one down, where none of the others stands. */
function away(leaving: readonly FoundRule[], all: readonly FoundRule[]): { found: FoundRule; to: number }[] {
  const arns = new Set(leaving.map(({ arn }) => arn));
  const taken = new Set(all.filter(({ arn }) => !arns.has(arn)).map(({ spec }) => spec.priority));
  let to = LAST_PRIORITY + 1;
  return leaving
    .toSorted((a, b) => b.spec.priority - a.spec.priority)
    .map((found) => {
      do to -= 1;
      while (taken.has(to));
      return { found, to };
    });
}

function reorder(
  listener: string,
  { moved, left, inTheWay }: Pairing,
  all: readonly FoundRule[],
): Operation[] {
  if (moved.length === 0 && inTheWay.length === 0) return [];
  const room = away(moved.length === 0 ? inTheWay : [...left, ...inTheWay], all);
  const into = moved.map(([rule, found]) => ({ found, to: rule.spec.priority }));
  const because = [
    ...inTheWay.map(({ spec }) => `the rule at ${spec.priority} is not ours and makes room`),
    ...moved.map(([rule, found]) => `the rule at ${found.spec.priority} belongs at ${rule.spec.priority}`),
  ];
  return [{ verb: 'reorder', kind: 'rule', id: listener, moves: [...room, ...into], because }];
}

/** A pair after it was moved: what is changed next stands at its new place. */
const arrived = ([rule, found]: RulePair): RulePair => [
  rule,
  { ...found, spec: { ...found.spec, priority: rule.spec.priority } },
];

/** Rules of one listener after those of another. */
const byListener = (rules: readonly DesiredRule[], resolve: Resolve): readonly (readonly DesiredRule[])[] => [
  ...Map.groupBy(rules, ({ spec }) => resolve(spec.listener)).values(),
];

/** The rules' own diff, per listener; a listener that does not exist yet has none to compare with. */
export function ruleDiff(kind: Pick<KindSchema, 'fields'>): NonNullable<KindSchema['diff']> {
  const only = (is: (field: string) => boolean): typeof kind => ({
    ...kind,
    fields: Object.fromEntries(Object.entries(kind.fields).filter(([field]) => is(field))),
  });
  const all = only((field) => field !== 'priority');
  const tags = only((field) => field === 'tags');
  const settings = only((field) => field !== 'priority' && field !== 'tags');
  const modify = ([rule, found]: RulePair, parts: typeof kind, resolve: Resolve): Operation[] => {
    const fields = differing(parts, rule, found, resolve);
    const change = changesIn(fields, rule, found);
    if (change.length === 0) return [];
    return [
      { verb: 'modify', kind: 'rule', id: rule.id, resource: rule, found, change, because: reasons(change) },
    ];
  };
  const create = (rule: DesiredRule): Operation => ({
    verb: 'create',
    kind: 'rule',
    id: rule.id,
    resource: rule,
    because: ['does not exist yet'],
  });
  const remove = (found: FoundRule): Operation => ({
    verb: 'delete',
    kind: 'rule',
    id: found.arn,
    found,
    after: [],
    because: ['nothing wants it'],
  });

  return (wanted, found, resolve) => {
    const rules = wanted.filter((resource) => resource.kind === 'rule');
    const existing = found
      .filter((one) => one.kind === 'rule')
      .sort((a, b) => a.spec.priority - b.spec.priority);
    // Without any there is nothing to pair.
    if (existing.length === 0) return byListener(rules, resolve).flatMap((some) => some.map(create));
    const desired = Map.groupBy(rules, ({ spec }) => resolve(spec.listener));
    const present = Map.groupBy(existing, ({ spec }) => spec.listener.ref);
    return [...new Set([...desired.keys(), ...present.keys()])].flatMap((listener) => {
      const same = (rule: DesiredRule, one: FoundRule): boolean =>
        differing(settings, rule, one, resolve).length === 0;
      const pairing = pair(desired.get(listener) ?? [], present.get(listener) ?? [], same);
      return [
        ...reorder(listener, pairing, present.get(listener) ?? []),
        ...pairing.changed.flatMap((both) => modify(both, all, resolve)),
        ...[...pairing.settled, ...pairing.moved.map(arrived)].flatMap((both) => modify(both, tags, resolve)),
        ...pairing.created.map(create),
        ...pairing.left.map(remove),
      ];
    });
  };
}
