// Rows for what concerns the account: limits, security policies, reserved capacity, pools, and what is in use.
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aLoadBalancer } from './steps.ts';

const GONE = 'arn:aws:elasticloadbalancing:$region:$account:loadbalancer/app/gone/0123456789abcdef';
const before: readonly ContractStep[] = [aLoadBalancer()];

const row = (
  proves: string[],
  name: string,
  first: readonly ContractStep[],
  step: ContractStep,
  expect: ContractCase['expect'],
): ContractCase => ({ proves, name, before: first, call: step.call, input: step.input, expect });
const invalid = (...says: string[]): ContractCase['expect'] => ({ error: 'ValidationError', says });

const limits: ContractCase[] = (
  [
    ['application-load-balancers', '50'],
    ['listeners-per-application-load-balancer', '50'],
    ['rules-per-application-load-balancer', '100'],
    ['certificates-per-application-load-balancer', '25'],
    ['target-groups-per-application-load-balancer', '100'],
    ['target-groups-per-action-on-application-load-balancer', '5'],
    ['targets-per-application-load-balancer', '1000'],
    ['target-id-registrations-per-application-load-balancer', '1000'],
    ['target-groups', '3000'],
    ['targets-per-target-group', '1000'],
    ['condition-values-per-alb-rule', '5'],
    ['condition-wildcards-per-alb-rule', '6'],
  ] as const
).map(([Name, Max]) =>
  row(
    ['moto 2.28'],
    `${Name} is ${Max}`,
    [],
    { call: 'DescribeAccountLimits', input: {} },
    {
      answer: { Limits: [{ Name, Max }] },
    },
  ),
);

const describePolicies = (input: object): ContractStep => ({ call: 'DescribeSSLPolicies', input });
const policies: ContractCase[] = [
  ...[
    'ELBSecurityPolicy-2016-08',
    'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
    'ELBSecurityPolicy-TLS13-1-0-FIPS-PQ-2025-09',
    'ELBSecurityPolicy-TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07',
    'ELBSecurityPolicy-FS-2018-06',
  ].map((Name) =>
    row(['moto 2.29', 'N11'], `${Name} exists`, [], describePolicies({ Names: [Name] }), {
      answer: { SslPolicies: { length: 1, 0: { Name } } },
    }),
  ),
  row(
    ['moto 2.29', 'N11'],
    'a policy that does not exist',
    [],
    describePolicies({ Names: ['ELBSecurityPolicy-9'] }),
    {
      error: 'SSLPolicyNotFound',
      says: ["'ELBSecurityPolicy-9'"],
    },
  ),
  row(['moto 2.29'], '46 policies', [], describePolicies({}), {
    answer: { SslPolicies: { length: 46 } },
  }),
  row(['moto 2.29', 'moto 1.9'], 'policies in pages', [], describePolicies({ PageSize: 10 }), {
    answer: { SslPolicies: { length: 10 }, NextMarker: /./ },
  }),
];

const reserve = (CapacityUnits: number, LoadBalancerArn = '$lb'): ContractStep => ({
  call: 'ModifyCapacityReservation',
  input: { LoadBalancerArn, MinimumLoadBalancerCapacity: { CapacityUnits } },
});
const RESET: ContractStep = {
  call: 'ModifyCapacityReservation',
  input: { LoadBalancerArn: '$lb', ResetCapacityReservation: true },
};
const READ: ContractStep = { call: 'DescribeCapacityReservation', input: { LoadBalancerArn: '$lb' } };
const reserved = (CapacityUnits: number | null): ContractCase['expect'] => ({
  answer: { MinimumLoadBalancerCapacity: CapacityUnits === null ? null : { CapacityUnits } },
});

const capacity: ContractCase[] = [
  row(['L18', 'moto 2.27', 'moto 1.10'], '100 units', before, reserve(100), reserved(100)),
  row(['L18', 'moto 2.27'], '99 units', before, reserve(99), invalid('100', '99')),
  row(['L18', 'moto 2.27'], 'no units', before, reserve(0), invalid('100', '0')),
  row(['L18', 'moto 2.26'], 'what is reserved is read back, by zone', [...before, reserve(200)], READ, {
    answer: {
      MinimumLoadBalancerCapacity: { CapacityUnits: 200 },
      CapacityReservationState: [
        { AvailabilityZone: '$zoneA', State: { Code: 'provisioned' }, EffectiveCapacityUnits: 100 },
        { AvailabilityZone: '$zoneB', State: { Code: 'provisioned' }, EffectiveCapacityUnits: 100 },
      ],
    },
  }),
  row(['moto 2.26'], 'nothing reserved', before, READ, reserved(null)),
  row(['L18', 'moto 2.27'], 'a reset', [...before, reserve(100)], RESET, reserved(null)),
  row(
    ['L18', 'moto 2.27'],
    'two decreases in a day',
    [...before, reserve(300), reserve(200)],
    reserve(100),
    reserved(100),
  ),
  row(
    ['L18', 'moto 2.27'],
    'a third decrease in a day',
    [...before, reserve(400), reserve(300), reserve(200)],
    reserve(100),
    { error: 'CapacityDecreaseRequestLimitExceeded', says: ['2'] },
  ),
  row(['L18'], 'above the quota of a load balancer', before, reserve(15_001), {
    error: 'CapacityUnitsLimitExceeded',
    says: ['15000'],
  }),
  row(
    ['L18'],
    'a number and a reset at once',
    before,
    { ...RESET, input: { ...RESET.input, MinimumLoadBalancerCapacity: { CapacityUnits: 100 } } },
    invalid('exactly one'),
  ),
  row(
    ['moto 2.26'],
    'of an unknown load balancer',
    [],
    { ...READ, input: { LoadBalancerArn: GONE } },
    {
      error: 'LoadBalancerNotFound',
      says: ['One or more load balancers not found'],
    },
  ),
  row(['moto 2.27'], 'for an unknown load balancer', [], reserve(100, GONE), {
    error: 'LoadBalancerNotFound',
    says: ['One or more load balancers not found'],
  }),
];

const pool = (changes: object): ContractStep => ({
  call: 'ModifyIpPools',
  input: { LoadBalancerArn: '$lb', ...changes },
});
const POOL = { IpamPools: { Ipv4IpamPoolId: 'ipam-pool-1' } };
const pools: ContractCase[] = [
  row(['L17', 'moto 2.25', 'moto 1.10'], 'a pool is set', before, pool(POOL), { answer: POOL }),
  row(
    ['moto 2.25', 'moto 1.10'],
    'and read back',
    [...before, pool(POOL)],
    { call: 'DescribeLoadBalancers', input: { LoadBalancerArns: ['$lb'] } },
    { answer: { LoadBalancers: [POOL] } },
  ),
  row(
    ['moto 2.25'],
    'and removed',
    [...before, pool(POOL), pool({ RemoveIpamPools: ['ipv4'] })],
    { call: 'DescribeLoadBalancers', input: { LoadBalancerArns: ['$lb'] } },
    { answer: { LoadBalancers: [{ IpamPools: null }] } },
  ),
  row(
    ['moto 2.25', 'L17'],
    'of another form',
    before,
    pool({ IpamPools: { Ipv4IpamPoolId: 'pool' } }),
    invalid("'pool'"),
  ),
  row(
    ['moto 2.25', 'L17'],
    'for an internal load balancer',
    [aLoadBalancer({ Scheme: 'internal' })],
    pool(POOL),
    { error: 'InvalidConfigurationRequest', says: ["'ipam-pool-1'", 'internal'] },
  ),
  row(['moto 2.25'], 'neither set nor removed', before, pool({}), invalid('exactly one')),
];

const aGroup: ContractStep = {
  call: 'ec2 CreateSecurityGroup',
  input: { GroupName: '$fresh-group', Description: 'in use', VpcId: '$vpc' },
  save: { group: 'GroupId' },
};
const inUse: ContractCase[] = [
  row(
    ['moto 1.7'],
    'a security group of a load balancer is not deleted',
    [aGroup, aLoadBalancer({ SecurityGroups: ['$group'] })],
    { call: 'ec2 DeleteSecurityGroup', input: { GroupId: '$group' } },
    { error: 'DependencyViolation', says: ['$group'] },
  ),
  row(
    ['moto 1.7'],
    'a subnet of a load balancer is not deleted',
    before,
    { call: 'ec2 DeleteSubnet', input: { SubnetId: '$subnetA' } },
    { error: 'DependencyViolation', says: ['$subnetA'] },
  ),
  row(
    ['moto 1.7'],
    'a load balancer has an interface in each zone',
    before,
    {
      call: 'ec2 DescribeNetworkInterfaces',
      input: { Filters: [{ Name: 'description', Values: ['ELB app/$fresh-lb/*'] }] },
    },
    { answer: { NetworkInterfaces: { length: 2 } } },
  ),
];

export const accountRows: readonly ContractRow[] = [
  ...from('AWS: Application Load Balancers User Guide, Quotas for your Application Load Balancers', limits),
  ...from(
    'AWS: Application Load Balancers User Guide, Security policies for your Application Load Balancer',
    policies,
  ),
  ...from(
    'AWS: Application Load Balancers User Guide, Capacity reservations for your Application Load Balancer',
    capacity,
  ),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyIpPools', pools),
  ...from('AWS: Amazon EC2 API Reference, Error codes: DependencyViolation', inUse),
];
