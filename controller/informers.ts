// Informers: what the controller watches, and which work each change means.
import { hash } from 'node:crypto';
import { defined } from '../api/defined.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { Reading } from '../api/ingress/read.ts';
import {
  type EndpointSlice,
  type Ingress,
  keyOf,
  type Namespace,
  type Node,
  type Pod,
  type Service,
} from '../api/kube.ts';
import type { KubeClient } from '../kube/client.ts';
import { type WatchChange, Watched, type WatchState } from '../kube/watch.ts';
import { isTerminating, readingOf, seenIngress } from './bindings/read-ingress.ts';
import type { Book } from './bindings/store.ts';
import type { ControllerOptions } from './options.ts';
import type { Priority } from './queue/queue.ts';
import type { World } from './targets/endpoints.ts';
import type { PodIndex } from './targets/pod-index.ts';
import { SliceIndex } from './targets/slice-index.ts';
import {
  FIELDS,
  MAY_BE_MISSING,
  type PlannedKind,
  trimmed,
  trimmedNode,
  trimmedPod,
  WATCHED,
  type WatchedKind,
  type WatchedObjects,
} from './watched.ts';

export interface InformersOptions {
  readonly client: KubeClient;
  readonly book: Book;
  readonly pods: PodIndex;
  readonly options: ControllerOptions;
  readonly work: {
    /** All is known that the cluster says; what it means is told from now on. */
    begin(): void;
    binding(key: string, priority: Priority, afterMs?: number): void;
    group(id: string, priority: Priority, afterMs?: number): void;
    /** A Service or its endpoints changed. */
    service(namespace: string, name: string): void;
    /** The gates of a pod may be met, or not any more; by `namespace/name`. */
    gates(pod: string): void;
    nodes(): void;
    targetGroupBinding(object: TargetGroupBinding, gone: boolean, isStarted: boolean): void;
    /** All of them. */
    targetGroupBindings(): void;
    /** Those for a Service, which came, went or changed. */
    targetGroupBindingsOf(namespace: string, service: string): void;
  };
  onState(kind: string, state: WatchState): void;
}

/** A binding that says something else than its Ingress: the event of the Ingress may just be late, so it gets a moment. */
const LATE_MS = 1_000;

/**
 * Members often leave together (`kubectl delete -f`, a namespace): the group waits this long for the next one, so that it
 * is not rebuilt for the few that are about to go as well.
 */
const LEAVING_MS = 500;

export class Informers {
  readonly #options: InformersOptions;
  readonly #kept: { readonly [K in PlannedKind]: Watched<WatchedObjects[K]> };
  readonly #targetGroupBindings: Watched<TargetGroupBinding> | undefined;
  readonly #slices = new SliceIndex();
  readonly #nodeFacts = new Map<string, string>();
  /** What of each binding our work depends on, as the watch told it last. */
  readonly #meanings = new Map<string, string>();
  /** What of each namespace its Ingresses depend on. */
  readonly #spaces = new Map<string, string>();
  #started = false;
  readonly synced: Promise<unknown>;

  constructor(options: InformersOptions) {
    this.#options = options;
    const readAll = () => this.#readAll('updated');
    this.#kept = {
      ingressClasses: this.#watch('ingressClasses', readAll),
      classParams: this.#watch('classParams', readAll),
      namespaces: this.#watch('namespaces', (space, change) => this.#namespaceChanged(space, change)),
      services: this.#watch('services', (service) => this.#serviceChanged(service)),
      ingresses: this.#watch('ingresses', (ingress, change) => this.#read(ingress, change)),
      bindings: this.#watch('bindings', (binding, change) => this.#bindingChanged(binding, change)),
      endpointSlices: this.#watch('endpointSlices', (slice, change) => this.#sliceChanged(slice, change)),
      nodes: this.#watch('nodes', (node, change) => this.#nodeChanged(node, change), trimmedNode),
      pods: this.#watch('pods', (pod, change) => this.#podChanged(pod, change), trimmedPod),
    };
    // Whether they are served is the operator's choice.
    this.#targetGroupBindings = options.options.enableTargetGroupBindings
      ? this.#watch('targetGroupBindings', (one, change) =>
          options.work.targetGroupBinding(one, change === 'deleted', this.#started),
        )
      : undefined;
    this.synced = Promise.all(this.#watches.map(({ synced }) => synced)).then(() => this.#start());
  }

  /** Only now is it known what does not exist: a binding without an Ingress, an Ingress without its class. */
  #start(): void {
    const { book, work, pods } = this.#options;
    this.#readAll('added');
    this.#started = true;
    work.begin();
    for (const key of book.keys()) work.binding(key, 'low');
    for (const group of book.groups()) work.group(group, 'low');
    for (const pod of pods.waiting()) work.gates(pod);
    work.nodes();
    work.targetGroupBindings();
  }

  get #watches(): readonly Pick<Watched<never>, 'synced' | 'healthy' | 'stop'>[] {
    const users = this.#targetGroupBindings;
    return users === undefined ? Object.values(this.#kept) : [...Object.values(this.#kept), users];
  }

  get world(): World {
    return {
      service: (namespace, name) => this.#kept.services.get(namespace, name),
      slices: (namespace, service) => this.#slices.of(namespace, service),
      pod: (namespace, name) =>
        this.#kept.pods.get(namespace, name) ?? this.#options.pods.gone(namespace, name),
      isPodAt: (address) => this.#options.pods.isAt(address),
      nodes: () => this.#kept.nodes.list(),
    };
  }

  healthy(): boolean {
    return this.#watches.every((watch) => watch.healthy());
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop();
  }

  #watch<K extends WatchedKind>(
    kind: K,
    onChange: (object: WatchedObjects[K], change: WatchChange) => void,
    trim: (object: WatchedObjects[K]) => WatchedObjects[K] = trimmed,
  ): Watched<WatchedObjects[K]> {
    const { client, onState, options } = this.#options;
    return new Watched({
      client,
      kind: WATCHED[kind],
      ...defined({ namespace: options.watchNamespace, fieldSelector: FIELDS[kind] }),
      mayBeMissing: MAY_BE_MISSING.has(kind),
      trim,
      onChange,
      onState: (state) => onState(kind, state),
    });
  }

  #readAll(change: WatchChange): void {
    for (const ingress of this.#kept.ingresses.list()) this.#read(ingress, change);
  }

  #readingOf(ingress: Ingress): Reading | undefined {
    const { book, options } = this.#options;
    return readingOf(ingress, {
      service: (namespace, name) => this.#kept.services.get(namespace, name),
      ingressClass: (name) => this.#kept.ingressClasses.get('', name),
      classes: this.#kept.ingressClasses.list(),
      classParams: (name) => this.#kept.classParams.get('', name),
      namespaceLabels: (name) => this.#kept.namespaces.get('', name)?.metadata.labels,
      bound: (key) => book.bindingOf(key) !== undefined,
      options,
    });
  }

  #read(ingress: Ingress, change: WatchChange): void {
    const { book, work, options } = this.#options;
    const key = keyOf(ingress);
    const namespace = this.#kept.namespaces.get('', ingress.metadata.namespace ?? '');
    const reading = change === 'deleted' ? undefined : this.#readingOf(ingress);
    const around = { reading, namespace, ceiling: options.policy };
    const groups = book.ingress(key, change === 'deleted' ? undefined : seenIngress(ingress, around));
    if (!this.#started) return;
    work.binding(key, 'high');
    for (const group of groups) {
      // Who joins may put us in charge of a group: the bindings of the others are held from now on, too.
      for (const other of book.awaited(group)) work.binding(other, 'high');
      work.group(group, 'high', book.entry(key) === undefined ? LEAVING_MS : 0);
    }
  }

  /** Labels may open or close a class to the Ingresses of a namespace; in one that is being terminated nothing is made anew. */
  #namespaceChanged(namespace: Namespace, change: WatchChange): void {
    const { name, labels = {} } = namespace.metadata;
    const now = JSON.stringify([isTerminating(namespace), Object.entries(labels).sort()]);
    const before = this.#spaces.get(name);
    if (change === 'deleted') this.#spaces.delete(name);
    else this.#spaces.set(name, now);
    if (!this.#started || change === 'deleted' || before === now) return;
    for (const ingress of this.#kept.ingresses.list(name)) this.#read(ingress, 'updated');
  }

  #serviceChanged({ metadata: { namespace = '', name } }: Service): void {
    const { book, work, pods } = this.#options;
    if (!this.#started) return;
    for (const group of groupsUsing(book, namespace, name)) work.group(group, 'normal');
    work.service(namespace, name);
    work.targetGroupBindingsOf(namespace, name);
    // It may select other pods.
    for (const pod of pods.waiting(namespace)) work.gates(pod);
  }

  #bindingChanged(binding: LoadBalancerBinding, change: WatchChange): void {
    const { book, work } = this.#options;
    const key = keyOf(binding);
    const groups = book.binding(key, change === 'deleted' ? undefined : binding);
    // What the book knows may be the answer to a write of ours that nobody worked on yet.
    const before = this.#meanings.get(key);
    const now = meaning(binding);
    if (change === 'deleted') this.#meanings.delete(key);
    else this.#meanings.set(key, now);
    if (!this.#started) return;
    if (change === 'updated' && before === now) return;
    work.binding(key, 'high', change === 'deleted' ? undefined : LATE_MS);
    const leaving = change === 'deleted' || binding.metadata.deletionTimestamp !== undefined;
    for (const group of groups) work.group(group, 'high', leaving ? LEAVING_MS : 0);
  }

  #sliceChanged(slice: EndpointSlice, change: WatchChange): void {
    const { work, pods } = this.#options;
    const { namespace = '' } = slice.metadata;
    const services = this.#slices.put(slice, change);
    pods.settle((pod) => this.#slices.names(pod));
    if (!this.#started) return;
    for (const service of services) work.service(namespace, service);
    for (const { targetRef } of slice.endpoints ?? []) {
      const pod = `${namespace}/${targetRef?.name}`;
      if (pods.isWaiting(pod)) work.gates(pod);
    }
  }

  /** Its EndpointSlices are told later: who ends gets no new requests from this moment on. */
  #podChanged(pod: Pod, change: WatchChange): void {
    const { work, pods } = this.#options;
    const key = keyOf(pod);
    const { targets, gates } = pods.put(pod, change, this.#slices.names(key));
    if (!this.#started) return;
    const { namespace = '' } = pod.metadata;
    for (const service of targets ? this.#slices.servicesOf(key) : []) work.service(namespace, service);
    if (gates) work.gates(key);
  }

  #nodeChanged(node: Node, change: WatchChange): void {
    const { name } = node.metadata;
    const facts = change === 'deleted' ? undefined : JSON.stringify(trimmedNode(node));
    if (this.#nodeFacts.get(name) === facts) return;
    if (facts === undefined) this.#nodeFacts.delete(name);
    else this.#nodeFacts.set(name, facts);
    if (this.#started) this.#options.work.nodes();
  }
}

/** Starts all watches. */
export function startInformers(options: InformersOptions): Informers {
  return new Informers(options);
}

/** What of a binding our work depends on; its status is our own writing. */
const meaning = ({ metadata, spec }: LoadBalancerBinding): string =>
  hash(
    'sha256',
    JSON.stringify([spec, metadata.uid, metadata.deletionTimestamp, metadata.finalizers]),
    'base64',
  );

/** Groups with a member in the namespace that forwards to the Service. */
function groupsUsing(book: Book, namespace: string, service: string): Set<string> {
  const groups = new Set<string>();
  for (const key of book.keys()) {
    const spec = book.entry(key)?.spec;
    if (spec?.intent === undefined || !key.startsWith(`${namespace}/`)) continue;
    const { rules, defaultBackend, settings } = spec.intent;
    const backends = [
      ...rules.flatMap(({ paths }) => paths.map(({ backend }) => backend)),
      ...(defaultBackend === undefined ? [] : [defaultBackend]),
    ];
    const direct = backends.some((backend) => backend.service?.name === service);
    const named = Object.values(settings.actions ?? {}).some(({ value }) =>
      (value.forwardConfig?.targetGroups ?? []).some(({ serviceName }) => serviceName === service),
    );
    if (direct || named) groups.add(spec.group);
  }
  return groups;
}
