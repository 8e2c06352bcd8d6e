// Readiness gates: what the condition of a pod says that waits for the health of its target (aws-model 6.8). Pure.
//
//   the gate's target group ──looked after──▶ the pod's targets ──▶ healthy: True   unhealthy: False   not known yet: as it is
//            └──gone, or not for this pod──▶ True, with the reason: nobody would ever set it
import { CONTAINERS_READY, isLegacyGate, selectsPod, targetGroupOfGate } from '../../alb/readiness-gates.ts';
import type { Pod, PodCondition } from '../../api/kube.ts';
import { endpointsOfPod, keyOfTarget, type World } from './endpoints.ts';
import type { Serving } from './serving.ts';
import type { TargetHealth } from './target-health.ts';

/** Why a gate is met although no target is healthy: the reason of the condition, and words for people. */
export interface GateRelease {
  readonly reason: 'TargetGroupGone' | 'NotATarget';
  readonly message: string;
}

/** What is known about a gate of a pod. */
export type GateStanding =
  /** Too little, or it is somebody else's: the condition stays as it is. */
  | { readonly kind: 'open' }
  /** We do not look after a target group of this name. */
  | { readonly kind: 'unserved'; readonly targetGroup: string }
  /** What AWS says of each of its targets in that target group; undefined of one that is not registered, or not known yet. */
  | {
      readonly kind: 'targets';
      /** Of the target group. */
      readonly arn: string;
      readonly health: readonly (TargetHealth | undefined)[];
    }
  | { readonly kind: 'released'; readonly release: GateRelease };

export interface GateWorld extends Pick<World, 'service' | 'slices' | 'pod'> {
  /** The target group of this name that is looked after in a namespace. */
  served(namespace: string, targetGroup: string): Serving | undefined;
  /** What AWS said last of a target, by `id:port`. */
  health(arn: string, target: string): TargetHealth | undefined;
  /** Whether it is known that no binding of a namespace has a target group of this name. */
  isNobodys(namespace: string, targetGroup: string): boolean;
}

const OPEN: GateStanding = { kind: 'open' };

export const goneTargetGroup = (targetGroup: string): GateRelease => ({
  reason: 'TargetGroupGone',
  message: `nothing looks after a target group ${targetGroup}: it is gone, or was never made; there is no health to wait for`,
});

const LEGACY: GateRelease = {
  reason: 'TargetGroupGone',
  message:
    'the ALB Ingress Controller, which set gates of this kind, is no more; there is no health to wait for',
};

const notATarget = (because: string): GateStanding => ({
  kind: 'released',
  release: { reason: 'NotATarget', message: `${because}; there is no health to wait for` },
});

/** What is known about one gate of a pod whose containers are ready. */
export function standingOf(pod: Pod, gate: string, world: GateWorld): GateStanding {
  const { namespace = '', name } = pod.metadata;
  const targetGroup = targetGroupOfGate(gate);
  if (targetGroup === undefined) return isLegacyGate(gate) ? { kind: 'released', release: LEGACY } : OPEN;
  const serving = world.served(namespace, targetGroup);
  if (serving === undefined)
    return world.isNobodys(namespace, targetGroup) ? { kind: 'unserved', targetGroup } : OPEN;
  const { arn, backend, policy } = serving;
  if (policy === 'observe') return OPEN;
  if (backend.targetType === 'instance')
    return notATarget(`target group ${targetGroup} has nodes as targets`);
  const service = world.service(namespace, backend.service);
  if (service === undefined) return notATarget(`Service ${backend.service} is gone`);
  const { named, targets } = endpointsOfPod(backend, name, world);
  if (!named) {
    // EndpointSlices come a moment after the pod.
    if (selectsPod(service, pod)) return OPEN;
    return notATarget(`Service ${backend.service} does not select the pod`);
  }
  if (targets.length === 0)
    return notATarget(`the pod has no port ${backend.port} of Service ${backend.service}`);
  return { kind: 'targets', arn, health: targets.map((target) => world.health(arn, keyOfTarget(target))) };
}

/** The target that has the say: one that is not healthy, if any. */
const deciding = (health: readonly (TargetHealth | undefined)[]): TargetHealth | undefined =>
  health.find((one) => one?.state !== 'healthy') ?? health[0];

/**
 * What a condition is to say, or undefined when it says that. A pod that was ready stays so until AWS says that it is unhealthy:
 * not knowing yet, of a target group that was just attached to another load balancer, or from which somebody took the target,
 * takes no pod from the other clients of its Service. `now` in ISO 8601.
 */
export function conditionOf(
  gate: string,
  standing: GateStanding,
  before: PodCondition | undefined,
  now: string,
): PodCondition | undefined {
  const said = sayingOf(standing, before);
  if (said === undefined) return undefined;
  const { status, reason = '', message = '' } = said;
  if (before?.status === status && (before.reason ?? '') === reason && (before.message ?? '') === message)
    return undefined;
  const since = before?.status === status ? before.lastTransitionTime : now;
  return { type: gate, status, reason, message, lastTransitionTime: since ?? now };
}

/**
 * How many seconds a gate waited until its target was healthy, by the change of its condition: since it was said that it is not, else
 * since the containers were ready. Undefined where it is not met by that, or nobody knows since when.
 */
export function secondsWaited(
  { status }: Pod,
  standing: GateStanding,
  { type, status: holds, lastTransitionTime: until }: PodCondition,
): number | undefined {
  const conditions = status?.conditions ?? [];
  const before = conditions.find((one) => one.type === type);
  if (standing.kind !== 'targets' || holds !== 'True' || before?.status === 'True') return undefined;
  const since = before ?? conditions.find((one) => one.type === CONTAINERS_READY);
  const seconds = (Date.parse(until ?? '') - Date.parse(since?.lastTransitionTime ?? '')) / 1_000;
  return seconds >= 0 ? seconds : undefined;
}

function sayingOf(
  standing: GateStanding,
  before: PodCondition | undefined,
): Pick<PodCondition, 'status' | 'reason' | 'message'> | undefined {
  if (standing.kind === 'released')
    // The reason may change while it holds, and is no news then.
    return before?.status === 'True' ? undefined : { status: 'True', ...standing.release };
  if (standing.kind !== 'targets') return undefined;
  const decides = deciding(standing.health);
  if (decides === undefined) return undefined;
  const { state, reason = '', description: message = '' } = decides;
  if (state === 'healthy') return { status: 'True', reason, message };
  return before?.status === 'True' && state !== 'unhealthy'
    ? undefined
    : { status: 'False', reason, message };
}
