// Which load balancers hold a target group, seen from the listeners and rules that forward to it. Pure.

import { actionsOf, targetGroupsIn } from './action.ts';
import type { Found } from './kind.ts';

/** `[target group, load balancer]` for every forward of a group's listeners and rules. */
function forwards(all: readonly Found[], balancerOf: ReadonlyMap<string, string>): [string, string][] {
  return all.flatMap((one) => {
    if (one.kind !== 'listener' && one.kind !== 'rule') return [];
    const balancer = balancerOf.get(one.kind === 'listener' ? one.arn : one.spec.listener.ref);
    if (balancer === undefined) return [];
    return targetGroupsIn(actionsOf(one)).map((arn): [string, string] => [arn, balancer]);
  });
}

/**
 * Corrects the holders of each target group by what is known of the group's listeners and rules: bulk reads tell who held
 * it then, our own changes since are not in them. Without listeners nothing is known, and nothing corrected.
 */
export function withHolders(all: readonly Found[]): Found[] {
  const listeners = all.filter((one) => one.kind === 'listener');
  if (listeners.length === 0) return [...all];
  const balancerOf = new Map(listeners.map(({ arn, spec }) => [arn, spec.loadBalancer.ref]));
  const own = new Set(all.flatMap(({ kind, arn }) => (kind === 'loadBalancer' ? [arn] : [])));
  const holding = Map.groupBy(forwards(all, balancerOf), ([targetGroup]) => targetGroup);
  return all.map((one) => {
    if (one.kind !== 'targetGroup') return one;
    const elsewhere = (one.extra.loadBalancerArns ?? []).filter((arn) => !own.has(arn));
    const here = (holding.get(one.arn) ?? []).map(([, balancer]) => balancer);
    return { ...one, extra: { ...one.extra, loadBalancerArns: [...new Set([...elsewhere, ...here])] } };
  });
}
