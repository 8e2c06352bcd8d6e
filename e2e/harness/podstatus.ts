// What a kubelet says about a pod it runs: pure functions from the Pod object.
import type { V1Pod, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';
import type { PodPort } from './podserver.ts';

/** The TCP ports that the pod's containers declare; a name that begins with `https` asks for TLS. */
export function portsOf(pod: V1Pod): PodPort[] {
  const declared = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return declared
    .filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
    .map(({ containerPort, name }) => ({ port: containerPort, tls: name?.startsWith('https') ?? false }));
}

/** How long the pod's app warms up, in milliseconds: the environment variable WARM_UP_MS of a container. */
export function warmUpOf(pod: V1Pod): number {
  const all = (pod.spec?.containers ?? []).flatMap(({ env }) => env ?? []);
  return Math.max(0, ...all.flatMap(({ name, value }) => (name === 'WARM_UP_MS' ? Number(value) : [])));
}

/**
 * The status of a pod whose containers run. Ready is the containers and every readiness gate (Kubernetes "Pod
 * Lifecycle", Pod readiness); the gates' own conditions belong to others and are not in the answer.
 */
export function runningStatus(pod: V1Pod, podIP: string, hostIP: string, now: Date): V1PodStatus {
  const unmet = unmetGates(pod);
  const condition = (type: string, met: boolean): V1PodCondition => ({
    type,
    status: met ? 'True' : 'False',
    lastTransitionTime: transitionTime(pod, type, met, now),
    ...(met ? {} : { reason: 'ReadinessGatesNotReady', message: `waiting for ${unmet.join(', ')}` }),
  });
  return {
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    startTime: pod.status?.startTime ?? now,
    conditions: [
      condition('Initialized', true),
      condition('ContainersReady', true),
      condition('Ready', unmet.length === 0),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      ready: true,
      restartCount: 0,
      started: true,
      state: { running: { startedAt: pod.status?.startTime ?? now } },
    })),
  };
}

/** Whether the pod's status already says what `runningStatus` would. */
export function saysRunning(pod: V1Pod): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const wanted = unmetGates(pod).length === 0 ? 'True' : 'False';
  return pod.status?.phase === 'Running' && ready?.status === wanted;
}

/** Seconds between the pod's deletion and the end of its servers: `lifecycle.preStop.sleep`, within the grace period. */
export function secondsToLive(pod: V1Pod): number {
  const sleeps = (pod.spec?.containers ?? []).map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0);
  return Math.min(Math.max(0, ...sleeps), pod.metadata?.deletionGracePeriodSeconds ?? 30);
}

/**
 * The next free address of the node's /24, or undefined when all are taken. It goes on from the last one given, so that
 * an address that a load balancer may still know is not given to another pod at once. .1 to .19 stay the network's.
 */
export function nextAddress(
  nodeIP: string,
  taken: ReadonlySet<string>,
  last: string | undefined,
): string | undefined {
  const network = nodeIP.split('.').slice(0, 3).join('.');
  const [first, size] = [20, 235];
  const start = last === undefined ? 0 : Number(last.split('.')[3]) - first + 1;
  return Array.from({ length: size }, (_, step) => `${network}.${first + ((start + step) % size)}`).find(
    (address) => address !== nodeIP && !taken.has(address),
  );
}

function unmetGates(pod: V1Pod): string[] {
  const met = new Set(
    (pod.status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ type }) => type),
  );
  return (pod.spec?.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((type) => !met.has(type));
}

function transitionTime(pod: V1Pod, type: string, met: boolean, now: Date): Date {
  const before = pod.status?.conditions?.find((condition) => condition.type === type);
  return before?.status === (met ? 'True' : 'False') ? (before.lastTransitionTime ?? now) : now;
}
