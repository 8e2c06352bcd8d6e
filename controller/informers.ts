// Informers: what the controller watches, and which work each change means.
import { hash } from 'node:crypto';
import type { IngressClassParams } from '../api/classparams.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import {
  type Ingress,
  type IngressClass,
  keyOf,
  type Namespace,
  type ObjectMeta,
  type Service,
} from '../api/kube.ts';
import type { Reading } from '../api/read.ts';
import type { KubeClient } from '../kube/client.ts';
import {
  type Change,
  PATHS,
  type Watched,
  type WatchOptions,
  type WatchState,
  watchKind,
} from '../kube/watch.ts';
import type { Book } from './bindings.ts';
import type { ControllerOptions } from './options.ts';
import type { Priority } from './queue.ts';
import { isTerminating, readingOf, seenIngress } from './reading.ts';
import type { EndpointSlice, Node, World } from './targets/endpoints.ts';
import { SliceIndex } from './targets/slice-index.ts';

export interface InformersOptions {
  readonly client: KubeClient;
  readonly book: Book;
  readonly options: ControllerOptions;
  readonly work: {
    binding(key: string, priority: Priority, afterMs?: number): void;
    group(id: string, priority: Priority, afterMs?: number): void;
    /** Without arguments: the nodes changed. */
    targets(namespace?: string, service?: string): void;
  };
  onState(kind: string, state: WatchState): void;
}

export interface Informers {
  readonly world: World;
  readonly synced: Promise<unknown>;
  healthy(): boolean;
  stop(): void;
}

/** A binding that says something else than its Ingress: the event of the Ingress may just be late, so it gets a moment. */
const LATE_MS = 1_000;

/**
 * Members often leave together (`kubectl delete -f`, a namespace): the group waits this long for the next one, so that it
 * is not rebuilt for the few that are about to go as well.
 */
const LEAVING_MS = 500;

export const SERVICE_LABEL = 'kubernetes.io/service-name';

/** What we read of an object; the rest is not kept, for memory. */
function trimmed<T extends { metadata: ObjectMeta }>(object: T): T {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(
    ([name]) => !name.startsWith('kubectl.kubernetes.io/'),
  );
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

/** A node without what changes every few seconds and is never read; two that differ here may differ as targets. */
function trimmedNode({ metadata, spec, status }: Node): Node {
  const ready = (status?.conditions ?? []).filter(({ type }) => type === 'Ready');
  return {
    metadata: { name: metadata.name, ...(metadata.labels === undefined ? {} : { labels: metadata.labels }) },
    spec: {
      ...(spec?.providerID === undefined ? {} : { providerID: spec.providerID }),
      ...(spec?.taints === undefined ? {} : { taints: spec.taints }),
    },
    status: { conditions: ready.map(({ type, status: holds }) => ({ type, status: holds })) },
  };
}

class Watching implements Informers {
  readonly #options: InformersOptions;
  readonly #scope: { readonly namespace?: string };
  readonly #watched: { stop(): void; healthy(): boolean; readonly synced: Promise<void> }[] = [];
  readonly #slices = new SliceIndex();
  readonly #nodeFacts = new Map<string, string>();
  /** What of each binding our work depends on, as the watch told it last. */
  readonly #meanings = new Map<string, string>();
  readonly #classes: Watched<IngressClass>;
  readonly #parameters: Watched<IngressClassParams>;
  readonly #namespaces: Watched<Namespace>;
  /** What of each namespace its Ingresses depend on. */
  readonly #spaces = new Map<string, string>();
  readonly #services: Watched<Service>;
  readonly #ingresses: Watched<Ingress>;
  readonly #nodes: Watched<Node>;
  #started = false;
  readonly synced: Promise<unknown>;

  constructor(options: InformersOptions) {
    this.#options = options;
    const { watchNamespace } = options.options;
    this.#scope = watchNamespace === undefined ? {} : { namespace: watchNamespace };
    this.#classes = this.#watch<IngressClass>('ingressClasses', {}, () => this.#readAll('updated'));
    this.#parameters = this.#watch<IngressClassParams>('classParams', {}, () => this.#readAll('updated'), {
      mayBeMissing: true,
    });
    this.#namespaces = this.#watch<Namespace>('namespaces', {}, (space, change) =>
      this.#namespaceChanged(space, change),
    );
    this.#services = this.#watch<Service>('services', this.#scope, (service) =>
      this.#serviceChanged(service),
    );
    this.#ingresses = this.#watch<Ingress>('ingresses', this.#scope, (ingress, change) =>
      this.#read(ingress, change),
    );
    this.#watch<LoadBalancerBinding>('bindings', this.#scope, (binding, change) =>
      this.#bindingChanged(binding, change),
    );
    this.#watch<EndpointSlice>('endpointSlices', this.#scope, (slice, change) =>
      this.#sliceChanged(slice, change),
    );
    this.#nodes = this.#watch<Node>('nodes', {}, (node, change) => this.#nodeChanged(node, change), {
      trim: trimmedNode,
    });
    this.synced = Promise.all(this.#watched.map((one) => one.synced)).then(() => this.#start());
  }

  /** Only now is it known what does not exist: a binding without an Ingress, an Ingress without its class. */
  #start(): void {
    const { book, work } = this.#options;
    this.#readAll('added');
    this.#started = true;
    for (const key of book.keys()) work.binding(key, 'low');
    for (const group of book.groups()) work.group(group, 'low');
    work.targets();
  }

  get world(): World {
    return {
      service: (namespace, name) => this.#services.get(namespace, name),
      slices: (namespace, service) => this.#slices.of(`${namespace}/${service}`),
      nodes: () => this.#nodes.list(),
    };
  }

  healthy(): boolean {
    return this.#watched.every((one) => one.healthy());
  }

  stop(): void {
    for (const one of this.#watched) one.stop();
  }

  #watch<T extends { metadata: ObjectMeta }>(
    kind: keyof typeof PATHS,
    scope: { readonly namespace?: string },
    onChange: (object: T, change: Change) => void,
    special: Pick<WatchOptions<T>, 'trim' | 'mayBeMissing'> = {},
  ): Watched<T> {
    const { client, onState } = this.#options;
    const path = PATHS[kind];
    const one = watchKind<T>({
      client,
      path,
      ...scope,
      trim: trimmed,
      ...special,
      onChange,
      onState: (state) => onState(kind, state),
    });
    this.#watched.push(one);
    return one;
  }

  #readAll(change: Change): void {
    for (const ingress of this.#ingresses?.list() ?? []) this.#read(ingress, change);
  }

  #readingOf(ingress: Ingress): Reading | undefined {
    const { book, options } = this.#options;
    return readingOf(ingress, {
      service: (namespace, name) => this.#services.get(namespace, name),
      ingressClass: (name) => this.#classes.get('', name),
      classes: this.#classes.list(),
      classParams: (name) => this.#parameters.get('', name),
      namespaceLabels: (name) => this.#namespaces.get('', name)?.metadata.labels,
      bound: (key) => book.bindingOf(key) !== undefined,
      options,
    });
  }

  #read(ingress: Ingress, change: Change): void {
    const { book, work, options } = this.#options;
    const key = keyOf(ingress);
    const namespace = this.#namespaces.get('', ingress.metadata.namespace ?? '');
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
  #namespaceChanged(namespace: Namespace, change: Change): void {
    const { name, labels = {} } = namespace.metadata;
    const now = JSON.stringify([isTerminating(namespace), Object.entries(labels).sort()]);
    const before = this.#spaces.get(name);
    if (change === 'deleted') this.#spaces.delete(name);
    else this.#spaces.set(name, now);
    if (!this.#started || change === 'deleted' || before === now) return;
    for (const ingress of this.#ingresses.list(name)) this.#read(ingress, 'updated');
  }

  #serviceChanged({ metadata: { namespace = '', name } }: Service): void {
    const { book, work } = this.#options;
    if (!this.#started) return;
    for (const group of groupsUsing(book, namespace, name)) work.group(group, 'normal');
    work.targets(namespace, name);
  }

  #bindingChanged(binding: LoadBalancerBinding, change: Change): void {
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

  #sliceChanged(slice: EndpointSlice, change: Change): void {
    const service = slice.metadata.labels?.[SERVICE_LABEL];
    if (service === undefined) return;
    const namespace = slice.metadata.namespace ?? '';
    this.#slices.put(`${namespace}/${service}`, slice, change);
    if (this.#started) this.#options.work.targets(namespace, service);
  }

  #nodeChanged(node: Node, change: Change): void {
    const { name } = node.metadata;
    const facts = change === 'deleted' ? undefined : JSON.stringify(trimmedNode(node));
    if (this.#nodeFacts.get(name) === facts) return;
    if (facts === undefined) this.#nodeFacts.delete(name);
    else this.#nodeFacts.set(name, facts);
    if (this.#started) this.#options.work.targets();
  }
}

/** Starts all watches. */
export function startInformers(options: InformersOptions): Informers {
  return new Watching(options);
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
