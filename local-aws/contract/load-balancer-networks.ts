// Rows for what a new load balancer takes from its network: subnets, security groups, pools (aws-limits 1; moto-coverage 2).
import { made, refused } from './create-load-balancer.ts';
import { type ContractCase, type ContractRow, from } from './row.ts';

const subnets: ContractCase[] = [
  refused(['L8', 'moto 2.9'], 'one subnet', { Subnets: ['$subnetA'] }, 'ValidationError', [
    'At least two subnets in two different Availability Zones must be specified',
  ]),
  refused(['L8'], 'no subnet', { Subnets: undefined }, 'ValidationError', ['At least two subnets']),
  refused(
    ['L8', 'moto 2.9'],
    'two subnets of one zone',
    { Subnets: ['$subnetA', '$subnetB', '$sameZone'] },
    'InvalidConfigurationRequest',
    ['cannot be attached to multiple subnets in the same Availability Zone'],
  ),
  refused(
    ['L8', 'moto 2.9'],
    'subnets of two VPCs',
    { Subnets: ['$subnetA', '$otherSubnetB'] },
    'InvalidConfigurationRequest',
    ['VPC', '$vpc', '$otherVpc'],
  ),
  refused(
    ['L8', 'moto 2.10'],
    'an unknown subnet',
    { Subnets: ['$subnetA', 'subnet-0123456789abcdef0'] },
    'SubnetNotFound',
    ["'subnet-0123456789abcdef0'"],
  ),
  made(
    ['L8'],
    'three zones',
    { Subnets: ['$subnetA', '$subnetB', '$subnetC'] },
    { AvailabilityZones: { length: 3 } },
  ),
  made(
    ['L12'],
    'mappings instead of subnets',
    { Subnets: undefined, SubnetMappings: [{ SubnetId: '$subnetA' }, { SubnetId: '$subnetB' }] },
    { AvailabilityZones: [{ SubnetId: '$subnetA' }, { SubnetId: '$subnetB' }] },
  ),
  refused(
    ['L12', 'moto 2.9'],
    'subnets and mappings together',
    { SubnetMappings: [{ SubnetId: '$subnetA' }, { SubnetId: '$subnetB' }] },
    'ValidationError',
    ['only one of', 'Subnets', 'SubnetMappings'],
  ),
  ...(
    [
      ['AllocationId', 'eipalloc-0123456789abcdef0', 'Elastic IPs are not supported'],
      ['PrivateIPv4Address', '10.0.0.77', "Network Load Balancers with scheme 'internal'"],
      ['IPv6Address', '2600:1f13::7', 'IPv6 addresses'],
      ['SourceNatIpv6Prefix', '2600:1f13::/80', "type 'network'"],
    ] as const
  ).map(([member, value, says]) =>
    refused(
      ['L12'],
      `a mapping with ${member}`,
      {
        Subnets: undefined,
        SubnetMappings: [{ SubnetId: '$subnetA', [member]: value }, { SubnetId: '$subnetB' }],
      },
      'InvalidConfigurationRequest',
      [says],
    ),
  ),
];

const groupsAndPools: ContractCase[] = [
  made(
    ['L15', 'moto 2.12'],
    'no security group means the default one of the VPC',
    {},
    { SecurityGroups: { 0: /^sg-[0-9a-f]+$/, length: 1 } },
  ),
  made(
    ['L15'],
    'five security groups',
    { SecurityGroups: ['$sg1', '$sg2', '$sg3', '$sg4', '$sg5'] },
    { SecurityGroups: { length: 5 } },
  ),
  refused(
    ['L15', 'moto 2.11'],
    'six security groups, above the quota',
    { SecurityGroups: ['$sg1', '$sg2', '$sg3', '$sg4', '$sg5', '$sg6'] },
    'InvalidConfigurationRequest',
    ['5', '6'],
  ),
  refused(
    ['L15'],
    'seventeen security groups, above any quota',
    { SecurityGroups: Array.from({ length: 17 }, (_, at) => `$sg${at + 1}`) },
    'InvalidConfigurationRequest',
    ['17'],
  ),
  refused(
    ['L15', 'moto 2.11'],
    'an unknown security group',
    { SecurityGroups: ['$sgA', 'sg-0123456789abcdef0'] },
    'InvalidSecurityGroup',
    ["'sg-0123456789abcdef0'"],
  ),
  refused(
    ['L15', 'moto 2.11'],
    'a security group of another VPC',
    { SecurityGroups: ['$sgOther'] },
    'InvalidConfigurationRequest',
    ['One or more security groups are invalid'],
  ),
  refused(
    ['L16'],
    'a pool that a customer owns, without an Outpost',
    { CustomerOwnedIpv4Pool: 'ipv4pool-coip-0a1B' },
    'InvalidConfigurationRequest',
    ["'ipv4pool-coip-0a1B'", 'Outpost'],
  ),
  ...['coip-1', 'ipv4pool-coip-', 'ipv4pool-coip-a_b', `ipv4pool-coip-${'a'.repeat(243)}`].map((pool) =>
    refused(['L16'], `the pool ${pool.slice(0, 30)}`, { CustomerOwnedIpv4Pool: pool }, 'ValidationError', [
      `'${pool}'`,
    ]),
  ),
  made(
    ['L17', 'moto 2.15', 'moto 1.10'],
    'an IPAM pool',
    { IpamPools: { Ipv4IpamPoolId: 'ipam-pool-0a1B' } },
    { IpamPools: { Ipv4IpamPoolId: 'ipam-pool-0a1B' } },
  ),
  ...['pool-1', 'ipam-pool-', 'ipam-pool-a_b', `ipam-pool-${'a'.repeat(991)}`].map((pool) =>
    refused(
      ['L17'],
      `the IPAM pool ${pool.slice(0, 30)}`,
      { IpamPools: { Ipv4IpamPoolId: pool } },
      'ValidationError',
      [`'${pool}'`],
    ),
  ),
  refused(
    ['L17'],
    'an IPAM pool and internal',
    { Scheme: 'internal', IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' } },
    'InvalidConfigurationRequest',
    ["'ipam-pool-1'", 'internal'],
  ),
  refused(
    ['L17'],
    'an IPAM pool without public IPv4',
    {
      IpAddressType: 'dualstack-without-public-ipv4',
      Subnets: ['$dualA', '$dualB'],
      IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' },
    },
    'InvalidConfigurationRequest',
    ["'ipam-pool-1'", "'dualstack-without-public-ipv4'"],
  ),
];

export const loadBalancerNetworkRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateLoadBalancer', subnets),
  ...from('AWS: Elastic Load Balancing API Reference, CreateLoadBalancer', groupsAndPools),
];
