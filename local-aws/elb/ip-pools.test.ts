// Address pools (aws-limits L16, L17).
import type { CreateLoadBalancerInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf, type InMemory, inMemory } from './in-memory.ts';
import { createBalancer } from './trust-store-fixture.ts';

const POOL = { Ipv4IpamPoolId: 'ipam-pool-1' };
const SIX = ['subnet-6a', 'subnet-6b'];

function create(aws: InMemory, changes: Partial<CreateLoadBalancerInput>) {
  const input = { Name: 'a', Subnets: ['subnet-a', 'subnet-b'], ...changes };
  return aws.call('CreateLoadBalancer', input).LoadBalancers[0];
}

describe('CreateLoadBalancer', () => {
  test.each<[string, Partial<CreateLoadBalancerInput>, string]>([
    ['L17 a pool', { IpamPools: POOL }, 'accepted'],
    ['L17 dualstack', { IpamPools: POOL, IpAddressType: 'dualstack', Subnets: SIX }, 'accepted'],
    ['L17 internal', { IpamPools: POOL, Scheme: 'internal' }, 'InvalidConfigurationRequest'],
    [
      'L17 without public IPv4',
      { IpamPools: POOL, IpAddressType: 'dualstack-without-public-ipv4', Subnets: SIX },
      'InvalidConfigurationRequest',
    ],
    ['L16 no Outpost', { CustomerOwnedIpv4Pool: 'ipv4pool-coip-1' }, 'InvalidConfigurationRequest'],
    ['L16 Outpost', { CustomerOwnedIpv4Pool: 'ipv4pool-coip-1', Subnets: ['subnet-o1'] }, 'accepted'],
  ])('%s: %o', (_row, changes, code) => {
    expect(codeOf(() => create(inMemory(), changes))).toBe(code);
  });

  test('reads them back', () => {
    expect(create(inMemory(), { IpamPools: POOL })?.IpamPools).toEqual(POOL);
    const owned = { CustomerOwnedIpv4Pool: 'ipv4pool-coip-1', Subnets: ['subnet-o1'] };
    expect(create(inMemory(), owned)?.CustomerOwnedIpv4Pool).toBe('ipv4pool-coip-1');
  });
});

describe('ModifyIpPools', () => {
  test('sets, replaces and removes', () => {
    const aws = inMemory();
    const LoadBalancerArn = createBalancer(aws);
    const read = () => aws.call('DescribeLoadBalancers', {}).LoadBalancers?.[0]?.IpamPools;
    const other = { Ipv4IpamPoolId: 'ipam-pool-2' };
    for (const IpamPools of [POOL, other]) {
      expect(aws.call('ModifyIpPools', { LoadBalancerArn, IpamPools })).toEqual({ IpamPools });
      expect(read()).toEqual(IpamPools);
    }
    const remove = () => aws.call('ModifyIpPools', { LoadBalancerArn, RemoveIpamPools: ['ipv4'] });
    expect(remove()).toEqual({});
    expect(read()).toBeUndefined();
    expect(remove()).toEqual({});
  });

  test.each<[string, object, string]>([
    ['nothing', {}, 'ValidationError'],
    ['setting and removing', { IpamPools: POOL, RemoveIpamPools: ['ipv4'] }, 'ValidationError'],
    ['a malformed pool', { IpamPools: { Ipv4IpamPoolId: 'pool' } }, 'ValidationError'],
    ['IPv6', { RemoveIpamPools: ['ipv6'] }, 'ValidationError'],
  ])('refuses %s', (_row, input, code) => {
    const aws = inMemory();
    const LoadBalancerArn = createBalancer(aws);
    expect(codeOf(() => aws.call('ModifyIpPools', { LoadBalancerArn, ...input }))).toBe(code);
  });

  test('refuses an internal load balancer, and a missing one', () => {
    const aws = inMemory();
    const lb = create(aws, { Scheme: 'internal' });
    const modify = (LoadBalancerArn: string | undefined) =>
      codeOf(() => aws.call('ModifyIpPools', { LoadBalancerArn, IpamPools: POOL }));
    expect(modify(lb?.LoadBalancerArn)).toBe('InvalidConfigurationRequest');
    expect(modify(`${lb?.LoadBalancerArn}0`)).toBe('LoadBalancerNotFound');
  });

  test('a pool keeps the public IPv4 addresses (L17)', () => {
    const aws = inMemory();
    const arn = create(aws, { IpamPools: POOL, Subnets: SIX })?.LoadBalancerArn;
    const change = (IpAddressType: 'dualstack' | 'dualstack-without-public-ipv4') =>
      codeOf(() => aws.call('SetIpAddressType', { LoadBalancerArn: arn, IpAddressType }));
    expect(change('dualstack')).toBe('accepted');
    expect(change('dualstack-without-public-ipv4')).toBe('InvalidConfigurationRequest');
  });
});
