// Conditions and transforms of one rule, from host, path and annotations (spec annotations 15.2 to 15.6).
import { describe, expect, test } from 'vitest';
import { conditionsOf, isRegexPath, memberOf, transformsOf } from './rules.ts';

const from = 'Ingress';
type Settings = Parameters<typeof conditionsOf>[1];
type Conditions = NonNullable<Settings['conditions']>[string]['value'];

const saying = (value: Conditions, regex = false): Settings => ({
  conditions: { web: { value, from } },
  ...(regex ? { 'use-regex-path-match': { value: true, from } } : {}),
});
const shop = { host: 'www.example.com', path: '/shop', pathType: 'Prefix', backend: 'web' };
const where = [
  { field: 'host-header', values: ['www.example.com'] },
  { field: 'path-pattern', values: ['/shop', '/shop/*'] },
];

describe('conditions', () => {
  test('host and path', () => {
    expect(conditionsOf(shop, {})).toEqual(where);
    expect(conditionsOf({ backend: 'web' }, {})).toEqual([{ field: 'path-pattern', values: ['/*'] }]);
  });

  test('those of an annotation come first; hosts and paths are further choices', () => {
    const said: Conditions = [
      { field: 'path-pattern', pathPatternConfig: { values: ['/cart'] } },
      { field: 'http-header', httpHeaderConfig: { httpHeaderName: 'X-A', values: ['1'] } },
      { field: 'query-string', queryStringConfig: { values: [{ key: 'v', value: '2' }, { value: 'beta' }] } },
      { field: 'host-header', hostHeaderConfig: { values: ['shop.example.com'] } },
      { field: 'http-request-method', httpRequestMethodConfig: { values: ['GET'] } },
      { field: 'source-ip', sourceIPConfig: { values: ['192.0.2.0/24'] } },
    ];
    expect(conditionsOf(shop, saying(said))).toEqual([
      { field: 'http-header', name: 'X-A', values: ['1'] },
      { field: 'query-string', values: [{ key: 'v', value: '2' }, { value: 'beta' }] },
      { field: 'http-request-method', values: ['GET'] },
      { field: 'source-ip', values: ['192.0.2.0/24'] },
      { field: 'host-header', values: ['www.example.com', 'shop.example.com'] },
      { field: 'path-pattern', values: ['/shop', '/shop/*', '/cart'] },
    ]);
    expect(conditionsOf({ ...shop, backend: 'api' }, saying(said))).toEqual(where);
    expect(conditionsOf({ backend: 'web' }, saying([said[4] ?? { field: 'host-header' }]))).toEqual([
      { field: 'http-request-method', values: ['GET'] },
    ]);
  });

  test('a path is a regular expression only where its type lets it', () => {
    const settings = saying([{ field: 'path-pattern', pathPatternConfig: { regexValues: ['^/b$'] } }], true);
    const regex = { path: '/^/a[0-9]$', pathType: 'ImplementationSpecific', backend: 'web' };
    expect(conditionsOf(regex, settings)).toEqual([
      { field: 'path-pattern', values: [], regexValues: ['^/a[0-9]$', '^/b$'] },
    ]);
    expect(isRegexPath({ path: '/a' }, settings)).toBe(true);
    expect(isRegexPath({ path: '/a', pathType: 'Prefix' }, settings)).toBe(false);
    expect(isRegexPath({ path: '', pathType: 'ImplementationSpecific' }, settings)).toBe(false);
    expect(isRegexPath({ path: '/a' }, {})).toBe(false);
  });
});

test('transforms of a backend; a missing replacement is empty', () => {
  const settings: Settings = {
    transforms: {
      web: {
        value: [
          { type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex: '^/a', replace: '/b' }] } },
          { type: 'host-header-rewrite', hostHeaderRewriteConfig: { rewrites: [{ regex: '^www[.]' }] } },
        ],
        from,
      },
    },
  };
  expect(transformsOf(shop, settings)).toEqual([
    { type: 'url-rewrite', rewrites: [{ regex: '^/a', replace: '/b' }] },
    { type: 'host-header-rewrite', rewrites: [{ regex: '^www[.]', replace: '' }] },
  ]);
  expect(transformsOf({ backend: 'api' }, settings)).toEqual([]);
});

test('names of built-in members are ordinary names', () => {
  expect(memberOf({}, 'constructor')).toBeUndefined();
  expect(memberOf({ constructor: 1 }, 'constructor')).toBe(1);
});
