// cleanup: deletes TargetGroupBindings of the LBC without anybody taking their targets out of service.
import { keyOf } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { collection } from '../../kube/watch.ts';
import { FIELD_MANAGER, withoutFinalizers } from '../../kube/write.ts';
import type { Leftover } from './adoption.ts';
import { TARGET_GROUP_BINDINGS, type TargetGroupBinding } from './survey.ts';

/** With it the LBC deregisters all targets before the object goes (aws-model 6.9). */
const FINALIZER = 'elbv2.k8s.aws/resources';

/** What became of one object: `done`, or why not, in words. */
export interface Result {
  /** `namespace/name` */
  readonly key: string;
  readonly failed?: string;
}

async function remove(client: KubeClient, { metadata }: TargetGroupBinding): Promise<KubeOutcome> {
  const path = `${collection(TARGET_GROUP_BINDINGS, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
  const change = withoutFinalizers(metadata, (finalizer) => finalizer === FINALIZER);
  if (change !== undefined) {
    const freed = await client.request({
      method: 'PATCH',
      path,
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/merge-patch+json',
      body: { metadata: change },
    });
    if (!freed.ok) return freed;
  }
  const { uid } = metadata;
  const preconditions = uid === undefined ? {} : { preconditions: { uid } };
  return client.request({
    method: 'DELETE',
    path,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', ...preconditions },
  });
}

/**
 * Takes the LBC's finalizer off each of these and deletes it; those that must stay are passed over. `still` is asked before
 * each: while it says true, no LBC acts on them.
 */
export async function cleanUp(
  client: KubeClient,
  all: readonly Leftover[],
  still: () => boolean,
): Promise<Result[]> {
  const results: Result[] = [];
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
