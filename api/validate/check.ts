// From an annotation's text to its checked value, or everything that is wrong with it: decode, ajv, words, suggestion.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { AnyAnnotation, Schema } from '../annotation.ts';
import { CONFIG_OF_FIELD } from '../annotations/conditions.ts';
import { type Finding, refuse, refuses, step, warn } from '../problems/finding.ts';
import { withHints } from '../problems/hints.ts';
import { type ProblemCode, worstFirst } from '../problems/problem.ts';
import { suggest } from '../problems/suggest.ts';
import { ownMembers } from './checks/own.ts';
import { valueFindings } from './checks/values.ts';
import { decode, type Misfit } from './decode.ts';
import { allowedBy } from './describe-schema.ts';
import { stepsOf, writtenOf } from './schema-errors.ts';
import { checkOfSchema, readLoosely } from './strict.ts';
import { isObject } from './type-guards.ts';

/** `value` is absent when some finding refuses it. */
export interface Checked {
  readonly value?: unknown;
  readonly findings: readonly Finding[];
  /** What the value is where checks that can be switched only warn; present when nothing else refuses it. */
  readonly loose?: { readonly value: unknown };
}

/** At most so many problems are told of one annotation. */
const FINDINGS_MAX = 10;

/** So many items of each list are judged one by one once it is known that something is wrong. More than any `maxItems`. */
const ITEMS_MAX = 100;

/** Of each annotation, made when it is first needed: a process starts sooner without those it never meets. */
function validators(ajv: Ajv): (descriptor: AnyAnnotation) => ValidateFunction {
  const made = new Map<AnyAnnotation, ValidateFunction>();
  return (descriptor) => made.getOrInsertComputed(descriptor, ({ schema }) => ajv.compile(schema));
}
// A test holds the schemas against JSON Schema's own; here that would cost each process a tenth of a second.
const validatorOf = validators(new Ajv({ verbose: true, validateSchema: false }));
const validatorOfEvery = validators(new Ajv({ allErrors: true, verbose: true, validateSchema: false }));

/** So many texts are remembered, of so many characters at most: people write the same few values again and again. */
const KNOWN_MAX = 2_000;
const KNOWN_LENGTH_MAX = 500;
const known = new Map<AnyAnnotation, Map<string, Checked>>();
let remembered = 0;

/** Reads and checks one annotation's text. Never throws, whatever the text. What it gives of short texts is shared and frozen. */
export function check(descriptor: AnyAnnotation, text: string): Checked {
  const texts = known.get(descriptor) ?? new Map<string, Checked>();
  const before = texts.get(text);
  if (before !== undefined) return before;
  if (text.length > KNOWN_LENGTH_MAX) return checkText(descriptor, text);
  const checked = frozen(checkText(descriptor, text));
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
  return withHints(descriptor, text, judgeText(descriptor, text), (mended) => judgeText(descriptor, mended));
}

function judgeText(descriptor: AnyAnnotation, text: string): Checked {
  const { name } = descriptor;
  const decoded = decode(descriptor.schema, text);
  if ('misfits' in decoded) {
    const findings = decoded.misfits.slice(0, FINDINGS_MAX).map(ofMisfit);
    return name === 'create-acm-cert' ? refused(descriptor, findings, undefined) : { findings };
  }
  const { value, unread } = ownMembers(name, decoded.value);
  const unused = unread.slice(0, FINDINGS_MAX).map((at) => warn('Unused', { at, because: UNREAD }));
  const errors = errorsOf(descriptor, value);
  if (errors.length > 0) return refused(descriptor, [...ofErrors(errors, text), ...unused], value);
  const found = [...valueFindings(name, value), ...unused];
  const findings = worstFirst(found).slice(0, FINDINGS_MAX);
  return findings.some(refuses) ? refused(descriptor, findings, value) : { value, findings };
}

function errorsOf(descriptor: AnyAnnotation, value: unknown): readonly ErrorObject[] {
  const validate = validatorOf(descriptor);
  if (validate(value)) return [];
  // A long list of wrong items has an error for each; some are enough to tell, or the first where those are right.
  const every = validatorOfEvery(descriptor);
  return every(shortened(value)) ? (validate.errors ?? []) : (every.errors ?? []);
}

/** The beginning of every list in a value. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map(shortened);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member)]));
}

/** A value that is refused, and what it would be without the checks that can be switched. */
function refused(descriptor: AnyAnnotation, found: readonly Finding[], value: unknown): Checked {
  const { name } = descriptor;
  const findings = found.map((finding): Finding => {
    const check = refuses(finding) ? (finding.check ?? checkOfSchema(name, finding)) : undefined;
    return check === undefined ? finding : { ...finding, check };
  });
  if (findings.some((one) => refuses(one) && one.check === undefined)) return { findings };
  const loose = readLoosely(name, value, Object.keys(CONFIG_OF_FIELD));
  const works =
    errorsOf(descriptor, loose).length === 0 &&
    valueFindings(name, loose).every((one) => !refuses(one) || one.check !== undefined);
  return works ? { findings, loose: { value: loose } } : { findings };
}

const UNREAD = 'nothing reads it: it belongs to another type or field';

const ofMisfit = ({ at, ...rest }: Misfit): Finding =>
  refuse('Malformed', { at: at.map(step).join(''), ...rest });

const CODE_OF: Readonly<Record<string, ProblemCode>> = {
  enum: 'NotAllowed',
  minimum: 'OutOfRange',
  maximum: 'OutOfRange',
  minLength: 'OutOfRange',
  maxLength: 'OutOfRange',
  minItems: 'OutOfRange',
  maxItems: 'OutOfRange',
  pattern: 'InvalidFormat',
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
  const names = stepsOf(error);
  if (names.length === 1 && typeof error.data === 'string' && /^[0-9]+$/.test(names[0] ?? '')) return '';
  return names.map(step).join('');
}

function ofError(error: ErrorObject, text: string): Finding {
  const schema = error.parentSchema as Schema;
  const at = placeOf(error);
  if (error.keyword === 'required') {
    const name = String(error.params.missingProperty);
    const missing = schema.properties?.[name];
    const expected = missing === undefined ? '' : `: expected ${allowedBy(missing)}`;
    return refuse('Malformed', { at: `${at}${step(name)}`, because: `the member is missing${expected}` });
  }
  if (error.keyword === 'additionalProperties') {
    const value = String(error.params.additionalProperty);
    const known = Object.keys(schema.properties ?? {});
    const allowed = `one of ${known.join(', ')}`;
    return refuse('NotAllowed', { at, value, allowed, suggestion: suggest(value, known) });
  }
  const value = error.instancePath === '' ? text : writtenOf(error);
  const suggestion = schema.enum === undefined ? undefined : suggest(value, schema.enum);
  return refuse(CODE_OF[error.keyword] ?? 'Malformed', { at, value, allowed: allowedBy(schema), suggestion });
}
