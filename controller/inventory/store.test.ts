// Tests of shelves.

import { describe, expect, test } from 'vitest';
import { withHolders } from '../../alb/kinds/associations.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { blankTargetGroup } from '../../api/ingress/target-group.ts';
import { Shelves } from './store.ts';

const tags = {};

const balancer = (arn: string, group = 'shop', state = 'active'): Found => ({
  kind: 'loadBalancer',
  arn,
  group,
  resourceTag: 'LoadBalancer',
  spec: {
    name: arn,
    scheme: 'internal',
    ipAddressType: 'ipv4',
    subnets: [],
    securityGroups: [],
    attributes: {},
    tags,
  },
  extra: { state },
});

const listener = (arn: string, loadBalancer: string, targetGroup: string, group = 'shop'): Found => ({
  kind: 'listener',
  arn,
  group,
  resourceTag: '80',
  spec: {
    loadBalancer: { ref: loadBalancer },
    port: 80,
    protocol: 'HTTP',
    defaultActions: [{ type: 'forward', targets: [{ targetGroup }] }],
    certificates: [],
    attributes: {},
    tags,
  },
  extra: {},
});

const targetGroup = (arn: string, loadBalancerArns: string[] = []): Found => ({
  kind: 'targetGroup',
  arn,
  group: 'shop',
  resourceTag: arn,
  spec: {
    ...blankTargetGroup({ targetType: 'ip', port: 80, ipAddressType: 'ipv4' }),
    name: arn,
    tags,
  },
  extra: { loadBalancerArns },
});

function setUp() {
  const clock = { now: 0 };
  const shelves = new Shelves(() => clock.now);
  const arns = (group = 'shop') => [...(shelves.get(group)?.found.keys() ?? [])].sort();
  return { clock, shelves, arns };
}

describe('bulk readings', () => {
  test('tell which groups have news', () => {
    const { shelves, arns } = setUp();
    expect([...shelves.take([balancer('a'), balancer('b', 'other')], undefined)].sort()).toEqual([
      'other',
      'shop',
    ]);
    expect(shelves.get('shop')?.detailed).toBe(false);
    expect([...shelves.take([balancer('a'), balancer('b', 'other')], undefined)]).toEqual([]);
    expect([...shelves.take([balancer('a')], undefined)]).toEqual(['other']);
    expect(arns('other')).toEqual([]);
  });

  test('a resource that changes its group is moved', () => {
    const { shelves, arns } = setUp();
    shelves.take([balancer('a')], undefined);
    shelves.take([balancer('a', 'other')], undefined);
    expect([arns(), arns('other')]).toEqual([[], ['a']]);
  });

  test('attributes that details gave are kept', () => {
    const { shelves } = setUp();
    const known = balancer('a');
    shelves.take([known], undefined);
    shelves.complete('shop', [{ ...known, spec: { ...known.spec, attributes: { idle: '1' } } } as Found]);
    expect([...shelves.take([known], undefined)]).toEqual([]);
    expect(shelves.get('shop')?.found.get('a')?.spec).toMatchObject({ attributes: { idle: '1' } });
  });
});

describe('what protects a load balancer', () => {
  const guarded = { webAcl: 'arn:acl', shield: 'on' };
  const setUpGuarded = () => {
    const all = setUp();
    const one = balancer('a');
    all.shelves.take([one], undefined);
    all.shelves.complete('shop', [{ ...one, spec: { ...one.spec, ...guarded } } as Found]);
    const known = () => all.shelves.get('shop')?.found.get('a')?.spec;
    return { ...all, known };
  };

  test('is kept over bulk readings, which do not tell it', () => {
    const { shelves, known } = setUpGuarded();
    expect([...shelves.take([balancer('a')], undefined)]).toEqual([]);
    expect(known()).toMatchObject(guarded);
  });

  test.each(['forget', 'bare'] as const)('is read again after %s', (way) => {
    const { shelves, known } = setUpGuarded();
    shelves[way](way === 'forget' ? 'shop' : 'a');
    expect(known()).not.toHaveProperty('webAcl');
    expect(known()).not.toHaveProperty('shield');
  });

  test('is looked over unless we changed it in the last minute', () => {
    const { shelves } = setUpGuarded();
    shelves.put(balancer('b'));
    expect(shelves.settledBalancers().map(({ arn }) => arn)).toEqual(['a']);
  });
});

test('a group that is in doubt is no longer once it was read', () => {
  const { shelves } = setUp();
  shelves.take([balancer('a')], undefined);
  shelves.doubt('shop');
  shelves.doubt('nobody');
  expect(shelves.get('shop')).toMatchObject({ detailed: false, doubted: true });
  shelves.complete('shop', [balancer('a')]);
  expect(shelves.get('shop')?.doubted).toBeUndefined();
});

describe('our own changes', () => {
  test('are known at once, details included, and hold for a minute against late readings', () => {
    const { clock, shelves, arns } = setUp();
    shelves.put(balancer('a'));
    expect(shelves.get('shop')?.detailed).toBe(true);
    expect([...shelves.take([], new Map())]).toEqual([]);
    clock.now = 61_000;
    expect([...shelves.take([], new Map())]).toEqual(['shop']);
    expect(arns()).toEqual([]);
  });

  test('what we removed does not come back with a late reading', () => {
    const { clock, shelves, arns } = setUp();
    shelves.take([balancer('a')], undefined);
    shelves.complete('shop', [balancer('a'), listener('l', 'a', 't')]);
    shelves.remove('a');
    shelves.take([balancer('a')], new Map([['l', 'shop']]));
    expect(arns()).toEqual([]);
    clock.now = 61_000;
    shelves.take([balancer('a')], undefined);
    expect(arns()).toEqual(['a']);
  });

  test('reading the details does not end the minute', () => {
    const { shelves, arns } = setUp();
    shelves.put(balancer('a'));
    shelves.complete('shop', [balancer('a')]);
    shelves.take([], undefined);
    expect(arns()).toEqual(['a']);
  });
});

describe('listeners and rules', () => {
  const known = () => {
    const all = setUp();
    all.shelves.take([balancer('a')], new Map());
    all.shelves.complete('shop', [balancer('a'), listener('l', 'a', 't')]);
    return all;
  };

  test('the same ones: nothing to do', () => {
    const { shelves } = known();
    expect([...shelves.take([balancer('a')], new Map([['l', 'shop']]))]).toEqual([]);
    expect(shelves.get('shop')?.detailed).toBe(true);
  });

  test.each([
    [
      'one more',
      [
        ['l', 'shop'],
        ['m', 'shop'],
      ],
    ],
    ['one less', []],
  ] as [string, [string, string][]][])('%s: the details are read again', (_name, seen) => {
    const { shelves } = known();
    expect([...shelves.take([balancer('a')], new Map(seen))]).toEqual(['shop']);
    expect(shelves.get('shop')?.detailed).toBe(false);
  });
});

describe('holders of a target group', () => {
  const holders = (all: Found[]) =>
    withHolders(all).flatMap((one) => (one.kind === 'targetGroup' ? [one.extra.loadBalancerArns] : []));

  test('are those that forward to it now', () => {
    expect(holders([balancer('a'), listener('l', 'a', 't'), targetGroup('t')])).toEqual([['a']]);
    expect(holders([balancer('a'), listener('l', 'a', 'x'), targetGroup('t', ['a'])])).toEqual([[]]);
  });

  test('outside the group, or without known listeners, are what AWS said', () => {
    expect(holders([balancer('a'), listener('l', 'a', 'x'), targetGroup('t', ['foreign'])])).toEqual([
      ['foreign'],
    ]);
    expect(holders([balancer('a'), targetGroup('t', ['a'])])).toEqual([['a']]);
  });
});
