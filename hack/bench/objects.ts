// What the benchmarks apply: one app, and Ingresses in instance mode that lead to it.

const LABELS = { app: 'app' };

/** A Deployment of one pod with a NodePort Service, and a second Service for ip mode. */
export function apps(): object[] {
  const container = { name: 'app', image: 'app', ports: [{ containerPort: 8080 }] };
  const template = { metadata: { labels: LABELS }, spec: { containers: [container] } };
  const spec = { replicas: 1, selector: { matchLabels: LABELS }, template };
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' }, spec },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' }, spec: { type: 'NodePort', selector: LABELS, ports } },
  ];
}

/** An Ingress with a load balancer of its own. */
export function ingress(name: string, { paths = ['/'], targetType = 'instance' } = {}): object {
  const backend = { service: { name: 'app', port: { name: 'http' } } };
  const http = { paths: paths.map((path) => ({ path, pathType: 'Prefix', backend })) };
  const annotations = { 'alb.ingress.kubernetes.io/target-type': targetType };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: { ingressClassName: 'alb', rules: [{ http }] },
  };
}
