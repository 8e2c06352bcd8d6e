// The cluster as it is at one moment: every object that decisions are made from is listed once, and nothing is watched.

import { bindingFor } from '../../api/binding/bind.ts';
import { finalizerOf, heldGroups } from '../../api/binding/finalizers.ts';
import { defined } from '../../api/defined.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf, type ObjectMeta } from '../../api/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import { listAll } from '../../kube/list.ts';
import type { BookEntry } from '../bindings/entries.ts';
import { type ReadingAround, readingOf, seenIngress, whoseIs } from '../bindings/read-ingress.ts';
import { type Book, openBook } from '../bindings/store.ts';
import type { World } from '../targets/endpoints.ts';
import { SERVICE_LABEL } from '../targets/slice-index.ts';
import { FIELDS, MAY_BE_MISSING, type PlannedKind, WATCHED, type WatchedObjects } from '../watched.ts';

/** A question about the cluster that has no answer: what was asked for is not there, or may not be read. The message is for people. */
export class Unanswered extends Error {}

/** Everything that is read. */
export type ClusterObjects = { readonly [K in PlannedKind]: readonly WatchedObjects[K][] };

export interface ClusterSeen {
  /** Every Ingress of ours beside its binding as the controller would bring it in line. */
  readonly book: Book;
  readonly world: World;
  /** Why an Ingress is in no group, for people; undefined for one that is in some. */
  absent(key: string): string | undefined;
}

export const NO_OBJECTS: ClusterObjects = {
  ingresses: [],
  ingressClasses: [],
  classParams: [],
  namespaces: [],
  services: [],
  endpointSlices: [],
  nodes: [],
  pods: [],
  bindings: [],
};

/** Before Albatross is installed there are no bindings either. */
const mayBeMissing = (kind: PlannedKind): boolean => kind === 'bindings' || MAY_BE_MISSING.has(kind);

/**
 * Lists everything, or only some `kinds`, at the same time.
 * @throws Unanswered naming every kind that cannot be listed, with the API server's words.
 */
export async function readObjects(
  client: KubeClient,
  watchNamespace?: string,
  kinds = Object.keys(NO_OBJECTS) as readonly PlannedKind[],
): Promise<ClusterObjects> {
  const failures: { readonly kind: string; readonly message: string }[] = [];
  const objects = { ...NO_OBJECTS };
  async function read<K extends PlannedKind>(kind: K): Promise<void> {
    const selection = defined({ namespace: watchNamespace, fieldSelector: FIELDS[kind] });
    const all = await listAll(client, WATCHED[kind], selection);
    if (all.ok) Object.assign(objects, { [kind]: all.object.items });
    else if (all.reason !== 'notFound' || !mayBeMissing(kind))
      failures.push({ kind: WATCHED[kind].plural, message: all.message });
  }
  await Promise.all(kinds.map(read));
  const byMessage = [...Map.groupBy(failures, ({ message }) => message)];
  const lines = byMessage.map(
    ([message, of]) => `cannot list ${of.map(({ kind }) => kind).join(', ')}: ${message}`,
  );
  if (lines.length > 0) throw new Unanswered(lines.join('\n'));
  return objects;
}

/** What is in a list, by namespace and name. */
function lookup<T extends { readonly metadata: ObjectMeta }>(list: readonly T[]) {
  const byKey = new Map(list.map((one) => [keyOf(one), one]));
  return (namespace: string, name: string): T | undefined => byKey.get(`${namespace}/${name}`);
}

function worldOf(objects: ClusterObjects): World {
  const slices = Map.groupBy(
    objects.endpointSlices,
    ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.labels?.[SERVICE_LABEL] ?? ''}`,
  );
  return {
    service: lookup(objects.services),
    slices: (namespace, service) => slices.get(`${namespace}/${service}`) ?? [],
    pod: lookup(objects.pods),
    isPodAt: (address) => objects.pods.some(({ status }) => status?.podIPs?.some(({ ip }) => ip === address)),
    nodes: () => objects.nodes,
  };
}

/** The binding of an Ingress of ours as `derive` will have brought it in line: there, not going, and held by its group. */
function inLine({ ingress, spec }: BookEntry, binding: LoadBalancerBinding | undefined): LoadBalancerBinding {
  const of = binding ?? bindingFor(ingress, spec);
  const { deletionTimestamp: _, ...metadata } = of.metadata;
  const mine = finalizerOf(spec.group);
  const others = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== mine);
  return { ...of, metadata: { ...metadata, finalizers: [...others, mine] } };
}

/** Puts the objects together as the controller would, without what it has yet to write. Pure. */
export function clusterSeen(objects: ClusterObjects, options: ReadingAround['options']): ClusterSeen {
  const book = openBook();
  const world = worldOf(objects);
  const ofClass = lookup(objects.ingressClasses);
  const parameters = lookup(objects.classParams);
  const namespaces = lookup(objects.namespaces);
  const bindings = new Map(objects.bindings.map((binding) => [keyOf(binding), binding]));
  const around: ReadingAround = {
    service: world.service,
    ingressClass: (name) => ofClass('', name),
    classes: objects.ingressClasses,
    classParams: (name) => parameters('', name),
    namespaceLabels: (name) => namespaces('', name)?.metadata.labels,
    bound: (key) => bindings.has(key),
    options,
  };
  for (const [key, binding] of bindings) book.binding(key, binding);
  for (const ingress of objects.ingresses) {
    const key = keyOf(ingress);
    const namespace = namespaces('', ingress.metadata.namespace ?? '');
    const reading = readingOf(ingress, around);
    book.ingress(key, seenIngress(ingress, { reading, namespace, ceiling: 'observe' }));
    const entry = book.entry(key);
    if (entry !== undefined) book.binding(key, inLine(entry, bindings.get(key)));
  }
  const ingresses = lookup(objects.ingresses);
  return {
    book,
    world,
    absent(key) {
      const binding = book.bindingOf(key);
      const held =
        book.holderOf(key) !== undefined || (binding !== undefined && heldGroups(binding).length > 0);
      if (book.entry(key) !== undefined || held) return undefined;
      const [namespace = '', name = ''] = key.split('/');
      const ingress = ingresses(namespace, name);
      if (ingress === undefined) return `there is no Ingress ${key}`;
      const whose = whoseIs(ingress, around);
      return whose.ours
        ? `Ingress ${key} names the class "${whose.className ?? ''}", which does not exist`
        : `Ingress ${key} is not of a class of Albatross`;
    },
  };
}

export interface GroupSelection {
  /** `name`, or `namespace/name`. */
  readonly ingress?: string;
  /** The namespace of `ingress`, or the one whose groups are meant. */
  readonly namespace: string;
  /** Every group of the cluster. */
  readonly all: boolean;
}

/**
 * The groups of one Ingress (several while it moves), of the Ingresses of a namespace, or all; in order.
 * @throws Unanswered when the Ingress is in none.
 */
export function groupsAsked(
  { book, absent }: Pick<ClusterSeen, 'book' | 'absent'>,
  { ingress, namespace, all }: GroupSelection,
): string[] {
  const groupsOf = (key: string): string[] => {
    const entry = book.entry(key);
    const binding = book.bindingOf(key);
    return [
      ...(entry === undefined ? [] : [entry.spec.group]),
      ...(binding === undefined ? [] : heldGroups(binding)),
    ];
  };
  if (ingress !== undefined) {
    const key = ingress.includes('/') ? ingress : `${namespace}/${ingress}`;
    const because = absent(key);
    if (because !== undefined) throw new Unanswered(because);
    return [...new Set(groupsOf(key))];
  }
  if (all) return book.groups().sort();
  const keys = book.keys().filter((key) => key.startsWith(`${namespace}/`));
  return [...new Set(keys.flatMap(groupsOf))].sort();
}
