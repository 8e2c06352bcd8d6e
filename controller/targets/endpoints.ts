// Endpoints: which targets a target group should have, from EndpointSlices or nodes (aws-model 6.4, 6.5). Pure.

import type { Backend } from '../../alb/desire/desiring.ts';
import type { EndpointSlice, Node, Service, ServicePort } from '../../api/kube.ts';

export interface Target {
  readonly id: string;
  readonly port: number;
  readonly node: string;
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

/** Nodes that may take traffic and have all `labels`, ready or not. */
export function chosenNodes(nodes: readonly Node[], labels: Readonly<Record<string, string>> = {}): Node[] {
  const wanted = Object.entries(labels);
  return nodes.filter(
    (node) => takesTraffic(node) && wanted.every(([label, value]) => node.metadata.labels?.[label] === value),
  );
}

/**
 * Ready nodes that take traffic and have all `labels`; when none is ready, those whose readiness is unknown (gate
 * EndpointsFailOpen).
 */
export function servingNodes(nodes: readonly Node[], labels?: Readonly<Record<string, string>>): Node[] {
  const fit = chosenNodes(nodes, labels).filter((node) => instanceOf(node) !== undefined);
  const ready = fit.filter((node) => readiness(node) === 'True');
  return ready.length > 0 ? ready : fit.filter((node) => readiness(node) === 'Unknown');
}

export function portOf(service: Service, reference: number | string): ServicePort | undefined {
  return service.spec?.ports?.find(({ name, port }) =>
    typeof reference === 'number' ? port === reference : name === reference,
  );
}

function nodeTargets(port: ServicePort, nodes: readonly Node[], labels: Backend['nodeLabels']): Target[] {
  const { nodePort } = port;
  if (nodePort === undefined || nodePort === 0) return [];
  return servingNodes(nodes, labels).flatMap((node) => {
    const id = instanceOf(node);
    return id === undefined ? [] : [{ id, port: nodePort, node: node.metadata.name }];
  });
}

/** Pods behind a Service port, ready or not. */
function podsOf(
  port: ServicePort,
  slices: readonly EndpointSlice[],
  family: 'ipv4' | 'ipv6',
): { readonly target: Target; readonly ready: boolean }[] {
  const wanted = family === 'ipv6' ? 'IPv6' : 'IPv4';
  return slices
    .filter(({ addressType }) => addressType === wanted)
    .flatMap((slice) =>
      (slice.ports ?? [])
        // A Service port without a name takes whatever port its endpoints have (aws-model 6.5).
        .filter(({ name }) => (port.name ?? '') === '' || name === port.name)
        .flatMap(({ port: number }) =>
          (slice.endpoints ?? [])
            .filter(({ targetRef }) => targetRef?.kind === 'Pod')
            .flatMap(({ addresses: [id], nodeName = '', conditions }) =>
              id === undefined || number === undefined
                ? []
                : [{ target: { id, port: number, node: nodeName }, ready: conditions?.ready ?? true }],
            ),
        ),
    );
}

/**
 * Ready pods; when there is none, those on nodes that nobody hears of any more: a cluster that lost its nodes, and not its
 * pods, goes on serving (gate EndpointsFailOpen).
 */
function podTargets(
  pods: readonly { readonly target: Target; readonly ready: boolean }[],
  nodes: () => readonly Node[],
): Target[] {
  const ready = pods.filter((pod) => pod.ready);
  if (ready.length > 0 || pods.length === 0) return distinct(ready);
  const unheard = new Set(
    nodes().flatMap((node) => (readiness(node) === 'Unknown' ? node.metadata.name : [])),
  );
  return distinct(pods.filter(({ target }) => unheard.has(target.node)));
}

const distinct = (pods: readonly { readonly target: Target }[]): Target[] => [
  ...new Map(pods.map(({ target }) => [keyOfTarget(target), target])).values(),
];

export interface World {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  nodes(): readonly Node[];
}

/** The targets that one target group should have now. None when its Service or port is gone. */
export function endpointsOf(backend: Backend, world: World): Target[] {
  const service = world.service(backend.namespace, backend.service);
  const port = service === undefined ? undefined : portOf(service, backend.port);
  if (port === undefined) return [];
  if (backend.targetType === 'instance') return nodeTargets(port, world.nodes(), backend.nodeLabels);
  const pods = podsOf(port, world.slices(backend.namespace, backend.service), backend.ipAddressType);
  return podTargets(pods, () => world.nodes());
}
