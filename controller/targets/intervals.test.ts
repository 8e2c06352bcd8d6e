// When changes are joined.
import { expect, test } from 'vitest';
import { CHANGES, type JoinTimes, OPEN, windowAfter } from './intervals.ts';

/** When things are done that come every `everyMs` for a minute. */
function doneAt(everyMs: number, times: JoinTimes): number[] {
  const done: number[] = [];
  let window = OPEN;
  for (let now = 0; now < 60_000; now += everyMs) {
    if (window.until > now) continue;
    done.push(now);
    window = windowAfter(window, times, now);
  }
  return done;
}

test.each([
  ['ten times a second: once a second', 100, 60],
  ['every three seconds: each at once', 3_000, 20],
])('%s', (_, everyMs, most) => {
  const done = doneAt(everyMs, CHANGES);
  expect(done[0]).toBe(0);
  expect(done.length).toBeLessThanOrEqual(most + 3);
  expect(done.length).toBeGreaterThanOrEqual(most - 3);
});

test('a window grows while changes go on, and is short again after a calm one', () => {
  const first = windowAfter(OPEN, CHANGES, 0);
  expect(first).toEqual({ until: 250, ms: 250 });
  const second = windowAfter(first, CHANGES, 250);
  expect(second).toEqual({ until: 750, ms: 500 });
  expect(windowAfter(second, CHANGES, 800)).toEqual({ until: 1_800, ms: 1_000 });
  expect(windowAfter(windowAfter(second, CHANGES, 750), CHANGES, 1_750)).toEqual({ until: 2_750, ms: 1_000 });
  expect(windowAfter(second, CHANGES, 1_250)).toEqual({ until: 1_500, ms: 250 });
});
