// Generates the TargetGroupBinding from its schema: its type, and its CustomResourceDefinition with the names, versions and
// columns of the AWS Load Balancer Controller's.
import { readFileSync } from 'node:fs';
import { BY_TYPE, definitionText, structural } from './crd.ts';
import type { Generated } from './main.ts';
import { inSubset, isObject, type SchemaData } from './subset.ts';
import { BANNER, typesOf } from './value-types.ts';

const SOURCE = 'api/targetgroupbinding.schema.json';

/** The schema as it is written; throws when it leaves the subset. */
function writtenSchema(): SchemaData & { readonly properties: SchemaData; readonly definitions: SchemaData } {
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../${SOURCE}`, import.meta.url), 'utf8'));
  inSubset(schema, 'TargetGroupBinding');
  if (!isObject(schema)) throw new Error(`${SOURCE} is no schema`);
  const { properties, definitions } = schema;
  if (!isObject(properties) || !isObject(definitions))
    throw new Error(`${SOURCE} lacks properties or definitions`);
  return { ...schema, properties, definitions };
}

/** The TargetGroupBinding and its parts. */
export const targetGroupBinding: Generated = {
  path: 'api/generated/target-group-binding.ts',
  async render() {
    const { properties, ...rest } = writtenSchema();
    const typed = { ...rest, properties: { ...properties, metadata: { tsType: 'ObjectMeta' } } };
    const types = await typesOf(typed, 'TargetGroupBinding');
    return `${BANNER(SOURCE)}import type { ObjectMeta } from '../kube.ts';\n\n${types}`;
  },
};

const COLUMNS = [
  {
    name: 'SERVICE-NAME',
    type: 'string',
    jsonPath: '.spec.serviceRef.name',
    description: 'Name of the Service',
  },
  {
    name: 'SERVICE-PORT',
    type: 'string',
    jsonPath: '.spec.serviceRef.port',
    description: 'Port of the Service',
  },
  {
    name: 'TARGET-TYPE',
    type: 'string',
    jsonPath: '.spec.targetType',
    description: 'Target type of the target group',
  },
  {
    name: 'ARN',
    type: 'string',
    jsonPath: '.spec.targetGroupARN',
    description: 'ARN of the target group',
    priority: 1,
  },
  {
    name: 'NAME',
    type: 'string',
    jsonPath: '.spec.targetGroupName',
    description: 'Name of the target group',
    priority: 2,
  },
  { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** Stored as the first; the second is an older name of the same, for manifests of old. The AWS Load Balancer Controller has no others. */
const VERSIONS = ['v1beta1', 'v1alpha1'];

/** The schema as the API server takes it: metadata is its own, and a selector is applied as a whole. */
function openApiSchema(): SchemaData {
  const full = writtenSchema();
  const { description, properties } = structural(full, full.definitions);
  if (!isObject(properties)) throw new Error('a definition needs properties');
  const { spec, status } = properties;
  if (!isObject(spec) || !isObject(spec.properties) || !isObject(status) || !isObject(status.properties))
    throw new Error(`${SOURCE} lacks spec or status`);
  const { nodeSelector } = spec.properties;
  const { conditions } = status.properties;
  if (!isObject(nodeSelector) || !isObject(conditions))
    throw new Error(`${SOURCE} lacks nodeSelector or conditions`);
  return {
    description,
    type: 'object',
    properties: {
      ...properties,
      metadata: { type: 'object' },
      spec: {
        ...spec,
        properties: {
          ...spec.properties,
          nodeSelector: { ...nodeSelector, 'x-kubernetes-map-type': 'atomic' },
        },
      },
      status: { ...status, properties: { ...status.properties, conditions: { ...conditions, ...BY_TYPE } } },
    },
  };
}

/** Installed by itself, where the AWS Load Balancer Controller has not brought its own. */
export const targetGroupBindingCrd: Generated = {
  path: 'config/targetgroupbindings/targetgroupbindings.yaml',
  async render() {
    const schema = { openAPIV3Schema: openApiSchema() };
    const spec = {
      group: 'elbv2.k8s.aws',
      scope: 'Namespaced',
      names: {
        kind: 'TargetGroupBinding',
        listKind: 'TargetGroupBindingList',
        plural: 'targetgroupbindings',
        singular: 'targetgroupbinding',
      },
      versions: VERSIONS.map((name, at) => ({
        name,
        served: true,
        storage: at === 0,
        subresources: { status: {} },
        additionalPrinterColumns: COLUMNS,
        schema,
      })),
    };
    return definitionText(SOURCE, spec, 'targetgroupbindings.elbv2.k8s.aws');
  },
};
