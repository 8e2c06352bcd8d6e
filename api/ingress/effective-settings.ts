// Settings of a target group: what its Service says over what its Ingress says (spec annotations 2.1).

import type { Settings } from '../generated/binding.ts';
import type { ServiceAnnotationName } from '../generated/values.ts';
import { once } from '../once.ts';
import { CLASS_PARAMS_KIND } from '../problems/place.ts';
import { REGISTRY, stemOf } from '../registry.ts';

/** The settings that a Service may say. */
export type ServiceSettings = Pick<Settings, ServiceSetting>;

/** Families are kept under their stem. */
type ServiceSetting = ServiceAnnotationName extends infer N ? (N extends `${infer S}.*` ? S : N) : never;

/** Settings that act on target groups only. Tags act on more, and authentication on rules (authentication.ts). */
export const TARGET_GROUP_NAMES: ReadonlySet<string> = new Set(
  REGISTRY.filter(
    ({ name, on }) => name !== 'tags' && !name.startsWith('auth-') && on.includes('Service'),
  ).map(({ name }) => stemOf(name) ?? name),
);

const mergedWith = once((_ingress: Settings) => new WeakMap<ServiceSettings, ServiceSettings>());

/** With a Service that says nothing, as most do. */
const alone = once((ingress: Settings) => mergeSettings(ingress, {}));

/**
 * The target group settings of one Service of an Ingress: what the Service says wins over the Ingress, annotation by
 * annotation; tags are merged key by key (spec annotations 2.1). Put together once for each pair, which nobody changes.
 */
export const effectiveTargetGroupSettings = (ingress: Settings, service: ServiceSettings): ServiceSettings =>
  Object.keys(service).length === 0
    ? alone(ingress)
    : mergedWith(ingress).getOrInsertComputed(service, () => mergeSettings(ingress, service));

function mergeSettings(ingress: Settings, service: ServiceSettings): ServiceSettings {
  const ofIngress = Object.entries(ingress).filter(
    ([name]) => name === 'tags' || TARGET_GROUP_NAMES.has(name),
  );
  const merged: ServiceSettings = { ...Object.fromEntries(ofIngress), ...service };
  // The class has the last word about the target type, before the Service (spec annotations 13.2).
  const type = ingress['target-type'];
  if (type?.from.startsWith(CLASS_PARAMS_KIND) === true) merged['target-type'] = type;
  // A Service cannot turn off what the Ingress turned on (spec annotations 9.14).
  const shared = ingress['multi-cluster-target-group'];
  if (shared?.value === true) merged['multi-cluster-target-group'] = shared;
  const ports = { ...ingress['target-control-port'], ...service['target-control-port'] };
  if (Object.keys(ports).length > 0) merged['target-control-port'] = ports;
  if (ingress.tags === undefined || service.tags === undefined) return merged;
  return {
    ...merged,
    tags: { value: { ...ingress.tags.value, ...service.tags.value }, from: service.tags.from },
  };
}
