// Policies as filters on the plan, and the one that holds for a group.
import { describe, expect, test } from 'vitest';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { stricter } from '../../api/policy.ts';
import type { Operation } from './operation.ts';
import { overruledIn, POLICIES, type Policy, policy, policyOfGroup } from './policy.ts';

const operations = (['create', 'modify', 'reorder', 'delete'] as const).map(
  (verb) => ({ verb, kind: 'rule', id: verb, because: [] }) as object as Operation,
);

test('two of them one after the other are the more careful one', () => {
  for (const one of POLICIES)
    for (const two of POLICIES)
      expect(policy(two, policy(one, operations))).toEqual(policy(stricter(one, two), operations));
});

const member = (name: string, said?: Policy, leaving = false): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: { name, namespace: 'shop', ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  spec: {
    ingressRef: { name, hash: '' },
    group: 'both',
    order: 0,
    ...(said === undefined ? {} : { policy: said }),
  },
});

describe('a group', () => {
  test.each<[string, LoadBalancerBinding[], Policy]>([
    ['one that is careful holds up nobody', [member('a', 'observe'), member('b')], 'sync'],
    ['all of them are', [member('a', 'observe'), member('b', 'upsert-only')], 'upsert-only'],
    ['who leaves has no say', [member('a', 'observe'), member('b', 'sync', true)], 'observe'],
    ['unless nobody stays', [member('a', 'observe', true), member('b', 'upsert-only', true)], 'upsert-only'],
    ['nobody is there', [], 'sync'],
  ])('%s', (_, bindings, holds) => {
    expect(policyOfGroup('sync', bindings)).toBe(holds);
  });

  test('who asked for something else is told why', () => {
    const told = (ceiling: Policy, ...bindings: LoadBalancerBinding[]) =>
      overruledIn(ceiling, bindings).map(({ member: who, problem }) => [who, problem.because]);
    expect(told('sync', member('a', 'observe'), member('b'))).toEqual([
      ['shop/a', expect.stringContaining('the group is under sync')],
    ]);
    expect(told('observe', member('a', 'sync'))).toEqual([
      ['shop/a', expect.stringContaining('--policy=observe')],
    ]);
    expect(told('upsert-only', member('a', 'observe'), member('b'))).toEqual([
      ['shop/a', expect.stringContaining('the group is under upsert-only')],
    ]);
    expect(told('sync', member('a', 'observe'))).toEqual([]);
    expect(told('sync', member('a', 'observe', true), member('b'))).toEqual([]);
  });
});
