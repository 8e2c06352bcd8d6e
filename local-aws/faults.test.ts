// Token buckets, late visibility and what is planned.
import { expect, test } from 'vitest';
import { Buckets } from './buckets.ts';
import { visibleState } from './elb/eventual-consistency.ts';
import { inMemory } from './elb/in-memory.ts';
import { ConnectionReset, FaultPlan } from './faults.ts';

const taken = (buckets: Buckets, action: string, now: number): number => {
  let count = 0;
  while (buckets.take(action, now)) count += 1;
  return count;
};

test.each<[string, number, number]>([
  ['DescribeRules', 40, 10],
  ['RegisterTargets', 20, 4],
  ['CreateRule', 20, 3],
])('%s: %i at once, then %i a second', (action, capacity, perSecond) => {
  const buckets = new Buckets();
  expect(taken(buckets, action, 0)).toBe(capacity);
  expect(taken(buckets, action, 1000)).toBe(perSecond);
  expect(taken(buckets, action, 1_000_000)).toBe(capacity);
});

test('actions of one kind share a bucket, others do not', () => {
  const buckets = new Buckets();
  taken(buckets, 'CreateRule', 0);
  expect(buckets.take('DeleteRule', 0)).toBe(false);
  expect(buckets.take('DescribeRules', 0)).toBe(true);
});

test('only Elastic Load Balancing is throttled, and only when asked', () => {
  const faults = new FaultPlan(0);
  const refused = (service: string) =>
    Array.from({ length: 50 }, () => faults.exceeded(service, 'DescribeRules', 0)).filter(Boolean).length;
  expect(refused('elasticloadbalancing')).toBe(0);
  faults.setThrottling(true);
  expect([refused('elasticloadbalancing'), refused('ec2')]).toEqual([10, 0]);
});

test('a reset is due once, when it was asked for', () => {
  const faults = new FaultPlan(0);
  faults.reset('CreateRule', 1, 'after');
  expect(faults.due('CreateRule', 'before')).toBeUndefined();
  expect(faults.due('CreateRule', 'after')).toBeInstanceOf(ConnectionReset);
  expect(faults.due('CreateRule', 'after')).toBeUndefined();
});

test('what is new is heard of later, what was there before at once', () => {
  const faults = new FaultPlan(0, 3);
  expect(faults.visibleUpTo(0)).toBeUndefined();
  faults.setVisibleAfter(100);
  faults.recordSerial(5, 1000);
  faults.recordSerial(7, 1050);
  expect([1000, 1099, 1100, 1150].map((now) => faults.visibleUpTo(now))).toEqual([3, 3, 5, 7]);
});

test('a listener that is not heard of has no trace in its load balancer', () => {
  const { state, call } = inMemory();
  const lb = call('CreateLoadBalancer', { Name: 'shop', Subnets: ['subnet-a', 'subnet-b'] });
  const upTo = state.serial;
  call('CreateListener', {
    LoadBalancerArn: lb.LoadBalancers?.[0]?.LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  });
  const seen = visibleState(state, upTo);
  expect([...seen.loadBalancers.values()].map(({ listeners }) => listeners)).toEqual([{}]);
  expect([seen.listeners.size, seen.rules.size, state.listeners.size]).toEqual([0, 0, 1]);
  expect(visibleState(state, 0).loadBalancerNames.size).toBe(0);
  expect(visibleState(state, state.serial)).toEqual(state);
});

test('kills count from when they were planned', () => {
  const faults = new FaultPlan(0);
  // Nobody has this process id, so that nobody is killed.
  faults.killAt(2, 2 ** 30);
  faults.called('CreateRule', 7);
  expect(faults.plan().planned).toMatchObject([{ what: `kill ${2 ** 30}`, left: 1 }]);
  faults.called('CreateRule', 8);
  expect(faults.plan().planned).toEqual([]);
});
