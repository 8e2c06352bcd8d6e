// The rules that node security groups should have (aws-model 5.7).
import { describe, expect, test } from 'vitest';
import type { Aws } from './aws/calls.ts';
import type { Lookups } from './aws/facts.ts';
import { nodeAccess, permissionsFor, ruleChange } from './node-access.ts';

const lines = (reaches: Parameters<typeof permissionsFor>[0]) =>
  Object.fromEntries(
    [...permissionsFor(reaches)].map(([group, permissions]) => [
      group,
      permissions.map(
        ({ protocol, fromPort, toPort, source }) =>
          `${protocol} ${fromPort}-${toPort} ${'group' in source ? source.group : ''}`,
      ),
    ]),
  );

test.each([
  ['nothing', [], {}],
  ['one port', [{ nodeGroup: 'sg-n', source: 'sg-s', ports: [30080] }], { 'sg-n': ['tcp 30080-30080 sg-s'] }],
  [
    'from the lowest to the highest port of a source',
    [
      { nodeGroup: 'sg-n', source: 'sg-s', ports: [30080, 9000] },
      { nodeGroup: 'sg-n', source: 'sg-s', ports: [31000] },
    ],
    { 'sg-n': ['tcp 9000-31000 sg-s'] },
  ],
  [
    'sources and node groups apart',
    [
      { nodeGroup: 'sg-n', source: 'sg-s', ports: [1] },
      { nodeGroup: 'sg-n', source: 'sg-t', ports: [2] },
      { nodeGroup: 'sg-m', source: 'sg-s', ports: [3] },
    ],
    { 'sg-n': ['tcp 1-1 sg-s', 'tcp 2-2 sg-t'], 'sg-m': ['tcp 3-3 sg-s'] },
  ],
  ['no port, no rule', [{ nodeGroup: 'sg-n', source: 'sg-s', ports: [] }], { 'sg-n': [] }],
])('%s', (_, reaches, expected) => {
  expect(lines(reaches)).toEqual(expected);
});

test('every rule carries the mark by which it is known as ours', () => {
  const [permission] = permissionsFor([{ nodeGroup: 'sg-n', source: 'sg-s', ports: [1] }]).get('sg-n') ?? [];
  expect(permission?.description).toBe('elbv2.k8s.aws/targetGroupBinding=shared');
});

describe('what changes on a node group', () => {
  const range = (fromPort: number, toPort: number, group = 'sg-s') => ({
    protocol: 'tcp',
    fromPort,
    toPort,
    source: { group },
  });
  const [wide, narrow] = [range(30000, 31000), range(30100, 30200)];
  test.each([
    ['as it is', [wide], [wide], true, [], []],
    ['nothing there yet', [], [wide], false, [wide], []],
    ['less is needed, and all is known', [wide], [narrow], true, [narrow], [wide]],
    ['less is needed as far as is known', [wide], [narrow], false, [], []],
    ['more is needed as far as is known', [narrow], [wide], false, [wide], []],
    [
      'a wider one of another source admits nothing',
      [range(1, 65535, 'sg-t')],
      [narrow],
      false,
      [narrow],
      [],
    ],
    ['nobody needs it', [wide], [], true, [], [wide]],
    ['nobody needs it as far as is known', [wide], [], false, [], []],
  ])('%s', (_, now, wanted, complete, missing, extra) => {
    expect(ruleChange(now, wanted, complete)).toEqual({ missing, extra });
  });
});

test('a group that is seen while the rules are being read has not lost them', async () => {
  const sent: string[] = [];
  let seen = false;
  const rules = {
    GroupId: 'sg-node',
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: 30080,
        ToPort: 30080,
        UserIdGroupPairs: [{ GroupId: 'sg-shared', Description: 'elbv2.k8s.aws/targetGroupBinding=shared' }],
      },
    ],
  };
  const send = async (command: object): Promise<object> => {
    sent.push(command.constructor.name);
    seen = true;
    return { SecurityGroups: [rules] };
  };
  const run = nodeAccess({
    aws: { clusterName: 'prod', vpcId: 'vpc-1', ec2: { send } } as unknown as Aws,
    lookups: { nodeInstances: async () => new Map() } as unknown as Lookups,
    world: { service: () => undefined, slices: () => [], nodes: () => [] },
    serving: () => [],
    complete: () => seen,
    unclear: () => undefined,
    failed: () => undefined,
  });
  await run();
  expect(sent).toEqual(['DescribeSecurityGroupsCommand']);
  await run();
  expect(sent).toEqual(['DescribeSecurityGroupsCommand', 'RevokeSecurityGroupIngressCommand']);
});
