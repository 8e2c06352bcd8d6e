// Client-side throttle: token buckets by service and action, so that a storm of changes never eats the account's API quota.
import { type AwsService, SERVICE_IDS } from './services.ts';

export interface Limit {
  readonly service: AwsService;
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
    reserve(service: AwsService, action: string, nowMs: number): number {
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

/** Limits of one service each, by its id in the AWS SDK. */
export type ServiceLimits = Readonly<Record<string, readonly Omit<Limit, 'service'>[]>>;

/** What is read of one `serviceID:regex=rate:burst`. */
function limitIn(text: string): { readonly id: string; readonly limit: Omit<Limit, 'service'> } | string {
  const [, id, pattern, rate = '', burst = ''] =
    /^([^:=]+):([^:=]+)=([^:=]+):([^:=]+)$/.exec(text.trim()) ?? [];
  if (id === undefined || pattern === undefined)
    return `"${text}" is not of the form serviceID:regex=rate:burst.`;
  const [perSecond, most] = [Number(rate), Number(burst)];
  if (!(perSecond > 0 && Number.isFinite(perSecond)))
    return `"${rate}" in "${text}" is not a number of calls a second above 0.`;
  if (!Number.isInteger(most) || most < 1) return `"${burst}" in "${text}" is not a whole number from 1.`;
  try {
    // The one flag that people write inside of a pattern; Go takes it there, JavaScript beside it.
    const [body, flags] = pattern.startsWith('(?i)') ? [pattern.slice(4), 'i'] : [pattern, ''];
    return { id, limit: { actions: new RegExp(body, flags), perSecond, burst: most } };
  } catch {
    return `"${pattern}" in "${text}" is not a regular expression.`;
  }
}

/** Reads `serviceID:regex=rate:burst,…`: the limits by service, or what is wrong. Pure. */
export function throttleIn(text: string): { readonly limits: ServiceLimits } | { readonly mistake: string } {
  const limits: Record<string, Omit<Limit, 'service'>[]> = {};
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const read = limitIn(part);
    if (typeof read === 'string') return { mistake: read };
    limits[read.id] = [...(limits[read.id] ?? []), read.limit];
  }
  return { limits };
}

/** The limits that hold: who says any for a service says all of that service (aws-model 11.1). */
export function limitsWith(said: ServiceLimits): readonly Limit[] {
  const services = Object.keys(SERVICE_IDS) as AwsService[];
  return services.flatMap((service) => {
    const own = Object.hasOwn(said, SERVICE_IDS[service]) ? said[SERVICE_IDS[service]] : undefined;
    return (
      own?.map((limit) => ({ service, ...limit })) ?? LIMITS.filter((limit) => limit.service === service)
    );
  });
}
