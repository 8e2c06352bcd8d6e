// The vectors of aws-model 13.1 to 13.4.
import { describe, expect, it } from 'vitest';
import {
  backendSecurityGroupName,
  loadBalancerName,
  managedSecurityGroupName,
  targetGroupName,
} from './names.ts';

describe('load balancer names', () => {
  it.each([
    ['', 'awesome-ns/ing-1', 'internet-facing', 'k8s-awesomen-ing1-43b698093c'],
    ['', 'explicit-group', 'internal', 'k8s-explicitgroup-5bf9e53c23'],
    ['prod-eks', 'web/storefront', 'internet-facing', 'k8s-web-storefro-cef4011b3e'],
    ['prod-eks', 'web/storefront', 'internal', 'k8s-web-storefro-827af65cf4'],
    ['prod-eks', 'shared-public', 'internal', 'k8s-sharedpublic-5fdb58e85d'],
    [
      'prod-eks',
      'payments-api-v2/checkout.gateway-ingress',
      'internet-facing',
      'k8s-payments-checkout-861680ddc4',
    ],
    ['staging', 'team-a.long-group-name.v2', 'internal', 'k8s-teamalonggroupnam-c255c97d96'],
    ['a', 'b/c', 'internal', 'k8s-b-c-4d1a38db9b'],
    ['ab', 'c', 'internal', 'k8s-c-ddfd9dae68'],
  ] as const)('%s %s %s', (cluster, group, scheme, name) => {
    expect(loadBalancerName(cluster, group, scheme)).toBe(name);
  });
});

describe('security group names', () => {
  it.each([
    ['prod-eks', 'web/storefront', 'k8s-web-storefro-27a8739ea2'],
    ['prod-eks', 'shared-public', 'k8s-sharedpublic-8fd6c488cf'],
    ['my_cluster.k8s.local', 'default/ing', 'k8s-default-ing-d0770a7a7e'],
  ])('managed %s %s', (cluster, group, name) => {
    expect(managedSecurityGroupName(cluster, group)).toBe(name);
  });
  it.each([
    ['prod-eks', 'k8s-traffic-prodeks-e91bc47b4a'],
    ['my_cluster.k8s.local', 'k8s-traffic-myclusterk8slocal-e52bf659f4'],
    ['a-b', 'k8s-traffic-ab-d44362d67d'],
    [`${'x'.repeat(10)}-${'y'.repeat(240)}`, `k8s-traffic-${'x'.repeat(10)}${'y'.repeat(222)}-5ccd96e94b`],
  ])('backend of %s', (cluster, name) => {
    expect(backendSecurityGroupName(cluster)).toBe(name);
  });
});

describe('target group names', () => {
  const uid = '8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60';
  const storefront = ['web', 'storefront'] as const;
  it.each([
    [
      'web/storefront',
      storefront,
      'web/cart',
      '80',
      30080,
      'instance',
      'HTTP',
      'HTTP1',
      'k8s-web-cart-ff25c8721e',
    ],
    ['web/storefront', storefront, 'web/cart', '80', 8080, 'ip', 'HTTP', 'HTTP1', 'k8s-web-cart-3a339ce518'],
    ['web/storefront', storefront, 'web/cart', 'http', 1, 'ip', 'HTTP', 'HTTP1', 'k8s-web-cart-cc50697acf'],
    [
      'web/storefront',
      storefront,
      'web/cart',
      'http',
      8080,
      'ip',
      'HTTPS',
      'HTTP2',
      'k8s-web-cart-84443d4402',
    ],
    [
      'shared-public',
      storefront,
      'web/cart-service-backend',
      '80',
      8080,
      'ip',
      'HTTP',
      'GRPC',
      'k8s-web-cartserv-0b6372d705',
    ],
    [
      'shared-public',
      ['payments', 'checkout'],
      'payments/pay_svc.1',
      '443',
      8443,
      'ip',
      'HTTPS',
      'HTTP1',
      'k8s-payments-paysvc1-3928baa5d3',
    ],
  ] as const)(
    '%s %s %s %s',
    (groupId, ingress, service, portReference, port, targetType, protocol, protocolVersion, name) => {
      const [namespace = '', serviceName = ''] = service.split('/');
      expect(
        targetGroupName({
          cluster: 'prod-eks',
          groupId,
          ingress,
          service: { namespace, name: serviceName, uid },
          portReference,
          port,
          targetType,
          protocol,
          protocolVersion,
        }),
      ).toBe(name);
    },
  );
});
