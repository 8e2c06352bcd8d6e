// What the metrics of the queues count.
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { countRuns, watchDepth } from './metrics.ts';
import { type Next, Queue } from './queue.ts';

test('each run of a program is counted once, by what became of it', async () => {
  const registry = new Registry();
  const answers: (Next | Error)[] = ['done', 'retry', { afterMs: 5 }, new Error('our bug'), 'done'];
  const run = countRuns(registry)('groups', async () => {
    const answer = answers.shift() ?? 'done';
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const outcomes: unknown[] = [];
  for (let at = 0; at < 5; at += 1) outcomes.push(await run('a').catch((error: Error) => error.message));
  expect(outcomes).toEqual(['done', 'retry', { afterMs: 5 }, 'our bug', 'done']);
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('albatross_'));
  expect(lines.sort()).toEqual([
    'albatross_reconcile_total{queue="groups",result="again"} 1',
    'albatross_reconcile_total{queue="groups",result="done"} 2',
    'albatross_reconcile_total{queue="groups",result="error"} 1',
    'albatross_reconcile_total{queue="groups",result="retry"} 1',
  ]);
});

test('what waits is shown by queue', async () => {
  const registry = new Registry();
  const { promise, resolve } = Promise.withResolvers<Next>();
  const queue = new Queue({ workers: 1, run: () => promise, onError: () => undefined });
  watchDepth(registry, { groups: queue });
  for (const key of ['a', 'b', 'c']) queue.add(key);
  expect(await registry.metrics()).toContain('albatross_queue_depth{queue="groups"} 2');
  resolve('done');
  await queue.drain();
});
