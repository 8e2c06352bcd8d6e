// Conditions change their time only with their status.
import { expect, test } from 'vitest';
import { REASONS, setCondition } from './conditions.ts';

const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'ok' } as const;

test('a condition is added, kept in place and replaced', () => {
  const one = setCondition([], accepted, 't1');
  expect(one).toEqual([{ ...accepted, lastTransitionTime: 't1' }]);
  const two = setCondition(
    one,
    { ...accepted, type: 'Programmed', status: 'Unknown', reason: 'Pending' },
    't2',
  );
  const same = setCondition(two, { ...accepted, message: 'still ok', observedGeneration: 2 }, 't3');
  expect(same[0]).toEqual({
    ...accepted,
    message: 'still ok',
    observedGeneration: 2,
    lastTransitionTime: 't1',
  });
  const turned = setCondition(same, { ...accepted, status: 'False', reason: 'Malformed' }, 't4');
  expect(turned.map((condition) => condition.lastTransitionTime)).toEqual(['t4', 't2']);
});

test('every reason says what it means', () => {
  for (const [reason, meaning] of Object.entries(REASONS)) {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(meaning).toMatch(/\.$/);
  }
});
