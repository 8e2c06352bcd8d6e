// The pace at which groups are looked at in full.
import { expect, test } from 'vitest';
import { goRound } from './round-robin.ts';

/** Plays until a moment; gives what was looked at, and when. */
async function play(groups: (now: number) => readonly string[], until: number): Promise<string[]> {
  let now = 0;
  let place = 0;
  const seen: string[] = [];
  await goRound({
    groups: () => groups(now),
    periodMs: 3_600_000,
    firstMs: 600_000,
    look: (group) => seen.push(`${now / 1000} ${group}`),
    sleep: async (ms) => {
      now += ms;
    },
    ended: () => now > until * 1000,
    random: () => {
      place += 1;
      return place / 1000;
    },
  });
  return seen;
}

test('every group has its turn once in a period, evenly spread, and none right after the start', async () => {
  expect(await play(() => ['a', 'b', 'c'], 5_000)).toEqual(['600 a', '1800 b', '3000 c', '4200 a']);
});

test('a fleet of a thousand is looked at one by one', async () => {
  const fleet = Array.from({ length: 1000 }, (_, at) => `g-${at}`);
  const seen = await play(() => fleet, 4_199);
  expect(new Set(seen.map((line) => line.split(' ')[1])).size).toBe(1000);
  expect(new Set(seen.map((line) => line.split(' ')[0])).size).toBe(1000);
});

test('one that is gone is passed over, one that is new has its turn in the next round', async () => {
  const groups = (now: number): string[] => (now < 1_000_000 ? ['a', 'b'] : ['a', 'c']);
  expect(await play(groups, 5_000)).toEqual(['600 a', '4200 a']);
});

test('without groups nothing is looked at, and it goes on', async () => {
  expect(await play((now) => (now > 4_000_000 ? ['a'] : []), 5_000)).toEqual(['4200 a']);
});
