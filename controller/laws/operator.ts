// The controller on paper: the real programs (book, derive, reconcile, publish, writer, inventory) between an API server and an
// account that exist in memory. What it knows of the cluster it is told by watches, one change at a time and ever late.

import { type Ingress, keyOf, type Namespace, type Service } from '../../api/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Aws } from '../aws/client.ts';
import type { Next } from '../queue/queue.ts';
import type { Account } from './account.ts';
import { type ApiServer, asBinding, asIngress, type StoredKind, type Told } from './api-server.ts';
import { lookupsOf } from './paper-lookups.ts';
import { note, wirePrograms } from './programs.ts';

export interface Operating {
  readonly api: ApiServer;
  readonly account: Account;
  readonly aws: Aws;
  readonly client: KubeClient;
  service(namespace: string, name: string): Service | undefined;
  /** Resolves when it is the process's turn; never, when it was killed. */
  turn(): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back when so much time has passed. */
  later(ms: number, run: () => void): void;
  /** What was thrown and must not be. */
  broken(error: unknown): void;
}

export interface Operator {
  /** A change that the API server stored. */
  tell(told: Told): void;
}

/** Between two attempts, in milliseconds. */
const RETRY_MS = 1_000;

/** A queue as the real one, with turns in place of workers and timers. */
function queueOf({ turn, later, broken }: Operating, run: (key: string) => Promise<Next>) {
  const busy = new Set<string>();
  const again = new Set<string>();
  async function work(key: string): Promise<void> {
    await turn();
    const next = await run(key).catch((error: unknown): Next => {
      broken(error);
      return 'retry';
    });
    busy.delete(key);
    if (again.delete(key)) add(key);
    else if (next !== 'done') later(next === 'retry' ? RETRY_MS : next.afterMs, () => add(key));
  }
  function add(key: string): void {
    if (busy.has(key)) {
      again.add(key);
      return;
    }
    busy.add(key);
    void work(key);
  }
  return add;
}

/** The programs, each with its queue. */
function programs(world: Operating) {
  const wired = wirePrograms({
    ...{ aws: world.aws, client: world.client, lookups: lookupsOf(world.account), service: world.service },
    ...{ secrets: async () => new Map(), now: world.now },
    published(members) {
      for (const member of members) targetStatus(member);
    },
  });
  const targetStatus = queueOf(world, wired.targetStatus);
  const bindings = queueOf(world, wired.derive);
  const groups = queueOf(world, wired.reconcile);
  return { book: wired.book, inventory: wired.inventory, bindings, groups };
}

/** Starts a process that knows nothing. */
export function startOperator(world: Operating): Operator {
  const { api } = world;
  const { book, inventory, bindings, groups } = programs(world);
  const namespaces = new Map<string, Namespace>();
  const ingresses = new Map<string, Ingress>();
  const streams = new Map<StoredKind, Told[]>();
  let watching = false;

  function read(ingress: Ingress, gone: boolean): void {
    const key = keyOf(ingress);
    if (gone) ingresses.delete(key);
    else ingresses.set(key, ingress);
    const namespace = namespaces.get(ingress.metadata.namespace ?? '');
    for (const group of note(book, ingress, { service: world.service, gone, namespace })) groups(group);
    bindings(key);
  }

  function hear({ kind, object, change }: Told): void {
    const gone = change === 'deleted';
    if (kind === 'ingresses') read(asIngress(object), gone);
    if (kind === 'loadbalancerbindings') {
      const key = keyOf(object);
      for (const group of book.binding(key, gone ? undefined : asBinding(object))) groups(group);
      bindings(key);
    }
    if (kind !== 'namespaces') return;
    const { name } = object.metadata;
    if (gone) namespaces.delete(name);
    else namespaces.set(name, object);
    for (const one of ingresses.values()) if (one.metadata.namespace === name) read(one, false);
  }

  /** One watch: changes of a kind come in order, those of different kinds in any. */
  async function listen(kind: StoredKind, told: Told[]): Promise<void> {
    for (;;) {
      await world.turn();
      const next = told.shift();
      if (next !== undefined) hear(next);
      if (told.length === 0) break;
    }
    streams.delete(kind);
  }

  async function start(): Promise<void> {
    await world.turn();
    await inventory.load();
    watching = true;
    for (const kind of ['namespaces', 'loadbalancerbindings', 'ingresses'] as const)
      for (const object of api.list(kind)) hear({ kind, object, change: 'added' });
  }
  const attempt = (): void => void start().catch(() => world.later(RETRY_MS, attempt));
  attempt();

  return {
    tell(told) {
      if (!watching) return;
      const stream = streams.get(told.kind);
      if (stream !== undefined) {
        stream.push(told);
        return;
      }
      const fresh = [told];
      streams.set(told.kind, fresh);
      void listen(told.kind, fresh);
    },
  };
}
