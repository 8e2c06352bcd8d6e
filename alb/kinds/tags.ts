// Tags of AWS resources: what counts as a difference, and what sets it right (aws-model 2.2–2.4).
import { CLUSTER_TAG, LEGACY_CLUSTER_TAG, resourceTagOf, STACK_TAG, type Tags } from '../../api/aws.ts';

/** A tag on the wire. */
export interface Tag {
  Key: string;
  Value: string;
}

const LEGACY = new Set([
  'kubernetes.io/cluster-name',
  'kubernetes.io/namespace',
  'kubernetes.io/ingress-name',
  'kubernetes.io/service-name',
  'kubernetes.io/service-port',
  LEGACY_CLUSTER_TAG,
]);

/** Whether the tags of version 1 of the LBC are left alone: on load balancers, target groups and security groups. */
export type LegacyTags = 'keepLegacy' | 'noLegacy';

export interface TagChange {
  /** Pairs to set, sorted by key. */
  readonly add: Tag[];
  /** Pairs to take away, sorted by key. */
  readonly remove: Tag[];
}

/** What separates the tags found from the tags wanted; `aws:` keys and, where asked, legacy keys never count. Pure. */
export function tagChange(wanted: Tags, found: Tags, legacy: LegacyTags): TagChange {
  const ofCluster = `kubernetes.io/cluster/${wanted[CLUSTER_TAG] ?? ''}`;
  const counts = ({ Key }: Tag): boolean =>
    !Key.startsWith('aws:') && !(legacy === 'keepLegacy' && (LEGACY.has(Key) || Key === ofCluster));
  return {
    add: tagList(wanted).filter((tag) => counts(tag) && found[tag.Key] !== tag.Value),
    remove: tagList(found).filter((tag) => counts(tag) && wanted[tag.Key] === undefined),
  };
}

const unchanged = ({ add, remove }: TagChange): boolean => add.length === 0 && remove.length === 0;

/** For load balancers, target groups and security groups. */
export const sameTagsKeepingLegacy = (wanted: Tags, found: Tags): boolean =>
  unchanged(tagChange(wanted, found, 'keepLegacy'));

/** For listeners and rules. */
export const sameTags = (wanted: Tags, found: Tags): boolean =>
  unchanged(tagChange(wanted, found, 'noLegacy'));

/** Wire form, sorted by key. */
export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));
}

/** From the wire form. */
export function tagMap(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Tags {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** The tags after a change that succeeded: wanted ones, and found ones that never count. */
export function tagsAfter(found: Tags, change: TagChange): Tags {
  const after = { ...found };
  for (const { Key, Value } of change.add) after[Key] = Value;
  for (const { Key } of change.remove) delete after[Key];
  return after;
}

/** The tags that say which resource of which group this is; the shared security group is of no group. */
export function identity(tags: Tags): { group: string; resourceTag: string } {
  return { group: tags[STACK_TAG] ?? '', resourceTag: resourceTagOf(tags) };
}

/** True when both carry the same tracking tags. Pure. */
export function sameIdentity(a: Tags, b: Tags): boolean {
  const tracked = [CLUSTER_TAG, STACK_TAG].every((key) => a[key] === b[key]);
  return (
    tracked &&
    a[CLUSTER_TAG] !== undefined &&
    resourceTagOf(a) !== '' &&
    resourceTagOf(a) === resourceTagOf(b)
  );
}
