// What the load balancer does not support in regular expressions, and what only looks like it (aws-limits 3.1).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupsIn, regexFindings } from './regex.ts';

const judged = (regex: string) =>
  regexFindings(regex, '.regex').map(({ severity, because }) => `${severity} ${because}`);

describe('refused', () => {
  test.each([
    ['a(?=b)', 'look-ahead'],
    ['a(?!b)', 'look-ahead'],
    ['(?<=a)b', 'look-behind'],
    ['(?<!a)b', 'look-behind'],
    ['(?>a+)b', 'atomic group'],
    ['(a)\\1', 'back-reference'],
    ['(?<n>a)\\k<n>', 'back-reference'],
    ['(?P<n>a)(?P=n)', 'back-reference'],
    ['(a)\\g{1}', 'back-reference'],
    ['(a(?R)?)', 'recursion'],
    ['(a)(?1)', 'subroutine'],
    ['(?P<n>a)(?P>n)', 'subroutine'],
    ['\\p{L}+', 'Unicode class'],
    ['[\\P{L}]', 'Unicode class'],
    ['a++', 'possessive'],
    ['a*+', 'possessive'],
    ['a{1,3}+', 'possessive'],
  ])('%s', (regex, name) => {
    expect(judged(regex)).toEqual([expect.stringMatching(new RegExp(`^refuse .*${name}`))]);
  });
});

describe('accepted', () => {
  test.each([
    '^/v[0-9]+/.*$',
    '(?:a|b)+?',
    '(?i)shop',
    '(?i:shop)',
    '(?<name>a)',
    '(?P<name>a)',
    '[(?=]+',
    '[a++]',
    '\\(\\?=',
    '\\\\1',
    'a\\++',
    '[]a]',
    '[^]\\]]',
    '[[:alpha:]]+',
    '(((((a+)+)+)+)+)+$',
    '',
  ])('%s', (regex) => {
    expect(judged(regex)).toEqual([]);
  });
});

test.each(['(a', 'a)', '[a', '*a', 'a{2,1}', '\\'])('%s is doubtful', (regex) => {
  expect(judged(regex)).toEqual([expect.stringMatching(/^warn/)]);
});

test.each([
  ['(a)(b)', 2],
  ['(?:a)(b)', 1],
  ['(?P<n>a)(?<m>b)', 2],
  ['[(](a)\\(', 1],
  ['(?i)a', 0],
])('%s has %i groups', (regex, groups) => {
  expect(groupsIn(regex)).toBe(groups);
});

test('any text is judged without a throw', () => {
  const near = fc.array(
    fc.constantFrom('(', ')', '[', ']', '?', '+', '*', '\\', '{1,2}', '<', '=', 'P', 'k', 'p', '1', ':'),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        near.map((parts) => parts.join('')),
      ),
      (text) => {
        for (const { severity } of regexFindings(text, '')) expect(['refuse', 'warn']).toContain(severity);
      },
    ),
    { numRuns: 2000 },
  );
});
