// Client-side throttle: token buckets by service and action, so that a storm of changes never eats the account's API quota.

export interface Limit {
  readonly service: string;
  /** Matches the operation's name. */
  readonly actions: RegExp;
  readonly perSecond: number;
  readonly burst: number;
}

/** The limits the LBC has by default (aws-model 11.1). */
export const LIMITS: readonly Limit[] = [
  {
    service: 'elasticloadbalancing',
    actions: /^(RegisterTargets|DeregisterTargets)/,
    perSecond: 4,
    burst: 20,
  },
  { service: 'elasticloadbalancing', actions: /^Describe/, perSecond: 50, burst: 200 },
  { service: 'elasticloadbalancing', actions: /^Modify/, perSecond: 3, burst: 20 },
  { service: 'wafv2', actions: /^(AssociateWebACL|DisassociateWebACL)/, perSecond: 0.5, burst: 1 },
  { service: 'wafv2', actions: /^(GetWebACLForResource|ListResourcesForWebACL)/, perSecond: 1, burst: 1 },
];

export type Throttle = ReturnType<typeof throttle>;

/** Buckets start full. A call takes one token of every bucket that matches; debts are waited for (token bucket with reservation). */
export function throttle(limits: readonly Limit[] = LIMITS) {
  const buckets = limits.map((limit) => ({ limit, tokens: limit.burst, at: Number.NEGATIVE_INFINITY }));
  return {
    /** Milliseconds to wait before the call may be sent; the place is taken at once, so calls leave in order. */
    reserve(service: string, action: string, nowMs: number): number {
      let wait = 0;
      for (const bucket of buckets) {
        const { limit } = bucket;
        if (limit.service !== service || !limit.actions.test(action)) continue;
        const gained = Math.max(0, ((nowMs - bucket.at) / 1000) * limit.perSecond);
        bucket.tokens = Math.min(limit.burst, bucket.tokens + gained) - 1;
        bucket.at = nowMs;
        wait = Math.max(wait, bucket.tokens >= 0 ? 0 : (-bucket.tokens / limit.perSecond) * 1000);
      }
      return wait;
    },
  };
}
