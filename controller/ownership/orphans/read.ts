// read: every object that can name something in AWS, listed now and wholly. What cannot be listed is a reason to judge nothing.
import type { KubeClient } from '../../../kube/client.ts';
import { KINDS, type KubeKind } from '../../../kube/kinds.ts';
import { listAll } from '../../../kube/list.ts';
import { type Names, namesOf } from './names.ts';

/**
 * What the whole cluster names, of all namespaces and all classes, or why that cannot be told. Kinds of the LBC may be
 * missing; without the kind of the bindings this is not a cluster in which we have ever worked.
 */
export async function readNames(
  client: Pick<KubeClient, 'request'>,
): Promise<{ readonly names: Names } | { readonly unknown: string }> {
  const failures: string[] = [];
  const list = async <T>(kind: KubeKind<T>, mayBeMissing = false): Promise<readonly T[]> => {
    const all = await listAll(client, kind);
    if (all.ok) return all.object.items;
    if (!(mayBeMissing && all.reason === 'notFound'))
      failures.push(`cannot list ${kind.plural}: ${all.message}`);
    return [];
  };
  // Bindings last: one that goes between two lists leaves an Ingress or nothing behind.
  const [ingresses, classes, classParams, targetGroupBindings] = await Promise.all([
    list(KINDS.ingresses),
    list(KINDS.ingressClasses),
    list(KINDS.classParams, true),
    list(KINDS.targetGroupBindings, true),
  ]);
  const bindings = await list(KINDS.bindings);
  if (failures.length > 0) return { unknown: failures.join('; ') };
  return { names: namesOf({ ingresses, classes, classParams, bindings, targetGroupBindings }) };
}
