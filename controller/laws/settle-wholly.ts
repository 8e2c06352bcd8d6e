// The rest of a group when there is nothing left to wait for either: what was replaced is gone, and nothing is missing.
import type { Applied } from '../../alb/laws/paper.ts';
import type { Passes } from './whole-passes.ts';

/** Longer than anything waits. */
const LATER_MS = 600_000;

/** What is replaced goes within a few of them. */
const MOST_TIMES = 10;

/** Nothing was refused, and nothing is missing: all that was asked for is there. */
const isWhole = (passes: Passes): boolean =>
  [...passes.statuses().values()].every(({ conditions = [] }) =>
    conditions.every(({ type, status }) => type !== 'Programmed' || status === 'True'),
  );

/**
 * Applies a sheet, and goes on until nothing is left to do, however long it waits: what was replaced goes last. False when
 * something is refused or missing.
 */
export async function settleWholly(passes: Passes, sheet: Applied): Promise<boolean> {
  try {
    await passes.settle(sheet);
    let before = -1;
    for (let times = 0; before !== passes.outcomes.length; times += 1) {
      // What AWS refuses is asked for again and again.
      if (times === MOST_TIMES) return false;
      before = passes.outcomes.length;
      await passes.later(LATER_MS);
    }
  } catch (thrown) {
    if (!String(thrown).includes('not at rest')) throw thrown;
    return false;
  }
  return isWhole(passes);
}
