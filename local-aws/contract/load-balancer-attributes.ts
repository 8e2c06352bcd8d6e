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
import { type ContractCase, type ContractRow, from } from './row.ts';
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
    bad: [
      [
        'false',
        "The value for 'load_balancing.cross_zone.enabled' must always be 'true' for an Application Load Balancer",
      ],
      ['off', "'off'"],
    ],
  },
  yesOrNo('zonal_shift.config.enabled', 'false'),
  {
    ...between('idle_timeout.timeout_seconds', '60', 1, 4000),
    // In AWS's own words, which count characters.
    bad: [
      ['0', "The value of 'idle_timeout.timeout_seconds' cannot be less than 1 characters"],
      ['4001', "The value of 'idle_timeout.timeout_seconds' cannot be greater than 4000 characters"],
      ['many', "'idle_timeout.timeout_seconds'"],
      ['', "'idle_timeout.timeout_seconds'"],
    ],
  },
  between('client_keep_alive.seconds', '3600', 60, 604800),
  {
    ...among('routing.http.desync_mitigation_mode', 'defensive', 'monitor', 'defensive', 'strictest'),
    bad: ['strict', 'STRICTEST', ''].map(
      (value) => [value, `'${value}' must be one of [defensive, monitor, strictest]`] as const,
    ),
  },
  yesOrNo('routing.http.drop_invalid_header_fields.enabled', 'false'),
  yesOrNo('routing.http.preserve_host_header.enabled', 'false'),
  yesOrNo('routing.http.x_amzn_tls_version_and_cipher_suite.enabled', 'false'),
  yesOrNo('routing.http.xff_client_port.enabled', 'false'),
  {
    ...among('routing.http.xff_header_processing.mode', 'append', 'append', 'preserve', 'remove'),
    bad: ['drop', 'REMOVE', ''].map(
      (value) =>
        [
          value,
          "'routing.http.xff_header_processing.mode' must be set as 'preserve', 'append', or 'remove'",
        ] as const,
    ),
  },
  yesOrNo('routing.http2.enabled', 'true'),
  yesOrNo('waf.fail_open.enabled', 'false'),
];

const simple = SIMPLE.flatMap((facts) => attributeRows(owner, facts));

const refused = (proves: string[], name: string, Attributes: object[], ...says: string[]): ContractCase => ({
  proves,
  name,
  before: owner.before,
  ...setting(owner, Attributes),
  expect: { error: 'InvalidConfigurationRequest', says },
});

const logs: ContractCase[] = ['access_logs', 'connection_logs', 'health_check_logs'].flatMap((kind) => {
  const [on, bucket, prefix] = [`${kind}.s3.enabled`, `${kind}.s3.bucket`, `${kind}.s3.prefix`];
  const beside = { [bucket]: 'shop-logs' };
  return [
    ...attributeRows(owner, { ...yesOrNo(on, 'false'), beside }),
    ...attributeRows(owner, {
      key: bucket,
      unset: '',
      good: ['pki', 'shop.logs-1', ''],
      bad: [
        ...['-logs', 'logs/shop', 's3://logs', 'two words'].map((value) => [value, `'${bucket}'`] as const),
        // With logging off as well.
        [
          'nobody-s-bucket',
          'Access Denied for bucket: nobody-s-bucket. Please check S3bucket permission',
        ] as const,
      ],
    }),
    ...attributeRows(owner, {
      key: prefix,
      unset: '',
      good: ['shop', 'shop/eu', '', 'p'.repeat(1024)],
      bad: [
        ['shop/AWSLogs', `'${prefix}'`, "'AWSLogs'"],
        ['AWSLogs', `'${prefix}'`, "'AWSLogs'"],
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

const whole: ContractCase[] = [
  {
    proves: ['moto 2.20'],
    name: 'all 22 keys without being set: one is about IPv6',
    before: owner.before,
    call: 'DescribeLoadBalancerAttributes',
    input: { LoadBalancerArn: '$lb' },
    expect: { answer: { Attributes: { length: 22 } } },
  },
  ...attributeRows(
    { ...owner, before: [aLoadBalancer({ IpAddressType: 'dualstack', Subnets: ['$dualA', '$dualB'] })] },
    yesOrNo('ipv6.deny_all_igw_traffic', 'false'),
  ),
  {
    proves: ['1.1 ipv6.deny_all_igw_traffic'],
    name: 'an internal load balancer with IPv6 denies unless told',
    before: [
      aLoadBalancer({
        Scheme: 'internal',
        IpAddressType: 'dualstack',
        Subnets: ['$dualA', '$dualB'],
      }),
    ],
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
    expect: { error: 'InvalidConfigurationRequest', says: ['idle_timeout.timeout_seconds'] },
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
  ...['dns_record.client_routing_policy', 'secondary_ips.auto_assigned.per_subnet', 'of_nobody'].map(
    (key): ContractCase => ({
      ...refused(['G4', 'moto 2.21', 'moto 1.5'], `the key ${key}`, pairs({ [key]: 'x' })),
      expect: { error: 'ValidationError', says: [`Load balancer attribute key '${key}' is not recognized`] },
    }),
  ),
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
    ({ title, Key, Value, word }): ContractCase => ({
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
    // One of them is about IPv6, and shown because it was set.
    expect: { answer: { Attributes: { length: 23 } } },
  },
  {
    proves: ['moto 2.21'],
    name: 'the answer has what was changed first',
    before: owner.before,
    ...setting(owner, pairs({ 'waf.fail_open.enabled': 'true' })),
    expect: {
      answer: {
        Attributes: {
          0: { Key: 'waf.fail_open.enabled', Value: 'true' },
          1: { Key: 'deletion_protection.enabled' },
        },
      },
    },
  },
  {
    proves: ['G5'],
    name: 'a boolean that is none',
    before: owner.before,
    ...setting(owner, pairs({ 'routing.http2.enabled': 'yes' })),
    expect: { error: 'InvalidConfigurationRequest', says: ["'true' or 'false', but was 'yes'"] },
  },
];

export const loadBalancerAttributeRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, LoadBalancerAttribute', simple),
  ...from(
    'AWS: Application Load Balancers User Guide, Enable access logs for your Application Load Balancer',
    logs,
  ),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyLoadBalancerAttributes', whole),
];
