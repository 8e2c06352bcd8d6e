// watched: the kinds that decisions are made from. One more is a row here: the controller watches it, `albatross plan` lists it, and
// its rights are asked for at the start. What a change of it means is said in informers.ts; config/rbac grants the rights.

import { CONTAINERS_READY, holds, targetHealthGates } from '../alb/readiness-gates.ts';
import { defined } from '../api/defined.ts';
import type { Node, ObjectMeta, Pod } from '../api/kube.ts';
import { KINDS, type KubeKind } from '../kube/kinds.ts';

const { ingresses, ingressClasses, classParams, namespaces } = KINDS;
const { services, endpointSlices, nodes, pods, bindings, targetGroupBindings } = KINDS;
const ALL = {
  ingresses,
  ingressClasses,
  classParams,
  namespaces,
  services,
  endpointSlices,
  nodes,
  pods,
  bindings,
  targetGroupBindings,
} as const;

export type WatchedKind = keyof typeof ALL;

/** What groups of Ingresses are decided from. */
export type PlannedKind = Exclude<WatchedKind, 'targetGroupBindings'>;

type ObjectOf<K> = K extends KubeKind<infer T> ? T : never;

export type WatchedObjects = { readonly [K in WatchedKind]: ObjectOf<(typeof ALL)[K]> };

export const WATCHED: { readonly [K in WatchedKind]: KubeKind<WatchedObjects[K]> } = ALL;

/** Kinds of others, which a cluster may not have. */
export const MAY_BE_MISSING: ReadonlySet<WatchedKind> = new Set(['classParams', 'targetGroupBindings']);

/**
 * The objects of a kind that are seen at all. A pod that runs has an address and may be a target; jobs that ended, and pods that
 * wait for a node, may be many.
 */
export const FIELDS: { readonly [K in WatchedKind]?: string } = { pods: 'status.phase=Running' };

/** What we read of an object; the rest is not kept, for memory. */
export function trimmed<T extends { readonly metadata: ObjectMeta }>(object: T): T {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(
    ([name]) => !name.startsWith('kubectl.kubernetes.io/'),
  );
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

/** A node without what changes every few seconds and is never read; two that differ here may differ as targets. */
export function trimmedNode({ metadata, spec, status }: Node): Node {
  const ready = (status?.conditions ?? []).filter(({ type }) => type === 'Ready');
  return {
    metadata: defined({ name: metadata.name, labels: metadata.labels }),
    spec: defined({ providerID: spec?.providerID, taints: spec?.taints }),
    status: { conditions: ready.map(({ type, status: holds }) => ({ type, status: holds })) },
  };
}

/** Seconds that nearly all pods have to end; they need not be kept. */
const GRACE_SECONDS = 30;

/** A pod without what is never read, which is most of it; two that differ here may differ as targets, or in their gates. */
export function trimmedPod(pod: Pod): Pod {
  const { name, namespace, uid, labels, deletionTimestamp } = pod.metadata;
  const conditions = [{ type: CONTAINERS_READY, status: holds(pod, CONTAINERS_READY) ? 'True' : 'False' }];
  const metadata = defined({ name, namespace, uid, deletionTimestamp });
  const at = defined({ podIPs: pod.status?.podIPs?.map(({ ip }) => ({ ip })) });
  const { terminationGracePeriodSeconds: grace = GRACE_SECONDS } = pod.spec ?? {};
  const ending = grace === GRACE_SECONDS ? {} : { terminationGracePeriodSeconds: grace };
  if (targetHealthGates(pod).length === 0)
    return { metadata, ...(grace === GRACE_SECONDS ? {} : { spec: ending }), status: { conditions, ...at } };
  const gates = pod.spec?.readinessGates ?? [];
  const ofGates = (pod.status?.conditions ?? []).filter(({ type }) =>
    gates.some(({ conditionType }) => conditionType === type),
  );
  return {
    metadata: defined({ ...metadata, labels }),
    spec: { ...ending, readinessGates: gates.map(({ conditionType }) => ({ conditionType })) },
    status: { conditions: [...conditions, ...ofGates], ...at },
  };
}
