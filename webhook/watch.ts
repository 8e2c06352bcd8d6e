// A list of objects that stays true: list, watch, and again after every kind of end. Reads only, keeps what it is asked to.
//
//   list ──→ watch ──→ ended by the server or idle ──→ watch from where it stopped
//    ↑         └────→ refused (version too old) ──→ list
//    └── wait 0.5 s … 30 s ←── failed
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, Watch } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { type Connection, KubernetesError } from './connection.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** What a list item or a watch event carries at the least. */
export interface Named {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
  };
}

export interface WatchOptions<T> {
  readonly config: KubeConfig;
  readonly connection: Connection;
  readonly log: Logger;
  /** URL path of the collection: `/api/v1/services`. */
  readonly path: string;
  readonly fieldSelector?: string;
  /** The kind may not be installed: it is then known that there are none, and looked for again every half minute. */
  readonly mayBeMissing?: true;
  /** Takes from an object what is worth its memory. */
  readonly keep: (object: T) => T;
  /** Called after every change of what is known. */
  readonly changed: () => void;
}

export interface Watched<T> {
  readonly get: (name: string, namespace?: string) => T | undefined;
  readonly all: () => readonly T[];
  /** Resolves once the first list is in. */
  readonly synced: Promise<void>;
  readonly stop: () => void;
}

/** Starts to watch; never gives up, never throws: failures are logged and tried again. */
export function watchAll<T extends Named>(options: WatchOptions<T>): Watched<T> {
  const known = new Map<string, T>();
  const state: State = { ended: new AbortController(), running: undefined };
  const synced = Promise.withResolvers<void>();
  void keepWatching(options, known, state, synced.resolve);
  return {
    get: (name, namespace) => known.get(keyOf(name, namespace)),
    all: () => [...known.values()],
    synced: synced.promise,
    stop: () => {
      state.ended.abort();
      state.running?.abort();
    },
  };
}

interface State {
  readonly ended: AbortController;
  /** The watch that is open, if one is. */
  running: AbortController | undefined;
}

async function keepWatching<T extends Named>(
  options: WatchOptions<T>,
  known: Map<string, T>,
  state: State,
  synced: () => void,
): Promise<void> {
  const { signal } = state.ended;
  let version = '';
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const started = Date.now();
    try {
      if (version === '') {
        version = await relist(options, known);
        synced();
        options.changed();
      }
      version = await watchOnce(options, known, version, state);
      wait = FIRST_WAIT_MS;
      if (Date.now() - started > FIRST_WAIT_MS) continue;
    } catch (error) {
      if (signal.aborted) return;
      if (options.mayBeMissing === true && error instanceof KubernetesError && error.status === 404) {
        known.clear();
        synced();
        options.changed();
        await sleep(LONGEST_WAIT_MS, undefined, { signal }).catch(() => undefined);
        continue;
      }
      // After any failure the list is read anew: an event may have been lost with the connection.
      version = '';
      options.log.warn({ path: options.path, error: wordsOf(error), waitMs: wait }, 'watch failed');
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  }
}

async function relist<T extends Named>(options: WatchOptions<T>, known: Map<string, T>): Promise<string> {
  const list = await options.connection.list(options.path + queryOf(options));
  const items = list.items as readonly T[];
  known.clear();
  for (const item of items) known.set(keyOfObject(item), options.keep(item));
  return list.metadata.resourceVersion;
}

/**
 * Watches until the connection ends; gives the version to go on from, '' when the list has to be read anew.
 * @throws Error when the server refused the watch or the connection broke.
 */
function watchOnce<T extends Named>(
  options: WatchOptions<T>,
  known: Map<string, T>,
  from: string,
  state: State,
): Promise<string> {
  let version = from;
  return new Promise((resolve, reject) => {
    const done = (error: unknown) => (error === null || isIdle(error) ? resolve(version) : reject(error));
    const onEvent = (type: string, object: T) => {
      if (type === 'ERROR') {
        version = '';
        return;
      }
      version = object.metadata.resourceVersion ?? version;
      if (type === 'BOOKMARK') return;
      if (type === 'DELETED') known.delete(keyOfObject(object));
      else known.set(keyOfObject(object), options.keep(object));
      options.changed();
    };
    const query = {
      resourceVersion: from,
      allowWatchBookmarks: true,
      ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
    };
    new Watch(options.config).watch(options.path, query, onEvent, done).then((running) => {
      state.running = running;
      if (state.ended.signal.aborted) running.abort();
    }, reject);
  });
}

/** The client ends a watch on which nothing happened for 30 seconds: that is how it notices dead connections. */
function isIdle(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function queryOf({ fieldSelector }: { readonly fieldSelector?: string }): string {
  return fieldSelector === undefined ? '' : `?${new URLSearchParams({ fieldSelector })}`;
}

function keyOf(name: string, namespace = ''): string {
  return `${namespace}/${name}`;
}

function keyOfObject({ metadata }: Named): string {
  return keyOf(metadata.name, metadata.namespace);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
