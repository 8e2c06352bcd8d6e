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

/**
 * Applies every field annotation of this kind to the spec: the value in settings, else the descriptor's `unset`. A field
 * whose annotation has neither keeps what the caller put there.
 */
export function applyEffects<K extends keyof Fields>(
  on: K,
  spec: Fields[K],
  settings: Partial<Settings>,
): void {
  for (const descriptor of REGISTRY) {
    if (descriptor.effect.on !== on) continue;
    const value = settingOf(settings, descriptor)?.value ?? descriptor.unset;
    // Descriptor, kind and value belong together by the registry; a union of them cannot say so.
    const apply = descriptor.effect.apply as (spec: Fields[K], value: unknown) => void;
    if (value !== undefined) apply(spec, value);
  }
}

/** Members of a family have no field effects: `desire/` reads them by their names. */
function settingOf(settings: Partial<Settings>, { name }: AnyAnnotation): Setting<unknown> | undefined {
  return stemOf(name) === undefined ? settings[name as Exclude<AnnotationName, `${Stem}.*`>] : undefined;
}
