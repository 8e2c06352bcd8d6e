// Plays scheduler, kubelet and kube-proxy for a cluster without nodes of its own: pods are bound, get an address, run as
// small HTTP servers of this process (podserver.ts), become ready, and end when they are deleted.
//
//   Pod ──bind──→ on a node ──address, server──→ Running, Ready ──deletionTimestamp──→ server stopped ──→ gone
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CoreV1Api,
  DiscoveryV1Api,
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type ObjectCache,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { type PodServer, startPodServer } from './podserver.ts';
import { nextAddress, portsOf, runningStatus, saysRunning, secondsToLive, warmUpOf } from './podstatus.ts';
import { addressLookup, type LocalAddress, type Target } from './targets.ts';

export interface Kubelet {
  /** Where a target (instance id or pod address, and port) really is; undefined when nothing listens there. */
  readonly addressOf: (target: Target) => LocalAddress | undefined;
  /** Pods played at this moment, by address. */
  readonly addresses: () => readonly string[];
  /** Stops every server and watch; the pods' objects stay as they are. */
  readonly stop: () => Promise<void>;
}

export interface KubeletOptions {
  /** Called with what went wrong, in words, when a pod could not be played for ten seconds. */
  readonly onTrouble?: (trouble: string) => void;
}

const RETRY_MILLISECONDS = 250;
const TROUBLE_AFTER_RETRIES = 40;

/** Starts to play every Pod of the cluster on the nodes of `registerNodes`. */
export async function playKubelet(cluster: Cluster, options: KubeletOptions = {}): Promise<Kubelet> {
  const api = cluster.client.makeApiClient(CoreV1Api);
  const discovery = cluster.client.makeApiClient(DiscoveryV1Api);
  const stopping = new AbortController();
  const watching = <T extends KubernetesObject>(path: string, list: () => Promise<KubernetesListObject<T>>) =>
    watch(cluster.client, path, list, stopping.signal);
  const [nodes, services, slices, pods] = await Promise.all([
    watching('/api/v1/nodes', () => api.listNode()),
    watching('/api/v1/services', () => api.listServiceForAllNamespaces()),
    watching('/apis/discovery.k8s.io/v1/endpointslices', () => discovery.listEndpointSliceForAllNamespaces()),
    watching('/api/v1/pods', () => api.listPodForAllNamespaces()),
  ]);
  const played = new Map<string, PlayedPod>();
  const step = podStep({ api, played, nodes: () => nodes.list(), signal: stopping.signal });
  const onTrouble = options.onTrouble ?? ((trouble) => process.emitWarning(trouble));
  const changed = oneAtATime(pods, step, stopping.signal, onTrouble);
  pods.on('change', changed);
  for (const pod of pods.list()) changed(pod);
  const podPort = (ip: string, port: number) => {
    for (const pod of played.values()) if (pod.ip === ip) return pod.server.ports.get(port);
    return undefined;
  };
  return {
    addressOf: addressLookup({
      nodes: () => nodes.list(),
      services: () => services.list(),
      slices: () => slices.list(),
      podPort,
    }),
    addresses: () => [...played.values()].map(({ ip }) => ip),
    stop: async () => {
      stopping.abort();
      await Promise.all([nodes, services, slices, pods].map((informer) => informer.stop()));
      await Promise.all([...played.values()].map(({ server }) => server.stop()));
      played.clear();
    },
  };
}

interface PlayedPod {
  readonly ip: string;
  readonly server: PodServer;
}

interface Surroundings {
  readonly api: CoreV1Api;
  /** By uid. */
  readonly played: Map<string, PlayedPod>;
  readonly nodes: () => readonly V1Node[];
  readonly signal: AbortSignal;
}

type Pods = Informer<V1Pod> & ObjectCache<V1Pod>;

/** Takes one pod one step further; `pod` is undefined once its object is gone. */
function podStep({ api, played, nodes, signal }: Surroundings) {
  let bound = 0;
  const lastAddress = new Map<string, string>();

  async function end(uid: string, pod: V1Pod | undefined): Promise<void> {
    if (pod !== undefined) await sleep(secondsToLive(pod) * 1000, undefined, { signal });
    await played.get(uid)?.server.stop();
    played.delete(uid);
    if (pod === undefined) return;
    const body = { gracePeriodSeconds: 0, preconditions: { uid } };
    await api.deleteNamespacedPod({ ...nameOf(pod), body });
  }

  async function bind(pod: V1Pod): Promise<void> {
    const fit = nodes().filter(takesPods);
    const target = fit[bound++ % fit.length];
    if (target === undefined) throw new Error('no ready node to run on: registerNodes first');
    const { name, namespace } = nameOf(pod);
    const body = {
      metadata: { name },
      target: { apiVersion: 'v1', kind: 'Node', name: target.metadata?.name ?? '' },
    };
    await api.createNamespacedPodBinding({ name, namespace, body });
  }

  async function start(uid: string, pod: V1Pod, nodeIP: string): Promise<string> {
    const taken = new Set([...played.values()].map((other) => other.ip));
    const ip = pod.status?.podIP ?? nextAddress(nodeIP, taken, lastAddress.get(nodeIP));
    if (ip === undefined) throw new Error(`no free address beside ${nodeIP}`);
    const { name, namespace } = nameOf(pod);
    const app = pod.metadata?.labels?.app ?? name;
    lastAddress.set(nodeIP, ip);
    const server = await startPodServer(
      { app, pod: name, namespace, node: pod.spec?.nodeName ?? '' },
      portsOf(pod),
      { warmUpMs: warmUpOf(pod) },
    );
    if (signal.aborted) await server.stop();
    else played.set(uid, { ip, server });
    return ip;
  }

  return async (uid: string, pod: V1Pod | undefined): Promise<void> => {
    if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined) return end(uid, pod);
    if (pod.spec?.nodeName === undefined) return bind(pod);
    const nodeIP = addressOfNode(nodes(), pod.spec.nodeName);
    const ip = played.get(uid)?.ip ?? (await start(uid, pod, nodeIP));
    if (saysRunning(pod)) return;
    const body = { status: runningStatus(pod, ip, nodeIP, new Date()) };
    await api.patchNamespacedPodStatus({ ...nameOf(pod), body }, asStrategicMergePatch);
  };
}

const asStrategicMergePatch = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

function nameOf(pod: V1Pod): { name: string; namespace: string } {
  return { name: pod.metadata?.name ?? '', namespace: pod.metadata?.namespace ?? '' };
}

function takesPods({ spec, status }: V1Node): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && spec?.unschedulable !== true;
}

function addressOfNode(nodes: readonly V1Node[], name: string): string {
  const node = nodes.find(({ metadata }) => metadata?.name === name);
  const address = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  if (address === undefined) throw new Error(`node ${name} has no InternalIP`);
  return address;
}

/**
 * Runs steps of one pod one after the other, always on its newest state, and again after a failure: the object may
 * have changed under us, or the API server may be away.
 */
function oneAtATime(
  pods: Pods,
  step: (uid: string, pod: V1Pod | undefined) => Promise<void>,
  signal: AbortSignal,
  onTrouble: (trouble: string) => void,
): (pod: V1Pod) => void {
  const waiting = new Map<string, { again: boolean }>();
  const newest = (pod: V1Pod) => {
    const now = pods.get(nameOf(pod).name, nameOf(pod).namespace);
    return now?.metadata?.uid === pod.metadata?.uid ? now : undefined;
  };
  const work = async (uid: string, pod: V1Pod, turn: { again: boolean }) => {
    let failures = 0;
    while (turn.again && !signal.aborted) {
      turn.again = false;
      try {
        await step(uid, newest(pod));
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (failures === TROUBLE_AFTER_RETRIES) onTrouble(`pod ${nameOf(pod).name}: ${String(error)}`);
        turn.again = true;
        await sleep(RETRY_MILLISECONDS);
      }
    }
    waiting.delete(uid);
  };
  return (pod) => {
    const uid = pod.metadata?.uid ?? '';
    const turn = waiting.get(uid);
    if (turn !== undefined) {
      turn.again = true;
      return;
    }
    const first = { again: true };
    waiting.set(uid, first);
    void work(uid, pod, first);
  };
}

/** An informer that comes back when the API server does. */
async function watch<T extends KubernetesObject>(
  config: KubeConfig,
  path: string,
  list: () => Promise<KubernetesListObject<T>>,
  signal: AbortSignal,
): Promise<Informer<T> & ObjectCache<T>> {
  const informer = makeInformer(config, path, list);
  informer.on('error', () => {
    if (!signal.aborted) setTimeout(() => void informer.start(), RETRY_MILLISECONDS);
  });
  await informer.start();
  return informer;
}
