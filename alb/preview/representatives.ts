// Representatives: the members of a group without which a change of one member would be planned in another way. In a large group
// most members ask for the same of what the group shares (sharedIntentKey), and what is their own stays as it is. Pure.
//
//   group order   a a b a b | asked | a b b a      a, b: keys
//   taken         a   b     | asked | a b          of each key the first on each side, and the oldest, which wins conflicts

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

const isOlder = (a: PreviewMember, b: PreviewMember): boolean =>
  (compare(a.created, b.created) || compare(a.key, b.key)) < 0;

/** The members that ask for something, in group order, by shared key; computed once for each list. */
const alikeIn = once((bindings: readonly LoadBalancerBinding[]): readonly (readonly PreviewMember[])[] => {
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
  return [...Map.groupBy(members.sort(inOrder), ({ shared }) => shared).values()];
});

/** The other members without those for whom another one stands. `orders`: of the asked member, before and after. */
export function representativesOf(
  bindings: readonly LoadBalancerBinding[],
  key: string,
  orders: readonly number[],
): readonly LoadBalancerBinding[] {
  const [namespace = ''] = key.split('/');
  const places = orders.map((order) => ({ order, key }));
  const taken = alikeIn(bindings).flatMap((members) => {
    const chosen = new Map<string, PreviewMember>();
    let oldest: PreviewMember | undefined;
    for (const member of members) {
      if (member.key === key) continue;
      if (oldest === undefined || isOlder(member, oldest)) oldest = member;
      const passed = places.filter((place) => inOrder(place, member) < 0).length;
      const side = `${passed} ${member.binding.metadata.namespace === namespace}`;
      if (!chosen.has(side)) chosen.set(side, member);
      if (member.hasRules && !chosen.has(`${side} rules`)) chosen.set(`${side} rules`, member);
    }
    return oldest === undefined ? [] : [...chosen.values(), oldest];
  });
  return [...new Set(taken)].map(({ binding }) => binding);
}

/** Whether another member behind this place, of those that `serves` says are served, asks for rules: these make room. */
export const hasRulesBehind = (
  bindings: readonly LoadBalancerBinding[],
  place: Pick<PreviewMember, 'order' | 'key'>,
  serves: (binding: LoadBalancerBinding) => boolean,
): boolean =>
  alikeIn(bindings).some((members) =>
    members.some((member) => member.hasRules && serves(member.binding) && inOrder(place, member) < 0),
  );

/** All the other members that ask for something. */
export const othersOf = (
  bindings: readonly LoadBalancerBinding[],
  key: string,
): readonly LoadBalancerBinding[] =>
  alikeIn(bindings).flatMap((members) =>
    members.flatMap((member) => (member.key === key ? [] : [member.binding])),
  );
