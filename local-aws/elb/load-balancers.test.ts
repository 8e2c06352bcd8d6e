// Load balancers: each row names what of aws-limits or the moto coverage table it holds us to.
import type { CreateLoadBalancerInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf, type InMemory, inMemory } from './in-memory.ts';

const SUBNETS = ['subnet-a', 'subnet-b'];

function create(aws: InMemory, changes: Partial<CreateLoadBalancerInput> = {}) {
  const [lb] = aws.call('CreateLoadBalancer', { Name: 'one', Subnets: SUBNETS, ...changes }).LoadBalancers;
  if (lb?.LoadBalancerArn === undefined) throw new Error('no load balancer');
  return { ...lb, arn: lb.LoadBalancerArn };
}

const tags = (count: number) => Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: '' }));

describe('CreateLoadBalancer refuses', () => {
  test.each<[string, Partial<CreateLoadBalancerInput>, string]>([
    ['L1 33 characters', { Name: 'a'.repeat(33) }, 'ValidationError'],
    ['L1 empty', { Name: '' }, 'ValidationError'],
    ['L1 underscore', { Name: 'a_b' }, 'ValidationError'],
    ['L1 hyphen first', { Name: '-a' }, 'ValidationError'],
    ['L1 hyphen last', { Name: 'a-' }, 'ValidationError'],
    ['L1 internal-', { Name: 'internal-a' }, 'ValidationError'],
    ['L2 scheme', { Scheme: 'public' as 'internal' }, 'ValidationError'],
    ['L3 address type', { IpAddressType: 'ipv6' as 'ipv4' }, 'ValidationError'],
    ['L6 no IPv6 subnets', { IpAddressType: 'dualstack' }, 'ValidationError'],
    ['L8 one subnet', { Subnets: ['subnet-a'] }, 'ValidationError'],
    ['L8 no subnet', { Subnets: [] }, 'ValidationError'],
    ['L8 one zone twice', { Subnets: ['subnet-a', 'subnet-a2', 'subnet-b'] }, 'InvalidConfigurationRequest'],
    ['L8 two VPCs', { Subnets: ['subnet-a', 'subnet-y'] }, 'InvalidConfigurationRequest'],
    ['L8 unknown subnet', { Subnets: ['subnet-a', 'subnet-0'] }, 'SubnetNotFound'],
    ['L12 subnets and mappings', { SubnetMappings: [{ SubnetId: 'subnet-c' }] }, 'ValidationError'],
    [
      'L12 address in a mapping',
      { Subnets: [], SubnetMappings: [{ SubnetId: 'subnet-a', AllocationId: 'eipalloc-1' }] },
      'InvalidConfigurationRequest',
    ],
    ['L15 unknown group', { SecurityGroups: ['sg-0'] }, 'InvalidSecurityGroup'],
    ['L15 group of another VPC', { SecurityGroups: ['sg-x'] }, 'InvalidConfigurationRequest'],
    [
      'L15 six groups',
      { SecurityGroups: ['sg-1', 'sg-2', 'sg-3', 'sg-4', 'sg-5', 'sg-6'] },
      'InvalidConfigurationRequest',
    ],
    ['L16 pool form', { CustomerOwnedIpv4Pool: 'pool-1' }, 'ValidationError'],
    ['L17 pool form', { IpamPools: { Ipv4IpamPoolId: 'pool-1' } }, 'ValidationError'],
    [
      'L17 internal',
      { Scheme: 'internal', IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' } },
      'InvalidConfigurationRequest',
    ],
    ['L22 type', { Type: 'network' }, 'ValidationError'],
    ['TA1 long key', { Tags: [{ Key: 'a'.repeat(129), Value: '' }] }, 'ValidationError'],
    ['TA1 long value', { Tags: [{ Key: 'a', Value: 'a'.repeat(257) }] }, 'ValidationError'],
    ['TA2 characters', { Tags: [{ Key: 'a*', Value: '' }] }, 'ValidationError'],
    ['TA3 reserved', { Tags: [{ Key: 'AWS:a', Value: '' }] }, 'ValidationError'],
    ['TA4 51 tags', { Tags: tags(51) }, 'TooManyTags'],
    ['TA5 repeated key', { Tags: [...tags(1), ...tags(1)] }, 'DuplicateTagKeys'],
  ])('%s', (_row, changes, code) => {
    expect(codeOf(() => create(inMemory(), changes))).toBe(code);
  });

  test.each<[string, Partial<CreateLoadBalancerInput>]>([
    ['L1 two hyphens inside', { Name: 'a--b' }],
    [
      'L4 internal dualstack',
      { Scheme: 'internal', IpAddressType: 'dualstack', Subnets: ['subnet-6a', 'subnet-6b'] },
    ],
    ['L12 mappings alone', { Subnets: [], SubnetMappings: SUBNETS.map((SubnetId) => ({ SubnetId })) }],
    ['TA4 50 tags', { Tags: tags(50) }],
  ])('but accepts %s', (_row, changes) => {
    expect(codeOf(() => create(inMemory(), changes))).toBe('accepted');
  });

  test('over the quota: TooManyLoadBalancers (aws-limits 7)', () => {
    const aws = inMemory();
    for (let n = 0; n < 50; n++) create(aws, { Name: `lb-${n}` });
    expect(codeOf(() => create(aws, { Name: 'lb-50' }))).toBe('TooManyLoadBalancers');
  });
});

test('an identical create is the same load balancer, another one of the name is refused (L1)', () => {
  const aws = inMemory();
  const { arn } = create(aws, { SecurityGroups: ['sg-1'] });
  expect(create(aws, { SecurityGroups: ['sg-1'], Subnets: [...SUBNETS].reverse() }).arn).toBe(arn);
  expect(codeOf(() => create(aws, { SecurityGroups: ['sg-2'] }))).toBe('DuplicateLoadBalancerName');
});

test('defaults: internet-facing, the default group of the VPC, provisioning and then active (moto-coverage 2)', () => {
  const aws = inMemory();
  aws.context.provisioningMs = 1000;
  const lb = create(aws);
  expect(lb).toMatchObject({
    Scheme: 'internet-facing',
    IpAddressType: 'ipv4',
    SecurityGroups: ['sg-default'],
  });
  const state = () => aws.call('DescribeLoadBalancers', { Names: ['one'] }).LoadBalancers?.[0]?.State?.Code;
  expect(state()).toBe('provisioning');
  aws.context.now += 1000;
  expect(state()).toBe('active');
});

test.each([
  [5, 5, 'accepted'],
  [16, 16, 'accepted'],
  [16, 17, 'InvalidConfigurationRequest'],
  [20, 17, 'InvalidConfigurationRequest'],
])('with a quota of %i, %i security groups: %s (L15)', (quota, count, expected) => {
  const aws = inMemory();
  aws.context.limits['security-groups-per-network-interface'] = quota;
  const ids = Array.from({ length: count }, (_, at) => `sg-many-${at}`);
  for (const id of ids) aws.context.world.securityGroups.set(id, { id, vpcId: 'vpc-1', name: id });
  expect(codeOf(() => create(aws, { SecurityGroups: ids }))).toBe(expected);
});

test('the DNS name of an internal one says so', () => {
  expect(create(inMemory(), { Scheme: 'internal' }).DNSName).toMatch(
    /^internal-one-\d+\.us-west-2\.elb\.amazonaws\.com$/,
  );
});

describe('DescribeLoadBalancers', () => {
  test('one unknown among known ones refuses the call (moto-coverage 1, trap 13)', () => {
    const aws = inMemory();
    const { arn } = create(aws);
    const asked = { LoadBalancerArns: [arn, arn.replace(/.$/, 'x')] };
    expect(codeOf(() => aws.call('DescribeLoadBalancers', asked))).toBe('LoadBalancerNotFound');
    expect(codeOf(() => aws.call('DescribeLoadBalancers', { Names: ['one', 'two'] }))).toBe(
      'LoadBalancerNotFound',
    );
  });

  test.each<[string, object]>([
    ['names and ARNs together', { Names: ['one'], LoadBalancerArns: ['arn:aws:x:loadbalancer/app/a/1'] }],
    ['21 names', { Names: Array.from({ length: 21 }, () => 'one') }],
    ['a page of 0', { PageSize: 0 }],
    ['a page of 401', { PageSize: 401 }],
    ['a marker that is not ours', { Marker: 'one' }],
  ])('refuses %s', (_row, input) => {
    const aws = inMemory();
    create(aws);
    expect(codeOf(() => aws.call('DescribeLoadBalancers', input))).toBe('ValidationError');
  });

  test('pages go on where they stopped, although some go and come in between', () => {
    const aws = inMemory();
    const arns = ['a', 'b', 'c', 'd', 'e'].map((Name) => create(aws, { Name }).arn);
    const first = aws.call('DescribeLoadBalancers', { PageSize: 2 });
    aws.call('DeleteLoadBalancer', { LoadBalancerArn: arns[1] });
    const second = aws.call('DescribeLoadBalancers', { PageSize: 2, Marker: first.NextMarker });
    const third = aws.call('DescribeLoadBalancers', { PageSize: 2, Marker: second.NextMarker });
    const names = [first, second, third].flatMap((page) =>
      page.LoadBalancers?.map((lb) => lb.LoadBalancerName),
    );
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(third.NextMarker).toBeUndefined();
  });
});

describe('changes', () => {
  test('SetSubnets keeps to the VPC and answers the zones (L8)', () => {
    const aws = inMemory();
    const { arn } = create(aws);
    const set = (Subnets: string[]) => aws.call('SetSubnets', { LoadBalancerArn: arn, Subnets });
    expect(codeOf(() => set(['subnet-x', 'subnet-y']))).toBe('InvalidConfigurationRequest');
    expect(codeOf(() => set(['subnet-c']))).toBe('ValidationError');
    expect(set(['subnet-a', 'subnet-c']).AvailabilityZones?.map((zone) => zone.SubnetId)).toEqual([
      'subnet-a',
      'subnet-c',
    ]);
  });

  test('SetSecurityGroups wants groups of the VPC, at least one (L15)', () => {
    const aws = inMemory();
    const { arn } = create(aws);
    const set = (SecurityGroups: string[]) =>
      aws.call('SetSecurityGroups', { LoadBalancerArn: arn, SecurityGroups });
    expect(codeOf(() => set([]))).toBe('ValidationError');
    expect(codeOf(() => set(['sg-x']))).toBe('InvalidConfigurationRequest');
    expect(set(['sg-2', 'sg-1']).SecurityGroupIds).toEqual(['sg-2', 'sg-1']);
  });

  test('SetIpAddressType looks at the subnets (L6)', () => {
    const aws = inMemory();
    const { arn } = create(aws);
    const set = (IpAddressType: 'ipv4' | 'dualstack' | 'dualstack-without-public-ipv4') =>
      aws.call('SetIpAddressType', { LoadBalancerArn: arn, IpAddressType });
    expect(codeOf(() => set('dualstack'))).toBe('ValidationError');
    aws.call('SetSubnets', { LoadBalancerArn: arn, Subnets: ['subnet-6a', 'subnet-6b'] });
    expect(set('dualstack-without-public-ipv4').IpAddressType).toBe('dualstack-without-public-ipv4');
  });

  test('a protected one is not deleted, a missing one is no error, a malformed ARN is (L21)', () => {
    const aws = inMemory();
    const { arn } = create(aws);
    const drop = (LoadBalancerArn: string) =>
      codeOf(() => aws.call('DeleteLoadBalancer', { LoadBalancerArn }));
    const protect = (Value: string) =>
      aws.call('ModifyLoadBalancerAttributes', {
        LoadBalancerArn: arn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      });
    protect('true');
    expect(drop(arn)).toBe('OperationNotPermitted');
    protect('false');
    expect(drop(arn)).toBe('accepted');
    expect(drop(arn)).toBe('accepted');
    expect(drop('one')).toBe('ValidationError');
    expect(aws.state.loadBalancers.size + aws.state.loadBalancerNames.size + aws.state.dnsNames.size).toBe(0);
  });
});
