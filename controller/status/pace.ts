// Pace: when a group with refusals is looked at again. Pure.
import type { Told } from '../../alb/group.ts';
import type { Outcome } from '../../alb/plan/operation.ts';
import type { Next } from '../queue/queue.ts';

/** After something was refused: the pass that leaves it out. */
const LEAVING_OUT_MS = 50;
/** What may not be looked up now may be allowed one day; rights are seldom given. */
const PERMISSION_MS = 300_000;

interface PassOutcome {
  readonly outcomes: readonly Outcome[];
  readonly told: readonly Told[];
}

/** At once when all that failed is left out from now on; else as `next` says, or when something is asked for once more. */
export function paced(next: Next, { outcomes, told }: PassOutcome, again: number | undefined): Next {
  const failed = outcomes.filter(({ result }) => result === 'failed');
  if (failed.length > 0 && failed.every(({ refused = [] }) => refused.length > 0))
    return { afterMs: LEAVING_OUT_MS };
  const denied = told.some(({ problem }) => problem.code === 'AwsRefused') ? PERMISSION_MS : undefined;
  const soonest = again ?? denied;
  if (soonest === undefined || next === 'retry') return next;
  return { afterMs: next === 'done' ? soonest : Math.min(next.afterMs, soonest) };
}
