// Endpoints: which targets a target group should have, from EndpointSlices or nodes (aws-model 6.4, 6.5). Pure.

import type { Backend } from '../../alb/desire/desiring.ts';
import { CONTAINERS_READY, holds, needsTargetsOnly } from '../../alb/readiness-gates.ts';
import { defined } from '../../api/defined.ts';
import type { EndpointSlice, Node, Pod, Service, ServicePort } from '../../api/kube.ts';
import { type LabelSelector, selects } from '../../api/validate/selector.ts';
import { isEnding } from './pod-index.ts';

export interface Target {
  readonly id: string;
  readonly port: number;
  readonly node: string;
  /** Name of the pod behind an ip target. */
  readonly pod?: string;
  /** Of its pod. */
  readonly uid?: string;
}

export const keyOfTarget = ({ id, port }: Pick<Target, 'id' | 'port'>): string => `${id}:${port}`;

/** The instance id at the end of a provider id, or undefined for a node that is no EC2 instance. */
export function instanceOf(node: Node): string | undefined {
  const last = node.spec?.providerID?.split('/').at(-1);
  return last !== undefined && /^i-[^/]+$/.test(last) ? last : undefined;
}

const EXCLUDING_LABELS = [
  'node-role.kubernetes.io/master',
  'node.kubernetes.io/exclude-from-external-load-balancers',
  'alpha.service-controller.kubernetes.io/exclude-balancer',
];

function takesTraffic(node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (EXCLUDING_LABELS.some((label) => label in labels)) return false;
  if (labels['eks.amazonaws.com/compute-type'] === 'fargate') return false;
  const taints = node.spec?.taints ?? [];
  return !taints.some(
    ({ key, effect }) =>
      key === 'ToBeDeletedByClusterAutoscaler' ||
      (key === 'karpenter.sh/disrupted' && effect === 'NoSchedule'),
  );
}

export const readiness = (node: Node): string | undefined =>
  node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;

/** Nodes that may take traffic and that `selector` selects, ready or not. */
export const chosenNodes = (nodes: readonly Node[], selector: LabelSelector = {}): Node[] =>
  nodes.filter((node) => takesTraffic(node) && selects(selector, node.metadata.labels ?? {}) === true);

/** Which nodes are registered. */
export const nodesOf = ({ nodeLabels, nodeRequirements }: Backend): LabelSelector =>
  defined({ matchLabels: nodeLabels, matchExpressions: nodeRequirements });

/**
 * Ready nodes that take traffic and that `selector` selects; when none is ready, those whose readiness is unknown (gate
 * EndpointsFailOpen).
 */
export function servingNodes(nodes: readonly Node[], selector?: LabelSelector): Node[] {
  const fit = chosenNodes(nodes, selector).filter((node) => instanceOf(node) !== undefined);
  const ready = fit.filter((node) => readiness(node) === 'True');
  return ready.length > 0 ? ready : fit.filter((node) => readiness(node) === 'Unknown');
}

export function portOf(service: Service, reference: number | string): ServicePort | undefined {
  return service.spec?.ports?.find(({ name, port }) =>
    typeof reference === 'number' ? port === reference : name === reference,
  );
}

function nodeTargets(port: ServicePort, nodes: readonly Node[], selector: LabelSelector): Target[] {
  const { nodePort } = port;
  if (nodePort === undefined || nodePort === 0) return [];
  return servingNodes(nodes, selector).flatMap((node) => {
    const id = instanceOf(node);
    return id === undefined ? [] : [{ id, port: nodePort, node: node.metadata.name }];
  });
}

/** An address behind a Service port that is a pod's. */
interface PodEndpoint {
  readonly target: Target;
  /** As the EndpointSlice says. */
  readonly ready: boolean;
  /** It gets no new requests any more. */
  readonly ending: boolean;
  /** As it is known; undefined while nothing was told of it. */
  readonly pod: Pod | undefined;
}

/** Address types of EndpointSlices. */
const FAMILIES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

/** The pod of an endpoint, unless the one that is known under its name is another one. */
function podOf({ targetRef }: Endpoint, namespace: string, world: Pick<World, 'pod'>): Pod | undefined {
  const { name, uid } = targetRef ?? {};
  const known = name === undefined ? undefined : world.pod(namespace, name);
  return uid === undefined || known?.metadata.uid === uid ? known : undefined;
}

/** Pods behind a Service port, ready or not. */
function podEndpoints(
  port: ServicePort,
  { namespace, service, ipAddressType }: Backend,
  world: Pick<World, 'slices' | 'pod'>,
): PodEndpoint[] {
  return world
    .slices(namespace, service)
    .filter(({ addressType }) => addressType === FAMILIES[ipAddressType])
    .flatMap((slice) =>
      (slice.ports ?? [])
        // A Service port without a name takes whatever port its endpoints have (aws-model 6.5).
        .filter(({ name }) => (port.name ?? '') === '' || name === port.name)
        .flatMap(({ port: number }) =>
          (slice.endpoints ?? [])
            .filter(({ targetRef }) => targetRef?.kind === 'Pod')
            .flatMap((endpoint): PodEndpoint[] => {
              const { addresses, nodeName = '', conditions, targetRef } = endpoint;
              const [id] = addresses;
              if (id === undefined || number === undefined) return [];
              const pod = podOf(endpoint, namespace, world);
              const ending = conditions?.terminating === true || (pod !== undefined && isEnding(pod));
              const target = {
                id,
                port: number,
                node: nodeName,
                ...defined({ pod: targetRef?.name, uid: targetRef?.uid }),
              };
              return [{ target, ready: conditions?.ready ?? true, ending, pod }];
            }),
        ),
    );
}

const nodesWhere = (nodes: readonly Node[], status: string): ReadonlySet<string> =>
  new Set(nodes.flatMap((node) => (readiness(node) === status ? node.metadata.name : [])));

/**
 * Pods that are ready, and those that lack nothing but the health of their target, on nodes that are ready: registered they are
 * checked, and so become ready. Who ends gets no new requests, ready or not. When nobody is left, those on nodes that nobody hears
 * of any more, also if they are to end there: a cluster that lost its nodes, and not its pods, goes on serving (gate
 * EndpointsFailOpen).
 */
function podTargets(all: readonly PodEndpoint[], nodes: () => readonly Node[]): Target[] {
  const staying = all.filter(({ ending }) => !ending);
  const gated = staying.filter(({ ready, pod }) => !ready && pod !== undefined && needsTargetsOnly(pod));
  const heard = gated.length === 0 ? undefined : nodesWhere(nodes(), 'True');
  const serving = [
    ...staying.filter(({ ready }) => ready),
    ...gated.filter(({ target }) => heard?.has(target.node) === true),
  ];
  if (serving.length > 0 || all.length === 0) return distinct(serving);
  const unheard = nodesWhere(nodes(), 'Unknown');
  return distinct(
    all.filter(
      ({ pod, target }) => unheard.has(target.node) && (pod === undefined || holds(pod, CONTAINERS_READY)),
    ),
  );
}

const distinct = (pods: readonly { readonly target: Target }[]): Target[] => [
  ...new Map(pods.map(({ target }) => [keyOfTarget(target), target])).values(),
];

export interface World {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  /** One that runs, or that is gone while an EndpointSlice still names it. */
  pod(namespace: string, name: string): Pod | undefined;
  /** Whether a pod that runs and does not end has the address. */
  isPodAt(address: string): boolean;
  nodes(): readonly Node[];
}

/** The targets that one target group should have now. None when its Service or port is gone. */
export function endpointsOf(backend: Backend, world: World): Target[] {
  const service = world.service(backend.namespace, backend.service);
  const port = service === undefined ? undefined : portOf(service, backend.port);
  if (port === undefined) return [];
  if (backend.targetType === 'instance') return nodeTargets(port, world.nodes(), nodesOf(backend));
  return podTargets(podEndpoints(port, backend, world), () => world.nodes());
}

/**
 * Where one pod is in a target group of ip targets: whether an EndpointSlice of its Service names it, and its targets, which are
 * registered or will be.
 */
export function endpointsOfPod(
  backend: Backend,
  pod: string,
  world: Pick<World, 'service' | 'slices' | 'pod'>,
): { readonly named: boolean; readonly targets: readonly Target[] } {
  const service = world.service(backend.namespace, backend.service);
  const port = service === undefined ? undefined : portOf(service, backend.port);
  const slices = world
    .slices(backend.namespace, backend.service)
    .map((slice) => ({ ...slice, endpoints: (slice.endpoints ?? []).filter(isOf(pod)) }))
    .filter(
      ({ addressType, endpoints }) => addressType === FAMILIES[backend.ipAddressType] && endpoints.length > 0,
    );
  const all = port === undefined ? [] : podEndpoints(port, backend, { slices: () => slices, pod: world.pod });
  return { named: slices.length > 0, targets: distinct(all) };
}

const isOf =
  (pod: string) =>
  ({ targetRef }: Endpoint): boolean =>
    targetRef?.kind === 'Pod' && targetRef.name === pod;
