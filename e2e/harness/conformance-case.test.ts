// Which case something belongs to, when the name of one case begins with the name of another.
import { expect, test } from 'vitest';
import { isOf, readCases } from './conformance-case.ts';

const all = ['c-lb', 'c-lb-name', 'c-lb-waf-name'];

test.each([
  ['c-lb', 'c-lb', true],
  ['c-lb', 'c-lb/web', true],
  ['c-lb', 'c-lb.shared', true],
  ['c-lb', 'c-lb-two/web', true],
  ['c-lb', 'c-lb-name', false],
  ['c-lb-name', 'c-lb-name-two', true],
  ['c-lb-name', 'c-lb-names/web', false],
  ['c-lb', 'c-lb2', false],
  ['c-lb', 'shop/web', false],
])('of %s: %s is %s', (namespace, name, mine) => {
  expect(isOf({ namespace }, name, all)).toBe(mine);
});

test('every recorded group is of its own case only', () => {
  const cases = readCases(new Map());
  const namespaces = cases.map(({ namespace }) => namespace);
  for (const one of cases) {
    const groups = one.expected.flatMap(({ stacks }) => Object.keys((stacks ?? {}) as object));
    for (const group of groups)
      expect(cases.filter((other) => isOf(other, group, namespaces)).map(({ name }) => name)).toEqual([
        one.name,
      ]);
  }
});
