// Readiness gates for pods that are being created (aws-model 6.8): for each ip target group of a binding whose Service selects the
// pod, the gate that the controller promises to set in the binding's status. Pure.
import { isLegacyGate, readinessGateOf, selectsPod } from '../alb/readiness-gates.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { Pod, Service } from '../api/kube.ts';
import { madeBy, SERVED_FINALIZER } from '../api/targetgroupbinding/made-by.ts';

/** One operation on a pod (RFC 6902). */
export interface PodPatch {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

/** What somebody promises to set once a target is healthy, for the pods of a Service. */
export interface PromisedGate {
  readonly service: string;
  readonly gate: string;
}

/** What pods of a namespace are judged by. */
export interface PodContext {
  /** The gates that somebody sets in a namespace. */
  promised(namespace: string): readonly PromisedGate[];
  service(namespace: string, name: string): Pick<Service, 'spec'> | undefined;
}

/** The gates of bindings; one that is on its way out promises nothing. */
export const promisedByBindings = (bindings: readonly LoadBalancerBinding[]): PromisedGate[] =>
  bindings
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ status }) => status?.targetGroups ?? [])
    .flatMap(({ service, readinessGate: gate }) => (gate === undefined ? [] : [{ service, gate }]));

/**
 * The gates of TargetGroupBindings of users that somebody serves: they are named after the object. What the LBC made for Services
 * and Gateways is promised by its own webhook.
 */
export const promisedByUsers = (objects: readonly TargetGroupBinding[]): PromisedGate[] =>
  objects.flatMap(({ metadata, spec }) =>
    spec?.targetType === 'ip' &&
    madeBy(metadata) === 'user' &&
    metadata.deletionTimestamp === undefined &&
    metadata.finalizers?.includes(SERVED_FINALIZER) === true
      ? [{ service: spec.serviceRef.name, gate: readinessGateOf(metadata.name) }]
      : [],
  );

/** The gates that a new pod of a namespace should have, beside those that it has. */
export function gatesFor(pod: Pod, namespace: string, around: PodContext): string[] {
  const gates = around
    .promised(namespace)
    .filter(({ service }) => selectsPod(around.service(namespace, service), pod))
    .map(({ gate }) => gate);
  return [...new Set(gates)].sort();
}

/**
 * The least change that gives a pod its gates: none when it has them. Gates that the first LBC gave it go, where there is one in
 * their place: nobody sets them any more.
 */
export function podPatch(pod: Pod, gates: readonly string[]): PodPatch[] {
  const before = pod.spec?.readinessGates;
  if (gates.length === 0) return [];
  const has = (before ?? []).map(({ conditionType }) => conditionType);
  const missing = gates.filter((gate) => !has.includes(gate)).map((conditionType) => ({ conditionType }));
  const path = '/spec/readinessGates';
  if (has.some(isLegacyGate)) {
    const kept = (before ?? []).filter(({ conditionType }) => !isLegacyGate(conditionType));
    return [{ op: 'replace', path, value: [...kept, ...missing] }];
  }
  if (missing.length === 0) return [];
  if (before === undefined) return [{ op: 'add', path, value: missing }];
  return missing.map((value) => ({ op: 'add', path: `${path}/-`, value }));
}
