// Tags of AWS resources: what counts as a difference, and the calls that set it right (aws-model 2.2–2.4).
import { AddTagsCommand, RemoveTagsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CLUSTER_TAG, LEGACY_CLUSTER_TAG, resourceTagOf, STACK_TAG, type Tags } from '../../api/aws.ts';
import type { Aws } from '../../controller/aws/calls.ts';
import { AwsFailure } from '../failures/failure.ts';

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

/** Sets the tags of an ELBv2 resource right: only the changed pairs, additions first (aws-model 2.3, 11.6). */
export async function writeTags(aws: Aws, arn: string, change: TagChange): Promise<void> {
  if (change.add.length > 0)
    await aws.elbv2.send(new AddTagsCommand({ ResourceArns: [arn], Tags: change.add }));
  if (change.remove.length > 0) {
    const TagKeys = change.remove.map(({ Key }) => Key);
    await aws.elbv2.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys }));
  }
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

/** Whose something is, by its tags. Pure. */
function owner(tags: Tags): string {
  const cluster = tags[CLUSTER_TAG] ?? tags[LEGACY_CLUSTER_TAG];
  if (cluster === undefined) return 'it carries no tags of a cluster';
  const stack = tags[STACK_TAG];
  return `its tags say cluster ${cluster}${stack === undefined ? '' : `, group ${stack}`}${resourceTagOf(tags) === '' ? ', without a resource tag' : ''}`;
}

/**
 * Lets a twin be adopted: something of the wanted name exists, and it is ours only if it carries our tracking tags.
 * Throws the failure of the create call again otherwise, saying whose name it is and what can be done (`way`).
 */
export function refuseStranger(
  failure: AwsFailure,
  name: string,
  wanted: Tags,
  found: Tags,
  way = 'delete that one',
): void {
  if (sameIdentity(wanted, found)) return;
  throw new AwsFailure({
    action: failure.action,
    code: failure.code,
    kind: 'duplicate',
    status: failure.status,
    message: `${name} exists already and is not ours: ${owner(found)}; ${way}`,
    cause: failure,
  });
}
