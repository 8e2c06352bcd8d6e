// ConfigMaps of our own namespace: read and written whole, so that nothing is lost between two who write at once.
import type { ObjectMeta } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { collectionPath, KINDS, objectPath } from './kinds.ts';

export interface ConfigMap {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

/** Reads one. */
export const readConfigMap = (
  client: Pick<KubeClient, 'request'>,
  place: ConfigMapName,
): Promise<KubeOutcome<ConfigMap>> =>
  client.request({ method: 'GET', path: objectPath(KINDS.configMaps, place) });

/**
 * Writes keys of one as it was read (`before`), or makes it where there was none. `conflict`: somebody else wrote it
 * meanwhile.
 */
export function writeConfigMap(
  client: Pick<KubeClient, 'request'>,
  place: ConfigMapName,
  before: ConfigMap | undefined,
  data: Readonly<Record<string, string>>,
): Promise<KubeOutcome> {
  const { apiVersion, kind } = KINDS.configMaps;
  const { namespace, name } = place;
  const labels = { 'app.kubernetes.io/part-of': 'albatross' };
  if (before === undefined) {
    const body = { apiVersion, kind, metadata: { namespace, name, labels }, data };
    return client.request({ method: 'POST', path: collectionPath(KINDS.configMaps, namespace), body });
  }
  const body = { ...before, apiVersion, kind, data: { ...before.data, ...data } };
  return client.request({ method: 'PUT', path: objectPath(KINDS.configMaps, place), body });
}
