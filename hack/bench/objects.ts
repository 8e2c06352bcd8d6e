// What the benchmarks apply: one app, and Ingresses in instance mode that lead to it.

const LABELS = { app: 'app' };

/** A Deployment of one pod with a NodePort Service. */
export function apps(): object[] {
  const container = { name: 'app', image: 'app', ports: [{ containerPort: 8080 }] };
  const template = { metadata: { labels: LABELS }, spec: { containers: [container] } };
  const spec = { replicas: 1, selector: { matchLabels: LABELS }, template };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' }, spec };
  return [deployment, service('app', { type: 'NodePort', selector: LABELS })];
}

/** A Service with the port `http`; without a selector its endpoints are somebody's to write. */
export function service(name: string, spec: object): object {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ...spec, ports } };
}

/** The endpoints of the Service `direct`: so many pods more than one. */
export function slice(more: number) {
  const endpoints = Array.from({ length: more + 1 }, (_, at) => ({
    addresses: [`10.0.101.${at + 1}`],
    conditions: { ready: true },
    nodeName: 'node-b',
    targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${at}` },
  }));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'direct', labels: { 'kubernetes.io/service-name': 'direct' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}

/** An Ingress with a load balancer of its own. */
export function ingress(
  name: string,
  { paths = ['/'], service = 'app', targetType = 'instance', said = {} } = {},
): object {
  const backend = { service: { name: service, port: { name: 'http' } } };
  const http = { paths: paths.map((path) => ({ path, pathType: 'Prefix', backend })) };
  const all = Object.entries({ 'target-type': targetType, ...said });
  const annotations = Object.fromEntries(
    all.map(([annotation, value]) => [`alb.ingress.kubernetes.io/${annotation}`, value]),
  );
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: { ingressClassName: 'alb', rules: [{ http }] },
  };
}
