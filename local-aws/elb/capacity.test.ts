// Reserved capacity (aws-limits L18, L20, 7).
import { describe, expect, test } from 'vitest';
import { codeOf, inMemory } from './in-memory.ts';
import { createBalancer } from './trust-store-fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

function setUp(provisioningMs = 0) {
  const aws = inMemory();
  const LoadBalancerArn = createBalancer(aws);
  aws.context.provisioningMs = provisioningMs;
  const reserve = (CapacityUnits: number, arn = LoadBalancerArn) =>
    aws.call('ModifyCapacityReservation', {
      LoadBalancerArn: arn,
      MinimumLoadBalancerCapacity: { CapacityUnits },
    });
  const reset = () =>
    aws.call('ModifyCapacityReservation', { LoadBalancerArn, ResetCapacityReservation: true });
  const read = () => aws.call('DescribeCapacityReservation', { LoadBalancerArn });
  return { aws, LoadBalancerArn, reserve, reset, read };
}

test('nothing is reserved at first', () => {
  expect(setUp().read()).toEqual({ DecreaseRequestsRemaining: 2 });
});

test('a reservation is pending, then spread over the zones', () => {
  const { aws, reserve, read } = setUp(60_000);
  const zones = (Code: string, EffectiveCapacityUnits: number) =>
    ['us-west-2a', 'us-west-2b'].map((AvailabilityZone) => ({
      ...{ AvailabilityZone, State: { Code } },
      EffectiveCapacityUnits,
    }));
  const common = {
    LastModifiedTime: new Date(aws.context.now),
    DecreaseRequestsRemaining: 2,
    MinimumLoadBalancerCapacity: { CapacityUnits: 101 },
  };
  expect(reserve(101)).toEqual({ ...common, CapacityReservationState: zones('pending', 0) });
  aws.context.now += 60_000;
  expect(read()).toEqual({ ...common, CapacityReservationState: zones('provisioned', 50.5) });
});

test('a pending reservation refuses another and SetSubnets', () => {
  const { aws, LoadBalancerArn, reserve, reset } = setUp(60_000);
  reserve(100);
  const Subnets = ['subnet-a', 'subnet-c'];
  const move = () => aws.call('SetSubnets', { LoadBalancerArn, Subnets });
  for (const call of [() => reserve(200), reset, move])
    expect(codeOf(call)).toBe('CapacityReservationPending');
  aws.context.now += 60_000;
  for (const call of [move, () => reserve(200)]) expect(codeOf(call)).toBe('accepted');
});

test('a reset gives everything back', () => {
  const { reserve, reset, read } = setUp();
  reserve(100);
  reset();
  expect(read()).not.toHaveProperty('MinimumLoadBalancerCapacity');
  expect(read()).not.toHaveProperty('CapacityReservationState');
});

test('two decreases a day, and any number of increases', () => {
  const { aws, reserve, read } = setUp();
  for (const units of [500, 600, 400, 500, 300]) reserve(units);
  expect(read().DecreaseRequestsRemaining).toBe(0);
  expect(codeOf(() => reserve(200))).toBe('CapacityDecreaseRequestLimitExceeded');
  expect(codeOf(() => reserve(300))).toBe('accepted');
  expect(codeOf(() => reserve(400))).toBe('accepted');
  aws.context.now += DAY_MS;
  expect(read().DecreaseRequestsRemaining).toBe(2);
  expect(codeOf(() => reserve(200))).toBe('accepted');
});

describe('refuses', () => {
  test.each([0, 99, -100])('%i units', (units) => {
    expect(codeOf(() => setUp().reserve(units))).toBe('ValidationError');
  });

  test('neither or both of units and reset', () => {
    const { aws, LoadBalancerArn } = setUp();
    const both = { ResetCapacityReservation: true, MinimumLoadBalancerCapacity: { CapacityUnits: 100 } };
    for (const input of [{}, { ResetCapacityReservation: false }, both])
      expect(codeOf(() => aws.call('ModifyCapacityReservation', { LoadBalancerArn, ...input }))).toBe(
        'ValidationError',
      );
  });

  test('more than the quotas of load balancer and Region', () => {
    const { aws, reserve } = setUp();
    expect(codeOf(() => reserve(15_001))).toBe('CapacityUnitsLimitExceeded');
    aws.context.limits['capacity-units-per-region'] = 300;
    reserve(200);
    expect(codeOf(() => reserve(101, createBalancer(aws, 'other')))).toBe('CapacityUnitsLimitExceeded');
    expect(codeOf(() => reserve(300))).toBe('accepted');
    aws.context.limits['capacity-units-per-region'] = 0;
    expect(codeOf(() => reserve(100))).toBe('CapacityUnitsLimitExceeded');
  });

  test('a load balancer that does not exist, and one on an Outpost', () => {
    const { aws, reserve } = setUp();
    const missing = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/x/0123456789abcdef';
    expect(codeOf(() => reserve(100, missing))).toBe('LoadBalancerNotFound');
    expect(codeOf(() => aws.call('DescribeCapacityReservation', { LoadBalancerArn: missing }))).toBe(
      'LoadBalancerNotFound',
    );
    expect(codeOf(() => reserve(100, createBalancer(aws, 'outpost', ['subnet-o1'])))).toBe(
      'InvalidConfigurationRequest',
    );
  });
});
