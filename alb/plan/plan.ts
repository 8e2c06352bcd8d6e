// plan: from what was found to what is desired, as ordered operations. Pure, and it knows no kind by name.
//
//   create and modify in creation order ──▶ what other services do ──▶ delete in reverse order; a superseded resource goes
//   last of all, after its successor serves; what lives in a deleted resource goes with it and needs no operation.

import { isDeepStrictEqual } from 'node:util';
import type { Attributes, Resource, Tags } from '../../api/aws.ts';
import { once } from '../../api/once.ts';
import { isObject } from '../../api/validate/type-guards.ts';
import type { Found, KindSchema } from '../kinds/kind.ts';
import { tagChange } from '../kinds/tags.ts';
import { differing, type Matching, match, mustReplace, parentOf } from './match.ts';
import type { Create, Delete, FieldChange, Operation } from './operation.ts';

/** A value in a reason: short, and without quotes where it reads well. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The named fields of a found resource and what is wanted instead. */
export function changesIn(fields: readonly string[], wanted: Resource, found: Found): FieldChange[] {
  const to: Record<string, unknown> = { ...wanted.spec };
  const from: Record<string, unknown> = { ...found.spec };
  return fields.map((field) => ({ field, from: from[field], to: to[field] }));
}

/** Only wanted attributes are compared: the others stay as they are. */
const ofAttributes = (from: Attributes, to: Attributes): string[] =>
  Object.keys(to)
    .filter((key) => from[key] !== to[key])
    .sort()
    .map((key) => `${key} ${shown(from[key] || 'nothing')} → ${shown(to[key] || 'nothing')}`);

/** Tags that nobody asks for go; those that are never touched are no reason. */
function ofTags(from: Tags, to: Tags): string[] {
  const { add, remove } = tagChange(to, from, 'keepLegacy');
  return [
    ...add.map(({ Key, Value }) => `tag ${Key} ${shown(from[Key] ?? 'nothing')} → ${shown(Value)}`),
    ...remove.map(({ Key, Value }) => `tag ${Key} ${shown(Value)} → nothing`),
  ];
}

/** Reasons of a modification, one for each changed field, attribute, tag, or part of a field that has several. */
export const reasons = (changes: readonly FieldChange[]): string[] =>
  changes.flatMap(({ field, from, to }): string[] => {
    if (field === 'attributes') return ofAttributes(from as Attributes, to as Attributes);
    if (field === 'tags') return ofTags(from as Tags, to as Tags);
    if (isObject(from) && isObject(to)) return reasons(partsOf(field, from, to));
    const [before, after] = [shown(from), shown(to)];
    return before === after ? [`${field} ${after} differ further on`] : [`${field} ${before} → ${after}`];
  });

function partsOf(field: string, from: object, to: object): FieldChange[] {
  const [old, next] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
  return [...new Set([...old.keys(), ...next.keys()])]
    .filter((part) => !isDeepStrictEqual(old.get(part), next.get(part)))
    .map((part) => ({ field: `${field}.${part}`, from: old.get(part), to: next.get(part) }));
}

function creation(
  kind: KindSchema,
  resource: Resource,
  { superseded, resolve }: Matching,
  beside: readonly Found[],
): Create {
  const predecessors = superseded.get(resource.id) ?? [];
  const [replaces] = predecessors;
  const base = { verb: 'create', kind: kind.kind, id: resource.id } as const;
  if (replaces === undefined && beside.length === 0)
    return { ...base, resource, because: ['does not exist yet'] };
  const neighbours = [...predecessors, ...beside.filter((one) => one.kind === kind.kind)];
  const freely = neighbours.length === 0 ? undefined : kind.successor?.(resource.spec, neighbours);
  const named = { ...resource, spec: freely ?? resource.spec } as Resource;
  if (replaces === undefined) return { ...base, resource: named, because: ['does not exist yet'] };
  const changed = differing(kind, resource, replaces, resolve);
  const because = mustReplace(kind, changed)
    ? reasons(changesIn(changed, resource, replaces))
    : ['what it replaces belongs to a load balancer that is replaced'];
  return { ...base, resource: named, replaces, because };
}

function buildUp(
  kind: KindSchema,
  wanted: readonly Resource[],
  matching: Matching,
  beside: readonly Found[],
): Operation[] {
  return wanted.flatMap((resource): Operation[] => {
    const found = matching.matched.get(resource.id);
    if (found === undefined) return [creation(kind, resource, matching, beside)];
    const fields = differing(kind, resource, found, matching.resolve);
    if (fields.length === 0) return [];
    const change = changesIn(fields, resource, found);
    const together = change.filter((one) => !isApart(kind, one));
    const apart = change.filter((one) => isApart(kind, one)).map((one) => [one]);
    return [...(together.length === 0 ? [] : [together]), ...apart].map((part) => ({
      ...{ verb: 'modify', kind: kind.kind, id: resource.id, resource, found },
      ...{ change: part, because: reasons(part) },
    }));
  });
}

const isApart = (kind: KindSchema, { field }: FieldChange): boolean => kind.fields[field]?.apart === true;

/** What is slow or refused elsewhere holds nothing up: it comes after the rest. */
function apartLast(kinds: readonly KindSchema[], build: readonly Operation[]): Operation[] {
  const isLate = (one: Operation): boolean =>
    one.verb === 'modify' &&
    kinds.some((kind) => kind.kind === one.kind && one.change.every((change) => isApart(kind, change)));
  return [...build.filter((one) => !isLate(one)), ...build.filter(isLate)];
}

/** Deletions of one kind: only what carries our resource tag, and nothing that goes with its parent anyway. */
function tearDown(kind: KindSchema, going: ReadonlyMap<string, Found>, matching: Matching): Delete[] {
  const successors = new Map<string, string>();
  for (const [id, old] of matching.superseded) for (const { arn } of old) successors.set(arn, id);
  return [...going.values()]
    .filter((one) => one.kind === kind.kind && !going.has(parentOf(kind, one) ?? ''))
    .map((found) => {
      const successor = successors.get(found.arn);
      const because = successor === undefined ? 'nothing wants it' : `${successor} takes over from it`;
      const after = successor === undefined ? [] : [successor];
      return { verb: 'delete', kind: kind.kind, id: found.arn, found, after, because: [because] };
    });
}

/** What a superseded resource may still use goes after it: it waits for the same successors. `remove` in order of removal. */
function afterUsers(remove: readonly (readonly Delete[])[]): Delete[] {
  const awaited: string[] = [];
  return remove.flatMap((ofKind) => {
    const waiting = ofKind.map((one) => (one.after.length > 0 ? one : { ...one, after: [...awaited] }));
    awaited.push(...ofKind.flatMap(({ after }) => after));
    return waiting;
  });
}

export interface Plan {
  readonly operations: readonly Operation[];
  /** Desired id → the found resource that it is; for references while the plan is carried out. */
  readonly matched: ReadonlyMap<string, Found>;
}

/** In the order of creation, and those of them that have no diff of their own. */
const inOrder = once((kinds: readonly KindSchema[]) => {
  const ordered = kinds.toSorted((a, b) => a.order - b.order);
  return { ordered, plain: ordered.filter((kind) => kind.diff === undefined) };
});

const NOTHING: ReadonlyMap<string, Found> = new Map();

/** What is ours and nobody wants, by ARN. Of what was matched something may have been left out since. */
function goingOf(
  plain: readonly KindSchema[],
  wanted: readonly Resource[],
  found: readonly Found[],
  { matched }: Matching,
): ReadonlyMap<string, Found> {
  const kept = new Set(wanted.flatMap(({ id }) => matched.get(id)?.arn ?? []));
  const isGoing = (one: Found): boolean =>
    plain.some(({ kind }) => kind === one.kind) && !kept.has(one.arn) && one.resourceTag !== '';
  return new Map(found.filter(isGoing).map((one) => [one.arn, one]));
}

/**
 * Plans the operations from `found` to `wanted`, beside others whose names are taken. Planning again after they are applied
 * gives none.
 * `kinds` in any order; a kind's own `diff`, if it has one, speaks for all of its resources. `matching` is of at least what is
 * wanted.
 */
export function plan(
  kinds: readonly KindSchema[],
  wanted: readonly Resource[],
  found: readonly Found[],
  beside: readonly Found[] = [],
  matching = match(kinds, wanted, found),
): Plan {
  const { ordered, plain } = inOrder(kinds);
  const going = found.length === 0 ? NOTHING : goingOf(plain, wanted, found, matching);
  const build = ordered.flatMap((kind) => {
    const mine = wanted.filter((resource) => resource.kind === kind.kind);
    if (kind.diff === undefined) return buildUp(kind, mine, matching, beside);
    const living = found.filter((one) => one.kind === kind.kind && !going.has(parentOf(kind, one) ?? ''));
    return kind.diff(mine, living, matching.resolve);
  });
  if (going.size === 0) return { operations: apartLast(plain, build), matched: matching.matched };
  const remove = afterUsers(
    ordered.toReversed().map((kind) => (kind.diff === undefined ? tearDown(kind, going, matching) : [])),
  );
  const [now, later] = [
    remove.filter(({ after }) => after.length === 0),
    remove.filter(({ after }) => after.length > 0),
  ];
  return { operations: [...apartLast(plain, build), ...now, ...later], matched: matching.matched };
}
