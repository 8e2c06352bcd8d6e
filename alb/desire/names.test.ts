// The name vectors of aws-model 13, for every name that is given or looked for here.
import { describe, expect, test } from 'vitest';
import { readinessGateOf } from '../readiness-gates.ts';
import {
  backendSecurityGroupName,
  loadBalancerName,
  managedSecurityGroupName,
  multiClusterConfigMap,
  targetGroupName,
} from './names.ts';

const LONG = `${'x'.repeat(10)}-${'y'.repeat(240)}`;

describe('load balancer', () => {
  test.each([
    ['13.1', '', 'awesome-ns/ing-1', 'internet-facing', 'k8s-awesomen-ing1-43b698093c'],
    ['13.1', '', 'explicit-group', 'internal', 'k8s-explicitgroup-5bf9e53c23'],
    ['13.1', 'cluster-dummy', 'ns-1/ing-1', 'internal', 'k8s-ns1-ing1-b7e914000d'],
    ['13.1', 'cluster-dummy', 'ns-1/ing-1', 'internet-facing', 'k8s-ns1-ing1-159dd7a143'],
    ['L1', 'prod-eks', 'web/storefront', 'internet-facing', 'k8s-web-storefro-cef4011b3e'],
    ['L2', 'prod-eks', 'web/storefront', 'internal', 'k8s-web-storefro-827af65cf4'],
    ['L3', 'prod-eks', 'shared-public', 'internet-facing', 'k8s-sharedpublic-e3741ae265'],
    ['L4', 'prod-eks', 'shared-public', 'internal', 'k8s-sharedpublic-5fdb58e85d'],
    [
      'L5',
      'prod-eks',
      'payments-api-v2/checkout.gateway-ingress',
      'internet-facing',
      'k8s-payments-checkout-861680ddc4',
    ],
    ['L6', 'my_cluster.k8s.local', 'default/ing', 'internal', 'k8s-default-ing-6372fceee3'],
    ['L7', 'staging', 'team-a.long-group-name.v2', 'internal', 'k8s-teamalonggroupnam-c255c97d96'],
    ['L8', 'a', 'b/c', 'internal', 'k8s-b-c-4d1a38db9b'],
    ['L9', 'ab', 'c', 'internal', 'k8s-c-ddfd9dae68'],
  ] as const)('%s', (_, cluster, group, scheme, name) => {
    expect(loadBalancerName(cluster, group, scheme)).toBe(name);
  });
});

describe('security group', () => {
  test.each([
    ['13.1', 'cluster-dummy', 'ns-1/ing-1', 'k8s-ns1-ing1-bd83176788'],
    ['S1', 'prod-eks', 'web/storefront', 'k8s-web-storefro-27a8739ea2'],
    ['S2', 'prod-eks', 'shared-public', 'k8s-sharedpublic-8fd6c488cf'],
    ['S3', 'my_cluster.k8s.local', 'default/ing', 'k8s-default-ing-d0770a7a7e'],
    ['S4', 'prod-eks', 'payments-api-v2/checkout.gateway-ingress', 'k8s-payments-checkout-ff4046b3eb'],
  ])('managed, %s', (_, cluster, group, name) => {
    expect(managedSecurityGroupName(cluster, group)).toBe(name);
  });
  test.each([
    ['13.1', 'testCluster', 'k8s-traffic-testCluster-411a1bcdb1'],
    ['S5', 'prod-eks', 'k8s-traffic-prodeks-e91bc47b4a'],
    ['S6', 'my_cluster.k8s.local', 'k8s-traffic-myclusterk8slocal-e52bf659f4'],
    ['S7', 'a-b', 'k8s-traffic-ab-d44362d67d'],
    ['S8', LONG, `k8s-traffic-${'x'.repeat(10)}${'y'.repeat(222)}-5ccd96e94b`],
  ])('of the cluster, %s', (_, cluster, name) => {
    expect(backendSecurityGroupName(cluster)).toBe(name);
  });
});

/** As the rows are written: group, Ingress, Service, port reference, port, type, protocol, version, control port. */
type Row = readonly [string, string, string, string, number, 'instance' | 'ip', string, string, number?];

const nameOf = (cluster: string, uid: string, row: Row): string => {
  const [groupId, ingress, service, portReference, port, targetType, protocol, protocolVersion, controlPort] =
    row;
  const [namespace = '', name = ''] = service.split('/');
  const [of = '', ingressName = ''] = ingress.split('/');
  return targetGroupName({
    ...{ cluster, groupId, portReference, port, targetType, protocol, protocolVersion },
    ingress: [of, ingressName],
    service: { namespace, name, uid },
    ...(controlPort === undefined ? {} : { controlPort }),
  });
};

describe('target group', () => {
  const one = 'ns-1/ing-1';
  test.each<[string, Row]>([
    ['k8s-ns1-svc1-9889425938', [one, one, 'ns-1/svc-1', 'http', 32768, 'instance', 'HTTP', 'HTTP1']],
    ['k8s-ns1-svc1-6350990f3a', [one, one, 'ns-1/svc-1', 'http', 8080, 'ip', 'HTTP', 'HTTP1']],
    ['k8s-ns1-svc3-bf42870fba', [one, one, 'ns-1/svc-3', 'https', 8443, 'ip', 'HTTPS', 'HTTP1']],
    ['k8s-ns1-svcipv6-c387b9e773', [one, one, 'ns-1/svc-ipv6', 'https', 8443, 'ip', 'HTTP', 'HTTP1']],
    [
      'k8s-ns1-svcnamed-3430e53ee8',
      [one, one, 'ns-1/svc-named-targetport', 'https', 1, 'ip', 'HTTP', 'HTTP1'],
    ],
  ])('13.1, %s', (name, row) => {
    expect(nameOf('cluster-dummy', '', row)).toBe(name);
  });

  const two = 'ns-1/name-1';
  test.each<[string, Row]>([
    ['k8s-ns1-name1-2c37289a00', ['', two, two, 'http', 8080, 'ip', 'HTTP', 'HTTP1']],
    ['k8s-ns1-name1-ab859e54b5', ['', two, two, '80', 8080, 'ip', 'HTTP', 'HTTP1']],
    ['k8s-ns1-name1-6481032048', ['', two, two, 'http', 9090, 'ip', 'HTTP', 'HTTP1']],
    ['k8s-ns1-name1-f4adfdc175', ['', two, two, 'http', 8080, 'instance', 'HTTP', 'HTTP1']],
    ['k8s-ns1-name1-22fbce26a7', ['', two, two, 'http', 8080, 'ip', 'HTTPS', 'HTTP1']],
    ['k8s-ns1-name1-7ed91338c9', ['', two, two, 'http', 8080, 'ip', 'HTTP', 'HTTP1', 80]],
  ])('13.1 with a UID, %s', (name, row) => {
    expect(nameOf('', 'my-uuid', row)).toBe(name);
  });

  const shop = 'web/storefront';
  test.each<[string, string, Row]>([
    ['T1', 'k8s-web-cart-ff25c8721e', [shop, shop, 'web/cart', '80', 30080, 'instance', 'HTTP', 'HTTP1']],
    ['T2', 'k8s-web-cart-3a339ce518', [shop, shop, 'web/cart', '80', 8080, 'ip', 'HTTP', 'HTTP1']],
    ['T3', 'k8s-web-cart-cc50697acf', [shop, shop, 'web/cart', 'http', 1, 'ip', 'HTTP', 'HTTP1']],
    ['T4', 'k8s-web-cart-84443d4402', [shop, shop, 'web/cart', 'http', 8080, 'ip', 'HTTPS', 'HTTP2']],
    [
      'T5',
      'k8s-web-cartserv-0b6372d705',
      ['shared-public', shop, 'web/cart-service-backend', '80', 8080, 'ip', 'HTTP', 'GRPC'],
    ],
    [
      'T6',
      'k8s-payments-paysvc1-3928baa5d3',
      ['shared-public', 'payments/checkout', 'payments/pay_svc.1', '443', 8443, 'ip', 'HTTPS', 'HTTP1'],
    ],
    ['T7', 'k8s-web-cart-4c4411e3fd', [shop, shop, 'web/cart', '80', 8080, 'ip', 'HTTP', 'HTTP1', 3000]],
  ])('%s', (_, name, row) => {
    expect(nameOf('prod-eks', '8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60', row)).toBe(name);
  });
});

test.each([
  ['R1', readinessGateOf('k8s-web-cart-3a339ce518'), 'target-health.elbv2.k8s.aws/k8s-web-cart-3a339ce518'],
  ['M1', multiClusterConfigMap('k8s-web-cart-3a339ce518'), 'aws-lbc-targets-k8s-web-cart-3a339ce518'],
])('%s', (_, name, expected) => {
  expect(name).toBe(expected);
});
