// Trust stores by name: one call for all that are not known, and an unknown one harms no other.
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import { trustStoreReader } from './trust-stores.ts';

function account(...existing: string[]) {
  const asked: string[][] = [];
  const there = new Set(existing);
  const send = async ({ input: { Names } }: { input: { Names: string[] } }) => {
    asked.push(Names);
    if (!Names.every((name) => there.has(name))) {
      const code = 'TrustStoreNotFound';
      throw new AwsFailure({ action: '', code, message: '', kind: 'notFound', status: 400 });
    }
    return { TrustStores: Names.map((Name) => ({ Name, TrustStoreArn: `arn:${Name}` })) };
  };
  return { asked, there, elbv2: { send } as object as ElasticLoadBalancingV2Client };
}

test('asks for all unknown names in one call, and remembers them for ten minutes', async () => {
  let now = 0;
  const { asked, elbv2 } = account('a', 'b', 'c');
  const read = trustStoreReader({ elbv2 }, () => now);
  expect(await read([])).toEqual(new Map());
  expect(await read(['a', 'b', 'a'])).toEqual(new Map(Object.entries({ a: 'arn:a', b: 'arn:b' })));
  now = 599_999;
  expect(await read(['b', 'c'])).toEqual(new Map(Object.entries({ b: 'arn:b', c: 'arn:c' })));
  now = 600_000;
  await read(['b', 'c']);
  expect(asked).toEqual([['a', 'b'], ['c'], ['b']]);
});

test('what is not found takes nothing else along, and is asked for again', async () => {
  const { asked, there, elbv2 } = account('a');
  const read = trustStoreReader({ elbv2 });
  expect(await read(['a', 'z'])).toEqual(new Map([['a', 'arn:a']]));
  there.add('z');
  expect((await read(['a', 'z'])).get('z')).toBe('arn:z');
  expect(asked).toEqual([['a', 'z'], ['a'], ['z'], ['z']]);
});
