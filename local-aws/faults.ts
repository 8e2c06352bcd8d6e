// Faults of the local AWS: what goes wrong on request, and how slowly AWS tells of what is new.
import { Buckets } from './buckets.ts';
import { AwsRefusal } from './elb/refusal.ts';

/** The connection is cut instead of an answer. */
export class ConnectionReset extends Error {
  readonly code = 'ECONNRESET';
  constructor() {
    super('connection reset on request');
    this.name = 'ConnectionReset';
  }
}

export type When = 'before' | 'after';

interface PlannedFailure {
  error: AwsRefusal | ConnectionReset;
  when: When;
  left: number;
}

/** A fault that is still to come, for people. */
export interface PlannedFault {
  action: string;
  what: string;
  when: When;
  left: number;
}

export interface Faults {
  /** Refuses the next calls of an action with `Rate exceeded`. */
  throttle(action: string, times: number): void;
  /** Refuses the next calls of an action, `before` its effect or `after` it. Codes that end in Failure or Error or are ServiceUnavailable get status 500. */
  fail(action: string, code: string, message: string, when: When, times: number): void;
  /** Cuts the connection of the next calls of an action, `before` its effect (the default) or `after` it. */
  reset(action: string, times: number, when?: When): void;
  /** Kills a process with SIGKILL when the n-th call from now comes in, before that call has an effect. */
  killAt(n: number, pid: number): void;
  /** Forgets every failure that is still planned. */
  heal(): void;
  /** Called with every call before it has an effect, and with how many there were; one listener at a time. */
  onCall(fn: (action: string, n: number) => void): void;
  /** Milliseconds before a call is worked on. */
  setLatency(ms: number): void;
  /** Milliseconds until describes and tag search show a new resource of Elastic Load Balancing. */
  setVisibleAfter(ms: number): void;
  /** Throttles calls of Elastic Load Balancing as AWS says it does, or not any more. */
  setThrottling(on: boolean): void;
  /** What is set and still to come. */
  plan(): { latencyMs: number; visibleAfterMs: number; throttling: boolean; planned: PlannedFault[] };
}

export class FaultPlan implements Faults {
  readonly #failures = new Map<string, PlannedFailure[]>();
  #listener: (action: string, n: number) => void = () => {};
  #kills: { left: number; pid: number }[] = [];
  #buckets: Buckets | undefined;
  #visibleAfterMs = 0;
  #newest: number;
  /** The newest serial that readers see, and those that came after it. */
  #visible: number;
  #recent: { serial: number; at: number }[] = [];
  latencyMs: number;

  constructor(latencyMs: number, serial = 0) {
    this.latencyMs = latencyMs;
    this.#newest = serial;
    this.#visible = serial;
  }

  throttle(action: string, times: number): void {
    this.#add(action, { error: rateExceeded(), when: 'before', left: times });
  }

  fail(action: string, code: string, message: string, when: When, times: number): void {
    const status = /(Failure|InternalError|ServiceUnavailable|ServiceUnavailableException)$/.test(code)
      ? 500
      : 400;
    this.#add(action, { error: new AwsRefusal(code, message, status), when, left: times });
  }

  reset(action: string, times: number, when: When = 'before'): void {
    this.#add(action, { error: new ConnectionReset(), when, left: times });
  }

  killAt(n: number, pid: number): void {
    this.#kills.push({ left: n, pid });
  }

  heal(): void {
    this.#failures.clear();
    this.#kills = [];
  }

  onCall(fn: (action: string, n: number) => void): void {
    this.#listener = fn;
  }

  setLatency(ms: number): void {
    this.latencyMs = ms;
  }

  setVisibleAfter(ms: number): void {
    this.#visibleAfterMs = ms;
    this.#visible = this.#newest;
    this.#recent = [];
  }

  setThrottling(on: boolean): void {
    this.#buckets = on ? new Buckets() : undefined;
  }

  plan(): ReturnType<Faults['plan']> {
    const planned: PlannedFault[] = [];
    for (const [action, failures] of this.#failures)
      for (const { error, when, left } of failures)
        if (left > 0)
          planned.push({ action, what: error instanceof AwsRefusal ? error.code : 'reset', when, left });
    for (const { left, pid } of this.#kills)
      planned.push({ action: '*', what: `kill ${pid}`, when: 'before', left });
    return {
      latencyMs: this.latencyMs,
      visibleAfterMs: this.#visibleAfterMs,
      throttling: this.#buckets !== undefined,
      planned,
    };
  }

  called(action: string, n: number): void {
    this.#listener(action, n);
    for (const kill of this.#kills) kill.left -= 1;
    const due = this.#kills.filter(({ left }) => left === 0);
    this.#kills = this.#kills.filter(({ left }) => left > 0);
    for (const { pid } of due) killNow(pid);
  }

  /** The fault that is due for a call, used up by one; earlier plans go first. */
  due(action: string, when: When): AwsRefusal | ConnectionReset | undefined {
    const plans = this.#failures.get(action) ?? [];
    const plan = plans.find((one) => one.left > 0 && one.when === when);
    if (plan === undefined) return undefined;
    plan.left -= 1;
    return plan.error;
  }

  /** A refusal when the account has used up its calls. */
  exceeded(service: string, action: string, now: number): AwsRefusal | undefined {
    if (this.#buckets === undefined || service !== 'elasticloadbalancing') return undefined;
    return this.#buckets.take(action, now) ? undefined : rateExceeded();
  }

  /** Call it after each change with the highest serial that was given. */
  recordSerial(serial: number, at: number): void {
    if (serial > this.#newest && this.#visibleAfterMs > 0) this.#recent.push({ serial, at });
    this.#newest = serial;
  }

  /** The newest serial that readers see; undefined when they see everything at once. */
  visibleUpTo(now: number): number | undefined {
    if (this.#visibleAfterMs === 0) return undefined;
    const due = this.#recent.filter(({ at }) => at + this.#visibleAfterMs <= now);
    this.#recent = this.#recent.slice(due.length);
    this.#visible = due.at(-1)?.serial ?? this.#visible;
    return this.#visible;
  }

  #add(action: string, failure: PlannedFailure): void {
    this.#failures.set(action, [
      ...(this.#failures.get(action) ?? []).filter((one) => one.left > 0),
      failure,
    ]);
  }
}

/** The document says ThrottlingException; what callers of the Query API see is Throttling, with status 400. */
const rateExceeded = () => new AwsRefusal('Throttling', 'Rate exceeded');

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It is gone already, which is what was asked for.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
