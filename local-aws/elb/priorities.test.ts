// Priorities of rules, the default rule, quotas and deletion (aws-limits R1, R2; moto-coverage 1 and 4).
import { describe, expect, test } from 'vitest';
import { codeOf, inMemory } from './in-memory.ts';

function setUp() {
  const aws = inMemory();
  const [lb] = aws.call('CreateLoadBalancer', { Name: 'a', Subnets: ['subnet-a', 'subnet-b'] }).LoadBalancers;
  const action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } } as const;
  const [listener] = aws.call('CreateListener', {
    LoadBalancerArn: lb?.LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [action],
  }).Listeners;
  const ListenerArn = listener?.ListenerArn ?? '';
  const create = (Priority: number) =>
    aws.call('CreateRule', {
      ListenerArn,
      Priority,
      Conditions: [{ Field: 'path-pattern', Values: [`/${Priority}`] }],
      Actions: [action],
    }).Rules[0]?.RuleArn ?? '';
  const order = () =>
    aws
      .call('DescribeRules', { ListenerArn })
      .Rules?.map((rule) => [rule.Conditions?.[0]?.Values?.[0], rule.Priority]);
  const set = (...pairs: [string, number][]) =>
    aws.call('SetRulePriorities', {
      RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
    });
  const defaultRule = aws.call('DescribeRules', { ListenerArn }).Rules?.at(-1)?.RuleArn ?? '';
  return { aws, ListenerArn, create, order, set, defaultRule };
}

test.each([0, 50_001])('R1 priority %i is refused', (priority) => {
  expect(codeOf(() => setUp().create(priority))).toBe('ValidationError');
});

test('R1 a used priority is refused', () => {
  const { create } = setUp();
  create(7);
  expect(codeOf(() => create(7))).toBe('PriorityInUse');
});

test('R2 over the quota, counted over all listeners: TooManyRules', () => {
  const { aws, create } = setUp();
  aws.context.limits['rules-per-application-load-balancer'] = 2;
  create(1);
  const second = create(2);
  expect(codeOf(() => create(3))).toBe('TooManyRules');
  aws.call('DeleteRule', { RuleArn: second });
  expect(codeOf(() => create(3))).toBe('accepted');
});

test('rules are shown in the order of their priorities, the default one last (moto-coverage 4)', () => {
  const { create, order } = setUp();
  for (const priority of [30, 1, 200]) create(priority);
  expect(order()).toEqual([
    ['/1', '1'],
    ['/30', '30'],
    ['/200', '200'],
    [undefined, 'default'],
  ]);
});

test('pages of rules follow the priorities', () => {
  const { aws, ListenerArn, create } = setUp();
  for (const priority of [3, 1, 2]) create(priority);
  const first = aws.call('DescribeRules', { ListenerArn, PageSize: 3 });
  const second = aws.call('DescribeRules', { ListenerArn, PageSize: 3, Marker: first.NextMarker });
  expect(first.Rules?.map((rule) => rule.Priority)).toEqual(['1', '2', '3']);
  expect(second.Rules?.map((rule) => rule.Priority)).toEqual(['default']);
  expect(second.NextMarker).toBeUndefined();
});

describe('SetRulePriorities is judged on the result (moto-coverage 1, trap 4)', () => {
  test('swap, rotation, and a rule that stays', () => {
    const { create, order, set } = setUp();
    const [one, two, three] = [create(1), create(2), create(3)];
    set([one, 2], [two, 1]);
    expect(order()?.map(([path]) => path)).toEqual(['/2', '/1', '/3', undefined]);
    set([one, 3], [three, 1], [two, 2]);
    expect(order()?.map(([path]) => path)).toEqual(['/3', '/2', '/1', undefined]);
    set([one, 3]);
    expect(order()?.map(([, priority]) => priority)).toEqual(['1', '2', '3', 'default']);
  });

  test('a conflict in the result changes nothing', () => {
    const { create, order, set } = setUp();
    const [one, two] = [create(1), create(2), create(3)];
    const before = order();
    expect(codeOf(() => set([one, 3]))).toBe('PriorityInUse');
    expect(codeOf(() => set([one, 9], [two, 9]))).toBe('PriorityInUse');
    expect(codeOf(() => set([one, 9], [one, 8]))).toBe('ValidationError');
    expect(order()).toEqual(before);
  });

  test('the default rule has no priority', () => {
    const { defaultRule, set } = setUp();
    expect(codeOf(() => set([defaultRule, 1]))).toBe('OperationNotPermitted');
  });
});

test('the default rule is not deleted and not modified, but tagged; unknown rules are refused (moto-coverage 4)', () => {
  const { aws, defaultRule, create } = setUp();
  expect(codeOf(() => aws.call('DeleteRule', { RuleArn: defaultRule }))).toBe('OperationNotPermitted');
  expect(codeOf(() => aws.call('ModifyRule', { RuleArn: defaultRule, ResetTransforms: true }))).toBe(
    'OperationNotPermitted',
  );
  expect(defaultRule).toMatch(/:listener-rule\/app\/a\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
  aws.call('AddTags', { ResourceArns: [defaultRule], Tags: [{ Key: 'a', Value: 'b' }] });
  const rule = create(1);
  aws.call('DeleteRule', { RuleArn: rule });
  expect(codeOf(() => aws.call('DeleteRule', { RuleArn: rule }))).toBe('RuleNotFound');
  expect(codeOf(() => aws.call('DescribeRules', { RuleArns: [defaultRule, rule] }))).toBe('RuleNotFound');
});
