// Rows for health check settings of target groups (aws-limits 4.1; moto-coverage 5).
import { type ContractCase, type ContractRow, type ExpectedAnswer, from } from './row.ts';
import { aLambdaGroup, aTargetGroup } from './steps.ts';
import { refused } from './try-rule.ts';

const made: ExpectedAnswer = { answer: { TargetGroups: { length: 1 } } };
/** Refused when there are words, else accepted. */
const check = (proves: string, name: string, changes: object, ...says: string[]): ContractCase => ({
  proves: proves.split(', '),
  name,
  call: 'CreateTargetGroup',
  input: { Name: '$fresh-tg', Protocol: 'HTTP', Port: 80, VpcId: '$vpc', TargetType: 'ip', ...changes },
  expect: says.length === 0 ? made : refused(...says),
});
const shown = (proves: string, name: string, changes: object, group: object): ContractCase => ({
  ...check(proves, name, changes),
  expect: { answer: { TargetGroups: [group] } },
});
const lambda = { Protocol: undefined, Port: undefined, VpcId: undefined, TargetType: 'lambda' };
const http = (HttpCode: string) => ({ Matcher: { HttpCode } });
const grpc = (GrpcCode: string) => ({ ProtocolVersion: 'GRPC', Matcher: { GrpcCode } });

const basics: readonly ContractCase[] = [
  check('HC1, moto 5.4', 'over TCP', { HealthCheckProtocol: 'TCP' }, 'TCP'),
  check('HC1', 'of a TCP group over UDP', { Protocol: 'TCP', HealthCheckProtocol: 'UDP' }, 'UDP'),
  check(
    'HC3',
    'a path over TCP',
    { Protocol: 'TCP', HealthCheckPath: '/' },
    'not supported for TCP health checks',
  ),
  check('HC8', 'codes over TCP', { Protocol: 'TCP', ...http('200') }, 'not supported for TCP health checks'),
  check('HC1', 'over HTTPS', { HealthCheckProtocol: 'HTTPS' }),
  shown(
    'HC1, moto 5.7',
    'an HTTPS group is checked over HTTP',
    { Protocol: 'HTTPS' },
    { HealthCheckProtocol: 'HTTP' },
  ),
  ...['0', '65536', 'traffic_port', 'http'].map((HealthCheckPort) =>
    check(
      'HC2, moto 5.4',
      `port ${HealthCheckPort}`,
      { HealthCheckPort },
      `'${HealthCheckPort}'`,
      "must be within '1-65535' or 'traffic-port'",
    ),
  ),
  check('HC2', 'port 65535', { HealthCheckPort: '65535' }),
  check('HC2', 'port 1', { HealthCheckPort: '1' }),
  check('HC2', 'the traffic port', { HealthCheckPort: 'traffic-port' }),
  check('HC3, moto 5.4', 'a path without a slash', { HealthCheckPath: 'health' }, "'health'"),
  check('HC3, moto 5.4', 'a path of 1025', { HealthCheckPath: `/${'a'.repeat(1024)}` }, '1024'),
  check('HC3', 'an empty path', { HealthCheckPath: '' }, '1'),
  check('HC3', 'a path of 1024', { HealthCheckPath: `/${'a'.repeat(1023)}` }),
  check('HC3', 'a path with a query', { HealthCheckPath: '/health?full=true' }),
  check('HC3', 'a gRPC path that names no method', { ProtocolVersion: 'GRPC', HealthCheckPath: '/' }),
  check('HC4', 'an interval of 4', { HealthCheckIntervalSeconds: 4, HealthCheckTimeoutSeconds: 2 }, "'4'"),
  check('HC4, moto 5.4', 'an interval of 301', { HealthCheckIntervalSeconds: 301 }, "'301'"),
  check('HC4', 'an interval of 5', { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 4 }),
  check('HC4', 'an interval of 300', { HealthCheckIntervalSeconds: 300 }),
  check('HC5, moto 5.4', 'a timeout of 1', { HealthCheckTimeoutSeconds: 1 }, "'1'"),
  check(
    'HC5, moto 5.4',
    'a timeout of 121',
    { HealthCheckTimeoutSeconds: 121, HealthCheckIntervalSeconds: 300 },
    "'121'",
  ),
  check('HC5', 'a timeout of 2', { HealthCheckTimeoutSeconds: 2 }),
  check('HC5', 'a timeout of 120', { HealthCheckTimeoutSeconds: 120, HealthCheckIntervalSeconds: 121 }),
  check(
    'HC5, moto 5.5',
    'a timeout that is the interval',
    { HealthCheckTimeoutSeconds: 10, HealthCheckIntervalSeconds: 10 },
    "timeout '10' must be smaller than the interval '10'",
  ),
  check(
    'HC5, moto 5.5',
    'an interval that is the default timeout',
    { HealthCheckIntervalSeconds: 5 },
    "timeout '5' must be smaller than the interval '5'",
  ),
  check(
    'HC5',
    'a timeout that is the default interval',
    { HealthCheckTimeoutSeconds: 30 },
    "timeout '30' must be smaller than the interval '30'",
  ),
  ...(['HealthyThresholdCount', 'UnhealthyThresholdCount'] as const).flatMap((member, at) => [
    check(`HC${6 + at}, moto 5.4`, `${member} 1`, { [member]: 1 }, "'1'"),
    check(`HC${6 + at}, moto 5.4`, `${member} 11`, { [member]: 11 }, "'11'"),
    check(`HC${6 + at}`, `${member} 2`, { [member]: 2 }),
    check(`HC${6 + at}`, `${member} 10`, { [member]: 10 }),
  ]),
  shown(
    'HC2, HC3, HC4, HC5, HC6, HC7, HC8',
    'defaults',
    {},
    {
      HealthCheckEnabled: true,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckPath: '/',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200', GrpcCode: null },
    },
  ),
  shown('HC4, HC5, HC10', 'defaults of lambda', lambda, {
    HealthCheckEnabled: false,
    HealthCheckIntervalSeconds: 35,
    HealthCheckTimeoutSeconds: 30,
  }),
];

const matchers: readonly ContractCase[] = [
  ...['199', '500', '600', '200-500', '200,600'].map((codes) =>
    check('HC8, moto 5.4', `HTTP codes ${codes}`, http(codes), "must be within '200-499' inclusive"),
  ),
  ...['200 foo', 'ok', '200-', ''].map((codes) =>
    check('HC8, moto 5.4', `HTTP codes "${codes}"`, http(codes), 'HTTP'),
  ),
  ...['499', '200-499', '200,202,301-302'].map((codes) => check('HC8', `HTTP codes ${codes}`, http(codes))),
  check('HC8', 'HTTP codes with spaces, of which AWS says nothing', http('200, 202')),
  check('HC8', 'HTTP codes backwards, of which AWS says nothing', http('299-200')),
  ...['100', '0-100'].map((codes) =>
    check('HC9', `gRPC codes ${codes}`, grpc(codes), "must be within '0-99' inclusive"),
  ),
  check('HC9', 'gRPC codes of letters', grpc('OK'), 'OK'),
  ...['0', '99', '0-99', '0,12'].map((codes) => check('HC9', `gRPC codes ${codes}`, grpc(codes))),
  check(
    'HC9',
    'gRPC codes for HTTP1',
    { Matcher: { GrpcCode: '0' } },
    'Health check matcher HTTP code cannot be empty',
  ),
  check(
    'HC9',
    'HTTP codes for gRPC',
    { ProtocolVersion: 'GRPC', ...http('200') },
    'GRPC code cannot be empty',
  ),
  shown(
    'HC9, HC3, moto 5.6',
    'defaults of gRPC',
    { ProtocolVersion: 'GRPC' },
    { HealthCheckPath: '/AWS.ALB/healthcheck', Matcher: { GrpcCode: '12', HttpCode: null } },
  ),
];

const switches: readonly ContractCase[] = [
  check(
    'HC10, moto 5.9, moto 1.10',
    'off for addresses',
    { HealthCheckEnabled: false },
    "must be true for target groups with target type 'ip'",
  ),
  check(
    'HC10, moto 5.9, moto 1.10',
    'off for instances',
    { HealthCheckEnabled: false, TargetType: 'instance' },
    "must be true for target groups with target type 'instance'",
  ),
  shown('HC10', 'on for lambda', { ...lambda, HealthCheckEnabled: true }, { HealthCheckEnabled: true }),
  shown(
    'HC10, moto 5.9',
    'off for lambda',
    { ...lambda, HealthCheckEnabled: false },
    { HealthCheckEnabled: false },
  ),
];

const modify = (
  proves: string,
  name: string,
  input: object,
  expect: ExpectedAnswer,
  group = aTargetGroup(),
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before: [group],
  call: 'ModifyTargetGroup',
  input: { TargetGroupArn: '$tg', ...input },
  expect,
});

const changes: readonly ContractCase[] = [
  modify(
    'HC5, moto 5.5',
    'an interval changed to below the timeout',
    { HealthCheckIntervalSeconds: 8 },
    refused("timeout '9' must be smaller than the interval '8'"),
    aTargetGroup({ HealthCheckTimeoutSeconds: 9 }),
  ),
  modify(
    'HC5, moto 5.5',
    'interval and timeout changed together',
    { HealthCheckIntervalSeconds: 8, HealthCheckTimeoutSeconds: 7 },
    { answer: { TargetGroups: [{ HealthCheckIntervalSeconds: 8, HealthCheckTimeoutSeconds: 7 }] } },
    aTargetGroup({ HealthCheckTimeoutSeconds: 9 }),
  ),
  modify(
    'HC9, moto 5.10',
    'gRPC codes changed',
    { Matcher: { GrpcCode: '0-5' } },
    { answer: { TargetGroups: [{ Matcher: { GrpcCode: '0-5' } }] } },
    aTargetGroup({ ProtocolVersion: 'GRPC' }),
  ),
  modify(
    'HC8, moto 5.10',
    'HTTP codes changed, the rest stays',
    { Matcher: { HttpCode: '200-299' } },
    { answer: { TargetGroups: [{ Matcher: { HttpCode: '200-299' }, HealthCheckPath: '/up' }] } },
    aTargetGroup({ HealthCheckPath: '/up' }),
  ),
  modify('HC10, moto 5.9', 'turned off for addresses', { HealthCheckEnabled: false }, refused("type 'ip'")),
  modify(
    'HC10',
    'turned on for lambda',
    { HealthCheckEnabled: true },
    { answer: { TargetGroups: [{ HealthCheckEnabled: true }] } },
    aLambdaGroup({}, 'tg'),
  ),
  modify('HC2', 'a port changed to 0', { HealthCheckPort: '0' }, refused("'0'")),
  {
    proves: ['HC1'],
    name: 'a change of a group that is not there',
    call: 'ModifyTargetGroup',
    input: {
      TargetGroupArn: 'arn:aws:elasticloadbalancing:$region:$account:targetgroup/none/0123456789abcdef',
    },
    expect: { error: 'TargetGroupNotFound', says: ['One or more target groups not found'] },
  },
];

export const healthCheckRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateTargetGroup', basics),
  ...from('AWS: Elastic Load Balancing API Reference, Matcher', matchers),
  ...from('AWS: Elastic Load Balancing API Reference, CreateTargetGroup', switches),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyTargetGroup', changes),
];
