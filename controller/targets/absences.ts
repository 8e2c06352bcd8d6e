// Absences: whether the cluster says why something that is registered is no longer among the endpoints. Pure.

import type { Backend } from '../../alb/desire/desiring.ts';
import type { Node } from '../../api/kube.ts';
import { instanceOf, keyOfTarget, portOf, readiness, type Target, type World } from './endpoints.ts';
import { isEnding } from './pod-index.ts';
import type { TargetSeen } from './target-health.ts';

type Explains = (target: Pick<TargetSeen, 'id' | 'port'>) => boolean;

/** By `id:port`. */
export type PodsBehind = ReadonlyMap<string, PodBehind>;

const always: Explains = () => true;

/** Nobody hears of a node: what Kubernetes says of its pods is a guess of its own (Kubernetes: Nodes, "Conditions"). */
const isUnheard = (node: Node | undefined): boolean => node !== undefined && readiness(node) === 'Unknown';

/** A node that is there and heard of is not chosen by its own state, its labels or another port of the Service. */
function byNodes(world: World): Explains {
  const nodes = new Map(world.nodes().map((node) => [instanceOf(node), node]));
  return ({ id }) => {
    const node = nodes.get(id);
    return node !== undefined && !isUnheard(node);
  };
}

/** A pod that was a target, by what its EndpointSlice said; nothing of one that the process before registered. */
export type PodBehind = Pick<Target, 'pod' | 'uid'>;

/**
 * It is gone, another one has its name now, or it ends. Of one that the process before registered only the address is known: no pod
 * has it any more.
 */
function hasLeft({ pod: name, uid }: PodBehind, address: string, namespace: string, world: World): boolean {
  if (name === undefined) return !world.isPodAt(address);
  const pod = world.pod(namespace, name);
  return pod === undefined || (uid !== undefined && pod.metadata.uid !== uid) || isEnding(pod);
}

/**
 * A pod that its EndpointSlice still names is ending, not ready by the word of its kubelet, or has another port; of one that no
 * EndpointSlice names any more, the pod itself says it.
 */
function byPods({ namespace, service }: Backend, world: World, behind: PodsBehind): Explains {
  const nodes = new Map(world.nodes().map((node) => [node.metadata.name, node]));
  const endpoints = new Map(
    world
      .slices(namespace, service)
      .flatMap((slice) => slice.endpoints ?? [])
      .flatMap((endpoint) => endpoint.addresses.map((address) => [address, endpoint] as const)),
  );
  return (target) => {
    const endpoint = endpoints.get(target.id);
    if (endpoint === undefined) {
      const pod = behind.get(keyOfTarget(target));
      return pod !== undefined && hasLeft(pod, target.id, namespace, world);
    }
    return endpoint.conditions?.terminating === true || !isUnheard(nodes.get(endpoint.nodeName ?? ''));
  };
}

/**
 * Says of targets of one target group, which are no longer among its endpoints, whether that is explained. `behind`: their pods, as
 * far as they were seen.
 */
export function absences(backend: Backend, world: World, behind: PodsBehind): Explains {
  const service = world.service(backend.namespace, backend.service);
  // Whoever takes a Service or its port away wants nothing behind it.
  if (service === undefined || portOf(service, backend.port) === undefined) return always;
  return backend.targetType === 'instance' ? byNodes(world) : byPods(backend, world, behind);
}
