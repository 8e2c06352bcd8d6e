// Every descriptor: its examples, its nine keys, its schema, and garbage. All 72 names of the LBC are known (spec annotations 3).
import { isDeepStrictEqual } from 'node:util';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PREFIX } from './annotation.ts';
import { type Reading, readIngress } from './ingress/read.ts';
import type { Ingress } from './kube.ts';
import { sentence } from './problems/problem.ts';
import { descriptorOf, REGISTRY, stemOf } from './registry.ts';
import { check } from './validate/check.ts';

/** A member of each family that something reads. */
const MEMBERS: Readonly<Record<string, string>> = {
  'listener-attributes.*': 'listener-attributes.HTTPS-443',
  'target-control-port.*': 'target-control-port.web.80',
};
const suffixOf = (name: string) => MEMBERS[name] ?? name.replace('*', 'maint');

const COGNITO = {
  'auth-type': 'cognito',
  'auth-idp-cognito':
    '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a","userPoolClientID":"a1","userPoolDomain":"shop"}',
};

/** What else must be said for an annotation to be effective. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'auth-type': COGNITO,
  'auth-idp-cognito': COGNITO,
  'auth-on-unauthenticated-request': COGNITO,
  'auth-session-timeout': COGNITO,
  'manage-backend-security-group-rules': { 'security-groups': 'sg-0123456789abcdef0' },
  'acm-pca-arn': { 'create-acm-cert': 'true' },
  'target-node-labels': { 'target-type': 'instance' },
};
const FRONTEND_NLB = { 'enable-frontend-nlb': 'true', 'frontend-nlb-scheme': 'internet-facing' };
const besideOf = (name: string) => (name.startsWith('frontend-nlb-') ? FRONTEND_NLB : BESIDE[name]);

/** An Ingress on which every annotation is effective; in a group, so that it need not bring everything itself. */
function reading(name: string, text: string): Reading {
  const said = {
    'group.name': 'shop',
    'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
    'ssl-redirect': '443',
    ...besideOf(name),
    [name]: text,
  };
  const backend = (service: string, port: object) => ({ service: { name: service, port } });
  const ingress: Ingress = {
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: Object.fromEntries(Object.entries(said).map(([key, value]) => [`${PREFIX}${key}`, value])),
    },
    spec: {
      rules: [
        {
          host: 'www.example.com',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: backend('web', { number: 80 }) },
              { path: '/x', pathType: 'Exact', backend: backend('maint', { name: 'use-annotation' }) },
              { path: '/y', pathType: 'ImplementationSpecific', backend: backend('web', { number: 80 }) },
            ],
          },
        },
      ],
    },
  };
  return readIngress(ingress, {
    service: () => undefined,
    options: { defaultTargetType: 'ip', defaultScheme: 'internal' },
  });
}

const cases = (kind: 'good' | 'bad') =>
  REGISTRY.flatMap((descriptor) => descriptor.examples[kind].map((text) => [descriptor.name, text] as const));

test.each(cases('good'))('%s: %j is good', (name, text) => {
  const { problems, settings } = reading(suffixOf(name), text);
  expect(problems.filter((problem) => problem.severity === 'refuse').map(sentence)).toEqual([]);
  expect(settings).toHaveProperty([stemOf(name) ?? name]);
});

test.each(cases('bad'))('%s: %j is refused', (name, text) => {
  const { problems } = reading(suffixOf(name), text);
  const about = problems.filter((problem) => problem.path.includes(`[${PREFIX}${suffixOf(name)}]`));
  expect(about.map((problem) => problem.severity)).toContain('refuse');
});

/** Milliseconds that this thread has computed; a busy machine does not add to them. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Made once: the table of all characters behind it is large. */
const garbage = fc.oneof(fc.string({ unit: 'binary' }), fc.json());

describe('descriptors', () => {
  test('have exactly these keys; a tenth needs a decision page', () => {
    const keys = new Set(REGISTRY.flatMap((descriptor) => Object.keys(descriptor)));
    expect([...keys].toSorted()).toEqual([
      'doc',
      'effect',
      'examples',
      'merge',
      'name',
      'on',
      'protects',
      'schema',
      'unset',
    ]);
  });

  test('have names of their own, good and bad examples', () => {
    expect(new Set(REGISTRY.map((descriptor) => descriptor.name)).size).toBe(REGISTRY.length);
    for (const { name, examples, schema } of REGISTRY) {
      const isFreeText = JSON.stringify(schema) === '{"type":"string"}';
      expect(examples.good.length, name).toBeGreaterThan(0);
      if (!isFreeText) expect(examples.bad.length, name).toBeGreaterThan(0);
    }
  });

  test('have schemas that are JSON Schema', () => {
    const ajv = new Ajv();
    for (const { name, schema } of REGISTRY)
      expect(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`).toBe(true);
  });

  test('their unset values pass their own schemas', () => {
    for (const descriptor of REGISTRY) {
      if (descriptor.unset !== undefined)
        expect(check(descriptor, String(descriptor.unset)).findings).toEqual([]);
    }
  });

  test.each(REGISTRY.map((descriptor) => [descriptor.name, descriptor] as const))(
    '%s: garbage gives a value or problems, never a throw',
    (_, descriptor) => {
      const near = fc.constantFrom(...descriptor.examples.good, ...descriptor.examples.bad);
      const spoilt = fc.tuple(near, fc.nat(), fc.string()).map(([text, at, part]) => {
        const cut = text.length === 0 ? 0 : at % (text.length + 1);
        return `${text.slice(0, cut)}${part}${text.slice(cut)}`;
      });
      fc.assert(
        fc.property(fc.oneof({ weight: 2, arbitrary: garbage }, near, spoilt), (text) => {
          const { value, findings } = check(descriptor, text);
          if (value === undefined) return findings.some(({ severity }) => severity === 'refuse');
          const isPlain = isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
          return isPlain && findings.every(({ severity }) => severity !== 'refuse');
        }),
        { numRuns: 300 },
      );
    },
    60_000,
  );

  test('64 KiB of anything are judged in the time of their length', () => {
    const fill = (part: string, length: number) =>
      part.repeat(Math.ceil(length / part.length)).slice(0, length);
    const parts = [
      'x',
      ' ',
      ',',
      '\\',
      'a=b,',
      'a,',
      '[',
      '{"a":',
      '"',
      '1,',
      '1-',
      'a.',
      '(',
      '#{path}',
      '\ud800',
    ];
    const texts = ({ examples }: (typeof REGISTRY)[number], length: number): string[] => {
      const good = examples.good.filter((text) => text !== '');
      const lists = good.filter((text) => text.startsWith('[')).map((text) => text.slice(1, -1));
      const long = lists.map((item) => `[${fill(`${item},`, length).replace(/,[^\]]*$/, '')}]`);
      return [...parts, ...good.map((text) => `${text},`)].map((part) => fill(part, length)).concat(long);
    };
    const slow: string[] = [];
    for (const descriptor of REGISTRY) {
      for (const text of texts(descriptor, 64 * 1024)) {
        const start = cpuMs();
        check(descriptor, text);
        // A few milliseconds each; with the square of the length it would be seconds.
        if (cpuMs() - start > 300) slow.push(`${descriptor.name} ${text.slice(0, 40)}`);
      }
    }
    expect(slow).toEqual([]);
  });
});

const ALL_NAMES = `group.name group.order dry-run-plan load-balancer-name scheme ip-address-type subnets
customer-owned-ipv4-pool ipam-ipv4-pool-id load-balancer-attributes minimum-load-balancer-capacity tags listen-ports
ssl-redirect listener-attributes.HTTP-80 certificate-arn ssl-policy mutual-authentication create-acm-cert acm-pca-arn
inbound-cidrs security-group-prefix-lists security-groups manage-backend-security-group-rules wafv2-acl-arn
wafv2-acl-name waf-acl-id web-acl-id shield-advanced-protection target-type target-node-labels backend-protocol
backend-protocol-version target-group-attributes healthcheck-port healthcheck-protocol healthcheck-path
healthcheck-interval-seconds healthcheck-timeout-seconds healthy-threshold-count unhealthy-threshold-count success-codes
multi-cluster-target-group target-control-port.web.80 auth-type auth-idp-cognito auth-idp-oidc
auth-on-unauthenticated-request auth-scope auth-session-cookie auth-session-timeout jwt-validation actions.x
conditions.x transforms.x use-regex-path-match enable-frontend-nlb frontend-nlb-scheme frontend-nlb-subnets
frontend-nlb-security-groups frontend-nlb-eip-allocations frontend-nlb-listener-port-mapping
frontend-nlb-healthcheck-port frontend-nlb-healthcheck-protocol frontend-nlb-healthcheck-path
frontend-nlb-healthcheck-interval-seconds frontend-nlb-healthcheck-timeout-seconds
frontend-nlb-healthcheck-healthy-threshold-count frontend-nlb-healthcheck-unhealthy-threshold-count
frontend-nlb-healthcheck-success-codes frontend-nlb-attributes frontend-nlb-tags`.split(/\s+/);

test('all 72 annotations of the LBC are known', () => {
  expect(ALL_NAMES).toHaveLength(72);
  expect(REGISTRY).toHaveLength(72);
  for (const name of ALL_NAMES) {
    const codes = reading(name, 'x')
      .problems.filter((one) => one.path.endsWith(`/${name}]`))
      .map((one) => one.code);
    expect(descriptorOf(name), name).toBeDefined();
    expect(codes, name).not.toContain('UnknownAnnotation');
  }
});
