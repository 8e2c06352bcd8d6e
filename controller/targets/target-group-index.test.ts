// Target groups are found by what changed, and by nothing that is no longer so.
import { expect, test } from 'vitest';
import type { Serving } from './serving.ts';
import { TargetGroupIndex } from './target-group-index.ts';

const one = (arn: string, group: string, service: string, member = `shop/${group}`): Serving => ({
  arn,
  name: arn,
  group,
  policy: 'sync',
  made: false,
  backend: {
    ...{ id: arn, member, namespace: 'shop', service, port: 80 },
    ...{ targetType: 'ip', ipAddressType: 'ipv4', reach: [] },
  },
});
const arns = (found: readonly Serving[]): string[] => found.map(({ arn }) => arn);

test('by ARN, group, Ingress and Service', () => {
  const index = new TargetGroupIndex();
  for (const each of [one('a', 'x', 'web'), one('b', 'x', 'api', 'shop/y'), one('c', 'z', 'web')])
    index.put(each);
  expect(index.get('b')?.group).toBe('x');
  expect(arns(index.all())).toEqual(['a', 'b', 'c']);
  expect(arns(index.ofGroup('x'))).toEqual(['a', 'b']);
  expect(arns(index.ofMember('shop/y'))).toEqual(['b']);
  expect(arns(index.ofService('shop', 'web'))).toEqual(['a', 'c']);
  expect(index.ofService('other', 'web')).toEqual([]);
});

test('what is put again is found by what it is now only', () => {
  const index = new TargetGroupIndex();
  index.put(one('a', 'x', 'web'));
  index.put(one('a', 'z', 'api'));
  expect([index.ofGroup('x'), index.ofService('shop', 'web')]).toEqual([[], []]);
  expect(arns(index.ofGroup('z'))).toEqual(['a']);
  expect(arns(index.ofService('shop', 'api'))).toEqual(['a']);
  index.delete('a');
  index.delete('a');
  expect([index.all(), index.ofGroup('z'), index.ofService('shop', 'api'), index.get('a')]).toEqual([
    [],
    [],
    [],
    undefined,
  ]);
});

test('the order is that in which they were put last', () => {
  const index = new TargetGroupIndex();
  for (const arn of ['a', 'b', 'a']) index.put(one(arn, 'x', 'web'));
  expect(arns(index.ofMember('shop/x'))).toEqual(['b', 'a']);
});
