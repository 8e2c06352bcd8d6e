// Where a target of the load balancer really is. An ip target is a pod; an instance target is a node port, which
// kube-proxy would pass on to the Service's endpoints. Pure lookups in what the kubelet's watches hold.
import type { V1EndpointSlice, V1Node, V1Service } from '@kubernetes/client-node';

/** What a target group registers: an instance id or an IP address, and a port. */
export interface Target {
  readonly id: string;
  readonly port: number;
}

export interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

/** What is known of the cluster at this moment. */
export interface Known {
  readonly nodes: () => readonly V1Node[];
  readonly services: () => readonly V1Service[];
  readonly slices: () => readonly V1EndpointSlice[];
  /** The local port that plays a pod's port, by pod address. */
  readonly podPort: (podIP: string, port: number) => number | undefined;
}

/** Builds the lookup; a node port takes its endpoints in turn. */
export function addressLookup(known: Known): (target: Target) => LocalAddress | undefined {
  const turns = new Map<number, number>();
  return ({ id, port }) => {
    const local = id.startsWith('i-') ? viaNodePort(id, port) : known.podPort(id, port);
    return local === undefined ? undefined : { host: '127.0.0.1', port: local };
  };

  function viaNodePort(instanceId: string, nodePort: number): number | undefined {
    const node = known.nodes().find(({ spec }) => spec?.providerID?.endsWith(`/${instanceId}`));
    if (node === undefined) return undefined;
    const endpoints = endpointsOf(known, node.metadata?.name ?? '', nodePort);
    const turn = turns.get(nodePort) ?? 0;
    turns.set(nodePort, turn + 1);
    const endpoint = endpoints[turn % endpoints.length];
    return endpoint === undefined ? undefined : known.podPort(endpoint.ip, endpoint.port);
  }
}

/**
 * The endpoints a node port leads to, as kube-proxy picks them: the ready ones, else those that still serve while they
 * end (Kubernetes "Virtual IPs and Service Proxies"); only the node's own with externalTrafficPolicy Local.
 */
function endpointsOf(known: Known, node: string, nodePort: number): { ip: string; port: number }[] {
  for (const service of known.services()) {
    const servicePort = service.spec?.ports?.find((port) => port.nodePort === nodePort);
    if (servicePort === undefined) continue;
    const local = service.spec?.externalTrafficPolicy === 'Local';
    const endpoints = known
      .slices()
      .filter((slice) => belongsTo(slice, service))
      .flatMap((slice) => {
        const port = slice.ports?.find(({ name }) => (name ?? '') === (servicePort.name ?? ''))?.port;
        return port === undefined ? [] : (slice.endpoints ?? []).map((endpoint) => ({ ...endpoint, port }));
      })
      .filter((endpoint) => !local || endpoint.nodeName === node);
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
    const used =
      ready.length > 0 ? ready : endpoints.filter(({ conditions }) => conditions?.serving === true);
    return used.map(({ addresses, port }) => ({ ip: addresses[0] ?? '', port }));
  }
  return [];
}

function belongsTo(slice: V1EndpointSlice, service: V1Service): boolean {
  return (
    slice.metadata?.namespace === service.metadata?.namespace &&
    slice.metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name
  );
}
