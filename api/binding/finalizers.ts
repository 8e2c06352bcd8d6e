// finalizers: ours, by which a binding, or for a moment an Ingress, answers for what a group has in AWS. Pure.
//
// THE INVARIANT (hack/decisions/0016): from before the first call that makes something of a group in AWS until after the last
// call that removes something of it, a binding or an Ingress in the cluster carries the finalizer of that group.
import { keyOf, type ObjectMeta } from '../kube.ts';

const FINALIZER = 'albatross.dev/resources';
const GROUP_FINALIZER = 'group.albatross.dev/';

/** The finalizer that a binding holds while something of it may exist in the load balancer of a group. */
export function finalizerOf(groupId: string): string {
  return groupId.includes('/') ? FINALIZER : `${GROUP_FINALIZER}${groupId}`;
}

/** The group that one of our finalizers on this object stands for; undefined when it is somebody else's. */
export function groupOfFinalizer(
  finalizer: string,
  object: { readonly metadata: ObjectMeta },
): string | undefined {
  if (finalizer === FINALIZER) return keyOf(object);
  return finalizer.startsWith(GROUP_FINALIZER) ? finalizer.slice(GROUP_FINALIZER.length) : undefined;
}

/** The groups in which something may exist that this object, a binding or an Ingress, answers for. */
export function heldGroups(object: { readonly metadata: ObjectMeta }): string[] {
  return (object.metadata.finalizers ?? []).flatMap((one) => groupOfFinalizer(one, object) ?? []);
}

/** A finalizer on an Ingress, and the group that the Ingress answers for by it. */
export interface Holding {
  readonly finalizer: string;
  readonly group: string;
}
