// Defaults of attributes: what AWS documents, and a value that AWS accepts.
import { describe, expect, test } from 'vitest';
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from './defaults.ts';
import { LISTENER_ATTRIBUTES, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES } from './limits/limits.ts';
import { attributeFindings } from './validate/checks/attributes.ts';

describe.each([
  ['load balancers', loadBalancerDefaults('internal'), LOAD_BALANCER_ATTRIBUTES],
  ['listeners', listenerDefaults('HTTPS'), LISTENER_ATTRIBUTES],
  ['target groups', TARGET_GROUP_DEFAULTS, TARGET_GROUP_ATTRIBUTES],
])('%s', (_, defaults, known) => {
  test('which AWS accepts', () => expect(attributeFindings(defaults, known)).toEqual([]));
});

test.each([
  [loadBalancerDefaults('internal'), 'load_balancing.cross_zone.enabled', 'true'],
  [loadBalancerDefaults('internal'), 'idle_timeout.timeout_seconds', '60'],
  [loadBalancerDefaults('internal'), 'client_keep_alive.seconds', '3600'],
  [loadBalancerDefaults('internal'), 'routing.http.desync_mitigation_mode', 'defensive'],
  [loadBalancerDefaults('internal'), 'routing.http.xff_header_processing.mode', 'append'],
  [loadBalancerDefaults('internal'), 'routing.http2.enabled', 'true'],
  [loadBalancerDefaults('internal'), 'waf.fail_open.enabled', 'false'],
  [loadBalancerDefaults('internal'), 'access_logs.s3.bucket', ''],
  [listenerDefaults('HTTPS'), 'routing.http.response.server.enabled', 'true'],
  [listenerDefaults('HTTPS'), 'routing.http.response.x_frame_options.header_value', ''],
  [
    listenerDefaults('HTTPS'),
    'routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name',
    'X-Amzn-Mtls-Clientcert-Serial-Number',
  ],
  [
    listenerDefaults('HTTPS'),
    'routing.http.request.x_amzn_tls_cipher_suite.header_name',
    'X-Amzn-Tls-Cipher-Suite',
  ],
  [TARGET_GROUP_DEFAULTS, 'deregistration_delay.timeout_seconds', '300'],
  [TARGET_GROUP_DEFAULTS, 'slow_start.duration_seconds', '0'],
  [TARGET_GROUP_DEFAULTS, 'stickiness.lb_cookie.duration_seconds', '86400'],
  [TARGET_GROUP_DEFAULTS, 'load_balancing.algorithm.type', 'round_robin'],
  [TARGET_GROUP_DEFAULTS, 'load_balancing.cross_zone.enabled', 'use_load_balancer_configuration'],
  [TARGET_GROUP_DEFAULTS, 'target_group_health.dns_failover.minimum_healthy_targets.count', '1'],
  [TARGET_GROUP_DEFAULTS, 'target_group_health.dns_failover.minimum_healthy_targets.percentage', 'off'],
] as const)('%#: %2$s', (defaults, key, value) => expect(defaults[key]).toBe(value));

test('what depends on the scheme or the protocol', () => {
  const key = 'ipv6.deny_all_igw_traffic';
  expect([loadBalancerDefaults('internal')[key], loadBalancerDefaults('internet-facing')[key]]).toEqual([
    'true',
    'false',
  ]);
  expect(Object.keys(listenerDefaults('HTTP')).filter((name) => name.includes('request'))).toEqual([]);
});
