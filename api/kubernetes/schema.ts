// The schemas that the API server publishes of the kinds that we read (Kubernetes: OpenAPI V3), and what an object has to
// do with them: fields left empty are filled as the API server fills them, and the rest is held against the schema.
import { DEFINITIONS } from '../generated/kubernetes.ts';

/** What is left of OpenAPI in the generated file. */
export interface KubernetesSchema {
  readonly type?: string | readonly string[];
  /** `#/definitions/NAME`. */
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: KubernetesSchema;
  readonly properties?: Readonly<Record<string, KubernetesSchema>>;
  readonly required?: readonly string[];
  /** A schema: a map with free keys. `false`: no other fields than the properties. */
  readonly additionalProperties?: KubernetesSchema | false;
}

const REFERENCE = '#/definitions/';

/** The schema of a kind or of a part of it, by the last part of its name in OpenAPI: `Ingress`. */
export const definitionOf = (name: string): KubernetesSchema | undefined => DEFINITIONS[name];

/** The schema that is meant, where it only refers to one. */
export function resolved(schema: KubernetesSchema): KubernetesSchema {
  const { $ref } = schema;
  if ($ref === undefined) return schema;
  return definitionOf($ref.slice(REFERENCE.length)) ?? {};
}

/**
 * The value without fields that are null, which for the API server are absent; with `schema` also without nulls in lists and
 * in maps of texts, where a null is the empty value of the type (Go: encoding/json, "Unmarshal"). Gives the same value when
 * there is no null in it, as in nearly all that an API server sends.
 */
export const withoutNulls = (value: unknown, schema: KubernetesSchema = {}): unknown =>
  holdsNull(value) ? filled(value, schema) : value;

function holdsNull(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  return value === null || Object.values(value).some(holdsNull);
}

function filled(value: unknown, schema: KubernetesSchema): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { items = {}, properties, additionalProperties: free } = resolved(schema);
  if (Array.isArray(value))
    return value.map((item) => (item === null ? emptyOf(items) : filled(item, items)));
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const known = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const inMap = known === undefined && free !== false ? free : undefined;
    if (member !== null) return [[name, filled(member, known ?? inMap ?? {})]];
    return inMap !== undefined && resolved(inMap).type === 'string' ? [[name, '']] : [];
  });
  return Object.fromEntries(members);
}

/** What an item of a list is that was left empty; null where the schema does not say. */
function emptyOf(schema: KubernetesSchema): unknown {
  switch (resolved(schema).type) {
    case 'object':
      return {};
    case 'array':
      return [];
    case 'string':
      return '';
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    default:
      return null;
  }
}
