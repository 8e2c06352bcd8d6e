// Actions of rules (aws-limits 3.3).
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf } from './in-memory.ts';
import { fixed, path, setUp } from './rule-fixture.ts';

const redirect = (config: Partial<Action['RedirectConfig']>): Action => ({
  Type: 'redirect',
  RedirectConfig: { StatusCode: 'HTTP_301', ...config },
});
const reply = (config: Partial<Action['FixedResponseConfig']>): Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ...config },
});
const OIDC = {
  Issuer: 'https://id.example.com',
  AuthorizationEndpoint: 'https://id.example.com/a',
  TokenEndpoint: 'https://id.example.com/t',
  UserInfoEndpoint: 'https://id.example.com/u',
  ClientId: 'me',
  ClientSecret: 'secret',
};
const login = (changes: Partial<Action['AuthenticateOidcConfig']> = {}): Action => ({
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: { ...OIDC, ...changes },
});
const jwt = (changes: Partial<Action['JwtValidationConfig']>): Action => ({
  Type: 'jwt-validation',
  Order: 1,
  JwtValidationConfig: { JwksEndpoint: 'https://id.example.com/keys', Issuer: 'id', ...changes },
});
const last: Action = { ...fixed, Order: 2 };

describe('actions', () => {
  test.each<[string, Action[], string?]>([
    ['A1 unknown type', [{ Type: 'dance' as 'forward' }]],
    ['A2 none', []],
    [
      'A2 two routing actions',
      [
        { ...fixed, Order: 1 },
        { ...redirect({ Host: 'a.b' }), Order: 2 },
      ],
    ],
    ['A2 authentication alone', [login()], 'InvalidLoadBalancerAction'],
    ['A3 no order', [{ ...login(), Order: undefined }, fixed]],
    ['A3 the same order', [login(), { ...fixed, Order: 1 }]],
    [
      'A3 routing first',
      [
        { ...fixed, Order: 1 },
        { ...login(), Order: 2 },
      ],
      'InvalidLoadBalancerAction',
    ],
    ['A3 order 0', [{ ...fixed, Order: 0 }]],
    ['A5 config missing', [{ Type: 'redirect' }]],
    ['A5 config of another type', [{ ...fixed, RedirectConfig: { StatusCode: 'HTTP_301', Host: 'a.b' } }]],
    ['3.3 forward to nothing', [{ Type: 'forward' }]],
    ['3.3 redirect code', [redirect({ StatusCode: 'HTTP_307' as 'HTTP_301', Host: 'a.b' })]],
    ['3.3 redirect protocol', [redirect({ StatusCode: 'HTTP_301', Protocol: 'https' })]],
    ['3.3 redirect port', [redirect({ StatusCode: 'HTTP_301', Port: '0' })]],
    ['3.3 redirect path', [redirect({ StatusCode: 'HTTP_301', Path: 'a' })]],
    ['3.3 redirect path placeholders', [redirect({ StatusCode: 'HTTP_301', Path: '/#{path}/#{path}' })]],
    ['3.3 redirect loop', [redirect({ StatusCode: 'HTTP_301', Query: 'a=b' })]],
    ['3.3 downgrade', [redirect({ StatusCode: 'HTTP_301', Protocol: 'HTTP', Host: 'a.b' })]],
    ['3.3 status code', [reply({ StatusCode: '302' })]],
    ['3.3 content type', [reply({ ContentType: 'image/png' })], 'InvalidLoadBalancerAction'],
    ['3.3 long body', [reply({ MessageBody: 'a'.repeat(1025) })]],
    ['3.3 OIDC endpoint', [login({ TokenEndpoint: 'http://id.example.com' }), last]],
    ['3.3 OIDC secret', [login({ ClientSecret: undefined }), last]],
    ['3.3 OIDC session', [login({ SessionTimeout: 604801 }), last]],
    [
      '3.3 OIDC parameters',
      [
        login({
          AuthenticationRequestExtraParams: Object.fromEntries(
            Array.from({ length: 11 }, (_, n) => [`k${n}`, '']),
          ),
        }),
        last,
      ],
    ],
    [
      '3.3 Cognito pool',
      [
        {
          Type: 'authenticate-cognito',
          Order: 1,
          AuthenticateCognitoConfig: { UserPoolArn: 'pool', UserPoolClientId: 'a', UserPoolDomain: 'a' },
        },
        last,
      ],
    ],
    ['3.3 JWT endpoint', [jwt({ JwksEndpoint: 'http://a.b' }), last]],
    [
      '3.3 JWT claim name',
      [jwt({ AdditionalClaims: [{ Name: 'exp', Format: 'single-string', Values: ['a'] }] }), last],
    ],
    [
      '3.3 JWT claim value',
      [jwt({ AdditionalClaims: [{ Name: 'a', Format: 'space-separated-values', Values: ['a b'] }] }), last],
    ],
  ])('%s is refused', (_row, actions, code = 'ValidationError') => {
    expect(codeOf(() => setUp('HTTPS').create([path('/')], actions))).toBe(code);
  });

  test('A4 authentication belongs on HTTPS listeners; with two actions their order is kept', () => {
    expect(codeOf(() => setUp('HTTP').create([path('/')], [login(), last]))).toBe('ValidationError');
    const { create } = setUp('HTTPS');
    expect(create([path('/')], [last, login()]).Actions?.map((action) => action.Type)).toEqual([
      'authenticate-oidc',
      'fixed-response',
    ]);
    expect(codeOf(() => create([path('/a')], [jwt({}), last], 2))).toBe('accepted');
  });

  test('3.3 the secret is never shown, and kept when asked for', () => {
    const { aws, create } = setUp('HTTPS');
    const { arn, Actions: actions } = create([path('/')], [login(), last]);
    expect(actions?.[0]?.AuthenticateOidcConfig).not.toHaveProperty('ClientSecret');
    const { ClientSecret: _secret, ...rest } = OIDC;
    const again: Action = {
      Type: 'authenticate-oidc',
      Order: 1,
      AuthenticateOidcConfig: { ...rest, UseExistingClientSecret: true },
    };
    aws.call('ModifyRule', { RuleArn: arn, Actions: [again, last] });
    expect(aws.state.rules.get(arn)?.actions[0]?.AuthenticateOidcConfig?.ClientSecret).toBe('secret');
  });

  test('3.3 a redirect is shown with what stays as it is', () => {
    expect(setUp().create([path('/')], [redirect({ StatusCode: 'HTTP_301', Port: '8080' })]).Actions).toEqual(
      [
        {
          Type: 'redirect',
          RedirectConfig: {
            StatusCode: 'HTTP_301',
            Protocol: '#{protocol}',
            Host: '#{host}',
            Port: '8080',
            Path: '/#{path}',
            Query: '#{query}',
          },
        },
      ],
    );
  });
});

describe('forward to several groups (3.3)', () => {
  const tuples = (...weights: (number | undefined)[]) => {
    const { group, create } = setUp();
    const TargetGroups = weights.map((Weight, n) => ({ TargetGroupArn: group(`tg-${n}`), Weight }));
    return codeOf(() => create([path('/')], [{ Type: 'forward', ForwardConfig: { TargetGroups } }]));
  };
  test.each<[string, (number | undefined)[], string]>([
    ['six groups', [1, 1, 1, 1, 1, 1], 'ValidationError'],
    ['five groups', [1, 1, 1, 1, 0], 'accepted'],
    ['a weight of 1000', [1, 1000], 'ValidationError'],
    ['no weight', [1, undefined], 'ValidationError'],
  ])('%s', (_row, weights, code) => {
    expect(tuples(...weights)).toBe(code);
  });

  test('stickiness needs a duration, and must be on when a group is sticky', () => {
    const { aws, group, create } = setUp();
    const [one, two] = [group('one'), group('two')];
    const TargetGroups = [one, two].map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 }));
    const attempt = (TargetGroupStickinessConfig?: { Enabled?: boolean; DurationSeconds?: number }) =>
      codeOf(() =>
        create(
          [path('/')],
          [{ Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig } }],
        ),
      );
    expect(attempt({ Enabled: true })).toBe('ValidationError');
    expect(attempt({ Enabled: true, DurationSeconds: 604801 })).toBe('ValidationError');
    const Attributes = [{ Key: 'stickiness.enabled', Value: 'true' }];
    aws.call('ModifyTargetGroupAttributes', { TargetGroupArn: one, Attributes });
    expect(attempt()).toBe('InvalidConfigurationRequest');
    expect(attempt({ Enabled: true, DurationSeconds: 60 })).toBe('accepted');
  });

  test('one address type for all', () => {
    const { group, create } = setUp();
    const groups = [group('one'), group('two', { IpAddressType: 'ipv6' })];
    const TargetGroups = groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 }));
    const action: Action = { Type: 'forward', ForwardConfig: { TargetGroups } };
    expect(codeOf(() => create([path('/')], [action]))).not.toBe('accepted');
  });

  test('more groups than a load balancer may have', () => {
    const { aws, group, create } = setUp();
    aws.context.limits['target-groups-per-application-load-balancer'] = 1;
    create([path('/1')], [{ Type: 'forward', TargetGroupArn: group('one') }]);
    const second: Action = { Type: 'forward', TargetGroupArn: group('two') };
    expect(codeOf(() => create([path('/2')], [second], 2))).toBe('TooManyUniqueTargetGroupsPerLoadBalancer');
  });
});
