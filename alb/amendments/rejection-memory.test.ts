// What was refused is remembered for a while, longer each time, and forgotten when nobody wants it any more.
import { expect, test } from 'vitest';
import { AwsFailure } from '../failures/failure.ts';
import type { Refusal } from './parts.ts';
import { refusalMemory } from './rejection-memory.ts';

const failure = new AwsFailure({ action: 'A', code: 'C', kind: 'refused', message: 'no', status: 400 });
const refusal = (entry: string): Refusal => ({
  part: { kind: 'loadBalancer', id: 'loadBalancer', field: 'attributes', entry, value: '1' },
  failure,
});

test('asked for again after 1, 2, 4 … seconds, at most five minutes', () => {
  let time = 0;
  const memory = refusalMemory(() => time);
  const waits = Array.from({ length: 12 }, () => {
    memory.note('g', [], [refusal('a')]);
    expect(memory.of('g').size).toBe(1);
    const wait = memory.again('g') ?? 0;
    time += wait;
    expect(memory.of('g').size).toBe(0);
    return wait / 1000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
});

test('what was left out stays, what was neither left out nor refused is forgotten', () => {
  let time = 0;
  const memory = refusalMemory(() => time);
  memory.note('g', [], [refusal('a'), refusal('b')]);
  time = 500;
  memory.note('g', [refusal('a')], []);
  expect([...memory.of('g').values()].map(({ part }) => part.entry)).toEqual(['a']);
  expect([memory.again('g'), memory.again('other')]).toEqual([500, undefined]);
  memory.note('g', [], []);
  expect(memory.again('g')).toBeUndefined();
});
