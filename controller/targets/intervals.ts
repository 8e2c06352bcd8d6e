// When something is done about a target group again, in milliseconds. Pure.

/**
 * Waits between two questions about health while some target is not healthy: most are within seconds, and those that never
 * will be must not be asked about for ever.
 */
const HEALTH_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 30_000, 60_000, 120_000];
/**
 * The same while pods wait for their targets to become healthy, which holds up a rollout: so often from each number of questions
 * on. Most are healthy after one or two checks; what is not after minutes may never be.
 */
const AWAITED_MS = [
  { from: 900, ms: 15_000 },
  { from: 300, ms: 5_000 },
  { from: 120, ms: 2_000 },
  { from: 0, ms: 800 },
];
/** For each target group that pods wait for: many at once share five questions a second, so that they do not eat the account's quota. */
const AWAITED_EACH_MS = 200;
/** Health is asked again after this time when everything is healthy: it may change without a word from Kubernetes. */
const STEADY_MS = 300_000;
/** The same for a target group that serves until its successor does, and no longer than it serves well. */
const LEAVING_MS = 15_000;
/**
 * When a new process first asks about a target group that is remembered as it should be: spread over this span, so that a
 * restart is no burst; soon where not all were healthy, since that is what changes.
 */
const FIRST_LOOK_MS = {
  healthy: { from: 60_000, to: STEADY_MS },
  unhealthy: { from: 200, to: 2_000 },
};
/** What the process before left unhealthy and is so still is asked about as if this process had asked so often. */
export const LOOKS_BEFORE = 7;

/**
 * A loss of more than half of the targets that nothing in the cluster explains is not carried out before this time: long enough
 * for a controller of Kubernetes to be replaced (leader election takes 15 s) and to write the endpoints again.
 */
export const HOLD_MS = 20_000;

/** A target that AWS refuses is offered again after this time: an instance may come to run, a quota may be raised. */
export const REFUSED_MS = 60_000;

/** For this long it is not tried again whether AWS takes the zone `all` where it was refused (aws-model 6.7). */
export const NODE_ZONE_MS = 3_600_000;

/** While a watch is interrupted, what is held back is looked at again after this time. */
export const UNSEEN_MS = 1_000;

/** Within what time changes are joined: `first` after a change that came alone, doubling to `longest` while they go on. */
export interface JoinTimes {
  readonly first: number;
  readonly longest: number;
}

/** Of one target group, to one RegisterTargets and one DeregisterTargets: endpoints that flap cost one of each in a second. */
export const CHANGES: JoinTimes = { first: 250, longest: 1_000 };

/** Of the status of one binding: health that flaps is one write in five seconds. */
export const STATUS_WRITES: JoinTimes = { first: 250, longest: 5_000 };

/** Until when changes wait, from a fixed point, and how long that wait is. */
export interface JoinWindow {
  readonly until: number;
  readonly ms: number;
}

/** Nothing was changed yet, or long ago: what comes is done at once. */
export const OPEN: JoinWindow = { until: Number.NEGATIVE_INFINITY, ms: 0 };

/** The window after something was done at `now`: longer when the one before was hardly over. */
export function windowAfter(
  { until, ms }: JoinWindow,
  { first, longest }: JoinTimes,
  now: number,
): JoinWindow {
  const calm = now - until >= Math.max(ms, first);
  const next = calm ? first : Math.min(longest, Math.max(first, ms * 2));
  return { until: now + next, ms: next };
}

/** The wait before the first question of a process; `random` from 0 to less than 1. */
export function firstLook(allHealthy: boolean, random: number): number {
  const { from, to } = FIRST_LOOK_MS[allHealthy ? 'healthy' : 'unhealthy'];
  return from + random * (to - from);
}

/**
 * The wait while some target is not healthy, or may not be; `looks`: how often was asked since the targets changed; `waiting`: in how
 * many target groups pods wait for that, when they wait for it in this one, else 0.
 */
export const unsettledLook = (looks: number, waiting: number): number =>
  (waiting > 0
    ? Math.max(AWAITED_MS.find(({ from }) => looks >= from)?.ms ?? 0, waiting * AWAITED_EACH_MS)
    : HEALTH_MS[Math.min(looks, HEALTH_MS.length - 1)]) ?? STEADY_MS;

/** The wait while all targets are healthy. */
export const steadyLook = (leaving: boolean): number => (leaving ? LEAVING_MS : STEADY_MS);
