// Parts: what AWS refused, as small as it can be told: one entry of a map or list, one field, or a rule or target group as a
// whole. Pure.
import type { Kind, Resource } from '../../api/aws.ts';
import { isObject } from '../../api/validate/type-guards.ts';
import type { AwsFailure } from '../failures/failure.ts';
import { actionsOf } from '../kinds/action.ts';
import type { Found } from '../kinds/kind.ts';
import { fieldsOf } from '../kinds/kinds.ts';
import type { Modify } from '../plan/operation.ts';

export interface Part {
  readonly kind: Kind;
  /** Of the desired resource. */
  readonly id: string;
  /** A field of its spec; empty for all of it. */
  readonly field: string;
  /** The key of a map, the item of a list. */
  readonly entry?: string;
  readonly value: unknown;
}

/** A part with AWS's word about it. */
export interface Refusal {
  readonly part: Part;
  readonly failure: AwsFailure;
}

/** Equal for the same part with the same value. The number of a rule is no part of what it asks for. */
export function keyOf({ kind, id, field, entry, value }: Part): string {
  return JSON.stringify(kind === 'rule' ? [kind, value] : [id, field, entry, value]);
}

/** A resource as a whole. */
export function whole({ kind, id, spec }: Resource): Part {
  if (kind !== 'rule') return { kind, id, field: '', value: spec };
  const { listener, conditions, actions, transforms = [] } = spec;
  return { kind, id, field: '', value: [listener, conditions, actions, transforms] };
}

type AnySpec = Readonly<Record<string, unknown>>;

/** What a change asks for, part by part; what it takes away is none of it. A rule is one part. */
export function partsOf({ resource, found, change }: Modify): Part[] {
  if (resource.kind === 'rule') return [whole(resource)];
  const { kind, id } = resource;
  const wanted: AnySpec = { ...resource.spec };
  const have: AnySpec = { ...found.spec };
  return change.flatMap(({ field }): Part[] => {
    const entries = fieldsOf(kind)[field]?.entries?.(wanted[field], have[field]);
    if (entries === undefined) return [{ kind, id, field, value: wanted[field] }];
    return entries.map((one) => ({ kind, id, field, ...one }));
  });
}

/** The spec of what was found with one part as it is wanted, for a call about nothing else. */
export function specWith(found: Found, { resource }: Pick<Modify, 'resource'>, part: Part): Resource['spec'] {
  if (part.kind === 'rule') return resource.spec;
  const { field, entry, value } = part;
  const have: AnySpec = { ...found.spec };
  const now = have[field];
  if (entry === undefined) return { ...have, [field]: value } as object as Resource['spec'];
  if (isObject(now)) return { ...have, [field]: { ...now, [entry]: value } } as object as Resource['spec'];
  const list: unknown[] = Array.isArray(now) ? now : [];
  const wanted = new Map<string, unknown>(Object.entries(resource.spec)).get(field);
  // What is first is the default, where the order of a list counts.
  const leads = Array.isArray(wanted) && wanted[0] === value;
  const next = leads ? [value, ...list.filter((one) => one !== value)] : [...list, value];
  return { ...have, [field]: next } as object as Resource['spec'];
}

/** AWS says that the resource itself is not there any more, or what it lives in: nothing is wrong with what it was asked. */
const GONE = new Set([
  'LoadBalancerNotFound',
  'ListenerNotFound',
  'RuleNotFound',
  'InvalidGroup.NotFound',
  'InvalidGroupId.NotFound',
]);

/** An action that this account may not do at all is no reason to leave out others (IAM: AccessDenied names one action). */
export const forbids = ({ code }: AwsFailure): boolean =>
  code === 'AccessDenied' || code === 'UnauthorizedOperation';

/** Whether AWS judged what it was asked for, so that asking for less can help. */
export function isJudgement(failure: AwsFailure, resource: Resource): boolean {
  const { kind, code } = failure;
  if (kind === 'throttled' || kind === 'unavailable' || kind === 'notYet' || GONE.has(code)) return false;
  if (kind === 'denied') return forbids(failure);
  return code !== 'TargetGroupNotFound' || forwardsOutside(resource);
}

/** Only a target group that is not ours may be named in vain; one of ours is made again. */
const forwardsOutside = (resource: Resource): boolean =>
  actionsOf(resource).some(
    (action) =>
      action.type === 'forward' && action.targets.some(({ targetGroup }) => typeof targetGroup === 'string'),
  );

/** What of a resource that could not be made AWS did not like; none when the error does not tell. */
export function partsOfNew(resource: Resource, failure: AwsFailure): Part[] {
  const { code, action } = failure;
  const { kind, id } = resource;
  if (kind === 'rule' || kind === 'targetGroup') return [whole(resource)];
  if (!action.startsWith('Create') || forbids(failure)) return [];
  const spec: AnySpec = { ...resource.spec };
  const all = Object.entries(fieldsOf(kind)).flatMap(([field, { creation }]) =>
    creation === undefined ? [] : [{ field, creation }],
  );
  // One for each pass, in their order.
  const suspects = all
    .filter(({ creation: { suspect } }) => suspect !== undefined)
    .toSorted((a, b) => (a.creation.suspect ?? 0) - (b.creation.suspect ?? 0));
  const about = all.find(({ creation }) => creation.codes.test(code));
  const parts = (about === undefined ? suspects : [about]).flatMap(
    ({ field, creation: { sent } }): Part[] => {
      const value = spec[field];
      const asked = value === undefined || sent === undefined ? { value } : sent(value, about !== undefined);
      return asked?.value === undefined ? [] : [{ kind, id, field, ...asked }];
    },
  );
  return parts.slice(0, 1);
}
