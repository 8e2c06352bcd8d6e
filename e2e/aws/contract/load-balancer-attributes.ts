// Rows for the attributes of load balancers (aws-limits G1 to G5, 1.1; moto-coverage 2).
import {
  type AttributeFacts,
  type AttributeOwner,
  among,
  attributeRows,
  between,
  pairs,
  setting,
  yesOrNo,
} from './attribute-rows.ts';
import type { Row } from './row.ts';
import { aLoadBalancer } from './steps.ts';

const owner: AttributeOwner = {
  kind: 'LoadBalancer',
  arn: '$lb',
  before: [aLoadBalancer()],
  section: '1.1',
};

const SIMPLE: AttributeFacts[] = [
  yesOrNo('deletion_protection.enabled', 'false'),
  {
    key: 'load_balancing.cross_zone.enabled',
    unset: 'true',
    good: ['true'],
    bad: [['false', 'true'], ['off']],
  },
  yesOrNo('ipv6.deny_all_igw_traffic', 'false'),
  yesOrNo('zonal_shift.config.enabled', 'false'),
  between('idle_timeout.timeout_seconds', '60', 1, 4000),
  between('client_keep_alive.seconds', '3600', 60, 604800),
  among('routing.http.desync_mitigation_mode', 'defensive', 'monitor', 'defensive', 'strictest'),
  yesOrNo('routing.http.drop_invalid_header_fields.enabled', 'false'),
  yesOrNo('routing.http.preserve_host_header.enabled', 'false'),
  yesOrNo('routing.http.x_amzn_tls_version_and_cipher_suite.enabled', 'false'),
  yesOrNo('routing.http.xff_client_port.enabled', 'false'),
  among('routing.http.xff_header_processing.mode', 'append', 'append', 'preserve', 'remove'),
  yesOrNo('routing.http2.enabled', 'true'),
  yesOrNo('waf.fail_open.enabled', 'false'),
];

const simple = SIMPLE.flatMap((facts) => attributeRows(owner, facts));

const refused = (proves: string[], name: string, Attributes: object[], ...says: string[]): Row => ({
  proves,
  name,
  before: owner.before,
  ...setting(owner, Attributes),
  expect: { error: 'InvalidConfigurationRequest', says },
});

const logs: Row[] = ['access_logs', 'connection_logs', 'health_check_logs'].flatMap((kind) => {
  const [on, bucket, prefix] = [`${kind}.s3.enabled`, `${kind}.s3.bucket`, `${kind}.s3.prefix`];
  const beside = { [bucket]: 'shop-logs' };
  return [
    ...attributeRows(owner, { ...yesOrNo(on, 'false'), beside }),
    ...attributeRows(owner, {
      key: bucket,
      unset: '',
      good: ['abc', 'shop.logs-1', 'Old_Bucket', ''],
      bad: [['ab'], ['-logs'], ['logs/shop'], ['s3://logs'], ['two words']],
    }),
    ...attributeRows(owner, {
      key: prefix,
      unset: '',
      good: ['shop', 'shop/eu', '', 'p'.repeat(1024)],
      bad: [
        ['shop/AWSLogs', "'AWSLogs'"],
        ['AWSLogs', "'AWSLogs'"],
      ],
      beside,
    }),
    refused([`1.1 ${on}`], 'on without a bucket', pairs({ [on]: 'true' }), `'${bucket}'`, 'must set'),
    refused([`1.1 ${prefix}`], 'a prefix without a bucket', pairs({ [prefix]: 'shop' }), `'${bucket}'`),
    refused(
      [`1.1 ${on}`],
      'on, and the bucket taken away',
      pairs({ [on]: 'true', [bucket]: '' }),
      `'${bucket}'`,
    ),
    {
      proves: [`1.1 ${on}`],
      name: 'on with the bucket of an earlier call',
      before: [...owner.before, setting(owner, pairs(beside))],
      ...setting(owner, pairs({ [on]: 'true' })),
      expect: { answer: { Attributes: pairs({ [on]: 'true', ...beside }) } },
    },
  ];
});

/** Twenty keys, each with a value other than the one it has unset where there is one. */
const TWENTY = {
  'access_logs.s3.enabled': 'true',
  'access_logs.s3.bucket': 'logs',
  'access_logs.s3.prefix': 'a',
  'connection_logs.s3.enabled': 'true',
  'connection_logs.s3.bucket': 'logs',
  'connection_logs.s3.prefix': 'c',
  'ipv6.deny_all_igw_traffic': 'true',
  'zonal_shift.config.enabled': 'true',
  'idle_timeout.timeout_seconds': '61',
  'client_keep_alive.seconds': '3601',
  'routing.http.desync_mitigation_mode': 'strictest',
  'routing.http.drop_invalid_header_fields.enabled': 'true',
  'routing.http.preserve_host_header.enabled': 'true',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'true',
  'routing.http.xff_client_port.enabled': 'true',
  'routing.http.xff_header_processing.mode': 'remove',
  'routing.http2.enabled': 'false',
  'waf.fail_open.enabled': 'true',
  'load_balancing.cross_zone.enabled': 'true',
  'deletion_protection.enabled': 'false',
};

const whole: Row[] = [
  {
    proves: ['moto 2.20'],
    name: 'all 23 keys without being set',
    before: owner.before,
    call: 'DescribeLoadBalancerAttributes',
    input: { LoadBalancerArn: '$lb' },
    expect: { answer: { Attributes: { length: 23 } } },
  },
  {
    proves: ['1.1 ipv6.deny_all_igw_traffic'],
    name: 'an internal load balancer denies unless told',
    before: [aLoadBalancer({ Scheme: 'internal' })],
    call: 'DescribeLoadBalancerAttributes',
    input: { LoadBalancerArn: '$lb' },
    expect: { answer: { Attributes: pairs({ 'ipv6.deny_all_igw_traffic': 'true' }) } },
  },
  {
    proves: ['moto 2.21'],
    name: 'what is set is read back, and the rest stays',
    before: [
      ...owner.before,
      setting(owner, pairs({ 'idle_timeout.timeout_seconds': '75' })),
      setting(owner, pairs({ 'routing.http2.enabled': 'false' })),
    ],
    call: 'DescribeLoadBalancerAttributes',
    input: { LoadBalancerArn: '$lb' },
    expect: {
      answer: {
        Attributes: pairs({
          'idle_timeout.timeout_seconds': '75',
          'client_keep_alive.seconds': '3600',
          'routing.http2.enabled': 'false',
        }),
      },
    },
  },
  {
    proves: ['moto 2.21'],
    name: 'a refused call changes nothing',
    before: [...owner.before, setting(owner, pairs({ 'idle_timeout.timeout_seconds': '75' }))],
    ...setting(owner, pairs({ 'routing.http2.enabled': 'false', 'idle_timeout.timeout_seconds': '0' })),
    expect: { error: 'InvalidConfigurationRequest', says: ["'0'"] },
  },
  refused(
    ['G3', 'moto 2.21', 'moto 1.5'],
    'a key given twice',
    [
      { Key: 'routing.http2.enabled', Value: 'true' },
      { Key: 'routing.http2.enabled', Value: 'true' },
    ],
    "'routing.http2.enabled'",
    'specified more than once',
  ),
  ...['dns_record.client_routing_policy', 'secondary_ips.auto_assigned.per_subnet', 'of_nobody'].map((key) =>
    refused(['G4', 'moto 2.21', 'moto 1.5'], `the key ${key}`, pairs({ [key]: 'x' }), `'${key}'`),
  ),
  {
    proves: ['moto 2.21'],
    name: 'an unknown key',
    before: owner.before,
    ...setting(owner, pairs({ of_nobody: 'x' })),
    expect: { error: 'InvalidConfigurationRequest', says: ["'of_nobody'"] },
    onMoto: true,
  },
  ...[
    { title: 'a key with a space', Key: 'a b', Value: 'x', word: "'a b'" },
    { title: 'a key of 257 characters', Key: 'k'.repeat(257), Value: 'x', word: '256' },
    {
      title: 'a value of 1025 characters',
      Key: 'access_logs.s3.prefix',
      Value: 'p'.repeat(1025),
      word: '1024',
    },
  ].map(
    ({ title, Key, Value, word }): Row => ({
      proves: ['G1'],
      name: title,
      before: owner.before,
      ...setting(owner, [{ Key, Value }]),
      expect: { error: 'ValidationError', says: [word] },
    }),
  ),
  {
    proves: ['G2', 'moto 2.21'],
    name: '21 attributes in one call',
    before: owner.before,
    ...setting(
      owner,
      Array.from({ length: 21 }, (_, at) => ({ Key: `key.${at}`, Value: 'x' })),
    ),
    expect: { error: 'ValidationError', says: ['21', '20'] },
  },
  {
    proves: ['G1', 'G2', 'G5'],
    name: '20 attributes in one call',
    before: owner.before,
    ...setting(owner, pairs(TWENTY)),
    expect: { answer: { Attributes: { length: 23 } } },
  },
  {
    proves: ['G5'],
    name: 'a boolean that is none',
    before: owner.before,
    ...setting(owner, pairs({ 'routing.http2.enabled': 'yes' })),
    expect: { error: 'InvalidConfigurationRequest', says: ["'true' or 'false', but was 'yes'"] },
  },
];

export const loadBalancerAttributeRows: readonly Row[] = [...simple, ...logs, ...whole];
