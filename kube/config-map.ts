// ConfigMaps of our own namespace: read and written whole, so that nothing is lost between two who write at once.
import type { ObjectMeta } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { KINDS, type ObjectName } from './kinds.ts';
import { createObject, readObject, replaceObject } from './objects.ts';

export interface ConfigMap {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

/** Reads one. */
export const readConfigMap = (
  client: Pick<KubeClient, 'request'>,
  place: ObjectName,
): Promise<KubeOutcome<ConfigMap>> => readObject(client, KINDS.configMaps, place);

/**
 * Writes keys of one as it was read (`before`), or makes it where there was none. `conflict`: somebody else wrote it
 * meanwhile.
 */
export function writeConfigMap(
  client: Pick<KubeClient, 'request'>,
  place: ObjectName,
  before: ConfigMap | undefined,
  data: Readonly<Record<string, string>>,
): Promise<KubeOutcome> {
  if (before !== undefined)
    return replaceObject(client, KINDS.configMaps, { ...before, data: { ...before.data, ...data } });
  const { namespace, name } = place;
  const labels = { 'app.kubernetes.io/part-of': 'albatross' };
  return createObject(client, KINDS.configMaps, { metadata: { namespace, name, labels }, data }, namespace);
}
