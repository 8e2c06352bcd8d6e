// What scenarios apply: small Deployments, Services and Ingresses as objects, with as few words as possible.

export const ALB = 'alb.ingress.kubernetes.io/';

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export const namespace = (name: string): Named => ({ kind: 'Namespace', metadata: { name }, ...api('v1') });

const api = (apiVersion: string) => ({ apiVersion });

export interface AppOptions {
  readonly replicas?: number;
  readonly type?: 'ClusterIP' | 'NodePort';
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Deployment of pods that listen on 8080 and say who they are, and its Service of port 80. */
export const app = (of: string, name: string, options: AppOptions = {}): Named[] => [
  deployment(of, name, options.replicas ?? 1),
  service(of, name, options),
];

export function deployment(of: string, name: string, replicas: number): Named {
  const labels = { app: name };
  const container = { name, image: 'shop:1', ports: [{ containerPort: 8080, name: 'http' }] };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { ...api('apps/v1'), kind: 'Deployment', metadata: { name, namespace: of }, ...{ spec } };
}

export function service(
  of: string,
  name: string,
  { type = 'NodePort', annotations = {} }: AppOptions = {},
): Named {
  const spec = { type, selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }] };
  return {
    ...api('v1'),
    kind: 'Service',
    metadata: { name, namespace: of, ...{ annotations } },
    ...{ spec },
  };
}

/** `'/cart Prefix' → 'cart:80'`; without a type the path is a Prefix. */
export type Paths = Readonly<Record<string, string>>;

export interface IngressOptions {
  /** Annotations without their prefix. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Host (`''` for none) → its paths. */
  readonly hosts: Readonly<Record<string, Paths>>;
  /** `alb` unless told. */
  readonly className?: string;
}

export function ingress(
  of: string,
  name: string,
  { annotations = {}, hosts, className = 'alb' }: IngressOptions,
): Named {
  const prefixed = Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`${ALB}${key}`, value]),
  );
  const rules = Object.entries(hosts).map(([host, paths]) => ({
    ...(host === '' ? {} : { host }),
    http: { paths: Object.entries(paths).map(([path, backend]) => pathOf(path, backend)) },
  }));
  const spec = { ingressClassName: className, rules };
  return {
    ...api('networking.k8s.io/v1'),
    kind: 'Ingress',
    metadata: { name, namespace: of, ...{ annotations: prefixed } },
    ...{ spec },
  };
}

function pathOf(written: string, backend: string): object {
  const [path = '/', pathType = 'Prefix'] = written.split(' ');
  const [name = '', port = '80'] = backend.split(':');
  const named = port === 'use-annotation' || Number.isNaN(Number(port));
  return {
    path,
    pathType,
    backend: { service: { name, port: named ? { name: port } : { number: Number(port) } } },
  };
}
