// The law `isolates` by AWS's own judgement: whatever a member gets wrong, elder or younger, first or last, the others' rules,
// target groups and listeners are as they were without it, and when it goes everything is as before.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Applied, CERTIFICATE, ingress, path, rule } from '../../alb/laws/paper.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { BindingStatus } from '../../api/generated/binding.ts';
import type { Ingress, IngressRule } from '../../api/kube.ts';
import { applied, GROUP } from './groups.ts';
import { openPasses, type Passes } from './whole-passes.ts';

const HOST = 'late.example.com';
const NO_GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/gone/0123456789abcdef';
const BOTH = '[{"HTTP":80},{"HTTPS":443}]';
const forward = (targetGroupARN: string): string =>
  JSON.stringify({ type: 'forward', forwardConfig: { targetGroups: [{ targetGroupARN, weight: 1 }] } });

/** Says everything, so that every word of the bad member about what they share is a conflict. */
const elder = ingress({
  ingress: 'elder',
  created: '2025-06-01T00:00:00Z',
  rules: [rule('elder.example.com', path('/', 'web'), path('/api', 'api'))],
  spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  said: {
    'group.name': GROUP,
    scheme: 'internet-facing',
    subnets: 'subnet-a,subnet-b',
    'load-balancer-name': 'elder',
    tags: 'team=elder',
    'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    'inbound-cidrs': '10.0.0.0/8',
    'load-balancer-attributes': 'idle_timeout.timeout_seconds=30',
    'certificate-arn': CERTIFICATE('one'),
    'listen-ports': BOTH,
  },
});

/** Mistakes about the member's own routes. */
const own = {
  'group.order': fc.constantFrom('-1000', '1000', '5000', 'last'),
  'certificate-arn': fc.constantFrom(CERTIFICATE('00000000-0000-0000-0000-000000000000'), 'arn:nothing'),
  'actions.broken': fc.constantFrom(forward(NO_GROUP), '{', '{"type":"forward"}'),
  'auth-type': fc.constantFrom('oidc', 'none', 'some'),
  'jwt-validation': fc.constant('{"jwksEndpoint":"https://i.example.org/k","issuer":"shop"}'),
  'target-type': fc.constantFrom('ip', 'lambda'),
  'target-group-attributes': fc.constantFrom('no.such.key=1', 'slow_start.duration_seconds=30,no.such.key=1'),
  'backend-protocol-version': fc.constantFrom('GRPC', 'HTTP9'),
  'success-codes': fc.constantFrom('0-99', '200', 'all'),
  'load-balancer-attributes': fc.constantFrom(
    'no.such.key=1',
    'aa.none=1,routing.http2.enabled=false,zz.none=2',
  ),
  'mutual-authentication': fc.constant(
    '[{"port":443,"mode":"verify","trustStore":"arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore/gone/0123456789abcdef"}]',
  ),
  'security-group-prefix-lists': fc.constant('pl-0123456789abcdef0'),
  'use-regex-path-match': fc.constant('true'),
  'conditions.web': fc.constantFrom(
    '[{"field":"source-ip","sourceIPConfig":{"values":["10.0.0.0/8","10.1.0.0"]}}]',
    '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-A","values":["1","2","3","4","5","6"]}}]',
  ),
  tags: fc.constantFrom('late=1', 'late'),
};

/** And about what all share. */
const shared = {
  'listen-ports': fc.constantFrom(
    BOTH,
    '[{"HTTPS":80}]',
    '[{"HTTPS":8443}]',
    '[{HTTP:80}]',
    '[{"HTTP":99999}]',
  ),
  scheme: fc.constantFrom('internal', 'public'),
  subnets: fc.constantFrom('subnet-00000000,subnet-11111111', 'subnet-zz'),
  'security-groups': fc.constantFrom('sg-00000000', 'sg-99'),
  'load-balancer-name': fc.constant('late'),
  'ssl-policy': fc.constantFrom('ELBSecurityPolicy-2016-08', 'ELBSecurityPolicy-None'),
  'inbound-cidrs': fc.constantFrom('10.1.0.0/16', '10.1.0.0'),
  'load-balancer-attributes': fc.constantFrom('idle_timeout.timeout_seconds=99', 'no.such.key=1'),
  tags: fc.constantFrom('team=late', 'late=1'),
  'ssl-redirect': fc.constantFrom('8443', '0'),
};

const routes: fc.Arbitrary<IngressRule[]> = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '/ web',
        '/a gone',
        '/b nothing:use-annotation',
        '/c broken:use-annotation',
        '/d api:http',
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((all): IngressRule[] => [
      rule(
        HOST,
        ...all.map((one) => {
          const [at = '', backend = ''] = one.split(' ');
          return path(at, backend);
        }),
      ),
    ]),
  fc.constant<IngressRule[]>([
    rule(HOST, ...Array.from({ length: 120 }, (_, n) => path(`/p${n} Exact`, 'web'))),
  ]),
);

const PROVIDER =
  '{"issuer":"https://i.example.org","authorizationEndpoint":"https://i.example.org/a","tokenEndpoint":"https://i.example.org/t","userInfoEndpoint":"https://i.example.org/u","secretName":"login"}';

/** A few mistakes at a time: with many, one of them would have the whole refused when it is read. */
const bad = (said: Record<string, fc.Arbitrary<string>>, created: string, fallback: boolean) =>
  fc
    .tuple(
      fc
        .subarray(Object.keys(said), { maxLength: 3 })
        .chain((names) =>
          fc.record(Object.fromEntries(names.map((name) => [name, said[name] ?? fc.constant('')]))),
        ),
      routes,
      fc.boolean(),
    )
    .map(
      ([mistakes, rules, has]): Ingress =>
        ingress({
          ...{ ingress: 'late', namespace: 'pay', created, rules },
          said: { 'auth-idp-oidc': PROVIDER, ...mistakes, 'group.name': GROUP },
          ...(has && fallback
            ? { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } }
            : {}),
        }),
    );

const MINE = /late/;

/** What the others have in AWS, in words without what is told apart by numbers. */
function others({ account }: Passes): object {
  const { state } = account.elb;
  const [balancer, ...more] = [...state.loadBalancers.values()];
  const nameOf = new Map([...state.targetGroups.values()].map(({ arn, name }) => [arn, name]));
  const named = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, inner) =>
      typeof inner === 'string' ? (nameOf.get(inner) ?? inner) : inner,
    );
  const { team } = balancer?.tags ?? {};
  return {
    balancers: 1 + more.length,
    scheme: balancer?.scheme,
    zones: balancer?.zones,
    timeout: balancer?.attributes['idle_timeout.timeout_seconds'],
    team,
    sources: [...account.securityGroups.values()]
      .filter(({ GroupName }) => GroupName?.includes('shop'))
      .flatMap(({ IpPermissions = [] }) => IpPermissions.map((one) => JSON.stringify(one)))
      .filter((one) => !one.includes('8443'))
      .sort(),
    targetGroups: [...state.targetGroups.values()]
      .filter(({ tags }) => !MINE.test(tags['ingress.k8s.aws/resource'] ?? ''))
      .map(({ name, healthCheck, attributes, tags, targetType, protocol }) =>
        JSON.stringify({ name, healthCheck, attributes, tags, targetType, protocol }),
      )
      .sort(),
    listeners: [...state.listeners.values()]
      .filter(({ port }) => port !== 8443)
      .map(
        ({
          port,
          protocol,
          sslPolicy,
          certificate,
          extraCertificates,
          mutualAuthentication,
          rules,
          defaultRule,
        }) => {
          const of = [...Object.values(rules)].flatMap((arn) => state.rules.get(arn) ?? []);
          const theirs = of
            .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0))
            .map(({ conditions, actions, transforms }) => [conditions, named(actions), transforms])
            .filter((one) => !MINE.test(JSON.stringify(one)));
          const otherwise = named(state.rules.get(defaultRule)?.actions);
          return {
            port,
            protocol,
            sslPolicy,
            certificate,
            // The default one may be attached beside, or not.
            certificates: [...new Set([certificate, ...extraCertificates])].sort(),
            mutualAuthentication,
            otherwise,
            theirs,
          };
        },
      )
      .toSorted((a, b) => a.port - b.port),
  };
}

/** Whether the others hold, by condition. */
const toldOthers = (told: Iterable<readonly [string, BindingStatus]>): string[] =>
  [
    ...new Set(
      [...told]
        .filter(([key]) => !MINE.test(key))
        .map(
          ([key, { conditions = [] }]) =>
            `${key} ${conditions.map(({ type, status }) => `${type} ${status}`)}`,
        ),
    ),
  ].sort();

/** Without redirects to HTTPS: beside somebody whom they do not concern they are rules instead of a default action. */
function plain(sheet: Applied): Applied {
  const ingresses = sheet.ingresses.map((one) => {
    const { [`${PREFIX}ssl-redirect`]: _, ...annotations } = one.metadata.annotations ?? {};
    return { ...one, metadata: { ...one.metadata, annotations } };
  });
  return { ...sheet, ingresses };
}

async function isolates(sheet: Applied, earlier: Ingress, member: Ingress): Promise<void> {
  const passes = openPasses();
  const alone: Applied = { ...sheet, ingresses: [elder, ...plain(sheet).ingresses] };
  await passes.settle(alone);
  const before = { found: others(passes), told: toldOthers(passes.statuses()) };
  const told = [...passes.statuses()];
  const since = passes.history.length;
  for (const one of [earlier, member]) {
    await passes.settle({ ...alone, ingresses: [...alone.ingresses, one] });
    expect({ found: others(passes), told: toldOthers(passes.statuses()) }).toEqual(before);
  }
  const atOnce = openPasses();
  await atOnce.settle({ ...alone, ingresses: [member, ...alone.ingresses] });
  expect({ found: others(atOnce), told: toldOthers(atOnce.statuses()) }).toEqual(before);
  // What was refused is asked for again, and nothing else happens.
  await passes.later(400_000);
  expect(others(passes)).toEqual(before.found);
  // Nor was anybody told anything else in between.
  expect(toldOthers([...told, ...passes.history.slice(since)])).toEqual(before.told);
  await passes.settle(alone);
  expect({ found: others(passes), told: toldOthers(passes.statuses()) }).toEqual(before);
}

const RUNS = { numRuns: 12 };

describe('isolates', () => {
  test('a younger member, whatever it gets wrong', async () => {
    const late = bad({ ...own, ...shared }, '2026-02-01T00:00:00Z', true);
    await fc.assert(fc.asyncProperty(applied, late, late, isolates), RUNS);
  });

  test('an elder one, whatever it gets wrong about its own routes', async () => {
    const early = bad(own, '2025-01-01T00:00:00Z', false);
    await fc.assert(fc.asyncProperty(applied, early, early, isolates), RUNS);
  });
});
