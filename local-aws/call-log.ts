// The log of calls: counts by action and a log of mutations.
import { isMutating } from './elb/perform.ts';

export { FaultPlan, type Faults } from './faults.ts';

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

/** A mutation as one line for people. */
export const lineOf = ({ time, service, action, subject }: Mutation): string =>
  `${time} ${service} ${action} ${subject}`.trimEnd();

export class CallLog {
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
