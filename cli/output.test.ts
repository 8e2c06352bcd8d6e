// Tests of formats.
import { expect, test } from 'vitest';
import { type OutputFormat, written } from './output.ts';

const DATA = {
  plan: [{ group: 'a', because: 'a line that is longer than what would be folded otherwise '.repeat(2) }],
};

test.each<[OutputFormat, string]>([
  ['text', 'for people'],
  ['json', JSON.stringify(DATA, null, 2)],
  ['yaml', `plan:\n  - group: a\n    because: "${DATA.plan[0]?.because}"`],
])('%s', (format, text) => {
  expect(written(format, DATA, () => 'for people')).toBe(text);
});

test('what is for people is only put into words when people read it', () => {
  const never = (): string => {
    throw new Error('nobody reads this');
  };
  expect(written('json', {}, never)).toBe('{}');
});
