// exchange: finalizers on Ingresses against ours on bindings, both ways. Those on an Ingress are the LBC's (aws-model 10.3), or
// our own while there is no binding to carry them (sync.ts). Pure.
//
//   Ingress  ingress.k8s.aws/resources, albatross.dev/resources          ◀─▶  binding  albatross.dev/resources
//   Ingress  group.ingress.k8s.aws/NAME, group.albatross.dev/NAME        ◀─▶  binding  group.albatross.dev/NAME

import { groupOfFinalizer, type Holding, heldGroups } from '../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf, type ObjectMeta } from '../../api/kube.ts';
import { mayWrite, type Policy } from '../../api/policy.ts';

const FINALIZER = 'ingress.k8s.aws/resources';
const GROUP_FINALIZER = 'group.ingress.k8s.aws/';

/** The finalizer that the LBC puts on an Ingress while something of it may exist in the load balancer of a group. */
export function lbcFinalizerOf(groupId: string): string {
  return groupId.includes('/') ? FINALIZER : `${GROUP_FINALIZER}${groupId}`;
}

/** The group of a finalizer of the LBC on this Ingress; undefined when it is somebody else's. */
function lbcGroupOf(finalizer: string, ingress: { readonly metadata: ObjectMeta }): string | undefined {
  if (finalizer === FINALIZER) return keyOf(ingress);
  return finalizer.startsWith(GROUP_FINALIZER) ? finalizer.slice(GROUP_FINALIZER.length) : undefined;
}

/** The groups in which an Ingress may have something that the LBC made. */
export function lbcGroups(ingress: { readonly metadata: ObjectMeta }): string[] {
  return (ingress.metadata.finalizers ?? []).flatMap((one) => lbcGroupOf(one, ingress) ?? []);
}

/**
 * Whether it is we who clean up after Ingresses: with a policy that changes groups in AWS. Beside a running LBC, as with
 * `observe`, its finalizers are its own business.
 */
export const takesOver = (policy: Policy): boolean => mayWrite('ingressFinalizers', policy);

/**
 * What an Ingress answers for in AWS, as far as that is our business: by finalizers of ours always, by those of the LBC when we
 * clean up after Ingresses.
 */
export function holdingsOf(
  ingress: { readonly metadata: ObjectMeta },
  { lbc }: { readonly lbc: boolean },
): Holding[] {
  return (ingress.metadata.finalizers ?? []).flatMap((finalizer) => {
    const group = groupOfFinalizer(finalizer, ingress) ?? (lbc ? lbcGroupOf(finalizer, ingress) : undefined);
    return group === undefined ? [] : [{ finalizer, group }];
  });
}

/** The finalizers that an Ingress keeps once others answer for these groups. */
export function withoutHoldings(
  ingress: { readonly metadata: ObjectMeta },
  held: readonly Holding[],
  groups: readonly string[],
): string[] {
  const gone = new Set(held.filter(({ group }) => groups.includes(group)).map(({ finalizer }) => finalizer));
  return (ingress.metadata.finalizers ?? []).filter((one) => !gone.has(one));
}

/**
 * The finalizers of an Ingress that is given back to the LBC: the LBC's for every group that the binding or the Ingress itself
 * holds, none of ours, and everybody else's.
 */
export function withLbc(ingress: { readonly metadata: ObjectMeta }, binding: LoadBalancerBinding): string[] {
  const others = (ingress.metadata.finalizers ?? []).filter(
    (one) => groupOfFinalizer(one, ingress) === undefined,
  );
  const held = [...heldGroups(binding), ...heldGroups(ingress)];
  return [...new Set([...others, ...held.map(lbcFinalizerOf)])];
}
