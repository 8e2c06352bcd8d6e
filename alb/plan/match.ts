// Which found resource each desired one is. Identity is the resource tag; a found one that would have to be replaced is
// superseded: it keeps serving beside its successor until that one serves.
//
//   found, same tag ──fits──▶ matched                  (updated in place, or nothing to do)
//         └── a `replace` field differs,
//             or a superseded one holds it ──▶ superseded (a successor is created, this one is deleted last)
import { isDeepStrictEqual } from 'node:util';
import type { SpecOf } from '../../api/aws.ts';
import { type Kind, type Ref, type Resource, resourceTagOf } from '../../api/aws.ts';
import { once } from '../../api/once.ts';
import type { Found, KindSchema, Resolve, SchemaOf } from '../kinds/kind.ts';

const isRef = (value: object): value is Ref => 'ref' in value && Object.keys(value).length === 1;

/** `value` with every reference to a desired resource as a reference to an ARN. What holds none is no copy. */
export function resolved<T>(value: T, arnOf: (id: string) => string): T {
  if (typeof value !== 'object' || value === null) return value;
  if (isRef(value)) return { ref: arnOf(value.ref) } as T;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const item: unknown = Reflect.get(value, key);
    const next = resolved(item, arnOf);
    if (next === item) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[key] = next;
  }
  return (copy ?? value) as T;
}

/** The fields that are compared, with the comparison of each. */
const compared = once((fields: KindSchema['fields']) =>
  Object.entries(fields).flatMap(([name, { change, equal = isDeepStrictEqual }]) =>
    change === 'createOnly' ? [] : [{ name, equal }],
  ),
);

/** Names of the fields in which a found resource differs from the desired one, `createOnly` ones left out. */
export function differing(
  { fields }: Pick<KindSchema, 'fields'>,
  wanted: { readonly spec: object },
  found: { readonly spec: object },
  resolve: Resolve,
): string[] {
  const arnOf = (ref: string): string => resolve({ ref });
  const names: string[] = [];
  for (const { name, equal } of compared(fields)) {
    const [to, from]: unknown[] = [Reflect.get(wanted.spec, name), Reflect.get(found.spec, name)];
    // The same value needs no comparison.
    if (to !== from && !equal(resolved(to, arnOf), from)) names.push(name);
  }
  return names;
}

/** The fields in which a found resource of a known kind differs from the wanted one, `createOnly` fields left out. */
export const changedFields = <K extends Kind>(
  schema: SchemaOf<K>,
  spec: SpecOf[K],
  found: { readonly spec: SpecOf[K] },
  resolve: Resolve,
): (keyof SpecOf[K])[] => differing(schema as KindSchema, { spec }, found, resolve) as (keyof SpecOf[K])[];

/** True when one of the fields can only be overcome by a new resource. */
export const mustReplace = (kind: KindSchema, fields: readonly string[]): boolean =>
  fields.some((field) => kind.fields[field]?.change === 'replace');

/** ARN of the resource a found one lives in. */
export const parentOf = (kind: KindSchema, found: Found): string | undefined => kind.parent?.(found);

export interface Matching {
  /** Desired id → the found resource that it is. */
  readonly matched: ReadonlyMap<string, Found>;
  /** Desired id → found ones that it takes over from. */
  readonly superseded: ReadonlyMap<string, readonly Found[]>;
  /** ARN of a desired resource, or a token that equals no ARN while it does not exist. */
  readonly resolve: Resolve;
}

interface MatchingPass {
  readonly matched: Map<string, Found>;
  readonly superseded: Map<string, Found[]>;
  readonly resolve: Resolve;
}

const tagOf = (resource: Resource): string => resourceTagOf(resource.spec.tags);

/** What only one of a kind can have at its place: the name, or the port of its load balancer. */
const nameOf = (spec: object): unknown => {
  if ('name' in spec) return spec.name;
  return 'port' in spec ? spec.port : undefined;
};

/** Turns references into ARNs by what is matched so far; a string that is no desired id is an ARN already. */
const resolver =
  (matched: ReadonlyMap<string, Found>, ids: ReadonlySet<string>): Resolve =>
  (ref) => {
    const id = typeof ref === 'string' ? ref : ref.ref;
    return ids.has(id) ? (matched.get(id)?.arn ?? `new:${id}`) : id;
  };

interface MatchingContext {
  readonly found: readonly Found[];
  readonly gone: ReadonlySet<string>;
  readonly resolve: Resolve;
}

/** What of a kind only a new resource can change: the other fields need no comparison here. */
const replacing = once((kind: KindSchema) => ({
  fields: Object.fromEntries(Object.entries(kind.fields).filter(([name]) => mustReplace(kind, [name]))),
}));

function fits(kind: KindSchema, wanted: Resource, one: Found, { gone, resolve }: MatchingContext): boolean {
  const parent = kind.parent?.({ ...one, spec: wanted.spec } as Found);
  if (parent !== undefined && resolve(parent) !== parentOf(kind, one)) return false;
  if ((kind.heldBy?.(one) ?? []).some((holder) => gone.has(holder))) return false;
  return differing(replacing(kind), wanted, one, resolve).length === 0;
}

/** Matches one kind. A name tells two of the same tag apart (spec annotations 19, the ambiguous tag). */
function matchKind(
  kind: KindSchema,
  wanted: readonly Resource[],
  question: MatchingContext,
  into: MatchingPass,
): void {
  const candidates = Map.groupBy(
    question.found.filter((one) => one.kind === kind.kind),
    ({ resourceTag }) => resourceTag,
  );
  if (candidates.size === 0) return;
  const sharing = Map.groupBy(wanted, tagOf);
  const used = new Set<string>();
  const free = (resource: Resource): Found[] =>
    (candidates.get(tagOf(resource)) ?? []).filter(({ arn }) => !used.has(arn));
  const take = (resource: Resource, pick: (one: Found) => boolean): void => {
    const one = free(resource).find((other) => pick(other) && fits(kind, resource, other, question));
    if (one === undefined || into.matched.has(resource.id)) return;
    into.matched.set(resource.id, one);
    used.add(one.arn);
  };
  for (const resource of wanted) take(resource, (one) => nameOf(one.spec) === nameOf(resource.spec));
  for (const resource of wanted) {
    if (sharing.get(tagOf(resource))?.length === 1) take(resource, () => true);
  }
  for (const resource of wanted) {
    const left = free(resource);
    if (left.length > 0) into.superseded.set(resource.id, left);
  }
}

function pass(
  kinds: readonly KindSchema[],
  wanted: readonly Resource[],
  found: readonly Found[],
  gone: ReadonlySet<string>,
): MatchingPass {
  const matched = new Map<string, Found>();
  const resolve = resolver(matched, new Set(wanted.map(({ id }) => id)));
  const result: MatchingPass = { matched, superseded: new Map(), resolve };
  if (found.length === 0) return result;
  for (const kind of kinds) {
    const mine = wanted.filter((resource) => resource.kind === kind.kind);
    matchKind(kind, mine, { found, gone, resolve }, result);
  }
  return result;
}

/** Matches until the set of superseded resources is stable: what a superseded one holds is superseded with it. */
export function match(
  kinds: readonly KindSchema[],
  wanted: readonly Resource[],
  found: readonly Found[],
): Matching {
  let gone: ReadonlySet<string> = new Set();
  for (;;) {
    const result = pass(kinds, wanted, found, gone);
    const next = new Set([...result.superseded.values()].flat().map(({ arn }) => arn));
    if (next.size === gone.size) return result;
    gone = next;
  }
}
