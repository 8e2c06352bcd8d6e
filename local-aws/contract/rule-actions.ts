// Rows for actions of rules: their shape, redirects and fixed responses (aws-limits 3.3; moto-coverage 4).
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aTargetGroup, fixed, forwardTo } from './steps.ts';
import { onMoto, refused, taken, tryRule, trySecureRule } from './try-rule.ts';

const redirect = (config: object) => ({
  Type: 'redirect',
  RedirectConfig: { StatusCode: 'HTTP_301', ...config },
});
const reply = (config: object) => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ...config },
});
const elsewhere = redirect({ Host: 'b.example.com' });
const jwt = {
  Type: 'jwt-validation',
  JwtValidationConfig: { JwksEndpoint: 'https://id.example.com/keys', Issuer: 'https://id.example.com' },
};
const oidc = {
  Type: 'authenticate-oidc',
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example.com',
    AuthorizationEndpoint: 'https://id.example.com/authorize',
    TokenEndpoint: 'https://id.example.com/token',
    UserInfoEndpoint: 'https://id.example.com/me',
    ClientId: 'shop',
    ClientSecret: 'secret',
  },
};

const shapes: readonly ContractCase[] = [
  tryRule('A1', 'an unknown type', { Actions: [{ Type: 'dance' }] }, refused('dance')),
  tryRule('A2, moto 4.9', 'no action', { Actions: [] }, refused('action')),
  tryRule(
    'A2, moto 4.9',
    'two routing actions',
    {
      Actions: [
        { ...elsewhere, Order: 1 },
        { ...fixed(), Order: 2 },
      ],
    },
    refused("Action types 'redirect,fixed-response' cannot be specified together"),
  ),
  trySecureRule(
    'A2',
    'two actions before routing',
    {
      Actions: [
        { ...oidc, Order: 1 },
        { ...jwt, Order: 2 },
      ],
    },
    refused("Action types 'authenticate-oidc,jwt-validation' cannot be specified together"),
  ),
  trySecureRule(
    'A2',
    'three actions',
    {
      Actions: [
        { ...oidc, Order: 1 },
        { ...jwt, Order: 2 },
        { ...fixed(), Order: 3 },
      ],
    },
    { error: 'TooManyActions', says: ['2'] },
  ),
  trySecureRule(
    'A2, moto 4.9',
    'authentication alone',
    { Actions: [oidc] },
    { error: 'InvalidLoadBalancerAction', says: ['authenticate-oidc'] },
  ),
  trySecureRule(
    'A2, A3',
    'two actions in order',
    {
      Actions: [
        { ...oidc, Order: 1 },
        { ...fixed(), Order: 50000 },
      ],
    },
    taken,
  ),
  trySecureRule(
    'A3, moto 4.9',
    'two actions, one without order',
    { Actions: [oidc, { ...fixed(), Order: 2 }] },
    refused('you must specify an order for each action'),
  ),
  trySecureRule(
    'A3',
    'two actions of one order',
    {
      Actions: [
        { ...oidc, Order: 1 },
        { ...fixed(), Order: 1 },
      ],
    },
    refused('order'),
  ),
  trySecureRule(
    'A3, A2',
    'the routing action first',
    {
      Actions: [
        { ...fixed(), Order: 1 },
        { ...oidc, Order: 2 },
      ],
    },
    { error: 'InvalidLoadBalancerAction', says: ['must have a higher order than all other actions'] },
  ),
  tryRule('A3', 'order 0', { Actions: [{ ...fixed(), Order: 0 }] }, refused("'0'")),
  tryRule('A3', 'order 50001', { Actions: [{ ...fixed(), Order: 50001 }] }, refused("'50001'")),
  tryRule('A3', 'one action with an order', { Actions: [{ ...fixed(), Order: 50000 }] }, taken),
  ...[oidc, jwt].map((action) =>
    tryRule(
      'A4',
      `${action.Type} on an HTTP listener`,
      {
        Actions: [
          { ...action, Order: 1 },
          { ...fixed(), Order: 2 },
        ],
      },
      refused(action.Type, 'HTTPS'),
    ),
  ),
  tryRule('A5', 'no configuration', { Actions: [{ Type: 'redirect' }] }, refused('redirect')),
  tryRule(
    'A5',
    'the configuration of another type',
    { Actions: [{ ...fixed(), RedirectConfig: elsewhere.RedirectConfig }] },
    refused('fixed-response'),
  ),
  tryRule(
    'A5',
    'a target group for a fixed response',
    { Actions: [{ ...fixed(), TargetGroupArn: '$tg' }] },
    refused('fixed-response'),
    [aTargetGroup()],
  ),
  trySecureRule(
    'A6',
    'forward to an HTTP2 group behind authentication, of which AWS only warns',
    {
      Actions: [
        { ...oidc, Order: 1 },
        { ...forwardTo('$tg'), Order: 2 },
      ],
    },
    taken,
    [aTargetGroup({ ProtocolVersion: 'HTTP2' })],
  ),
];

const redirected = (name: string, config: object, ...says: string[]): ContractCase =>
  tryRule(
    '3.3 redirect',
    name,
    { Actions: [redirect(config)] },
    says.length === 0 ? taken : refused(...says),
  );
const LOOP = 'not valid because it creates a loop';

const redirects: readonly ContractCase[] = [
  redirected('no status code', { StatusCode: undefined, Host: 'b.c' }, 'statusCode'),
  redirected('status code 307', { StatusCode: 'HTTP_307', Host: 'b.c' }, 'HTTP_307'),
  redirected('status code 302', { StatusCode: 'HTTP_302', Host: 'b.c' }),
  redirected('a protocol in lower case', { Protocol: 'https' }, 'https'),
  redirected(
    'port 0',
    { Port: '0' },
    "The Port parameter must be either an integer between 1 and 65535 or '#{port}'",
  ),
  redirected('port 65536', { Port: '65536' }, "must be either an integer between 1 and 65535 or '#{port}'"),
  redirected('a port that is no number', { Port: 'https' }, 'The Port parameter must be'),
  redirected('port 65535', { Port: '65535' }),
  redirected('a host of 129', { Host: 'a'.repeat(129) }, '128'),
  redirected('an empty host', { Host: '' }, 'host'),
  redirected('a host with a slash', { Host: 'b.c/d' }, 'b.c/d'),
  redirected('a host with a space', { Host: 'b c' }, 'b c'),
  redirected('another placeholder in the host', { Host: 'b#{path}' }, '#{path}'),
  redirected('a host of 128', { Host: 'a'.repeat(128) }),
  redirected('a host with its placeholder', { Host: 'www.#{host}' }),
  redirected('a host with a wildcard and an underscore, unlisted', { Host: '*.b_c.d' }),
  redirected('a path without a slash', { Path: 'a' }, "should start with a '/'"),
  redirected('a path of 129', { Path: `/${'a'.repeat(128)}` }, '128'),
  redirected(
    'a placeholder twice in a path',
    { Path: '/#{path}/#{path}' },
    'up to one of each of these placeholders',
    '#{host}',
    '#{port}',
  ),
  redirected('the query in the path', { Path: '/#{query}' }, '#{query}'),
  redirected('the protocol in the path', { Path: '/#{protocol}' }, '#{protocol}'),
  redirected('a path of 128 with its placeholders', { Path: `/#{host}/#{port}/#{path}/${'a'.repeat(103)}` }),
  redirected('a placeholder that AWS does not know', { Path: '/#{moon}' }),
  redirected('a query of 129', { Host: 'b.c', Query: 'a'.repeat(129) }, '128'),
  redirected('all five placeholders in an allowed query', {
    Host: 'b.c',
    Query: 'p=#{protocol}&h=#{host}&o=#{port}&a=#{path}&q=#{query}',
  }),
  redirected('an empty query', { Host: 'b.c', Query: '' }),
  redirected('a query with its question mark', { Host: 'b.c', Query: '?a=b' }),
  redirected('nothing changed', {}, LOOP),
  redirected('only the query changed', { Query: 'a=b' }, LOOP),
  redirected(
    'every part is its own placeholder',
    { Protocol: '#{protocol}', Host: '#{host}', Port: '#{port}', Path: '/#{path}' },
    LOOP,
  ),
  trySecureRule(
    '3.3 redirect, moto 4.9',
    'HTTPS to HTTP',
    { Actions: [redirect({ Protocol: 'HTTP', Host: 'b.c' })] },
    refused('You cannot redirect HTTPS to HTTP'),
  ),
  onMoto(
    tryRule(
      '3.3 redirect',
      'HTTP to HTTPS',
      { Actions: [redirect({ Protocol: 'HTTPS', Port: '443' })] },
      { answer: { Rules: [{ Actions: [{ RedirectConfig: { Protocol: 'HTTPS', Port: '443' } }] }] } },
    ),
  ),
  tryRule(
    '3.3 redirect',
    'what stays as it is comes back as placeholders',
    { Actions: [redirect({ Port: '8080' })] },
    {
      answer: {
        Rules: [
          {
            Actions: [
              {
                RedirectConfig: {
                  Protocol: '#{protocol}',
                  Host: '#{host}',
                  Port: '8080',
                  Path: '/#{path}',
                  Query: '#{query}',
                },
              },
            ],
          },
        ],
      },
    },
  ),
];

const replied = (name: string, config: object, ...says: string[]): ContractCase =>
  tryRule(
    '3.3 fixed-response',
    name,
    { Actions: [reply(config)] },
    says.length === 0 ? taken : refused(...says),
  );

const replies: readonly ContractCase[] = [
  replied('no status code', { StatusCode: undefined, MessageBody: 'a' }, 'statusCode'),
  replied('status code 302', { StatusCode: '302' }, "'302'"),
  replied('status code 600', { StatusCode: '600' }, "'600'"),
  replied('status code 20', { StatusCode: '20' }, "'20'"),
  replied('status code 299', { StatusCode: '299' }),
  replied('status code 400', { StatusCode: '400' }),
  replied('status code 599', { StatusCode: '599' }),
  {
    ...replied('content type image/png', { ContentType: 'image/png' }),
    expect: { error: 'InvalidLoadBalancerAction', says: ['application/json'] },
  },
  ...['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'].map(
    (ContentType) => replied(`content type ${ContentType}`, { ContentType }),
  ),
  replied('an empty content type, of which AWS says nothing', { ContentType: '' }),
  replied('a body of 1025', { MessageBody: 'a'.repeat(1025) }, '1024'),
  replied('a body of 1024', { MessageBody: 'a'.repeat(1024) }),
  replied('an empty body', { MessageBody: '' }),
];

export const ruleActionRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, Action', shapes),
  ...from('AWS: Elastic Load Balancing API Reference, RedirectActionConfig', redirects),
  ...from('AWS: Elastic Load Balancing API Reference, FixedResponseActionConfig', replies),
];
