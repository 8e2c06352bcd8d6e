// backoff: how long to wait before something is tried again. Pure.

/** The wait before retry number `attempt` (from 0), in milliseconds: doubling, between half and all of it. */
export function retryDelay(
  attempt: number,
  { first, longest }: { first: number; longest: number },
  random: number,
): number {
  return Math.min(longest, first * 2 ** Math.min(attempt, 30)) * (0.5 + random / 2);
}
