// The four operators of label selectors, and labels that are absent.
import { expect, test } from 'vitest';
import { type LabelSelector, selects } from './selector.ts';

const labels = { team: 'shop', stage: '' };
const by = (key: string, operator: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, values }],
});

test.each<[string, LabelSelector, boolean | undefined]>([
  ['an empty one', {}, true],
  ['an equal label', { matchLabels: { team: 'shop' } }, true],
  ['another value', { matchLabels: { team: 'bank' } }, false],
  ['an absent label', { matchLabels: { zone: 'a' } }, false],
  ['a name from the prototype', { matchLabels: { constructor: 'x' } }, false],
  ['In', by('team', 'In', 'bank', 'shop'), true],
  ['In, absent', by('zone', 'In', 'a'), false],
  ['NotIn', by('team', 'NotIn', 'shop'), false],
  ['NotIn, absent', by('zone', 'NotIn', 'a'), true],
  ['Exists, empty value', by('stage', 'Exists'), true],
  ['Exists, absent', by('zone', 'Exists'), false],
  ['DoesNotExist', by('zone', 'DoesNotExist'), true],
  ['both must hold', { matchLabels: { team: 'shop' }, ...by('stage', 'DoesNotExist') }, false],
  ['no such operator', by('team', 'Like', 'sh'), undefined],
])('%s', (_name, selector, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});
