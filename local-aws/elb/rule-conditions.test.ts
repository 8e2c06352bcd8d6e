// Conditions and transforms of rules (aws-limits 3, 3.1, 3.2; moto-coverage 4).
import type { RuleCondition, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf } from './in-memory.ts';
import { fixed, path, setUp } from './rule-fixture.ts';

const host = (...Values: string[]): RuleCondition => ({ Field: 'host-header', HostHeaderConfig: { Values } });
const header = (HttpHeaderName: string, ...Values: string[]): RuleCondition => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});
const method = (...Values: string[]): RuleCondition => ({
  Field: 'http-request-method',
  HttpRequestMethodConfig: { Values },
});
const query = (...Values: { Key?: string; Value?: string }[]): RuleCondition => ({
  Field: 'query-string',
  QueryStringConfig: { Values },
});
const source = (...Values: string[]): RuleCondition => ({ Field: 'source-ip', SourceIpConfig: { Values } });
const regex = (...RegexValues: string[]): RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { RegexValues },
});

describe('conditions', () => {
  test.each<[string, RuleCondition[]]>([
    ['R3 none', []],
    ['R4 six values', [path('/1', '/2', '/3'), host('a.b', 'c.d', 'e.f')]],
    ['R4 six query pairs', [query(...Array.from({ length: 6 }, () => ({ Value: 'a' })))]],
    ['R6 seven wildcards', [path('/*/*/*/*'), host('*.?.?')]],
    ['R7 two hosts', [host('a.b'), host('c.d')]],
    ['R7 two methods', [method('GET'), method('PUT')]],
    [
      'R8 values and regex',
      [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/'], RegexValues: ['/'] } }],
    ],
    ['R8 neither', [{ Field: 'path-pattern', PathPatternConfig: {} }]],
    ['R8 no config', [{ Field: 'path-pattern' }]],
    ['R8 regex for methods', [{ Field: 'http-request-method', RegexValues: ['GET'] }]],
    ['R9 unknown field', [{ Field: 'moon-phase', Values: ['full'] }]],
    ['R9 config of another field', [{ Field: 'path-pattern', HostHeaderConfig: { Values: ['a.b'] } }]],
    ['3.1 host without a dot', [host('example')]],
    ['3.1 host characters', [host('a b.com')]],
    ['3.1 host too long', [host(`${'a'.repeat(125)}.com`)]],
    ['3.1 path with a space', [path('/a b')]],
    ['3.1 empty path', [path('')]],
    ['3.1 header host', [header('HOST', 'a')]],
    ['3.1 header name', [header('x y', 'a')]],
    ['3.1 header name too long', [header('a'.repeat(41), 'a')]],
    ['3.1 header name missing', [{ Field: 'http-header', HttpHeaderConfig: { Values: ['a'] } }]],
    ['3.1 header value', [header('x', 'é')]],
    ['3.1 method in lower case', [method('get')]],
    ['3.1 method half right', [method('GETx')]],
    ['3.1 method too long', [method('A'.repeat(41))]],
    ['3.1 query without a value', [query({ Key: 'a' })]],
    ['3.1 query too long', [query({ Value: 'a'.repeat(129) })]],
    ['3.1 bare address', [source('10.0.0.1')]],
    ['3.1 prefix', [source('10.0.0.0/33')]],
    ['3.1 broadcast', [source('255.255.255.255/32')]],
    ['3.1 look-ahead', [regex('^/(?!a)')]],
    ['3.1 back-reference', [regex('(a)\\1')]],
    ['3.1 possessive', [regex('a++')]],
    ['3.1 Unicode class', [regex('\\p{L}')]],
    ['3.1 malformed regex', [regex('(')]],
    ['3.1 regex too long', [regex('a'.repeat(129))]],
  ])('%s is refused', (_row, conditions) => {
    const { aws, create } = setUp();
    expect(codeOf(() => create(conditions))).toBe('ValidationError');
    expect(aws.state.rules.size).toBe(1);
  });

  test.each<[string, RuleCondition[]]>([
    ['R4 five values', [path('/1', '/2', '/3', '/4', '/5')]],
    ['R6 six wildcards', [path('/*/*/*'), host('*.?.b?')]],
    ['R6 escaped wildcards do not count', [query({ Key: 'a', Value: '\\*\\*\\*\\*\\*\\*\\*' })]],
    ['R7 two headers', [header('a', '1'), header('b', '2')]],
    ['R8 regex', [regex('^/(a|b)$', '^/c')]],
    ['legacy values, two of them (moto-coverage 4)', [{ Field: 'host-header', Values: ['a.b', 'c.d'] }]],
    ['3.1 path without a slash', [path('*.png')]],
    ['3.1 custom method', [method('PURGE_ALL')]],
    ['3.1 host bits set', [source('10.0.0.1/8', '2001:db8::/32')]],
  ])('%s is accepted', (_row, conditions) => {
    expect(codeOf(() => setUp().create(conditions))).toBe('accepted');
  });

  test('host and path are shown both ways (moto-coverage 4)', () => {
    const { create } = setUp();
    expect(create([{ Field: 'host-header', Values: ['a.b'] }, path('/x')]).Conditions).toEqual([
      { Field: 'host-header', Values: ['a.b'], HostHeaderConfig: { Values: ['a.b'] } },
      { Field: 'path-pattern', Values: ['/x'], PathPatternConfig: { Values: ['/x'] } },
    ]);
  });
});

describe('transforms (3.2)', () => {
  const url = (...Rewrites: { Regex: string; Replace: string }[]): RuleTransform => ({
    Type: 'url-rewrite',
    UrlRewriteConfig: { Rewrites },
  });
  const one = { Regex: '^/a', Replace: '/b' };
  test.each<[string, RuleTransform[]]>([
    ['T1 config of the other type', [{ Type: 'host-header-rewrite', UrlRewriteConfig: { Rewrites: [one] } }]],
    ['T2 two of a type', [url(one), url(one)]],
    ['T3 no rewrite', [url()]],
    ['T4 long regex', [url({ Regex: 'a'.repeat(1025), Replace: '' })]],
    ['T4 long replacement', [url({ Regex: 'a', Replace: 'a'.repeat(1025) })]],
    ['3.1 look-behind', [url({ Regex: '(?<=a)b', Replace: '' })]],
  ])('%s is refused', (_row, transforms) => {
    expect(codeOf(() => setUp().create([path('/')], [fixed], 1, transforms))).toBe('ValidationError');
  });

  test('T7 replaced, reset, not both', () => {
    const { aws, create } = setUp();
    const { arn: RuleArn, Transforms } = create([path('/')], [fixed], 1, [url(one)]);
    expect(Transforms).toEqual([url(one)]);
    const both = { RuleArn, Transforms: [url(one)], ResetTransforms: true };
    expect(codeOf(() => aws.call('ModifyRule', both))).toBe('ValidationError');
    const [reset] = aws.call('ModifyRule', { RuleArn, ResetTransforms: true }).Rules;
    expect(reset).not.toHaveProperty('Transforms');
    expect(codeOf(() => aws.call('ModifyRule', { RuleArn }))).toBe('ValidationError');
  });
});
