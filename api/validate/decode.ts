// Text to value: one decoder per encoding, chosen by the schema (spec annotations 1). No input makes it throw, and each
// runs in time linear in the text.

import type { Schema } from '../annotation.ts';
import { once } from '../once.ts';
import { allowedBy } from './describe-schema.ts';
import { type JsonNode, readJson } from './json.ts';
import { isObject } from './type-guards.ts';

export type Encoding = 'bool' | 'int32' | 'string' | 'stringList' | 'stringMap' | 'json';

/** Why a text, or a part of it, is no value of the schema. `at` leads to the part: member names and indexes. */
export interface Misfit {
  readonly at: readonly (string | number)[];
  readonly value: string;
  readonly allowed: string;
  readonly because?: string;
  readonly suggestion?: string;
}

export type Decoded = { readonly value: unknown } | { readonly misfits: readonly Misfit[] };

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/** Which of the encodings of spec annotations 1 a schema is written in. */
export function encodingOf(schema: Schema): Encoding {
  if (schema.type === 'boolean') return 'bool';
  if (schema.type === 'integer') return 'int32';
  if (schema.type === 'string') return 'string';
  if (schema.type === 'array' && schema.items?.type === 'string') return 'stringList';
  const free = schema.additionalProperties;
  if (schema.type === 'object' && free !== undefined && free !== false && free.type === 'string')
    return 'stringMap';
  return 'json';
}

/** The value that an annotation's text stands for; the value's bounds are checked elsewhere (check.ts). */
export function decode(schema: Schema, text: string): Decoded {
  switch (encodingOf(schema)) {
    case 'bool':
      return decodeBool(text);
    case 'int32':
      return decodeInt(schema, text);
    case 'string':
      return { value: text };
    case 'stringList':
      return { value: splitList(text) };
    case 'stringMap':
      return decodeMap(text);
    default:
      return decodeJson(schema, text);
  }
}

const misfit = (value: string, allowed: string, more: Partial<Misfit> = {}): Decoded => ({
  misfits: [{ at: [], value, allowed, ...more }],
});

// The blanks that are trimmed: Go's, not ECMAScript's (U+0085 is one, U+FEFF is none).
const BLANKS = new Set(
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** Without blanks at both ends (spec annotations 1, "Trim"). */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANKS.has(text[start] ?? '')) start++;
  while (end > start && BLANKS.has(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}

const TRUE = new Set(['1', 't', 'T', 'true', 'True', 'TRUE']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'False', 'FALSE']);

function decodeBool(text: string): Decoded {
  if (TRUE.has(text)) return { value: true };
  if (FALSE.has(text)) return { value: false };
  const meant = trim(text).toLowerCase();
  if (['true', 'yes', 'on', 'enabled'].includes(meant))
    return misfit(text, 'true or false', { suggestion: 'true' });
  if (['false', 'no', 'off', 'disabled'].includes(meant))
    return misfit(text, 'true or false', { suggestion: 'false' });
  return misfit(text, 'true or false');
}

/** 64 bits wide where the schema says more than 32. */
const isWide = (schema: Schema): boolean => (schema.maximum ?? 0) > INT32_MAX;

/** An integer of 64 bits; beyond what a number holds exactly, the largest that it does. */
function wideInt(text: string): number | undefined {
  const digits = text.replace(/^[+-]0*|^0+/, '');
  if (digits.length > 19) return undefined;
  const value = BigInt(digits === '' ? '0' : digits) * (text.startsWith('-') ? -1n : 1n);
  if (BigInt.asIntN(64, value) !== value) return undefined;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
}

function decodeInt(schema: Schema, text: string): Decoded {
  const isInteger = /^[+-]?[0-9]+$/.test(text);
  const wide = isInteger && isWide(schema) ? wideInt(text) : undefined;
  if (wide !== undefined) return { value: wide + 0 };
  const value = isInteger && !isWide(schema) ? Number(text) : Number.NaN;
  // `+ 0` turns -0 into 0.
  if (value >= INT32_MIN && value <= INT32_MAX) return { value: value + 0 };
  const meant = /^\s*([+-]?[0-9]{1,9})(?:\.0+)?\s*(?:s|secs?|seconds?)?\s*$/.exec(text.slice(0, 40))?.[1];
  const fits =
    Number(meant) >= (schema.minimum ?? INT32_MIN) && Number(meant) <= (schema.maximum ?? INT32_MAX);
  return misfit(text, allowedBy(schema), meant !== undefined && fits ? { suggestion: meant } : {});
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map(trim)
    .filter((item) => item !== '');
}

const PAIRS = 'key=value pairs separated by commas';

/** The scanner of spec annotations 1.1: items, or the part of the text that can be none. */
function scanItems(text: string): string[] {
  const lastEquals = text.lastIndexOf('=');
  const end = trim(`.${text}`).length - 1;
  const items: string[] = [];
  let item = '';
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] ?? '';
    if (sign === '\\' && i + 1 < text.length) {
      i++;
      item += text[i];
    } else if (sign !== ',' || i + 1 >= end) {
      // An unescaped comma that only blanks follow stays in the value: `a=b,` means {a: "b,"}.
      item += sign;
    } else {
      items.push(item);
      item = '';
      if (i < lastEquals) continue;
      items.push(text.slice(i + 1));
      return items;
    }
  }
  if (item !== '') items.push(item);
  return items;
}

function decodeMap(text: string): Decoded {
  const pairs = new Map<string, string>();
  const misfits: Misfit[] = [];
  for (const item of scanItems(text)) {
    const trimmed = trim(item);
    const equals = trimmed.indexOf('=');
    const key = trim(trimmed.slice(0, Math.max(equals, 0)));
    if (key !== '') pairs.set(key, trim(trimmed.slice(equals + 1)));
    else {
      const because = equals < 0 ? 'an item has no "="' : 'an item has no key before its "="';
      misfits.push({ at: [], value: trimmed, allowed: PAIRS, because });
    }
  }
  return misfits.length > 0 ? { misfits } : { value: Object.fromEntries(pairs) };
}

function decodeJson(schema: Schema, text: string): Decoded {
  const read = readJson(text);
  if ('because' in read) return misfit(text, 'JSON', { because: read.because });
  const misfits: Misfit[] = [];
  const value = valueFrom(read.node, schema, { at: [], misfits }, undefined);
  return misfits.length > 0 ? { misfits } : { value };
}

interface DecodePlace {
  readonly at: readonly (string | number)[];
  readonly misfits: Misfit[];
}

const below = (place: DecodePlace, step: string | number): DecodePlace => ({
  ...place,
  at: [...place.at, step],
});

/** The value of a JSON `null` (spec annotations 1.2): what a field has that was never written. */
function zero(schema: Schema): unknown {
  if (schema.type === 'array') return [];
  if (schema.type === 'object') return {};
  if (schema.type === 'integer') return 0;
  return schema.type === 'boolean' ? false : '';
}

/** Fits a JSON tree to a schema: member names, null and repeated members as spec annotations 1.2. */
function valueFrom(node: JsonNode, schema: Schema, place: DecodePlace, previous: unknown): unknown {
  if (node.kind === 'null') return zero(schema);
  if (schema.anyOf !== undefined) {
    return node.kind === 'string' ? node.text : valueFrom(node, { type: 'integer' }, place, undefined);
  }
  if (schema.type === 'object' && node.kind === 'object') {
    const isMap = schema.additionalProperties !== undefined;
    return isMap
      ? mapFrom(node.members, schema, place, previous)
      : structFrom(node.members, schema, place, previous);
  }
  if (schema.type === 'array' && node.kind === 'array') {
    return node.items.map((item, index) =>
      valueFrom(item, schema.items ?? {}, below(place, index), undefined),
    );
  }
  if (schema.type === 'string' && node.kind === 'string') return node.text;
  if (schema.type === 'boolean' && node.kind === 'boolean') return node.raw === 'true';
  if (schema.type === 'integer' && node.kind === 'number' && /^-?[0-9]+$/.test(node.raw)) {
    const value = Number(node.raw);
    if (value >= INT32_MIN && value <= INT32_MAX) return value + 0;
  }
  place.misfits.push(wrongType(node, schema, place));
  return undefined;
}

function wrongType(node: JsonNode, schema: Schema, place: DecodePlace): Misfit {
  const found = {
    at: place.at,
    value: node.kind === 'string' ? node.text : node.raw,
    allowed: allowedBy(schema),
  };
  if (schema.type === 'integer' && node.kind === 'string') {
    return { ...found, because: 'a JSON number without quotes is expected' };
  }
  if (schema.type === 'string') return { ...found, because: 'a JSON text in double quotes is expected' };
  if (node.kind === 'number') return found;
  return { ...found, because: `a JSON ${schema.type ?? 'value'} is expected, this is a JSON ${node.kind}` };
}

const asRecord = (value: unknown): Record<string, unknown> => (isObject(value) ? { ...value } : {});

function mapFrom(
  members: readonly (readonly [string, JsonNode])[],
  schema: Schema,
  place: DecodePlace,
  previous: unknown,
): Record<string, unknown> {
  const entries = new Map(Object.entries(asRecord(previous)));
  const known = schema.properties ?? {};
  for (const [name, node] of members) {
    const free = schema.additionalProperties === false ? undefined : schema.additionalProperties;
    const member = Object.hasOwn(known, name) ? known[name] : free;
    // A name that the closed map does not know is kept, so that the check names it.
    entries.set(
      name,
      member === undefined ? node.raw : valueFrom(node, member, below(place, name), undefined),
    );
  }
  return Object.fromEntries(entries);
}

/** ASCII letter case and the two letters that fold into it: U+017F is an s, U+212A is a k. */
const fold = (name: string) => name.replaceAll('\u017f', 's').toLowerCase();

/** Names by what they are without letter case, found once for each schema: a text may hold many objects of it. */
const foldedNames = once(
  (known: Readonly<Record<string, Schema>>): ReadonlyMap<string, string> =>
    new Map(Object.keys(known).map((name) => [fold(name), name])),
);

function structFrom(
  members: readonly (readonly [string, JsonNode])[],
  schema: Schema,
  place: DecodePlace,
  previous: unknown,
): Record<string, unknown> {
  const fields = asRecord(previous);
  const known = schema.properties ?? {};
  const folded = foldedNames(known);
  for (const [written, node] of members) {
    const name = Object.hasOwn(known, written) ? written : folded.get(fold(written));
    const field = name === undefined ? undefined : known[name];
    if (name === undefined || field === undefined) continue;
    if (node.kind !== 'null') fields[name] = valueFrom(node, field, below(place, name), fields[name]);
    else if (schema.required?.includes(name) !== true) delete fields[name];
  }
  return fields;
}
