// Holds an object against the schema of its kind: fields that do not exist, types, values out of a list. The words name the
// field, what stands there, what belongs there and the likely intent.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { DEFINITIONS } from '../generated/kubernetes.ts';
import { type Problem, refusal } from '../problems/problem.ts';
import { suggest } from '../problems/suggest.ts';
import { stepsOf, writtenOf } from '../validate/schema-errors.ts';
import { isObject } from '../validate/type-guards.ts';
import { missing, oneOf } from './rules.ts';
import { type KubernetesSchema, resolved } from './schema.ts';

/** By kind, made when it is first needed. */
const validators = new Map<string, ValidateFunction>();

function compiled(kind: string): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, validateSchema: false });
  return ajv.compile({ $ref: `#/definitions/${kind}`, definitions: DEFINITIONS });
}

/** Most that are told of one object: the rest is likely more of the same. */
const TOLD_MAX = 50;

/** Everything in which the object differs from the schema of its kind. */
export function misfitsOf(object: unknown, kind: string): Problem[] {
  const validate = validators.getOrInsertComputed(kind, compiled);
  if (validate(object)) return [];
  return (validate.errors ?? []).slice(0, TOLD_MAX).map((error) => misfit(error, kind));
}

/** Steps as a field path: `spec.rules[0].host`, `metadata.annotations[example.com/a]`. */
export const fieldPath = (steps: readonly string[]): string =>
  steps.reduce((path, step, at) => {
    const isKey =
      /^[0-9]+$/.test(step) ||
      /[./[\]]/.test(step) ||
      /^(annotations|labels|selector)$/.test(steps[at - 1] ?? '');
    if (isKey) return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');

function misfit(error: ErrorObject, kind: string): Problem {
  const at = stepsOf(error);
  const schema = error.parentSchema as KubernetesSchema;
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params.additionalProperty);
    return unknownField(at, name, schema, error.data);
  }
  if (error.keyword === 'required') {
    const name = String(error.params.missingProperty);
    const path = fieldPath([...at, name]);
    return missing(path, missingWords(name, resolved(schema.properties?.[name] ?? {})));
  }
  const path = fieldPath(at);
  if (error.keyword === 'enum' && typeof error.data === 'string')
    return oneOf(
      path,
      error.data,
      (schema.enum ?? []).filter((one) => one !== ''),
    );
  if (error.keyword === 'type' || error.keyword === 'enum') return wrongType(path, error, schema, kind);
  return refusal('InvalidFormat', path, { value: writtenOf(error), allowed: boundWords(error) });
}

const missingWords = (name: string, { enum: known }: KubernetesSchema): string =>
  known === undefined
    ? `${name} is required, and it is missing`
    : `${name} is required, and it is missing: one of ${known.filter((one) => one !== '').join(', ')}`;

/** Fields that other versions or other places have, by what replaces them. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    serviceName: 'networking.k8s.io/v1 has service: {name: NAME} here',
    servicePort: 'networking.k8s.io/v1 has service: {name: NAME, port: {number: 80}} here',
    'spec.backend': 'networking.k8s.io/v1 calls it spec.defaultBackend',
  }),
);

function unknownField(
  at: readonly string[],
  name: string,
  { properties = {} }: KubernetesSchema,
  data: unknown,
): Problem {
  const path = fieldPath([...at, name]);
  const written = isObject(data) ? Object.keys(data) : [];
  const free = Object.keys(properties).filter((known) => !written.includes(known));
  const elsewhere = ELSEWHERE.get(path) ?? ELSEWHERE.get(name);
  const because = 'unknown field: the Kubernetes API has none of this name here';
  if (elsewhere !== undefined) return refusal('UnknownField', path, { because: `${because}; ${elsewhere}` });
  return refusal('UnknownField', path, { because, suggestion: suggest(name, free) ?? wordIn(name, free) });
}

/** A plural, a letter too many in front or behind: `hosts` for `host`. */
const wordIn = (name: string, known: readonly string[]): string | undefined =>
  known.find((one) => one.length > 2 && name.toLowerCase().startsWith(one.toLowerCase()));

function wrongType(path: string, error: ErrorObject, schema: KubernetesSchema, kind: string): Problem {
  const { type } = resolved(schema);
  const isBare = type === 'string' && ['number', 'boolean'].includes(typeof error.data);
  return refusal('WrongType', path, {
    value: writtenOf(error),
    allowed: typeWords(resolved(schema), path === '' ? kind : undefined),
    because: isBare ? 'put it in quotes' : undefined,
    suggestion: intended(path, error.data, type),
  });
}

/** What belongs there, for the mistakes that are common. */
function intended(path: string, data: unknown, type: KubernetesSchema['type']): string | undefined {
  if (path.endsWith('.service.port') && (typeof data === 'number' || typeof data === 'string'))
    return `port: {${/^[0-9]+$/.test(String(data)) ? 'number' : 'name'}: ${data}}`;
  const field = path.split('.').at(-1) ?? '';
  return type === 'integer' && typeof data === 'string' && /^[0-9]+$/.test(data)
    ? `${field}: ${data}`
    : undefined;
}

function typeWords(
  { type, properties, minimum, maximum }: KubernetesSchema,
  kind: string | undefined,
): string {
  if (kind !== undefined) return `an object of kind ${kind}`;
  if (Array.isArray(type)) return 'a number or a text';
  switch (type) {
    case 'integer':
      return minimum !== undefined && maximum !== undefined
        ? 'a whole number, without quotes'
        : 'a whole number';
    case 'boolean':
      return 'true or false, without quotes';
    case 'array':
      return 'a list';
    case 'object':
      return properties === undefined
        ? 'an object of names and values'
        : `an object with ${Object.keys(properties).slice(0, 8).join(', ')}`;
    default:
      return 'a text';
  }
}

function boundWords({ keyword, params, parentSchema }: ErrorObject): string {
  const { type } = parentSchema as KubernetesSchema;
  if (keyword === 'minimum' || keyword === 'maximum')
    return type === 'integer'
      ? `a number of ${params.comparison} ${params.limit}`
      : `${params.comparison} ${params.limit}`;
  if (keyword === 'pattern') return `a text of the form ${params.pattern}`;
  return `${keyword.startsWith('min') ? 'at least' : 'at most'} ${params.limit} long`;
}
