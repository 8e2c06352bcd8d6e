// Where what was said is told: on the Ingress, in the parameters of its class, or on a Service.
import { describe, expect, test } from 'vitest';
import { conflictProblems } from '../group-conflicts/group-conflicts.ts';
import type { Ingress, Service } from '../kube.ts';
import { judgeIngress } from '../validate/validate-ingress.ts';
import { annotationPath } from './finding.ts';
import { type ProblemPlace, placed, placeOf, type Saying } from './place.ts';
import { type Problem, sentence } from './problem.ts';

const PARAMS = 'IngressClassParams awesome';

describe('the place of an origin', () => {
  const CASES: readonly (readonly [suffix: string, from: string | undefined, ProblemPlace])[] = [
    ['scheme', 'Ingress', { path: annotationPath('scheme') }],
    ['scheme', undefined, { path: annotationPath('scheme') }],
    ['ssl-redirect', PARAMS, { path: 'spec.sslRedirectPort', object: PARAMS }],
    ['listener-attributes.HTTPS-443', PARAMS, { path: 'spec.listeners', object: PARAMS }],
    ['success-codes', 'Service api', { path: annotationPath('success-codes'), object: 'Service shop/api' }],
  ];
  test.each(CASES)('%s of %s', (suffix, from, place) => {
    expect(placeOf(suffix, from, 'shop')).toEqual(place);
  });
});

describe('a problem is told where the setting is said', () => {
  const saying: Saying = {
    settings: {
      scheme: { value: 'internal', from: 'Ingress' },
      'ssl-redirect': { value: 443, from: PARAMS },
      tags: { value: { org: 'a', team: 'b' }, from: PARAMS },
      'load-balancer-attributes': { value: { 'http2.enabled': 'true' }, from: 'Ingress' },
    },
    first: { 'load-balancer-attributes': { value: { a: 'x' }, from: PARAMS } },
    classTags: { org: 'a' },
    subnetTags: { tier: ['public'] },
  };
  const CASES: readonly (readonly [path: string, place: string])[] = [
    [annotationPath('scheme'), annotationPath('scheme')],
    [annotationPath('ssl-redirect'), `${PARAMS}: spec.sslRedirectPort`],
    [`${annotationPath('tags')}.org`, `${PARAMS}: spec.tags.org`],
    [`${annotationPath('tags')}.team`, `${annotationPath('tags')}.team`],
    [`${annotationPath('load-balancer-attributes')}[a]`, `${PARAMS}: spec.loadBalancerAttributes[a]`],
    [
      `${annotationPath('load-balancer-attributes')}[http2.enabled]`,
      `${annotationPath('load-balancer-attributes')}[http2.enabled]`,
    ],
    [annotationPath('subnets'), `${PARAMS}: spec.subnets`],
    [annotationPath('certificate-arn'), annotationPath('certificate-arn')],
    ['spec.rules[0].host', 'spec.rules[0].host'],
  ];
  test.each(CASES)('%s', (path, place) => {
    const problem = placed({ code: 'Unused', severity: 'warn', path }, saying, 'shop');
    expect(sentence(problem)).toBe(`${place}: .`);
  });
  test('but one that names an object is at its place already', () => {
    const problem = { code: 'Unused', severity: 'warn', path: annotationPath('ssl-redirect') } as const;
    expect(placed({ ...problem, object: 'Service shop/a' }, saying, 'shop').path).toBe(problem.path);
  });
});

const ingress = (annotations: Record<string, string>): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'web',
    namespace: 'shop',
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, text]) => [`alb.ingress.kubernetes.io/${name}`, text]),
    ),
  },
  spec: {
    ingressClassName: 'alb',
    rules: [
      {
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'api', port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
});

const service = (annotations: Record<string, string>): Service => ({
  metadata: { name: 'api', namespace: 'shop', annotations },
  spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] },
});

const judged = (
  annotations: Record<string, string>,
  spec: Record<string, unknown>,
  ofService: Record<string, string> = {},
): readonly Problem[] =>
  judgeIngress(ingress(annotations), {
    options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
    service: () => service(ofService),
    ingressClass: () => ({
      metadata: { name: 'alb' },
      spec: {
        controller: 'ingress.k8s.aws/alb',
        parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'awesome' },
      },
    }),
    classParams: () => ({ metadata: { name: 'awesome' }, spec }),
    membersOf: () => [],
  }).problems;

test('no problem names an annotation that nobody wrote while the class says it', () => {
  const listeners = [
    { protocol: 'HTTPS', port: 443, listenerAttributes: [{ key: 'routing.http.x', value: 'a' }] },
  ];
  const spec = {
    certificateArn: ['arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555'],
    sslRedirectPort: '443',
    sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    listeners,
  };
  for (const group of [undefined, { name: 'all' }]) {
    const problems = judged(
      { 'listen-ports': '[{"HTTP":80}]' },
      { ...spec, ...(group === undefined ? {} : { group }) },
    );
    expect(problems.map(({ path }) => path)).toContain('spec.sslRedirectPort');
    for (const { path, object } of problems) {
      if (path.startsWith('spec.') && !path.startsWith('spec.rules')) expect(object).toBe(PARAMS);
      else expect(path).not.toContain('ssl-');
    }
  }
});

test('what a Service says is told of the Service', () => {
  const said = {
    'alb.ingress.kubernetes.io/success-codes': '600',
    'alb.ingress.kubernetes.io/auth-type': 'oidc',
  };
  const problems = judged({ 'success-codes': '200' }, {}, said);
  const codes = problems.filter(({ path }) => path === annotationPath('success-codes'));
  expect(codes.filter(({ code }) => code !== 'Unused').map(({ object }) => object)).toEqual([
    'Service shop/api',
  ]);
  const type = problems.filter(({ path }) => path === annotationPath('auth-type'));
  expect(type.map(({ object }) => object)).toEqual(['Service shop/api']);
});

test('a conflict names the field of the class', () => {
  const member = (key: string, scheme: 'internal' | 'internet-facing', from: string) => ({
    key,
    spec: {
      group: 'all',
      order: 0,
      ingressRef: { name: 'x', uid: '', hash: '' },
      intent: { rules: [], settings: { scheme: { value: scheme, from } } },
    },
  });
  const [problem] = conflictProblems(member('shop/web', 'internal', PARAMS), [
    member('shop/other', 'internet-facing', 'Ingress'),
  ]);
  expect(problem).toMatchObject({ code: 'GroupConflict', object: PARAMS, path: 'spec.scheme' });
});
