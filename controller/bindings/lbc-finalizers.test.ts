// Tests of exchange: which finalizers change hands, that nobody else's does, and that the way back leads back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POLICIES } from '../../alb/plan/policy.ts';
import { finalizerOf, heldGroups } from '../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import {
  holdingsOf,
  lbcFinalizerOf,
  lbcGroups,
  takesOver,
  withLbc,
  withoutHoldings,
} from './lbc-finalizers.ts';

const OWN = 'shop/web';
const metadata = { namespace: 'shop', name: 'web' };
const ingress = (finalizers: readonly string[]) => ({ metadata: { ...metadata, finalizers } });
const binding = (groups: readonly string[]): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: { ...metadata, finalizers: groups.map(finalizerOf) },
  spec: { ingressRef: { name: 'web', hash: '0' }, group: groups[0] ?? OWN, order: 0 },
});

test.each([
  ['shared-public', 'group.ingress.k8s.aws/shared-public'],
  [OWN, 'ingress.k8s.aws/resources'],
])("the LBC's finalizer for %s is %s (aws-model 13.6)", (group, finalizer) => {
  expect(lbcFinalizerOf(group)).toBe(finalizer);
  expect(lbcGroups(ingress(['x.example.com/y', finalizer]))).toEqual([group]);
});

test('only policies that change groups in AWS take over', () => {
  expect(POLICIES.filter(takesOver)).toEqual(['sync', 'upsert-only']);
});

const groups = fc.uniqueArray(fc.constantFrom(OWN, 'shop', 'www'));
/** None of them is the LBC's, however alike. */
const foreign = fc.uniqueArray(
  fc.constantFrom(
    'foregroundDeletion',
    'service.k8s.aws/resources',
    'elbv2.k8s.aws/resources',
    'group.ingress.k8s.aws.example.com/www',
    'ingress.k8s.aws/resources2',
    'albatross.dev/resources2',
  ),
);
const mixed = fc.tuple(groups, foreign).chain(([of, others]) => {
  const all = [...of.map(lbcFinalizerOf), ...others];
  return fc.shuffledSubarray(all, { minLength: all.length }).map((list) => ({ of, others, list }));
});

const withoutLbc = (one: ReturnType<typeof ingress>, by: LoadBalancerBinding): string[] =>
  withoutHoldings(one, holdingsOf(one, { lbc: true }), heldGroups(by));

describe('what an Ingress answers for', () => {
  const all = ['albatross.dev/resources', 'group.ingress.k8s.aws/www', 'example.com/kept'];

  test("is what our finalizers say, and the LBC's where we clean up after it", () => {
    const ours = [{ finalizer: 'albatross.dev/resources', group: OWN }];
    expect(holdingsOf(ingress(all), { lbc: false })).toEqual(ours);
    const theirs = [{ finalizer: 'group.ingress.k8s.aws/www', group: 'www' }];
    expect(holdingsOf(ingress(all), { lbc: true })).toEqual([...ours, ...theirs]);
  });

  test('is given back to the LBC with what the binding holds', () => {
    expect(withLbc(ingress(all), binding(['shop']))).toEqual([
      'group.ingress.k8s.aws/www',
      'example.com/kept',
      'group.ingress.k8s.aws/shop',
      'ingress.k8s.aws/resources',
    ]);
  });
});

describe('exchange', () => {
  test('takes off what the binding holds, in no other order, and nothing else', () => {
    fc.assert(
      fc.property(mixed, groups, ({ list }, held) => {
        const gone = new Set(held.map(lbcFinalizerOf));
        expect(withoutLbc(ingress(list), binding(held))).toEqual(list.filter((one) => !gone.has(one)));
      }),
    );
  });

  test('a binding that holds nothing takes nothing off', () => {
    fc.assert(
      fc.property(mixed, ({ list }) => {
        expect(withoutLbc(ingress(list), binding([]))).toEqual(list);
      }),
    );
  });

  test('there and back: the same finalizers', () => {
    fc.assert(
      fc.property(mixed, ({ of, list }) => {
        const taken = withoutLbc(ingress(list), binding(of));
        expect(lbcGroups(ingress(taken))).toEqual([]);
        expect(withLbc(ingress(taken), binding(of)).toSorted()).toEqual(list.toSorted());
      }),
    );
  });
});
