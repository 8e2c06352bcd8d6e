// The laws of orphans: who is named is none, and nothing goes without every leave; clusters, accounts and settings of any kind.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POLICIES } from '../../alb/plan/policy.ts';
import {
  judge,
  mostOrphans,
  type OrphanSight,
  type Rules,
  type SeenOrphan,
} from '../ownership/orphans/judge.ts';
import { type Names, namesOf } from '../ownership/orphans/names.ts';
import { fleet, GRACE, NOTHING, NOW, stackOf } from './orphaned.ts';

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
  const sight: fc.Arbitrary<OrphanSight> = fc.record(
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
      (all): Map<string, SeenOrphan> =>
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
