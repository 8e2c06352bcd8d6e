// Rows for new load balancers: names, schemes, address types (aws-limits 1; moto-coverage 2).
import { made, refused } from './create-load-balancer.ts';
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aLoadBalancer } from './steps.ts';

const names: ContractCase[] = [
  made(
    ['L1'],
    '32 characters, two hyphens in a row',
    { Name: 'abcdefghijklmnopqrstuvwxyz--0123' },
    { LoadBalancerName: 'abcdefghijklmnopqrstuvwxyz--0123' },
  ),
  made(['L1'], 'internal without a hyphen', { Name: 'internalx' }, { LoadBalancerName: 'internalx' }),
  ...(
    [
      ['abcdefghijklmnopqrstuvwxyz--01234', "longer than '32' characters"],
      ['internal-x', "cannot begin with 'internal-'"],
      ['a_b', 'alphanumeric characters and hyphens(-)'],
      ['größe', 'alphanumeric characters and hyphens(-)'],
      ['a-', 'cannot end with a hyphen(-)'],
      ['-a', 'cannot begin with a hyphen(-)'],
    ] as const
  ).map(([Name, words]) =>
    refused(['L1', 'moto 2.6'], `the name ${Name}`, { Name }, 'ValidationError', [`'${Name}'`, words]),
  ),
  refused(['L1', 'moto 2.6'], 'an empty name', { Name: '' }, 'ValidationError', ['name']),
  refused(['L1'], 'no name', { Name: undefined }, 'ValidationError', ["'name'", 'not be null']),
  made(
    ['L1', 'moto 2.4', 'moto 1.1'],
    'a repeat with the same settings is the same load balancer',
    { Name: '$fresh-lb', Subnets: ['$subnetB', '$subnetA'] },
    { LoadBalancerArn: '$lb' },
    [aLoadBalancer()],
  ),
  ...(
    [
      ['another scheme', { Scheme: 'internal' }],
      ['other subnets', { Subnets: ['$subnetA', '$subnetC'] }],
      ['other security groups', { SecurityGroups: ['$sgA'] }],
      ['other tags', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ] as const
  ).map(([what, changes]) =>
    refused(
      ['L1', 'moto 2.5', 'moto 1.1'],
      `a repeat with ${what}`,
      changes,
      'DuplicateLoadBalancerName',
      ["'$fresh-lb'"],
      [aLoadBalancer()],
    ),
  ),
];

const kinds: ContractCase[] = [
  made(
    ['L2', 'L22', 'moto 2.1', 'moto 2.2', 'moto 2.3', 'moto 2.7'],
    'everything that a new load balancer shows',
    {},
    {
      LoadBalancerArn:
        /^arn:aws:elasticloadbalancing:$region:$account:loadbalancer\/app\/$fresh-lb\/[0-9a-f]{16}$/,
      DNSName: /^$fresh-lb-\d+\.$region\.elb\.amazonaws\.com$/,
      CanonicalHostedZoneId: 'Z1H1FL5HABSF5',
      CreatedTime: {},
      LoadBalancerName: '$fresh-lb',
      Scheme: 'internet-facing',
      VpcId: '$vpc',
      State: { Code: 'provisioning' },
      Type: 'application',
      AvailabilityZones: [
        { ZoneName: '$zoneA', SubnetId: '$subnetA' },
        { ZoneName: '$zoneB', SubnetId: '$subnetB' },
      ],
      IpAddressType: 'ipv4',
      IpamPools: null,
      CustomerOwnedIpv4Pool: null,
    },
  ),
  {
    ...made(
      ['moto 2.1'],
      'the settings that were asked for',
      { Scheme: 'internal', SecurityGroups: ['$sg1', '$sg2'], Type: 'application' },
      {
        Scheme: 'internal',
        VpcId: '$vpc',
        Type: 'application',
        SecurityGroups: ['$sg1', '$sg2'],
        State: { Code: 'provisioning' },
      },
    ),
    onMoto: true,
  },
  made(
    ['L2', 'moto 2.2'],
    'an internal one has it in its DNS name',
    { Scheme: 'internal' },
    { Scheme: 'internal', DNSName: /^internal-$fresh-lb-\d+\./ },
  ),
  refused(['L2', 'moto 2.8'], 'a public scheme', { Scheme: 'public' }, 'ValidationError', [
    "'public'",
    'internet-facing',
  ]),
  refused(['L22'], 'a network load balancer', { Type: 'network' }, 'ValidationError', ["'network'"]),
  refused(['L3'], 'an unknown address type', { IpAddressType: 'ipv6' }, 'ValidationError', [
    "'ipv6'",
    'dualstack',
  ]),
  ...['dualstack', 'dualstack-without-public-ipv4'].map((IpAddressType) =>
    made(
      ['L3', 'L6', 'moto 2.14'],
      `${IpAddressType} on subnets with IPv6`,
      { IpAddressType, Subnets: ['$dualA', '$dualB'] },
      { IpAddressType },
    ),
  ),
  made(
    ['L4'],
    'internal and dualstack',
    { Scheme: 'internal', IpAddressType: 'dualstack', Subnets: ['$dualA', '$dualB'] },
    { Scheme: 'internal', IpAddressType: 'dualstack' },
  ),
  ...['dualstack', 'dualstack-without-public-ipv4'].map((IpAddressType) =>
    refused(
      ['L6', 'moto 2.13'],
      `${IpAddressType} with a subnet without IPv6`,
      { IpAddressType, Subnets: ['$dualA', '$subnetB'] },
      'ValidationError',
      ['You must specify subnets with an associated IPv6 CIDR block', '$subnetB'],
    ),
  ),
];

const tag = (Key: string, Value = 'x') => ({ Key, Value });
const tags: ContractCase[] = [
  made(
    ['moto 2.16', 'TA4'],
    '50 tags at creation',
    { Tags: Array.from({ length: 50 }, (_, at) => tag(`tag-${at}`)) },
    { LoadBalancerName: '$fresh-lb' },
  ),
  ...(
    [
      [
        '51 tags at creation',
        ['TA4'],
        Array.from({ length: 51 }, (_, at) => tag(`tag-${at}`)),
        'TooManyTags',
        '50',
      ],
      ['a reserved tag at creation', ['TA3'], [tag('aws:shop')], 'ValidationError', "'aws:shop'"],
      ['a tag given twice at creation', ['TA5'], [tag('a'), tag('a')], 'DuplicateTagKeys', "'a'"],
      ['a tag key of 129 characters', ['TA1'], [tag('k'.repeat(129))], 'ValidationError', '128'],
      ['a tag with a star', ['TA2'], [tag('a*')], 'ValidationError', "'a*'"],
    ] as const
  ).map(([name, proves, Tags, error, word]) =>
    refused(['moto 2.16', ...proves], name, { Tags }, error, [word]),
  ),
];

export const loadBalancerRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateLoadBalancer: Name', names),
  ...from('AWS: Elastic Load Balancing API Reference, CreateLoadBalancer', kinds),
  ...from('AWS: Elastic Load Balancing API Reference, Tag', tags),
];
