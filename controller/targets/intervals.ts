// When AWS is asked about a target group again, in milliseconds. Pure.

/**
 * Waits between two questions about health while some target is not healthy: most are within seconds, and those that never
 * will be must not be asked about for ever.
 */
const HEALTH_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 30_000, 60_000, 120_000];
/** Health is asked again after this time when everything is healthy: it may change without a word from Kubernetes. */
const STEADY_MS = 300_000;
/** The same for a target group that serves until its successor does, and no longer than it serves well. */
const LEAVING_MS = 15_000;
/**
 * When a new process first asks about a target group that is remembered as it should be: spread over this span, so that a
 * restart is no burst; at once where not all were healthy, since that is what changes.
 */
const FIRST_LOOK_MS = {
  healthy: { from: 60_000, to: STEADY_MS },
  unhealthy: { from: 200, to: 2_000 },
};

/** The wait before the first question of a process; `random` from 0 to less than 1. */
export function firstLook(allHealthy: boolean, random: number): number {
  const { from, to } = FIRST_LOOK_MS[allHealthy ? 'healthy' : 'unhealthy'];
  return from + random * (to - from);
}

/** The wait while some target is not healthy, or may not be; `looks`: how often was asked since the targets changed. */
export const unsettledLook = (looks: number): number =>
  HEALTH_MS[Math.min(looks, HEALTH_MS.length - 1)] ?? STEADY_MS;

/** The wait while all targets are healthy. */
export const steadyLook = (leaving: boolean): number => (leaving ? LEAVING_MS : STEADY_MS);
