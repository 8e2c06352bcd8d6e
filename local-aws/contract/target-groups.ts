// Rows for target groups: names, types and versions (aws-limits 4; moto-coverage 5).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aTargetGroup } from './steps.ts';
import { onMoto, refused } from './try-rule.ts';

const made: ExpectedAnswer = { answer: { TargetGroups: { length: 1 } } };
const create = (
  proves: string,
  name: string,
  changes: object,
  expect: ExpectedAnswer,
  before: readonly ContractStep[] = [],
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before,
  call: 'CreateTargetGroup',
  input: { Name: '$fresh-tg', Protocol: 'HTTP', Port: 80, VpcId: '$vpc', TargetType: 'ip', ...changes },
  expect,
});
const lambda = (proves: string, name: string, changes: object, expect: ExpectedAnswer): ContractCase => ({
  ...create(proves, name, {}, expect),
  input: { Name: '$fresh-fn', TargetType: 'lambda', ...changes },
});

const names: readonly ContractCase[] = [
  onMoto(create('TG1, moto 5.3', 'a name of 33', { Name: 'a'.repeat(33) }, refused('32'))),
  create('TG1', 'an empty name', { Name: '' }, refused('name')),
  onMoto(create('TG1, moto 5.3', 'a name with an underscore', { Name: 'my_shop' }, refused('my_shop'))),
  onMoto(create('TG1, moto 5.3', 'a hyphen first', { Name: '-shop' }, refused('-shop'))),
  onMoto(create('TG1, moto 5.3', 'a hyphen last', { Name: 'shop-' }, refused('shop-'))),
  create('TG1, moto 5.3', 'a name of 32 with two hyphens', { Name: `a--${'b'.repeat(29)}` }, made),
  create('TG1', 'a name that no load balancer may have', { Name: 'internal-shop' }, made),
  create(
    'TG1, moto 5.2',
    'the same name and settings: the same group',
    { Name: '$fresh-twin' },
    { answer: { TargetGroups: [{ TargetGroupArn: '$twin' }] } },
    [aTargetGroup({}, 'twin')],
  ),
  create(
    'TG1, moto 5.2',
    'the same name and another port',
    { Name: '$fresh-twin', Port: 81 },
    { error: 'DuplicateTargetGroupName', says: ['$fresh-twin'] },
    [aTargetGroup({}, 'twin')],
  ),
  create('TG1', 'the name of a deleted group', { Name: '$fresh-twin' }, made, [
    aTargetGroup({}, 'twin'),
    { call: 'DeleteTargetGroup', input: { TargetGroupArn: '$twin' } },
  ]),
];

const types: readonly ContractCase[] = [
  create('TG2, moto 5.4', 'an unknown target type', { TargetType: 'foo' }, refused('foo')),
  create('TG2', 'target type alb', { TargetType: 'alb' }, refused('alb')),
  create(
    'TG2',
    'no target type: instance',
    { TargetType: undefined },
    { answer: { TargetGroups: [{ TargetType: 'instance' }] } },
  ),
  ...(
    [
      ['instance', 'HTTP', 'HTTP1'],
      ['instance', 'HTTPS', 'HTTP2'],
      ['ip', 'HTTP', 'GRPC'],
      ['ip', 'HTTPS', 'HTTP1'],
    ] as const
  ).map(([TargetType, Protocol, ProtocolVersion]) =>
    onMoto(
      create(
        'TG2, TG3, TG6, moto 5.1',
        `${TargetType}, ${Protocol}, ${ProtocolVersion}`,
        { TargetType, Protocol, ProtocolVersion },
        { answer: { TargetGroups: [{ TargetType, Protocol, ProtocolVersion, Port: 80, VpcId: '$vpc' }] } },
      ),
    ),
  ),
  onMoto(
    lambda(
      'TG2, moto 5.1',
      'lambda',
      {},
      { answer: { TargetGroups: [{ TargetType: 'lambda', Protocol: null, Port: null, VpcId: null }] } },
    ),
  ),
  create('TG3', 'no protocol', { Protocol: undefined }, refused('protocol')),
  ...(['TCP', 'TLS', 'UDP', 'TCP_UDP'] as const).map((Protocol) =>
    create(
      'TG3',
      `protocol ${Protocol}`,
      { Protocol },
      {
        answer: {
          TargetGroups: [
            {
              ...{
                Protocol,
                ProtocolVersion: null,
                HealthCheckProtocol: 'TCP',
                HealthCheckPath: null,
                Matcher: null,
              },
              ...{ HealthCheckIntervalSeconds: 30, HealthCheckTimeoutSeconds: 10 },
            },
          ],
        },
      },
    ),
  ),
  create('TG6', 'a version for TCP', { Protocol: 'TCP', ProtocolVersion: 'HTTP1' }, refused('TCP')),
  create('TG3', 'a protocol in lower case', { Protocol: 'http' }, refused("'http'")),
  create('TG4', 'no port', { Port: undefined }, refused('port')),
  create('TG4', 'port 0', { Port: 0 }, refused("'0'")),
  create('TG4, moto 5.4', 'port 70000', { Port: 70000 }, refused("'70000'")),
  create('TG4', 'port 65535', { Port: 65535 }, { answer: { TargetGroups: [{ Port: 65535 }] } }),
  create('TG4', 'port 1', { Port: 1 }, { answer: { TargetGroups: [{ Port: 1 }] } }),
  create('TG5', 'no VPC', { VpcId: undefined }, refused('VPC')),
  create(
    'TG5',
    'a VPC that is not there',
    { VpcId: 'vpc-0123456789abcdef0' },
    refused('vpc-0123456789abcdef0'),
  ),
  lambda(
    'TG3',
    'a protocol for lambda',
    { Protocol: 'HTTP' },
    refused('Protocol cannot be specified', 'lambda'),
  ),
  lambda('TG4', 'a port for lambda', { Port: 80 }, refused('Port cannot be specified', 'lambda')),
  lambda('TG5', 'a VPC for lambda', { VpcId: '$vpc' }, refused('VPC ID cannot be specified', 'lambda')),
  lambda('TG6', 'a version for lambda', { ProtocolVersion: 'HTTP1' }, refused('Protocol version', 'lambda')),
  lambda('TG7', 'ipv6 for lambda', { IpAddressType: 'ipv6' }, refused('IPv6', 'lambda')),
  lambda(
    'TG8',
    'a control port for lambda',
    { TargetControlPort: 3000 },
    refused('Target control port is not supported'),
  ),
  create(
    'TG6, moto 5.4',
    'an unknown version',
    { ProtocolVersion: 'HTTP3' },
    refused('HTTP3', "must be one of '[HTTP2, HTTP1, GRPC]'"),
  ),
  create('TG6', 'a version in lower case', { ProtocolVersion: 'grpc' }, refused('grpc')),
  create(
    'TG6',
    'no version: HTTP1',
    {},
    { answer: { TargetGroups: [{ ProtocolVersion: 'HTTP1', IpAddressType: 'ipv4' }] } },
  ),
  create('TG7', 'a dualstack group', { IpAddressType: 'dualstack' }, refused('dualstack')),
  onMoto(
    create(
      'TG7, moto 5.1',
      'ipv6',
      { IpAddressType: 'ipv6' },
      { answer: { TargetGroups: [{ IpAddressType: 'ipv6' }] } },
    ),
  ),
  create('TG8', 'control port 0', { TargetControlPort: 0 }, refused("'0'")),
  create('TG8', 'control port 65536', { TargetControlPort: 65536 }, refused("'65536'")),
  create(
    'TG8, moto 5.8, moto 1.10',
    'control port 65535',
    { TargetControlPort: 65535 },
    { answer: { TargetGroups: [{ TargetControlPort: 65535 }] } },
  ),
];

export const targetGroupRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateTargetGroup: Name', names),
  ...from('AWS: Elastic Load Balancing API Reference, CreateTargetGroup', types),
];
