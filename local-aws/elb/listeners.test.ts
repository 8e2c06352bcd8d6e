// Listeners and their certificates (aws-limits 2; moto-coverage 3).
import type { Action, CreateListenerInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf, type InMemory, inMemory } from './in-memory.ts';

const CERTIFICATE = 'arn:aws:acm:us-west-2:123456789012:certificate/one';
const OTHER = 'arn:aws:acm:us-west-2:123456789012:certificate/two';
const UNKNOWN = 'arn:aws:acm:us-west-2:123456789012:certificate/none';
const SECURE: Pick<CreateListenerInput, 'Protocol' | 'Port' | 'Certificates'> = {
  Protocol: 'HTTPS',
  Port: 443,
  Certificates: [{ CertificateArn: CERTIFICATE }],
};
const fixed = (StatusCode = '200'): Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode },
});

function balancer(aws: InMemory, Name = 'a'): string {
  const created = aws.call('CreateLoadBalancer', { Name, Subnets: ['subnet-a', 'subnet-b'] });
  return created.LoadBalancers[0]?.LoadBalancerArn ?? '';
}

function group(aws: InMemory, Name: string, changes: object = {}): string {
  const input = { Name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', ...changes } as const;
  return aws.call('CreateTargetGroup', input).TargetGroups[0]?.TargetGroupArn ?? '';
}

function setUp() {
  const aws = inMemory();
  const lb = balancer(aws);
  const create = (changes: Partial<CreateListenerInput> = {}) => {
    const input: CreateListenerInput = {
      LoadBalancerArn: lb,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [fixed()],
      ...changes,
    };
    const [listener] = aws.call('CreateListener', input).Listeners;
    return { ...listener, arn: listener?.ListenerArn ?? '' };
  };
  return { aws, lb, create };
}

describe('CreateListener refuses', () => {
  test.each<[string, Partial<CreateListenerInput>, string]>([
    ['N1 port 0', { Port: 0 }, 'ValidationError'],
    ['N1 port 65536', { Port: 65536 }, 'ValidationError'],
    ['N1 no port', { Port: undefined }, 'ValidationError'],
    ['N2 protocol', { Protocol: 'TCP' }, 'ValidationError'],
    ['N4 HTTPS without a certificate', { Protocol: 'HTTPS' }, 'ValidationError'],
    [
      'N4 two certificates',
      { ...SECURE, Certificates: [{ CertificateArn: CERTIFICATE }, { CertificateArn: OTHER }] },
      'ValidationError',
    ],
    ['N5 certificate on HTTP', { Certificates: [{ CertificateArn: CERTIFICATE }] }, 'ValidationError'],
    ['N5 policy on HTTP', { SslPolicy: 'ELBSecurityPolicy-2016-08' }, 'ValidationError'],
    [
      'N6 unknown certificate',
      { ...SECURE, Certificates: [{ CertificateArn: UNKNOWN }] },
      'CertificateNotFound',
    ],
    ['N11 unknown policy', { ...SECURE, SslPolicy: 'ELBSecurityPolicy-Moon' }, 'SSLPolicyNotFound'],
    ['N13 ALPN', { ...SECURE, AlpnPolicy: ['HTTP2Only'] }, 'ValidationError'],
    ['N14 mode', { ...SECURE, MutualAuthentication: { Mode: 'maybe' } }, 'ValidationError'],
    ['N14 on HTTP', { MutualAuthentication: { Mode: 'off' } }, 'ValidationError'],
    [
      'N15 verify without a trust store',
      { ...SECURE, MutualAuthentication: { Mode: 'verify' } },
      'ValidationError',
    ],
    [
      'N15 unknown trust store',
      { ...SECURE, MutualAuthentication: { Mode: 'verify', TrustStoreArn: 'arn:aws:x:truststore/a/1' } },
      'TrustStoreNotFound',
    ],
    [
      'N16 expiry with passthrough',
      { ...SECURE, MutualAuthentication: { Mode: 'passthrough', IgnoreClientCertificateExpiry: true } },
      'ValidationError',
    ],
    [
      'N17 advertising with off',
      { ...SECURE, MutualAuthentication: { Mode: 'off', AdvertiseTrustStoreCaNames: 'on' } },
      'ValidationError',
    ],
    ['N19 no action', { DefaultActions: [] }, 'ValidationError'],
    ['unknown load balancer', { LoadBalancerArn: 'arn:aws:x:loadbalancer/app/a/1' }, 'LoadBalancerNotFound'],
    ['malformed load balancer ARN', { LoadBalancerArn: 'a' }, 'ValidationError'],
  ])('%s', (_row, changes, code) => {
    const { aws, create } = setUp();
    expect(codeOf(() => create(changes))).toBe(code);
    expect(aws.state.listeners.size + aws.state.rules.size).toBe(0);
  });

  test('N3 a second one on a port, whatever its protocol; an identical one is the same', () => {
    const { create } = setUp();
    const { arn } = create();
    expect(create().arn).toBe(arn);
    expect(codeOf(() => create({ DefaultActions: [fixed('404')] }))).toBe('DuplicateListener');
    expect(codeOf(() => create({ ...SECURE, Port: 80 }))).toBe('DuplicateListener');
  });

  test('N12 FIPS beside other policies', () => {
    const { create } = setUp();
    create(SECURE);
    const fips = { ...SECURE, Port: 444, SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' };
    expect(codeOf(() => create(fips))).toBe('InvalidConfigurationRequest');
  });

  test('N20 over the quota: TooManyListeners', () => {
    const { create } = setUp();
    for (let Port = 1; Port <= 50; Port++) create({ Port });
    expect(codeOf(() => create({ Port: 51 }))).toBe('TooManyListeners');
  });

  test.each<[string, object, string]>([
    ['N21 GRPC behind HTTP', { ProtocolVersion: 'GRPC' }, 'InvalidLoadBalancerAction'],
    ['N21 HTTP2 behind HTTP', { ProtocolVersion: 'HTTP2' }, 'InvalidLoadBalancerAction'],
    ['TG7 IPv6 behind an IPv4 load balancer', { IpAddressType: 'ipv6' }, 'InvalidConfigurationRequest'],
    ['a group of another VPC', { VpcId: 'vpc-2' }, 'InvalidConfigurationRequest'],
  ])('%s', (_row, changes, code) => {
    const { aws, create } = setUp();
    const TargetGroupArn = group(aws, 'tg', changes);
    expect(codeOf(() => create({ DefaultActions: [{ Type: 'forward', TargetGroupArn }] }))).toBe(code);
  });

  test('TG9 a group that serves another load balancer', () => {
    const { aws, create } = setUp();
    const TargetGroupArn = group(aws, 'tg');
    create({ DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
    const DefaultActions: Action[] = [{ Type: 'forward', TargetGroupArn }];
    const second = { LoadBalancerArn: balancer(aws, 'b'), DefaultActions };
    expect(codeOf(() => create(second))).toBe('TargetGroupAssociationLimit');
  });
});

describe('what is shown', () => {
  test('HTTP has no policy, HTTPS the default one and mutual authentication off (moto-coverage 3)', () => {
    const { create } = setUp();
    expect(create()).not.toHaveProperty('SslPolicy');
    expect(create(SECURE)).toMatchObject({
      SslPolicy: 'ELBSecurityPolicy-2016-08',
      MutualAuthentication: { Mode: 'off' },
      Certificates: [{ CertificateArn: CERTIFICATE }],
    });
  });

  test('a forward shows ARN and config both (moto-coverage 3)', () => {
    const { aws, create } = setUp();
    const arn = group(aws, 'tg');
    const whole = {
      Type: 'forward',
      TargetGroupArn: arn,
      ForwardConfig: {
        TargetGroups: [{ TargetGroupArn: arn, Weight: 1 }],
        TargetGroupStickinessConfig: { Enabled: false },
      },
    };
    const config = { TargetGroups: [{ TargetGroupArn: arn }] };
    expect(create({ DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }] }).DefaultActions).toEqual([
      whole,
    ]);
    const second = create({ Port: 81, DefaultActions: [{ Type: 'forward', ForwardConfig: config }] });
    expect(second.DefaultActions).toEqual([whole]);
  });

  test('the load balancer of a group is live (moto-coverage 3)', () => {
    const { aws, lb, create } = setUp();
    const arn = group(aws, 'tg');
    const users = () =>
      aws.call('DescribeTargetGroups', { TargetGroupArns: [arn] }).TargetGroups?.[0]?.LoadBalancerArns;
    const forward: Action = { Type: 'forward', TargetGroupArn: arn };
    const one = create({ DefaultActions: [forward] });
    const two = create({ Port: 81, DefaultActions: [forward] });
    expect(users()).toEqual([lb]);
    aws.call('ModifyListener', { ListenerArn: one.arn, DefaultActions: [fixed()] });
    expect(users()).toEqual([lb]);
    aws.call('DeleteListener', { ListenerArn: two.arn });
    expect(users()).toEqual([]);
    expect(aws.call('DescribeTargetGroups', { LoadBalancerArn: lb }).TargetGroups).toEqual([]);
  });

  test('one unknown ARN among known ones refuses the call', () => {
    const { aws, create } = setUp();
    const { arn } = create();
    expect(codeOf(() => aws.call('DescribeListeners', { ListenerArns: [arn, `${arn}0`] }))).toBe(
      'ListenerNotFound',
    );
    expect(codeOf(() => aws.call('DescribeListeners', {}))).toBe('ValidationError');
  });
});

describe('ModifyListener', () => {
  test('moves to a free port, not to a used one', () => {
    const { aws, lb, create } = setUp();
    const { arn } = create();
    create({ Port: 81 });
    const move = (Port: number) => codeOf(() => aws.call('ModifyListener', { ListenerArn: arn, Port }));
    expect(move(81)).toBe('DuplicateListener');
    expect(move(82)).toBe('accepted');
    expect(Object.keys(aws.state.loadBalancers.get(lb)?.listeners ?? {})).toEqual(['81', '82']);
  });

  test('N22: HTTPS to HTTP drops policy and certificate, HTTP to HTTPS must bring a certificate', () => {
    const { aws, create } = setUp();
    const { arn } = create(SECURE);
    const [plain] = aws.call('ModifyListener', { ListenerArn: arn, Protocol: 'HTTP' }).Listeners;
    expect(plain).not.toHaveProperty('SslPolicy');
    expect(plain).not.toHaveProperty('Certificates');
    const secure = { ListenerArn: arn, Protocol: 'HTTPS' } as const;
    expect(codeOf(() => aws.call('ModifyListener', secure))).toBe('ValidationError');
    expect(codeOf(() => aws.call('ModifyListener', { ...secure, Certificates: SECURE.Certificates }))).toBe(
      'accepted',
    );
  });

  test('judges its actions like a create: an unknown target group is refused', () => {
    const { aws, create } = setUp();
    const TargetGroupArn =
      'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/a/0123456789abcdef';
    const DefaultActions: Action[] = [{ Type: 'forward', TargetGroupArn }];
    const input = { ListenerArn: create().arn, DefaultActions };
    expect(codeOf(() => aws.call('ModifyListener', input))).toBe('TargetGroupNotFound');
  });
});

describe('certificates for server names', () => {
  test('added once, the default may be among them (N10), removed again; the default itself stays', () => {
    const { aws, create } = setUp();
    const { arn: ListenerArn } = create(SECURE);
    const add = (CertificateArn: string) =>
      aws.call('AddListenerCertificates', { ListenerArn, Certificates: [{ CertificateArn }] });
    const remove = (CertificateArn: string) =>
      aws.call('RemoveListenerCertificates', { ListenerArn, Certificates: [{ CertificateArn }] });
    const shown = () =>
      aws
        .call('DescribeListenerCertificates', { ListenerArn })
        .Certificates?.map(({ CertificateArn: arn, IsDefault }) => [arn, IsDefault]);
    for (const arn of [OTHER, OTHER, CERTIFICATE]) add(arn);
    expect(shown()).toEqual([
      [CERTIFICATE, true],
      [OTHER, false],
      [CERTIFICATE, false],
    ]);
    remove(CERTIFICATE);
    expect(codeOf(() => remove(CERTIFICATE))).toBe('OperationNotPermitted');
    expect(codeOf(() => add(UNKNOWN))).toBe('CertificateNotFound');
    expect(shown()).toHaveLength(2);
    const paged = aws.call('DescribeListenerCertificates', { ListenerArn, PageSize: 1 });
    expect(paged.Certificates).toHaveLength(1);
    expect(paged.NextMarker).toBeDefined();
  });

  test('N9 over the quota: TooManyCertificates; N5 not on HTTP', () => {
    const { aws, create } = setUp();
    aws.context.limits['certificates-per-application-load-balancer'] = 1;
    const { arn: ListenerArn } = create(SECURE);
    const both = { ListenerArn, Certificates: [{ CertificateArn: CERTIFICATE }, { CertificateArn: OTHER }] };
    expect(codeOf(() => aws.call('AddListenerCertificates', both))).toBe('TooManyCertificates');
    const { arn: plain } = create();
    expect(codeOf(() => aws.call('AddListenerCertificates', { ...both, ListenerArn: plain }))).toBe(
      'ValidationError',
    );
  });
});
