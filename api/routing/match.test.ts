// Tables for api/routing/match.ts; each row says what AWS documents, by the row of aws-limits where there is one.
import { describe, expect, test } from 'vitest';
import {
  applyTransforms,
  firstMiss,
  type MatchCondition,
  type MatchRequest,
  matchRule,
  normalPath,
  redirectLocation,
} from './match.ts';

const request = (changes: Partial<MatchRequest> = {}): MatchRequest => ({
  method: 'GET',
  protocol: 'http',
  host: 'shop.example.com',
  port: 80,
  path: '/cart/items',
  query: '',
  headers: {},
  sourceIp: '10.1.2.3',
  ...changes,
});
const host = (...Values: string[]): MatchCondition => ({
  Field: 'host-header',
  HostHeaderConfig: { Values },
});
const path = (...Values: string[]): MatchCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});
const header = (HttpHeaderName: string, ...Values: string[]): MatchCondition => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});
const query = (Key: string | undefined, Value: string): MatchCondition => ({
  Field: 'query-string',
  QueryStringConfig: { Values: [{ Key, Value }] },
});
const source = (...Values: string[]): MatchCondition => ({ Field: 'source-ip', SourceIpConfig: { Values } });

describe('one condition (aws-limits 3.1)', () => {
  test.each<[string, MatchCondition, Partial<MatchRequest>, boolean]>([
    ['host is exact', host('shop.example.com'), {}, true],
    ['host ignores case', host('SHOP.example.COM'), { host: 'Shop.Example.com' }, true],
    ['host differs', host('example.com'), {}, false],
    ['a dot in a host is a dot', host('shop.example.com'), { host: 'shopXexample.com' }, false],
    ['* is any number of characters', host('*.example.com'), { host: 'a.b.example.com' }, true],
    ['* is also none', host('shop*.example.com'), {}, true],
    ['* does not drop the dot', host('*.example.com'), { host: 'example.com' }, false],
    ['? is exactly one character', host('sho?.example.com'), {}, true],
    ['? is not none', host('shop?.example.com'), {}, false],
    ['one value of several is enough', host('a.com', 'shop.example.com'), {}, true],
    ['legacy values', { Field: 'host-header', Values: ['shop.example.com'] }, {}, true],
    ['path respects case', path('/Cart/*'), {}, false],
    ['path with wildcard', path('/cart/*'), {}, true],
    ['path wildcard crosses slashes', path('/c*s'), {}, true],
    ['path is anchored', path('/cart'), {}, false],
    ['path without a leading slash', path('*.png'), { path: '/a/b.png' }, true],
    ['path does not see the query', path('*b=1'), { query: 'b=1' }, false],
    ['path is normalised', path('/cart/~a'), { path: '/x/../cart/%7Ea' }, true],
    ['path metacharacters are plain', path('/a.b+c'), { path: '/aXbbc' }, false],
    ['header ignores case of both', header('X-Env', 'PROD*'), { headers: { 'x-env': 'production' } }, true],
    ['header absent', header('X-Env', '*'), {}, false],
    ['header given twice', header('X-Env', 'b'), { headers: { 'x-env': ['a', 'b'] } }, true],
    ['a header value outside ASCII never matches (R10)', header('x', '*'), { headers: { x: 'é' } }, false],
    ['method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } }, {}, true],
    [
      'method respects case',
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
      { method: 'get' },
      false,
    ],
    ['query pair', query('version', 'v1'), { query: 'a=b&version=v1' }, true],
    ['query ignores case', query('VERSION', 'V1'), { query: 'version=v1' }, true],
    ['query pair with another value', query('version', 'v1'), { query: 'version=v2&x=v1' }, false],
    ['query value of any key', query(undefined, '*example*'), { query: 'q=an-example' }, true],
    ['query value, none there', query(undefined, 'a'), { query: '' }, false],
    ['query encoded in the request', query('q', 'a b'), { query: 'q=a%20b' }, true],
    ['query encoded in the condition', query('q', 'a%20b'), { query: 'q=a%20b' }, true],
    ['query with an escaped wildcard', query('q', 'a\\*'), { query: 'q=a*' }, true],
    ['query with an escaped wildcard is no wildcard', query('q', 'a\\*'), { query: 'q=abc' }, false],
    ['query with broken encoding', query('q', '%zz'), { query: 'q=%zz' }, true],
    ['source in the block', source('10.1.0.0/16'), {}, true],
    ['source outside', source('10.2.0.0/16', '192.168.0.0/16'), {}, false],
    ['source IPv6', source('2001:db8::/32'), { sourceIp: '2001:db8::1' }, true],
    ['source IPv4 written as IPv6', source('10.1.0.0/16'), { sourceIp: '::ffff:10.1.2.3' }, true],
    ['source with host bits set', source('10.1.2.0/16'), {}, true],
    ['an unknown field matches nothing', { Field: 'moon-phase', Values: ['full'] }, {}, false],
  ])('%s', (_name, condition, changes, expected) => {
    expect(matchRule([condition], request(changes))).toBe(expected);
  });
});

describe('regex values', () => {
  test('an expression that only a load balancer may know meets nothing', () => {
    const condition = { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['(?i)^/a$'] } };
    expect(matchRule([condition], request({ path: '/a' }))).toBe(false);
  });

  test.each<[string, MatchCondition, Partial<MatchRequest>, boolean]>([
    ['host', { Field: 'host-header', HostHeaderConfig: { RegexValues: ['^(shop|www)\\.'] } }, {}, true],
    ['host ignores case', { Field: 'host-header', HostHeaderConfig: { RegexValues: ['^SHOP'] } }, {}, true],
    ['path', { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/cart/[a-z]+$'] } }, {}, true],
    [
      'path respects case',
      { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/CART'] } },
      {},
      false,
    ],
    [
      'header',
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'UA', RegexValues: ['Fire.*'] } },
      { headers: { ua: 'Firefox' } },
      true,
    ],
  ])('%s', (_name, condition, changes, expected) => {
    expect(matchRule([condition], request(changes))).toBe(expected);
  });
});

test('all conditions must be met, and the first that is not is named', () => {
  const conditions = [host('shop.example.com'), path('/other'), source('1.1.1.1/32')];
  expect(matchRule(conditions, request())).toBe(false);
  expect(firstMiss(conditions, request())).toBe(conditions[1]);
  expect(matchRule([], request())).toBe(true);
});

test.each([
  ['/a/b', '/a/b'],
  ['/a/./b', '/a/b'],
  ['/a/../b', '/b'],
  ['/a/..', '/'],
  ['/../../x', '/x'],
  ['/a/b/.', '/a/b/'],
  ['/%41%2F%7e', '/A%2F~'],
  ['/a..b/.c', '/a..b/.c'],
])('normalPath(%s) is %s', (given, expected) => {
  expect(normalPath(given)).toBe(expected);
});

describe('redirectLocation (ALB User Guide: Redirect actions)', () => {
  const from = request({ query: 'a=1' });
  test.each([
    ['to HTTPS', { Protocol: 'HTTPS', Port: '443' }, 'https://shop.example.com:443/cart/items?a=1'],
    ['protocol alone keeps the port', { Protocol: 'HTTPS' }, 'https://shop.example.com:80/cart/items?a=1'],
    ['host', { Host: 'www.#{host}' }, 'http://www.shop.example.com:80/cart/items?a=1'],
    ['path', { Path: '/new/#{path}' }, 'http://shop.example.com:80/new/cart/items?a=1'],
    ['query dropped', { Path: '/x', Query: '' }, 'http://shop.example.com:80/x'],
    ['query extended', { Path: '/x', Query: '#{query}&p=#{port}' }, 'http://shop.example.com:80/x?a=1&p=80'],
    ['an unknown placeholder stays', { Path: '/#{moon}' }, 'http://shop.example.com:80/#{moon}?a=1'],
  ])('%s', (_name, config, expected) => {
    expect(redirectLocation(config, from)).toBe(expected);
  });
});

describe('applyTransforms (aws-limits 3.2)', () => {
  const url = (Regex: string, Replace: string) => ({
    Type: 'url-rewrite',
    UrlRewriteConfig: { Rewrites: [{ Regex, Replace }] },
  });
  const from = { host: 'shop.example.com', path: '/api/v1/users', query: 'a=1' };
  test.each([
    ['groups', url('^/api/(.*)$', '/$1'), { host: 'shop.example.com', url: '/v1/users?a=1' }],
    ['no match, no change', url('^/nothing', '/x'), { host: 'shop.example.com', url: '/api/v1/users?a=1' }],
    ['a missing group is empty', url('^/api/v1', '/v$2'), { host: 'shop.example.com', url: '/v/users?a=1' }],
    [
      'other dollar signs are plain',
      url('^/api', '/$&$$'),
      { host: 'shop.example.com', url: '/$&$$/v1/users?a=1' },
    ],
    ['what is no path is an error', url('^/.*$', 'x'), undefined],
    [
      'host',
      {
        Type: 'host-header-rewrite',
        HostHeaderRewriteConfig: { Rewrites: [{ Regex: '^shop', Replace: 'internal' }] },
      },
      { host: 'internal.example.com', url: '/api/v1/users?a=1' },
    ],
  ])('%s', (_name, transform, expected) => {
    expect(applyTransforms([transform], from)).toEqual(expected);
  });
  test('without a query there is no question mark', () => {
    expect(applyTransforms([], { ...from, query: '' })?.url).toBe('/api/v1/users');
  });
});
