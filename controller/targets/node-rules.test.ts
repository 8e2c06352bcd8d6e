// The rules that node security groups should have (aws-model 5.7, 5.8).

import { describe, expect, test } from 'vitest';
import { sourceText } from '../../api/aws.ts';
import type { Node } from '../../api/kube.ts';
import { permissionsFor, placeOf, type Reach, ruleChange, rulesChangedByHand } from './node-rules.ts';

const lines = (reaches: readonly Reach[], restricted = true) =>
  Object.fromEntries(
    [...permissionsFor(reaches, restricted)].map(([group, permissions]) => [
      group,
      permissions.map(
        ({ protocol, fromPort, toPort, source }) => `${protocol} ${fromPort}-${toPort} ${sourceText(source)}`,
      ),
    ]),
  );

const reach = (nodeGroup: string, source: string, ...ports: readonly number[]): Reach => ({
  ...{ nodeGroup, protocol: 'tcp', ports },
  source: source.startsWith('sg-') ? { group: source } : { cidr: source },
});
const udp = (of: Reach): Reach => ({ ...of, protocol: 'udp' });
const allPorts = (of: Reach): Reach => ({ ...of, ports: 'all' });

test.each<[string, readonly Reach[], Readonly<Record<string, readonly string[]>>]>([
  ['nothing', [], {}],
  ['one port', [reach('sg-n', 'sg-s', 30080)], { 'sg-n': ['tcp 30080-30080 sg-s'] }],
  [
    'from the lowest to the highest port of a source',
    [reach('sg-n', 'sg-s', 30080, 9000), reach('sg-n', 'sg-s', 31000)],
    { 'sg-n': ['tcp 9000-31000 sg-s'] },
  ],
  [
    'sources and node groups apart',
    [reach('sg-n', 'sg-s', 1), reach('sg-n', 'sg-t', 2), reach('sg-m', 'sg-s', 3)],
    { 'sg-n': ['tcp 1-1 sg-s', 'tcp 2-2 sg-t'], 'sg-m': ['tcp 3-3 sg-s'] },
  ],
  [
    'protocols apart',
    [reach('sg-n', 'sg-s', 1, 5), udp(reach('sg-n', 'sg-s', 3))],
    { 'sg-n': ['tcp 1-5 sg-s', 'udp 3-3 sg-s'] },
  ],
  [
    'all ports are more than some',
    [reach('sg-n', 'sg-s', 30080), allPorts(reach('sg-n', 'sg-s'))],
    { 'sg-n': ['tcp 0-65535 sg-s'] },
  ],
  [
    'of a network each port is a rule of its own, and one network is one, however it is written',
    [reach('sg-n', '10.0.0.0/16', 80, 90), reach('sg-n', '10.0.0.1/16', 90)],
    { 'sg-n': ['tcp 80-80 10.0.0.0/16', 'tcp 90-90 10.0.0.0/16'] },
  ],
  ['port 0 is all ports', [reach('sg-n', 'sg-s', 0)], { 'sg-n': ['tcp 0-65535 sg-s'] }],
  ['no port, no rule', [reach('sg-n', 'sg-s')], { 'sg-n': [] }],
])('%s', (_, reaches, expected) => {
  expect(lines(reaches)).toEqual(expected);
});

test('without restriction each rule is as it is asked for', () => {
  const all = allPorts(reach('sg-n', 'sg-s'));
  expect(lines([all, all, reach('sg-n', 'sg-s', 30080), reach('sg-n', 'sg-s', 8080)], false)).toEqual({
    'sg-n': ['tcp 0-65535 sg-s', 'tcp 30080-30080 sg-s', 'tcp 8080-8080 sg-s'],
  });
});

describe('where a target is let in (aws-model 5.8)', () => {
  const node = (name: string, labels: Record<string, string>, providerID: string): [string, Node] => [
    name,
    { metadata: { name, labels }, spec: { providerID } },
  ];
  const nodes = new Map([
    node('ec2', {}, 'aws:///us-west-2a/i-1'),
    node('fargate', { 'eks.amazonaws.com/compute-type': 'fargate' }, 'aws:///us-west-2a/x/fargate-10-0-0-1'),
    node('pod', { 'sagemaker.amazonaws.com/compute-type': 'hyperpod' }, 'aws:///usw2-az1/sagemaker/i-2'),
    node('hybrid', { 'eks.amazonaws.com/compute-type': 'hybrid' }, 'eks-hybrid:///us-west-2/c/mi-1'),
  ]);
  test.each([
    ['ec2', 'instance', { instance: 'i-1' }],
    ['ec2', 'ip', { instance: 'i-1', address: '10.0.0.1' }],
    ['fargate', 'ip', { address: '10.0.0.1' }],
    ['pod', 'ip', { address: '10.0.0.1' }],
    ['hybrid', 'ip', undefined],
    ['gone', 'ip', undefined],
  ] as const)('on node %s, target type %s', (on, type, place) => {
    expect(placeOf({ id: '10.0.0.1', node: on }, type, nodes)).toEqual(place);
  });
});

test('every rule carries the mark by which it is known as ours', () => {
  const [permission] = permissionsFor([reach('sg-n', 'sg-s', 1)]).get('sg-n') ?? [];
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

describe('rules that somebody else changed', () => {
  const rule = (port: number) => ({
    protocol: 'tcp',
    fromPort: port,
    toPort: port,
    source: { group: 'sg-s' },
  });
  test.each([
    ['one is revoked', [rule(1)], [], [rule(1)], ['authorize tcp 1-1 from sg-s']],
    ['one is added', [rule(1)], [rule(1), rule(2)], [rule(1)], ['revoke tcp 2-2 from sg-s']],
    ['what we did not make yet is none', [], [], [rule(1)], []],
    ['what nobody needs any more is none', [rule(1), rule(2)], [rule(1), rule(2)], [rule(1)], []],
  ])('%s', (_, left, now, wanted, lines) => {
    expect(rulesChangedByHand(left, now, ruleChange(now, wanted, true))).toEqual(lines);
  });
});
