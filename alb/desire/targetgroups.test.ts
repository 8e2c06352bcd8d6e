// Target groups: fields from the Service, health checks, names, and backends that are missing (aws-model 6.1 to 6.3, 13.4).
import { describe, expect, test } from 'vitest';
import type { TargetGroupSpec } from '../../api/aws.ts';
import type { Service } from '../../api/kube.ts';
import { CLUSTER, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';

const UID = '8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60';

function wanted(said: Record<string, string>, one: Service | undefined, backend = 'web:80') {
  const ingresses = [ingress({ said, rules: [rule('', path('/', backend))] })];
  const { resources, problems, backends } = wantedBy({ ingresses, services: one === undefined ? [] : [one] });
  const specs = resources.flatMap((found) => (found.kind === 'targetGroup' ? [found.spec] : []));
  const actions = resources.flatMap((found) => (found.kind === 'rule' ? found.spec.actions : []));
  return { specs, actions, backends, codes: problems.map(({ problem }) => problem.code) };
}

const ip = { 'target-type': 'ip' };
const port = (more: object): Service =>
  service('web', 'shop', {}, { ports: [{ name: 'http', port: 80, ...more }] });

describe('port and type', () => {
  test.each<[string, Record<string, string>, Service, Partial<TargetGroupSpec>]>([
    ['nodes: the node port', {}, service(), { targetType: 'instance', port: 30080 }],
    ['pods: a numeric target port', ip, service(), { targetType: 'ip', port: 8080 }],
    ['pods: 1 for a named target port', ip, port({ targetPort: 'web' }), { port: 1 }],
    ['pods: the port itself without a target port', ip, port({}), { port: 80 }],
    [
      'IPv6 behind both families',
      { ...ip, 'ip-address-type': 'dualstack' },
      service('web', 'shop', {}, { ipFamilies: ['IPv4', 'IPv6'] }),
      { ipAddressType: 'ipv6' },
    ],
    [
      'both families behind IPv4',
      ip,
      service('web', 'shop', {}, { ipFamilies: ['IPv6', 'IPv4'] }),
      { ipAddressType: 'ipv4' },
    ],
    [
      'the Service wins over the Ingress',
      ip,
      service('web', 'shop', { 'target-type': 'instance' }),
      { targetType: 'instance' },
    ],
  ])('%s', (_, said, one, expected) => {
    expect(wanted(said, one).specs).toMatchObject([expected]);
  });
});

describe('health check (aws-model 6.3)', () => {
  const check = (said: Record<string, string>, one = service()) => wanted(said, one).specs[0]?.healthCheck;
  test('defaults', () => {
    expect(check({})).toEqual({
      port: 'traffic-port',
      protocol: 'HTTP',
      path: '/',
      intervalSeconds: 15,
      timeoutSeconds: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: '200',
    });
  });
  test('of GRPC', () => {
    const said = { 'backend-protocol-version': 'GRPC', 'listen-ports': '[{"HTTPS":443}]' };
    const facts = {
      certificatesFor: () => ({ value: ['arn:aws:acm:us-west-2:123456789012:certificate/one'] }),
    };
    const { resources } = wantedBy(
      { ingresses: [ingress({ said })], services: [service()] },
      undefined,
      facts,
    );
    const spec = resources.find(({ kind }) => kind === 'targetGroup')?.spec;
    expect(spec).toMatchObject({
      protocolVersion: 'GRPC',
      healthCheck: { path: '/AWS.ALB/healthcheck', matcher: '12' },
    });
  });
  test.each([
    ['a number', {}, '8081', '8081'],
    ['a number as AWS keeps it', {}, '+08081', '8081'],
    ['a name, for nodes', {}, 'http', '30080'],
    ['a name, for pods', ip, 'http', '8080'],
    ['traffic-port', ip, 'traffic-port', 'traffic-port'],
    ['a name that no port has', {}, 'admin', 'traffic-port'],
  ])('port: %s', (_, said, text, expected) => {
    const one = service('web', 'shop', { 'healthcheck-port': text });
    expect(check(said, one)?.port).toBe(expected);
  });
  test('protocol follows the backend protocol unless it is said', () => {
    expect(check({ 'backend-protocol': 'HTTPS' })?.protocol).toBe('HTTPS');
    expect(check({ 'backend-protocol': 'HTTPS', 'healthcheck-protocol': 'HTTP' })?.protocol).toBe('HTTP');
  });
});

describe('names (aws-model 13.4)', () => {
  const named = (
    group: string | undefined,
    said: Record<string, string>,
    text: string,
    spec: Service['spec'],
    name = 'cart',
  ) => {
    const one = ingress({
      ingress: 'storefront',
      namespace: 'web',
      said: { ...said, ...(group === undefined ? {} : { 'group.name': group }) },
      rules: [rule('www.example.com', path('/', text))],
    });
    const cart = service(name, 'web', {}, spec);
    const services = [{ ...cart, metadata: { ...cart.metadata, uid: UID } }];
    const prod = { ...CLUSTER, name: 'prod-eks' };
    const facts = {
      cluster: prod,
      certificatesFor: () => ({ value: ['arn:aws:acm:us-west-2:123456789012:certificate/one'] }),
    };
    const { resources } = wantedBy({ ingresses: [one], services }, undefined, facts);
    return resources.flatMap((found) => (found.kind === 'targetGroup' ? [found.spec.name] : []));
  };
  const ports = (targetPort: number | string) => ({
    ports: [{ name: 'http', port: 80, targetPort, nodePort: 30080 }],
  });
  const secure = { 'listen-ports': '[{"HTTPS":443}]' };
  test.each([
    ['T1', named(undefined, {}, 'cart:80', ports(8080)), 'k8s-web-cart-ff25c8721e'],
    ['T2', named(undefined, ip, 'cart:80', ports(8080)), 'k8s-web-cart-3a339ce518'],
    ['T3', named(undefined, ip, 'cart:http', ports('web')), 'k8s-web-cart-cc50697acf'],
    [
      'T4',
      named(
        undefined,
        { ...ip, ...secure, 'backend-protocol': 'HTTPS', 'backend-protocol-version': 'HTTP2' },
        'cart:http',
        ports(8080),
      ),
      'k8s-web-cart-84443d4402',
    ],
    [
      'T5',
      named(
        'shared-public',
        { ...ip, ...secure, 'backend-protocol-version': 'GRPC' },
        'cart-service-backend:80',
        ports(8080),
        'cart-service-backend',
      ),
      'k8s-web-cartserv-0b6372d705',
    ],
  ])('%s', (_, names, expected) => {
    expect(names).toEqual([expected]);
  });
});

describe('what is missing is answered 503', () => {
  test.each([
    ['a Service', undefined, 'web:80', 'ServiceNotFound', 'Backend service does not exist'],
    ['a port', service(), 'web:81', 'ServicePortNotFound', 'Backend service port does not exist'],
    [
      'a node port',
      service('web', 'shop', {}, { type: 'ClusterIP', ports: [{ port: 80 }] }),
      'web:80',
      'NodePortMissing',
      'Backend service port does not exist',
    ],
    [
      'an address that a load balancer of IPv4 reaches',
      service('web', 'shop', {}, { ipFamilies: ['IPv6'] }),
      'web:80',
      'Contradiction',
      'Backend service port does not exist',
    ],
  ])('%s', (_, one, backend, code, messageBody) => {
    const { specs, actions, codes } = wanted({}, one, backend);
    expect(specs).toEqual([]);
    expect(actions).toEqual([
      { type: 'fixed-response', statusCode: '503', contentType: 'text/plain', messageBody },
    ]);
    expect(codes).toContain(code);
  });
});

test('the same reference twice is one target group; by name and by number are two', () => {
  const paths = [path('/a', 'web:80'), path('/b', 'web:80'), path('/c', 'web:http')];
  const { backends } = wantedBy({
    ingresses: [ingress({ rules: [rule('', ...paths)] })],
    services: [service()],
  });
  expect(backends.map(({ id }) => id)).toEqual([
    'targetGroup/shop/web/web:80',
    'targetGroup/shop/web/web:http',
  ]);
});

test('attributes are those of the Service as a whole where it says any, as AWS keeps them', () => {
  const ofIngress = { 'target-group-attributes': 'slow_start.duration_seconds=30' };
  const ofService = {
    'target-group-attributes': 'stickiness.enabled=True,deregistration_delay.timeout_seconds=060',
  };
  const attributes = (said: Record<string, string>, one: Service) => wanted(said, one).specs[0]?.attributes;
  expect(attributes(ofIngress, service('web', 'shop', ofService))).toEqual({
    'stickiness.enabled': 'true',
    'deregistration_delay.timeout_seconds': '60',
  });
  expect(attributes(ofIngress, service('web', 'shop', { 'target-group-attributes': '' }))).toEqual({});
});

test('a target group is shared where Ingress or Service say so', () => {
  const shared = (said: string, ofService: string) => {
    const name = 'multi-cluster-target-group';
    return wanted({ [name]: said }, service('web', 'shop', { [name]: ofService })).backends[0]?.shared;
  };
  expect([shared('true', 'false'), shared('false', 'true'), shared('false', 'false')]).toEqual([
    true,
    true,
    undefined,
  ]);
});

test('ports that the load balancer must reach', () => {
  const reach = (said: Record<string, string>, one = service()) =>
    wanted(said, one).backends.map((backend) => backend.reach);
  expect(reach({})).toEqual([[30080]]);
  expect(reach(ip)).toEqual([[8080]]);
  expect(reach(ip, port({ targetPort: 'web' }))).toEqual([['web']]);
  expect(reach({ ...ip, 'healthcheck-port': '9000' })).toEqual([[8080, 9000]]);
});
