// cleanup: deletes TargetGroupBindings of the LBC without anybody taking their targets out of service.
import { defined } from '../../api/defined.ts';
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { keyOf } from '../../api/kube.ts';
import { SERVED_FINALIZER } from '../../api/targetgroupbinding/made-by.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { deleteObject, patchObject } from '../../kube/objects.ts';
import { withoutFinalizers } from '../../kube/write.ts';
import type { Leftover } from './adoption.ts';

/** With it the LBC deregisters all targets before the object goes (aws-model 6.9). */
const FINALIZER = SERVED_FINALIZER;

/** What became of one object: `done`, or why not, in words. */
export interface CleanupResult {
  /** `namespace/name` */
  readonly key: string;
  readonly failed?: string;
}

async function remove(client: KubeClient, { metadata }: TargetGroupBinding): Promise<KubeOutcome> {
  const change = withoutFinalizers(metadata, (finalizer) => finalizer === FINALIZER);
  if (change !== undefined) {
    const freed = await patchObject(client, KINDS.targetGroupBindings, metadata, { metadata: change });
    if (!freed.ok) return freed;
  }
  return deleteObject(client, KINDS.targetGroupBindings, metadata);
}

/** Why it failed; what is gone is done. */
export const failureOf = (outcome: KubeOutcome | undefined): string | undefined =>
  outcome === undefined || outcome.ok || outcome.reason === 'notFound' ? undefined : outcome.message;

/**
 * Deals with one after the other; those that must stay are passed over. `work` says why it failed. `still` is asked before
 * each: while it says true, nobody else acts on them.
 */
export async function oneByOne<T extends { readonly stays?: string }>(
  all: readonly T[],
  nameOf: (one: T) => string,
  still: () => boolean,
  work: (one: T) => Promise<string | undefined>,
): Promise<CleanupResult[]> {
  const results: CleanupResult[] = [];
  for (const one of all.filter(({ stays }) => stays === undefined)) {
    const failed = still() ? await work(one) : 'the Lease was lost; run it again';
    results.push({ key: nameOf(one), ...defined({ failed }) });
  }
  return results;
}

/** Takes the LBC's finalizer off each of these and deletes it; while `still` says true, no LBC acts on them. */
export const cleanUp = (
  client: KubeClient,
  all: readonly Leftover[],
  still: () => boolean,
): Promise<CleanupResult[]> =>
  oneByOne(
    all,
    ({ object }) => keyOf(object),
    still,
    async ({ object }) => failureOf(await remove(client, object)),
  );
