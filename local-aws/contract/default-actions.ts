// Rows for the default actions of listeners: judged as those of rules, and what is read back (aws-limits N19; moto-coverage 3).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aListener, aLoadBalancer, anHttpsListener, aTargetGroup, fixed, forwardTo, times } from './steps.ts';

const before: readonly ContractStep[] = [aLoadBalancer(), aTargetGroup(), aTargetGroup({}, 'tg2')];

const OIDC = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example.com',
    AuthorizationEndpoint: 'https://id.example.com/authorize',
    TokenEndpoint: 'https://id.example.com/token',
    UserInfoEndpoint: 'https://id.example.com/userinfo',
    ClientId: 'shop',
    ClientSecret: 'secret',
  },
};
const COGNITO = {
  Type: 'authenticate-cognito',
  Order: 1,
  AuthenticateCognitoConfig: {
    UserPoolArn: 'arn:aws:cognito-idp:$region:$account:userpool/$region_abc',
    UserPoolClientId: 'shop',
    UserPoolDomain: 'shop',
  },
};
const JWT = {
  Type: 'jwt-validation',
  Order: 1,
  JwtValidationConfig: { JwksEndpoint: 'https://id.example.com/jwks', Issuer: 'https://id.example.com' },
};
const redirect = (config: object) => ({
  Type: 'redirect',
  RedirectConfig: { StatusCode: 'HTTP_301', ...config },
});
const weighted = (...weights: number[]) => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: weights.map((Weight, at) => ({
      TargetGroupArn: at === 0 ? '$tg' : `$tg${at + 1}`,
      Weight,
    })),
  },
});
const second = { ...fixed(), Order: 2 };

const accepted = (
  proves: string[],
  name: string,
  step: (changes: object) => ContractStep,
  actions: object[],
  view: object[] = actions,
): ContractCase => ({
  proves,
  name,
  before,
  call: 'CreateListener',
  input: step({ DefaultActions: actions }).input,
  expect: { answer: { Listeners: [{ DefaultActions: view }] } },
});

const refused = (
  name: string,
  actions: object[],
  error: string,
  says: string[],
  step = aListener,
): ContractCase => ({
  proves: ['N19', 'moto 3.3'],
  name: `default action: ${name}`,
  before: [...before, ...times(4, (n) => aTargetGroup({}, `tg${n + 2}`))],
  call: 'CreateListener',
  input: step({ DefaultActions: actions }).input,
  expect: { error, says },
});

const onMoto = (row: ContractCase): ContractCase => ({ ...row, onMoto: true });

const kinds: ContractCase[] = [
  onMoto(
    accepted(
      ['moto 3.1'],
      'a fixed response',
      aListener,
      [fixed('503')],
      [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
    ),
  ),
  onMoto(
    accepted(
      ['moto 3.1'],
      'a redirect',
      aListener,
      [redirect({ Protocol: 'HTTPS', Port: '443' })],
      [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
    ),
  ),
  onMoto(accepted(['moto 3.1'], 'a forward', aListener, [forwardTo('$tg')])),
  onMoto(accepted(['moto 3.1'], 'a weighted forward', aListener, [weighted(3, 7)])),
  onMoto(
    accepted(
      ['moto 3.1'],
      'OpenID Connect',
      anHttpsListener,
      [OIDC, second],
      [
        { Type: 'authenticate-oidc', AuthenticateOidcConfig: { ClientId: 'shop' } },
        { Type: 'fixed-response' },
      ],
    ),
  ),
  onMoto(accepted(['moto 3.1', '6 Cognito user pool'], 'Cognito', anHttpsListener, [COGNITO, second])),
  accepted(['moto 3.5', 'moto 1.3', 'N19'], 'tokens', anHttpsListener, [JWT, second]),
  accepted(
    ['moto 3.14'],
    'a forward to one group is read in both forms',
    aListener,
    [forwardTo('$tg')],
    [
      {
        Type: 'forward',
        TargetGroupArn: '$tg',
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: '$tg', Weight: 1 }],
          TargetGroupStickinessConfig: { Enabled: false },
        },
      },
    ],
  ),
  accepted(
    ['moto 3.15'],
    'the client secret is not read',
    anHttpsListener,
    [OIDC, second],
    [{ AuthenticateOidcConfig: { ClientSecret: null, ClientId: 'shop' } }],
  ),
  {
    proves: ['moto 3.15'],
    name: 'nor later',
    before: [aLoadBalancer(), anHttpsListener({ DefaultActions: [OIDC, second] })],
    call: 'DescribeListeners',
    input: { ListenerArns: ['$https'] },
    expect: {
      answer: { Listeners: [{ DefaultActions: [{ AuthenticateOidcConfig: { ClientSecret: null } }] }] },
    },
  },
];

const wrong: ContractCase[] = [
  refused('none', [], 'ValidationError', ['action']),
  refused(
    'two that route',
    [
      { ...fixed(), Order: 1 },
      { ...forwardTo('$tg'), Order: 2 },
    ],
    'ValidationError',
    ['fixed-response', 'forward', 'cannot be specified together'],
  ),
  refused(
    'two without an order',
    [{ ...OIDC, Order: undefined }, fixed()],
    'ValidationError',
    ['order'],
    anHttpsListener,
  ),
  refused('authentication on HTTP', [OIDC, second], 'ValidationError', ['authenticate-oidc', 'HTTPS']),
  refused(
    'authentication alone',
    [OIDC],
    'InvalidLoadBalancerAction',
    ['authenticate-oidc'],
    anHttpsListener,
  ),
  refused('six target groups', [weighted(1, 1, 1, 1, 1, 1)], 'ValidationError', [
    'You cannot specify more than 5 target groups per action',
  ]),
  refused('a weight of 1000', [weighted(1, 1000)], 'ValidationError', ['999']),
  refused('a redirect to itself', [redirect({ Query: 'a=b' })], 'ValidationError', ['loop']),
  refused(
    'a redirect with 307',
    [redirect({ Protocol: 'HTTPS', StatusCode: 'HTTP_307' })],
    'ValidationError',
    ["'HTTP_307'", 'HTTP_302'],
  ),
  refused(
    'a redirect from HTTPS to HTTP',
    [redirect({ Protocol: 'HTTP' })],
    'ValidationError',
    ['You cannot redirect HTTPS to HTTP'],
    anHttpsListener,
  ),
  refused(
    'a body of 1025 characters',
    [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', MessageBody: 'b'.repeat(1025) } }],
    'ValidationError',
    ['1024'],
  ),
  ...(
    [
      ['the status 302', { StatusCode: '302' }, 'ValidationError', "'302'"],
      ['the status 99', { StatusCode: '99' }, 'ValidationError', "'99'"],
      [
        'the type text/xml',
        { StatusCode: '200', ContentType: 'text/xml' },
        'InvalidLoadBalancerAction',
        'The ContentType must be one of',
      ],
    ] as const
  ).map(
    ([name, FixedResponseConfig, error, word]): ContractCase => ({
      ...refused(name, [{ Type: 'fixed-response', FixedResponseConfig }], error, [word]),
      proves: ['N19', 'moto 3.4'],
      onMoto: true,
    }),
  ),
];

export const defaultActionRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateListener: DefaultActions', kinds),
  ...from('AWS: Elastic Load Balancing API Reference, Action', wrong),
];
