// What a rule is known to be after a plan that moves it.
import { expect, test } from 'vitest';
import type { Resource, RuleSpec } from '../../api/aws.ts';
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
