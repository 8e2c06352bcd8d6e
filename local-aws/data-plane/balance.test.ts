// Which target of a group takes a request (ALB User Guide: Routing algorithms, Slow start mode).
import { expect, test } from 'vitest';
import type { TargetRecord } from '../elb/state.ts';
import { chooseTarget, type Load } from './balance.ts';
import { TargetLoad } from './load.ts';

const target = (id: string): TargetRecord => ({
  id,
  port: 80,
  health: 'healthy',
  successes: 0,
  failures: 0,
  registeredAt: 0,
});
const candidates = ['a', 'b', 'c'].map((key) => ({ key, target: target(key) }));
const load = (changes: Partial<Load> = {}): Load => ({
  turn: 0,
  outstanding: () => 0,
  share: () => 1,
  random: () => 0.99,
  ...changes,
});

test('round robin takes turns', () => {
  const taken = [0, 1, 2, 3].map((turn) => chooseTarget(candidates, 'round_robin', load({ turn }))?.key);
  expect(taken).toEqual(['a', 'b', 'c', 'a']);
  expect(chooseTarget([], 'round_robin', load())).toBeUndefined();
});

test('a target in slow start takes its share, the next one the rest', () => {
  const share: Load['share'] = ({ key }) => (key === 'a' ? 0.25 : 1);
  const at = (random: number) =>
    chooseTarget(candidates, 'round_robin', load({ share, random: () => random }))?.key;
  expect([at(0.24), at(0.25)]).toEqual(['a', 'b']);
  // When all of them start, somebody has to.
  expect(chooseTarget(candidates, 'round_robin', load({ share: () => 0, turn: 1 }))?.key).toBe('b');
});

test('the fewest requests under way, by turns among equals', () => {
  const busy = new Map([['a', 2]]);
  const taken = [0, 1, 2].map(
    (turn) =>
      chooseTarget(
        candidates,
        'least_outstanding_requests',
        load({ turn, outstanding: (key) => busy.get(key) ?? 1 }),
      )?.key,
  );
  expect(taken).toEqual(['b', 'b', 'c']);
});

test('weighted random by chance', () => {
  const taken = [0, 0.34, 0.99].map(
    (random) => chooseTarget(candidates, 'weighted_random', load({ random: () => random }))?.key,
  );
  expect(taken).toEqual(['a', 'b', 'c']);
});

test('slow start grows from nothing to the full share, not for the first healthy target', () => {
  const known = new TargetLoad();
  const [first, second] = [target('first'), target('second')];
  known.becameHealthy(first, true, 1_000);
  known.becameHealthy(second, false, 1_000);
  expect(known.share(first, 500, 1_000)).toBe(1);
  expect([1_000, 1_250, 1_500, 9_000].map((now) => known.share(second, 500, now))).toEqual([0, 0.5, 1, 1]);
  expect(known.share(second, 0, 1_000)).toBe(1);
});

test('requests under way are counted', () => {
  const known = new TargetLoad();
  known.began('a');
  known.began('a');
  known.ended('a');
  expect([known.outstanding('a'), known.outstanding('b')]).toEqual([1, 0]);
  known.ended('a');
  expect(known.outstanding('a')).toBe(0);
});
