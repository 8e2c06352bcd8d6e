// Calls on the network that need no moto: address pools that were given, and what is not ours.
import { EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, expect, test } from 'vitest';
import { AwsRefusal } from '../elb/refusal.ts';
import { emptyState } from '../elb/state.ts';
import type { AwsCall } from '../protocol/call.ts';
import { changesOurInterface, type NetworkSources, serveNetwork } from './network.ts';

const ec2 = new EC2Client({ region: 'us-west-2' });
afterAll(() => ec2.destroy());

const sources: NetworkSources = {
  ec2,
  state: emptyState(),
  account: '123456789012',
  subnets: new Map(),
  securityGroups: new Map(),
  pools: {
    ipam: [
      { IpamPoolId: 'ipam-pool-1', AddressFamily: 'ipv4', Tags: [{ Key: 'team', Value: 'a' }] },
      { IpamPoolId: 'ipam-pool-2', AddressFamily: 'ipv6' },
    ],
    coip: [{ PoolId: 'ipv4pool-coip-1', PoolCidrs: ['10.0.0.0/24'], LocalGatewayRouteTableId: 'lgw-rtb-1' }],
  },
  know: () => Promise.resolve(),
};
const call = (action: string, form: string): AwsCall => ({
  service: 'ec2',
  action,
  form: new URLSearchParams(form),
  json: {},
  protocol: 'ec2',
});
const answer = async (action: string, form = ''): Promise<unknown> => {
  try {
    return await serveNetwork(sources, call(action, form));
  } catch (error) {
    if (error instanceof AwsRefusal) return error.code;
    throw error;
  }
};
const [first, second] = sources.pools.ipam;

test.each<[string, string, unknown]>([
  ['DescribeIpamPools', '', { IpamPools: [first, second] }],
  ['DescribeIpamPools', 'IpamPoolId.1=ipam-pool-2', { IpamPools: [second] }],
  ['DescribeIpamPools', 'IpamPoolId.1=ipam-pool-3', 'InvalidIpamPoolId.NotFound'],
  ['DescribeIpamPools', 'Filter.1.Name=address-family&Filter.1.Value.1=ipv6', { IpamPools: [second] }],
  ['DescribeIpamPools', 'Filter.1.Name=tag:team&Filter.1.Value.1=*', { IpamPools: [first] }],
  ['DescribeIpamPools', 'DryRun=true', 'DryRunOperation'],
  ['DescribeCoipPools', 'PoolId.1=ipv4pool-coip-1', { CoipPools: sources.pools.coip }],
  ['DescribeCoipPools', 'Filter.1.Name=coip-pool.pool-id&Filter.1.Value.1=x', { CoipPools: [] }],
  ['GetSecurityGroupsForVpc', '', 'MissingParameter'],
  ['DescribeNetworkInterfaces', 'MaxResults=5&NetworkInterfaceId.1=eni-1', 'InvalidParameterCombination'],
  ['DescribeVpcs', '', undefined],
])('%s %s', async (action, form, expected) => {
  expect(await answer(action, form)).toEqual(expected);
});

test('an interface that no load balancer has may be changed', () => {
  expect(changesOurInterface(emptyState(), call('DeleteNetworkInterface', 'NetworkInterfaceId=eni-1'))).toBe(
    undefined,
  );
});
