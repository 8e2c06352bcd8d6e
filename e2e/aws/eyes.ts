// Eyes and faults of the local AWS: counts by action, a log of mutations, and what goes wrong on request.
import { isMutating } from './elb/perform.ts';
import { AwsRefusal } from './elb/refusal.ts';

export interface CallCount {
  service: string;
  action: string;
  mutating: boolean;
  count: number;
}

/** A mutating call that took effect. */
export interface Mutation {
  /** ISO 8601. */
  time: string;
  service: string;
  action: string;
  subject: string;
}

export class Eyes {
  readonly #counts = new Map<string, CallCount>();
  #mutations: Mutation[] = [];
  #total = 0;

  /** Counts a call; answers how many there were, this one included. */
  count(service: string, action: string): number {
    const key = `${service} ${action}`;
    const present = this.#counts.get(key);
    if (present === undefined)
      this.#counts.set(key, { service, action, mutating: isMutating(action), count: 1 });
    else present.count += 1;
    this.#total += 1;
    return this.#total;
  }

  log(now: number, service: string, action: string, subject: string): void {
    this.#mutations.push({ time: new Date(now).toISOString(), service, action, subject });
  }

  calls(): CallCount[] {
    return [...this.#counts.values()].map((count) => ({ ...count }));
  }

  mutations(): Mutation[] {
    return [...this.#mutations];
  }

  reset(): void {
    this.#counts.clear();
    this.#mutations = [];
    this.#total = 0;
  }
}

interface Failure {
  refusal: AwsRefusal;
  when: 'before' | 'after';
  left: number;
}

export interface Faults {
  /** Refuses the next calls of an action with `Rate exceeded`. */
  throttle(action: string, times: number): void;
  /** Refuses the next calls of an action, `before` its effect or `after` it. Codes that end in Failure or Error or are ServiceUnavailable get status 500. */
  fail(action: string, code: string, message: string, when: 'before' | 'after', times: number): void;
  /** Forgets every failure that is still planned. */
  heal(): void;
  /** Called with every call before it has an effect, and with how many there were; one listener at a time. */
  onCall(fn: (action: string, n: number) => void): void;
  /** Milliseconds before a call is worked on. */
  setLatency(ms: number): void;
}

export class FaultPlan implements Faults {
  readonly #failures = new Map<string, Failure[]>();
  #listener: (action: string, n: number) => void = () => {};
  latencyMs: number;

  constructor(latencyMs: number) {
    this.latencyMs = latencyMs;
  }

  throttle(action: string, times: number): void {
    this.#add(action, {
      refusal: new AwsRefusal('Throttling', 'Rate exceeded'),
      when: 'before',
      left: times,
    });
  }

  fail(action: string, code: string, message: string, when: 'before' | 'after', times: number): void {
    const status = /(Failure|InternalError|ServiceUnavailable|ServiceUnavailableException)$/.test(code)
      ? 500
      : 400;
    this.#add(action, { refusal: new AwsRefusal(code, message, status), when, left: times });
  }

  heal(): void {
    this.#failures.clear();
  }

  onCall(fn: (action: string, n: number) => void): void {
    this.#listener = fn;
  }

  setLatency(ms: number): void {
    this.latencyMs = ms;
  }

  called(action: string, n: number): void {
    this.#listener(action, n);
  }

  /** The fault that is due for a call, used up by one; earlier plans go first. */
  due(action: string, when: 'before' | 'after'): AwsRefusal | undefined {
    const plans = this.#failures.get(action) ?? [];
    const plan = plans.find((one) => one.left > 0 && one.when === when);
    if (plan === undefined) return undefined;
    plan.left -= 1;
    return plan.refusal;
  }

  #add(action: string, failure: Failure): void {
    this.#failures.set(action, [
      ...(this.#failures.get(action) ?? []).filter((one) => one.left > 0),
      failure,
    ]);
  }
}
