// Rows for target group attributes, key by key and together (aws-limits 4.2; moto-coverage 5).
import { pairs } from './attribute-rows.ts';
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aLambdaGroup, aTargetGroup } from './steps.ts';
import { kept, key, no, set } from './try-group-attribute.ts';

const DNS = 'target_group_health.dns_failover.minimum_healthy_targets';
const ROUTING = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
const DAYS = ['1', '604800'];

const values: readonly ContractCase[] = [
  ...key(
    'deregistration_delay.timeout_seconds',
    ['0', '3600'],
    ['-1', '3601', 'soon', '1.5', ''],
    ["'deregistration_delay.timeout_seconds' value '", "must be between '0-3600' inclusive"],
  ),
  ...key(
    'slow_start.duration_seconds',
    ['0', '30', '900'],
    ['1', '29', '901'],
    ["'slow_start.duration_seconds' value '", "must be between '30-900' inclusive"],
  ),
  ...key(
    'load_balancing.algorithm.type',
    ['round_robin', 'least_outstanding_requests', 'weighted_random'],
    ['random', 'ROUND_ROBIN'],
    ['weighted_random'],
  ),
  ...key('load_balancing.algorithm.anomaly_mitigation', ['off'], ['true'], ['off']),
  ...key(
    'load_balancing.cross_zone.enabled',
    ['true', 'false', 'use_load_balancer_configuration'],
    ['on'],
    ['use_load_balancer_configuration'],
  ),
  ...key('stickiness.enabled', ['true', 'false'], ['yes'], ["'true' or 'false'", "'yes'"]),
  ...key('stickiness.type', ['lb_cookie', 'app_cookie'], ['source_ip', 'source_ip_dest_ip', 'cookie'], []),
  ...key(
    'stickiness.app_cookie.cookie_name',
    ['session', 'my cookie', 'awsalb'],
    ['AWSALB', 'AWSALBAPP-1', 'AWSALBTGX'],
    [],
  ),
  ...key(
    'stickiness.app_cookie.duration_seconds',
    DAYS,
    ['0', '604801'],
    ["must be between '1-604800' inclusive"],
  ),
  ...key(
    'stickiness.lb_cookie.duration_seconds',
    DAYS,
    ['0', '604801'],
    ["must be between '1-604800' inclusive"],
  ),
  ...key(`${DNS}.count`, ['off', '1', '1000'], ['0', 'on'], ["must be 'off' or a positive integer"]),
  ...key(`${DNS}.percentage`, ['off', '1', '100'], ['0', '101'], [`'${DNS}.percentage' must be 'off' or a`]),
  ...key(`${ROUTING}.count`, ['1', 'off'], ['0', 'on'], []),
  ...key(`${ROUTING}.percentage`, ['off'], ['0', '101'], [`'${ROUTING}.percentage' must be 'off' or a`]),
  set(
    'lambda.multi_value_headers.enabled',
    'on for a function',
    { 'lambda.multi_value_headers.enabled': 'true' },
    kept({ 'lambda.multi_value_headers.enabled': 'true' }),
    [aLambdaGroup({}, 'tg')],
  ),
  set(
    'lambda.multi_value_headers.enabled',
    'neither on nor off',
    { 'lambda.multi_value_headers.enabled': '1' },
    no("'true' or 'false'"),
    [aLambdaGroup({}, 'tg')],
  ),
];

const ALGORITHM = 'load_balancing.algorithm.type';
const MITIGATION = 'load_balancing.algorithm.anomaly_mitigation';
const SLOW = 'slow_start.duration_seconds';
const STICKY = 'stickiness.enabled';
const ZONES = 'load_balancing.cross_zone.enabled';

const together: readonly ContractCase[] = [
  ...(['least_outstanding_requests', 'weighted_random'] as const).map((algorithm) =>
    set(
      `${SLOW}, ${ALGORITHM}, moto 5.13`,
      `slow start with ${algorithm}`,
      { [SLOW]: '30', [ALGORITHM]: algorithm },
      no(`You cannot enable both slow start and ${algorithm.replaceAll('_', ' ')}`),
    ),
  ),
  set(
    MITIGATION,
    'anomaly mitigation with round robin',
    { [MITIGATION]: 'on' },
    no('cannot enable both anomaly mitigation and round robin'),
  ),
  set(
    MITIGATION,
    'anomaly mitigation with weighted random',
    { [MITIGATION]: 'on', [ALGORITHM]: 'weighted_random' },
    kept({ [MITIGATION]: 'on' }),
  ),
  set(
    `${STICKY}, ${ALGORITHM}`,
    'stickiness with weighted random',
    { [STICKY]: 'true', [ALGORITHM]: 'weighted_random' },
    no('You cannot have both stickiness and weighted random'),
  ),
  set(
    `${STICKY}, ${ALGORITHM}`,
    'stickiness that is there already, with weighted random',
    { [ALGORITHM]: 'weighted_random' },
    no('You cannot have both stickiness and weighted random'),
    [
      aTargetGroup(),
      {
        call: 'ModifyTargetGroupAttributes',
        input: { TargetGroupArn: '$tg', Attributes: pairs({ [STICKY]: 'true' }) },
      },
    ],
  ),
  set(
    `${STICKY}, ${ZONES}`,
    'stickiness without cross-zone',
    { [STICKY]: 'true', [ZONES]: 'false' },
    no('stickiness', 'cross-zone'),
  ),
  set(ZONES, 'no cross-zone for a function', { [ZONES]: 'false' }, no('lambda'), [aLambdaGroup({}, 'tg')]),
  set(
    `${ZONES}, TG11`,
    'no cross-zone while a target is registered for all zones',
    { [ZONES]: 'false' },
    no("'all'"),
    [
      aTargetGroup(),
      {
        call: 'RegisterTargets',
        input: { TargetGroupArn: '$tg', Targets: [{ Id: '172.16.0.1', AvailabilityZone: 'all' }] },
      },
    ],
  ),
  set(
    'stickiness.type, stickiness.app_cookie.cookie_name, moto 5.13',
    'an application cookie without a name',
    { [STICKY]: 'true', 'stickiness.type': 'app_cookie' },
    no('You must set an application cookie name'),
  ),
  set(
    'stickiness.type, stickiness.app_cookie.cookie_name',
    'an application cookie with a name',
    { [STICKY]: 'true', 'stickiness.type': 'app_cookie', 'stickiness.app_cookie.cookie_name': 'session' },
    kept({ [STICKY]: 'true' }),
  ),
  ...(['count', 'percentage'] as const).flatMap((unit) => [
    set(
      `${DNS}.${unit}, ${ROUTING}.${unit}`,
      'failover below routing',
      { [`${DNS}.${unit}`]: '2', [`${ROUTING}.${unit}`]: '3' },
      no('DNS failover threshold must be greater than or equal to'),
    ),
    set(
      `${DNS}.${unit}, ${ROUTING}.${unit}`,
      'failover as routing',
      { [`${DNS}.${unit}`]: '3', [`${ROUTING}.${unit}`]: '3' },
      kept({ [`${DNS}.${unit}`]: '3' }),
    ),
    set(
      `${DNS}.${unit}, ${ROUTING}.${unit}`,
      'failover off, routing a number',
      { [`${DNS}.${unit}`]: 'off', [`${ROUTING}.${unit}`]: '3' },
      kept({ [`${DNS}.${unit}`]: 'off' }),
    ),
  ]),
  set(
    `${ROUTING}.count`,
    'only routing, above the failover that nobody set',
    { [`${ROUTING}.count`]: '2' },
    kept({ [`${ROUTING}.count`]: '2' }),
  ),
  ...Object.entries({
    stickiness: { [STICKY]: 'true' },
    'another algorithm': { [ALGORITHM]: 'least_outstanding_requests' },
  }).map(([what, changes]) =>
    set(`TG8, ${STICKY}`, `a control port excludes ${what}`, changes, no('target control port'), [
      aTargetGroup({ TargetControlPort: 3000 }),
    ]),
  ),
  set(
    'TG8',
    'a control port with round robin',
    { [ALGORITHM]: 'round_robin' },
    kept({ [ALGORITHM]: 'round_robin' }),
    [aTargetGroup({ TargetControlPort: 3000 })],
  ),
];

/** Values that fit a key where `1` does not. */
const FITTING: Readonly<Record<string, string>> = {
  [SLOW]: '30',
  [ALGORITHM]: 'round_robin',
  [MITIGATION]: 'off',
};

const foreign: readonly ContractCase[] = [
  ...(
    [
      'deregistration_delay.timeout_seconds',
      SLOW,
      ALGORITHM,
      MITIGATION,
      'stickiness.app_cookie.cookie_name',
      'stickiness.app_cookie.duration_seconds',
      'stickiness.lb_cookie.duration_seconds',
      `${DNS}.count`,
      `${DNS}.percentage`,
      `${ROUTING}.count`,
      `${ROUTING}.percentage`,
    ] as const
  ).map((name) =>
    set(
      name,
      'not for a function',
      { [name]: FITTING[name] ?? '1' },
      no('does not support the attribute', name),
      [aLambdaGroup({}, 'tg')],
    ),
  ),
  set(
    'lambda.multi_value_headers.enabled',
    'not for addresses',
    { 'lambda.multi_value_headers.enabled': 'true' },
    no('does not support the attribute', 'lambda.multi_value_headers.enabled'),
  ),
  ...['preserve_client_ip.enabled', 'proxy_protocol_v2.enabled'].map((name) =>
    set(
      'stickiness.enabled, moto 1.5, moto 5.13',
      `the key ${name} is refused`,
      { [name]: 'true' },
      no(`A target group with HTTP protocol does not support the attribute ${name}`),
    ),
  ),
  ...['waf.fail_open.enabled', 'no_such.key'].map((name) =>
    set(
      'stickiness.enabled, moto 1.5, moto 5.13',
      `the key ${name} is not known`,
      { [name]: 'true' },
      { error: 'ValidationError', says: [`Target group attribute key '${name}' is not recognized`] },
    ),
  ),
  {
    ...set(
      'stickiness.enabled, moto 1.5',
      'a key given twice',
      {},
      no(`Target group attribute keys must be unique: '[${STICKY}]'`),
    ),
    input: {
      TargetGroupArn: '$tg',
      Attributes: [
        { Key: STICKY, Value: 'true' },
        { Key: STICKY, Value: 'false' },
      ],
    },
  },
];

export const targetGroupAttributeRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, TargetGroupAttribute', values),
  ...from(
    'AWS: Application Load Balancers User Guide, Edit target group attributes for your Application Load Balancer',
    together,
  ),
  ...from('AWS: Elastic Load Balancing API Reference, TargetGroupAttribute', foreign),
];
