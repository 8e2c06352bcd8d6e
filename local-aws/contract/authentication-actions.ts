// Rows for the actions before routing: OIDC, Cognito and JWT validation (aws-limits 3.3; moto-coverage 4).
import { type ContractCase, type ContractRow, type ExpectedAnswer, from } from './row.ts';
import { fixed } from './steps.ts';
import { refused, taken, trySecureRule } from './try-rule.ts';

const last = { ...fixed(), Order: 2 };
const id = 'https://id.example.com';

const oidc = {
  Issuer: id,
  AuthorizationEndpoint: `${id}/authorize`,
  TokenEndpoint: `${id}/token`,
  UserInfoEndpoint: `${id}/me`,
  ClientId: 'shop',
  ClientSecret: 'secret',
};
const cognito = {
  UserPoolArn: 'arn:aws:cognito-idp:$region:$account:userpool/us-west-2_AbCdEf123',
  UserPoolClientId: 'shop',
  UserPoolDomain: 'shop',
};

const expectation = (says: readonly string[]): ExpectedAnswer =>
  says.length === 0 ? taken : refused(...says);
const login = (name: string, changes: object, ...says: string[]): ContractCase =>
  trySecureRule(
    '3.3 authenticate-oidc',
    name,
    {
      Actions: [
        { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: { ...oidc, ...changes } },
        last,
      ],
    },
    expectation(says),
  );
const pool = (name: string, changes: object, ...says: string[]): ContractCase =>
  trySecureRule(
    '3.3 authenticate-cognito',
    name,
    {
      Actions: [
        { Type: 'authenticate-cognito', Order: 1, AuthenticateCognitoConfig: { ...cognito, ...changes } },
        last,
      ],
    },
    expectation(says),
  );
const token = (name: string, changes: object, ...says: string[]): ContractCase =>
  trySecureRule(
    '3.3 jwt-validation',
    name,
    {
      Actions: [
        {
          Type: 'jwt-validation',
          Order: 1,
          JwtValidationConfig: { JwksEndpoint: `${id}/keys`, Issuer: id, ...changes },
        },
        last,
      ],
    },
    expectation(says),
  );
const params = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));

const oidcRows: readonly ContractCase[] = [
  ...['Issuer', 'AuthorizationEndpoint', 'TokenEndpoint', 'UserInfoEndpoint', 'ClientId'].map((member) =>
    login(`without ${member}`, { [member]: undefined }, member.charAt(0).toLowerCase() + member.slice(1)),
  ),
  login('without a secret', { ClientSecret: undefined }, 'secret'),
  login('an endpoint over HTTP', { TokenEndpoint: 'http://id.example.com/t' }, 'URL', 'is not valid'),
  login('an issuer that is no URL', { Issuer: 'me' }, 'URL', 'is not valid', 'me'),
  login('an endpoint without a host', { UserInfoEndpoint: 'https:///me' }, 'URL', 'is not valid'),
  login('endpoints without a path', { TokenEndpoint: id, UserInfoEndpoint: id }),
  login('a session of 0 s', { SessionTimeout: 0 }, 'must be between 1 and 604800 inclusive'),
  login('a session of 604801 s', { SessionTimeout: 604801 }, 'must be between 1 and 604800 inclusive'),
  login('a session of 604800 s', { SessionTimeout: 604800 }),
  login('a session of 1 s', { SessionTimeout: 1 }),
  login(
    'eleven extra parameters',
    { AuthenticationRequestExtraParams: params(11) },
    'You can specify up to 10 extra',
  ),
  login('ten extra parameters', { AuthenticationRequestExtraParams: params(10) }),
  login('an unknown way with strangers', { OnUnauthenticatedRequest: 'shout' }, 'shout'),
  ...['deny', 'allow', 'authenticate'].map((OnUnauthenticatedRequest) =>
    login(`strangers: ${OnUnauthenticatedRequest}`, { OnUnauthenticatedRequest }),
  ),
  login('a cookie name that is no token', { SessionCookieName: 'my cookie' }),
  login('any scope', { Scope: 'openid email' }),
];

const oidcViews: readonly ContractCase[] = [
  {
    ...login('defaults, and no secret in the answer', {}),
    expect: {
      answer: {
        Rules: [
          {
            Actions: [
              {
                AuthenticateOidcConfig: {
                  Scope: 'openid',
                  SessionCookieName: 'AWSELBAuthSessionCookie',
                  SessionTimeout: 604800,
                  OnUnauthenticatedRequest: 'authenticate',
                  ClientSecret: null,
                },
              },
            ],
          },
        ],
      },
    },
  },
];

const cognitoRows: readonly ContractCase[] = [
  ...['UserPoolArn', 'UserPoolClientId', 'UserPoolDomain'].map((member) =>
    pool(`without ${member}`, { [member]: undefined }, member.charAt(0).toLowerCase() + member.slice(1)),
  ),
  pool(
    'no ARN',
    { UserPoolArn: 'us-west-2_AbCdEf123' },
    "'us-west-2_AbCdEf123' is not a valid user pool ARN",
  ),
  pool(
    'a pool of another Region',
    { UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:$account:userpool/eu-west-1_AbCdEf123' },
    'is not a valid user pool ARN',
    'eu-west-1',
  ),
  pool('a client id with a space', { UserPoolClientId: 'my shop' }, 'my shop'),
  pool('a client id of 129', { UserPoolClientId: 'a'.repeat(129) }, 'client'),
  pool('a client id of 128', { UserPoolClientId: 'a'.repeat(128) }),
  pool('a domain in capitals', { UserPoolDomain: 'Shop' }, 'Shop'),
  pool('a domain with a hyphen last', { UserPoolDomain: 'shop-' }, 'shop-'),
  pool('a domain of one\u2019s own', { UserPoolDomain: 'login.shop.example.com' }),
  pool('a prefix of 63', { UserPoolDomain: 'a'.repeat(63) }),
  pool('a session of 604801 s', { SessionTimeout: 604801 }, 'must be between 1 and 604800 inclusive'),
  pool(
    'eleven extra parameters',
    { AuthenticationRequestExtraParams: params(11) },
    'You can specify up to 10 extra',
  ),
  pool('the optional fields', { SessionTimeout: 60, Scope: 'openid', OnUnauthenticatedRequest: 'deny' }),
];

const claim = (changes: object = {}) => ({
  Format: 'single-string',
  Name: 'role',
  Values: ['a'],
  ...changes,
});
const claims = (...AdditionalClaims: object[]) => ({ AdditionalClaims });

const jwtRows: readonly ContractCase[] = [
  token('without keys', { JwksEndpoint: undefined }, 'jwksEndpoint'),
  token('without an issuer', { Issuer: undefined }, 'issuer'),
  token('keys over HTTP', { JwksEndpoint: 'http://id.example.com/keys' }, 'http://id.example.com/keys'),
  token(
    'keys at a URL of 257',
    { JwksEndpoint: `${id}/${'a'.repeat(257 - id.length - 1)}` },
    'URL is not valid',
  ),
  token('keys at a URL of 256', { JwksEndpoint: `${id}/${'a'.repeat(256 - id.length - 1)}` }),
  token('an empty issuer', { Issuer: '' }, 'issuer', '256'),
  token('an issuer of 257', { Issuer: 'a'.repeat(257) }, 'issuer', '256'),
  token('an issuer of 256, which is no URL', { Issuer: 'a'.repeat(256) }),
  token('eleven claims', claims(...Array.from({ length: 11 }, (_, n) => claim({ Name: `c${n}` }))), '10'),
  token('ten claims', claims(...Array.from({ length: 10 }, (_, n) => claim({ Name: `c${n}` })))),
  ...['exp', 'iss', 'nbf', 'iat'].map((Name) =>
    token(`the claim ${Name}`, claims(claim({ Name })), `'${Name}'`),
  ),
  token('a claim of an unknown format', claims(claim({ Format: 'number' })), 'number'),
  token('a claim without values', claims(claim({ Values: [] })), 'role'),
  token(
    'a claim with eleven values',
    claims(claim({ Format: 'string-array', Values: [...'abcdefghijk'] })),
    'role',
  ),
  token('a claim with ten values', claims(claim({ Format: 'string-array', Values: [...'abcdefghij'] }))),
  token('a value of 257', claims(claim({ Values: ['a'.repeat(257)] })), '256'),
  token('a value of 256', claims(claim({ Values: ['a'.repeat(256)] }))),
  token(
    'a space in a value of space-separated values',
    claims(claim({ Format: 'space-separated-values', Values: ['a b'] })),
    'role',
    'space',
  ),
  token('space-separated values', claims(claim({ Format: 'space-separated-values', Values: ['a', 'b'] }))),
  token('two values of a single string', claims(claim({ Values: ['a', 'b'] }))),
];

const jwtViews: readonly ContractCase[] = [
  {
    ...token('it comes back as it was sent', claims(claim())),
    proves: ['3.3 jwt-validation', 'moto 4.10', 'moto 1.3'],
    expect: {
      answer: {
        Rules: [
          {
            Actions: [
              {
                Type: 'jwt-validation',
                JwtValidationConfig: {
                  JwksEndpoint: `${id}/keys`,
                  Issuer: id,
                  AdditionalClaims: [{ Format: 'single-string', Name: 'role', Values: ['a'] }],
                },
              },
              { Type: 'fixed-response' },
            ],
          },
        ],
      },
    },
  },
];

export const authenticationActionRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, AuthenticateOidcActionConfig', oidcRows),
  ...from('AWS: Elastic Load Balancing API Reference, AuthenticateOidcActionConfig', oidcViews),
  ...from('AWS: Elastic Load Balancing API Reference, AuthenticateCognitoActionConfig', cognitoRows),
  ...from('AWS: Elastic Load Balancing API Reference, JwtValidationActionConfig', jwtRows),
  ...from('AWS: Elastic Load Balancing API Reference, JwtValidationActionConfig', jwtViews),
];
