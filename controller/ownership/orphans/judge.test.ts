// Tests of who is an orphan and what becomes of it: a table of reasons, and laws over clusters and accounts of any kind.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLUSTER_TAG, RESOURCE_TAG, STACK_TAG } from '../../../api/aws.ts';
import type { Found } from '../../kinds/kind.ts';
import { POLICIES } from '../../plan/policy.ts';
import { judge, mostOrphans, type Orphan, protectedIn, type Rules, type Seen, type Sight } from './judge.ts';
import { type Names, namesOf, type Objects } from './names.ts';
import { fateWords } from './words.ts';

const tags = (stack: string, resource: string) => ({
  [CLUSTER_TAG]: 'local',
  [STACK_TAG]: stack,
  [RESOURCE_TAG]: resource,
});

/** A load balancer, a target group and a security group, as bulk reads give them. */
function stackOf(stack: string): Found[] {
  const id = stack.replace('/', '-');
  return [
    {
      kind: 'securityGroup',
      arn: `sg-${id}`,
      group: stack,
      resourceTag: 'ManagedLBSecurityGroup',
      spec: { name: `k8s-${id}`, description: '', ingress: [], tags: tags(stack, 'ManagedLBSecurityGroup') },
      extra: {},
    },
    {
      kind: 'targetGroup',
      arn: `arn:tg/${id}`,
      group: stack,
      resourceTag: `${stack}-web:80`,
      spec: { name: `k8s-tg-${id}`, tags: tags(stack, `${stack}-web:80`) },
      extra: { loadBalancerArns: [`arn:lb/${id}`] },
    } as unknown as Found,
    {
      kind: 'loadBalancer',
      arn: `arn:lb/${id}`,
      group: stack,
      resourceTag: 'LoadBalancer',
      spec: {
        name: `lb-${id}`,
        scheme: 'internal',
        ipAddressType: 'ipv4',
        subnets: [],
        securityGroups: [`sg-${id}`],
        attributes: {},
        tags: tags(stack, 'LoadBalancer'),
      },
      extra: { dnsName: `${id}.elb.amazonaws.com` },
    },
  ];
}

const NOTHING: Objects = {
  ingresses: [],
  classes: [],
  classParams: [],
  bindings: [],
  targetGroupBindings: [],
};
const NOBODY = namesOf(NOTHING);
const NOW = Date.parse('2026-11-30T12:00:00Z');
const GRACE = 600_000;
const RULES: Rules = { policy: 'sync', graceMs: GRACE, limit: 10 };

const fleet = (...stacks: string[]): Map<string, Found[]> =>
  new Map(stacks.map((stack) => [stack, stackOf(stack)]));

/** One orphan, `shop/gone`, beside one group of ours, seen once ten minutes ago. */
const SIGHT: Sight = {
  stacks: fleet('shop/web', 'shop/gone'),
  names: NOBODY,
  ours: new Set(['shop/web']),
  owned: new Set(['shop/web', 'shop/gone']),
  now: NOW,
};
const seenBefore = ({ stacks }: Sight, ms = GRACE): Map<string, Seen> =>
  new Map(
    [...stacks].map(([stack, found]) => [
      stack,
      { at: NOW - ms, arns: new Set(found.map(({ arn }) => arn)) },
    ]),
  );

const judged = (sight: Partial<Sight>, rules: Partial<Rules> = {}, ms = GRACE): readonly Orphan[] => {
  const whole = { ...SIGHT, ...sight };
  return judge(whole, { ...RULES, ...rules }, seenBefore(whole, ms)).orphans;
};
const words = (...of: Parameters<typeof judged>): string[] =>
  judged(...of).map((one) => `${one.stack} ${fateWords(one)}`);

/** The account with something changed in the orphan. */
const changed = (change: (one: Found) => Found): Partial<Sight> => ({
  stacks: new Map([
    ['shop/web', stackOf('shop/web')],
    ['shop/gone', stackOf('shop/gone').map(change)],
  ]),
});
const ingressSaying = (annotations: Record<string, string>, status = {}): Partial<Sight> => ({
  names: namesOf({
    ...NOTHING,
    ingresses: [{ metadata: { name: 'a', namespace: 'b', annotations }, ...status }],
  }),
});
const ACTIONS = 'alb.ingress.kubernetes.io/actions.x';

describe('one orphan beside one group of ours', () => {
  test('goes when two looks ten minutes apart agree', () => {
    expect(words({})).toEqual(['shop/gone is removed: an orphan since 2026-11-30T11:50:00Z']);
  });
  test('waits after the first look, whatever the time', () => {
    const [first] = judge(SIGHT, { ...RULES, graceMs: 0 }, new Map()).orphans;
    expect(first && fateWords(first)).toBe(
      'waits: seen once, at 2026-11-30T12:00:00Z; second look after 2026-11-30T12:00:00Z',
    );
  });
  test('waits until the time is over', () => {
    expect(words({}, {}, GRACE - 1)[0]).toContain('waits: seen once, at ');
  });
  test('begins anew when something of it is new: somebody works on it', () => {
    const before = new Map([['shop/gone', { at: NOW - GRACE, arns: new Set(['sg-shop-gone']) }]]);
    expect(judge(SIGHT, RULES, before).orphans[0]).toMatchObject({ fate: 'waits', since: NOW });
  });
  test('goes on being seen when a part of it is gone', () => {
    const sight = {
      ...SIGHT,
      stacks: new Map([...SIGHT.stacks, ['shop/gone', stackOf('shop/gone').slice(0, 1)]]),
    };
    expect(judge(sight, RULES, seenBefore(SIGHT)).orphans[0]?.fate).toBe('goes');
  });
  test('begins anew when somebody named it between two looks', () => {
    const named = { ...SIGHT, ours: new Set(['shop/web', 'shop/gone']) };
    const { orphans, seen } = judge(named, RULES, seenBefore(SIGHT));
    expect([orphans, [...seen]]).toEqual([[], []]);
  });
});

test.each<[string, Partial<Sight>, Partial<Rules>, string]>([
  ['observe', {}, { policy: 'observe' }, 'left: the policy is observe'],
  ['upsert-only', {}, { policy: 'upsert-only' }, 'left: the policy is upsert-only'],
  ['targets-only', {}, { policy: 'targets-only' }, 'left: the policy is targets-only'],
  ['one namespace', {}, { watchNamespace: 'shop' }, 'left: --watch-namespace=shop shows only a part'],
  ['a lost watch', { incomplete: 'a watch is interrupted' }, {}, 'waits: a watch is interrupted'],
  [
    'no record',
    { owned: { unknown: 'forbidden' } },
    {},
    'left: it is not known which groups this cluster has had: forbidden',
  ],
  [
    'another cluster’s',
    { owned: new Set(['shop/web']) },
    {},
    'left: this cluster is not known to have had it',
  ],
  [
    'nothing of ours in AWS',
    { ours: new Set(), stacks: fleet('shop/gone') },
    {},
    'left: no Ingress of ours has anything in AWS',
  ],
  ['no removals wanted', {}, { limit: 0 }, 'left: --orphan-removal-limit=0: none are removed'],
  [
    'a stack of a Service as well',
    changed(
      (one) =>
        ({
          ...one,
          spec: { ...one.spec, tags: { ...one.spec.tags, 'service.k8s.aws/stack': 'x' } },
        }) as Found,
    ),
    {},
    'left: it carries the tag service.k8s.aws/stack, too',
  ],
  [
    'a stack of a Gateway as well',
    changed(
      (one) =>
        ({
          ...one,
          spec: { ...one.spec, tags: { ...one.spec.tags, 'gateway.k8s.aws.alb/stack': 'x' } },
        }) as Found,
    ),
    {},
    'left: it carries the tag gateway.k8s.aws.alb/stack, too',
  ],
  [
    'a target group of a TargetGroupBinding',
    {
      names: namesOf({
        ...NOTHING,
        targetGroupBindings: [
          { metadata: { name: 't', namespace: 'b' }, spec: { targetGroupARN: 'arn:tg/shop-gone' } },
        ],
      }),
    },
    {},
    'left: it is in use: TargetGroupBinding b/t names k8s-tg-shop-gone',
  ],
  [
    'an action',
    ingressSaying({ [ACTIONS]: '{"targetGroupARN":"arn:tg/shop-gone"}' }),
    {},
    'left: it is in use: Ingress b/a names k8s-tg-shop-gone',
  ],
  [
    'an action, by name',
    ingressSaying({ [ACTIONS]: '{"targetGroupName":"k8s-tg-shop-gone"}' }),
    {},
    'left: it is in use: Ingress b/a',
  ],
  [
    'a security group',
    ingressSaying({ 'alb.ingress.kubernetes.io/security-groups': 'sg-1, sg-shop-gone' }),
    {},
    'left: it is in use: Ingress b/a',
  ],
  [
    'the address of an Ingress',
    ingressSaying(
      {},
      { status: { loadBalancer: { ingress: [{ hostname: 'SHOP-gone.elb.amazonaws.com' }] } } },
    ),
    {},
    'left: it is in use: the address of Ingress b/a names lb-shop-gone',
  ],
  [
    'a target group that another load balancer forwards to',
    changed((one) =>
      one.kind === 'targetGroup' ? { ...one, extra: { loadBalancerArns: ['arn:lb/x'] } } : one,
    ),
    {},
    'left: it is in use: the load balancer arn:lb/x forwards to k8s-tg-shop-gone',
  ],
  [
    'a security group that another load balancer uses',
    {
      stacks: new Map([
        ['shop/gone', stackOf('shop/gone')],
        [
          'shop/web',
          stackOf('shop/web').map((one) =>
            one.kind === 'loadBalancer'
              ? { ...one, spec: { ...one.spec, securityGroups: ['sg-shop-gone'] } }
              : one,
          ),
        ],
      ]),
    },
    {},
    'left: it is in use: the load balancer lb-shop-web uses sg-shop-gone',
  ],
  [
    'a stray',
    changed((one) => (one.kind === 'loadBalancer' ? { ...one, resourceTag: '' } : one)),
    {},
    'left: lb-shop-gone has no tag ingress.k8s.aws/resource',
  ],
])('left alone: %s', (_name, sight, rules, expected) => {
  const [only, ...others] = words(sight, rules);
  expect(only).toMatch(`shop/gone ${expected}`);
  expect(others).toEqual([]);
});

describe('no orphan', () => {
  const metadata = { name: 'gone', namespace: 'shop' };
  const ofClass = (name: string, parameters?: string, isDefault = false) => ({
    metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': String(isDefault) } },
    spec: {
      controller: 'example.com/x',
      ...(parameters === undefined ? {} : { parameters: { kind: 'IngressClassParams', name: parameters } }),
    },
  });
  const params = [{ metadata: { name: 'p' }, spec: { group: { name: 'shared' } } }];
  const other = { name: 'x', namespace: 'y' };
  test.each<[string, Partial<Objects>, string]>([
    [
      'an Ingress of any class',
      { ingresses: [{ metadata, spec: { ingressClassName: 'nginx' } }] },
      'shop/gone',
    ],
    [
      'one that is being deleted',
      { ingresses: [{ metadata: { ...metadata, deletionTimestamp: 'now' } }] },
      'shop/gone',
    ],
    [
      'the group of one',
      {
        ingresses: [
          { metadata: { ...other, annotations: { 'alb.ingress.kubernetes.io/group.name': 'shared' } } },
        ],
      },
      'shared',
    ],
    [
      'the LBC’s finalizer',
      { ingresses: [{ metadata: { ...metadata, finalizers: ['ingress.k8s.aws/resources'] } }] },
      'shop/gone',
    ],
    [
      'the LBC’s finalizer for a group',
      { ingresses: [{ metadata: { ...other, finalizers: ['group.ingress.k8s.aws/shared'] } }] },
      'shared',
    ],
    [
      'the class of one',
      {
        ingresses: [{ metadata: other, spec: { ingressClassName: 'c' } }],
        classes: [ofClass('c', 'p')],
        classParams: params,
      },
      'shared',
    ],
    [
      'the default class',
      { ingresses: [{ metadata: other }], classes: [ofClass('c', 'p', true)], classParams: params },
      'shared',
    ],
    ['a binding', { bindings: [{ metadata, spec: { group: 'else' } } as never] }, 'shop/gone'],
    [
      'the group of a binding',
      { bindings: [{ metadata: other, spec: { group: 'shared' } } as never] },
      'shared',
    ],
    [
      'what a binding still holds',
      {
        bindings: [
          {
            metadata: { ...other, finalizers: ['group.albatross.dev/shared'] },
            spec: { group: 'else' },
          } as never,
        ],
      },
      'shared',
    ],
  ])('%s', (_name, objects, stack) => {
    const sight = {
      names: namesOf({ ...NOTHING, ...objects }),
      stacks: fleet('shop/web', stack),
      owned: new Set([stack]),
    };
    expect(judged(sight)).toEqual([]);
    // The same without it is one.
    expect(judged({ ...sight, names: NOBODY }).map(({ fate }) => fate)).toEqual(['goes']);
  });
  test('a group name of a class that no Ingress is of names nothing', () => {
    const names = namesOf({ ...NOTHING, classes: [ofClass('c', 'p')], classParams: params });
    expect(judged({ names, stacks: fleet('shop/web', 'shared'), owned: new Set(['shared']) })).toHaveLength(
      1,
    );
  });
});

describe('how many of a fleet', () => {
  test.each([
    [1, 10, 0],
    [2, 10, 1],
    [19, 10, 1],
    [20, 10, 2],
    [100, 10, 10],
    [100, 0, 0],
    [4, 99, 3],
    [4, 100, 4],
  ])('%i groups, %i percent: %i', (stacks, limit, most) => {
    expect(mostOrphans(stacks, limit)).toBe(most);
  });
  test('one too many, and none goes', () => {
    const stacks = fleet('a/a', 'b/b', 'shop/web');
    const owned = new Set(stacks.keys());
    expect(words({ stacks, owned })).toEqual(
      ['a/a', 'b/b'].map(
        (stack) =>
          `${stack} left: 2 of 3 groups in AWS are orphans, and more than 1 of them are too many (--orphan-removal-limit=10): is this the right cluster?`,
      ),
    );
    expect(judged({ stacks, owned }, { limit: 100 }).map(({ fate }) => fate)).toEqual(['goes', 'goes']);
  });
  test('a fleet that an empty cluster of the same name sees stays whole', () => {
    const stacks = fleet(...Array.from({ length: 30 }, (_, at) => `shop/${at}`));
    const empty = judged({ stacks, owned: new Set(), ours: new Set() });
    expect(new Set(empty.map(({ reason }) => reason))).toEqual(new Set(['TooMany']));
    // Whatever the operator says: it has no record of them.
    const whatever = judged({ stacks, owned: new Set(), ours: new Set() }, { limit: 100 });
    expect(new Set(whatever.map(({ reason }) => reason))).toEqual(new Set(['NotKnown']));
  });
});

test('deletion protection is found in the details', () => {
  const found = stackOf('shop/gone');
  expect(protectedIn(found)).toBeUndefined();
  const details = found.map((one) =>
    one.kind === 'loadBalancer'
      ? { ...one, spec: { ...one.spec, attributes: { 'deletion_protection.enabled': 'true' } } }
      : one,
  );
  expect(protectedIn(details)).toContain('lb-shop-gone has deletion protection');
});

describe('laws', () => {
  const STACKS = ['a/a', 'a/b', 'b/a', 'one', 'two', 'three'];
  const stack = fc.constantFrom(...STACKS);
  const some = fc.uniqueArray(stack);
  const ingress = fc.record({
    key: fc.constantFrom('a/a', 'a/b', 'b/a', 'c/c'),
    group: fc.option(fc.constantFrom('one', 'two', 'three'), { nil: undefined }),
    finalizers: fc.subarray(['ingress.k8s.aws/resources', 'group.ingress.k8s.aws/three']),
  });
  const binding = fc.record({
    key: fc.constantFrom('a/a', 'c/c'),
    group: stack,
    held: fc.subarray(['one', 'two']),
  });
  const metadataOf = (key: string) => {
    const [namespace = '', name = ''] = key.split('/');
    return { namespace, name };
  };
  const names: fc.Arbitrary<Names> = fc
    .record({ ingresses: fc.array(ingress, { maxLength: 2 }), bindings: fc.array(binding, { maxLength: 1 }) })
    .map(({ ingresses, bindings }) =>
      namesOf({
        ...NOTHING,
        ingresses: ingresses.map(({ key, group, finalizers }) => ({
          metadata: {
            ...metadataOf(key),
            finalizers,
            annotations: group === undefined ? {} : { 'alb.ingress.kubernetes.io/group.name': group },
          },
        })),
        bindings: bindings.map(
          ({ key, group, held }) =>
            ({
              metadata: { ...metadataOf(key), finalizers: held.map((one) => `group.albatross.dev/${one}`) },
              spec: { group },
            }) as never,
        ),
      }),
    );
  const sight: fc.Arbitrary<Sight> = fc.record(
    {
      stacks: some.map((all) => fleet(...all)),
      names,
      ours: some.map((all) => new Set(all)),
      owned: fc.oneof(
        { weight: 2, arbitrary: some.map((all) => new Set(all)) },
        { weight: 2, arbitrary: fc.constant(new Set(STACKS)) },
        { weight: 1, arbitrary: fc.constant({ unknown: 'x' }) },
      ),
      incomplete: fc.constant('a watch is interrupted'),
      now: fc.constantFrom(NOW, NOW + GRACE / 2, NOW + GRACE, NOW + 2 * GRACE),
    },
    { requiredKeys: ['stacks', 'names', 'ours', 'owned', 'now'] },
  );
  const rules: fc.Arbitrary<Rules> = fc.record(
    {
      policy: fc.constantFrom('sync', 'sync', 'sync', ...POLICIES),
      graceMs: fc.constantFrom(1, GRACE / 2, GRACE),
      limit: fc.constantFrom(0, 10, 50, 100, 100),
      watchNamespace: fc.constant('a'),
    },
    { requiredKeys: ['policy', 'graceMs', 'limit'] },
  );
  const seen = fc
    .oneof(some, fc.constant(STACKS))
    .map(
      (all): Map<string, Seen> =>
        new Map(all.map((one) => [one, { at: NOW, arns: new Set(stackOf(one).map(({ arn }) => arn)) }])),
    );

  test('whom an Ingress or a binding names is never an orphan; all others are', () => {
    fc.assert(
      fc.property(sight, rules, seen, (look, by, before) => {
        const orphans = new Set(judge(look, by, before).orphans.map((one) => one.stack));
        const named = (one: string): boolean => look.names.stacks.has(one) || look.ours.has(one);
        expect(orphans).toEqual(new Set([...look.stacks.keys()].filter((one) => !named(one))));
      }),
    );
  });
  test('nothing goes without every leave', () => {
    let went = 0;
    fc.assert(
      fc.property(sight, rules, seen, (look, by, before) => {
        const { orphans } = judge(look, by, before);
        for (const { stack: one } of orphans.filter(({ fate }) => fate === 'goes')) {
          went += 1;
          expect([by.policy, by.watchNamespace, look.incomplete]).toEqual(['sync', undefined, undefined]);
          expect('unknown' in look.owned ? [] : [...look.owned]).toContain(one);
          expect(look.now - (before.get(one)?.at ?? Number.NaN)).toBeGreaterThanOrEqual(by.graceMs);
          expect(orphans.length).toBeLessThanOrEqual(mostOrphans(look.stacks.size, by.limit));
        }
      }),
      { numRuns: 20_000 },
    );
    // The law has seen what it is about.
    expect(went).toBeGreaterThan(5);
  });
});
