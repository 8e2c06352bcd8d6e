// `node hack/generate/kubernetes.ts`: asks a real API server for its schemas of the kinds that lint reads, and writes them,
// cut down to what a check needs. Not part of `make generate`, since only a newer Kubernetes changes them; a scenario on the
// real API server says when the file is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesSchema } from '../../api/kubernetes/schema.ts';
import { type Cluster, startCluster } from '../../e2e/harness/cluster.ts';
import { isObject, type SchemaData } from './subset.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

export const KUBERNETES_FILE = 'api/generated/kubernetes.ts';

/** Where each served version publishes its schema (Kubernetes: OpenAPI V3), and the kinds that are taken from it. */
const SOURCES = [
  { version: 'v1', path: '/openapi/v3/api/v1', kinds: ['Service', 'Namespace'] },
  {
    version: 'networking.k8s.io/v1',
    path: '/openapi/v3/apis/networking.k8s.io/v1',
    kinds: ['Ingress', 'IngressClass'],
  },
  {
    version: 'elbv2.k8s.aws/v1beta1',
    path: '/openapi/v3/apis/elbv2.k8s.aws/v1beta1',
    kinds: ['IngressClassParams', 'TargetGroupBinding'],
  },
  { version: 'elbv2.k8s.aws/v1alpha1', path: '/openapi/v3/apis/elbv2.k8s.aws/v1alpha1', kinds: [] },
] as const;

/**
 * The text of the generated file, from what this API server publishes. IngressClassParams and TargetGroupBindings have to be installed.
 * @throws Error when it does not publish them.
 */
export async function kubernetesSchemas(cluster: Cluster): Promise<string> {
  const served: Record<string, readonly string[]> = {};
  const definitions: Record<string, KubernetesSchema> = {};
  for (const { version, path, kinds } of SOURCES) {
    const { code, stdout, stderr } = await cluster.kubectl(['get', '--raw', path]);
    if (code !== 0) throw new Error(`${path}: ${stderr.trim()}`);
    const schemas = schemasIn(JSON.parse(stdout));
    served[version] = kindsIn(schemas, version);
    for (const kind of kinds) take(kind, schemas, version.includes('k8s.aws'), definitions);
  }
  return written(served, definitions);
}

type Published = ReadonlyMap<string, SchemaData>;

/** By the last part of their names: `io.k8s.api.networking.v1.Ingress` is `Ingress`. */
function schemasIn(document: unknown): Published {
  const components = isObject(document) ? document.components : undefined;
  const schemas = isObject(components) && isObject(components.schemas) ? components.schemas : {};
  return new Map(
    Object.entries(schemas).flatMap(([name, schema]) => (isObject(schema) ? [[nameOf(name), schema]] : [])),
  );
}

const nameOf = (reference: string): string => reference.split(/[./]/).at(-1) ?? '';

/** The kinds of a group and version, without those that every version has for its own requests. */
function kindsIn(schemas: Published, version: string): string[] {
  const parts = version.split('/');
  const [group, plain] = parts.length === 2 ? parts : ['', version];
  const found = [...schemas.values()].flatMap((schema) => {
    const marks = schema['x-kubernetes-group-version-kind'];
    return (Array.isArray(marks) ? marks : []).filter(isObject);
  });
  const kinds = found
    .filter((one) => one.group === group && one.version === plain)
    .map(({ kind }) => String(kind));
  const ofRequests = /^(DeleteOptions|WatchEvent|Status|APIResourceList|APIGroup|APIVersions)$/;
  return [...new Set(kinds)].filter((kind) => !ofRequests.test(kind) && !kind.endsWith('List')).sort();
}

/** Takes a schema and all that it refers to. */
function take(
  name: string,
  schemas: Published,
  custom: boolean,
  definitions: Record<string, KubernetesSchema>,
): void {
  const schema = schemas.get(name);
  if (schema === undefined) throw new Error(`the API server publishes no schema of ${name}`);
  if (definitions[name] !== undefined) return;
  // What a status says is not taken from a person's manifest, so its values are not checked.
  const loose = /(Status|Condition)$/.test(name);
  definitions[name] = {};
  const referred = new Set<string>();
  definitions[name] = trimmed(schema, { loose, custom, referred });
  for (const other of referred) take(other, schemas, custom, definitions);
}

interface Trimming {
  /** Only names and types of fields are kept. */
  readonly loose: boolean;
  /** Of a custom resource: its definition says all that is checked. */
  readonly custom: boolean;
  readonly referred: Set<string>;
}

const KEPT = ['pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const;

/** RFC 3339, as Go reads a time. */
const TIME = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$';

function trimmed(schema: SchemaData, how: Trimming): KubernetesSchema {
  const { allOf, $ref, format, type, items, properties, required, additionalProperties: free } = schema;
  if (Array.isArray(allOf) && isObject(allOf[0])) return trimmed(allOf[0], how);
  if (typeof $ref === 'string') {
    if (nameOf($ref) === 'Time') return { type: 'string', pattern: TIME };
    if (nameOf($ref) === 'IntOrString') return { type: ['integer', 'string'] };
    how.referred.add(nameOf($ref));
    return { $ref: `#/definitions/${nameOf($ref)}` };
  }
  const kept = Object.fromEntries(
    KEPT.flatMap((keyword) => (schema[keyword] === undefined ? [] : [[keyword, schema[keyword]]])),
  );
  const range = format === 'int32' ? { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } : {};
  const time = format === 'date-time' ? { pattern: TIME } : {};
  return {
    ...(typeof type === 'string' ? { type } : {}),
    ...range,
    ...time,
    ...kept,
    ...(Array.isArray(schema.enum) && !how.loose ? { enum: schema.enum.map(String).sort() } : {}),
    ...(isObject(items) ? { items: trimmed(items, how) } : {}),
    ...(isObject(properties) ? fieldsOf(properties, required, how) : {}),
    ...(isObject(free) ? { additionalProperties: trimmed(free, how) } : {}),
  };
}

function fieldsOf(properties: SchemaData, required: unknown, how: Trimming): KubernetesSchema {
  const needed = Array.isArray(required) && !how.loose ? required.map(String) : [];
  const fields = Object.entries(properties).map(([name, schema]): [string, KubernetesSchema] => {
    const field = trimmed(isObject(schema) ? schema : {}, how);
    // An empty text is an absent one where Go keeps the type by value.
    const mayBeEmpty = field.enum !== undefined && !how.custom && !needed.includes(name);
    return [name, mayBeEmpty ? { ...field, enum: ['', ...(field.enum ?? [])] } : field];
  });
  return {
    properties: Object.fromEntries(fields),
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: false,
  };
}

function written(served: object, definitions: object): string {
  return `// Generated by \`node hack/generate/kubernetes.ts\` from the OpenAPI V3 of a Kubernetes API server. Do not edit.
import type { KubernetesSchema } from '../kubernetes/schema.ts';

/** The kinds of each version that is looked at. */
export const SERVED: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(served, null, 1)};

/** The kinds that are read and their parts, as a check needs them. */
export const DEFINITIONS: Readonly<Record<string, KubernetesSchema>> = ${JSON.stringify(definitions, null, 1)};
`;
}

/** The file as it is stored. */
export const storedSchemas = (): Promise<string> => readFile(join(ROOT, KUBERNETES_FILE), 'utf8');

/**
 * Waits until the API server publishes the schema of what was just installed.
 * @throws Error when it does not within a minute.
 */
export async function published(cluster: Cluster): Promise<void> {
  const path = SOURCES[2].path;
  const deadline = performance.now() + 60_000;
  const isThere = async (): Promise<boolean> => {
    const { code, stdout } = await cluster.kubectl(['get', '--raw', path]);
    return code === 0 && SOURCES[2].kinds.every((kind) => stdout.includes(`.${kind}"`));
  };
  while (!(await isThere())) {
    if (performance.now() > deadline) throw new Error(`the API server does not publish ${path}`);
    await sleep(200);
  }
}

if (import.meta.main) {
  const definitionFiles = [
    'config/classparams/ingressclassparams.yaml',
    'config/targetgroupbindings/targetgroupbindings.yaml',
  ];
  const texts = definitionFiles.map((file) => readFile(join(ROOT, file), 'utf8'));
  const cluster = await startCluster({ before: await Promise.all(texts) });
  try {
    await published(cluster);
    await writeFile(join(ROOT, KUBERNETES_FILE), await kubernetesSchemas(cluster));
    process.stdout.write(`wrote ${KUBERNETES_FILE}\n`);
  } finally {
    await cluster.stop();
  }
}
