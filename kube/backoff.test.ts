// Tests of backoff.
import { expect, test } from 'vitest';
import { retryDelay } from './backoff.ts';

test.each([
  [0, 0, 250],
  [0, 1, 500],
  [3, 1, 4000],
  [99, 1, 300_000],
])('delay of retry %i at random %d is %i ms', (attempt, random, expected) => {
  expect(retryDelay(attempt, { first: 500, longest: 300_000 }, random)).toBe(expected);
});
