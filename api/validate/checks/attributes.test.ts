// Attributes that belong to something else: refused, with the annotation that has them.
import { expect, test } from 'vitest';
import { descriptorOf } from '../../registry.ts';
import { check } from '../check.ts';

const found = (suffix: string, text: string) => {
  const known = descriptorOf(suffix);
  return known === undefined ? [] : check(known.descriptor, text).findings;
};

test.each([
  ['frontend-nlb-attributes', 'idle_timeout.timeout_seconds=60', 'load-balancer-attributes'],
  ['frontend-nlb-attributes', 'routing.http2.enabled=true', 'load-balancer-attributes'],
  ['frontend-nlb-attributes', 'waf.fail_open.enabled=true', 'load-balancer-attributes'],
  ['frontend-nlb-attributes', 'stickiness.enabled=true', 'target-group-attributes'],
  ['load-balancer-attributes', 'stickiness.enabled=true', 'target-group-attributes'],
  ['load-balancer-attributes', 'routing.http.response.server.enabled=false', 'listener-attributes'],
  ['target-group-attributes', 'idle_timeout.timeout_seconds=60', 'load-balancer-attributes'],
  [
    'load-balancer-attributes',
    'dns_record.client_routing_policy=any_availability_zone',
    'frontend-nlb-attributes',
  ],
  ['load-balancer-attributes', 'tcp.idle_timeout.seconds=60', undefined],
])('%s: %s', (suffix, text, home) => {
  const findings = found(suffix, text);
  expect(findings).toMatchObject([{ code: 'NotAllowed', severity: 'refuse' }]);
  expect(findings[0]?.because ?? '').toContain(home ?? '');
});

test('a key that nobody knows is left to AWS', () => {
  expect(found('frontend-nlb-attributes', 'brand.new=1')).toMatchObject([{ severity: 'warn' }]);
});
