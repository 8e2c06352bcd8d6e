// Metrics of the queues: how much waits, and how often each program ran and how that ended.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Next, Queue } from './queue.ts';

type QueueRun = (key: string) => Promise<Next>;

/** `again`: it runs once more after some time; `error`: it threw, which is our bug. */
const resultOf = (next: Next): 'done' | 'again' | 'retry' => (typeof next === 'object' ? 'again' : next);

/** Counts the runs of each queue's program: gives a program that is counted. */
export function countRuns(registry: Registry): (queue: string, run: QueueRun) => QueueRun {
  const counter = new Counter({
    name: 'albatross_reconcile_total',
    help: 'Runs of the program behind a queue, by what became of them.',
    labelNames: ['queue', 'result'],
    registers: [registry],
  });
  return (queue, run) => async (key) => {
    let result: ReturnType<typeof resultOf> | 'error' = 'error';
    try {
      const next = await run(key);
      result = resultOf(next);
      return next;
    } finally {
      counter.inc({ queue, result });
    }
  };
}

/** Shows how much waits. */
export function watchDepth(registry: Registry, queues: Readonly<Record<string, Queue>>): void {
  new Gauge({
    name: 'albatross_queue_depth',
    help: 'Keys that wait for a worker.',
    labelNames: ['queue'],
    registers: [registry],
    collect() {
      for (const [queue, of] of Object.entries(queues)) this.set({ queue }, of.depth());
    },
  });
}
