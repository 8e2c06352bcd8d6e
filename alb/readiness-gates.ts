// Readiness gates of pods for the health of their targets, named exactly as the LBC names them (aws-model 6.8). Pure.
import type { Pod, Service } from '../api/kube.ts';

const PREFIX = 'target-health.elbv2.k8s.aws/';
/** Of the first version of the LBC, which set it; nobody does any more (aws-model 2.4). */
const LEGACY_PREFIX = 'target-health.alb.ingress.k8s.aws/';

/** The gate, and type of the condition, that says of a pod that it is healthy in a target group. */
export const readinessGateOf = (targetGroup: string): string => `${PREFIX}${targetGroup}`;

/** The name of the target group that a gate is about; undefined for gates of others, and for those of the first LBC. */
export const targetGroupOfGate = (gate: string): string | undefined =>
  gate.startsWith(PREFIX) ? gate.slice(PREFIX.length) : undefined;

export const isLegacyGate = (gate: string): boolean => gate.startsWith(LEGACY_PREFIX);

/** Whether a gate is about the health of a target. */
export const isTargetHealthGate = (gate: string): boolean => gate.startsWith(PREFIX) || isLegacyGate(gate);

const gatesOf = ({ spec }: Pod): string[] =>
  (spec?.readinessGates ?? []).map(({ conditionType }) => conditionType);

/** The gates of a pod that are about the health of targets, each once. */
export const targetHealthGates = (pod: Pod): string[] => [
  ...new Set(gatesOf(pod).filter(isTargetHealthGate)),
];

/** Whether a condition of a pod holds. A gate without a condition is not met (Kubernetes: Pod Lifecycle, "Pod readiness"). */
export const holds = ({ status }: Pod, type: string): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');

/** The condition that a pod's containers are ready (Kubernetes: Pod Lifecycle, "Pod conditions"). */
export const CONTAINERS_READY = 'ContainersReady';

/**
 * Whether nothing but the health of targets is, or may be, missing for a pod to be ready: its containers are, and every gate of
 * others is met. Such a pod is to be registered, since nothing else can meet the gates that are left.
 */
export const needsTargetsOnly = (pod: Pod): boolean =>
  holds(pod, CONTAINERS_READY) &&
  targetHealthGates(pod).length > 0 &&
  gatesOf(pod).every((gate) => isTargetHealthGate(gate) || holds(pod, gate));

/** The gates about the health of targets that are not met. */
export const unmetGates = (pod: Pod): string[] => targetHealthGates(pod).filter((gate) => !holds(pod, gate));

/** Whether a Service selects a pod; one without a selector selects none (Kubernetes: Service, "Services without selectors"). */
export function selectsPod(service: Pick<Service, 'spec'> | undefined, { metadata }: Pod): boolean {
  const selector = Object.entries(service?.spec?.selector ?? {});
  return selector.length > 0 && selector.every(([label, value]) => metadata.labels?.[label] === value);
}
