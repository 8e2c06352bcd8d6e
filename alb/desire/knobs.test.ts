// No dead knob: each good example of each annotation changes what is wanted.
import { describe, expect, test } from 'vitest';
import { isApplied } from '../../api/annotation.ts';
import { REGISTRY, stemOf } from '../../api/registry.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';

const SECURE = {
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('12345678-1234-1234-1234-123456789012'),
};

const POOL = {
  ...SECURE,
  'auth-idp-cognito':
    '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_other","userPoolClientID":"a1","userPoolDomain":"other"}',
};
const LOGIN = { ...POOL, 'auth-type': 'cognito' };
const OIDC =
  '{"issuer":"https://other.example.org","authorizationEndpoint":"https://other.example.org/a","tokenEndpoint":"https://other.example.org/t","userInfoEndpoint":"https://other.example.org/u","secretName":"other"}';

/** What else must be said for an annotation to have an effect. */
const BESIDE: Readonly<Record<string, Record<string, string>>> = {
  'ssl-redirect': SECURE,
  'ssl-policy': SECURE,
  'backend-protocol-version': SECURE,
  'inbound-cidrs': { 'ip-address-type': 'dualstack' },
  'auth-type': POOL,
  'auth-idp-cognito': LOGIN,
  'auth-idp-oidc': { ...SECURE, 'auth-type': 'oidc', 'auth-idp-oidc': OIDC },
  'auth-on-unauthenticated-request': LOGIN,
  'auth-scope': LOGIN,
  'auth-session-cookie': LOGIN,
  'auth-session-timeout': LOGIN,
  'jwt-validation': SECURE,
  'mutual-authentication': SECURE,
  'ipam-ipv4-pool-id': { scheme: 'internet-facing' },
  'manage-backend-security-group-rules': { 'security-groups': 'sg-0123456789abcdef0' },
  'target-control-port.*': { 'target-type': 'ip' },
};

/** Examples that say what holds anyway, or nothing, by their text. */
const IDLE: Readonly<Record<string, readonly string[]>> = {
  scheme: ['internal'],
  'ip-address-type': ['ipv4'],
  'listen-ports': ['[{"HTTP":80}]'],
  tags: [''],
  'inbound-cidrs': [''],
  'security-groups': [''],
  'target-type': ['instance'],
  'backend-protocol': ['HTTP'],
  'healthcheck-port': ['traffic-port'],
  'success-codes': ['200'],
  'use-regex-path-match': ['false'],
  'auth-type': ['none'],
  'ipam-ipv4-pool-id': [''],
  'minimum-load-balancer-capacity': [''],
  'manage-backend-security-group-rules': ['F'],
  'target-node-labels': [''],
  'multi-cluster-target-group': ['f'],
  'wafv2-acl-name': [''],
};

function wanted(said: Record<string, string>, beside: Record<string, string>) {
  const first = ingress({
    ingress: 'first',
    said: { 'group.name': 'g' },
    rules: [rule('first.example.com', path('/', 'web'))],
  });
  const one = ingress({
    said: { 'group.name': 'g', ...beside, ...said },
    rules: [
      rule(
        'www.example.com',
        path('/', 'web'),
        path('/act', 'act:use-annotation'),
        path('/v.+ ImplementationSpecific', 'web'),
      ),
    ],
  });
  const group = said['group.name'] ?? 'g';
  const { resources, backends, problems } = wantedBy(
    { ingresses: [first, one], services: [service()] },
    group,
  );
  return {
    text: JSON.stringify([resources, backends]),
    refused: problems.filter(({ problem }) => problem.code === 'GroupConflict'),
  };
}

/** Members of families that are not named by a backend. */
const MEMBERS: Readonly<Record<string, string>> = {
  'listener-attributes.*': 'listener-attributes.HTTP-80',
  'target-control-port.*': 'target-control-port.web.80',
};

/** An order of its own moves the member before or behind the other. */
const isOrder = (name: string): boolean => name === 'group.order';

const applied = REGISTRY.filter(({ effect }) => isApplied(effect));

describe.each(applied.map((descriptor) => [descriptor.name, descriptor] as const))(
  '%s',
  (name, descriptor) => {
    const stem = stemOf(name);
    const key = MEMBERS[name] ?? (stem === undefined ? name : `${stem}.act`);
    const examples = descriptor.examples.good.filter((text) => !(IDLE[name] ?? []).includes(text));
    const beside = BESIDE[name] ?? {};

    test('has an example that says something', () => {
      expect(examples.length).toBeGreaterThan(0);
    });
    test.each(examples)('%s', (text) => {
      // Without an order the two go by name: `first` before `web`; only an order below zero changes that.
      const before = isOrder(name) && Number(text) > 0 ? { 'group.order': '-1' } : {};
      const without = wanted({}, { ...beside, ...before });
      const withIt = wanted({ [key]: text }, { ...beside, ...before });
      expect(withIt.refused).toEqual([]);
      expect(withIt.text).not.toBe(without.text);
    });
  },
);
