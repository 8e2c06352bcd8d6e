// CIDR texts.
import { expect, test } from 'vitest';
import { cidrOf, containsNetwork, networkOf } from './cidr.ts';

test.each([
  ['10.0.0.0/8', 4, false],
  ['10.0.0.1/8', 4, true],
  ['0.0.0.0/0', 4, false],
  ['198.51.100.7/32', 4, false],
  ['::/0', 6, false],
  ['2001:db8::/32', 6, false],
  ['2001:db8::1/32', 6, true],
  ['1:2:3:4:5:6:7:8/128', 6, false],
  ['::ffff:10.0.0.0/104', 6, false],
  ['1:2:3:4:5:6:7::/112', 6, false],
])('%s', (text, family, hostBits) => expect(cidrOf(text)).toEqual({ family, hostBits }));

test.each([
  '',
  '/',
  '10.0.0.0',
  '10.0.0.0/',
  '10.0.0.0/33',
  '010.0.0.0/8',
  '10.0.0/8',
  '10.0.0.256/8',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '::/129',
  ':::/0',
  '1::2::3/64',
  '1:2:3:4:5:6:7:8::/64',
  '1:2:3:4:5:6:7/64',
  '12345::/64',
  '10.0.0.0::/64',
])('"%s" is none', (text) => expect(cidrOf(text)).toBeUndefined());

test.each([
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['192.0.2.129/25', '192.0.2.128/25'],
  ['2001:DB8::1/32', '2001:db8:0:0:0:0:0:0/32'],
  ['::ffff:10.0.0.0/104', '0:0:0:0:0:ffff:a00:0/104'],
  ['nowhere', 'nowhere'],
])('%s is the network %s', (text, network) => expect(networkOf(text)).toBe(network));

test.each([
  ['0.0.0.0/0', '10.0.0.0/8', true],
  ['10.0.0.0/8', '10.1.2.3/16', true],
  ['10.0.0.0/8', '10.9.0.0/8', true],
  ['10.0.0.0/16', '10.0.0.0/8', false],
  ['10.0.0.0/8', '11.0.0.0/8', false],
  ['2001:db8::/32', '2001:db8:1::/48', true],
  ['0.0.0.0/0', '::/0', false],
  ['0.0.0.0/0', 'nowhere', false],
])('%s contains %s: %s', (outer, inner, is) => expect(containsNetwork(outer, inner)).toBe(is));
