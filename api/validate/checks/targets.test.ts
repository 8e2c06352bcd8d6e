// Services that rules forward to: what is doubtful about them, and that long texts are looked at once for all paths.
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../../annotation.ts';
import { readIngress } from '../../ingress/read.ts';
import type { Ingress, IngressBackend, Service } from '../../kube.ts';

type Texts = Readonly<Record<string, string>>;

const keyed = (said: Texts) =>
  Object.fromEntries(Object.entries(said).map(([key, text]) => [PREFIX + key, text]));

function problems(said: Texts, ofService: Partial<Service['spec']> & { said?: Texts } = {}, paths = 1) {
  const { said: ofTheirs = {}, ...spec } = ofService;
  const service: Service = {
    metadata: { name: 'web', namespace: 'shop', annotations: keyed(ofTheirs) },
    spec: { type: 'ClusterIP', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const all = Array.from({ length: paths }, (_, i) => ({ path: `/${i}`, pathType: 'Exact', backend }));
  const annotations = keyed({ 'group.name': 'shop', 'listen-ports': '[{"HTTPS":443}]', ...said });
  const ingress: Ingress = {
    metadata: { name: 'store', namespace: 'shop', annotations },
    spec: { rules: [{ host: 'www.example.com', http: { paths: all } }] },
  };
  const options = { defaultTargetType: 'ip', defaultScheme: 'internal' } as const;
  return readIngress(ingress, { service: () => service, options }).problems.map(
    ({ severity, code, path, because }) =>
      `${severity} ${code} ${path.replace(`metadata.annotations[${PREFIX}`, '[')} ${because ?? ''}`,
  );
}

const GRPC = { 'backend-protocol-version': 'GRPC' };
const CERTIFIED = {
  'certificate-arn': 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012',
};

test.each<[string, Texts, Parameters<typeof problems>[1], string]>([
  ['no pods behind it', {}, { type: 'ExternalName' }, 'warn UnsupportedBackend spec.rules[0]'],
  ['an empty selector', {}, { selector: {} }, 'warn NoTargets spec.rules[0].http.paths[0].backend.service'],
  ['a path that is no gRPC method', { ...GRPC, 'healthcheck-path': '/live' }, {}, 'warn InvalidFormat [he'],
  ['default timeout', { 'healthcheck-interval-seconds': '5' }, {}, 'refuse Contradiction [healthcheck-int'],
  ['default interval', { 'healthcheck-timeout-seconds': '15' }, {}, 'refuse Contradiction [healthcheck-tim'],
  [
    'the Service says half of it',
    { 'healthcheck-interval-seconds': '10' },
    { said: { 'healthcheck-timeout-seconds': '10' } },
    'warn Contradiction [healthcheck-tim',
  ],
  [
    'a count that lies above the default of the other',
    {
      'target-group-attributes':
        'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count=2',
    },
    {},
    'warn InvalidFormat [target-group-attributes]',
  ],
  [
    'a cookie that cannot be',
    { 'target-group-attributes': 'stickiness.app_cookie.cookie_name=a b' },
    {},
    'warn InvalidFormat [target-group-attributes]',
  ],
])('%s', (_, said, ofService, expected) => {
  expect(problems(said, ofService)).toEqual([expect.stringContaining(expected)]);
});

test('nodes are targets without a selector', () => {
  const ports = [{ port: 80, nodePort: 30080 }];
  expect(problems({ 'target-type': 'instance' }, { type: 'NodePort', selector: {}, ports })).toEqual([]);
});

test('a method and a timeout below the interval are fine', () => {
  expect(problems({ ...GRPC, 'healthcheck-path': '/shop.Health/Check' })).toEqual([]);
  expect(problems({ 'healthcheck-interval-seconds': '6' })).toEqual([]);
});

test('many paths to a Service with a long text are judged in the time of both', () => {
  const start = process.cpuUsage();
  const codes = Array.from({ length: 50_000 }, () => '200').join(',');
  expect(problems({ 'success-codes': `${codes},500` }, {}, 3000).join()).toContain('refuse OutOfRange');
  // Microseconds of our own, so that a busy machine changes nothing.
  expect(process.cpuUsage(start).user).toBeLessThan(20_000_000);
});

describe('GRPC on a listener of plain HTTP', () => {
  const both = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
  const toHttps = {
    'actions.go':
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}',
  };
  const severities = (said: Texts, hosts: readonly (string | undefined)[]) => {
    const go = { service: { name: 'go', port: { name: 'use-annotation' } } };
    const web = { service: { name: 'web', port: { number: 80 } } };
    const all = (backend: IngressBackend) => ({ paths: [{ path: '/', pathType: 'Prefix', backend }] });
    const service: Service = {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { ports: [{ port: 80 }] },
    };
    const ingress: Ingress = {
      metadata: {
        name: 'store',
        namespace: 'shop',
        annotations: keyed({ ...CERTIFIED, ...GRPC, ...both, ...said }),
      },
      spec: {
        rules: [
          ...hosts.map((host) => ({ ...(host === undefined ? {} : { host }), http: all(go) })),
          { host: 'www.example.com', http: all(web) },
        ],
      },
    };
    const options = { defaultTargetType: 'ip', defaultScheme: 'internal' } as const;
    return readIngress(ingress, { service: () => service, options })
      .problems.filter(({ path }) => path.includes('backend-protocol-version'))
      .map(({ severity }) => severity);
  };

  test('is refused: AWS does not forward it there', () => {
    expect(severities({}, [])).toEqual(['refuse']);
    expect(severities(toHttps, ['shop.example.com'])).toEqual(['refuse']);
  });

  test('is fine behind a redirect of everything, by ssl-redirect or by an action', () => {
    expect(severities({ 'ssl-redirect': '443' }, [])).toEqual([]);
    expect(severities(toHttps, [undefined])).toEqual([]);
    expect(severities(toHttps, ['www.example.com'])).toEqual([]);
  });
});

test('several targets of which one is sticky are judged only where a backend names the action', () => {
  const split = {
    'target-group-attributes': 'stickiness.enabled=true',
    'actions.split':
      '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"weight":1},{"serviceName":"new","servicePort":80,"weight":1}]}}',
  };
  expect(problems(split).filter((one) => one.startsWith('refuse'))).toEqual([]);
});
