// watch: a local copy of the objects of one kind, kept by list and watch, that outlives any loss of the API server.
//
//   list ──▶ watch ──ended by the server, or silent──▶ watch from where it ended
//    ▲         ├─ version too old, kind gone, error within the watch, refused three times ──▶ list
//    │         └─ connection failed ──▶ wait 0.2 s … 30 s ──▶ watch from where it ended
//    └── failed: wait 0.2 s … 30 s          (what a list does not show any more is told as deleted)
//
// One watch is the library's (`Watch`). Its informer (`ListWatch`) is not used: it asks for no bookmarks, ends at the first
// failure, does not say when the first list is in or whether it is connected, keeps whole objects, and takes every error
// within a watch but 410 for nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { Watch } from '@kubernetes/client-node';
import type { ObjectMeta } from '../api/kube.ts';
import { retryDelay } from './backoff.ts';
import { type KubeClient, whyOf } from './client.ts';
import { collectionPath, type KubeKind } from './kinds.ts';
import { listAs, queryOf, type Selection } from './list.ts';

export type WatchChange = 'added' | 'updated' | 'deleted';

export interface WatchOptions<T> extends Selection {
  readonly client: KubeClient;
  readonly kind: KubeKind<T>;
  /** The kind may not be installed: it is then known that there are none, and looked for again every half minute. */
  readonly mayBeMissing?: boolean;
  /** Cuts an object down to what is read of it before it is kept; `metadata.managedFields` is always cut. */
  trim?(object: T): T;
  /** Told of every change, those of the first list included. What it throws ends the process: it is our own mistake. */
  onChange?(object: T, change: WatchChange): void;
  /** Told once for each transition, not for each retry. */
  onState?(state: WatchState): void;
  /**
   * Milliseconds; defaults 1,000 and 200. At most one watch is opened within `pace`, however fast the server ends them; `retry` is
   * the first wait after a failure.
   */
  readonly timing?: { readonly pace: number; readonly retry: number };
}

export type WatchState =
  | { readonly connected: true }
  | { readonly connected: false; readonly because: string };

const TIMING = { pace: 1_000, retry: 200 };
const LONGEST_RETRY_MS = 30_000;
/** A connection that stood this long was a good one: the next failure is waited for from the start. */
const GOOD_AFTER_MS = 5_000;
/** Watches refused in a row after which all is listed anew: the version may be one that the server never had. */
const REFUSALS = 3;
/**
 * The server ends a watch after this time, with a bookmark just before. The library takes a watch for dead that is silent for 30
 * seconds, and the server's other bookmarks come once a minute: so the version stays young, and a dead connection is noticed.
 */
const WATCH_SECONDS = 25;

/** The API server does not know the kind. */
class KindMissing extends Error {}

/** A listener threw: our own mistake, which no retry mends. */
class ListenerFailed extends Error {}

interface Kept<T> {
  readonly key: string;
  readonly object: T;
  readonly version: string | undefined;
}

const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;

const isSilence = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

/** Watches one kind from when it is made; never gives up. */
export class Watched<T extends { readonly metadata: ObjectMeta }> {
  readonly #options: WatchOptions<T>;
  readonly #kept = new Map<string, Kept<T>>();
  readonly #stopping = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  /** The watch that is open. */
  #open: AbortController | undefined;
  /** What is known is of this version; empty: it has to be listed. */
  #version = '';
  /** Undefined: nothing is known yet. */
  #connected: boolean | undefined;
  #connectedAt = 0;
  #refusals = 0;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    void this.#run();
  }

  /** Resolves once the first list is in and its changes were told. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Namespace: empty for a kind without namespaces. */
  get(namespace: string, name: string): T | undefined {
    return this.#kept.get(keyOf(namespace, name))?.object;
  }

  /** Unset: of all namespaces. */
  list(namespace?: string): readonly T[] {
    const objects: T[] = [];
    for (const [key, { object }] of this.#kept)
      if (namespace === undefined || key.startsWith(`${namespace}/`)) objects.push(object);
    return objects;
  }

  /** False while the API server is out of reach; what is kept may be old then. */
  healthy(): boolean {
    return this.#connected === true;
  }

  stop(): void {
    this.#stopping.abort();
    this.#open?.abort();
  }

  async #run(): Promise<void> {
    const { pace, retry: first } = this.#options.timing ?? TIMING;
    let attempt = 0;
    while (!this.#stopping.signal.aborted) {
      const from = performance.now();
      try {
        if (this.#version === '') await this.#list();
        await this.#watch();
        attempt = 0;
        await this.#pause(pace - (performance.now() - from));
      } catch (thrown) {
        if (thrown instanceof ListenerFailed) throw thrown.cause;
        if (this.#stopping.signal.aborted) return;
        if (thrown instanceof KindMissing && this.#options.mayBeMissing === true) {
          await this.#missing();
          continue;
        }
        if (this.#connected === true && performance.now() - this.#connectedAt > GOOD_AFTER_MS) attempt = 0;
        this.#disconnected(whyOf(thrown));
        await this.#pause(retryDelay(attempt, { first, longest: LONGEST_RETRY_MS }, Math.random()));
        attempt += 1;
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #list(): Promise<void> {
    const { client, kind } = this.#options;
    const listed = await listAs(client, kind, this.#options, (object) => this.#keep(object));
    if (!listed.ok)
      throw listed.reason === 'notFound' ? new KindMissing(listed.message) : new Error(listed.message);
    if (this.#stopping.signal.aborted) return;
    this.#replace(listed.object.items);
    this.#version = listed.object.resourceVersion;
    this.#synced.resolve();
  }

  /** There are none, until the kind is installed. */
  async #missing(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#replace([]);
    this.#synced.resolve();
    this.#nowConnected();
    await this.#pause(LONGEST_RETRY_MS);
  }

  /**
   * Watches until the server ends it or nothing comes any more.
   * @throws Error when it is refused, the connection breaks, or the server tells an error.
   */
  #watch(): Promise<void> {
    const { client, kind, namespace } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const state = { opened: false, failed: false };
    const done = (error: unknown): void => {
      const ended = error === null || error === undefined || (state.opened && isSilence(error));
      state.failed = !ended;
      const status = statusOf(error);
      if (status !== undefined) this.#refused(status);
      // Of a version that is too old the new list is the answer.
      if (ended || status === 410) resolve();
      else reject(error);
    };
    const event = (type: string, object: unknown): void => {
      if (this.#stopping.signal.aborted) return;
      try {
        this.#take(type, object);
        if (type !== 'ERROR') return;
        resolve();
      } catch (thrown) {
        reject(thrown);
      }
      this.#open?.abort();
    };
    const query = {
      ...queryOf(this.#options),
      resourceVersion: this.#version,
      allowWatchBookmarks: true,
      timeoutSeconds: WATCH_SECONDS,
    };
    const watch = new Watch(client.kubeConfig).watch(collectionPath(kind, namespace), query, event, done);
    watch.then((controller) => {
      this.#open = controller;
      if (this.#stopping.signal.aborted) return controller.abort();
      if (state.failed) return;
      state.opened = true;
      this.#refusals = 0;
      this.#nowConnected();
    }, reject);
    return promise;
  }

  #refused(status: number): void {
    this.#refusals += 1;
    if (status === 410 || status === 404 || this.#refusals % REFUSALS === 0) this.#version = '';
  }

  /** Takes an event of the watch (Kubernetes API reference, WatchEvent). @throws Error that the server tells. */
  #take(type: string, sent: unknown): void {
    if (type === 'ERROR') {
      this.#version = '';
      const { code, message } = sent as { readonly code?: number; readonly message?: string };
      if (code === 410) return;
      throw new Error(message ?? `the watch ended with an error (${code ?? 'without a code'})`);
    }
    const object = sent as T;
    const version = object.metadata.resourceVersion ?? this.#version;
    if (type === 'ADDED' || type === 'MODIFIED') this.#put(this.#keep(object));
    if (type === 'DELETED') this.#drop(this.#keep(object));
    this.#version = version;
  }

  #keep(object: T): Kept<T> {
    const metadata: ObjectMeta & { managedFields?: unknown } = object.metadata;
    const { namespace = '', name, resourceVersion: version } = metadata;
    delete metadata.managedFields;
    return { key: keyOf(namespace, name), version, object: this.#options.trim?.(object) ?? object };
  }

  #put(kept: Kept<T>): void {
    const before = this.#kept.get(kept.key);
    if (before !== undefined && before.version !== undefined && before.version === kept.version) return;
    this.#kept.set(kept.key, kept);
    this.#tell(kept, before === undefined ? 'added' : 'updated');
  }

  #drop(kept: Kept<T>): void {
    if (this.#kept.delete(kept.key)) this.#tell(kept, 'deleted');
  }

  #replace(all: readonly Kept<T>[]): void {
    const keys = new Set(all.map(({ key }) => key));
    for (const kept of [...this.#kept.values()]) if (!keys.has(kept.key)) this.#drop(kept);
    for (const kept of all) this.#put(kept);
  }

  #tell({ object }: Kept<T>, change: WatchChange): void {
    try {
      this.#options.onChange?.(object, change);
    } catch (cause) {
      throw new ListenerFailed('a listener of a watch threw', { cause });
    }
  }

  #nowConnected(): void {
    const news = this.#connected !== true;
    this.#connected = true;
    this.#connectedAt = performance.now();
    if (news) this.#options.onState?.({ connected: true });
  }

  #disconnected(because: string): void {
    const news = this.#connected !== false;
    this.#connected = false;
    if (news) this.#options.onState?.({ connected: false, because });
  }
}
