// Conditions and transforms on the wire: what is sent and read back is the same, whatever AWS leaves out or puts in order.
import { describe, expect, test } from 'vitest';
import { sameConditions, sameTransforms } from '../../../alb/kinds/condition.ts';
import type { Condition, Transform } from '../../../api/aws.ts';
import { conditionsFromAws, conditionsToAws, transformsFromAws, transformsToAws } from './condition.ts';

const host: Condition = { field: 'host-header', values: ['a.example.com', 'b.example.com'] };
const path: Condition = { field: 'path-pattern', values: ['/x'] };
const expression: Condition = { field: 'path-pattern', values: [], regexValues: ['^/x$'] };
const header = (name: string): Condition => ({ field: 'http-header', name, values: ['1'] });
const query: Condition = { field: 'query-string', values: [{ key: 'v', value: '2' }, { value: 'beta' }] };
const rest: Condition[] = [
  { field: 'http-request-method', values: ['GET'] },
  { field: 'source-ip', values: ['192.0.2.0/24'] },
];

describe('conditions', () => {
  test('what is sent and read back is the same', () => {
    const all = [header('X-A'), header('X-B'), query, ...rest, host, path];
    expect(conditionsFromAws(conditionsToAws(all))).toEqual(all);
    expect(conditionsFromAws(conditionsToAws([expression]))).toEqual([expression]);
    expect(conditionsToAws([expression])).toEqual([
      { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/x$'] } },
    ]);
  });

  test('the values beside the field are read where there is no configuration', () => {
    expect(conditionsFromAws([{ Field: 'path-pattern', Values: ['/x'] }])).toEqual([path]);
    expect(conditionsFromAws([{ Field: 'path-pattern', RegexValues: ['^/x$'] }])).toEqual([expression]);
    const both = { Field: 'path-pattern', Values: ['/y'], PathPatternConfig: { Values: ['/x'] } };
    expect(conditionsFromAws([both])).toEqual([path]);
  });

  test('order means nothing, neither of conditions nor of values', () => {
    const turned = { ...query, values: query.values.toReversed() } as Condition;
    expect(
      sameConditions([header('X-A'), header('X-B'), query], [turned, header('X-B'), header('X-A')]),
    ).toBe(true);
  });

  test('hosts have no letter case, paths have one', () => {
    const host = (value: string): Condition[] => [{ field: 'host-header', values: [value] }];
    const at = (value: string): Condition[] => [{ field: 'path-pattern', values: [value] }];
    expect(sameConditions(host('Shop.Example.com'), host('shop.example.com'))).toBe(true);
    expect(sameConditions(at('/Shop'), at('/shop'))).toBe(false);
  });

  test.each<[string, Condition, Condition]>([
    ['a plain value and an expression', path, { ...expression, regexValues: ['/x'] } as Condition],
    ['another header', header('X-A'), header('X-B')],
    ['another key', query, { field: 'query-string', values: [{ key: 'w', value: '2' }, { value: 'beta' }] }],
    ['another field', { field: 'http-request-method', values: ['x'] }, { field: 'source-ip', values: ['x'] }],
  ])('%s are not the same', (_, wanted, found) => {
    expect(sameConditions([wanted], [found])).toBe(false);
    expect(sameConditions([wanted], [wanted])).toBe(true);
  });

  test('what we cannot express equals nothing', () => {
    expect(sameConditions([path], conditionsFromAws([{ Field: 'new-field', Values: ['/x'] }]))).toBe(false);
  });
});

describe('transforms', () => {
  const url: Transform = { type: 'url-rewrite', rewrites: [{ regex: '^/a', replace: '/b' }] };
  const name: Transform = { type: 'host-header-rewrite', rewrites: [{ regex: 'a', replace: '' }] };

  test('what is sent and read back is the same, in any order of types', () => {
    const { Transforms } = transformsToAws([url, name]);
    expect(transformsFromAws(Transforms)).toEqual([url, name]);
    expect(sameTransforms([url, name], [name, url])).toBe(true);
    expect(sameTransforms([url], [{ ...url, rewrites: [{ regex: '^/a', replace: '/c' }] }])).toBe(false);
  });

  test('none is none, however it is said', () => {
    expect(transformsToAws([])).toEqual({});
    expect(sameTransforms(undefined, [])).toBe(true);
    expect(sameTransforms([], [url])).toBe(false);
  });
});
