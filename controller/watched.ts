// watched: the kinds that decisions are made from. One more is a row here: the controller watches it, `albatross plan` lists it, and
// its rights are asked for at the start. What a change of it means is said in informers.ts; config/rbac grants the rights.

import { defined } from '../api/defined.ts';
import type { Node, ObjectMeta } from '../api/kube.ts';
import { KINDS, type KubeKind } from '../kube/kinds.ts';

const { ingresses, ingressClasses, classParams, namespaces } = KINDS;
const { services, endpointSlices, nodes, bindings } = KINDS;
const ALL = {
  ingresses,
  ingressClasses,
  classParams,
  namespaces,
  services,
  endpointSlices,
  nodes,
  bindings,
} as const;

export type WatchedKind = keyof typeof ALL;

type ObjectOf<K> = K extends KubeKind<infer T> ? T : never;

export type WatchedObjects = { readonly [K in WatchedKind]: ObjectOf<(typeof ALL)[K]> };

export const WATCHED: { readonly [K in WatchedKind]: KubeKind<WatchedObjects[K]> } = ALL;

/** Kinds of others, which a cluster may not have. */
export const MAY_BE_MISSING: ReadonlySet<WatchedKind> = new Set(['classParams']);

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
