// Route in words: each condition that does not hold, every kind of answer, and why nothing listens.
import { describe, expect, test } from 'vitest';
import { CERTIFICATE, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import type { Ingress, Service } from '../../api/kube.ts';
import { requestOf } from '../../api/routing/parse-request.ts';
import { offline } from './offline.ts';
import { type Answering, route } from './route.ts';

const typed = (kind: 'Ingress' | 'Service') => (one: Ingress | Service) => ({
  apiVersion: kind === 'Ingress' ? 'networking.k8s.io/v1' : 'v1',
  kind,
  ...one,
});

interface Case {
  readonly ingresses: readonly Ingress[];
  readonly services?: readonly Service[];
  readonly url?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
}

function ask({ ingresses, services = [service()], ...more }: Case): Answering | { because: string } {
  const objects = [...ingresses.map(typed('Ingress')), ...services.map(typed('Service'))];
  const { keys, standing } = offline(objects, { defaultTargetType: 'instance', defaultScheme: 'internal' });
  const found = standing(keys[0] ?? '');
  if ('because' in found) return found;
  const plain = { method: 'GET', url: 'http://www.example.com/', headers: [], sourceIp: '192.0.2.1' };
  const understood = requestOf({ ...plain, ...more });
  if ('because' in understood) throw new Error(understood.because);
  return route(found, understood.request);
}

function answered(question: Case): Answering {
  const found = ask(question);
  if ('because' in found) throw new Error(found.because);
  return found;
}

const alb = { ingressClassName: 'alb' };
const one = (said: Record<string, string> = {}, ...rules: ReturnType<typeof rule>[]): Ingress =>
  ingress({ said, spec: alb, ...(rules.length === 0 ? {} : { rules }) });

describe('the first condition that does not hold', () => {
  const condition = (field: string, config: Record<string, object>) =>
    one({ 'conditions.web': JSON.stringify([{ field, ...config }]) }, rule('', path('/', 'web')));
  test.each<[string, Ingress]>([
    ['host is not a.b: the request has www.example.com', one({}, rule('a.b', path('/', 'web')))],
    ['path is not /cart or /cart/*: the request has /', one({}, rule('', path('/cart', 'web')))],
    [
      'path is not /^/c[0-9]$/: the request has /',
      one({ 'use-regex-path-match': 'true' }, rule('', path('/^/c[0-9]$ ImplementationSpecific', 'web'))),
    ],
    [
      'header X-Team is not red*: the request has none',
      condition('http-header', { httpHeaderConfig: { httpHeaderName: 'X-Team', values: ['red*'] } }),
    ],
    [
      'method is not POST: the request has GET',
      condition('http-request-method', { httpRequestMethodConfig: { values: ['POST'] } }),
    ],
    [
      'query is not v=1 or x: the request has none',
      condition('query-string', {
        queryStringConfig: { values: [{ key: 'v', value: '1' }, { value: 'x' }] },
      }),
    ],
    [
      'source address is not 10.0.0.0/8: the request has 192.0.2.1',
      condition('source-ip', { sourceIPConfig: { values: ['10.0.0.0/8'] } }),
    ],
  ])('%s', (because, member) => {
    const { passed, rule: answering } = answered({ ingresses: [member] });
    expect(passed.map((each) => each.because)).toEqual([because]);
    expect(answering).toEqual({ priority: 'default' });
  });

  test('of a rule with several, the one that AWS is told first', () => {
    const member = one({}, rule('a.b', path('/cart', 'web')), rule('www.example.com', path('/', 'web')));
    const { passed, rule: answering } = answered({ ingresses: [member], url: 'http://www.example.com/x' });
    expect(passed).toEqual([
      {
        priority: 1,
        member: 'shop/web',
        host: 'a.b',
        path: '/cart',
        pathType: 'Prefix',
        because: 'host is not a.b: the request has www.example.com',
      },
    ]);
    expect(answering).toMatchObject({ priority: 2, host: 'www.example.com', path: '/' });
  });
});

test('members of a group in its order, each rule with its Ingress', () => {
  const member = (name: string, order: string, host: string) =>
    ingress({
      ingress: name,
      said: { 'group.name': 'g', 'group.order': order },
      rules: [rule(host, path('/', 'web'))],
      spec: alb,
    });
  const ingresses = [member('b', '1', 'www.example.com'), member('a', '2', ''), member('c', '-1', 'a.b')];
  const { passed, rule: answering } = answered({ ingresses });
  expect(passed.map(({ member: of }) => of)).toEqual(['shop/c']);
  expect(answering).toMatchObject({ priority: 2, member: 'shop/b' });
});

describe('answers', () => {
  const action = (said: object, more: Record<string, string> = {}) =>
    one({ 'actions.x': JSON.stringify(said), ...more }, rule('', path('/', 'x:use-annotation')));

  test('a Service with its target type, port and weight', () => {
    const ip = { 'target-type': 'ip' };
    expect(answered({ ingresses: [one(ip)] }).answer).toEqual({
      type: 'forward',
      targets: [{ service: 'shop/web', port: 80, targetType: 'ip', weight: 1 }],
      host: 'www.example.com',
      url: '/',
    });
  });

  test('a redirect with the Location', () => {
    const redirectConfig = { statusCode: 'HTTP_302', host: 'a.b', path: '/new/#{path}' };
    const ingresses = [action({ type: 'redirect', redirectConfig })];
    expect(answered({ ingresses, url: 'http://www.example.com/c?d=e' }).answer).toEqual({
      type: 'redirect',
      status: 302,
      location: 'http://a.b:80/new/c?d=e',
    });
  });

  test('503 for a Service that is not there, and for weights that are all 0', () => {
    const missing = answered({ ingresses: [one({}, rule('', path('/', 'gone')))] });
    expect(missing.answer).toMatchObject({ type: 'fixed-response', status: 503 });
    const targetGroups = [{ serviceName: 'web', servicePort: 80, weight: 0 }];
    const dry = answered({ ingresses: [action({ type: 'forward', forwardConfig: { targetGroups } })] });
    expect(dry.answer).toEqual({ type: 'failure', status: 503, because: 'every target group has weight 0' });
  });

  test('a target group that somebody else manages', () => {
    const forwardConfig = { targetGroups: [{ targetGroupName: 'old' }] };
    expect(answered({ ingresses: [action({ type: 'forward', forwardConfig })] }).answer).toMatchObject({
      targets: [{ targetGroup: 'old', weight: 1 }],
    });
  });

  test('what transforms make of host and URL, and 500 when that is no path', () => {
    const rewritten = (regex: string, replace: string) =>
      answered({
        ingresses: [
          one({
            'transforms.web': JSON.stringify([
              { type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex, replace }] } },
            ]),
          }),
        ],
        url: 'http://www.example.com/old/1?v=2',
      }).answer;
    expect(rewritten('^/old/(.*)$', '/new/$1')).toMatchObject({ url: '/new/1?v=2', host: 'www.example.com' });
    expect(rewritten('^/old', 'new')).toMatchObject({ type: 'failure', status: 500 });
  });

  test('what must be passed first, on HTTPS only', () => {
    const member = one({
      'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
      'certificate-arn': CERTIFICATE('one'),
      'jwt-validation': '{"jwksEndpoint":"https://a.b/keys","issuer":"https://a.b"}',
    });
    const guards = (url: string) => answered({ ingresses: [member], url }).before.map(({ type }) => type);
    expect(guards('https://www.example.com/')).toEqual(['jwt-validation']);
    expect(guards('http://www.example.com/')).toEqual([]);
  });

  test('the default backend, with the Ingress that says it', () => {
    const backend = { service: { name: 'web', port: { number: 80 } } };
    const member = ingress({ rules: [], spec: { ...alb, defaultBackend: backend } });
    expect(answered({ ingresses: [member] })).toMatchObject({
      rule: { priority: 'default', member: 'shop/web' },
      answer: { type: 'forward' },
    });
  });
});

describe('nothing answers', () => {
  const because = (question: Case): string => {
    const found = ask(question);
    return 'because' in found ? found.because : 'it is answered';
  };
  test('on another port, with another protocol', () => {
    const ingresses = [one()];
    expect(because({ ingresses, url: 'http://www.example.com:81/' })).toBe(
      'nothing listens on port 81; the group listens on HTTP:80',
    );
    expect(because({ ingresses, url: 'https://www.example.com:80/' })).toBe('port 80 is HTTP, not HTTPS');
  });
  test('for an Ingress that admission refuses', () => {
    expect(because({ ingresses: [one({ scheme: 'public' })] })).toMatch(
      /^nothing listens on port 80; the group has no listener; Ingress shop\/web: .*scheme/,
    );
  });
  test('for an Ingress of another class', () => {
    const member = ingress({ spec: { ingressClassName: 'nginx' } });
    expect(because({ ingresses: [member] })).toBe('Ingress shop/web is not of a class of Albatross');
  });
});
