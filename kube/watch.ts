// Informers: a local copy of the objects of one kind, kept by list and watch, that outlives any loss of the API server.
//
//   list ─▶ watch ─ends─▶ watch again from where it ended (at most 1 s later)
//     ▲       └─ 410, or refused three times ─▶ list (what is gone is reported as deleted)
//     └─ error ─▶ wait 0.2 s … 30 s ─▶ watch, or list if there was none
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, type KubernetesObject, ListWatch, Watch } from '@kubernetes/client-node';
import { retryDelay } from './backoff.ts';
import { type KubeClient, whyOf } from './client.ts';

export type Change = 'added' | 'updated' | 'deleted';

/** Where the kinds that we watch live. */
export const PATHS = {
  ingresses: '/apis/networking.k8s.io/v1/ingresses',
  classParams: '/apis/elbv2.k8s.aws/v1beta1/ingressclassparams',
  namespaces: '/api/v1/namespaces',
  ingressClasses: '/apis/networking.k8s.io/v1/ingressclasses',
  services: '/api/v1/services',
  endpointSlices: '/apis/discovery.k8s.io/v1/endpointslices',
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  bindings: '/apis/albatross.dev/v1alpha1/loadbalancerbindings',
} as const;

export interface WatchOptions<T> {
  readonly client: KubeClient;
  /** One of `PATHS`. */
  readonly path: string;
  /** Unset: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** The kind may not be installed: it is then known that there are none, and looked for again every half minute. */
  readonly mayBeMissing?: true;
  /** Cuts an object down to what is read of it before it is kept; `metadata.managedFields` is always cut. */
  trim?(object: T): T;
  /** Told of every change, those of the first list included. Must not throw. */
  onChange(object: T, change: Change): void;
  /** Told once for each transition, not for each retry. */
  onState?(state: WatchState): void;
}

export type WatchState =
  | { readonly connected: true }
  | { readonly connected: false; readonly because: string };

export interface Watched<T> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Resolves once the first list is in and its changes were reported. */
  readonly synced: Promise<void>;
  /** False while the API server is out of reach; what is kept may be old then. */
  healthy(): boolean;
  stop(): void;
}

const RESTART_MS = { first: 200, longest: 30_000 };
const LONGEST_PAUSE_MS = 1_000;
/** A connection that stood this long was a good one: the next failure is waited for from the start. */
const GOOD_AFTER_MS = 5_000;
/** Watches refused in a row after which what is known is listed anew: its version may be one that the server never had. */
const REFUSALS = 3;

interface Hooks {
  trim(object: KubernetesObject): KubernetesObject;
  listed(): void;
  connected(): void;
}

type OnEvent = (phase: string, object: unknown, event?: unknown) => void;
type OnDone = (error: unknown) => void;

/** Events that carry an object of the kind; the others carry a version or an error. */
const OBJECTS: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED']);

const isObject = (value: unknown): value is KubernetesObject =>
  typeof value === 'object' && value !== null && 'metadata' in value;

const refused = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'statusCode' in error &&
  typeof error.statusCode === 'number';

/** The library's watch, with trimmed objects, and with every way to fail ending in `done`. */
class HookedWatch extends Watch {
  readonly #hooks: Hooks;
  #refusals = 0;

  constructor(kubeConfig: KubeConfig, hooks: Hooks) {
    super(kubeConfig);
    this.#hooks = hooks;
  }

  override async watch(
    path: string,
    query: Record<string, string | number | boolean | undefined>,
    onEvent: OnEvent,
    onDone: OnDone,
  ): Promise<AbortController> {
    this.#hooks.listed();
    let failed = false;
    const done = (error: unknown): void => {
      failed = true;
      this.#refusals = refused(error) ? this.#refusals + 1 : 0;
      onDone(this.#refusals > 0 && this.#refusals % REFUSALS === 0 ? { statusCode: 410 } : error);
    };
    const event: OnEvent = (phase, object, whole) =>
      onEvent(phase, isObject(object) && OBJECTS.has(phase) ? this.#hooks.trim(object) : object, whole);
    try {
      // Bookmarks keep the known version young while a kind is quiet, so that a reconnect needs no list.
      const controller = await super.watch(`${path}?allowWatchBookmarks=true`, query, event, done);
      if (!failed) this.#hooks.connected();
      return controller;
    } catch (thrown) {
      done(thrown);
      return new AbortController();
    }
  }
}

/** The path of all objects of a kind, or of those in one namespace. */
export function collection(path: string, namespace: string | undefined): string {
  return namespace === undefined
    ? path
    : path.replace(/\/([^/]+)$/, `/namespaces/${encodeURIComponent(namespace)}/$1`);
}

/** The API server does not know the kind. */
class KindMissing extends Error {}

async function list(client: KubeClient, path: string, labelSelector: string | undefined) {
  const query = labelSelector === undefined ? {} : { labelSelector };
  const outcome = await client.request<{
    metadata?: { resourceVersion?: string };
    items?: KubernetesObject[] | null;
  }>({
    method: 'GET',
    path,
    query,
  });
  if (!outcome.ok)
    throw outcome.reason === 'notFound' ? new KindMissing(outcome.message) : new Error(outcome.message);
  return { metadata: outcome.object.metadata ?? {}, items: outcome.object.items ?? [] };
}

/** Starts to watch one kind. */
export function watchKind<T extends object>(options: WatchOptions<T>): Watched<T> {
  const path = collection(options.path, options.namespace);
  const { promise: synced, resolve: listed } = Promise.withResolvers<void>();
  const state = { connected: undefined as boolean | undefined, since: 0, attempt: 0, stopped: false };
  // The library's type of an object differs from ours in dates only, which are never dates on the wire.
  const ours = (object: KubernetesObject): T => object as unknown as T;
  const trim = (object: KubernetesObject): KubernetesObject => {
    delete object.metadata?.managedFields;
    return options.trim === undefined ? object : (options.trim(ours(object)) as KubernetesObject);
  };
  const connected = (): void => {
    const news = state.connected !== true;
    state.connected = true;
    state.since = performance.now();
    if (news) options.onState?.({ connected: true });
  };
  const watch = new HookedWatch(options.client.kubeConfig, { trim, listed, connected });
  const listAll = async () => {
    const all = await list(options.client, path, options.labelSelector);
    return { ...all, items: all.items.map(trim) };
  };
  const pause = { delayFn: (ms: number) => sleep(Math.min(ms, LONGEST_PAUSE_MS)) };
  const informer = new ListWatch(path, watch, listAll, false, options.labelSelector, undefined, pause);
  let restart: NodeJS.Timeout | undefined;

  const failed = (error: unknown): void => {
    if (state.stopped) return;
    if (options.mayBeMissing === true && error instanceof KindMissing) {
      listed();
      connected();
      restart ??= setTimeout(begin, RESTART_MS.longest);
      return;
    }
    if (state.connected === true && performance.now() - state.since > GOOD_AFTER_MS) state.attempt = 0;
    if (state.connected !== false) options.onState?.({ connected: false, because: whyOf(error) });
    state.connected = false;
    if (restart !== undefined) return;
    restart = setTimeout(begin, retryDelay(state.attempt, RESTART_MS, Math.random()));
    state.attempt += 1;
  };
  function begin(): void {
    restart = undefined;
    informer.start().catch(failed);
  }

  // A watch that is just being opened when it is stopped would still tell.
  const tell = (change: Change) => (object: KubernetesObject) => {
    if (!state.stopped) options.onChange(ours(object), change);
  };
  informer.on('add', tell('added'));
  informer.on('update', tell('updated'));
  informer.on('delete', tell('deleted'));
  informer.on('error', failed);
  begin();
  return {
    get: (namespace, name) => {
      const object = informer.get(name, namespace);
      return object === undefined ? undefined : ours(object);
    },
    list: (namespace) => informer.list(namespace).map(ours),
    synced,
    healthy: () => state.connected === true,
    stop: () => {
      state.stopped = true;
      clearTimeout(restart);
      informer.stop().catch(failed);
    },
  };
}
