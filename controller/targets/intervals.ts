// The rhythm of the targets program: when AWS is asked about a target group again.

/**
 * Waits between two questions about health while some target is not healthy, in milliseconds: most are within seconds, and
 * those that never will be must not be asked about for ever.
 */
export const HEALTH_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 30_000, 60_000, 120_000];
/** Health is asked again after this time when everything is healthy: it may change without a word from Kubernetes. */
export const STEADY_MS = 300_000;
/** The same for a target group that serves until its successor does, and no longer than it serves well. */
export const LEAVING_MS = 15_000;
/**
 * When a new process first asks about a target group that is remembered as it should be: spread over this span, so that a
 * restart is no burst; at once where not all were healthy, since that is what changes.
 */
export const FIRST_LOOK_MS = {
  healthy: { from: 60_000, to: STEADY_MS },
  unhealthy: { from: 200, to: 2_000 },
};
