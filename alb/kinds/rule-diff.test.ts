// What a rule is known to be after a plan that moves it.
import { describe, expect, test } from 'vitest';
import type { Resource, RuleSpec } from '../../api/aws.ts';
import type { Operation } from '../plan/operation.ts';
import type { Found } from './kind.ts';
import { rule } from './rule.ts';
import { ruleDiff } from './rule-diff.ts';

const spec = (priority: number, path: string): RuleSpec => ({
  listener: { ref: 'listener' },
  priority,
  conditions: [{ field: 'path-pattern', values: [path] }],
  actions: [{ type: 'fixed-response', statusCode: '200' }],
  tags: { 'ingress.k8s.aws/resource': `80:${priority}` },
});
const wanted = (priority: number, path: string): Resource<'rule'> => ({
  kind: 'rule',
  id: `rule/80:${priority}`,
  spec: spec(priority, path),
});
const found = (priority: number, path: string): Found<'rule'> => ({
  kind: 'rule',
  arn: `arn:${path}`,
  group: 'shop',
  resourceTag: `80:${priority}`,
  spec: spec(priority, path),
  extra: {},
});
const arnOf = (ref: string | { readonly ref: string }): string => (typeof ref === 'string' ? ref : ref.ref);

test('a rule that is moved and then tagged is remembered at its new place', () => {
  const operations = ruleDiff(rule)([wanted(1, '/new'), wanted(2, '/old')], [found(1, '/old')], arnOf);
  expect(operations.map(({ verb }) => verb)).toEqual(['reorder', 'modify', 'create']);
  const [, modify] = operations;
  expect(modify).toMatchObject({
    found: { arn: 'arn:/old', spec: { priority: 2 } },
    change: [{ field: 'tags' }],
  });
});

describe('rule synchronisation (aws-model 13.8)', () => {
  const sorted = (list: readonly (readonly [number, string])[]) =>
    list.map(([priority, path]) => wanted(priority, path));
  const there = (list: readonly (readonly [number, string, boolean?])[]) =>
    list.map(([priority, path, foreign]) => ({
      ...found(priority, path),
      ...(foreign === true ? { resourceTag: '' } : {}),
    }));
  const words = (operations: readonly Operation[]): string[] =>
    operations.flatMap((one) => {
      if (one.verb === 'reorder') return one.moves.map(({ found: { arn }, to }) => `${arn} → ${to}`);
      if (one.verb !== 'modify') return [`${one.verb} ${one.verb === 'delete' ? one.found.arn : one.id}`];
      return [`modify ${one.found.arn}: ${one.change.map(({ field }) => field).join(' ')}`];
    });
  const diff = (want: Parameters<typeof sorted>[0], have: Parameters<typeof there>[0]) =>
    words(ruleDiff(rule)(sorted(want), there(have), arnOf));

  test.each([
    [
      'matched by settings: moved, the rest makes room',
      [
        [1, 'A'],
        [2, 'B'],
        [3, 'C'],
      ],
      [
        [1, 'B'],
        [2, 'C'],
        [3, 'X'],
        [4, 'Y'],
      ],
      [
        'arn:Y → 50000',
        'arn:X → 49999',
        'arn:B → 2',
        'arn:C → 3',
        'modify arn:B: tags',
        'modify arn:C: tags',
        'create rule/80:1',
        'delete arn:X',
        'delete arn:Y',
      ],
    ],
    [
      'matched by priority: changed in place',
      [
        [1, 'A'],
        [2, 'B'],
      ],
      [
        [1, 'A'],
        [2, 'X'],
        [3, 'Y'],
      ],
      ['modify arn:X: conditions', 'delete arn:Y'],
    ],
    ['as it is', [[1, 'A']], [[1, 'A']], []],
    [
      'two change places in one call',
      [
        [1, 'A'],
        [2, 'B'],
      ],
      [
        [1, 'B'],
        [2, 'A'],
      ],
      ['arn:A → 1', 'arn:B → 2', 'modify arn:A: tags', 'modify arn:B: tags'],
    ],
    [
      'a rule of somebody else elsewhere stays',
      [[1, 'A']],
      [
        [1, 'A'],
        [7, 'S', true],
      ],
      [],
    ],
    [
      'one in the way makes room and is not changed',
      [[1, 'A']],
      [[1, 'S', true]],
      ['arn:S → 50000', 'create rule/80:1'],
    ],
    [
      'room is made where none of the others stands',
      [
        [1, 'A'],
        [2, 'B'],
      ],
      [
        [1, 'B'],
        [2, 'S', true],
        [50_000, 'T', true],
      ],
      ['arn:S → 49999', 'arn:B → 2', 'modify arn:B: tags', 'create rule/80:1'],
    ],
  ] as const)('%s', (_, want, have, expected) => {
    expect(diff(want, have)).toEqual(expected);
  });
});
