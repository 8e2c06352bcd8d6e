// Names in rows: what they are replaced by.
import { expect, test } from 'vitest';
import { fill } from './run.ts';

const names = () => ({ lb: 'arn:lb', count: 3, list: ['a'] });

test.each<[string, unknown, unknown]>([
  ['inside a text', 'is $lb/x', 'is arn:lb/x'],
  ['alone, as it is', ['$count', '$list'], [3, ['a']]],
  ['at any depth, in names of members too', { '$lb!': [{ b: '$lb' }] }, { 'arn:lb!': [{ b: 'arn:lb' }] }],
  ['not where a dollar sign is doubled', '$$lb', '$lb'],
  ['not where no name follows', '^/a$|$1', '^/a$|$1'],
  ['in a regular expression', /^$lb$/i, /^arn:lb$/i],
])('%s', (_where, given, expected) => {
  expect(fill(given, names())).toEqual(expected);
});

test('a fresh name stays the same for one row, and is another one for the next', () => {
  const row = names();
  expect(fill('$fresh-a', row)).toBe(fill('$fresh-a', row));
  expect(fill('$fresh-a', row)).not.toBe(fill('$fresh-a', names()));
});

test('an unknown name is a mistake of the row', () => {
  expect(() => fill('$nobody', names())).toThrow('$nobody');
});
