// Informers: what the controller watches, and which work each change means.
import { DEFAULT_CLASS_ANNOTATION, ownership } from '../api/ownership.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import { type Ingress, type IngressClass, keyOf, type ObjectMeta, type Service } from '../api/kube.ts';
import { readIngress } from '../api/read.ts';
import type { Book } from './bindings.ts';
import type { EndpointSlice, Node, World } from './endpoints.ts';
import type { KubeClient } from './kube/client.ts';
import type { Priority } from './kube/queue.ts';
import { type Change, PATHS, type Watched, type WatchState, watchKind } from './kube/watch.ts';
import type { ControllerOptions } from './options.ts';

export interface InformersOptions {
  readonly client: KubeClient;
  readonly book: Book;
  readonly options: ControllerOptions;
  readonly work: {
    binding(key: string, priority: Priority, afterMs?: number): void;
    group(id: string, priority: Priority): void;
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

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** What we read of an object; the rest is not kept, for memory. */
function trimmed<T extends { metadata: ObjectMeta }>(object: T): T {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !name.startsWith('kubectl.kubernetes.io/'));
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

/** A node without what changes every few seconds and is never read. */
const trimmedNode = ({ metadata, spec, status }: Node): Node => ({
  metadata: { name: metadata.name, ...(metadata.labels === undefined ? {} : { labels: metadata.labels }) },
  ...(spec === undefined ? {} : { spec: { ...(spec.providerID === undefined ? {} : { providerID: spec.providerID }), ...(spec.taints === undefined ? {} : { taints: spec.taints }) } }),
  status: { conditions: (status?.conditions ?? []).filter(({ type }) => type === 'Ready').map(({ type, status: holds }) => ({ type, status: holds })) },
});

/** Everything about a node that decides whether it is a target. */
const nodeFacts = (node: Node): string => JSON.stringify(trimmedNode(node));

/** Starts all watches. */
export function startInformers({ client, book, options, work, onState }: InformersOptions): Informers {
  const namespace = options.watchNamespace === undefined ? {} : { namespace: options.watchNamespace };
  const watched: Watched<never>[] = [];
  const nodes = new Map<string, string>();
  const slices = new Map<string, Map<string, EndpointSlice>>();
  let started = false;
  const priority = (change: Change): Priority => (started ? 'high' : change === 'added' ? 'low' : 'normal');

  function watch<T extends { metadata: ObjectMeta }>(
    kind: keyof typeof PATHS,
    scope: { namespace?: string },
    onChange: (object: T, change: Change) => void,
    trim: (object: T) => T = trimmed,
  ): Watched<T> {
    const one = watchKind<T>({ client, path: PATHS[kind], ...scope, trim, onChange, onState: (state) => onState(kind, state) });
    watched.push(one as unknown as Watched<never>);
    return one;
  }

  const classes = watch<IngressClass>('ingressClasses', {}, () => {
    for (const ingress of ingresses?.list() ?? []) readAgain(ingress, 'updated');
  });
  const services = watch<Service>('services', namespace, ({ metadata }) => serviceChanged(metadata));

  function serviceChanged({ namespace: of = '', name }: ObjectMeta): void {
    for (const group of groupsUsing(book, of, name)) work.group(group, started ? 'normal' : 'low');
    work.targets(of, name);
  }

  const defaultClass = (): string | undefined =>
    classes.list().find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS_ANNOTATION] === 'true')?.metadata.name;

  function readAgain(ingress: Ingress, change: Change): void {
    const key = keyOf(ingress);
    const ours = ownership(ingress, (name) => classes.get('', name), defaultClass(), options.ingressClass);
    const gone = change === 'deleted' || ingress.metadata.deletionTimestamp !== undefined || !ours.ours;
    const around = {
      service: (of: string, name: string) => services.get(of, name),
      ingressClass: (name: string) => classes.get('', name),
      options: { defaultTargetType: options.defaultTargetType, defaultScheme: options.defaultLoadBalancerScheme },
    };
    const groups = book.ingress(key, gone ? undefined : { ingress, reading: readIngress(ingress, around) });
    work.binding(key, priority(change));
    for (const group of groups) work.group(group, priority(change));
  }

  const ingresses: Watched<Ingress> = watch<Ingress>('ingresses', namespace, readAgain);

  watch<LoadBalancerBinding>('bindings', namespace, (binding, change) => {
    const key = keyOf(binding);
    const before = book.bindingOf(key);
    const groups = book.binding(key, change === 'deleted' ? undefined : binding);
    const statusOnly = before !== undefined && change === 'updated' && meaning(before) === meaning(binding);
    if (statusOnly) return;
    work.binding(key, priority(change), change === 'deleted' ? undefined : LATE_MS);
    for (const group of groups) work.group(group, priority(change));
  });

  watch<EndpointSlice>('endpointSlices', namespace, (slice, change) => {
    const service = slice.metadata.labels?.[SERVICE_LABEL];
    if (service === undefined) return;
    const key = `${slice.metadata.namespace ?? ''}/${service}`;
    const of = slices.get(key) ?? new Map<string, EndpointSlice>();
    if (change === 'deleted') of.delete(slice.metadata.name);
    else of.set(slice.metadata.name, slice);
    if (of.size === 0) slices.delete(key);
    else slices.set(key, of);
    work.targets(slice.metadata.namespace ?? '', service);
  });

  const nodeWatch = watch<Node>(
    'nodes',
    {},
    (node, change) => {
      const facts = change === 'deleted' ? undefined : nodeFacts(node);
      if (nodes.get(node.metadata.name) === facts) return;
      if (facts === undefined) nodes.delete(node.metadata.name);
      else nodes.set(node.metadata.name, facts);
      work.targets();
    },
    trimmedNode,
  );
  return {
    world: {
      service: (of, name) => services.get(of, name),
      slices: (of, service) => [...(slices.get(`${of}/${service}`)?.values() ?? [])],
      nodes: () => nodeWatch.list(),
    },
    synced: Promise.all(watched.map((one) => one.synced)).then(() => {
      // Classes and Services may have come after the Ingresses that need them.
      for (const ingress of ingresses.list()) readAgain(ingress, 'added');
      started = true;
    }),
    healthy: () => watched.every((one) => one.healthy()),
    stop: () => {
      for (const one of watched) one.stop();
    },
  };
}

/** What of a binding our work depends on; its status is our own writing. */
const meaning = ({ metadata, spec }: LoadBalancerBinding): string =>
  JSON.stringify([spec, metadata.uid, metadata.deletionTimestamp, metadata.finalizers]);

/** Groups with a member in the namespace that forwards to the Service. */
function groupsUsing(book: Book, namespace: string, service: string): Set<string> {
  const groups = new Set<string>();
  for (const key of book.keys()) {
    const spec = book.entry(key)?.spec;
    if (spec?.intent === undefined || !key.startsWith(`${namespace}/`)) continue;
    const { rules, defaultBackend, settings } = spec.intent;
    const backends = [...rules.flatMap(({ paths }) => paths.map(({ backend }) => backend)), ...(defaultBackend === undefined ? [] : [defaultBackend])];
    const direct = backends.some((backend) => backend.service?.name === service);
    const named = Object.values(settings.actions ?? {}).some(({ value }) => (value.forwardConfig?.targetGroups ?? []).some(({ serviceName }) => serviceName === service));
    if (direct || named) groups.add(spec.group);
  }
  return groups;
}

