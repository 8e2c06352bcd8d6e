// What a listener does with a request: rule, group, target (ALB User Guide: Listener rules, Target group health).
import { describe, expect, test } from 'vitest';
import type { MatchRequest } from '../../api/routing/match.ts';
import { held } from '../elb/find.ts';
import { fixed, path, setUp } from '../elb/rule-fixture.ts';
import { chooseGroup, eligibleTargets, ruleActionsOf, ruleFor } from './route.ts';
import { readGroup } from './settings.ts';

const request = (url: string): MatchRequest => ({
  method: 'GET',
  protocol: 'http',
  host: 'a.b',
  port: 80,
  path: url,
  query: '',
  headers: {},
  sourceIp: '127.0.0.1',
});

test('rules answer in the order of their priorities, else the default one', () => {
  const { aws, ListenerArn, create } = setUp();
  create([path('/a*')], [fixed], 200);
  create([path('/ab')], [fixed], 3);
  const listener = held(aws.state.listeners, ListenerArn);
  const answering = (url: string) => ruleFor(aws.state, listener, request(url)).priority;
  expect(answering('/ab')).toBe(3);
  expect(answering('/abc')).toBe(200);
  expect(answering('/')).toBeUndefined();
});

test('the action before routing is told apart', () => {
  const { aws, create } = setUp('HTTPS');
  const jwt = {
    Type: 'jwt-validation',
    Order: 1,
    JwtValidationConfig: { JwksEndpoint: 'https://a.b/k', Issuer: 'a' },
  } as const;
  const { arn } = create([path('/')], [jwt, { ...fixed, Order: 2 }]);
  const decision = ruleActionsOf(held(aws.state.rules, arn));
  expect([decision.before?.Type, decision.routing.Type]).toEqual(['jwt-validation', 'fixed-response']);
});

describe('chooseGroup', () => {
  const config = (...weights: number[]) => ({
    TargetGroups: weights.map((Weight, n) => ({ TargetGroupArn: `tg-${n}`, Weight })),
  });
  test.each<[number[], number, string | undefined, string | undefined]>([
    [[1, 1], 0, undefined, 'tg-0'],
    [[1, 1], 0.49, undefined, 'tg-0'],
    [[1, 1], 0.5, undefined, 'tg-1'],
    [[1, 3], 0.99, undefined, 'tg-1'],
    [[0, 1], 0, undefined, 'tg-1'],
    [[1, 0], 0.99, undefined, 'tg-0'],
    [[0, 0], 0.5, undefined, undefined],
    [[1, 1], 0, 'tg-1', 'tg-1'],
    [[1, 1], 0, 'tg-9', 'tg-0'],
  ])('weights %j, random %d, cookie %s → %s', (weights, random, sticky, expected) => {
    expect(chooseGroup(config(...weights), random, sticky)).toBe(expected);
  });
});

test('healthy targets take requests; without any, all registered ones do; draining and far ones never', () => {
  const { aws, group, create } = setUp();
  const arn = group('tg', { TargetType: 'ip' });
  create([path('/')], [{ Type: 'forward', TargetGroupArn: arn }]);
  const Targets = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.2.1'].map((Id) => ({ Id }));
  aws.call('RegisterTargets', { TargetGroupArn: arn, Targets });
  aws.call('DeregisterTargets', { TargetGroupArn: arn, Targets: [{ Id: '10.0.0.3' }] });
  const held = aws.state.targetGroups.get(arn);
  if (held === undefined) throw new Error('the group is gone');
  const settings = readGroup(held);
  const eligible = (changes: Partial<typeof settings> = {}) =>
    eligibleTargets(aws.state, held, aws.context, { ...settings, ...changes }).map(({ key }) => key);
  expect(eligible()).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
  const two = held.targets['10.0.0.2:80'];
  if (two !== undefined) two.health = 'healthy';
  expect(eligible()).toEqual(['10.0.0.2:80']);
  // Unhealthy state routing: one healthy of two is less than asked for.
  expect(eligible({ healthyCount: 2 })).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
  expect(eligible({ healthyPercentage: 50 })).toEqual(['10.0.0.2:80']);
  expect(eligible({ healthyPercentage: 51 })).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
  if (two !== undefined) two.health = 'unhealthy';
  expect(eligible()).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
});
