// Defaults of attributes: every key that is known has one, and it is a value that AWS accepts.
import { describe, expect, test } from 'vitest';
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from './defaults.ts';
import { LISTENER_ATTRIBUTES, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES } from './limits/limits.ts';
import { attributeFindings } from './validate/checks/attributes.ts';

describe.each([
  ['load balancers', loadBalancerDefaults('internal'), LOAD_BALANCER_ATTRIBUTES],
  ['listeners', listenerDefaults('HTTPS'), LISTENER_ATTRIBUTES],
  ['target groups', TARGET_GROUP_DEFAULTS, TARGET_GROUP_ATTRIBUTES],
])('%s', (_, defaults, known) => {
  test('each known key has one', () => {
    expect(Object.keys(defaults).sort()).toEqual([...known.keys()].sort());
  });
  test('which AWS accepts', () => expect(attributeFindings(defaults, known)).toEqual([]));
});

test('what depends on the scheme or the protocol', () => {
  const key = 'ipv6.deny_all_igw_traffic';
  expect([loadBalancerDefaults('internal')[key], loadBalancerDefaults('internet-facing')[key]]).toEqual([
    'true',
    'false',
  ]);
  expect(Object.keys(listenerDefaults('HTTP')).filter((name) => name.includes('request'))).toEqual([]);
});
