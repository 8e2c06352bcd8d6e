// How a target group chooses a target for a request, pure (ALB User Guide: Routing algorithms, Slow start mode).
import type { TargetCandidate } from './route.ts';
import type { GroupSettings } from './settings.ts';

/** What is known of a group's targets besides their health. */
export interface Load {
  /** Requests that went to the group before this one. */
  readonly turn: number;
  /** Requests under way at a target. */
  readonly outstanding: (key: string) => number;
  /** How far a target is on its way through slow start: 1 when it takes its full share. */
  readonly share: (candidate: TargetCandidate) => number;
  /** Lies in [0, 1). */
  readonly random: () => number;
}

/**
 * The target that takes a request; undefined when there is none. Weighted random gives every target the same weight, for
 * no target is ever found anomalous here.
 */
export function chooseTarget(
  candidates: readonly TargetCandidate[],
  algorithm: GroupSettings['algorithm'],
  load: Load,
): TargetCandidate | undefined {
  const at = (turn: number) => candidates[turn % candidates.length];
  if (candidates.length < 2) return candidates[0];
  if (algorithm === 'weighted_random') return at(Math.floor(load.random() * candidates.length));
  if (algorithm === 'least_outstanding_requests') {
    // Among equals the turns go round.
    let best = at(load.turn);
    for (let n = 1; n < candidates.length; n++) {
      const next = at(load.turn + n);
      if (next !== undefined && best !== undefined && load.outstanding(next.key) < load.outstanding(best.key))
        best = next;
    }
    return best;
  }
  for (let n = 0; n < candidates.length; n++) {
    const next = at(load.turn + n);
    if (next === undefined) continue;
    const share = load.share(next);
    if (share >= 1 || load.random() < share) return next;
  }
  return at(load.turn);
}
