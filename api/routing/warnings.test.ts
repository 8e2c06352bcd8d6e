// What members of a group are told about each other's requests: rules taken by others, redirects in circles, plain HTTP only.
import { describe, expect, test } from 'vitest';
import { bind } from '../binding/bind.ts';
import { readIngress } from '../ingress/read.ts';
import type { IngressRule } from '../kube.ts';
import { keyOf } from '../kube.ts';
import { sentence } from '../problems/problem.ts';
import { type GroupMember, inGroupOrder } from './routes.ts';
import { routingOfGroup, routingProblems } from './warnings.ts';

const CERTIFICATE = 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012';
const BOTH = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]', 'certificate-arn': CERTIFICATE };
const HTTPS = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE };

const redirect = (config: object) =>
  JSON.stringify({ type: 'redirect', redirectConfig: { statusCode: 'HTTP_302', ...config } });

/** `example.com/abc` → Service web; `example.com/abc move` → the action move; `=` in front: Exact, `~`: as it is written. */
function rulesOf(places: readonly string[]): IngressRule[] {
  return places.map((text) => {
    const [place = '', action] = text.split(' ');
    const kind = place[0] === '=' ? 'Exact' : place[0] === '~' ? 'ImplementationSpecific' : 'Prefix';
    const plain = place.replace(/^[=~]/, '');
    const host = plain.slice(0, plain.indexOf('/'));
    const service = {
      name: action ?? 'web',
      port: action === undefined ? { number: 80 } : { name: 'use-annotation' },
    };
    const path = { path: plain.slice(plain.indexOf('/')), pathType: kind, backend: { service } };
    return { ...(host === '' ? {} : { host }), http: { paths: [path] } };
  });
}

function member(
  name: string,
  said: Readonly<Record<string, string>>,
  places: readonly string[],
  more: Partial<GroupMember> & { readonly fallback?: string } = {},
): GroupMember {
  const annotations = Object.fromEntries(
    Object.entries({ 'group.name': 'g', ...said }).map(([key, value]) => [
      `alb.ingress.kubernetes.io/${key}`,
      value,
    ]),
  );
  const { fallback, ...rest } = more;
  const service = { name: fallback ?? '', port: { name: 'use-annotation' } };
  const ingress = {
    metadata: { name, namespace: 'shop', annotations },
    spec: {
      rules: rulesOf(places),
      ...(fallback === undefined ? {} : { defaultBackend: { service } }),
    },
  };
  const around = {
    options: { defaultTargetType: 'ip', defaultScheme: 'internal' } as const,
    service: () => undefined,
  };
  const spec = bind(ingress, { ...readIngress(ingress, around), problems: [] });
  return { key: keyOf(ingress), spec, ...rest };
}

/** `NAME: FIELD VALUE` for each thing told to anybody. */
const told = (...members: readonly GroupMember[]): string[] =>
  routingOfGroup(members.toSorted(inGroupOrder)).map(
    ({ member: key, problem: { path, value } }) =>
      `${key.replace('shop/', '')}: ${path.replace(/^.*\/(.*)\](\.redirectConfig)?$/, '$1')} ${value}`,
  );

const because = (one: GroupMember, ...others: readonly GroupMember[]): string =>
  routingProblems(one, others).map(sentence).join('\n');

describe('rules that an earlier member takes', () => {
  const earlier = (place: string, said = {}) => member('a', said, [place]);
  const later = (place: string, said = {}) => member('b', said, [place]);
  const pair = (a: string, b: string) => [`b: spec.rules ${b}`, `a: spec.rules ${a}`];

  test.each([
    ['~example.com/*', 'example.com/abc/', true],
    ['example.com/', 'example.com/abc', true],
    ['example.com/abc', '=example.com/abc/def', true],
    ['example.com/abc', 'example.com/abcdef', false],
    ['=example.com/abc', 'example.com/abc', false],
    ['=example.com/abc', '=example.com/abc', true],
    ['/', 'example.com/abc', true],
    ['*.example.com/', 'a.example.com/', true],
    ['*.example.com/', 'a.b.example.com/', true],
    ['*.example.com/', 'example.com/', false],
    ['*.example.com/', '*.example.com/x', true],
    ['a.example.com/', 'b.example.com/', false],
    ['~/*.png', 'example.com/x', false],
    ['/x', '~/x/*.png', true],
  ])('%s before %s: %s', (a, b, taken) => {
    const places = (text: string) => text.replace(/^[=~]/, '').replace(/^\//, '*/');
    expect(told(earlier(a), later(b))).toEqual(taken ? pair(places(a), places(b)) : []);
  });

  test('group.order decides who comes first', () => {
    expect(told(earlier('/', { 'group.order': '1' }), later('/x'))).toEqual([]);
    expect(told(earlier('/x'), later('/', { 'group.order': '-1' }))).toEqual([
      'a: spec.rules */x',
      'b: spec.rules */',
    ]);
  });

  test('each is told the name of the other, its rule, and what decides', () => {
    const [a, b] = [earlier('~example.com/*'), later('example.com/abc/')];
    expect(because(b, a)).toBe(
      'spec.rules: "example.com/abc/": Ingress shop/a comes first in the group and takes example.com/*, so no request gets here; group.order, then the name, says who comes first: give this Ingress a smaller group.order, or the rule a host or path that the other does not take.',
    );
    expect(because(a, b)).toContain(
      'takes every request for example.com/abc/ of Ingress shop/b, later in the group',
    );
  });

  test('what is said in other namespaces is not told', () => {
    const hidden = { hidden: true };
    const words = [
      because(later('secret.example.com/x'), member('a', {}, ['secret.example.com/'], hidden)),
      because(earlier('/'), member('b', {}, ['secret.example.com/x'], hidden)),
    ];
    expect(words[0]).toContain(
      'an Ingress of another namespace comes first in the group and takes all of them',
    );
    expect(words[1]).toContain('takes every request for rules of an Ingress of another namespace');
    expect(words[1]).not.toContain('secret');
  });

  test('an older version of the member itself does not count', () => {
    expect(routingProblems(later('/x'), [later('/')])).toEqual([]);
  });

  test('a rule that asks for more leaves requests to others', () => {
    const header = '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-A","values":["1"]}}]';
    expect(told(earlier('/', { 'conditions.web': header }), later('/x'))).toEqual([]);
    expect(told(earlier('/'), later('/x', { 'conditions.web': header }))).toHaveLength(2);
  });

  test('of several ports, those are named on which no request arrives', () => {
    const words = because(later('/x', BOTH), earlier('/', HTTPS));
    expect(words).toContain('so no request gets here on HTTPS 443;');
    expect(told(earlier('/', HTTPS), later('/x'))).toEqual([]);
  });

  test('a redirect takes requests, too, and both are told', () => {
    const all = member('all', { 'group.order': '-1', 'actions.all': redirect({ host: 'b.example.com' }) }, [
      '~/* all',
      '/own',
    ]);
    const web = member('web', {}, ['www.example.com/']);
    expect(told(all, web)).toEqual(['web: spec.rules www.example.com/', 'all: spec.rules */*']);
    expect(because(web, all)).toContain('Ingress shop/all comes first in the group and redirects */*');
  });

  test('one that closes plain HTTP for a rule that is served on HTTPS is meant', () => {
    const close = member('a', { ...BOTH, 'actions.go': redirect({ protocol: 'HTTPS', port: '443' }) }, [
      '~/* go',
    ]);
    expect(told(close, later('/x', BOTH))).toEqual([]);
  });

  test('a hundred rules are told in a few words', () => {
    const many = member(
      'b',
      {},
      Array.from({ length: 100 }, (_, at) => `/${at}`),
    );
    const words = because(earlier('/'), many);
    expect(words.split('\n')).toHaveLength(1);
    expect(words).toContain('and of others');
    expect(words.length).toBeLessThan(500);
  });
});

describe('redirects that do not end', () => {
  const alone = (said: Readonly<Record<string, string>>, ...places: string[]) =>
    told(member('a', said, places));

  test.each<[string, object, Readonly<Record<string, string>>, string, boolean]>([
    ['only the host, its own', { host: 'x.example.com' }, HTTPS, 'x.example.com/in', true],
    [
      'everything said, its own',
      { host: 'x.example.com', port: '443', protocol: 'HTTPS' },
      HTTPS,
      'x.example.com/in',
      true,
    ],
    ['its own path', { path: '/in', protocol: 'HTTPS' }, HTTPS, '=x.example.com/in', true],
    ['another path below its prefix', { path: '/in/here' }, HTTPS, 'x.example.com/in', true],
    ['a path that grows', { path: '/in/#{path}' }, HTTPS, 'x.example.com/in', true],
    ['a host that grows', { host: 'www.#{host}' }, HTTPS, '*.example.com/', true],
    ['a host that grows, which no rule names', { host: 'www.#{host}' }, HTTPS, 'x.example.com/', false],
    ['another path', { path: '/out' }, HTTPS, 'x.example.com/in', false],
    ['another host', { host: 'y.example.com' }, HTTPS, 'x.example.com/in', false],
    ['another host from any host', { host: 'y.example.com' }, HTTPS, '/', false],
    ['to HTTPS, from HTTP', { protocol: 'HTTPS', port: '443' }, {}, 'x.example.com/', false],
    ['to HTTPS, on both', { protocol: 'HTTPS', port: '443' }, BOTH, 'x.example.com/', false],
    ['to another port', { port: '8443' }, HTTPS, 'x.example.com/', false],
    ['another query', { host: 'x.example.com', query: 'a=b' }, HTTPS, 'x.example.com/in', true],
  ])('%s: %o', (_, config, said, place, endless) => {
    const value = place.replace(/^=/, '').replace(/^\//, '*/');
    expect(alone({ ...said, 'actions.go': redirect(config) }, `${place} go`)).toEqual(
      endless ? [`a: actions.go ${value}`] : [],
    );
  });

  test('where it leads, what is not said, and that no rule is made', () => {
    const go = redirect({ host: 'app.example.com', port: '443', protocol: 'HTTPS' });
    const words = because(
      member('a', { ...HTTPS, 'actions.go': go }, ['app.example.com/account/sign-in go']),
    );
    expect(words).toContain(
      'actions.go].redirectConfig: "app.example.com/account/sign-in": on HTTPS 443 it leads to https://app.example.com:443/account/sign-in',
    );
    expect(words).toContain('(path and query are not said and stay as they are): no rule is made');
  });

  test('a rule before it that answers ends the circle', () => {
    const said = { ...HTTPS, 'actions.go': redirect({ path: '/in/here' }) };
    expect(alone(said, 'x.example.com/in go')).toHaveLength(1);
    expect(alone(said, '=x.example.com/in/here', 'x.example.com/in go')).toEqual([]);
  });

  test('there and back through two rules, both are told with the way', () => {
    const said = {
      ...HTTPS,
      'actions.go': redirect({ path: '/b' }),
      'actions.back': redirect({ path: '/a' }),
    };
    const places = ['=x.example.com/a go', '=x.example.com/b back'];
    expect(alone(said, ...places)).toEqual([
      'a: actions.go x.example.com/a',
      'a: actions.back x.example.com/b',
    ]);
    expect(because(member('a', said, places))).toContain(
      'https://x.example.com:443/a → https://x.example.com:443/b → https://x.example.com:443/a',
    );
  });

  test('through another member, both are told, and not what other namespaces say', () => {
    const go = { ...HTTPS, 'actions.go': redirect({ host: 'y.example.com' }) };
    const back = { ...HTTPS, 'actions.back': redirect({ host: 'x.example.com' }) };
    const [a, b] = [member('a', go, ['x.example.com/ go']), member('b', back, ['y.example.com/ back'])];
    expect(told(a, b)).toEqual(['b: actions.back y.example.com/', 'a: actions.go x.example.com/']);
    expect(because(a, b)).toContain('through Ingress shop/b of the same group');
    expect(because(a, { ...b, hidden: true })).toContain('through an Ingress of another namespace');
    expect(because(a, { ...b, hidden: true })).not.toContain('→');
  });

  test('over ports, the redirect to HTTPS included', () => {
    const ports = { 'listen-ports': '[{"HTTP":80},{"HTTP":8080}]' };
    const said = {
      ...ports,
      'actions.go': redirect({ port: '8080' }),
      'actions.back': redirect({ port: '80' }),
    };
    // On 80 the first rule redirects, on 8080 it would lead to itself, so the second one answers there.
    expect(alone(said, '/x go', '~/x* back')).toContain('a: actions.go */x');
    const secure = {
      ...BOTH,
      'ssl-redirect': '443',
      'actions.go': redirect({ protocol: 'HTTPS', port: '443' }),
    };
    expect(because(member('a', secure, ['/x go']))).toContain(
      'plain HTTP is redirected by ssl-redirect already',
    );
  });

  test('a default backend is no rule that could be left out', () => {
    const go = redirect({ protocol: 'HTTPS', port: '443' });
    const one = (said: Readonly<Record<string, string>>) =>
      told(member('a', { ...said, 'actions.go': go }, [], { fallback: 'go' }));
    expect(one(BOTH)).toEqual(['a: actions.go */*']);
    expect(one({})).toEqual([]);
  });
});

describe('plain HTTP beside a redirect to HTTPS', () => {
  const base = member('base', { ...BOTH, 'ssl-redirect': '443' }, ['base.example.com/']);
  const app = (said: Readonly<Record<string, string>>) => member('app', said, ['app.example.com/']);
  const pair = ['base: ssl-redirect 443', 'app: listen-ports HTTP 80'];

  test('both are told', () => {
    expect(told(base, app({}))).toEqual(pair);
    expect(because(app({}), base)).toContain('Ingress shop/base of the same group redirects plain HTTP to');
    expect(because(base, app({}))).toContain('Ingress shop/app of the same group listens on plain HTTP only');
  });
  test('who listens there, asks for it, or has no plain HTTP is not concerned', () => {
    for (const said of [BOTH, HTTPS, { 'ssl-redirect': '443' }]) expect(told(base, app(said))).toEqual([]);
  });
  test('another HTTPS port is not the one', () => {
    expect(told(base, app({ ...BOTH, 'listen-ports': '[{"HTTP":80},{"HTTPS":8443}]' }))).toEqual(pair);
  });
  test('a port that cannot be opened concerns nobody', () => {
    expect(routingOfGroup([base, app({})], () => false)).toEqual([]);
  });
  test('without the HTTPS port nothing is redirected', () => {
    expect(told(member('base', { 'ssl-redirect': '443' }, ['base.example.com/']), app({}))).toEqual([]);
  });
});
