// Foreign: TargetGroupBindings that people made, or the LBC for Services. Rules on node security groups that carry the mark may
// be theirs, and nobody else is left to write them again (aws-model 14.1, 12).
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { listAll } from '../../kube/list.ts';

/** Those that the LBC made for an Ingress are what ours were before (aws-model 2.1). */
const NOT_OF_INGRESSES = '!ingress.k8s.aws/stack,!ingress.k8s.aws/stack-name';

/** Whether some may need rules; a failure when they cannot be listed. Without the kind there are none. */
export async function foreignRules(
  client: KubeClient,
): Promise<{ readonly some: boolean } | Extract<KubeOutcome, { ok: false }>> {
  const all = await listAll(client, KINDS.targetGroupBindings, { labelSelector: NOT_OF_INGRESSES });
  if (!all.ok) return all.reason === 'notFound' ? { some: false } : all;
  return { some: all.object.items.some(({ spec }) => spec?.networking != null) };
}
