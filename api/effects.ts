// Carries out the field effects of settings on one resource, in the registry's order (registry.ts says why order matters).
import type { AnnotationName, AnyAnnotation, Setting } from './annotation.ts';
import type { ListenerSpec, LoadBalancerSpec, TargetGroupSpec } from './aws.ts';
import type { Settings } from './generated/binding.ts';
import { REGISTRY, type Stem, stemOf } from './registry.ts';

interface Fields {
  readonly loadBalancer: LoadBalancerSpec;
  readonly listener: ListenerSpec;
  readonly targetGroup: TargetGroupSpec;
}

const effectsOn = (on: keyof Fields): readonly AnyAnnotation[] =>
  REGISTRY.filter(({ effect }) => effect.on === on);

const BY_KIND: Readonly<Record<keyof Fields, readonly AnyAnnotation[]>> = {
  loadBalancer: effectsOn('loadBalancer'),
  listener: effectsOn('listener'),
  targetGroup: effectsOn('targetGroup'),
};

/**
 * Applies every field annotation of this kind to the spec: the value in settings, else the descriptor's `unset`. A field
 * whose annotation has neither keeps what the caller put there.
 */
export function applyEffects<K extends keyof Fields>(
  on: K,
  spec: Fields[K],
  settings: Partial<Settings>,
): void {
  for (const descriptor of BY_KIND[on]) {
    const value = settingOf(settings, descriptor)?.value ?? descriptor.unset;
    // Descriptor, kind and value belong together by the registry; a union of them cannot say so.
    const { apply } = descriptor.effect as { apply(spec: Fields[K], value: unknown): void };
    if (value !== undefined) apply(spec, value);
  }
}

/** What one value writes into a copy of the spec, by field; what lies deeper counts as the field that it lies in. */
export function fieldsWritten(
  { effect }: AnyAnnotation,
  spec: object,
  value: unknown,
): ReadonlyMap<string, unknown> {
  if (!('apply' in effect)) return new Map();
  // Kind and value belong together by the registry; a union of descriptors cannot say so.
  const apply = effect.apply as (spec: object, value: unknown) => void;
  if (Object.keys(spec).length === 0) {
    const written = {};
    apply(written, value);
    return new Map(Object.entries(written));
  }
  const copy: Record<string, unknown> = structuredClone({ ...spec });
  const touched = new Set<string>();
  const recording = (part: object, field?: string): object =>
    new Proxy(part, {
      get(target, key) {
        const inner: unknown = Reflect.get(target, key);
        return typeof inner === 'object' && inner !== null ? recording(inner, field ?? String(key)) : inner;
      },
      set(target, key, next) {
        touched.add(field ?? String(key));
        return Reflect.set(target, key, next);
      },
    });
  apply(recording(copy), value);
  return new Map([...touched].map((field) => [field, copy[field]]));
}

/** Whether a field effect sets nothing on such a resource: then the value says nothing. */
export const setsNothing = (descriptor: AnyAnnotation, value: unknown, spec: object = {}): boolean =>
  'apply' in descriptor.effect && fieldsWritten(descriptor, spec, value).size === 0;

/** Members of a family have no field effects: `desire/` reads them by their names. */
function settingOf(settings: Partial<Settings>, { name }: AnyAnnotation): Setting<unknown> | undefined {
  return stemOf(name) === undefined ? settings[name as Exclude<AnnotationName, `${Stem}.*`>] : undefined;
}
