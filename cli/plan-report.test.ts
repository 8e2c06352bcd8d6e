// Tests of how a plan is told: lines, colours, counts, data and exit codes.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { AwsFailure } from '../alb/failures/failure.ts';
import type { Found } from '../alb/kinds/kind.ts';
import type { Operation } from '../alb/plan/operation.ts';
import type { Resource } from '../api/aws.ts';
import type { PlannedGroup } from '../controller/inspection/planning.ts';
import { type Paint, plain } from './paint.ts';
import { exitCodeOf, planData, planText } from './plan-report.ts';

const marked: Paint = (colour, text) => `<${colour}>${text}</>`;
const RULES = { name: 'x', description: '', ingress: [], tags: {} };
const resource: Resource = { kind: 'securityGroup', id: 'securityGroup/managed', spec: RULES };
const found: Found = {
  kind: 'securityGroup',
  arn: 'sg-1',
  group: 'g',
  resourceTag: 'x',
  spec: RULES,
  extra: {},
};
const at = { kind: 'securityGroup', id: 'securityGroup/managed' } as const;
const create: Operation = { ...at, verb: 'create', resource, because: ['does not exist yet'] };
const replace: Operation = { ...create, replaces: found, because: ['scheme internal → internet-facing'] };
const modify: Operation = {
  ...at,
  verb: 'modify',
  resource,
  found,
  change: [{ field: 'name', from: 'a', to: 'b' }],
  because: ['name a → b'],
};
const remove: Operation = {
  ...at,
  id: 'sg-1',
  verb: 'delete',
  found,
  after: [],
  because: ['nothing wants it'],
};
const reorder: Operation = { ...at, kind: 'rule', id: 'listener', verb: 'reorder', moves: [], because: [] };

const QUIET: PlannedGroup = {
  group: 'shop/web',
  members: ['shop/web'],
  leaving: [],
  policy: 'sync',
  steps: [],
  registrations: [],
  problems: [],
  undecided: false,
  later: [],
};
const steps = (allowed: boolean, ...operations: Operation[]): Partial<PlannedGroup> => ({
  steps: operations.map((operation) => ({ operation, allowed })),
});
const problem = {
  member: 'shop/web',
  problem: { code: 'NotAllowed', severity: 'refuse', path: 'scheme', value: 'x', allowed: 'y' },
} as const;
const failure = new AwsFailure({
  action: 'DescribeRules',
  code: 'AccessDenied',
  message: 'no',
  kind: 'denied',
  status: 403,
});
const text = (...groups: Partial<PlannedGroup>[]): string =>
  planText(
    groups.map((one) => ({ ...QUIET, ...one })),
    plain,
  );

describe('exit codes', () => {
  test.each<[string, Partial<PlannedGroup>, number]>([
    ['nothing to do', {}, 0],
    ['something is refused and nothing to do', { problems: [problem] }, 0],
    ['an operation', steps(true, create), 2],
    ['an operation that the policy leaves out', steps(false, create), 0],
    ['a target', { registrations: [{ targetGroup: 'a', backend: 'b', register: ['c'], deregister: [] }] }, 2],
    ['no decision', { undecided: true }, 1],
    ['no answer', { undecided: true, failure }, 1],
  ])('%s', (_what, one, code) => {
    expect(exitCodeOf([QUIET, { ...QUIET, ...one }])).toBe(code);
  });

  test('no group at all', () => {
    expect(exitCodeOf([])).toBe(0);
    expect(text()).toBe('0 groups looked at: nothing to do');
  });
});

test('groups without anything to tell are only counted', () => {
  expect(text({}, {})).toBe('2 groups looked at: nothing to do');
});

test('a sign for each verb, replacements marked, and a count', () => {
  expect(text(steps(true, create, replace, modify, reorder, remove))).toBe(
    [
      'Ingress shop/web',
      '  + create securityGroup/managed: does not exist yet',
      '-/+ replace securityGroup/managed: scheme internal → internet-facing',
      '  ~ modify securityGroup/managed: name a → b',
      '  ~ reorder rule listener',
      '  - delete securityGroup sg-1: nothing wants it',
      '',
      '1 group looked at: 5 operations, 1 of them by replacement',
    ].join('\n'),
  );
});

test('a group names its members and those who leave', () => {
  const one = { group: 'edge', members: ['shop/a', 'bank/b'], leaving: ['shop/c'], ...steps(true, create) };
  expect(text(one).split('\n')[0]).toBe('group edge: shop/a, bank/b; leaving: shop/c');
  expect(text({ ...one, members: [] }).split('\n')[0]).toBe('group edge: no Ingress; leaving: shop/c');
});

test('what the policy leaves out is told and not counted', () => {
  const planned = [{ ...QUIET, policy: 'observe' as const, ...steps(false, create) }];
  expect(planText(planned, plain)).toBe(
    [
      'Ingress shop/web',
      '  + create securityGroup/managed: does not exist yet (left out by the policy observe)',
      '',
      '1 group looked at: nothing to do',
    ].join('\n'),
  );
});

test('targets: how many, and the first of them', () => {
  const register = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1'];
  const said = text({
    registrations: [{ targetGroup: 't', backend: 'shop/web:80', register, deregister: ['z:1'] }],
  });
  expect(said).toContain('  + register 6 targets of shop/web:80: a:1, b:1, c:1, d:1, e:1, …\n');
  expect(said).toContain('  - deregister 1 target of shop/web:80: z:1\n');
  expect(said).toContain('6 targets to register, 1 target to deregister');
});

test('problems, what follows, and what cannot be planned', () => {
  expect(text({ problems: [problem], undecided: true })).toBe(
    [
      'Ingress shop/web',
      '  cannot be planned: AWS is left as it is until this is solved:',
      '  ! Ingress shop/web: refused: scheme: "x" is not y. [NotAllowed]',
      '',
      '1 group looked at: 1 group that cannot be planned',
    ].join('\n'),
  );
  expect(text({ undecided: true, failure })).toContain(
    '  cannot be planned: DescribeRules answered AccessDenied: no\n',
  );
  expect(text({ ...steps(true, modify), later: ['more'] })).toContain('\n    then: more\n');
});

test('colours say what is made, changed, replaced and removed', () => {
  const lines = planText([{ ...QUIET, ...steps(true, create, replace, modify, remove) }], marked).split('\n');
  expect(lines.map((line) => /^<(\w+)>/.exec(line)?.[1])).toEqual([
    'bold',
    'green',
    'cyan',
    'yellow',
    'red',
    undefined,
    'bold',
  ]);
});

test('as data: the same words, changes, and the counts', () => {
  const data = planData([
    { ...QUIET, ...steps(true, replace, modify), problems: [problem] },
    { ...QUIET, undecided: true, failure },
  ]);
  expect(data).toMatchObject({
    groups: 2,
    undecided: 1,
    operations: 2,
    replacements: 1,
    plan: [
      {
        group: 'shop/web',
        operations: [
          { verb: 'replace', replaces: 'sg-1', allowed: true },
          { verb: 'modify', arn: 'sg-1', change: [{ field: 'name', from: 'a', to: 'b' }] },
        ],
        problems: [{ member: 'shop/web', code: 'NotAllowed', message: 'scheme: "x" is not y.' }],
      },
      { failure: 'DescribeRules answered AccessDenied: no' },
    ],
  });
  expect(JSON.stringify(data)).toContain('"words":"modify securityGroup/managed: name a → b"');
});

test.each([
  ['FORCE_COLOR', true],
  ['NO_COLOR', false],
  ['NOTHING', false],
])('with %s set, standard output that is no terminal has colours: %s', (variable, has) => {
  const program = `import { paint } from './cli/paint.ts'; process.stdout.write(paint('red', 'x'));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, [variable]: '1' },
  });
  expect(stdout.includes('\u001b[31m')).toBe(has);
  expect(stdout).toContain('x');
});

describe('orphans', () => {
  const orphan = { stack: 'shop/old', found: [found], since: Date.parse('2026-11-30T12:00:00Z') };
  const left = {
    ...orphan,
    fate: 'left',
    reason: 'Policy',
    because: 'the policy is observe',
    steps: [],
  } as const;
  const goes = {
    ...orphan,
    fate: 'goes',
    because: 'an orphan since then',
    steps: [{ operation: remove, allowed: true }],
  } as const;

  test('what becomes of each, and why; only what goes is something to do', () => {
    expect(planText([QUIET], plain, { orphans: [left, goes] })).toBe(
      [
        'orphan shop/old: 1 security group; no Ingress and no binding names it',
        '    left: the policy is observe',
        '',
        'orphan shop/old: 1 security group; no Ingress and no binding names it',
        '    is removed: an orphan since then',
        '  - delete securityGroup sg-1: nothing wants it',
        '',
        '1 group looked at: 2 orphans',
      ].join('\n'),
    );
    expect([exitCodeOf([QUIET], { orphans: [left] }), exitCodeOf([QUIET], { orphans: [goes] })]).toEqual([
      0, 2,
    ]);
  });

  test('why they cannot be told', () => {
    const unknown = 'cannot list targetgroupbindings: forbidden';
    expect(planText([QUIET], plain, { unknown })).toBe(
      `orphans cannot be told: ${unknown}\n\n1 group looked at: nothing to do`,
    );
    expect(planData([QUIET], { unknown })).toMatchObject({ orphans: { unknown } });
  });

  test('as data', () => {
    expect(planData([QUIET], { orphans: [goes] })).toMatchObject({
      orphans: [
        {
          stack: 'shop/old',
          fate: 'goes',
          since: '2026-11-30T12:00:00Z',
          resources: [{ kind: 'securityGroup', arn: 'sg-1' }],
          operations: [{ verb: 'delete', words: 'delete securityGroup sg-1: nothing wants it' }],
        },
      ],
    });
  });
});
