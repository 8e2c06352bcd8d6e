// Tests of cache.
import { expect, test } from 'vitest';
import { remember } from './cache.ts';

test('one reading serves everybody until it is too old', async () => {
  let now = 0;
  let readings = 0;
  const values = remember(
    100,
    async (key) => {
      readings += 1;
      return `${key}${readings}`;
    },
    () => now,
  );
  expect(await Promise.all([values.get('a'), values.get('a'), values.get('b')])).toEqual(['a1', 'a1', 'b2']);
  now = 99;
  expect(await values.get('a')).toBe('a1');
  now = 101;
  expect(await values.get('a')).toBe('a3');
  values.forget('a');
  expect(await values.get('a')).toBe('a4');
});

test('a failure is not remembered', async () => {
  let fail = true;
  const values = remember(100, async () => {
    if (fail) throw new Error('no');
    return 1;
  });
  await expect(values.get('a')).rejects.toThrow('no');
  fail = false;
  expect(await values.get('a')).toBe(1);
});

test('the answer may say how old it may become', async () => {
  let now = 0;
  let readings = 0;
  const values = remember<number | undefined>(
    (value) => (value === undefined ? 0 : 100),
    async () => {
      readings += 1;
      return readings === 1 ? undefined : readings;
    },
    () => now,
  );
  expect(await values.get('a')).toBeUndefined();
  now = 1;
  expect(await values.get('a')).toBe(2);
  expect(await values.get('a')).toBe(2);
});
