// Clusters and motos that scenarios share. Starting them is most of a short scenario, so vitest's main process starts one of
// each for a worker when it first asks, and the worker makes it as new before each file.
//
//   main process   starts etcd, kube-apiserver, kube-controller-manager; installs Albatross; takes a snapshot of etcd
//                     ▲                             │
//   worker           asks        file 1: connect ◀──┘──▶ use        file 2: put the snapshot back ──▶ connect ──▶ …
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Moto, startMoto } from '../../local-aws/moto/moto-process.ts';
import { type Cluster, type ClusterPlace, connectCluster, startCluster } from './cluster.ts';
import { restoreSnapshot, type Snapshot, takeSnapshot } from './etcd.ts';
import { crdManifest, installAlbatross } from './install.ts';

/** Names the main process to its workers. */
const SHARED = 'ALBATROSS_SHARED';

/** Asks for a new one in place of the one that was used. */
const AGAIN = 'again';

interface Prepared {
  readonly place: ClusterPlace;
  /** As it was with Albatross installed and nothing else. */
  readonly snapshot: Snapshot;
}

async function startPrepared(onStep?: (step: string) => void): Promise<Cluster> {
  const cluster = await startCluster({
    before: [await crdManifest()],
    ...(onStep === undefined ? {} : { onStep }),
  });
  try {
    onStep?.('Albatross: CRD, RBAC and policy from config/');
    await installAlbatross(cluster);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

interface Started<T> {
  /** What a worker is told, as JSON. */
  readonly told: T;
  /** What a worker may have done with it. */
  readonly deeds: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
}

const STARTS: Readonly<Record<string, () => Promise<Started<Prepared | string>>>> = {
  cluster: async () => {
    const cluster = await startPrepared();
    const { kubeconfig, server, caPem, etcd } = cluster;
    const place = { kubeconfig, server, caPem, etcd };
    const { pauseApiServer: pause, resumeApiServer: resume, stop } = cluster;
    return { told: { place, snapshot: await takeSnapshot(etcd) }, deeds: { pause, resume }, stop };
  },
  moto: async () => {
    const { url, close } = await startMoto();
    return { told: url, deeds: {}, stop: close };
  },
};

/** Serves them to the workers that are started after it; `stop` ends them all. */
export async function serveShared(): Promise<{ stop(): Promise<void> }> {
  const started = new Map<string, Promise<Started<unknown>>>();
  const server = createServer(({ url = '' }, response) => {
    const [, what = '', worker = '', deed] = url.split('/');
    const start = STARTS[what];
    if (start === undefined) return void response.writeHead(404).end();
    const key = `${what}/${worker}`;
    const before = started.get(key);
    const one = before === undefined || deed === AGAIN ? start() : before;
    started.set(key, one);
    if (before !== one) void before?.then(({ stop }) => stop());
    one.then(
      async ({ told, deeds }) => {
        await deeds[deed ?? '']?.();
        response.end(JSON.stringify(told));
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[SHARED] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async stop() {
      server.close();
      const all = await Promise.allSettled(started.values());
      await Promise.all(all.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
    },
  };
}

/** What this worker does not want again. */
const left = new Set<string>();

/** Whoever asks next in this worker gets a cluster and a moto that nobody has used. */
export function leaveShared(): void {
  for (const what of Object.keys(STARTS)) left.add(what);
}

/** What the main process has for this worker, after `deed`; undefined where there is no such process. */
async function ask<T>(what: string, deed = left.delete(what) ? AGAIN : ''): Promise<T | undefined> {
  const shared = process.env[SHARED];
  if (shared === undefined) return undefined;
  const answer = await fetch(`${shared}/${what}/${process.env.VITEST_POOL_ID}/${deed}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

/** The cluster of this worker as new. One that does not come to rest is replaced, and that is said. */
async function askAsNew(): Promise<Prepared | undefined> {
  const prepared = await ask<Prepared>('cluster');
  if (prepared === undefined) return undefined;
  try {
    await restoreSnapshot(prepared.place.etcd, prepared.snapshot);
    return prepared;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}: another one is started\n`);
    return ask<Prepared>('cluster', AGAIN);
  }
}

/**
 * A cluster with Albatross installed, without a webhook: the one of this worker, as new, where vitest's main process serves
 * some, else one of its own. `onStep` is called with each step of the start as it begins.
 * @throws Error that says what does not start, or does not come to rest.
 */
export async function preparedCluster(onStep?: (step: string) => void): Promise<Cluster> {
  const prepared = await askAsNew();
  if (prepared === undefined) return startPrepared(onStep);
  const deed = (what: string) => async () => void (await ask('cluster', what));
  return connectCluster(prepared.place, { pauseApiServer: deed('pause'), resumeApiServer: deed('resume') });
}

/** A moto without any resources, likewise. */
export async function preparedMoto(): Promise<Pick<Moto, 'url' | 'close'>> {
  const url = await ask<string>('moto');
  if (url === undefined) return startMoto();
  const reset = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
  if (!reset.ok) throw new Error(`moto does not reset: ${reset.status}`);
  return { url, close: async () => undefined };
}
