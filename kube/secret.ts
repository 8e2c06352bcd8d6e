// Secrets of our own namespace: written whole, so that nothing is lost between two who write at once.
import type { Secret } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { KINDS, type ObjectName } from './kinds.ts';
import { createObject, replaceObject } from './objects.ts';

/**
 * Writes keys of one as it was read (`before`), or makes it, as one for TLS, where there was none. `conflict`: somebody else wrote
 * it meanwhile.
 */
export function writeSecret(
  client: Pick<KubeClient, 'request'>,
  { namespace, name }: ObjectName,
  before: Secret | undefined,
  data: Readonly<Record<string, string>>,
): Promise<KubeOutcome> {
  if (before !== undefined)
    return replaceObject(client, KINDS.secrets, { ...before, data: { ...before.data, ...data } });
  const labels = { 'app.kubernetes.io/part-of': 'albatross' };
  const made = { metadata: { namespace, name, labels }, type: 'kubernetes.io/tls', data };
  return createObject(client, KINDS.secrets, made, namespace);
}
