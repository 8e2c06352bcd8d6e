// What the machine has to offer: where `make install` put the Kubernetes parts and Python, and which ports are free.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { motoPlace, sharedCache } from '../../local-aws/moto/moto-python.ts';

/** The checkout's root directory. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The environment variable that names another executable than the one of the checkout. */
export const EXECUTABLE = 'ALBATROSS_EXECUTABLE';

/** What Node runs as webhook and controller: the sources, or what the environment names. */
export const albatross = (env: Environment = process.env): string =>
  env[EXECUTABLE] ?? join(ROOT, 'cli/albatross.ts');

/** Every Kubernetes part that the local cluster runs, by the name of its binary. */
export const KUBERNETES_PARTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;
export type KubernetesPart = (typeof KUBERNETES_PARTS)[number];

/** Absolute paths of the executables that the harness starts. */
export interface Tools {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubectl: string;
  /** The Python of the virtual environment that has moto: run it as `python -m moto.server`. */
  readonly python: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The directories that `make install` fills, outside the checkout so that every clone shares them, named by a hash of
 * what they are built from so that a changed pin never meets an old build.
 */
export function places(env: Environment = process.env): { kubernetes: string; moto: string; helm: string } {
  const tools = join(ROOT, 'hack/tools');
  const kubernetes = `kubernetes-${hashOf(join(tools, 'go.mod'), join(tools, 'go.sum'))}`;
  const helm = `helm-${hashOf(join(tools, 'helm/go.mod'), join(tools, 'helm/go.sum'))}`;
  return {
    kubernetes: join(sharedCache(env), kubernetes),
    moto: motoPlace(env),
    helm: join(sharedCache(env), helm),
  };
}

function hashOf(...files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Where one Kubernetes part is or, if absent, will be built. KUBEBUILDER_ASSETS wins part by part: the archives that
 * envtest downloads hold etcd, kube-apiserver and kubectl, but no kube-controller-manager.
 */
export function partPath(part: KubernetesPart, env: Environment = process.env): string {
  const assets = env.KUBEBUILDER_ASSETS;
  const given = assets === undefined || assets === '' ? undefined : join(assets, part);
  return given !== undefined && existsSync(given) ? given : join(places(env).kubernetes, part);
}

/** Helm: the one that HELM names, else the one that `make chart` builds. */
export const helmPath = (env: Environment = process.env): string =>
  env.HELM === undefined || env.HELM === '' ? join(places(env).helm, 'helm') : env.HELM;

/** The Python that has moto, or will have it after `make install`. */
export function pythonPath(env: Environment = process.env): string {
  return join(places(env).moto, 'bin/python');
}

/**
 * The installed executables.
 * @throws Error that names what is missing and says to run `make install`.
 */
export async function tools(env: Environment = process.env): Promise<Tools> {
  const found = {
    etcd: partPath('etcd', env),
    kubeApiserver: partPath('kube-apiserver', env),
    kubeControllerManager: partPath('kube-controller-manager', env),
    kubectl: partPath('kubectl', env),
    python: pythonPath(env),
  };
  const missing = Object.values(found).filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}. Run: make install`);
  return found;
}

/** Ports from 20000 on, in parts: eight for each suite, so that it can have seven workers. */
const LANES = 8;
const LANE = 750;

/** The environment variable that names the first part of a suite. */
const FIRST_LANE = 'ALBATROSS_FIRST_LANE';

/** What was given here before: a port is listened on some time after it was found. */
const given = new Set<number>();

/**
 * Ports of 127.0.0.1 that nobody listens on, all different. They lie below the kernel's range for outgoing
 * connections (32768 and up), so that a port stays free while its server is stopped and started again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  // A port that is found here is listened on a moment later: files that run at once, of one suite or two, have parts of their own.
  const { VITEST_POOL_ID = 0, [FIRST_LANE]: lane = 0 } = process.env;
  if (Number(VITEST_POOL_ID) >= LANES) throw new Error(`worker ${VITEST_POOL_ID} has no ports of its own`);
  const first = 20_000 + (Number(lane) + Number(VITEST_POOL_ID)) * LANE;
  for (let attempt = 0; ports.size < count; attempt++) {
    if (attempt > 1000) throw new Error(`no ${count} free ports from ${first} on`);
    const port = first + Math.floor(Math.random() * LANE);
    if (given.has(port) || !(await isFree(port)) || given.has(port)) continue;
    given.add(port);
    ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
