// What a new member of a group asks for and another member excludes: the admission half of a group conflict (spec
// annotations 2.3 and the rows G of 17). The controller leaves out what slips through.
import { effectiveListenPorts } from '../annotations/listener.ts';
import { canonicalText } from '../binding/bind.ts';
import { fieldsWritten, setsNothing } from '../effects.ts';
import type { Intent, Settings } from '../generated/binding.ts';
import { contradicts, webAclWord } from '../ingress/web-acl.ts';
import { certainProblems } from '../limits/quotas.ts';
import { once } from '../once.ts';
import { annotationPath } from '../problems/finding.ts';
import { CLASS_PARAMS_KIND, placed } from '../problems/place.ts';
import type { Problem } from '../problems/problem.ts';
import { redirectProblems } from '../routing/redirects.ts';
import { type GroupMember, inGroupOrder } from '../routing/routes.ts';
import {
  combined,
  conflict,
  entryConflicts,
  type IntentPair,
  type Single,
  shown,
  valueConflict,
} from './conflict.ts';
import { nlbConflicts } from './frontend-nlb.ts';
import { listenerConflicts } from './listeners.ts';
import { sharedIntentKey } from './shared-intent-key.ts';

const AGREED = combined('group', 'same');
const UNITED = combined('group', 'union');

/** What holds for the group as a whole, all members together. */
export interface Whole {
  /** In group order; of those that ask for the same of what the group shares the first one. */
  readonly intents: readonly Intent[];
  /** What the class of the first member says, about which members need not agree (spec annotations 2.3, K+). */
  readonly settled: Partial<Settings>;
  /** The same for a listener: the class of the first member that listens there. */
  readonly settledOn: (port: number) => Partial<Settings>;
}

/**
 * What one member and the others of its group get wrong together, so that it is refused; members of other groups are left
 * aside.
 */
export function conflictProblems(member: GroupMember, others: readonly GroupMember[]): Problem[] {
  const mine = member.spec.intent;
  if (mine === undefined) return [];
  const isOther = (other: GroupMember) => other.spec.group === member.spec.group && other.key !== member.key;
  const all = inOrder(others);
  const ofKeys = ofEachKey(all).flatMap(({ shared, alike }) => {
    const other = alike.find(isOther);
    return other?.spec.intent === undefined ? [] : [{ shared, other, theirs: other.spec.intent }];
  });
  const whole = wholeOf([...ofKeys.map(({ other }) => other), member].sort(inGroupOrder));
  const contrary = new Set(
    ofKeys.flatMap(({ shared, other: { key }, theirs }) =>
      between({ mine, theirs, key }, whole).length === 0 ? [] : [shared],
    ),
  );
  const found = (contrary.size === 0 ? [] : others.filter(isOther)).flatMap((other) => {
    const { key, spec } = other;
    if (spec.intent === undefined || !contrary.has(sharedIntentKey(spec.intent))) return [];
    const problems = between({ mine, theirs: spec.intent, key }, whole);
    return other.hidden === true ? problems.map(veiled) : problems;
  });
  const explicit = !member.spec.group.includes('/');
  const problems = [
    ...found,
    ...(explicit ? redirectProblems(mine, whole) : []),
    ...certainProblems(member, all),
  ];
  const namespace = member.key.split('/')[0] ?? '';
  return problems.map((problem) => placed(problem, mine, namespace));
}

const ordered = new WeakMap<readonly GroupMember[], readonly GroupMember[]>();

/** In group order; sorted once for each list, and anew when it has grown since. */
export function inOrder(members: readonly GroupMember[]): readonly GroupMember[] {
  const before = ordered.get(members);
  if (before?.length === members.length) return before;
  const sorted = members.toSorted(inGroupOrder);
  ordered.set(members, sorted);
  return sorted;
}

/**
 * Members that contradict another one in the same way, or not at all: those of one group with the same key. Two of each at the
 * most, since one of them may be the member that is asked about; found once for each list.
 */
const ofEachKey = once((members: readonly GroupMember[]): readonly MembersOfKey[] => {
  const found = new Map<string, MembersOfKey>();
  for (const member of members) {
    const { group, intent } = member.spec;
    if (intent === undefined) continue;
    const shared = sharedIntentKey(intent);
    const { alike } = found.getOrInsertComputed(`${group}\n${shared}`, () => ({ shared, alike: [] }));
    if (alike.length < 2) alike.push(member);
  }
  return [...found.values()];
});

interface MembersOfKey {
  readonly shared: string;
  readonly alike: GroupMember[];
}

/** `members` in group order. */
function wholeOf(members: readonly GroupMember[]): Whole {
  const intents = members.flatMap(({ spec }) => spec.intent ?? []);
  const listening = (port: number) =>
    intents.find(({ settings }) => effectiveListenPorts(settings).some((one) => one.port === port));
  return {
    intents,
    settled: intents[0]?.first ?? {},
    settledOn: (port) => listening(port)?.first ?? {},
  };
}

/** The conflict without what only the other's namespace may know. */
const veiled = (problem: Problem): Problem => ({
  ...problem,
  because: 'an Ingress of another namespace in the same group asks for something else and was there first',
});

function between(pair: IntentPair, whole: Whole): Problem[] {
  return [
    ...AGREED.filter(({ name }) => isRead(name, whole)).flatMap((one) => agreedConflicts(one, pair, whole)),
    ...subnetConflicts(pair),
    ...UNITED.flatMap((one) => unitedConflicts(one, pair, whole)),
    ...webAclConflicts(pair, whole),
    ...listenerConflicts(pair, whole),
    ...nlbConflicts(pair, whole),
  ];
}

const bySubnetsOf = ({ settings, subnetTags }: Intent): 'class' | 'tags' | 'annotation' | undefined => {
  if (subnetTags !== undefined) return 'tags';
  if (settings.subnets === undefined) return undefined;
  return settings.subnets.from.startsWith(CLASS_PARAMS_KIND) ? 'class' : 'annotation';
};

/** The class of one member picks the subnets and something else does it for the other (spec annotations 17.3). */
function subnetConflicts({ mine, theirs, key }: IntentPair): Problem[] {
  const [a, b] = [bySubnetsOf(mine), bySubnetsOf(theirs)];
  if (a === undefined || b === undefined) return [];
  const tags = canonicalText(mine.subnetTags) === canonicalText(theirs.subnetTags);
  if (a === b && tags) return [];
  const words = {
    class: 'its class name them',
    tags: 'its class pick them by tags',
    annotation: 'an annotation name them',
  };
  const said = mine.settings.subnets?.value ?? Object.keys(mine.subnetTags ?? {});
  return [conflict(annotationPath('subnets'), said, key, `lets ${words[b]}`)];
}

/** Whether targets are opened is read only when some member names security groups (spec annotations 7.4). */
const isRead = (name: Single, { intents }: Whole): boolean =>
  name !== 'manage-backend-security-group-rules' ||
  intents.some(({ settings }) => (settings['security-groups']?.value.length ?? 0) > 0);

type Agreed = (typeof AGREED)[number];

/** A value that sets nothing says nothing, and what the first member's class says takes the place of all (spec annotations 5.6). */
function agreedConflicts(descriptor: Agreed, pair: IntentPair, { settled }: Whole): Problem[] {
  const { name } = descriptor;
  const [a, b] = [pair.mine.settings[name]?.value, pair.theirs.settings[name]?.value];
  if (a === undefined || b === undefined) return [];
  const isSaid = !setsNothing(descriptor, a) && !setsNothing(descriptor, b);
  return isSaid && settled[name] === undefined ? valueConflict(name, pair) : [];
}

/** Maps are compared key by key; one that ends in a number as that number (spec annotations 5.8). */
function unitedConflicts(
  descriptor: Agreed,
  { mine, theirs, key }: IntentPair,
  { settled }: Whole,
): Problem[] {
  const { name } = descriptor;
  type Value = Readonly<Record<string, string>> | undefined;
  const [a, b, first] = [mine.settings, theirs.settings, settled].map(
    (settings) => settings[name]?.value as Value,
  );
  if (a === undefined || b === undefined) return [];
  const [x, y] = [a, b].map((value) => [...fieldsWritten(descriptor, {}, value).values()][0]);
  if (typeof x !== 'number') return entryConflicts(name, a, b, key, first);
  if (first !== undefined || y === undefined || x === y) return [];
  return [conflict(annotationPath(name), x, key, `says ${shown(y)}`)];
}

/** Of WAFv2, and of WAF Classic as long as annotations name it; empty ids say nothing (spec annotations 8). */
function webAclConflicts(pair: IntentPair, { intents }: Whole): Problem[] {
  const classic = ({ settings }: Intent) =>
    settings['waf-acl-id'] === undefined ? 'web-acl-id' : 'waf-acl-id';
  const found: Problem[] = [];
  const [mine, theirs] = [webAclWord(pair.mine.settings), webAclWord(pair.theirs.settings)];
  const words = intents.flatMap(({ settings }) => webAclWord(settings) ?? []);
  if (mine !== undefined && theirs !== undefined && contradicts(mine, theirs, words)) {
    const says = theirs.pinned && !mine.pinned ? 'has a class that says' : 'says';
    found.push(conflict(annotationPath(mine.by), mine.value, pair.key, `${says} ${theirs.value}`));
  }
  const [a, b] = [pair.mine, pair.theirs].map((intent) => intent.settings[classic(intent)]?.value ?? '');
  if (a === undefined || b === undefined || a === '' || b === '' || a === b) return found;
  return [...found, conflict(annotationPath(classic(pair.mine)), a, pair.key, `says ${b}`)];
}
