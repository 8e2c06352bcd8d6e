// Tests of defined: what is undefined is left out, and nothing else.
import { expect, test } from 'vitest';
import { defined } from './defined.ts';

test('fields that are undefined are left out; what is null, empty or false stays, in its order', () => {
  const fields = defined({ b: false, gone: undefined, a: null, list: [], text: '', zero: 0 });
  expect(Object.entries(fields)).toEqual([
    ['b', false],
    ['a', null],
    ['list', []],
    ['text', ''],
    ['zero', 0],
  ]);
});
