// Composes the binding's schema from its hand-written skeleton and the descriptors' schemas.
import { readFileSync } from 'node:fs';
import type { AnyAnnotation } from '../../api/annotation.ts';
import { FIRST_MEMBER } from '../../api/ingress/class-parameters.ts';
import { REGISTRY, stemOf } from '../../api/registry.ts';
import { inSubset, isObject, type SchemaData } from './subset.ts';

const SKELETON = new URL('../../api/binding.schema.json', import.meta.url);

/** A setting: the value and the object that said it. */
function settingSchema(descriptor: AnyAnnotation): SchemaData {
  return {
    description: descriptor.doc,
    type: 'object',
    required: ['value', 'from'],
    properties: { value: descriptor.schema, from: { type: 'string' } },
  };
}

function settingsProperties(among: (name: string) => boolean): Record<string, SchemaData> {
  const on = REGISTRY.filter(({ name, on }) => on.includes('Ingress') && among(stemOf(name) ?? name));
  return Object.fromEntries(
    on.map((descriptor) => {
      const stem = stemOf(descriptor.name);
      const setting = settingSchema(descriptor);
      return stem === undefined
        ? [descriptor.name, setting]
        : [stem, { description: descriptor.doc, type: 'object', additionalProperties: setting }];
    }),
  );
}

/** The full schema of a LoadBalancerBinding; throws when it leaves the subset. */
export function bindingSchema(): SchemaData & { readonly definitions: SchemaData } {
  const skeleton: unknown = JSON.parse(readFileSync(SKELETON, 'utf8'));
  if (
    !isObject(skeleton) ||
    !isObject(skeleton.definitions) ||
    !isObject(skeleton.definitions.Settings) ||
    !isObject(skeleton.definitions.FirstSettings)
  ) {
    throw new Error('api/binding.schema.json lacks definitions.Settings or .FirstSettings');
  }
  const settings = { ...skeleton.definitions.Settings, properties: settingsProperties(() => true) };
  const first = {
    ...skeleton.definitions.FirstSettings,
    properties: settingsProperties((name) => FIRST_MEMBER.some((one) => one === name)),
  };
  const schema = {
    ...skeleton,
    definitions: { ...skeleton.definitions, Settings: settings, FirstSettings: first },
  };
  inSubset(schema, 'LoadBalancerBinding');
  return schema;
}
