// A Kubernetes cluster of our own: real API server, real controllers, RBAC on; no nodes (see nodes.ts), no container
// engine. It lives in one directory and is gone after stop().
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { kubeClient } from '../../kube/client.ts';
import { type Apply, applier } from './apply.ts';
import { createAuthority, createKeyPair, type KeyAndCertificate } from './certificates.ts';
import {
  apiServerReady,
  type ControlPlane,
  FILES,
  startApiServer,
  startControllerManager,
  startEtcd,
} from './controlplane.ts';
import { freePorts, type Tools, tools } from './machine.ts';
import type { RunningProcess } from './process.ts';

export interface ClusterOptions {
  /**
   * YAML or objects applied before the controllers start. CRDs belong here: the garbage collector looks for new kinds
   * every 30 seconds only, and until then it deletes no dependents of theirs.
   */
  readonly before?: readonly (string | object)[];
  /** Called with each step of the start as it begins. */
  readonly onStep?: (step: string) => void;
}

export interface CommandResult {
  /** The exit code; -1 when a signal ended the command. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a running cluster is, as plain data. */
export interface ClusterPlace {
  /** Path of the administrator's kubeconfig (group system:masters). */
  readonly kubeconfig: string;
  /** https://127.0.0.1:PORT */
  readonly server: string;
  readonly caPem: string;
  /** etcd's client URL. */
  readonly etcd: string;
}

export interface Cluster extends ClusterPlace {
  /** Holds kubeconfigs, certificates and log files. */
  readonly dir: string;
  /** The administrator's configuration for @kubernetes/client-node. */
  readonly client: KubeConfig;
  /**
   * What a GET of this path of the API gives the administrator; undefined when there is no such object. For what is looked at
   * again and again: a kubectl costs as much as a hundred of these.
   * @throws Error with the API server's words.
   */
  readonly read: <T>(path: string, query?: Readonly<Record<string, string>>) => Promise<T | undefined>;
  /** Runs kubectl as the administrator, or with `kubeconfig` as somebody else. Never rejects for a non-zero exit. */
  readonly kubectl: (
    args: readonly string[],
    options?: { readonly input?: string; readonly kubeconfig?: string },
  ) => Promise<CommandResult>;
  /**
   * What `kubectl apply --server-side` does with YAML text or objects, one after the other, without a process.
   * @throws Error with the API server's words at the first that it refuses.
   */
  readonly apply: Apply;
  /** Path of a kubeconfig that holds an existing ServiceAccount's token (TokenRequest, one day) and nothing else. */
  readonly serviceAccountKubeconfig: (namespace: string, name: string) => Promise<string>;
  /** Ends the API server: open watches break, new connections are refused. The controllers stay and retry. */
  readonly pauseApiServer: () => Promise<void>;
  /** Starts the API server again on the same port and waits until it is ready. */
  readonly resumeApiServer: () => Promise<void>;
  /** Ends every process and removes the directory. */
  readonly stop: () => Promise<void>;
}

const DIRECTORY = 'albatross-cluster-';

/**
 * Starts a cluster: about 6 seconds on two cores.
 * @throws Error that says which process failed, with the last lines of its log; nothing is left running.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const step = options.onStep ?? (() => undefined);
  await removeAbandoned();
  const dir = await makeDirectory();
  const [etcd = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
  const server = `https://127.0.0.1:${apiServer}`;
  const ports = { etcd, etcdPeer, apiServer };
  const plane: ControlPlane = { dir, tools: await tools(), ports, caPem: await writeFiles(dir, server) };

  const running: Record<string, RunningProcess> = {};
  const stop = async () => {
    // No grace: the data is worth nothing, and an API server with open watches takes its time.
    await Promise.all(Object.values(running).map((child) => child.stop(0)));
    await rm(dir, { recursive: true, force: true });
  };
  const kubeconfig = join(dir, FILES.adminKubeconfig);
  const place = { kubeconfig, server, caPem: plane.caPem, etcd: `http://127.0.0.1:${etcd}` };
  const cluster: Cluster = {
    ...access(place, dir, plane.tools),
    pauseApiServer: async () => running.apiServer?.stop(0),
    resumeApiServer: async () => {
      running.apiServer = await startApiServer(plane);
      await apiServerReady(plane, running.apiServer);
    },
    stop,
  };
  try {
    step('etcd and kube-apiserver');
    running.etcd = await startEtcd(plane);
    await cluster.resumeApiServer();
    if (options.before !== undefined) await cluster.apply(...options.before);
    step('kube-controller-manager');
    running.controllers = await startControllerManager(plane);
    await controllersReady(cluster);
  } catch (error) {
    await stop();
    throw error;
  }
  return cluster;
}

/** A cluster that somebody else starts and stops, and pauses for us; what is kept in its directory here is gone after `stop`. */
export async function connectCluster(
  place: ClusterPlace,
  pausing: Pick<Cluster, 'pauseApiServer' | 'resumeApiServer'>,
): Promise<Cluster> {
  await removeAbandoned();
  const dir = await makeDirectory();
  return {
    ...access(place, dir, await tools()),
    ...pausing,
    stop: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Keeps its connections: the library makes a new one, with a TLS handshake, for every request. */
class KeptConnections extends KubeConfig {
  #kept: ReturnType<RequestContext['getDispatcher']>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#kept ??= context.getDispatcher();
    if (this.#kept !== undefined) context.setDispatcher(this.#kept);
  }
}

/** Every way to talk to the API server. */
function access(place: ClusterPlace, dir: string, tools: Tools) {
  const { kubeconfig, server, caPem } = place;
  const client = new KeptConnections();
  client.loadFromFile(kubeconfig);
  const { request } = kubeClient(client);
  const read = async <T>(path: string, query: Readonly<Record<string, string>> = {}) => {
    const answer = await request<T>({ method: 'GET', path, query });
    if (answer.ok) return answer.object;
    if (answer.reason === 'notFound') return undefined;
    throw new Error(`GET ${path}: ${answer.message}`);
  };
  const kubectl: Cluster['kubectl'] = (args, { input, kubeconfig: other } = {}) =>
    runCommand(tools.kubectl, args, {
      env: { KUBECONFIG: other ?? kubeconfig, KUBECACHEDIR: join(dir, 'kubectl-cache') },
      ...(input === undefined ? {} : { input }),
    });
  const serviceAccountKubeconfig: Cluster['serviceAccountKubeconfig'] = async (namespace, name) => {
    const { status } = await client.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
      namespace,
      name,
      body: { spec: { audiences: [], expirationSeconds: 86_400 } },
    });
    const path = join(dir, `${namespace}-${name}.kubeconfig`);
    await writeFile(path, kubeconfigText(server, caPem, { token: status?.token ?? '' }), { mode: 0o600 });
    return path;
  };
  return { ...place, dir, client, read, kubectl, apply: applier(request), serviceAccountKubeconfig };
}

/**
 * Runs a command to its end.
 * @throws Error only when it cannot be started.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { input, env }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code === 'string') return reject(error);
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      },
    );
    // A command that ends without reading its input breaks the pipe; its exit code says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/** Makes certificates, keys and kubeconfigs; gives the authority's certificate. */
async function writeFiles(dir: string, server: string): Promise<string> {
  const [authority, serviceAccountKeys] = await Promise.all([
    createAuthority('albatross local cluster'),
    createKeyPair(),
  ]);
  const [serving, admin, controllers] = await Promise.all([
    authority.server(['localhost', '127.0.0.1', '10.96.0.1', 'kubernetes.default.svc']),
    authority.client('local-admin', ['system:masters']),
    authority.client('system:kube-controller-manager', ['system:masters']),
  ]);
  const contents: Record<keyof typeof FILES, string> = {
    ca: authority.cert,
    apiServerCert: serving.cert,
    apiServerKey: serving.key,
    serviceAccountKey: serviceAccountKeys.privateKey,
    serviceAccountPublicKey: serviceAccountKeys.publicKey,
    adminKubeconfig: kubeconfigText(server, authority.cert, admin),
    controllerManagerKubeconfig: kubeconfigText(server, authority.cert, controllers),
  };
  await Promise.all(
    Object.entries(contents).map(([file, text]) =>
      writeFile(join(dir, FILES[file as keyof typeof FILES]), text, { mode: 0o600 }),
    ),
  );
  return authority.cert;
}

/** A kubeconfig (as JSON, which is YAML) for one user: a token or a client certificate. */
export function kubeconfigText(
  server: string,
  caPem: string,
  user: KeyAndCertificate | { readonly token: string },
): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const credentials =
    'token' in user
      ? { token: user.token }
      : { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server, 'certificate-authority-data': base64(caPem) } }],
    users: [{ name: 'user', user: credentials }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'user' } }],
    'current-context': 'local',
  });
}

/** The controllers are at work once they have given the namespace `default` its ServiceAccount. */
async function controllersReady({ kubectl }: Cluster): Promise<void> {
  const wait = ['wait', '--for=create', 'serviceaccount/default', '--namespace=default', '--timeout=180s'];
  const { code, stderr } = await kubectl(wait);
  if (code !== 0) throw new Error(`kube-controller-manager does not work: ${stderr.trim()}`);
}

const makeDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), `${DIRECTORY}${process.pid}-`));

/** Removes directories of clusters whose owner was killed before it could stop them. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(DIRECTORY));
  const abandoned = names.filter(
    (name) => !existsSync(`/proc/${name.slice(DIRECTORY.length).split('-')[0]}`),
  );
  await Promise.all(abandoned.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}
