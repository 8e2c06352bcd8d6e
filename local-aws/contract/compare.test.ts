// What counts as contained in an answer, and how a difference is named.
import { expect, test } from 'vitest';
import { differences } from './compare.ts';

const ANSWER = { name: 'shop', none: undefined, list: [{ id: 1, more: 'x' }, { id: 2 }, { id: 3 }] };

test.each<[string, unknown]>([
  ['a part of a structure', { name: 'shop' }],
  ['absence', { none: null, other: null }],
  ['a text by a regular expression', { name: /^sh/ }],
  ['members of a list in their order, others between them', { list: [{ id: 1 }, { id: 3 }] }],
  ['the length of a list, and members by place', { list: { length: 3, 1: { id: 2 } } }],
])('contains %s', (_what, wanted) => {
  expect(differences(wanted, ANSWER)).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['another value', { name: 'other' }, 'answer.name is "shop", expected "other"'],
  ['something absent', { other: 1 }, 'answer.other is absent, expected 1'],
  ['something present', { name: null }, 'answer.name is "shop", expected absent'],
  ['a text that is no match', { name: /^x/ }, 'answer.name is "shop", expected /^x/'],
  ['another length', { list: { length: 2 } }, 'answer.list.length is 3, expected 2'],
])('names %s', (_what, wanted, expected) => {
  expect(differences(wanted, ANSWER)).toEqual([expected]);
});

test.each<[string, unknown]>([
  ['another order', { list: [{ id: 3 }, { id: 1 }] }],
  ['a member twice', { list: [{ id: 1 }, { id: 1 }] }],
  ['an empty list', { list: [] }],
  ['a number that is a text', { list: [{ id: '1' }] }],
])('does not contain %s', (_what, wanted) => {
  expect(differences(wanted, ANSWER)).toHaveLength(1);
});
