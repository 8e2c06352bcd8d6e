// cleanup: deletes TargetGroupBindings of the LBC without anybody taking their targets out of service.
import { keyOf, type TargetGroupBinding } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { deleteObject, patchObject } from '../../kube/objects.ts';
import { withoutFinalizers } from '../../kube/write.ts';
import type { Leftover } from './adoption.ts';

/** With it the LBC deregisters all targets before the object goes (aws-model 6.9). */
const FINALIZER = 'elbv2.k8s.aws/resources';

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

/**
 * Takes the LBC's finalizer off each of these and deletes it; those that must stay are passed over. `still` is asked before
 * each: while it says true, no LBC acts on them.
 */
export async function cleanUp(
  client: KubeClient,
  all: readonly Leftover[],
  still: () => boolean,
): Promise<CleanupResult[]> {
  const results: CleanupResult[] = [];
  for (const { object, stays } of all) {
    if (stays !== undefined) continue;
    const key = keyOf(object);
    if (!still()) {
      results.push({ key, failed: 'the Lease was lost; run it again' });
      continue;
    }
    const outcome = await remove(client, object);
    const gone = outcome.ok || outcome.reason === 'notFound';
    results.push(gone ? { key } : { key, failed: outcome.message });
  }
  return results;
}
