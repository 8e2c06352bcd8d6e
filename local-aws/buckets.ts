// Token buckets of the Elastic Load Balancing API (ELB User Guide: Request throttling for the Elastic Load Balancing API).

export interface Bucket {
  /** What it is called in messages. */
  name: string;
  /** Which actions take from it; the first bucket that fits is taken. */
  actions: RegExp;
  /** Tokens it can hold. */
  capacity: number;
  /** Tokens that come back each second. */
  perSecond: number;
}

/**
 * An account's buckets in one Region. Sure: 40 tokens and 10 a second for what reads (the document's own example), and
 * 20 and 4 for targets (what the AWS Load Balancer Controller holds itself to). Not checked against the document's
 * table: the last row, for the other changes.
 */
export const PUBLISHED: readonly Bucket[] = [
  { name: 'non-mutating', actions: /^Describe/, capacity: 40, perSecond: 10 },
  { name: 'registration', actions: /^(Register|Deregister)Targets$/, capacity: 20, perSecond: 4 },
  { name: 'mutating', actions: /./, capacity: 20, perSecond: 3 },
];

export class Buckets {
  readonly #buckets: readonly Bucket[];
  readonly #levels = new Map<string, { tokens: number; at: number }>();

  constructor(buckets: readonly Bucket[] = PUBLISHED) {
    this.#buckets = buckets;
  }

  /** Takes a token for a call; false when there is none. `now` in milliseconds. */
  take(action: string, now: number): boolean {
    const bucket = this.#buckets.find((one) => one.actions.test(action));
    if (bucket === undefined) return true;
    const { tokens, at } = this.#levels.get(bucket.name) ?? { tokens: bucket.capacity, at: now };
    const filled = Math.min(bucket.capacity, tokens + ((now - at) / 1000) * bucket.perSecond);
    const enough = filled >= 1;
    this.#levels.set(bucket.name, { tokens: enough ? filled - 1 : filled, at: now });
    return enough;
  }
}
