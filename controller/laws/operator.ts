// The controller on paper: the real programs (book, derive, reconcile, publish, writer, inventory) between an API server and an
// account that exist in memory. What it knows of the cluster it is told by watches, one change at a time and ever late.

import { refusalMemory } from '../../alb/amendments/rejection-memory.ts';
import { readIngress } from '../../api/ingress/read.ts';
import type { Ingress, Namespace, Service } from '../../api/kube.ts';
import { keyOf } from '../../api/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import { eventTeller } from '../../kube/events.ts';
import { underPolicy, writer } from '../../kube/write.ts';
import type { Aws } from '../aws/client.ts';
import { seenIngress } from '../bindings/read-ingress.ts';
import { openBook } from '../bindings/store.ts';
import { derive } from '../bindings/sync.ts';
import { Drifts } from '../drift/detect.ts';
import { createInventory } from '../inventory/inventory.ts';
import type { Next } from '../queue/queue.ts';
import { type Reconciling, reconcile } from '../reconcile.ts';
import { type Publishing, publish, unsettle } from '../status/publish.ts';
import { StatusWrites } from '../status/writes.ts';
import { reconcileTargetStatus } from '../targets/target-status.ts';
import { targetsProgram } from '../targets/targets.ts';
import type { Account } from './account.ts';
import { type ApiServer, asBinding, asIngress, type StoredKind, type Told } from './api-server.ts';
import { CLUSTER } from './paper.ts';
import { lookupsOf } from './whole-passes.ts';

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

/** The programs, wired as `workers.ts` does; targets are never registered. */
function programs(world: Operating) {
  const { aws, client } = world;
  const book = openBook();
  const may = underPolicy('sync');
  const write = writer(client, may);
  const inventory = createInventory(aws, { now: world.now });
  const lookups = lookupsOf(world.account);
  const failed = (): void => undefined;
  const targets = targetsProgram({
    ...{ aws, world: { service: world.service, slices: () => [], nodes: () => [] }, now: world.now },
    ...{ random: () => 0, inVpc: async () => true, forget: async () => true, served: failed },
    ...{ enqueue: failed, changed: failed, lost: failed, failed, drifted: failed },
  });
  const statuses = new StatusWrites({ book, write, failed });
  const now = () => new Date(world.now());
  const targetStatus = queueOf(world, (member) => reconcileTargetStatus(member, { targets, statuses, now }));
  const publishing: Publishing = {
    ...{ book, write, statuses, targets, cluster: CLUSTER, failed, now },
    published: (_, members) => members.forEach(targetStatus),
    events: eventTeller(client, 'law', may),
  };
  const reconciling: Reconciling = {
    ...{ book, inventory, aws, cluster: CLUSTER, lookups, policy: 'sync' },
    ...{ refusals: refusalMemory(world.now), drifts: new Drifts(), drifted: failed, log: failed },
    ...{ ready: () => true, waitsFor: () => undefined, service: world.service, now: world.now },
    secrets: async () => new Map(),
    unsettle: (...args) => unsettle(publishing, ...args),
    publish: (group, pass) => publish(publishing, group, pass),
  };
  const bindings = queueOf(world, (key) =>
    derive(key, { book, write, ceiling: 'sync', now: world.now, failed, refused: failed }),
  );
  const groups = queueOf(world, (group) => reconcile(group, reconciling));
  return { book, inventory, bindings, groups };
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
    const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
    const reading = readIngress(ingress, { service: world.service, options });
    const seen = gone ? undefined : seenIngress(ingress, { reading, namespace, ceiling: 'sync' });
    for (const group of book.ingress(key, seen)) groups(group);
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
