// Which writes lead from what etcd holds to what it held before.
import { expect, test } from 'vitest';
import { changesBetween } from './etcd.ts';

test('what came is deleted, what went or changed is put back, the rest is left alone', () => {
  const from = { same: '1', changed: '2', came: '3' };
  const to = { same: '1', changed: 'two', went: '4' };
  expect(changesBetween(from, to)).toEqual([
    { request_delete_range: { key: 'came' } },
    { request_put: { key: 'changed', value: 'two' } },
    { request_put: { key: 'went', value: '4' } },
  ]);
  expect(changesBetween(to, to)).toEqual([]);
});
