// Whole rules: how many values they have, of which kinds, and which no request can reach.
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../../annotation.ts';
import { readIngress } from '../../ingress/read.ts';
import type { IngressPath, IngressRule } from '../../kube.ts';

const path = (text: string, backend = 'web'): IngressPath => {
  const [route = '', pathType = 'Prefix'] = text.split(' ');
  const [name = '', port] = backend.split(':');
  return {
    path: route,
    pathType,
    backend: { service: { name, port: port === undefined ? { number: 80 } : { name: port } } },
  };
};
const rule = (host: string, ...paths: IngressPath[]): IngressRule => ({ host, http: { paths } });

function problems(rules: readonly IngressRule[], said: Record<string, string> = {}) {
  const annotations = Object.fromEntries(Object.entries(said).map(([key, value]) => [PREFIX + key, value]));
  const ingress = { metadata: { name: 'store', namespace: 'shop', annotations }, spec: { rules } };
  const options = { defaultTargetType: 'ip', defaultScheme: 'internal' } as const;
  return readIngress(ingress, { service: () => undefined, options }).problems;
}

const unreachable = (rules: readonly IngressRule[], said?: Record<string, string>): string[] =>
  problems(rules, said)
    .filter(({ because }) => because?.includes('is asked first') === true)
    .map((problem) => problem.path);

const P = (p: number, r = 0) => `spec.rules[${r}].http.paths[${p}]`;
const HOST = 'a.example.com';
const HEADER = '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-A","values":["1"]}}]';
const toHttps =
  '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}';

describe('rules that no request can reach', () => {
  test.each<[string, IngressRule[], string[]]>([
    ['the same path twice', [rule(HOST, path('/a'), path('/a'))], [P(1)]],
    ['a path below an earlier prefix', [rule(HOST, path('/a')), rule(HOST, path('/a/b'))], [P(0, 1)]],
    ['an exact path in another entry', [rule(HOST, path('/a')), rule(HOST, path('/a Exact'))], [P(0, 1)]],
    ['a host behind all hosts', [rule('', path('/')), rule(HOST, path('/x Exact'))], [P(0, 1)]],
    ['a host behind its wildcard', [rule('*.example.com', path('/')), rule(HOST, path('/x'))], [P(0, 1)]],
    [
      'wildcards below an earlier prefix',
      [rule(HOST, path('/img')), rule(HOST, path('/img/*.png ImplementationSpecific'))],
      [P(0, 1)],
    ],
  ])('%s', (_, rules, places) => {
    expect(unreachable(rules)).toEqual(places);
  });

  test('path, host, backends and both places are named', () => {
    const said = (...paths: IngressPath[]) =>
      problems([rule(HOST, ...paths)]).flatMap(({ path: at, because = '' }) =>
        because.includes('is asked first') ? [{ at, because }] : [],
      );
    expect(said(path('/api'), path('/api', 'other'))).toEqual([
      {
        at: P(1),
        because: `path "/api" (Prefix) of host ${HOST} is there twice: the one at ${P(0)}, with backend web, is asked first, and no request is left for this one, with backend other`,
      },
    ]);
    expect(
      said(path('/api'), path('/ ImplementationSpecific'), path('/api/* ImplementationSpecific')),
    ).toEqual([
      {
        at: P(2),
        because: `path "/api/*" (ImplementationSpecific) of host ${HOST} gets no request: path "/api" (Prefix) of host ${HOST} at ${P(0)} takes all of them and is asked first`,
      },
    ]);
  });

  test.each<[string, IngressRule[]]>([
    ['longer prefixes are asked first', [rule(HOST, path('/'), path('/a'), path('/a/b'), path('/a Exact'))]],
    ['a prefix ends at a slash', [rule(HOST, path('/a')), rule(HOST, path('/ab'))]],
    ['an exact path leaves what is below', [rule(HOST, path('/a Exact')), rule(HOST, path('/a'))]],
    ['another host', [rule(HOST, path('/')), rule('b.example.com', path('/'))]],
    ['all hosts behind one', [rule(HOST, path('/')), rule('', path('/'))]],
    [
      'wildcards that reach above the prefix',
      [rule(HOST, path('/img')), rule(HOST, path('/im* ImplementationSpecific'))],
    ],
  ])('none: %s', (_, rules) => {
    expect(unreachable(rules)).toEqual([]);
  });

  test('a rule with conditions or a redirect leaves something over', () => {
    const both = [rule(HOST, path('/', 'canary'), path('/', 'web'))];
    expect(unreachable(both, { 'conditions.canary': HEADER })).toEqual([]);
    expect(unreachable(both)).toEqual([P(1)]);
    const redirected = [rule(HOST, path('/', 'go:use-annotation'), path('/', 'web'))];
    const both80and443 = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
    expect(unreachable(redirected, { ...both80and443, 'actions.go': toHttps })).toEqual([]);
    expect(unreachable(redirected, { 'actions.go': toHttps })).toEqual([P(1)]);
  });

  test('two rules that ask for the same conditions', () => {
    const twice = [rule(HOST, path('/', 'canary'), path('/', 'canary'))];
    expect(unreachable(twice, { 'conditions.canary': HEADER })).toEqual([P(1)]);
    const others = [rule(HOST, path('/', 'canary'), path('/a', 'canary')), rule('', path('/', 'canary'))];
    expect(unreachable(others, { 'conditions.canary': HEADER })).toEqual([]);
  });

  test('the same regular expression twice', () => {
    const twice = [rule(HOST, path('/a.b ImplementationSpecific'), path('/a.b ImplementationSpecific'))];
    expect(unreachable(twice, { 'use-regex-path-match': 'true' })).toEqual([P(1)]);
  });
});

describe('values of a rule', () => {
  const refused = (rules: readonly IngressRule[], said: Record<string, string>) =>
    problems(rules, said)
      .filter(({ severity }) => severity === 'refuse')
      .map((problem) => `${problem.path.slice(problem.path.indexOf('/') + 1)} ${problem.because}`);
  const headers = (count: number) =>
    JSON.stringify([
      {
        field: 'http-header',
        httpHeaderConfig: { httpHeaderName: 'X-A', values: Array.from({ length: count }, (_, i) => `v${i}`) },
      },
    ]);

  test('five in all, a Prefix path counts twice', () => {
    expect(refused([rule(HOST, path('/'))], { 'conditions.web': headers(3) })).toEqual([]);
    expect(refused([rule(HOST, path('/a'))], { 'conditions.web': headers(2) })).toEqual([]);
    expect(refused([rule(HOST, path('/a'))], { 'conditions.web': headers(3) })).toEqual([
      expect.stringContaining('has 6 values'),
    ]);
    expect(refused([rule('', path('')), rule(HOST, path('/'))], { 'conditions.web': headers(5) })).toEqual([
      expect.stringContaining('spec.rules[1].http.paths[0] has 7 values'),
    ]);
  });

  test('hosts and paths are of one kind each', () => {
    const hosts = '[{"field":"host-header","hostHeaderConfig":{"regexValues":["^a"]}}]';
    expect(refused([rule(HOST, path('/'))], { 'conditions.web': hosts })).toEqual([
      expect.stringContaining('plain hosts'),
    ]);
    expect(refused([rule('', path('/'))], { 'conditions.web': hosts })).toEqual([]);
    const paths = '[{"field":"path-pattern","pathPatternConfig":{"values":["/b"]}}]';
    const regex = { 'use-regex-path-match': 'true', 'conditions.web': paths };
    expect(refused([rule(HOST, path('/a ImplementationSpecific'))], regex)).toEqual([
      expect.stringContaining('plain paths'),
    ]);
    expect(refused([rule(HOST, path('/a'))], regex)).toEqual([]);
  });
});

test('many rules with long conditions are judged in the time of both', () => {
  const rules = [rule(HOST, ...Array.from({ length: 3000 }, (_, i) => path(`/p${i}/a/b`)))];
  const pair = { field: 'query-string', queryStringConfig: { values: [{ value: 'x' }] } };
  const said = { 'conditions.web': JSON.stringify(Array.from({ length: 2000 }, () => pair)) };
  const start = process.cpuUsage();
  expect(problems(rules, said).length).toBeGreaterThan(0);
  // Microseconds of our own, so that a busy machine changes nothing.
  expect(process.cpuUsage(start).user).toBeLessThan(5_000_000);
});

describe('a redirect to itself', () => {
  const loop = (query?: string) => ({
    'actions.loop': JSON.stringify({
      type: 'redirect',
      redirectConfig: { statusCode: 'HTTP_301', host: '#{host}', ...(query === undefined ? {} : { query }) },
    }),
  });
  const severities = (rules: readonly IngressRule[], said: Record<string, string>) =>
    problems(rules, said)
      .filter(({ because }) => because?.includes('redirects to itself') === true)
      .map(({ severity }) => severity);
  const rules = [rule(HOST, path('/', 'loop:use-annotation'))];

  test('is only told: the LBC leaves its rule out', () => {
    expect(severities(rules, loop())).toEqual(['warn']);
    expect(severities(rules, loop('#{query}'))).toEqual(['warn']);
  });

  test('is refused with another query, which AWS would be asked for', () => {
    expect(severities(rules, loop('a=b'))).toEqual(['refuse']);
  });

  test('is refused where its rule stays: behind a regular expression', () => {
    const regex = [rule(HOST, path('/^a ImplementationSpecific', 'loop:use-annotation'))];
    expect(severities(regex, { ...loop(), 'use-regex-path-match': 'true' })).toEqual(['refuse', 'warn']);
  });
});
