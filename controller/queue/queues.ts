// The queues of the controller: one for each program, and how many of its keys are worked on at once.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { countRuns, watchDepth } from './metrics.ts';
import { type Next, type Priority, Queue } from './queue.ts';

type QueueName =
  | 'bindings'
  | 'groups'
  | 'targets'
  | 'targetStatus'
  | 'targetGroupBindings'
  | 'gates'
  | 'nodes'
  | 'record';

export type Queues = Readonly<Record<QueueName, Queue>>;

interface QueuesOptions {
  readonly options: {
    readonly ingressMaxConcurrentReconciles: number;
    readonly targetgroupbindingMaxConcurrentReconciles: number;
  };
  readonly log: Logger;
  readonly registry: Registry;
}

/** They begin when the inventory is known: without it nothing can be said about a group. Targets do not wait for that. */
const OF_GROUPS: readonly QueueName[] = ['bindings', 'groups', 'targetStatus', 'nodes', 'record'];

/** Begins to work on groups. */
export function openGroups(queues: Queues): void {
  for (const name of OF_GROUPS) queues[name].open();
}

/** Opens those that work on targets, and shows how much waits in each. */
export function openQueues(
  { options, log, registry }: QueuesOptions,
  runs: Readonly<Record<keyof Queues, (key: string) => Promise<Next>>>,
): Queues {
  const counted = countRuns(registry);
  const onError = (key: string, error: unknown): void => log.error({ key, err: error }, 'unexpected error');
  const open = (queue: keyof Queues, workers: number): Queue =>
    new Queue({ workers, closed: OF_GROUPS.includes(queue), run: counted(queue, runs[queue]), onError });
  const queues = {
    bindings: open('bindings', 8),
    groups: open('groups', options.ingressMaxConcurrentReconciles),
    targets: open('targets', options.targetgroupbindingMaxConcurrentReconciles),
    targetStatus: open('targetStatus', 8),
    targetGroupBindings: open('targetGroupBindings', options.targetgroupbindingMaxConcurrentReconciles),
    gates: open('gates', 8),
    nodes: open('nodes', 1),
    record: open('record', 1),
  };
  watchDepth(registry, queues);
  return queues;
}

export const addTo = (queue: Queue, key: string, priority: Priority, afterMs = 0): void =>
  afterMs === 0 ? queue.add(key, priority) : queue.addAfter(key, afterMs, priority);

export function addAll(queue: Queue, keys: readonly string[]): void {
  for (const key of keys) queue.add(key, 'high');
}
