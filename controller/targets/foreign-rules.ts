// Foreign: TargetGroupBindings that the LBC made for Services and Gateways, and those of people that are not served here. Rules on
// node security groups that carry the mark may be theirs, and nobody else is left to write them again (aws-model 14.1, 12).
import { keyOf } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { listAll } from '../../kube/list.ts';

/** Those that the LBC made for an Ingress are what ours were before (aws-model 2.1). */
const NOT_OF_INGRESSES = '!ingress.k8s.aws/stack,!ingress.k8s.aws/stack-name';

/** Whether some may need rules that are not `known` by their `namespace/name`, because they are served; a failure when they cannot be listed. Without the kind there are none. */
export async function foreignRules(
  client: KubeClient,
  known: (key: string) => boolean,
): Promise<{ readonly some: boolean } | Extract<KubeOutcome, { ok: false }>> {
  const all = await listAll(client, KINDS.targetGroupBindings, { labelSelector: NOT_OF_INGRESSES });
  if (!all.ok) return all.reason === 'notFound' ? { some: false } : all;
  return { some: all.object.items.some((one) => one.spec?.networking != null && !known(keyOf(one))) };
}
