// preview: what a change of one member would do to its group in AWS, planned as the controller plans it: from what the bindings
// know, without asking AWS. Pure.
//
//   before ─desire─▶ resources ─recorded─▶ found ──┐
//   after  ─desire─▶ resources ─amend──────────────┴─plan─▶ operations ─▶ steps: whose they are, and what of them is unknown
import { isDeepStrictEqual } from 'node:util';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { amend } from '../amendments/amendments.ts';
import { known as rememberedBy } from '../amendments/reset-memory.ts';
import { withReasons } from '../amendments/reset-to-default.ts';
import { desire } from '../desire/desire.ts';
import { type Group, groupOf } from '../group.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { match } from '../plan/match.ts';
import { plan } from '../plan/plan.ts';
import { type Existing, recordedOf } from './recorded.ts';
import { hasRulesBehind, othersOf, representativesOf } from './representatives.ts';
import { type PreviewStep, type Side, stepsOf } from './steps.ts';
import { factsUnasked, type PreviewFacts } from './unknown-facts.ts';

/** A member of a group as it is and as it would be; one of the two is absent when it joins or leaves. */
export interface MemberChange {
  readonly group: string;
  /** `namespace/name` of the member. */
  readonly key: string;
  /** The bindings of the group as recorded; the changed member may be among them. */
  readonly bindings: readonly LoadBalancerBinding[];
  readonly before?: LoadBalancerBinding | undefined;
  readonly after?: LoadBalancerBinding | undefined;
}

/**
 * The changes of groups that a new version of a binding makes, one or two: who moves joins one group and leaves the other.
 * `recorded` is the binding as it is.
 */
export function changesOf(
  next: LoadBalancerBinding,
  recorded: LoadBalancerBinding | undefined,
  bindingsOf: (group: string) => readonly LoadBalancerBinding[],
): MemberChange[] {
  const key = keyOf(next);
  const { group } = next.spec;
  const bindings = bindingsOf(group);
  if (recorded === undefined) return [{ group, key, bindings, after: next }];
  if (recorded.spec.group !== group) {
    const left = { group: recorded.spec.group, key, bindings: bindingsOf(recorded.spec.group) };
    return [
      { group, key, bindings, after: next },
      { ...left, before: recorded },
    ];
  }
  const { status } = recorded;
  const after = status === undefined ? next : { ...next, status };
  return [{ group, key, bindings, before: recorded, after }];
}

export interface PreviewAround extends Omit<PreviewFacts, 'balancer'> {
  readonly existing: Existing;
  /** Nothing else is asked: where none takes over from another, no step is planned. */
  readonly only?: 'replacements';
}

export interface Preview {
  readonly steps: readonly PreviewStep[];
  /** With as many other members as were needed. */
  readonly before: Group;
  readonly after: Group;
}

/** Groups of up to so many members are planned as they are; in larger ones others stand for those who ask for the same. */
const MOST_PLANNED = 50;

/**
 * Plans the change: all that it does to what the group shares and to what is the member's own, and to the others as far as it
 * is the change that concerns them. In a large group others are planned only where they are concerned, so that a thousand members
 * cost no more than a few; a rule of the member that a redirect of such another leaves no requests for is told as made.
 */
export function preview(change: MemberChange, around: PreviewAround): Preview {
  const planned = planWithOthers(change, around);
  return {
    before: planned.before.group,
    after: planned.after.group,
    steps: ofChange(planned, change.key),
  };
}

function planWithOthers(change: MemberChange, around: PreviewAround): PlannedChange {
  const { bindings, key, before, after } = change;
  const withAll = (): PlannedChange => planChange(change, othersOf(bindings, key), around);
  if (bindings.length <= MOST_PLANNED) return withAll();
  const orders = [before, after].flatMap((one) => (one === undefined ? [] : [one.spec.order]));
  const small = planChange(change, representativesOf(bindings, key, orders), around);
  return concernsOthers(small, change, around.existing) ? withAll() : small;
}

/** Whether a member has been served. */
const isServed = ({ status }: LoadBalancerBinding, existing: Existing): boolean =>
  existing === 'assumed' || status?.loadBalancer !== undefined;

interface PlannedChange {
  readonly before: Side;
  readonly after: Side;
  readonly steps: readonly PreviewStep[];
  /** `namespace/name` of members that have been served. */
  readonly served: ReadonlySet<string>;
}

/** What was not made yet of the others is not this change's doing. */
const ofChange = ({ steps, served }: PlannedChange, key: string): PreviewStep[] =>
  steps.filter(({ owner = key }) => owner === key || served.has(owner));

/** What is wanted is had, once the controller has come to rest: protected, healthy, and not refused. */
const IN_THE_END = { unmet: [], ready: () => true, refused: new Map() };

function planChange(
  { group: id, before, after }: MemberChange,
  others: readonly LoadBalancerBinding[],
  { existing, only, ...known }: PreviewAround,
): PlannedChange {
  const bindings = before === undefined ? others : [...others, before];
  const old = sideOf(groupOf(id, bindings), known);
  const there = recordedOf(old.wanted, bindings, existing);
  const found = [...there.values()];
  const balancer = found.find(isBalancer);
  const next = sideOf(groupOf(id, after === undefined ? others : [...others, after]), { ...known, balancer });
  const { resources } = next.wanted;
  // What all groups of the cluster share goes only when no other wants it: a step about it depends on that.
  const matching = match(schemas, resources, found);
  const served = new Set(
    old.group.members.flatMap(({ key, binding }) => (isServed(binding, existing) ? [key] : [])),
  );
  const sides = { before: old, after: next, served };
  if (only === 'replacements' && matching.superseded.size === 0) return { ...sides, steps: [] };
  const situation = { group: next.group, wanted: next.wanted, found, matching, set: rememberedBy(bindings) };
  const draft = amend({ ...situation, ...IN_THE_END }, false);
  const planned = plan(schemas, draft.resources, found, [], matching);
  const { operations } = withReasons(planned, { back: draft.resets });
  return { ...sides, steps: stepsOf(operations, old, next, there) };
}

const isBalancer = (one: Found): one is Found<'loadBalancer'> => one.kind === 'loadBalancer';

function sideOf(group: Group, known: PreviewFacts): Side {
  const wanted = desire(group, factsUnasked(group, known));
  const owners = new Map<string, string>();
  for (const { id, member } of wanted.backends) owners.set(id, member);
  // A default action belongs to the listener, whoever says it.
  for (const { id, member, pathType } of wanted.origins) if (pathType !== undefined) owners.set(id, member);
  return { group, wanted, owners };
}

/** Whether rules or target groups of other members change by more than their places in the order. */
function concernsOthers(
  plan: PlannedChange,
  { bindings, key, before, after }: MemberChange,
  existing: Existing,
): boolean {
  if (before !== undefined && after !== undefined && before.spec.order !== after.spec.order) return true;
  // Others may differ from their representatives in their Services, and in whether a redirect takes all their requests.
  const ofBalancer = plan.steps.filter(({ kind }) => kind === 'loadBalancer');
  if (ofBalancer.some(({ verb, fields }) => verb === 'replace' || fields.includes('ipAddressType')))
    return true;
  if (!isDeepStrictEqual(redirectsOf(plan.before, key), redirectsOf(plan.after, key))) return true;
  if (ofChange(plan, key).some(({ owner = key }) => owner !== key)) return true;
  const [order = 0] = [before, after].flatMap((one) => (one === undefined ? [] : [one.spec.order]));
  const listeners = shiftedUnseen(plan.steps);
  return (
    listeners.size > 0 &&
    hasRulesBehind(
      bindings,
      { key, order },
      ({ port }) => listeners.has(`listener/${port}`),
      existing === 'assumed',
    )
  );
}

/** Listeners that get more or fewer rules, while none of a representative is seen to make room: it may have no rules there. */
function shiftedUnseen(steps: readonly PreviewStep[]): ReadonlySet<string | undefined> {
  const ofRules = Map.groupBy(
    steps.filter(({ kind }) => kind === 'rule'),
    ({ listener }) => listener,
  );
  const isUnseen = (all: readonly PreviewStep[]): boolean => {
    const count = (of: PreviewStep['verb']): number => all.filter(({ verb }) => verb === of).length;
    return count('create') !== count('delete') && count('reorder') === 0;
  };
  return new Set([...ofRules].flatMap(([listener, all]) => (isUnseen(all) ? [listener] : [])));
}

const redirectsOf = (side: Side, key: string): readonly unknown[] =>
  side.wanted.resources.flatMap((one) =>
    one.kind === 'rule' && side.owners.get(one.id) === key && one.spec.actions.some(isRedirect)
      ? [{ on: one.spec.listener, when: one.spec.conditions, to: one.spec.actions }]
      : [],
  );

const isRedirect = ({ type }: { readonly type: string }): boolean => type === 'redirect';
