// Which load balancers hold a target group, seen from the listeners and rules that forward to it. Pure.

import type { Action } from '../../api/aws.ts';
import { arnOf, type Found } from './kind.ts';

/** ARNs of the target groups that actions forward to. */
export const forwardedTo = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) =>
    action.type === 'forward' ? action.targets.map(({ targetGroup }) => arnOf(targetGroup)) : [],
  );

/** `[target group, load balancer]` for every forward of a group's listeners and rules. */
function forwards(all: readonly Found[], balancerOf: ReadonlyMap<string, string>): [string, string][] {
  return all.flatMap((one) => {
    if (one.kind !== 'listener' && one.kind !== 'rule') return [];
    const listener = one.kind === 'listener' ? one.arn : one.spec.listener.ref;
    const actions = one.kind === 'listener' ? one.spec.defaultActions : one.spec.actions;
    const balancer = balancerOf.get(listener);
    return balancer === undefined ? [] : forwardedTo(actions).map((arn): [string, string] => [arn, balancer]);
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
