// Rows for priorities of rules: their range, and setting many at once (aws-limits R1; moto-coverage 1, 4).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aListener, aLoadBalancer, aRule, theDefaultRule } from './steps.ts';
import { onMoto, path, refused, taken, tryRule } from './try-rule.ts';

const numbered = (n: number, changes: object = {}): ContractStep =>
  aRule({ Priority: n, Conditions: [path(`/${n}`)], ...changes }, `rule${n}`);
const move = (rule: string, Priority: number) => ({ RuleArn: rule, Priority });

const set = (
  proves: string[],
  name: string,
  RulePriorities: object[],
  expect: ExpectedAnswer,
  ...more: ContractStep[]
): ContractCase => ({
  proves,
  name,
  before: [aLoadBalancer(), aListener(), ...more, numbered(1), numbered(2), numbered(3)],
  call: 'SetRulePriorities',
  input: { RulePriorities },
  expect,
});

const now = (...pairs: [rule: string, priority: string][]): ExpectedAnswer => ({
  answer: { Rules: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })) },
});

export const priorityRows: readonly ContractRow[] = from(
  'AWS: Elastic Load Balancing API Reference, SetRulePriorities',
  [
    tryRule('R1, moto 4.11', 'priority 0', { Priority: 0 }, refused("'0'")),
    tryRule('R1, moto 4.11', 'priority 50001', { Priority: 50001 }, refused("'50001'")),
    tryRule('R1', 'no priority', { Priority: undefined }, refused('priority')),
    tryRule('R1', 'priority 50000', { Priority: 50000 }, { answer: { Rules: [{ Priority: '50000' }] } }),
    onMoto(
      tryRule(
        'R1, moto 4.12',
        'a priority that is in use',
        { Priority: 2 },
        { error: 'PriorityInUse', says: ["'2'"] },
        [numbered(2)],
      ),
    ),
    tryRule('R1', 'a priority that another listener uses', { Priority: 2 }, taken, [
      aListener({ Port: 81 }, 'other'),
      numbered(2, { ListenerArn: '$other' }),
    ]),
    set(
      ['moto 1.4', 'moto 4.13'],
      'two rules swap',
      [move('$rule1', 2), move('$rule2', 1)],
      now(['$rule1', '2'], ['$rule2', '1']),
    ),
    set(
      ['moto 1.4', 'moto 4.13'],
      'three rules rotate',
      [move('$rule1', 2), move('$rule2', 3), move('$rule3', 1)],
      now(['$rule1', '2'], ['$rule2', '3'], ['$rule3', '1']),
    ),
    set(['moto 1.4', 'moto 4.13'], 'a rule keeps its priority', [move('$rule1', 1)], now(['$rule1', '1'])),
    onMoto(set(['moto 4.13'], 'a rule moves to a free priority', [move('$rule1', 9)], now(['$rule1', '9']))),
    set(
      ['R1', 'moto 4.13'],
      'a priority that a rule outside the call has',
      [move('$rule1', 2), move('$rule3', 9)],
      { error: 'PriorityInUse', says: ["'2'"] },
    ),
    set(['R1', 'moto 4.13'], 'one priority for two rules', [move('$rule1', 9), move('$rule2', 9)], {
      error: 'PriorityInUse',
      says: ["'9'"],
    }),
    set(
      ['R1', 'moto 4.13'],
      'one rule twice',
      [move('$rule1', 8), move('$rule1', 9)],
      refused('more than once'),
    ),
    set(['R1'], 'no rule', [], refused('priority')),
    set(['R1'], 'priority 50001 for a rule', [move('$rule1', 50001)], refused("'50001'")),
    set(['R1'], 'priority 50000 for a rule', [move('$rule1', 50000)], now(['$rule1', '50000'])),
    set(
      ['R1', 'moto 4.13'],
      'the default rule',
      [move('$defaultRule', 5)],
      { error: 'OperationNotPermitted', says: ['$defaultRule'] },
      theDefaultRule(),
    ),
    set(
      ['R1'],
      'a rule that is not there',
      [move('arn:aws:elasticloadbalancing:$region:$account:listener-rule/app/a/0/0/0', 5)],
      { error: 'RuleNotFound', says: ['One or more rules not found'] },
    ),
    {
      proves: ['moto 1.4', 'moto 4.14'],
      name: 'after a swap the rules are read in their new order',
      before: [
        aLoadBalancer(),
        aListener(),
        numbered(1),
        numbered(2),
        { call: 'SetRulePriorities', input: { RulePriorities: [move('$rule1', 2), move('$rule2', 1)] } },
      ],
      call: 'DescribeRules',
      input: { ListenerArn: '$listener' },
      expect: { answer: { Rules: [{ RuleArn: '$rule2' }, { RuleArn: '$rule1' }, { IsDefault: true }] } },
    },
  ],
);
