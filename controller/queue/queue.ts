// A work queue by key, knowing nothing of Kubernetes: a key waits once, runs once at a time, and the urgent go first.
//
//   add ─▶ waiting (high, normal, low) ─▶ running ─done─▶ forgotten
//             ▲  ▲                           │  └─ added meanwhile ─▶ waiting again
//             │  └── timer ◀── again in x ms ─┤
//             └───── timer ◀── retry, ever slower

import { retryDelay } from '../../kube/backoff.ts';

/** `high`: a person changed something. `low`: the list at start, the sweep. */
export type Priority = 'high' | 'normal' | 'low';

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

/** How a run ended: `retry` waits longer each time, `afterMs` runs again then and starts the retries anew. */
export type Next = 'done' | 'retry' | { readonly afterMs: number };

export interface QueueOptions {
  /** How many keys run at once. */
  readonly workers: number;
  /** Keys wait until it is opened. */
  readonly closed?: boolean;
  /** Works on a key. What it throws is our bug: it goes to `onError` and counts as `retry`. */
  run(key: string): Promise<Next>;
  onError(key: string, error: unknown): void;
  /** First and longest wait before a retry, in milliseconds. */
  readonly retryMs?: { readonly first: number; readonly longest: number };
  /** Between 0 and 1; for tests. */
  random?(): number;
}

interface Timer {
  readonly at: number;
  readonly handle: NodeJS.Timeout;
}

export class Queue {
  readonly #options: QueueOptions;
  readonly #waiting = new Map<string, Priority>();
  readonly #lines: Record<Priority, Set<string>> = { high: new Set(), normal: new Set(), low: new Set() };
  readonly #timers = new Map<string, Timer>();
  readonly #running = new Map<string, Promise<void>>();
  /** Keys added while they ran. */
  readonly #again = new Map<string, Priority>();
  /** Failures in a row. */
  readonly #attempts = new Map<string, number>();
  #draining = false;
  #closed: boolean;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#closed = options.closed ?? false;
  }

  /** Begins to work on the keys that wait. */
  open(): void {
    this.#closed = false;
    this.#pump();
  }

  /** Has a key worked on as soon as a worker is free. A waiting key is only made more urgent. */
  add(key: string, priority: Priority = 'normal'): void {
    if (this.#draining) return;
    if (this.#running.has(key)) {
      if (moreUrgent(priority, this.#again.get(key))) this.#again.set(key, priority);
      return;
    }
    const before = this.#waiting.get(key);
    if (!moreUrgent(priority, before)) return;
    if (before !== undefined) this.#lines[before].delete(key);
    this.#waiting.set(key, priority);
    this.#lines[priority].add(key);
    this.#pump();
  }

  /** The same, `ms` from now unless it runs earlier for another reason; the earlier of two times holds. */
  addAfter(key: string, ms: number, priority: Priority = 'normal'): void {
    if (this.#draining) return;
    const at = performance.now() + ms;
    const timer = this.#timers.get(key);
    if (timer !== undefined && timer.at <= at) return;
    clearTimeout(timer?.handle);
    const handle = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key, priority);
    }, ms);
    this.#timers.set(key, { at, handle });
  }

  /** How many keys wait for a worker. */
  depth(): number {
    return this.#waiting.size;
  }

  /** True when nothing waits or runs; keys with a timer do not count. */
  idle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0;
  }

  /** Takes nothing more, forgets what waits, and resolves when what runs has ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const { handle } of this.#timers.values()) clearTimeout(handle);
    this.#timers.clear();
    this.#waiting.clear();
    for (const priority of PRIORITIES) this.#lines[priority].clear();
    await Promise.all(this.#running.values());
  }

  #pump(): void {
    if (this.#closed) return;
    for (const priority of PRIORITIES) {
      for (const key of this.#lines[priority]) {
        if (this.#running.size >= this.#options.workers) return;
        this.#lines[priority].delete(key);
        this.#waiting.delete(key);
        this.#running.set(key, this.#work(key));
      }
    }
  }

  async #work(key: string): Promise<void> {
    clearTimeout(this.#timers.get(key)?.handle);
    this.#timers.delete(key);
    // Leaves the caller's stack first, so that `#running` holds the key before anything of it runs.
    await Promise.resolve();
    const next = await this.#run(key);
    this.#running.delete(key);
    this.#settle(key, next);
    this.#pump();
  }

  async #run(key: string): Promise<Next> {
    try {
      return await this.#options.run(key);
    } catch (error) {
      this.#options.onError(key, error);
      return 'retry';
    }
  }

  #settle(key: string, next: Next): void {
    const { retryMs = RETRY_MS, random = Math.random } = this.#options;
    const attempt = this.#attempts.get(key) ?? 0;
    if (next === 'retry') this.#attempts.set(key, attempt + 1);
    else this.#attempts.delete(key);
    const priority = this.#again.get(key);
    this.#again.delete(key);
    if (priority !== undefined) this.add(key, priority);
    else if (next === 'retry') this.addAfter(key, retryDelay(attempt, retryMs, random()));
    else if (next !== 'done') this.addAfter(key, next.afterMs);
  }
}

const RETRY_MS = { first: 500, longest: 300_000 };

const moreUrgent = (a: Priority, b: Priority | undefined): boolean =>
  b === undefined || PRIORITIES.indexOf(a) < PRIORITIES.indexOf(b);
