// A work queue by key, knowing nothing of Kubernetes: a key waits once, runs once at a time, and the urgent go first.
//
//   add ─▶ waiting (high, normal, low) ─▶ running ─done─▶ forgotten
//             ▲  ▲                           │  └─ added meanwhile ─▶ waiting again
//             │  └── timer ◀── again in x ms ─┤
//             └───── timer ◀── retry, ever slower

/** `high`: a person changed something. `low`: the list at start, the sweep. */
export type Priority = 'high' | 'normal' | 'low';

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

/** How a run ended: `retry` waits longer each time, `afterMs` runs again then and starts the retries anew. */
export type Next = 'done' | 'retry' | { readonly afterMs: number };

export interface QueueOptions {
  /** How many keys run at once. */
  readonly workers: number;
  /** Works on a key. What it throws is our bug: it goes to `onError` and counts as `retry`. */
  run(key: string): Promise<Next>;
  onError(key: string, error: unknown): void;
  /** First and longest wait before a retry, in milliseconds. */
  readonly retryMs?: { readonly first: number; readonly longest: number };
  /** Between 0 and 1; for tests. */
  random?(): number;
}

export interface Queue {
  /** Has a key worked on as soon as a worker is free. A waiting key is only made more urgent. */
  add(key: string, priority?: Priority): void;
  /** The same, `ms` from now unless it runs earlier for another reason; the earlier of two times holds. */
  addAfter(key: string, ms: number, priority?: Priority): void;
  /** How many keys wait for a worker. */
  depth(): number;
  /** True when nothing waits or runs; keys with a timer do not count. */
  idle(): boolean;
  /** Takes nothing more, forgets what waits, and resolves when what runs has ended. */
  drain(): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly handle: NodeJS.Timeout;
}

/** The wait before retry number `attempt` (from 0), in milliseconds: doubling, between half and all of it. Pure. */
export function retryDelay(
  attempt: number,
  { first, longest }: { first: number; longest: number },
  random: number,
): number {
  return Math.min(longest, first * 2 ** Math.min(attempt, 30)) * (0.5 + random / 2);
}

/** Starts a queue. */
export function createQueue(options: QueueOptions): Queue {
  const retryMs = options.retryMs ?? { first: 500, longest: 300_000 };
  const random = options.random ?? Math.random;
  const waiting = new Map<string, Priority>();
  const lines: Record<Priority, Set<string>> = { high: new Set(), normal: new Set(), low: new Set() };
  const timers = new Map<string, Timer>();
  const running = new Map<string, Promise<void>>();
  /** Keys added while they ran. */
  const again = new Map<string, Priority>();
  const attempts = new Map<string, number>();
  let draining = false;

  const moreUrgent = (a: Priority, b: Priority | undefined): boolean =>
    b === undefined || PRIORITIES.indexOf(a) < PRIORITIES.indexOf(b);

  function add(key: string, priority: Priority = 'normal'): void {
    if (draining) return;
    if (running.has(key)) {
      if (moreUrgent(priority, again.get(key))) again.set(key, priority);
      return;
    }
    const before = waiting.get(key);
    if (!moreUrgent(priority, before)) return;
    if (before !== undefined) lines[before].delete(key);
    waiting.set(key, priority);
    lines[priority].add(key);
    pump();
  }

  function addAfter(key: string, ms: number, priority: Priority = 'normal'): void {
    if (draining) return;
    const at = performance.now() + ms;
    const timer = timers.get(key);
    if (timer !== undefined && timer.at <= at) return;
    clearTimeout(timer?.handle);
    const handle = setTimeout(() => {
      timers.delete(key);
      add(key, priority);
    }, ms);
    timers.set(key, { at, handle });
  }

  function pump(): void {
    for (const priority of PRIORITIES) {
      for (const key of lines[priority]) {
        if (running.size >= options.workers) return;
        lines[priority].delete(key);
        waiting.delete(key);
        running.set(key, work(key));
      }
    }
  }

  async function work(key: string): Promise<void> {
    clearTimeout(timers.get(key)?.handle);
    timers.delete(key);
    // Leaves the caller's stack first, so that `running` holds the key before anything of it runs.
    await Promise.resolve();
    const next = await options.run(key).catch((error: unknown): Next => {
      options.onError(key, error);
      return 'retry';
    });
    running.delete(key);
    settle(key, next);
    pump();
  }

  function settle(key: string, next: Next): void {
    const attempt = attempts.get(key) ?? 0;
    if (next === 'retry') attempts.set(key, attempt + 1);
    else attempts.delete(key);
    const priority = again.get(key);
    again.delete(key);
    if (priority !== undefined) add(key, priority);
    else if (next === 'retry') addAfter(key, retryDelay(attempt, retryMs, random()));
    else if (next !== 'done') addAfter(key, next.afterMs);
  }

  async function drain(): Promise<void> {
    draining = true;
    for (const { handle } of timers.values()) clearTimeout(handle);
    timers.clear();
    waiting.clear();
    for (const priority of PRIORITIES) lines[priority].clear();
    await Promise.all(running.values());
  }

  return {
    add,
    addAfter,
    depth: () => waiting.size,
    idle: () => waiting.size === 0 && running.size === 0,
    drain,
  };
}
