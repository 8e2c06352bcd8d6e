// Attributes of load balancers, target groups and listeners (aws-limits 1.1, 2.2, 4.2).
import { describe, expect, test } from 'vitest';
import { codeOf, inMemory } from './in-memory.ts';

const pairs = (values: Record<string, string>) =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
const record = (attributes: { Key?: string | undefined; Value?: string | undefined }[] | undefined) =>
  Object.fromEntries((attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

function balancer(Scheme: 'internal' | 'internet-facing' = 'internet-facing') {
  const aws = inMemory();
  const created = aws.call('CreateLoadBalancer', { Name: 'a', Subnets: ['subnet-a', 'subnet-b'], Scheme });
  const LoadBalancerArn = created.LoadBalancers[0]?.LoadBalancerArn;
  return {
    aws,
    LoadBalancerArn,
    modify: (values: Record<string, string>) =>
      aws.call('ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes: pairs(values) }),
  };
}

describe('load balancers', () => {
  test('22 attributes with AWS’s defaults, 23 with IPv6', () => {
    const { aws, LoadBalancerArn } = balancer();
    const read = () => record(aws.call('DescribeLoadBalancerAttributes', { LoadBalancerArn }).Attributes);
    expect(Object.keys(read())).toHaveLength(22);
    aws.call('SetSubnets', {
      LoadBalancerArn,
      Subnets: ['subnet-6a', 'subnet-6b'],
      IpAddressType: 'dualstack',
    });
    const all = read();
    expect(Object.keys(all)).toHaveLength(23);
    expect(all).toMatchObject({
      'idle_timeout.timeout_seconds': '60',
      'routing.http2.enabled': 'true',
      'load_balancing.cross_zone.enabled': 'true',
      'ipv6.deny_all_igw_traffic': 'false',
    });
  });

  test('the default of ipv6.deny_all_igw_traffic goes by the scheme', () => {
    const { aws, LoadBalancerArn } = balancer('internal');
    aws.call('SetSubnets', {
      LoadBalancerArn,
      Subnets: ['subnet-6a', 'subnet-6b'],
      IpAddressType: 'dualstack',
    });
    const all = record(aws.call('DescribeLoadBalancerAttributes', { LoadBalancerArn }).Attributes);
    expect(all['ipv6.deny_all_igw_traffic']).toBe('true');
  });

  test.each<[string, Record<string, string>]>([
    ['G5 boolean', { 'routing.http2.enabled': 'yes' }],
    ['G6 number', { 'idle_timeout.timeout_seconds': 'abc' }],
    ['1.1 below the range', { 'idle_timeout.timeout_seconds': '0' }],
    ['1.1 above the range', { 'idle_timeout.timeout_seconds': '4001' }],
    ['1.1 keep-alive', { 'client_keep_alive.seconds': '59' }],
    ['1.1 cross-zone is always on', { 'load_balancing.cross_zone.enabled': 'false' }],
    ['1.1 enum', { 'routing.http.desync_mitigation_mode': 'lax' }],
    ['1.1 logs without a bucket', { 'access_logs.s3.enabled': 'true' }],
    ['1.1 prefix without a bucket', { 'connection_logs.s3.prefix': 'a' }],
    ['1.1 AWSLogs in a prefix', { 'access_logs.s3.bucket': 'bucket', 'access_logs.s3.prefix': 'a/AWSLogs' }],
  ])('%s is refused', (_row, values) => {
    expect(codeOf(() => balancer().modify(values))).toBe('InvalidConfigurationRequest');
  });

  test.each(['moon.phase', 'dns_record.client_routing_policy'])('G4: the key %s is not known', (key) => {
    expect(codeOf(() => balancer().modify({ [key]: 'x' }))).toBe('ValidationError');
  });

  test('1.1 a bucket must be there, also with logging off', () => {
    const { aws, modify } = balancer();
    aws.context.world.buckets = new Set(['logs']);
    expect(codeOf(() => modify({ 'access_logs.s3.bucket': 'logs' }))).toBe('accepted');
    expect(codeOf(() => modify({ 'connection_logs.s3.bucket': 'gone' }))).toBe('InvalidConfigurationRequest');
    // The bucket may go later; nobody asks until the logs are spoken of again.
    aws.context.world.buckets.clear();
    expect(codeOf(() => modify({ 'routing.http2.enabled': 'false' }))).toBe('accepted');
    expect(codeOf(() => modify({ 'access_logs.s3.enabled': 'true' }))).toBe('InvalidConfigurationRequest');
  });

  test('G3: a key given twice is refused, G2: 21 pairs too', () => {
    const { aws, LoadBalancerArn } = balancer();
    const twice = [
      ...pairs({ 'waf.fail_open.enabled': 'true' }),
      ...pairs({ 'waf.fail_open.enabled': 'true' }),
    ];
    expect(
      codeOf(() => aws.call('ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes: twice })),
    ).toBe('InvalidConfigurationRequest');
    const many = Array.from({ length: 21 }, (_, n) => ({ Key: `a${n}`, Value: '' }));
    expect(
      codeOf(() => aws.call('ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes: many })),
    ).toBe('ValidationError');
  });

  test('every attribute is answered, not only those that changed', () => {
    const all = record(balancer().modify({ 'health_check_logs.s3.bucket': 'bucket' }).Attributes);
    expect(Object.keys(all)).toHaveLength(22);
    expect(Object.keys(all)[0]).toBe('health_check_logs.s3.bucket');
  });
});

function group(lambda = false) {
  const aws = inMemory();
  const created = aws.call(
    'CreateTargetGroup',
    lambda ? { Name: 'a', TargetType: 'lambda' } : { Name: 'a', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1' },
  );
  const TargetGroupArn = created.TargetGroups[0]?.TargetGroupArn;
  const modify = (values: Record<string, string>) =>
    record(aws.call('ModifyTargetGroupAttributes', { TargetGroupArn, Attributes: pairs(values) }).Attributes);
  return { aws, TargetGroupArn, modify };
}

describe('target groups', () => {
  test('defaults: 14 for instance and ip, those of lambda apart', () => {
    const all = group().modify({});
    expect(Object.keys(all)).toHaveLength(14);
    expect(all['deregistration_delay.timeout_seconds']).toBe('300');
    expect(Object.keys(group(true).modify({}))).toContain('lambda.multi_value_headers.enabled');
  });

  test.each<[string, Record<string, string>]>([
    ['4.2 delay', { 'deregistration_delay.timeout_seconds': '3601' }],
    ['4.2 slow start', { 'slow_start.duration_seconds': '29' }],
    ['4.2 algorithm', { 'load_balancing.algorithm.type': 'random' }],
    ['4.2 cookie duration', { 'stickiness.lb_cookie.duration_seconds': '0' }],
    ['4.2 stickiness type of NLB', { 'stickiness.type': 'source_ip' }],
    ['4.2 reserved cookie', { 'stickiness.app_cookie.cookie_name': 'AWSALBX' }],
    ['4.2 percentage', { 'target_group_health.dns_failover.minimum_healthy_targets.percentage': '101' }],
    ['4.2 lambda key', { 'lambda.multi_value_headers.enabled': 'true' }],
    [
      '4.2 slow start with another algorithm',
      { 'slow_start.duration_seconds': '30', 'load_balancing.algorithm.type': 'weighted_random' },
    ],
    [
      '4.2 anomaly mitigation without weighted random',
      { 'load_balancing.algorithm.anomaly_mitigation': 'on' },
    ],
    [
      '4.2 stickiness with weighted random',
      { 'stickiness.enabled': 'true', 'load_balancing.algorithm.type': 'weighted_random' },
    ],
    [
      '4.2 stickiness without cross-zone',
      { 'stickiness.enabled': 'true', 'load_balancing.cross_zone.enabled': 'false' },
    ],
    ['4.2 app cookie without a name', { 'stickiness.enabled': 'true', 'stickiness.type': 'app_cookie' }],
    [
      '4.2 failover below routing',
      {
        'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
        'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '2',
      },
    ],
  ])('%s is refused', (_row, values) => {
    expect(codeOf(() => group().modify(values))).toBe('InvalidConfigurationRequest');
  });

  test('4.2 lambda does not take a delay', () => {
    expect(codeOf(() => group(true).modify({ 'deregistration_delay.timeout_seconds': '1' }))).toBe(
      'InvalidConfigurationRequest',
    );
  });

  test.each<[string, Record<string, string>]>([
    ['the longest delay (moto-coverage 1, trap 5)', { 'deregistration_delay.timeout_seconds': '3600' }],
    ['slow start off', { 'slow_start.duration_seconds': '0' }],
    ['failover off', { 'target_group_health.dns_failover.minimum_healthy_targets.count': 'off' }],
    [
      'an app cookie with a name',
      {
        'stickiness.enabled': 'true',
        'stickiness.type': 'app_cookie',
        'stickiness.app_cookie.cookie_name': 'session',
      },
    ],
  ])('%s is accepted', (_row, values) => {
    expect(group().modify(values)).toMatchObject(values);
  });
});

describe('listeners', () => {
  function listener(https: boolean) {
    const { aws, LoadBalancerArn } = balancer();
    const certificate = 'arn:aws:acm:us-west-2:123456789012:certificate/one';
    const created = aws.call('CreateListener', {
      LoadBalancerArn,
      Port: 1,
      Protocol: https ? 'HTTPS' : 'HTTP',
      ...(https ? { Certificates: [{ CertificateArn: certificate }] } : {}),
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
    });
    const ListenerArn = created.Listeners[0]?.ListenerArn;
    return (values: Record<string, string>) =>
      record(aws.call('ModifyListenerAttributes', { ListenerArn, Attributes: pairs(values) }).Attributes);
  }

  test('19 attributes on HTTPS, those of responses on HTTP', () => {
    expect(Object.keys(listener(true)({}))).toHaveLength(19);
    expect(Object.keys(listener(false)({}))).toHaveLength(11);
  });

  test.each<[string, boolean, Record<string, string>]>([
    ['2.2 request header on HTTP', false, { 'routing.http.request.x_amzn_tls_version.header_name': 'a' }],
    ['2.2 header name', true, { 'routing.http.request.x_amzn_tls_version.header_name': 'a b' }],
    ['2.2 nosniff', true, { 'routing.http.response.x_content_type_options.header_value': 'sniff' }],
    ['2.2 frame options', true, { 'routing.http.response.x_frame_options.header_value': 'ALLOW-FROM a' }],
    ['2.2 NLB key', true, { 'tcp.idle_timeout.seconds': '60' }],
    [
      '2.2 too long',
      true,
      { 'routing.http.response.content_security_policy.header_value': 'a'.repeat(1025) },
    ],
  ])('%s is refused', (_row, https, values) => {
    expect(['InvalidConfigurationRequest', 'ValidationError']).toContain(
      codeOf(() => listener(https)(values)),
    );
  });

  test('an empty value restores the default', () => {
    const key = 'routing.http.request.x_amzn_tls_version.header_name';
    const modify = listener(true);
    expect(modify({ [key]: 'X-Mine' })[key]).toBe('X-Mine');
    expect(modify({ [key]: '' })[key]).toBe('X-Amzn-Tls-Version');
  });
});
