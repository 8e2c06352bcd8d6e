// Strangers: Ingresses that are served, by their address, and of which nothing was ever accepted here. The LBC made what
// they have, or their binding was lost; as long as they are refused, nothing of their group is taken away.

import type { Operation } from '../../alb/plan/operation.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Ingress } from '../../api/kube.ts';

/** Whether one of these bindings, which are not on their way out, is a stranger's. Pure. */
export function hasStranger(
  bindings: readonly LoadBalancerBinding[],
  ingressOf: (binding: LoadBalancerBinding) => Ingress | undefined,
): boolean {
  return bindings.some((binding) => {
    const { metadata, spec } = binding;
    if (spec.intent !== undefined || metadata.deletionTimestamp !== undefined) return false;
    return (ingressOf(binding)?.status?.loadBalancer?.ingress ?? []).length > 0;
  });
}

/** The operations that take nothing away. What is replaced is made; what it replaces stays. */
export const withoutDeletions = (operations: readonly Operation[]): Operation[] =>
  operations.filter(({ verb }) => verb !== 'delete');
