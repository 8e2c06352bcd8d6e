// The sweep: looks for what somebody changed in AWS. Bulk reads tell of most of it; what they do not show is looked at group
// by group, slowly.
import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../../alb/failures/failure.ts';
import type { Parts, Workers } from '../workers.ts';
import { goRound } from './round-robin.ts';

export interface Sweeping extends Pick<Parts, 'inventory' | 'log'> {
  /** In seconds. */
  readonly options: Pick<Parts['options'], 'syncPeriod' | 'driftPeriod'>;
  readonly book: Pick<Parts['book'], 'groups'>;
}

/** What the sweep sets to work. */
export interface Swept extends Pick<Workers, 'lookAtNodes' | 'look' | 'orphans'> {
  readonly queues: Pick<Workers['queues'], 'groups'>;
}

/** Bulk reads, then the groups in which something is not as it was known, and the rules on nodes. */
async function sweep(
  { inventory, options, log }: Sweeping,
  { queues, lookAtNodes, orphans }: Omit<Swept, 'look'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(options.syncPeriod * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      for (const group of await inventory.load()) {
        inventory.doubt(group);
        queues.groups.add(group, 'low');
      }
      lookAtNodes();
      await orphans.look();
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      log.warn(
        { action: thrown.action, code: thrown.code, error: thrown.message },
        'sweep failed; the next one tries again',
      );
    }
  }
}

/** Looks until it is aborted. Nothing is asked in the first `syncPeriod` after a start. */
export async function lookForDrift(parts: Sweeping, workers: Swept, signal: AbortSignal): Promise<void> {
  const { syncPeriod, driftPeriod } = parts.options;
  await Promise.all([
    sweep(parts, workers, signal),
    goRound({
      groups: () => parts.book.groups(),
      periodMs: driftPeriod * 1000,
      firstMs: Math.min(syncPeriod, driftPeriod) * 1000,
      look: (group) => workers.look(group),
      sleep: async (ms) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
      ended: () => signal.aborted,
      random: Math.random,
    }),
  ]);
}
