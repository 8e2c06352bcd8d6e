// The diff of listener rules: moved rather than rewritten where only the priority differs (aws-model 3.12, vectors in 13.8).
//
//   equal settings, same priority   → nothing to do          equal settings, other priority → moved, all in one call
//   same priority, other settings   → modified in place      neither                        → created; leftovers deleted
import type { Resource } from '../../api/aws.ts';
import { differing, type Plannable } from '../plan/match.ts';
import type { Operation } from '../plan/operation.ts';
import { changesIn, reasons } from '../plan/plan.ts';
import type { Found, Resolve } from './kind.ts';

/** The highest priority that AWS allows (aws-limits R1); leftovers wait there until they are deleted. */
const LAST_PRIORITY = 50_000;

type Rule = Resource<'rule'>;
type FoundRule = Found<'rule'>;
type Pair = readonly [wanted: Rule, found: FoundRule];

interface Pairing {
  readonly settled: Pair[];
  readonly moved: Pair[];
  readonly changed: Pair[];
  readonly created: Rule[];
  readonly left: FoundRule[];
}

function pair(
  wanted: readonly Rule[],
  found: readonly FoundRule[],
  same: (rule: Rule, one: FoundRule) => boolean,
): Pairing {
  const free = new Map(found.map((one) => [one.arn, one]));
  const pairing: Pairing = { settled: [], moved: [], changed: [], created: [], left: [] };
  const at = new Map(found.map((one) => [one.spec.priority, one]));
  const put = (list: Pair[], rule: Rule, one: FoundRule): void => {
    list.push([rule, one]);
    free.delete(one.arn);
  };
  const unsettled = wanted.filter((rule) => {
    const there = at.get(rule.spec.priority);
    if (there === undefined || !same(rule, there)) return true;
    put(pairing.settled, rule, there);
    return false;
  });
  const unmoved = unsettled.filter((rule) => {
    const twin = [...free.values()].find((one) => same(rule, one));
    if (twin !== undefined) put(pairing.moved, rule, twin);
    return twin === undefined;
  });
  for (const rule of unmoved) {
    const there = at.get(rule.spec.priority);
    if (there !== undefined && free.has(there.arn)) put(pairing.changed, rule, there);
    else pairing.created.push(rule);
  }
  // A rule without our tags is somebody's own: it stays, unless it stands where one of ours must be.
  pairing.left.push(...[...free.values()].filter(({ resourceTag }) => resourceTag !== ''));
  return pairing;
}

/** A moved rule as it is once it was moved: whoever changes it afterwards must not remember its old place. */
const arrived = ([rule, found]: Pair): Pair => [
  rule,
  { ...found, spec: { ...found.spec, priority: rule.spec.priority } },
];

function reorder(listener: string, { moved, left }: Pairing): Operation[] {
  if (moved.length === 0) return [];
  const away = left
    .toSorted((a, b) => b.spec.priority - a.spec.priority)
    .map((found, index) => ({ found, to: LAST_PRIORITY - index }));
  const into = moved.map(([rule, found]) => ({ found, to: rule.spec.priority }));
  const because = moved.map(
    ([rule, found]) => `the rule at ${found.spec.priority} belongs at ${rule.spec.priority}`,
  );
  return [{ verb: 'reorder', kind: 'rule', id: listener, moves: [...away, ...into], because }];
}

/** The rules' own diff, per listener; a listener that does not exist yet has none to compare with. */
export function ruleDiff(kind: Plannable): NonNullable<Plannable['diff']> {
  const settings = (rule: Rule, one: FoundRule, resolve: Resolve): string[] =>
    differing(kind, rule, one, resolve).filter((field) => field !== 'priority' && field !== 'tags');
  const modify = ([rule, found]: Pair, resolve: Resolve): Operation[] => {
    const fields = differing(kind, rule, found, resolve).filter((field) => field !== 'priority');
    const change = changesIn(fields, rule, found);
    if (change.length === 0) return [];
    return [
      { verb: 'modify', kind: 'rule', id: rule.id, resource: rule, found, change, because: reasons(change) },
    ];
  };
  const create = (rule: Rule): Operation => ({
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
    const rules = wanted.filter((resource): resource is Rule => resource.kind === 'rule');
    const existing = found
      .filter((one): one is FoundRule => one.kind === 'rule')
      .sort((a, b) => a.spec.priority - b.spec.priority);
    const desired = Map.groupBy(rules, ({ spec }) => resolve(spec.listener));
    const present = Map.groupBy(existing, ({ spec }) => spec.listener.ref);
    return [...new Set([...desired.keys(), ...present.keys()])].flatMap((listener) => {
      const same = (rule: Rule, one: FoundRule): boolean => settings(rule, one, resolve).length === 0;
      const pairing = pair(desired.get(listener) ?? [], present.get(listener) ?? [], same);
      return [
        ...reorder(listener, pairing),
        ...[...pairing.changed, ...pairing.settled, ...pairing.moved.map(arrived)].flatMap((both) =>
          modify(both, resolve),
        ),
        ...pairing.created.map(create),
        ...pairing.left.map(remove),
      ];
    });
  };
}
