// Network interfaces of load balancers: one in each zone, with a description and an address of its subnet.
import { expect, test } from 'vitest';
import type { LoadBalancerRecord } from '../elb/state.ts';
import { interfacesOf } from './interfaces.ts';

const lb = (serial: number, changes: Partial<LoadBalancerRecord> = {}): LoadBalancerRecord => ({
  arn: `arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/shop/00000000000000${10 + serial}`,
  serial,
  name: 'shop',
  dnsName: 'shop',
  scheme: 'internet-facing',
  vpcId: 'vpc-1',
  ipAddressType: 'ipv4',
  zones: [
    { zone: 'us-west-2a', subnetId: 'subnet-a' },
    { zone: 'us-west-2b', subnetId: 'subnet-b' },
  ],
  securityGroups: ['sg-1'],
  createdAt: 0,
  activeAt: 0,
  attributes: {},
  tags: {},
  listeners: {},
  targetGroups: {},
  ruleCount: 0,
  ...changes,
});
const network = {
  account: '123456789012',
  subnets: new Map([
    ['subnet-a', { cidr: '10.0.1.0/28' }],
    ['subnet-b', { cidr: '10.0.2.0/24' }],
  ]),
  securityGroups: new Map([['sg-1', { name: 'shop' }]]),
};

test('an interface says whose it is and where it lies', () => {
  const [a, b] = interfacesOf([lb(1)], network);
  expect(a).toMatchObject({
    Description: 'ELB app/shop/0000000000000011',
    RequesterId: 'amazon-elb',
    RequesterManaged: true,
    Status: 'in-use',
    SubnetId: 'subnet-a',
    AvailabilityZone: 'us-west-2a',
    VpcId: 'vpc-1',
    Groups: [{ GroupId: 'sg-1', GroupName: 'shop' }],
    PrivateIpAddress: '10.0.1.13',
  });
  expect(a?.NetworkInterfaceId).toMatch(/^eni-0[0-9a-f]{16}$/);
  expect(a?.MacAddress).toMatch(/^06(:[0-9a-f]{2}){5}$/);
  expect(a?.Association?.PublicIp).toMatch(/^198\.1[89]\./);
  expect(b?.PrivateIpAddress).toBe('10.0.2.253');
  expect(interfacesOf([lb(1)], network)).toEqual([a, b]);
});

test('ids and addresses differ, and addresses stay off those that are AWS’s own', () => {
  const all = interfacesOf(
    Array.from({ length: 11 }, (_, n) => lb(n)),
    network,
  );
  expect(new Set(all.map((one) => one.NetworkInterfaceId)).size).toBe(22);
  const inA = all.filter((one) => one.SubnetId === 'subnet-a').map((one) => one.PrivateIpAddress);
  const hosts = inA.map((address) => Number(address?.split('.')[3])).sort((x, y) => x - y);
  expect(hosts).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});

test('an internal load balancer has no public address', () => {
  const [a] = interfacesOf([lb(1, { scheme: 'internal' })], network);
  expect(a?.Association).toBeUndefined();
});
