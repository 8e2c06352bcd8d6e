// read: every object that can name something in AWS, listed now and wholly. What cannot be listed is a reason to judge nothing.
import type { IngressClassParams } from '../../../api/classparams.ts';
import type { LoadBalancerBinding } from '../../../api/generated/binding.ts';
import type { Ingress, IngressClass } from '../../../api/kube.ts';
import type { KubeClient } from '../../../kube/client.ts';
import { listAll } from '../../../kube/list.ts';
import { PATHS } from '../../../kube/watch.ts';
import { TARGET_GROUP_BINDINGS } from '../../handover/survey.ts';
import { type Names, namesOf, type TargetGroupBinding } from './names.ts';

/**
 * What the whole cluster names, of all namespaces and all classes, or why that cannot be told. Kinds of the LBC may be
 * missing; without the kind of the bindings this is not a cluster in which we have ever worked.
 */
export async function readNames(
  client: Pick<KubeClient, 'request'>,
): Promise<{ readonly names: Names } | { readonly unknown: string }> {
  const failures: string[] = [];
  const list = async <T>(path: string, mayBeMissing = false): Promise<readonly T[]> => {
    const all = await listAll<T>(client, path);
    if (all.ok) return all.object;
    if (!(mayBeMissing && all.reason === 'notFound'))
      failures.push(`cannot list ${path.split('/').at(-1)}: ${all.message}`);
    return [];
  };
  // Bindings last: one that goes between two lists leaves an Ingress or nothing behind.
  const [ingresses, classes, classParams, targetGroupBindings] = await Promise.all([
    list<Ingress>(PATHS.ingresses),
    list<IngressClass>(PATHS.ingressClasses),
    list<IngressClassParams>(PATHS.classParams, true),
    list<TargetGroupBinding>(TARGET_GROUP_BINDINGS, true),
  ]);
  const bindings = await list<LoadBalancerBinding>(PATHS.bindings);
  if (failures.length > 0) return { unknown: failures.join('; ') };
  return { names: namesOf({ ingresses, classes, classParams, bindings, targetGroupBindings }) };
}
