// Generated rules and requests for the law of route: conditions of every field, transforms, redirects, weights, ports.
import fc from 'fast-check';
import { type Applied, CERTIFICATE, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import type { ParsedRequest } from '../../api/routing/parse-request.ts';

const json = JSON.stringify;

/** Of one backend: what requests must have beside host and path. */
const conditions = fc.constantFrom(
  json([{ field: 'http-header', httpHeaderConfig: { httpHeaderName: 'X-Team', values: ['red*', 'b?ue'] } }]),
  json([
    { field: 'http-header', httpHeaderConfig: { httpHeaderName: 'x-team', regexValues: ['^r.d-[0-9]$'] } },
  ]),
  json([{ field: 'http-request-method', httpRequestMethodConfig: { values: ['POST', 'PUT'] } }]),
  json([{ field: 'query-string', queryStringConfig: { values: [{ key: 'v', value: '1' }] } }]),
  json([{ field: 'query-string', queryStringConfig: { values: [{ value: 'b c*' }] } }]),
  json([{ field: 'source-ip', sourceIPConfig: { values: ['127.0.0.0/8'] } }]),
  json([{ field: 'source-ip', sourceIPConfig: { values: ['10.0.0.0/8', '2001:db8::/32'] } }]),
  json([{ field: 'host-header', hostHeaderConfig: { values: ['c.example.com'] } }]),
  json([{ field: 'path-pattern', pathPatternConfig: { values: ['/p?y'] } }]),
);

const transforms = fc.constantFrom(
  json([{ type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex: '^/(.*)$', replace: '/v1/$1' }] } }]),
  json([
    { type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex: '^/cart(.*)$', replace: '/basket$1' }] } },
  ]),
  json([{ type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex: '^/(a.*)', replace: '$1' }] } }]),
  json([
    {
      type: 'host-header-rewrite',
      hostHeaderRewriteConfig: { rewrites: [{ regex: '^([a-c])[.].*', replace: '$1.internal' }] },
    },
    { type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex: 'v=(\\d)', replace: 'version=$1$1' }] } },
  ]),
);

const redirect = (config: object): string =>
  json({ type: 'redirect', redirectConfig: { statusCode: 'HTTP_302', ...config } });

const ACTIONS: Readonly<Record<string, string>> = {
  'actions.move': redirect({ protocol: 'HTTPS', port: '443' }),
  'actions.rename': redirect({ host: 'new.#{host}', path: '/new/#{path}', query: 'was=#{port}&#{query}' }),
  'actions.stop': json({
    type: 'fixed-response',
    fixedResponseConfig: { contentType: 'text/plain', statusCode: '410', messageBody: 'gone' },
  }),
  'actions.split': json({
    type: 'forward',
    forwardConfig: {
      targetGroups: [
        { serviceName: 'web', servicePort: 80, weight: 3 },
        { serviceName: 'api', servicePort: '80', weight: 1 },
        { serviceName: 'api', servicePort: 'http', weight: 0 },
      ],
    },
  }),
  'actions.dry': json({
    type: 'forward',
    forwardConfig: {
      targetGroups: [
        { serviceName: 'web', servicePort: 80, weight: 0 },
        { serviceName: 'api', servicePort: 80, weight: 0 },
      ],
    },
  }),
};

const BACKENDS = [
  'web:80',
  'web:http',
  'api:80',
  'gone:80',
  ...Object.keys(ACTIONS).map((key) => `${key.slice('actions.'.length)}:use-annotation`),
];

/** A value for some of the names: each has one or not. */
const some = (names: readonly string[], value: fc.Arbitrary<string>) =>
  fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });

const paths = fc.constantFrom(
  '/',
  '/cart',
  '/cart/ Exact',
  '/cart/1 Exact',
  '/a*b ImplementationSpecific',
  '/^/c[0-9]+$ ImplementationSpecific',
  '/pay',
);
const hosts = fc.constantFrom('', 'a.example.com', 'b.example.com', '*.example.com');

const ALL = '[{"HTTP":80},{"HTTPS":443},{"HTTP":8080}]';
const PORTS = [ALL, ALL, '[{"HTTP":80}]', '[{"HTTP":80},{"HTTPS":443}]', '[{"HTTP":80},{"HTTP":8080}]'];

const rules = fc.array(
  fc
    .tuple(hosts, fc.array(fc.tuple(paths, fc.constantFrom(...BACKENDS)), { minLength: 1, maxLength: 3 }))
    .map(([host, all]) => rule(host, ...all.map(([route, backend]) => path(route, backend)))),
  { minLength: 1, maxLength: 4 },
);

const said = fc
  .record({
    ports: fc.constantFrom(...PORTS),
    targetType: fc.constantFrom('instance', 'ip'),
    redirected: fc.boolean(),
    conditions: some(['web', 'api', 'move', 'split', 'stop'], conditions),
    transforms: some(['web', 'api', 'split'], transforms),
  })
  .map(({ ports, targetType, redirected, conditions: of, transforms: rewrites }) => ({
    ...ACTIONS,
    'listen-ports': ports,
    'certificate-arn': CERTIFICATE('one'),
    'target-type': targetType,
    'use-regex-path-match': 'true',
    ...(redirected && ports.includes('443') ? { 'ssl-redirect': '443' } : {}),
    ...Object.fromEntries(Object.entries(of).map(([name, text]) => [`conditions.${name}`, text])),
    ...Object.fromEntries(Object.entries(rewrites).map(([name, text]) => [`transforms.${name}`, text])),
  }));

const member = (name: string) =>
  fc
    .record({ said, rules, order: fc.integer({ min: -2, max: 2 }), fallback: fc.boolean() })
    .map(({ said: one, rules: all, order, fallback }) =>
      ingress({
        ingress: name,
        said: { ...one, 'group.name': 'shop', 'group.order': String(order) },
        rules: all,
        spec: {
          ingressClassName: 'alb',
          ...(fallback ? { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } : {}),
        },
      }),
    );

/** A group of one or two members with many rules. */
export const ruled: fc.Arbitrary<Applied> = fc.tuple(member('a'), fc.option(member('b'))).map((all) => ({
  ingresses: all.filter((one) => one !== null),
  services: [service('web'), service('api')],
}));

/** A request from this machine. */
export const asked: fc.Arbitrary<ParsedRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'POST', 'PUT'),
    place: fc.constantFrom(
      'http::80',
      'http::80',
      'http::80',
      'http::8080',
      'https::443',
      'https::443',
      'http::81',
    ),
    host: fc.constantFrom('a.example.com', 'B.example.com', 'c.example.com', 'other.org'),
    path: fc.constantFrom(
      '/',
      '/cart',
      '/cart/',
      '/cart/1',
      '/carts',
      '/aXb',
      '/a/b',
      '/c12',
      '/C12',
      '/pay',
      '/pay/x',
      '/x/../cart',
      '/%63art',
      '/ä b',
    ),
    query: fc.constantFrom('', '', '?v=1', '?V=1&w=2', '?q=b%20cd', '?'),
    team: fc.constantFrom('', 'red-1', 'Blue', 'green'),
  })
  .map(({ method, place, host, path: route, query, team }) => {
    const [scheme = '', port = ''] = place.split('::');
    return {
      method,
      url: `${scheme}://${host}:${port}${route}${query}`,
      headers: team === '' ? [] : [`X-Team: ${team}`],
      sourceIp: '127.0.0.1',
    };
  });
