// Rows for changes of load balancers: subnets, security groups, address type, deletion (aws-limits 1; moto-coverage 1, 2).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aListener, aLoadBalancer, aTargetGroup, forwardTo } from './steps.ts';

const before = [aLoadBalancer()];

/** A call on `$lb`. */
const on = (
  call: string,
  proves: string[],
  name: string,
  input: object,
  expect: ContractCase['expect'],
): ContractCase => ({
  proves,
  name,
  before,
  call,
  input: { LoadBalancerArn: '$lb', ...input },
  expect,
});

const invalid = (...says: string[]): ContractCase['expect'] => ({ error: 'ValidationError', says });
const conflict = (...says: string[]): ContractCase['expect'] => ({
  error: 'InvalidConfigurationRequest',
  says,
});

const subnets: ContractCase[] = [
  on(
    'SetSubnets',
    ['L8', 'moto 2.22'],
    'other subnets',
    { Subnets: ['$subnetB', '$subnetC'] },
    {
      answer: {
        AvailabilityZones: [
          { SubnetId: '$subnetB', ZoneName: '$zoneB' },
          { SubnetId: '$subnetC', ZoneName: '$zoneC' },
        ],
        IpAddressType: 'ipv4',
      },
    },
  ),
  on(
    'SetSubnets',
    ['L12', 'moto 2.22'],
    'mappings and an address type',
    { SubnetMappings: [{ SubnetId: '$dualA' }, { SubnetId: '$dualB' }], IpAddressType: 'dualstack' },
    {
      answer: {
        AvailabilityZones: [{ SubnetId: '$dualA' }, { SubnetId: '$dualB' }],
        IpAddressType: 'dualstack',
      },
    },
  ),
  {
    proves: ['moto 2.22'],
    name: 'what was set is read back',
    before: [
      aLoadBalancer(),
      {
        call: 'SetSubnets',
        input: { LoadBalancerArn: '$lb', Subnets: ['$dualA', '$dualB'], IpAddressType: 'dualstack' },
      },
    ],
    call: 'DescribeLoadBalancers',
    input: { LoadBalancerArns: ['$lb'] },
    expect: {
      answer: {
        LoadBalancers: [
          { IpAddressType: 'dualstack', AvailabilityZones: [{ SubnetId: '$dualA' }, { SubnetId: '$dualB' }] },
        ],
      },
    },
  },
  on(
    'SetSubnets',
    ['L8', 'moto 2.22'],
    'one subnet',
    { Subnets: ['$subnetC'] },
    invalid('At least two subnets'),
  ),
  on(
    'SetSubnets',
    ['L12'],
    'subnets and mappings',
    { Subnets: ['$subnetA', '$subnetB'], SubnetMappings: [{ SubnetId: '$subnetC' }] },
    invalid('SubnetMappings'),
  ),
  on(
    'SetSubnets',
    ['L8', 'moto 2.22'],
    'two subnets of one zone',
    { Subnets: ['$subnetA', '$sameZone'] },
    conflict('multiple subnets in the same Availability Zone'),
  ),
  on(
    'SetSubnets',
    ['L8', 'moto 2.22'],
    'subnets of another VPC',
    { Subnets: ['$otherSubnetA', '$otherSubnetB'] },
    conflict("'$vpc'", "'$otherVpc'"),
  ),
  on(
    'SetSubnets',
    ['L6', 'moto 2.22'],
    'dualstack without IPv6',
    { Subnets: ['$subnetA', '$subnetB'], IpAddressType: 'dualstack' },
    invalid('IPv6 CIDR block', '$subnetA'),
  ),
];

const IPV6_BEHIND: ContractStep[] = [
  aLoadBalancer({ Subnets: ['$dualA', '$dualB'], IpAddressType: 'dualstack' }),
  aTargetGroup({ IpAddressType: 'ipv6' }),
  aListener({ DefaultActions: [forwardTo('$tg')] }),
];

const groupsAndAddresses: ContractCase[] = [
  {
    ...on(
      'SetSecurityGroups',
      ['L15', 'moto 2.23'],
      'other security groups',
      { SecurityGroups: ['$sg2', '$sg3'] },
      { answer: { SecurityGroupIds: ['$sg2', '$sg3'] } },
    ),
    onMoto: true,
  },
  on(
    'SetSecurityGroups',
    ['L15', 'moto 2.23'],
    'no security groups',
    { SecurityGroups: [] },
    invalid('security group'),
  ),
  on(
    'SetSecurityGroups',
    ['L15', 'moto 2.23'],
    'a group of another VPC',
    { SecurityGroups: ['$sgOther'] },
    conflict('One or more security groups are invalid'),
  ),
  on(
    'SetSecurityGroups',
    ['L15', 'moto 2.23'],
    'an unknown group',
    { SecurityGroups: ['sg-0123456789abcdef0'] },
    { error: 'InvalidSecurityGroup', says: ["'sg-0123456789abcdef0'"] },
  ),
  on(
    'SetSecurityGroups',
    ['L15'],
    'six groups',
    { SecurityGroups: ['$sg1', '$sg2', '$sg3', '$sg4', '$sg5', '$sg6'] },
    conflict('6'),
  ),
  on(
    'SetIpAddressType',
    ['L6', 'moto 2.24'],
    'dualstack without IPv6 subnets',
    { IpAddressType: 'dualstack' },
    invalid('IPv6 CIDR block', '$subnetA'),
  ),
  on(
    'SetIpAddressType',
    ['L3'],
    'an unknown address type instead',
    { IpAddressType: 'ipv6' },
    invalid("'ipv6'", 'dualstack'),
  ),
  {
    proves: ['L3', 'moto 2.14', 'moto 2.24'],
    name: 'dualstack without public IPv4',
    before: [aLoadBalancer({ Subnets: ['$dualA', '$dualB'] })],
    call: 'SetIpAddressType',
    input: { LoadBalancerArn: '$lb', IpAddressType: 'dualstack-without-public-ipv4' },
    expect: { answer: { IpAddressType: 'dualstack-without-public-ipv4' } },
  },
  {
    proves: ['L17'],
    name: 'no public IPv4 although there is an IPAM pool',
    before: [aLoadBalancer({ Subnets: ['$dualA', '$dualB'], IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' } })],
    call: 'SetIpAddressType',
    input: { LoadBalancerArn: '$lb', IpAddressType: 'dualstack-without-public-ipv4' },
    expect: conflict("'ipam-pool-1'", "'dualstack-without-public-ipv4'"),
  },
  {
    proves: ['moto 2.24', 'TG7'],
    name: 'IPv4 only, with an IPv6 target group behind',
    before: IPV6_BEHIND,
    call: 'SetIpAddressType',
    input: { LoadBalancerArn: '$lb', IpAddressType: 'ipv4' },
    expect: conflict("'ipv4'", '$tg'),
  },
  {
    proves: ['moto 2.22', 'TG7'],
    name: 'IPv4 only with new subnets, with an IPv6 target group behind',
    before: IPV6_BEHIND,
    call: 'SetSubnets',
    input: { LoadBalancerArn: '$lb', Subnets: ['$dualA', '$dualB'], IpAddressType: 'ipv4' },
    expect: conflict("'ipv4'", '$tg'),
  },
];

const PROTECT: ContractStep = {
  call: 'ModifyLoadBalancerAttributes',
  input: { LoadBalancerArn: '$lb', Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }] },
};
const DELETE: ContractStep = { call: 'DeleteLoadBalancer', input: { LoadBalancerArn: '$lb' } };

const deleted: ContractCase[] = [
  {
    proves: ['L21', 'moto 1.7', 'moto 2.31'],
    name: 'one that is protected',
    before: [aLoadBalancer(), PROTECT],
    ...DELETE,
    expect: { error: 'OperationNotPermitted', says: ["'$lb'", 'deletion protection'] },
  },
  {
    proves: ['L21', 'moto 2.31'],
    name: 'one that is gone counts as deleted',
    before: [aLoadBalancer(), DELETE],
    ...DELETE,
    expect: { answer: {} },
  },
  {
    proves: ['moto 2.31', '6 resource ARNs'],
    name: 'what is no load balancer',
    call: 'DeleteLoadBalancer',
    input: { LoadBalancerArn: 'arn:aws:s3:::bucket' },
    expect: invalid("'arn:aws:s3:::bucket'"),
  },
  {
    proves: ['moto 2.31', 'moto 3.17'],
    name: 'its target group is free afterwards',
    before: [aLoadBalancer(), aTargetGroup(), aListener({ DefaultActions: [forwardTo('$tg')] }), DELETE],
    call: 'DescribeTargetGroups',
    input: { TargetGroupArns: ['$tg'] },
    expect: { answer: { TargetGroups: [{ LoadBalancerArns: [] }] } },
  },
  {
    proves: ['moto 2.31', 'moto 1.12'],
    name: 'its tags are gone with it',
    before: [aLoadBalancer({ Tags: [{ Key: 'a', Value: 'b' }] }), DELETE],
    call: 'DescribeTags',
    input: { ResourceArns: ['$lb'] },
    expect: { error: 'LoadBalancerNotFound', says: ['$lb'] },
  },
];

export const loadBalancerChangeRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, SetSubnets', subnets),
  ...from('AWS: Elastic Load Balancing API Reference, SetSecurityGroups', groupsAndAddresses),
  ...from('AWS: Elastic Load Balancing API Reference, DeleteLoadBalancer', deleted),
];
