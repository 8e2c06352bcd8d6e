// release: gives Ingresses back to the LBC. Its finalizers are put on, then the binding goes, and AWS is left as it is.
//
//   Ingress: LBC's finalizers on ──▶ binding: ours off ──▶ binding deleted        (each step may be the last before a crash)
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import type { Writer } from '../../kube/write.ts';
import { lbcFinalizerOf, withLbc } from '../bindings/lbc-finalizers.ts';
import { finalizerOf, heldGroups } from '../bindings/store.ts';
import { outstanding } from './adoption.ts';
import type { CleanupResult } from './cleanup.ts';
import type { Survey } from './survey.ts';

/** What giving back one Ingress means, or why it is not possible. */
export interface Release {
  /** `namespace/name` */
  readonly key: string;
  readonly binding: LoadBalancerBinding;
  readonly ingress?: Ingress;
  /** The LBC's finalizers for what the binding holds. */
  readonly finalizers: readonly string[];
  /** Why it cannot be given back; undefined when it can. */
  readonly stays?: string;
  /** What the LBC will find unfinished. */
  readonly warning?: string;
}

/** Pure. */
function releaseOf(binding: LoadBalancerBinding, ingress: Ingress | undefined): Release {
  const finalizers = heldGroups(binding).map(lbcFinalizerOf);
  const state = binding.status?.state ?? 'Pending';
  const left = outstanding(binding);
  const leaving = binding.metadata.deletionTimestamp !== undefined || ingress === undefined;
  const stays = leaving
    ? 'its Ingress is gone, and only Albatross knows what is left in AWS: let the controller finish'
    : ingress.metadata.deletionTimestamp !== undefined
      ? 'its Ingress is being deleted: let the controller finish'
      : undefined;
  const unfinished = state !== 'Ready' || left !== 0;
  return {
    key: keyOf(binding),
    binding,
    ...(ingress === undefined ? {} : { ingress }),
    finalizers,
    ...(stays === undefined ? {} : { stays }),
    ...(unfinished ? { warning: `${state}, planned operations not done: ${left ?? 'not known'}` } : {}),
  };
}

/** What giving back means for all bindings of a survey, or for one of them. Pure. */
export function releases({ ingresses, bindings }: Survey, key?: string): Release[] {
  const byKey = new Map(ingresses.map((one) => [keyOf(one), one]));
  return bindings
    .filter((binding) => key === undefined || keyOf(binding) === key)
    .map((binding) => releaseOf(binding, byKey.get(keyOf(binding))))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const failure = (outcome: KubeOutcome | undefined): string | undefined =>
  outcome === undefined || outcome.ok || outcome.reason === 'notFound' ? undefined : outcome.message;

/** Every step may be done again: what is done already is not asked for. */
async function giveBack(
  write: Writer,
  binding: LoadBalancerBinding,
  ingress: Ingress,
): Promise<CleanupResult> {
  const key = keyOf(binding);
  const given = await write.writeFinalizers(ingress, withLbc(ingress, binding));
  // Without the LBC's finalizer nobody would answer for what is in AWS.
  if (given?.ok === false) return { key, failed: given.message };
  const ours = new Set(heldGroups(binding).map(finalizerOf));
  const freed = await write.releaseBinding(binding, (finalizer) => ours.has(finalizer));
  const failed = failure(freed) ?? failure(await write.deleteBinding(binding));
  return failed === undefined ? { key } : { key, failed };
}

/** Gives back what can be given back; `still` is asked before each: while it says true, no Albatross controller acts. */
export async function release(
  write: Writer,
  all: readonly Release[],
  still: () => boolean,
): Promise<CleanupResult[]> {
  const results: CleanupResult[] = [];
  for (const { key, binding, ingress, stays } of all) {
    if (stays !== undefined || ingress === undefined) continue;
    results.push(
      still() ? await giveBack(write, binding, ingress) : { key, failed: 'the Lease was lost; run it again' },
    );
  }
  return results;
}
