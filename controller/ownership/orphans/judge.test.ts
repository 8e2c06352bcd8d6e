// Tests of what becomes of an orphan: a table of reasons. The laws are in controller/laws/orphans.test.ts.
import { describe, expect, test } from 'vitest';
import type { Found } from '../../../alb/kinds/kind.ts';
import { fleet, GRACE, NOBODY, NOTHING, NOW, stackOf } from '../../laws/orphaned.ts';
import {
  judge,
  mostOrphans,
  type Orphan,
  type OrphanSight,
  protectedIn,
  type Rules,
  type SeenOrphan,
} from './judge.ts';
import { namesOf } from './names.ts';
import { fateWords } from './words.ts';

const RULES: Rules = { policy: 'sync', graceMs: GRACE, limit: 10 };

/** One orphan, `shop/gone`, beside one group of ours, seen once ten minutes ago. */
const SIGHT: OrphanSight = {
  stacks: fleet('shop/web', 'shop/gone'),
  names: NOBODY,
  ours: new Set(['shop/web']),
  owned: new Set(['shop/web', 'shop/gone']),
  now: NOW,
};
const seenBefore = ({ stacks }: OrphanSight, ms = GRACE): Map<string, SeenOrphan> =>
  new Map(
    [...stacks].map(([stack, found]) => [
      stack,
      { at: NOW - ms, arns: new Set(found.map(({ arn }) => arn)) },
    ]),
  );

const judged = (sight: Partial<OrphanSight>, rules: Partial<Rules> = {}, ms = GRACE): readonly Orphan[] => {
  const whole = { ...SIGHT, ...sight };
  return judge(whole, { ...RULES, ...rules }, seenBefore(whole, ms)).orphans;
};
const words = (...of: Parameters<typeof judged>): string[] =>
  judged(...of).map((one) => `${one.stack} ${fateWords(one)}`);

/** The account with something changed in the orphan. */
const changed = (change: (one: Found) => Found): Partial<OrphanSight> => ({
  stacks: new Map([
    ['shop/web', stackOf('shop/web')],
    ['shop/gone', stackOf('shop/gone').map(change)],
  ]),
});
const ingressSaying = (annotations: Record<string, string>, status = {}): Partial<OrphanSight> => ({
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

test.each<[string, Partial<OrphanSight>, Partial<Rules>, string]>([
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
          {
            metadata: { name: 't', namespace: 'b' },
            spec: { targetGroupARN: 'arn:tg/shop-gone', serviceRef: { name: 'web', port: 80 } },
          },
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
