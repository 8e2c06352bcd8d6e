// Tests of queue.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Next, Queue, type QueueOptions } from './queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A queue whose runs are written down; each takes 10 ms and ends as `ends` says. */
function setUp(options: Partial<QueueOptions> = {}, ends: (key: string) => Next = () => 'done') {
  const runs: string[] = [];
  const errors: string[] = [];
  const queue = new Queue({
    workers: 1,
    random: () => 1,
    run: async (key) => {
      runs.push(key);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return ends(key);
    },
    onError: (key) => errors.push(key),
    ...options,
  });
  return { queue, runs, errors };
}

describe('order', () => {
  test('the urgent first, each once, a waiting key only gets more urgent', async () => {
    const { queue, runs } = setUp();
    queue.add('now');
    queue.add('low', 'low');
    queue.add('normal');
    queue.add('rising', 'low');
    queue.add('high', 'high');
    queue.add('rising', 'high');
    queue.add('rising', 'low');
    expect(queue.depth()).toBe(4);
    await tick(100);
    expect(runs).toEqual(['now', 'high', 'rising', 'normal', 'low']);
    expect(queue.idle()).toBe(true);
  });

  test('before it is opened nothing runs, and then the urgent first', async () => {
    const { queue, runs } = setUp({ closed: true });
    queue.add('low', 'low');
    queue.add('high', 'high');
    await tick(100);
    expect([runs, queue.depth()]).toEqual([[], 2]);
    queue.open();
    await tick(100);
    expect(runs).toEqual(['high', 'low']);
  });

  test('as many at once as there are workers, but never one key twice', async () => {
    const { queue, runs } = setUp({ workers: 2 });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await tick(1);
    queue.add('a');
    queue.add('a');
    expect(runs).toEqual(['a', 'b']);
    await tick(10);
    expect(runs.sort()).toEqual(['a', 'a', 'b', 'c'].sort());
    await tick(50);
    expect(runs).toHaveLength(4);
  });
});

describe('again', () => {
  test('retries wait ever longer, success starts anew', async () => {
    const ends: Next[] = ['retry', 'retry', 'retry', 'done', 'retry', 'done'];
    const { queue, runs } = setUp({ retryMs: { first: 100, longest: 300 } }, () => ends.shift() ?? 'done');
    queue.add('a');
    await tick(11);
    expect(runs).toHaveLength(1);
    await tick(99);
    expect(runs).toHaveLength(2);
    await tick(150);
    expect(runs).toHaveLength(2);
    await tick(61);
    expect(runs).toHaveLength(3);
    await tick(330);
    expect(runs).toHaveLength(4);
    queue.add('a');
    await tick(11);
    await tick(101);
    expect(runs).toHaveLength(6);
  });

  test('a change does not wait for the retry, and takes its place', async () => {
    let failing = true;
    const { queue, runs } = setUp({ retryMs: { first: 1000, longest: 1000 } }, () =>
      failing ? 'retry' : 'done',
    );
    queue.add('a');
    await tick(11);
    failing = false;
    queue.add('a', 'high');
    await tick(5000);
    expect(runs).toHaveLength(2);
  });

  test('afterMs, and the earlier of two times', async () => {
    const { queue, runs } = setUp({}, () => (runs.length === 1 ? { afterMs: 100 } : 'done'));
    queue.add('a');
    await tick(11);
    queue.addAfter('a', 50);
    queue.addAfter('a', 500);
    await tick(49);
    expect(runs).toHaveLength(1);
    await tick(2);
    expect(runs).toHaveLength(2);
    await tick(1000);
    expect(runs).toHaveLength(2);
  });

  test('what a run throws is told and tried again', async () => {
    const { queue, errors } = setUp({
      run: () => Promise.reject(new Error('bug')),
      retryMs: { first: 10, longest: 10 },
    });
    queue.add('a');
    await tick(15);
    expect(errors).toEqual(['a', 'a']);
    await queue.drain();
  });
});

test('draining ends what runs and nothing else', async () => {
  const { queue, runs } = setUp();
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 5);
  await tick(1);
  const drained = queue.drain();
  queue.add('d');
  await tick(100);
  await drained;
  expect(runs).toEqual(['a']);
});
