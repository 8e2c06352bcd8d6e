// When changes are joined, and how often AWS is asked about a target group.
import { expect, test } from 'vitest';
import { CHANGES, type JoinTimes, OPEN, unsettledLook, windowAfter } from './intervals.ts';

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

test('what pods wait for is asked within a second, for two minutes, and then ever more seldom', () => {
  expect([0, 119, 120, 300, 900, 9_999].map((looks) => unsettledLook(looks, 1))).toEqual([
    800, 800, 2_000, 5_000, 15_000, 15_000,
  ]);
});

test('many target groups that pods wait for share five questions a second', () => {
  for (const waiting of [1, 4, 10, 100])
    expect((waiting / unsettledLook(0, waiting)) * 1000).toBeLessThanOrEqual(5);
});

test('what nobody waits for is asked at most every two minutes in the end', () => {
  expect([0, 4, 99].map((looks) => unsettledLook(looks, 0))).toEqual([1_000, 15_000, 120_000]);
});
