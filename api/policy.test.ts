// The policy of an Ingress: what is read of it, and which one holds.
import { describe, expect, test } from 'vitest';
import { bind, hashOf } from './binding/bind.ts';
import type { Ingress } from './kube.ts';
import { POLICIES, type Policy, policyOf, readPolicy, stricter } from './policy.ts';
import { sentence } from './problems/problem.ts';

const POLICY = 'albatross.dev/policy';

describe('read', () => {
  test.each(POLICIES)('%s', (policy) => {
    expect(readPolicy({ [POLICY]: policy })).toEqual({ policy, problems: [] });
  });

  test('nothing', () => {
    expect(readPolicy({ 'alb.ingress.kubernetes.io/scheme': 'internal', other: 'x' })).toEqual({
      problems: [],
    });
  });

  test.each([
    ['Observe', ' Did you mean "observe"?'],
    ['upsertonly', ' Did you mean "upsert-only"?'],
    ['', ''],
    ['true', ''],
  ])('%j is refused', (value, intent) => {
    const { policy, problems } = readPolicy({ [POLICY]: value });
    expect([policy, problems.map(({ severity }) => severity)]).toEqual([undefined, ['refuse']]);
    expect(problems.map(sentence)).toEqual([
      `metadata.annotations[albatross.dev/policy]: "${value}" is not one of sync, upsert-only, targets-only, observe.${intent}`,
    ]);
  });

  test('another name under our prefix is told', () => {
    expect(
      readPolicy({ 'albatross.dev/polcy': 'observe', 'albatross.dev/zzzzzz': '' }).problems,
    ).toMatchObject([
      { code: 'UnknownAnnotation', severity: 'warn', suggestion: POLICY },
      { code: 'UnknownAnnotation', severity: 'warn' },
    ]);
  });
});

describe('which one holds', () => {
  test.each<[readonly (Policy | undefined)[], Policy, Policy]>([
    [[undefined], 'sync', 'sync'],
    [['observe'], 'sync', 'observe'],
    [['sync'], 'observe', 'observe'],
    [['targets-only'], 'upsert-only', 'targets-only'],
    [['upsert-only'], 'targets-only', 'targets-only'],
    [['observe', undefined], 'sync', 'sync'],
    [['observe', undefined], 'upsert-only', 'upsert-only'],
    [['observe', 'targets-only'], 'sync', 'targets-only'],
    [['observe', 'observe'], 'sync', 'observe'],
    [[], 'upsert-only', 'upsert-only'],
  ])('%j under %s: %s', (said, ceiling, holds) => {
    expect(policyOf(said, ceiling)).toBe(holds);
  });

  test('of two the more careful one, in any order', () => {
    for (const [at, one] of POLICIES.entries())
      for (const [other, two] of POLICIES.entries()) expect(stricter(one, two)).toBe(at > other ? one : two);
  });
});

describe('in the binding', () => {
  const ingress = (policy?: string): Ingress => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'web',
      namespace: 'shop',
      ...(policy === undefined ? {} : { annotations: { [POLICY]: policy } }),
    },
    spec: {},
  });
  const nothing = { settings: {}, problems: [] };

  test('the hash covers it', () => {
    expect(hashOf(ingress('observe'))).not.toBe(hashOf(ingress()));
    expect(hashOf(ingress('observe'))).not.toBe(hashOf(ingress('sync')));
  });

  test('a misspelt name is in the hash, too, so that adding it is judged', () => {
    const one = ingress();
    const misspelt = {
      ...one,
      metadata: { ...one.metadata, annotations: { 'albatross.dev/polcy': 'observe' } },
    };
    expect(hashOf(misspelt)).not.toBe(hashOf(one));
  });

  test('it is kept, and a change of it is a change', () => {
    const [before, after] = [
      bind(ingress(), nothing),
      bind(ingress('observe'), { ...nothing, policy: 'observe' }),
    ];
    expect([before.policy, after.policy]).toEqual([undefined, 'observe']);
  });

  test('of what was never accepted as well: AWS is not touched on its behalf', () => {
    const problem = { code: 'NotAllowed', severity: 'refuse', path: 'x' } as const;
    expect(bind(ingress('observe'), { settings: {}, problems: [problem], policy: 'observe' })).toMatchObject({
      policy: 'observe',
    });
  });
});
