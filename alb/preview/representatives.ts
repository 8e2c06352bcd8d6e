// Representatives: the members of a group without which a change of one member would be planned in another way. In a large group
// most members ask for the same of what the group shares (sharedIntentKey), and what is their own stays as it is. Pure.
//
//   group order   a a b a b | asked | a b b a      a, b: keys
//   taken         a   b     | asked | a b          of each key the first on each side, and the oldest, which wins conflicts

import { effectiveListenPorts, type ListenPort } from '../../api/annotations/listener.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { sharedIntentKey } from '../../api/group-conflicts/shared-intent-key.ts';
import { keyOf } from '../../api/kube.ts';
import { once } from '../../api/once.ts';

interface PreviewMember {
  readonly binding: LoadBalancerBinding;
  readonly key: string;
  readonly order: number;
  readonly created: string;
  readonly hasRules: boolean;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By `group.order`, then by name (spec annotations 14.3). */
const inOrder = (a: Pick<PreviewMember, 'order' | 'key'>, b: Pick<PreviewMember, 'order' | 'key'>): number =>
  a.order - b.order || compare(a.key, b.key);

const byAge = (a: PreviewMember, b: PreviewMember): number =>
  compare(a.created, b.created) || compare(a.key, b.key);

/** Members with one key. */
interface AlikeMembers {
  readonly inOrder: readonly PreviewMember[];
  /** The two oldest: one of them may be the asked member. */
  readonly oldest: readonly PreviewMember[];
  readonly ports: readonly ListenPort[];
  readonly namespaces: ReadonlySet<string | undefined>;
  /** They have been served: all of one key have, or none. */
  readonly served: boolean;
}

/** The members that ask for something, by shared key; computed once for each list. */
const alikeIn = once((bindings: readonly LoadBalancerBinding[]): readonly AlikeMembers[] => {
  const members = bindings.flatMap((binding): (PreviewMember & { readonly shared: string })[] => {
    const { metadata, spec, status } = binding;
    const { intent, order } = spec;
    if (metadata.deletionTimestamp !== undefined || intent === undefined) return [];
    const hasRules = intent.rules.some(({ paths }) => paths.length > 0);
    const shared = `${status?.loadBalancer === undefined} ${sharedIntentKey(intent)}`;
    return [
      { binding, key: keyOf(binding), order, created: metadata.creationTimestamp ?? '', hasRules, shared },
    ];
  });
  return [...Map.groupBy(members.sort(inOrder), ({ shared }) => shared).values()].map((alike) => ({
    inOrder: alike,
    oldest: alike.toSorted(byAge).slice(0, 2),
    ports: effectiveListenPorts(alike[0]?.binding.spec.intent?.settings ?? {}),
    namespaces: new Set(alike.map(({ binding }) => binding.metadata.namespace)),
    served: alike[0]?.binding.status?.loadBalancer !== undefined,
  }));
});

/** The other members without those for whom another one stands. `orders`: of the asked member, before and after. */
export function representativesOf(
  bindings: readonly LoadBalancerBinding[],
  key: string,
  orders: readonly number[],
): readonly LoadBalancerBinding[] {
  const places = orders.map((order) => ({ order, key }));
  const taken = alikeIn(bindings).flatMap((alike) => {
    const { inOrder: members, oldest } = alike;
    const cuts = places.map((place) => placeIn(members, place)).sort((a, b) => a - b);
    const sides = [0, ...cuts].map((from, at) => ({ from, to: cuts[at] ?? members.length }));
    const old = oldest.find((one) => one.key !== key);
    return [...sides.flatMap((side) => firstOf(alike, side, key)), ...(old === undefined ? [] : [old])];
  });
  return [...new Set(taken)].map(({ binding }) => binding);
}

/** How many of the members, which are in group order, come before a place: found by halves. */
function placeIn(members: readonly PreviewMember[], place: Pick<PreviewMember, 'order' | 'key'>): number {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const member = members[middle];
    if (member !== undefined && inOrder(place, member) >= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** On one side the first of the asked member's namespace and the first of others, of all and of those with rules. */
function firstOf(
  { inOrder: members, namespaces }: AlikeMembers,
  { from, to }: { readonly from: number; readonly to: number },
  key: string,
): PreviewMember[] {
  const [namespace] = key.split('/');
  const both = namespaces.size > 1 && namespaces.has(namespace) ? 2 : 1;
  const chosen: PreviewMember[] = [];
  const [any, ruled] = [new Set<boolean>(), new Set<boolean>()];
  for (let at = from; at < to && ruled.size < both; at += 1) {
    const member = members[at];
    if (member === undefined || member.key === key) continue;
    const isOurs = member.binding.metadata.namespace === namespace;
    if (any.has(isOurs) && (ruled.has(isOurs) || !member.hasRules)) continue;
    chosen.push(member);
    any.add(isOurs);
    if (member.hasRules) ruled.add(isOurs);
  }
  return chosen;
}

/** Whether another served member behind this place asks for rules on the listener: these make room. `all`: all are served. */
export const hasRulesBehind = (
  bindings: readonly LoadBalancerBinding[],
  place: Pick<PreviewMember, 'order' | 'key'>,
  listens: (port: ListenPort) => boolean,
  all: boolean,
): boolean =>
  alikeIn(bindings).some(({ inOrder: members, ports, served }) => {
    const last = all || served ? members.findLast(({ hasRules }) => hasRules) : undefined;
    return last !== undefined && ports.some(listens) && inOrder(place, last) < 0;
  });

/** All the other members that ask for something. */
export const othersOf = (
  bindings: readonly LoadBalancerBinding[],
  key: string,
): readonly LoadBalancerBinding[] =>
  (bindings.length === 0 ? [] : alikeIn(bindings)).flatMap(({ inOrder: members }) =>
    members.flatMap((member) => (member.key === key ? [] : [member.binding])),
  );
