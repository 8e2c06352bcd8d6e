// Generated groups for the laws: members with hosts, paths, ports, schemes, tags, actions and orders, on two namespaces.
import fc from 'fast-check';
import {
  type Applied,
  CERTIFICATE,
  ingress,
  path,
  rule,
  service,
  WEB_ACL_ARN,
} from '../../alb/laws/paper.ts';
import type { Ingress, Service } from '../../api/kube.ts';

export const GROUP = 'shop';

const paths = fc.constantFrom('/', '/cart', '/cart/', '/cart Exact', '/a*b ImplementationSpecific', '/pay');
const backends = fc.constantFrom(
  'web:80',
  'web:http',
  'api:80',
  'gone:80',
  'move:use-annotation',
  'split:use-annotation',
);
const hosts = fc.constantFrom('', 'a.example.com', 'b.example.com', '*.example.com');

const ACTIONS: Readonly<Record<string, string>> = {
  'actions.move':
    '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}',
  'actions.split':
    '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"weight":3},{"serviceName":"api","servicePort":"80","weight":1}]}}',
};

const POOL =
  '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a","userPoolClientID":"a1","userPoolDomain":"shop"}';

const PROVIDER =
  '{"issuer":"https://i.example.org","authorizationEndpoint":"https://i.example.org/a","tokenEndpoint":"https://i.example.org/t","userInfoEndpoint":"https://i.example.org/u","secretName":"login"}';

/** Annotations of rules: what a request must meet, what is rewritten, who may pass. */
const OF_RULES = {
  'conditions.web': fc.constantFrom(
    '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-A","values":["1"]}},{"field":"query-string","queryStringConfig":{"values":[{"key":"v","value":"2"}]}}]',
    '[{"field":"http-request-method","httpRequestMethodConfig":{"values":["GET","HEAD"]}}]',
    '[{"field":"source-ip","sourceIPConfig":{"values":["10.0.0.0/8"]}},{"field":"host-header","hostHeaderConfig":{"values":["c.example.com"]}}]',
  ),
  'transforms.web': fc.constantFrom(
    '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[{"regex":"^/a","replace":"/b"}]}}]',
    '[{"type":"host-header-rewrite","hostHeaderRewriteConfig":{"rewrites":[{"regex":"^www","replace":"w"}]}}]',
  ),
  'use-regex-path-match': fc.constantFrom('true', 'false'),
  'auth-type': fc.constantFrom('none', 'cognito', 'oidc'),
  'jwt-validation': fc.constant(
    '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop","additionalClaims":[{"format":"string-array","name":"roles","values":["buyer"]}]}',
  ),
};

const ports = fc.constantFrom(
  '[{"HTTP":80}]',
  '[{"HTTP":80},{"HTTPS":443}]',
  '[{"HTTP":8080}]',
  '[{"HTTPS":443}]',
  '[{"HTTP":80},{"HTTP":8080}]',
);

/** Annotations that may be there or not, without their prefix. */
const said = fc.record(
  {
    'listen-ports': ports,
    'certificate-arn': fc.constantFrom(
      `${CERTIFICATE('one')}`,
      `${CERTIFICATE('two')},${CERTIFICATE('one')}`,
    ),
    scheme: fc.constantFrom('internal', 'internet-facing'),
    tags: fc.constantFrom('team=a', 'team=b,stage=x'),
    'target-type': fc.constantFrom('instance', 'ip'),
    'backend-protocol': fc.constantFrom('HTTP', 'HTTPS'),
    'healthcheck-path': fc.constantFrom('/live', '/ready'),
    'ssl-redirect': fc.constantFrom('443', '8443'),
    'inbound-cidrs': fc.constantFrom('10.0.0.0/8', '192.0.2.0/24,10.0.0.0/8'),
    'security-groups': fc.constantFrom('sg-1', 'sg-1,sg-2'),
    'load-balancer-attributes': fc.constantFrom(
      'idle_timeout.timeout_seconds=30',
      'idle_timeout.timeout_seconds=60',
    ),
    'wafv2-acl-arn': fc.constantFrom('none', WEB_ACL_ARN('one')),
    'wafv2-acl-name': fc.constantFrom('one', 'two', 'none', ''),
    'shield-advanced-protection': fc.constantFrom('true', 'false'),
    subnets: fc.constantFrom('subnet-a,subnet-b', 'subnet-b,subnet-c'),
    ...OF_RULES,
  },
  { requiredKeys: [] },
);

const rules = fc.array(
  fc
    .tuple(hosts, fc.array(fc.tuple(paths, backends), { minLength: 1, maxLength: 3 }))
    .map(([host, all]) => rule(host, ...all.map(([route, backend]) => path(route, backend)))),
  { maxLength: 3 },
);

/** An Ingress of the group. */
export const member = (name: string, namespace: string): fc.Arbitrary<Ingress> =>
  fc
    .record({
      said,
      rules,
      order: fc.integer({ min: -2, max: 2 }),
      second: fc.integer({ min: 0, max: 3 }),
      fallback: fc.boolean(),
    })
    .map(({ said: one, rules: all, order, second, fallback }): Ingress => {
      const annotations = {
        ...ACTIONS,
        'auth-idp-cognito': POOL,
        'auth-idp-oidc': PROVIDER,
        ...one,
        'group.name': GROUP,
        'group.order': String(order),
      };
      const backend = { service: { name: 'web', port: { number: 80 } } };
      return ingress({
        ingress: name,
        namespace,
        said: annotations,
        rules: all,
        created: `2026-01-01T00:00:0${second}Z`,
        ...(fallback ? { spec: { defaultBackend: backend } } : {}),
      });
    });

export const SERVICES: readonly Service[] = ['shop', 'pay'].flatMap((namespace) => [
  service('web', namespace),
  service(
    'api',
    namespace,
    { 'healthcheck-path': '/api' },
    {
      ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30081 }],
    },
  ),
]);

/** A group of up to four members in two namespaces. */
export const applied: fc.Arbitrary<Applied> = fc
  .tuple(
    fc.option(member('a', 'shop')),
    fc.option(member('a-b', 'shop')),
    fc.option(member('c', 'pay')),
    fc.option(member('d', 'pay')),
  )
  .map((all) => ({ ingresses: all.filter((one) => one !== null), services: SERVICES }));
