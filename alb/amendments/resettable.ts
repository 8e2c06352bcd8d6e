// Resettable: what of a resource goes back to AWS's default when nobody says it any more, by key: the name of a field, or a key
// of its map. What that is, the schema of its kind says (`unsaid`). Pure.
import { isDeepStrictEqual } from 'node:util';
import type { Kind, Resource, SpecOf } from '../../api/aws.ts';
import type { Field } from '../kinds/kind.ts';
import { fieldsOf } from '../kinds/kinds.ts';

/** A desired resource or a found one. */
export type One = { readonly [K in Kind]: { readonly kind: K; readonly spec: SpecOf[K] } }[Kind];

type Values = Readonly<Record<string, unknown>>;

const resettable = (kind: Kind): [name: string, field: Field][] =>
  Object.entries(fieldsOf(kind)).filter(([, { unsaid }]) => unsaid !== undefined);

function byKey({ kind }: One, of: (name: string, field: Field) => unknown): Values {
  const entries = resettable(kind).flatMap(([name, field]): [string, unknown][] => {
    const value = of(name, field);
    if (typeof value !== 'object' || value === null || field.entries === undefined) return [[name, value]];
    return Object.entries(value);
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** AWS's defaults. A key that is not among them is never set back: nobody here knows to what. */
export const defaultsOf = (one: One): Values => byKey(one, (_, { unsaid }) => unsaid?.(one.spec));

/** What is said of a desired resource, or known of a found one. */
export function valuesOf(one: One): Values {
  const spec: Values = { ...one.spec };
  return byKey(one, (name) => spec[name]);
}

/** The field that a key belongs to. */
export const fieldOfKey = (kind: Kind, key: string): string | undefined =>
  resettable(kind).find(
    ([name, { entries }]) => name === key || (entries !== undefined && !isField(kind, key)),
  )?.[0];

/** Whether the key is a field by itself, and no key of a map. */
export const isField = (kind: Kind, key: string): boolean => Object.hasOwn(fieldsOf(kind), key);

/** Whether a value is known, and is not the default, which is known, too. */
export function isMoved(kind: Kind, values: Values, defaults: Values, key: string): boolean {
  const [value, normal] = [values[key], defaults[key]];
  const equal = (isField(kind, key) ? fieldsOf(kind)[key]?.equal : undefined) ?? isDeepStrictEqual;
  return value !== undefined && normal !== undefined && !equal(normal, value);
}

/** The resource with the defaults of these keys. */
export function withDefaults(resource: Resource, keys: readonly string[]): Resource {
  const defaults = defaultsOf(resource);
  const spec: Record<string, unknown> = { ...resource.spec };
  for (const key of keys) {
    const field = fieldOfKey(resource.kind, key);
    if (field === undefined) continue;
    spec[field] = field === key ? defaults[key] : { ...(spec[field] as object), [key]: defaults[key] };
  }
  return { ...resource, spec } as object as Resource;
}
