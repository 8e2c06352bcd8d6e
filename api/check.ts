// From an annotation's text to its checked value, or everything that is wrong with it: decode, ajv, words, suggestion.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { AnyAnnotation, Schema } from './annotation.ts';
import { ownMembers } from './checks/own.ts';
import { valueFindings } from './checks/values.ts';
import { decode, type Misfit } from './decode.ts';
import { type Finding, step } from './finding.ts';
import type { ProblemCode } from './problem.ts';
import { REGISTRY } from './registry.ts';
import { suggest } from './suggest.ts';
import { allowedBy } from './words.ts';

/** `value` is absent when some finding refuses it. */
export interface Checked {
  readonly value?: unknown;
  readonly findings: readonly Finding[];
}

/** At most so many problems are told of one annotation. */
const FINDINGS_MAX = 10;

const ajv = new Ajv({ allErrors: true, verbose: true });
const validators = new Map<AnyAnnotation, ValidateFunction>(
  REGISTRY.map((descriptor) => [descriptor, ajv.compile(descriptor.schema)]),
);

/** So many texts are remembered, of so many characters at most: people write the same few values again and again. */
const KNOWN_MAX = 2_000;
const KNOWN_LENGTH_MAX = 500;
const known = new Map<AnyAnnotation, Map<string, Checked>>();
let remembered = 0;

/** Reads and checks one annotation's text. Never throws, whatever the text. What it gives is shared and frozen. */
export function check(descriptor: AnyAnnotation, text: string): Checked {
  const texts = known.get(descriptor) ?? new Map<string, Checked>();
  const before = texts.get(text);
  if (before !== undefined) return before;
  const checked = frozen(checkText(descriptor, text));
  if (text.length > KNOWN_LENGTH_MAX) return checked;
  if (remembered === KNOWN_MAX) {
    for (const each of known.values()) each.clear();
    remembered = 0;
  }
  known.set(descriptor, texts.set(text, checked));
  remembered += 1;
  return checked;
}

/** Nobody changes what others get, too. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function checkText(descriptor: AnyAnnotation, text: string): Checked {
  const decoded = decode(descriptor.schema, text);
  if ('misfits' in decoded) return { findings: decoded.misfits.slice(0, FINDINGS_MAX).map(ofMisfit) };
  const validate = validators.get(descriptor);
  if (validate === undefined) throw new Error(`descriptor ${descriptor.name} is not registered`);
  const { value, unread } = ownMembers(descriptor.name, decoded.value);
  const unused = unread
    .slice(0, FINDINGS_MAX)
    .map((at): Finding => ({ code: 'Unused', severity: 'warn', at, because: UNREAD }));
  if (!validate(value)) return { findings: [...ofErrors(validate.errors ?? [], text), ...unused] };
  const found = [...valueFindings(descriptor.name, value), ...unused];
  const findings = [
    ...found.filter(({ severity }) => severity === 'refuse'),
    ...found.filter(({ severity }) => severity === 'warn'),
  ].slice(0, FINDINGS_MAX);
  return findings.some((finding) => finding.severity === 'refuse') ? { findings } : { value, findings };
}

const UNREAD = 'nothing reads it: it belongs to another type or field';

function ofMisfit({ at, ...rest }: Misfit): Finding {
  return { code: 'Malformed', severity: 'refuse', at: at.map(step).join(''), ...rest };
}

const CODE_OF: Readonly<Record<string, ProblemCode>> = {
  enum: 'NotAllowed',
  additionalProperties: 'NotAllowed',
  minimum: 'OutOfRange',
  maximum: 'OutOfRange',
  minLength: 'OutOfRange',
  maxLength: 'OutOfRange',
  minItems: 'OutOfRange',
  maxItems: 'OutOfRange',
  pattern: 'InvalidFormat',
  required: 'Malformed',
};

/** One finding for each faulty part of the value: its first error. */
function ofErrors(errors: readonly ErrorObject[], text: string): Finding[] {
  const found = new Map<string, Finding>();
  for (const error of errors) {
    const finding = ofError(error, text);
    const key = `${error.instancePath}${error.keyword === 'required' ? finding.at : ''}`;
    if (found.size < FINDINGS_MAX && !found.has(key)) found.set(key, finding);
  }
  return [...found.values()];
}

/** ajv's JSON pointer as a path suffix. An item of a list of texts is named by its value alone. */
function placeOf(error: ErrorObject): string {
  const parts = error.instancePath.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (names.length === 1 && typeof error.data === 'string' && /^[0-9]+$/.test(names[0] ?? '')) return '';
  return names.map(step).join('');
}

function ofError(error: ErrorObject, text: string): Finding {
  const schema = error.parentSchema as Schema;
  const at = placeOf(error);
  const code = CODE_OF[error.keyword] ?? 'Malformed';
  if (error.keyword === 'required') {
    const name = String(error.params.missingProperty);
    const missing = schema.properties?.[name];
    const expected = missing === undefined ? '' : `: expected ${allowedBy(missing)}`;
    return {
      code,
      severity: 'refuse',
      at: `${at}${step(name)}`,
      because: `the member is missing${expected}`,
    };
  }
  if (error.keyword === 'additionalProperties') {
    return nameFinding(String(error.params.additionalProperty), Object.keys(schema.properties ?? {}), at);
  }
  const value = error.instancePath === '' ? text : shown(error.data);
  const suggestion = schema.enum === undefined ? undefined : suggest(value, schema.enum);
  return {
    code,
    severity: 'refuse',
    at,
    value,
    allowed: allowedBy(schema),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function nameFinding(name: string, known: readonly string[], at: string): Finding {
  const suggestion = suggest(name, known);
  return {
    code: 'NotAllowed',
    severity: 'refuse',
    at,
    value: name,
    allowed: `one of ${known.join(', ')}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

const shown = (data: unknown): string => (typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));
