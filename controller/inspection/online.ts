// Online: the objects of a cluster, listed once with the rights of whoever asks. AWS is not asked.

import type { ControllerDefaults } from '../../api/ingress/read.ts';
import { kubeClient } from '../../kube/client.ts';
import { kubeConfigOf, ownNamespace } from '../../kube/config.ts';
import type { PlannedKind } from '../watched.ts';
import { readObjects } from './cluster.ts';
import { type Offline, standings } from './offline.ts';

/** What rules are made of; who stands behind the Services is not asked. */
const KINDS: readonly PlannedKind[] = [
  'ingresses',
  'ingressClasses',
  'classParams',
  'namespaces',
  'services',
  'bindings',
];

/**
 * The cluster of a kubeconfig, as `offline` shows files; with the namespace of its context, or of the pod.
 * @throws Unanswered when something cannot be listed; Error of the file system or of the parser of the kubeconfig.
 */
export async function online(
  kubeconfig: string | undefined,
  defaults: ControllerDefaults,
): Promise<Offline & { readonly namespace: string }> {
  const client = kubeClient(kubeConfigOf(kubeconfig));
  const objects = await readObjects(client, undefined, KINDS);
  const namespace = ownNamespace(client.kubeConfig);
  return { namespace, ...standings(objects, { ...defaults, knowsServices: () => true }) };
}
