// ConfigMaps: those of our own namespace are written whole, so that nothing is lost between two who write at once; those beside a
// binding have one writer, and are applied.
import type { ObjectMeta } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { KINDS, type ObjectName } from './kinds.ts';
import {
  applyObject,
  createObject,
  deleteObject,
  FIELD_MANAGERS,
  readObject,
  replaceObject,
} from './objects.ts';
import type { OwnerReference } from './write.ts';

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

/** Makes keys of one exactly these, taking them over from whoever wrote them; it goes when its owner goes. */
export function applyConfigMap(
  client: Pick<KubeClient, 'request'>,
  place: ObjectName,
  data: Readonly<Record<string, string>>,
  owner: OwnerReference | undefined,
): Promise<KubeOutcome> {
  const owners = owner === undefined ? {} : { ownerReferences: [owner] };
  const metadata = { ...place, labels: { 'app.kubernetes.io/part-of': 'albatross' }, ...owners };
  const { albatross: fieldManager } = FIELD_MANAGERS;
  return applyObject<ConfigMap>(client, KINDS.configMaps, { metadata, data }, { fieldManager });
}

/** Deletes one. */
export const deleteConfigMap = (
  client: Pick<KubeClient, 'request'>,
  place: ObjectName,
): Promise<KubeOutcome> => deleteObject(client, KINDS.configMaps, place);
