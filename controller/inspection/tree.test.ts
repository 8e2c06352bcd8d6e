// Tests of trees: who is below whom, in which order, and what nobody uses.

import { expect, test } from 'vitest';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Action } from '../../api/aws.ts';
import { blankTargetGroup } from '../../api/ingress/target-group.ts';
import { targetGroupsOf, treeOf } from './tree.ts';

const identity = { group: 'shop/web', resourceTag: 'x', extra: {} };
const arn = (name: string): string => `arn:aws:elasticloadbalancing:r:1:targetgroup/${name}/0f`;
const forward = (...names: string[]): Action => ({
  type: 'forward',
  targets: names.map((name) => ({ targetGroup: { ref: arn(name) } })),
});
const balancer: Found = {
  ...identity,
  kind: 'loadBalancer',
  arn: 'lb',
  extra: { state: 'active', dnsName: 'K8S.example' },
  spec: {
    name: 'k8s-web',
    scheme: 'internal',
    ipAddressType: 'ipv4',
    subnets: [],
    securityGroups: [],
    attributes: {},
    tags: {},
  },
};
const listener = (port: number, ...defaultActions: Action[]): Found => ({
  ...identity,
  kind: 'listener',
  arn: `listener ${port}`,
  spec: {
    loadBalancer: { ref: 'lb' },
    port,
    protocol: 'HTTP',
    defaultActions,
    certificates: [],
    attributes: {},
    tags: {},
  },
});
const rule = (port: number, priority: number, resourceTag: string, ...actions: Action[]): Found => ({
  ...identity,
  resourceTag,
  kind: 'rule',
  arn: `rule ${port} ${priority}`,
  spec: { listener: { ref: `listener ${port}` }, priority, conditions: [], actions, tags: {} },
});
const targetGroup = (name: string): Found => ({
  ...identity,
  kind: 'targetGroup',
  arn: arn(name),
  spec: { ...blankTargetGroup({ targetType: 'ip', port: 1, ipAddressType: 'ipv4' }), name },
});

const NOT_FOUND: Action = { type: 'fixed-response', statusCode: '404' };
const FOUND: readonly Found[] = [
  listener(8080, forward('web')),
  rule(80, 10, '', forward('outside')),
  rule(80, 2, 'x', forward('web', 'web')),
  targetGroup('idle'),
  targetGroup('web'),
  listener(80, NOT_FOUND),
  balancer,
];
const HEALTH = new Map([[arn('web'), [{ id: 'i-1', port: 80, state: 'healthy' }]]]);

test('listeners by port, rules by priority and the default one last, each with its target groups', () => {
  const { loadBalancers } = treeOf('shop/web', FOUND, HEALTH);
  expect(loadBalancers).toHaveLength(1);
  expect(loadBalancers[0]).toMatchObject({ state: 'active', dnsName: 'k8s.example' });
  const rules = loadBalancers[0]?.listeners.map(({ spec, rules: of }) => [
    spec.port,
    of.map(({ priority, foreign, targetGroups }) => [
      priority,
      foreign,
      targetGroups.map(({ name }) => name),
    ]),
  ]);
  expect(rules).toEqual([
    [
      80,
      [
        [2, false, ['web']],
        [10, true, ['outside']],
        ['default', false, []],
      ],
    ],
    [8080, [['default', false, ['web']]]],
  ]);
});

test('targets with their health; of a target group that is not of the group only these', () => {
  const [first, second] = treeOf('shop/web', FOUND, HEALTH).loadBalancers[0]?.listeners[0]?.rules ?? [];
  expect(first?.targetGroups[0]?.targets).toEqual([{ id: 'i-1', port: 80, state: 'healthy' }]);
  expect(second?.targetGroups[0]).toEqual({ arn: arn('outside'), name: 'outside', targets: [] });
});

test('target groups that nobody forwards to', () => {
  expect(treeOf('shop/web', FOUND, HEALTH).unused.map(({ name }) => name)).toEqual(['idle']);
  expect(targetGroupsOf(FOUND).sort()).toEqual(['idle', 'outside', 'web'].map(arn));
});

test('a group that has nothing', () => {
  expect(treeOf('shop/web', [], new Map())).toEqual({ group: 'shop/web', loadBalancers: [], unused: [] });
});
