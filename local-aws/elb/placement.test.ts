// Load balancers in Local Zones and on Outposts (aws-limits L8 to L11, L19, L20).
import type { Action, CreateTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf, type InMemory } from './in-memory.ts';
import { createBalancer, httpsListener, withBundles } from './trust-store-fixture.ts';

describe('subnets', () => {
  test.each<[string, string[], string]>([
    ['L8 one Availability Zone', ['subnet-a'], 'ValidationError'],
    ['L9 one Local Zone', ['subnet-l1'], 'accepted'],
    ['L9 two Local Zones', ['subnet-l1', 'subnet-l2'], 'accepted'],
    ['L9 mixed', ['subnet-a', 'subnet-l1'], 'InvalidConfigurationRequest'],
    ['L10 one of an Outpost', ['subnet-o1'], 'accepted'],
    ['L10 two of an Outpost', ['subnet-o1', 'subnet-o2'], 'InvalidConfigurationRequest'],
    ['L10 mixed', ['subnet-b', 'subnet-o1'], 'InvalidConfigurationRequest'],
  ])('%s', (_row, subnets, code) => {
    expect(codeOf(() => createBalancer(withBundles(), 'a', subnets))).toBe(code);
  });

  test('the Outpost is named on read', () => {
    const aws = withBundles();
    createBalancer(aws, 'a', ['subnet-o1']);
    expect(aws.call('DescribeLoadBalancers', {}).LoadBalancers?.[0]?.AvailabilityZones).toEqual([
      {
        ...{ ZoneName: 'us-west-2a', SubnetId: 'subnet-o1', LoadBalancerAddresses: [] },
        OutpostId: 'op-0123456789abcdef0',
      },
    ]);
  });

  test('a load balancer stays in its kind of zone', () => {
    const aws = withBundles();
    const LoadBalancerArn = createBalancer(aws, 'a', ['subnet-l1']);
    const move = (...Subnets: string[]) => codeOf(() => aws.call('SetSubnets', { LoadBalancerArn, Subnets }));
    expect(move('subnet-a', 'subnet-b')).toBe('InvalidConfigurationRequest');
    expect(move('subnet-l1', 'subnet-l2')).toBe('accepted');
  });
});

const PLACES = { zones: ['subnet-a', 'subnet-b'], local: ['subnet-l1'], outpost: ['subnet-o1'] };
type SubnetKind = keyof typeof PLACES;
/** What Availability Zones accept must be refused in these places, and in no other. */
type RefusedIn = readonly SubnetKind[];
const codes = (attempt: (place: SubnetKind) => unknown) =>
  (['local', 'outpost'] as const).filter((place) => {
    expect(codeOf(() => attempt('zones'))).toBe('accepted');
    const code = codeOf(() => attempt(place));
    if (code !== 'accepted') expect(code).toBe('InvalidConfigurationRequest');
    return code !== 'accepted';
  });

function group(aws: InMemory, input: Partial<CreateTargetGroupInput>): string {
  const instances = { Protocol: 'HTTP' as const, Port: 80, VpcId: 'vpc-1' };
  const [made] = aws.call('CreateTargetGroup', {
    Name: 'group',
    ...(input.TargetType === 'lambda' ? {} : instances),
    ...input,
  }).TargetGroups;
  if (made?.TargetGroupArn === undefined) throw new Error('no target group');
  return made.TargetGroupArn;
}

const OIDC: Action = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://idp.example.com',
    AuthorizationEndpoint: 'https://idp.example.com/authorize',
    TokenEndpoint: 'https://idp.example.com/token',
    UserInfoEndpoint: 'https://idp.example.com/user',
    ClientId: 'id',
    ClientSecret: 'secret',
  },
};

describe('what cannot be done there', () => {
  test.each<[string, Partial<CreateTargetGroupInput>, Record<string, string>, RefusedIn]>([
    ['L19, L20 a Lambda function', { TargetType: 'lambda' }, {}, ['local', 'outpost']],
    ['L20 sticky sessions', {}, { 'stickiness.enabled': 'true' }, ['outpost']],
    ['L20 target weights', {}, { 'load_balancing.algorithm.type': 'weighted_random' }, ['outpost']],
    ['L20 target optimizer', { TargetControlPort: 3000 }, {}, ['outpost']],
    ['an ordinary group', {}, {}, []],
  ])('%s', (_row, input, attributes, refused) => {
    const attempt = (place: SubnetKind) => {
      const aws = withBundles();
      const TargetGroupArn = group(aws, input);
      const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
      aws.call('ModifyTargetGroupAttributes', { TargetGroupArn, Attributes });
      const listener = httpsListener(createBalancer(aws, 'a', PLACES[place]), 443);
      aws.call('CreateListener', { ...listener, DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
    };
    expect(codes(attempt)).toEqual(refused);
  });

  test('L20 sticky sessions of a group that serves an Outpost already', () => {
    const attempt = (place: SubnetKind) => {
      const aws = withBundles();
      const TargetGroupArn = group(aws, {});
      const listener = httpsListener(createBalancer(aws, 'a', PLACES[place]), 443);
      aws.call('CreateListener', { ...listener, DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
      const Attributes = [{ Key: 'stickiness.enabled', Value: 'true' }];
      aws.call('ModifyTargetGroupAttributes', { TargetGroupArn, Attributes });
    };
    expect(codes(attempt)).toEqual(['outpost']);
  });

  test.each<[string, object, RefusedIn]>([
    [
      'L19, L20 mutual authentication',
      { MutualAuthentication: { Mode: 'passthrough' } },
      ['local', 'outpost'],
    ],
    ['L20 FIPS policies', { SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' }, ['outpost']],
    ['mutual authentication switched off', { MutualAuthentication: { Mode: 'off' } }, []],
  ])('%s', (_row, changes, refused) => {
    const attempt = (place: SubnetKind) => {
      const aws = withBundles();
      aws.call('CreateListener', {
        ...httpsListener(createBalancer(aws, 'a', PLACES[place]), 443),
        ...changes,
      });
    };
    expect(codes(attempt)).toEqual(refused);
  });

  test('L20 user authentication in a rule', () => {
    const attempt = (place: SubnetKind) => {
      const aws = withBundles();
      const listener = httpsListener(createBalancer(aws, 'a', PLACES[place]), 443);
      const [made] = aws.call('CreateListener', listener).Listeners;
      aws.call('CreateRule', {
        ListenerArn: made?.ListenerArn,
        Priority: 1,
        Conditions: [{ Field: 'path-pattern', Values: ['/'] }],
        Actions: [OIDC, ...listener.DefaultActions.map((action) => ({ ...action, Order: 2 }))],
      });
    };
    expect(codes(attempt)).toEqual(['outpost']);
  });

  test.each<[string, RefusedIn]>([
    ['connection_logs', ['outpost']],
    ['health_check_logs', ['outpost']],
    ['access_logs', []],
  ])('L20 %s', (logs, refused) => {
    const attempt = (place: SubnetKind) => {
      const aws = withBundles();
      const LoadBalancerArn = createBalancer(aws, 'a', PLACES[place]);
      const Attributes = [
        { Key: `${logs}.s3.enabled`, Value: 'true' },
        { Key: `${logs}.s3.bucket`, Value: 'logs' },
      ];
      aws.call('ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes });
    };
    expect(codes(attempt)).toEqual(refused);
  });
});
