// exchange: the finalizers of the LBC on Ingresses against ours on bindings, both ways (aws-model 10.3). Pure.
//
//   Ingress  ingress.k8s.aws/resources       ◀─▶  binding  albatross.dev/resources
//   Ingress  group.ingress.k8s.aws/NAME      ◀─▶  binding  group.albatross.dev/NAME
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import { keyOf, type ObjectMeta } from '../api/kube.ts';
import { heldGroups } from './bindings.ts';
import type { Policy } from './plan/policy.ts';

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
export const takesOver = (policy: Policy): boolean => policy === 'sync' || policy === 'upsert-only';

/** The finalizers that an Ingress keeps once its binding holds ours: all but the LBC's for groups that the binding holds. */
export function withoutLbc(
  ingress: { readonly metadata: ObjectMeta },
  binding: LoadBalancerBinding,
): string[] {
  const held = heldGroups(binding);
  return (ingress.metadata.finalizers ?? []).filter((one) => {
    const group = lbcGroupOf(one, ingress);
    return group === undefined || !held.includes(group);
  });
}

/** The finalizers of an Ingress whose binding is given up: its own, and the LBC's for every group that the binding holds. */
export function withLbc(ingress: { readonly metadata: ObjectMeta }, binding: LoadBalancerBinding): string[] {
  return [...new Set([...(ingress.metadata.finalizers ?? []), ...heldGroups(binding).map(lbcFinalizerOf)])];
}
