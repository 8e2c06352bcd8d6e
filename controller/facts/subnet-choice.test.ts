// Tests of subnet-choice.
import { describe, expect, test } from 'vitest';
import {
  chooseDiscovered,
  chooseNamed,
  chooseTagged,
  findNamed,
  fitsFilter,
  type Subnet,
  type SubnetNeed,
} from './subnet-choice.ts';

const INTERNAL = 'kubernetes.io/role/internal-elb';
const PUBLIC = 'kubernetes.io/role/elb';
const OWN = 'kubernetes.io/cluster/prod-eks';

const need: SubnetNeed = { clusterName: 'prod-eks', scheme: 'internal', ipAddressType: 'ipv4' };
const zones = new Map([
  ['az-a', 'availability-zone'],
  ['az-b', 'availability-zone'],
  ['lz-c', 'local-zone'],
]);

function subnet(id: string, zone: string, changes: Partial<Subnet> = {}): Subnet {
  return {
    id: `subnet-${id}`,
    zone,
    zoneId: zone === 'c' ? 'lz-c' : `az-${zone}`,
    freeAddresses: 100,
    ipv6: false,
    outpost: false,
    ...changes,
    tags: { [INTERNAL]: '1', ...changes.tags },
  };
}

const noRole = { tags: { [INTERNAL]: 'no' } };

describe('discovered', () => {
  test('the vector of aws-model 13.10', () => {
    const all = [
      subnet('3', 'a'),
      subnet('1', 'a', { freeAddresses: 7 }),
      subnet('9', 'a', { freeAddresses: 50, tags: { [OWN]: 'shared' } }),
      subnet('5', 'b', { tags: { 'kubernetes.io/cluster/other': 'owned' } }),
      subnet('8', 'b'),
      subnet('6', 'b'),
    ];
    expect(chooseDiscovered(all, need, zones)).toEqual({ ids: ['subnet-6', 'subnet-9'] });
  });

  test('the role tag counts with 1 or nothing, and keeps the fallback away even when unusable', () => {
    const tagged = [subnet('1', 'a', { tags: { [INTERNAL]: '' } }), subnet('2', 'b')];
    const other = [
      subnet('3', 'a', { ...noRole, reachable: false }),
      subnet('4', 'b', { ...noRole, reachable: false }),
    ];
    expect(chooseDiscovered([...tagged, ...other], need, zones)).toEqual({ ids: ['subnet-1', 'subnet-2'] });
    const full = tagged.map((one) => ({ ...one, freeAddresses: 3 }));
    expect(chooseDiscovered([...full, ...other], need, zones)).toEqual({
      because: `none of 2 subnets with the tag ${INTERNAL} is usable (left out: 2 with fewer than 8 free addresses)`,
    });
  });

  test('without role tags by reachability', () => {
    const all = [
      subnet('1', 'a', { ...noRole, reachable: true }),
      subnet('2', 'b', { ...noRole, reachable: true }),
      subnet('3', 'a', { ...noRole, reachable: false }),
      subnet('4', 'b', { ...noRole, reachable: false }),
    ];
    expect(chooseDiscovered(all, need, zones)).toEqual({ ids: ['subnet-3', 'subnet-4'] });
    expect(chooseDiscovered(all, { ...need, scheme: 'internet-facing' }, zones)).toEqual({
      ids: ['subnet-1', 'subnet-2'],
    });
    expect(chooseDiscovered([], { ...need, scheme: 'internet-facing' }, zones)).toEqual({
      because: `no subnet has the tag ${PUBLIC}, and there is none that the internet can reach`,
    });
  });

  test('dual stack needs IPv6 networks', () => {
    const all = [subnet('1', 'a', { ipv6: true }), subnet('2', 'b'), subnet('3', 'b', { ipv6: true })];
    expect(chooseDiscovered(all, { ...need, ipAddressType: 'dualstack' }, zones)).toEqual({
      ids: ['subnet-1', 'subnet-3'],
    });
  });

  test.each([
    [
      'one ordinary zone',
      [subnet('1', 'a')],
      'a load balancer needs subnets in two zones, and only subnet-1 in a is usable',
    ],
    [
      'kinds mixed',
      [subnet('1', 'a'), subnet('2', 'c')],
      'they are in zones of different kinds: availability-zone, local-zone',
    ],
  ])('%s is not enough', (_name, all, because) => {
    expect(chooseDiscovered(all, need, zones)).toEqual({ because });
  });

  test('as the gates say', () => {
    const one = [subnet('1', 'a')];
    expect(chooseDiscovered(one, { ...need, one: true }, zones)).toEqual({ ids: ['subnet-1'] });
    const others = ['a', 'b'].map((zone) =>
      subnet(zone, zone, { tags: { 'kubernetes.io/cluster/other': 'owned' } }),
    );
    expect(chooseDiscovered(others, { ...need, ofAnyCluster: true }, zones)).toEqual({
      ids: ['subnet-a', 'subnet-b'],
    });
    const routed = ['a', 'b'].map((zone) => subnet(zone, zone, { ...noRole, reachable: false }));
    expect(chooseDiscovered(routed, { ...need, byRoleOnly: true }, zones)).toEqual({
      because: `no subnet has the tag ${INTERNAL}`,
    });
  });

  test('one local zone or outpost is enough', () => {
    expect(chooseDiscovered([subnet('1', 'c')], need, zones)).toEqual({ ids: ['subnet-1'] });
    expect(chooseDiscovered([subnet('1', 'a', { outpost: true })], need, zones)).toEqual({
      ids: ['subnet-1'],
    });
  });
});

describe('named', () => {
  const all = [
    subnet('1', 'a', { tags: { Name: 'front' } }),
    subnet('2', 'b', { tags: { Name: 'front' } }),
    subnet('3', 'b', { freeAddresses: 0, tags: { 'kubernetes.io/cluster/other': 'owned' } }),
  ];

  test('in the order named; the second mention of a name is the second subnet of it', () => {
    expect(findNamed(['front', 'front'], all).found.map(({ id }) => id)).toEqual(['subnet-1', 'subnet-2']);
    expect(findNamed(['front', 'front', 'front'], all).missing).toEqual(['front']);
  });

  test('free addresses and cluster tags are not looked at', () => {
    expect(chooseNamed(['subnet-3', 'subnet-1'], all, need, zones)).toEqual({
      ids: ['subnet-3', 'subnet-1'],
    });
  });

  test.each([
    ['unknown', ['subnet-1', 'back'], 'back not found in the VPC'],
    ['none', [], 'the list is empty'],
    ['two in a zone', ['subnet-2', 'subnet-3'], 'two of them are in zone b, one is allowed'],
    ['one', ['subnet-2'], 'a load balancer needs subnets in two zones, and only subnet-2 in b is usable'],
  ])('%s', (_name, named, because) => {
    expect(chooseNamed(named, all, need, zones)).toEqual({ because });
  });

  test('dual stack', () => {
    expect(
      chooseNamed(['subnet-1', 'subnet-2'], all, { ...need, ipAddressType: 'dualstack' }, zones),
    ).toEqual({
      because: 'subnet-1, subnet-2 without the IPv6 network that dualstack needs',
    });
  });
});

describe('picked by tags of the class (aws-model 4.3, 4.5)', () => {
  const all = [
    subnet('3', 'a', { tags: { ...noRole.tags, tier: 'edge' } }),
    subnet('1', 'a', { tags: { ...noRole.tags, tier: 'edge' } }),
    subnet('2', 'b', { tags: { ...noRole.tags, tier: 'edge-two', [OWN]: 'shared' } }),
    subnet('4', 'b', { tags: { ...noRole.tags, tier: 'core' } }),
  ];
  test.each<[string, Record<string, string[]>, object]>([
    ['one of the values', { tier: ['edge', 'edge-two'] }, { ids: ['subnet-1', 'subnet-2'] }],
    ['a pattern', { tier: ['edge*'] }, { ids: ['subnet-1', 'subnet-2'] }],
    ['all keys', { tier: ['*'], [OWN]: ['shared'] }, { because: expect.stringContaining('only subnet-2') }],
    ['none', { tier: ['gold'] }, { because: 'no subnet has the tags tier=gold' }],
  ])('%s', (_, tags, expected) => {
    expect(chooseTagged(tags, all, need, zones)).toEqual(expected);
  });
});

test.each([
  ['private-a', 'private-a', true],
  ['private-a', 'private-*', true],
  ['private-', 'private-?', true],
  ['private-ab', 'private-?', false],
  ['private.a', 'private?a', true],
  ['privatexa', 'private.a', false],
  ['a*b', String.raw`a\*b`, true],
  ['axb', String.raw`a\*b`, false],
  ['a(b', 'a(b', true],
])('%s fits the filter %s: %s', (text, pattern, fits) => {
  expect(fitsFilter(text, pattern)).toBe(fits);
});
