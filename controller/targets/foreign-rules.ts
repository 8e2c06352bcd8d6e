// Foreign: TargetGroupBindings that people made, or the LBC for Services. Rules on node security groups that carry the mark may
// be theirs, and nobody else is left to write them again (aws-model 14.1, 12).
import type { ObjectMeta } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { TARGET_GROUP_BINDINGS } from '../handover/survey.ts';

interface Page {
  readonly metadata?: { readonly continue?: string };
  readonly items?:
    | readonly { readonly metadata: ObjectMeta; readonly spec?: { readonly networking?: object | null } }[]
    | null;
}

/** Those that the LBC made for an Ingress are what ours were before (aws-model 2.1). */
const NOT_OF_INGRESSES = '!ingress.k8s.aws/stack,!ingress.k8s.aws/stack-name';
const LIMIT = '500';

/** Whether some may need rules; a failure when they cannot be listed. Without the kind there are none. */
export async function foreignRules(
  client: KubeClient,
): Promise<{ readonly some: boolean } | Extract<KubeOutcome, { ok: false }>> {
  const query = { labelSelector: NOT_OF_INGRESSES, limit: LIMIT };
  const page = await client.request<Page>({ method: 'GET', path: TARGET_GROUP_BINDINGS, query });
  if (!page.ok) return page.reason === 'notFound' ? { some: false } : page;
  const { items, metadata } = page.object;
  const more = (metadata?.continue ?? '') !== '';
  return { some: more || (items ?? []).some(({ spec }) => spec?.networking != null) };
}
