// Rows for targets: what can be one, how many, on which ports, and their states (aws-limits TG11; moto-coverage 1, 5).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aLambdaGroup, aListener, aLoadBalancer, aRule, aTargetGroup, forwardTo } from './steps.ts';
import { onMoto, path } from './try-rule.ts';

/** Input of RegisterTargets. */
export interface TargetInput {
  Id: string;
  Port?: number;
  AvailabilityZone?: string;
}
const done: ExpectedAnswer = { answer: {} };
export const register = (...Targets: TargetInput[]): ContractStep => ({
  call: 'RegisterTargets',
  input: { TargetGroupArn: '$tg', Targets },
});
const attempt = (
  proves: string,
  name: string,
  Targets: readonly TargetInput[],
  expect: ExpectedAnswer,
  before: readonly ContractStep[] = [aTargetGroup()],
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before,
  call: 'RegisterTargets',
  input: { TargetGroupArn: '$tg', Targets },
  expect,
});
const no = (...says: string[]): ExpectedAnswer => ({ error: 'ValidationError', says });
const ip = (n: number): TargetInput => ({ Id: `10.0.${100 + (n >> 8)}.${n & 255}` });
const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => ip(from + n));
const sixth = aTargetGroup({ IpAddressType: 'ipv6' });
const instances = aTargetGroup({ TargetType: 'instance' });
const fn = 'arn:aws:lambda:$region:$account:function:shop';

const addresses: readonly ContractCase[] = [
  attempt('TG11, moto 5.16', 'a public address', [{ Id: '8.8.8.8' }], no('8.8.8.8')),
  attempt(
    'TG11',
    'a public address for all zones',
    [{ Id: '8.8.8.8', AvailabilityZone: 'all' }],
    no('8.8.8.8'),
  ),
  attempt('TG11, moto 5.16', 'no address', [{ Id: 'shop.example.com' }], no('shop.example.com')),
  attempt(
    'TG11, moto 5.16',
    'an IPv6 address in an ipv4 group',
    [{ Id: '2600:1f13::1' }],
    no('2600:1f13::1', 'ipv4'),
  ),
  attempt('TG11, TG7', 'an IPv4 address in an ipv6 group', [{ Id: '10.0.0.1' }], no('10.0.0.1', 'ipv6'), [
    sixth,
  ]),
  attempt(
    'TG11, moto 5.16',
    'outside the VPC, no zone',
    [{ Id: '192.168.0.1' }],
    no('192.168.0.1', 'Availability Zone'),
  ),
  ...['192.168.0.1', '172.16.0.1', '100.64.0.1', '10.200.0.1'].map((Id) =>
    attempt('TG11', `${Id}, outside the VPC, for all zones`, [{ Id, AvailabilityZone: 'all' }], done),
  ),
  attempt(
    'TG11',
    'just outside 172.16.0.0/12',
    [{ Id: '172.32.0.1', AvailabilityZone: 'all' }],
    no('172.32.0.1'),
  ),
  attempt('TG11', 'in the VPC, no zone', [{ Id: '10.0.0.10' }], done),
  attempt(
    'TG11, 4.2 load_balancing.cross_zone.enabled',
    'for all zones, while cross-zone is off',
    [{ Id: '172.16.0.1', AvailabilityZone: 'all' }],
    { error: 'InvalidConfigurationRequest', says: ["'all'"] },
    [
      aTargetGroup(),
      {
        call: 'ModifyTargetGroupAttributes',
        input: {
          TargetGroupArn: '$tg',
          Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'false' }],
        },
      },
    ],
  ),
  attempt('TG11', 'no target', [], no('target')),
  attempt('TG11', 'port 0', [{ Id: '10.0.0.10', Port: 0 }], no("'0'")),
  attempt('TG11', 'port 65536', [{ Id: '10.0.0.10', Port: 65536 }], no("'65536'")),
  attempt('TG11', 'port 65535', [{ Id: '10.0.0.10', Port: 65535 }], done),
  attempt(
    'TG11',
    'a target of a group that is not there',
    [{ Id: '10.0.0.10' }],
    { error: 'TargetGroupNotFound', says: ['One or more target groups not found'] },
    [aTargetGroup(), { call: 'DeleteTargetGroup', input: { TargetGroupArn: '$tg' } }],
  ),
];

const machines: readonly ContractCase[] = [
  attempt(
    'TG11, moto 5.16',
    'an instance that is not there',
    [{ Id: 'i-0123456789abcdef0' }],
    { error: 'InvalidTarget', says: ['i-0123456789abcdef0'] },
    [instances],
  ),
  attempt('TG11', 'an address in a group of instances', [{ Id: '10.0.0.1' }], no('10.0.0.1'), [instances]),
  onMoto(
    attempt(
      'TG11, moto 5.17',
      'a stopped instance',
      [{ Id: '$stopped' }],
      { error: 'InvalidTarget', says: ['$stopped'] },
      [instances],
    ),
  ),
  attempt(
    'TG11',
    'an instance of another VPC',
    [{ Id: '$instance' }],
    { error: 'InvalidTarget', says: ['$instance', '$otherVpc'] },
    [aTargetGroup({ TargetType: 'instance', VpcId: '$otherVpc' })],
  ),
  onMoto(
    attempt('TG11', 'two running instances', [{ Id: '$instance' }, { Id: '$instanceB' }], done, [instances]),
  ),
  attempt('TG11, 6 Lambda', 'a function', [{ Id: fn }], done, [aLambdaGroup({}, 'tg')]),
  attempt('TG11, 6 Lambda', 'an alias of a function', [{ Id: `${fn}:live` }], done, [aLambdaGroup({}, 'tg')]),
  attempt('TG11, 6 Lambda', 'no function', [{ Id: 'shop' }], no('shop'), [aLambdaGroup({}, 'tg')]),
  attempt(
    'TG11, 6 Lambda',
    'a function of another Region',
    [{ Id: 'arn:aws:lambda:eu-west-1:$account:function:shop' }],
    no('eu-west-1'),
    [aLambdaGroup({}, 'tg')],
  ),
  attempt(
    'TG11, 6 Lambda',
    'a function of another account',
    [{ Id: 'arn:aws:lambda:$region:999999999999:function:shop' }],
    no('999999999999'),
    [aLambdaGroup({}, 'tg')],
  ),
  attempt(
    'TG11, moto 5.16',
    'a second function',
    [{ Id: `${fn}2` }],
    { error: 'TooManyTargets', says: ['1'] },
    [aLambdaGroup({}, 'tg'), register({ Id: fn })],
  ),
  attempt('TG11', 'the same function again', [{ Id: fn }], done, [
    aLambdaGroup({}, 'tg'),
    register({ Id: fn }),
  ]),
];

const used = (before: readonly ContractStep[]): ContractStep[] => [
  ...before,
  aLoadBalancer(),
  aListener({ DefaultActions: [forwardTo('$tg')] }),
];

const quotas: readonly ContractCase[] = [
  attempt('TG11', 'a thousand targets', many(1000), done),
  attempt(
    'TG11, moto 5.16, moto 1.8',
    'the target after the thousandth of a group',
    many(1, 1000),
    { error: 'TooManyTargets', says: ['1000', '$tg'] },
    [aTargetGroup(), register(...many(1000))],
  ),
  attempt(
    'moto 1.8, TG11',
    'the target after the thousandth of a load balancer',
    many(1, 1000),
    { error: 'TooManyTargets', says: ['1000', '$lb'] },
    [
      ...used([aTargetGroup(), aTargetGroup({}, 'tg2')]),
      aRule({ Actions: [forwardTo('$tg2')] }),
      register(...many(999)),
      { call: 'RegisterTargets', input: { TargetGroupArn: '$tg2', Targets: [ip(2000)] } },
    ],
  ),
  {
    proves: ['moto 1.8', 'TG11'],
    name: 'a group that brings a load balancer over a thousand targets',
    before: [
      ...used([aTargetGroup(), aTargetGroup({}, 'tg2')]),
      register(...many(1000)),
      { call: 'RegisterTargets', input: { TargetGroupArn: '$tg2', Targets: [ip(2000)] } },
    ],
    call: 'CreateRule',
    input: { ListenerArn: '$listener', Priority: 1, Conditions: [path('/')], Actions: [forwardTo('$tg2')] },
    expect: { error: 'TooManyTargets', says: ['1000', '$lb'] },
  },
  attempt(
    'moto 1.8',
    'one address more than a thousand times behind a load balancer',
    [{ Id: '10.0.0.1', Port: 2001 }],
    { error: 'TooManyRegistrationsForTargetId', says: ['10.0.0.1', '1000'] },
    [
      ...used([aTargetGroup(), aTargetGroup({}, 'tg2')]),
      aRule({ Actions: [forwardTo('$tg2')] }),
      {
        call: 'RegisterTargets',
        input: {
          TargetGroupArn: '$tg2',
          Targets: Array.from({ length: 1000 }, (_, n) => ({ Id: '10.0.0.1', Port: n + 1 })),
        },
      },
    ],
  ),
];

export const targetRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, RegisterTargets', addresses),
  ...from('AWS: Elastic Load Balancing API Reference, RegisterTargets', machines),
  ...from('AWS: Application Load Balancers User Guide, Quotas for your Application Load Balancers', quotas),
];
