// Rules: patterns, order, and what the optimizer drops and must not drop (spec annotations 15.1 to 15.3, 15.8).
import { describe, expect, test } from 'vitest';
import type { Action, Condition } from '../../api/aws.ts';
import type { Ingress } from '../../api/kube.ts';
import { pathPatterns } from '../../api/routing/rules.ts';
import { covers, redirectsToItself } from '../../api/routing/unreachable-rules.ts';
import { ingress, path, rule, service, wantedBy } from '../laws/paper.ts';

describe('patterns of a path (spec annotations 15.3)', () => {
  test.each([
    ['Exact', '/foo', ['/foo']],
    ['Exact', '/foo/', ['/foo/']],
    ['Exact', '/', ['/']],
    ['Prefix', '/', ['/*']],
    ['Prefix', '/foo', ['/foo', '/foo/*']],
    ['Prefix', '/foo/', ['/foo', '/foo/*']],
    ['Prefix', '/foo//', ['/foo/', '/foo//*']],
    ['ImplementationSpecific', '/', ['/']],
    ['ImplementationSpecific', '/a*b?', ['/a*b?']],
    ['ImplementationSpecific', '', []],
    ['Prefix', '', []],
  ] as const)('%s %s', (pathType, text, patterns) => {
    expect(pathPatterns({ path: text, pathType })).toEqual(patterns);
  });
});

const rulesOf = (...ingresses: Ingress[]): string[] =>
  wantedBy({ ingresses, services: [service()] }, ingresses.length > 1 ? 'g' : undefined).resources.flatMap(
    (one) =>
      one.kind === 'rule'
        ? [
            `${one.spec.tags['ingress.k8s.aws/resource']} ${one.spec.conditions.map(({ values }) => values.join(' ')).join(' & ')}`,
          ]
        : [],
  );

describe('order (spec annotations 15.1)', () => {
  test('Exact, then Prefix by length, then the rest; entries and hosts as written', () => {
    const mixed = [
      path('/x ImplementationSpecific', 'web'),
      path('/a', 'web'),
      path('/a/b', 'web'),
      path('/z Exact', 'web'),
    ];
    expect(
      rulesOf(ingress({ rules: [rule('b.example.com', ...mixed), rule('a.example.com', path('/', 'web'))] })),
    ).toEqual([
      '80:1 b.example.com & /z',
      '80:2 b.example.com & /a/b /a/b/*',
      '80:3 b.example.com & /a /a/*',
      '80:4 b.example.com & /x',
      '80:5 a.example.com & /*',
    ]);
  });

  test('members in group order; numbers go on through all of them', () => {
    const member = (name: string, order: string) =>
      ingress({
        ingress: name,
        said: { 'group.name': 'g', 'group.order': order },
        rules: [rule(`${name}.example.com`, path('/', 'web'))],
      });
    expect(rulesOf(member('a', '2'), member('b', '1'))).toEqual([
      '80:1 b.example.com & /*',
      '80:2 a.example.com & /*',
    ]);
  });

  test('without host and path the condition is every path', () => {
    expect(rulesOf(ingress({ rules: [rule('', path(' ImplementationSpecific', 'web'))] }))).toEqual([
      '80:1 /*',
    ]);
  });

  test('a rule without paths gives nothing', () => {
    expect(rulesOf(ingress({ rules: [{ host: 'a.example.com' }] }))).toEqual([]);
  });
});

const HTTPS = { port: 443, protocol: 'HTTPS', members: [] } as const;
const HTTP = { port: 80, protocol: 'HTTP', members: [] } as const;
const redirect = (more: object): Action => ({ type: 'redirect', statusCode: 'HTTP_301', ...more });
const where = (host?: string[], paths?: string[]): Condition[] => [
  ...(host === undefined ? [] : [{ field: 'host-header', values: host } as const]),
  ...(paths === undefined ? [] : [{ field: 'path-pattern', values: paths } as const]),
];

describe('step 1: redirects that would loop', () => {
  test.each([
    ['to HTTPS 443 on the HTTPS listener', redirect({ protocol: 'HTTPS', port: '443' }), HTTPS, true],
    ['to HTTPS 443 on the HTTP listener', redirect({ protocol: 'HTTPS', port: '443' }), HTTP, false],
    [
      'placeholders only',
      redirect({
        host: '#{host}',
        path: '/#{path}',
        port: '#{port}',
        protocol: '#{protocol}',
        query: '#{query}',
      }),
      HTTP,
      true,
    ],
    ['to its own host and path', redirect({ host: 'a.example.com', path: '/a' }), HTTP, true],
    ['to another host', redirect({ host: 'b.example.com' }), HTTP, false],
    ['to another path', redirect({ path: '/b' }), HTTP, false],
    ['with another query', redirect({ query: 'x=1' }), HTTP, false],
    ['a fixed response', { type: 'fixed-response', statusCode: '200' } as Action, HTTP, false],
  ])('%s: %s', (_, action, port, drops) => {
    expect(redirectsToItself({ conditions: where(['a.example.com'], ['/a']), action }, port)).toBe(drops);
  });

  test('any of several hosts and paths is enough, other conditions are not looked at', () => {
    const conditions: Condition[] = [
      { field: 'source-ip', values: ['192.0.2.0/24'] },
      ...where(['b.example.com', 'a.example.com'], ['/b', '/a']),
    ];
    const action = redirect({ host: 'a.example.com', path: '/a' });
    expect(redirectsToItself({ conditions, action }, HTTP)).toBe(true);
  });

  test('with a regular expression for the path it stays; one for the host is nowhere to go', () => {
    const regex = (field: 'host-header' | 'path-pattern'): Condition => ({
      field,
      values: [],
      regexValues: ['^a'],
    });
    const home = redirect({ protocol: 'HTTPS', port: '443' });
    expect(redirectsToItself({ conditions: [regex('path-pattern')], action: home }, HTTPS)).toBe(false);
    expect(redirectsToItself({ conditions: [regex('host-header')], action: home }, HTTPS)).toBe(true);
    const away = redirect({ host: '^a' });
    expect(redirectsToItself({ conditions: [regex('host-header')], action: away }, HTTPS)).toBe(false);
  });
});

describe('step 2: rules behind a redirect', () => {
  const away = redirect({ host: 'b.example.com' });
  test.each([
    ['redirect of everything', where(undefined, ['/*']), where(['a'], ['/x']), true],
    ['same host, every path', where(['a'], ['/*']), where(['a'], ['/x']), true],
    ['another host', where(['a'], ['/*']), where(['b'], ['/x']), false],
    ['one of two hosts', where(['a'], ['/*']), where(['a', 'b'], ['/x']), false],
    ['host of every later request', where(['a'], ['/*']), where(undefined, ['/x']), false],
    ['the same path', where(['a'], ['/x']), where(['a'], ['/x']), true],
    ['a prefix of it', where(['a'], ['/x', '/x/*']), where(['a'], ['/x']), true],
    ['wildcards are not understood', where(['a'], ['/x/*']), where(['a'], ['/x/y']), false],
    ['every later path', where(['a'], ['/x']), where(['a']), false],
    ['no path at all', where(['a']), where(['a'], ['/x']), true],
  ])('%s: %#', (_, earlier, later, drops) => {
    expect(covers({ conditions: earlier, action: away }, { conditions: later })).toBe(drops);
  });

  test('a host that is a regular expression is no host of all: what it does not match is served', () => {
    const some: Condition[] = [{ field: 'host-header', values: [], regexValues: ['^old[.].*$'] }];
    const covered = (later: Condition[]) => covers({ conditions: some, action: away }, { conditions: later });
    expect(covered(where(['new.example.com'], ['/*']))).toBe(false);
    expect(covered(where(undefined, ['/*']))).toBe(false);
    expect(covered([...some, ...where(undefined, ['/x'])])).toBe(true);
  });

  test('with any other condition it leaves requests to later rules, which may have some', () => {
    const header: Condition = { field: 'http-header', name: 'X-A', values: ['1'] };
    const all = where(undefined, ['/*']);
    expect(covers({ conditions: [header, ...all], action: away }, { conditions: all })).toBe(false);
    expect(covers({ conditions: all, action: away }, { conditions: [header, ...all] })).toBe(true);
  });

  test('a redirect behind a login is a redirect', () => {
    const said = {
      'listen-ports': '[{"HTTPS":443}]',
      'certificate-arn':
        'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012',
      'jwt-validation': '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop"}',
      'actions.go': '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","host":"new.example.com"}}',
    };
    const rules = [rule('', path('/', 'go:use-annotation')), rule('', path('/cart', 'web'))];
    expect(rulesOf(ingress({ said, rules }))).toEqual(['443:1 /*']);
  });

  test('forwards and fixed responses shadow nothing', () => {
    const all = where(undefined, ['/*']);
    expect(
      covers({ conditions: all, action: { type: 'fixed-response', statusCode: '404' } }, { conditions: all }),
    ).toBe(false);
    expect(covers({ conditions: all, action: { type: 'forward', targets: [] } }, { conditions: all })).toBe(
      false,
    );
  });
});

test('one redirect to HTTPS for both listeners stays on HTTP, where it takes everything, and goes on HTTPS', () => {
  const said = {
    'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
    'certificate-arn': 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012',
    'actions.go':
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}',
  };
  const rules = [rule('', path('/', 'go:use-annotation'), path('/cart', 'web'))];
  const ordered = [rule('', path('/', 'go:use-annotation')), rule('', path('/cart', 'web'))];
  expect(rulesOf(ingress({ said, rules: ordered }))).toEqual(['80:1 /*', '443:1 /cart /cart/*']);
  // Within one entry the longer path is asked first, so it is not shadowed.
  expect(rulesOf(ingress({ said, rules }))).toEqual(['80:1 /cart /cart/*', '80:2 /*', '443:1 /cart /cart/*']);
});
