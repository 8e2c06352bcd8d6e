// The Ingresses that the admission benchmark asks about, and the reviews that ask.
import type { Ingress } from '../../api/kube.ts';

type Annotations = Readonly<Record<string, string>>;

function ingress(name: string, annotations: Annotations, paths: readonly string[]): Ingress {
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    `alb.ingress.kubernetes.io/${key}`,
    value,
  ]);
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'shop', annotations: Object.fromEntries(prefixed) },
    spec: {
      ingressClassName: 'alb',
      rules: [
        {
          host: 'shop.example.com',
          http: { paths: paths.map((path) => ({ path, pathType: 'Prefix', backend })) },
        },
      ],
    },
  };
}

/** One path and the annotation that almost everybody has. No two numbers give the same Ingress. */
export const plain = (at: number, more: Annotations = {}): Ingress =>
  ingress(`plain-${at}`, { scheme: 'internal', ...more }, [`/plain-${at}`]);

/** The member of the large group with this number. */
export const member = (at: number): Ingress =>
  ingress(`member-${at}`, { 'group.name': 'fleet', 'group.order': String(at % 100), scheme: 'internal' }, [
    `/m${at}`,
  ]);

const CERTIFICATE = 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012';

/** Thirty annotations, with `group.name` thirty-one, and twenty paths. No two numbers give the same Ingress. */
export const rich = (at: number, more: Annotations = {}): Ingress => {
  const own = { 'healthcheck-path': `/live-${at}`, tags: `team=shop,stage=production,number=${at}` };
  const paths = Array.from({ length: 20 }, (_, part) => `/part-${part}/of-${at}`);
  return ingress(`rich-${at}`, { ...THIRTY, ...own, ...more }, paths);
};

const THIRTY: Annotations = {
  scheme: 'internal',
  subnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
  'group.order': '7',
  'load-balancer-attributes': 'idle_timeout.timeout_seconds=120,routing.http2.enabled=true',
  tags: 'team=shop,stage=production',
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE,
  'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
  'listener-attributes.HTTPS-443': 'routing.http.response.server.enabled=false',
  'listener-attributes.HTTP-80': 'routing.http.response.server.enabled=false',
  'inbound-cidrs': '10.0.0.0/8,192.168.0.0/16',
  'ip-address-type': 'ipv4',
  'target-type': 'ip',
  'backend-protocol': 'HTTP',
  'backend-protocol-version': 'HTTP1',
  'target-group-attributes': 'deregistration_delay.timeout_seconds=30,slow_start.duration_seconds=30',
  'healthcheck-port': 'traffic-port',
  'healthcheck-protocol': 'HTTP',
  'healthcheck-path': '/live',
  'healthcheck-interval-seconds': '10',
  'healthcheck-timeout-seconds': '4',
  'healthy-threshold-count': '3',
  'unhealthy-threshold-count': '3',
  'success-codes': '200-299',
  'auth-type': 'cognito',
  'auth-idp-cognito':
    '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_abcdefghi","userPoolClientID":"client","userPoolDomain":"shop"}',
  'auth-scope': 'openid email',
  'auth-session-timeout': '3600',
  'conditions.web':
    '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x-shop","values":["one","two"]}}]',
  'transforms.web':
    '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[{"regex":"^/part-([0-9]+)/(.*)$","replace":"/$2"}]}}]',
};

/** The review of an Ingress that is created, or would be, as the API server sends it (Kubernetes: Dynamic Admission Control). */
export function review(object: Ingress, dryRun: boolean): string {
  const { name, namespace } = object.metadata;
  const kind = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' };
  const resource = { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' };
  const request = {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name,
    namespace,
    operation: 'CREATE',
    userInfo: { username: 'jane', groups: ['developers', 'system:authenticated'] },
    object,
    oldObject: null,
    dryRun,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', ...(dryRun ? { dryRun: ['All'] } : {}) },
  };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}
