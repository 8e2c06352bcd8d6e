// The subset of JSON Schema that descriptors and the binding may use: what a structural CRD schema can carry. Anything
// else stops the generator.

/** JSON data of a schema; which keywords it has is only known after `inSubset`. */
export type SchemaData = { readonly [keyword: string]: unknown };

const KEYWORDS = new Set(
  'type enum pattern minLength maxLength minimum maximum minItems maxItems items properties required additionalProperties anyOf description title definitions $ref'.split(
    ' ',
  ),
);
const TYPES = new Set(['string', 'integer', 'boolean', 'array', 'object']);

/** Whether a piece of JSON is an object. */
export const isObject = (data: unknown): data is SchemaData =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** Schemas one level below, with the path step that leads to each. */
export function schemasBelow(schema: SchemaData): [string, unknown][] {
  const named = (keyword: string): [string, unknown][] => {
    const group = schema[keyword];
    return isObject(group) ? Object.entries(group).map(([name, below]) => [`${keyword}.${name}`, below]) : [];
  };
  const items: [string, unknown][] = schema.items === undefined ? [] : [['items', schema.items]];
  const free: [string, unknown][] = isObject(schema.additionalProperties)
    ? [['additionalProperties', schema.additionalProperties]]
    : [];
  return [...named('properties'), ...named('definitions'), ...items, ...free];
}

const INT_OR_STRING = JSON.stringify([{ type: 'integer' }, { type: 'string' }]);

/** Throws with the path of the first keyword outside the subset. */
export function inSubset(schema: unknown, path: string): void {
  if (!isObject(schema)) throw new Error(`${path}: a schema is an object`);
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) throw new Error(`${path}: keyword ${keyword} is outside the subset`);
  }
  if (schema.type !== undefined && !TYPES.has(String(schema.type))) {
    throw new Error(`${path}: type ${String(schema.type)} is outside the subset`);
  }
  if (schema.type === undefined && schema.$ref === undefined && schema.anyOf === undefined) {
    throw new Error(`${path}: a schema needs a type`);
  }
  if (schema.anyOf !== undefined && JSON.stringify(schema.anyOf) !== INT_OR_STRING) {
    throw new Error(`${path}: anyOf is only for int-or-string`);
  }
  if (schema.properties !== undefined && isObject(schema.additionalProperties)) {
    throw new Error(`${path}: properties and additionalProperties exclude each other`);
  }
  if (/\(\?|\\[1-9]/.test(String(schema.pattern ?? ''))) {
    throw new Error(`${path}: pattern has look-around or back-references, which the API server cannot run`);
  }
  for (const [step, below] of schemasBelow(schema)) inSubset(below, `${path}.${step}`);
}
