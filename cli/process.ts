// The life of a process that serves: it starts, is ready, is asked to end, ends. However it goes, it ends.
//
//   starting ──ready()──▶ serving ──SIGTERM, SIGINT──▶ ending in order ──▶ 0
//      │ │                   │                             │ second signal: at once, 128 + its number
//      │ └─SIGTERM──▶ 0      │                             └ longer than its time: 1
//      └─need missing──▶ 1   └─our own mistake, lease lost──▶ 1
import { constants } from 'node:os';
import type { Logger } from 'pino';
import { UnmetNeed, wordsOf } from '../api/problems/unmet-need.ts';

/** What a process is given to live by. */
export interface Life {
  readonly log: Logger;
  /** Aborted with the name of the signal when the process is asked to end. */
  readonly ending: AbortSignal;
  /** Everything that it needs is there: from now on it ends in order. */
  ready(): void;
}

export interface LifeOptions {
  /** For the line that says why it could not start, e.g. `controller`. */
  readonly name: string;
  readonly log: Logger;
  /** Longest time for ending in order, in milliseconds; then it ends all the same. */
  readonly graceMs: number;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The lines that say why a process could not start, and for each need that is missing one; undefined for our own mistakes. */
export function reasonsOf(name: string, thrown: unknown): string[] | undefined {
  const all: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown];
  if (!all.every((one) => one instanceof UnmetNeed)) return undefined;
  return all.map((one) => `albatross ${name}: cannot start: ${wordsOf(one).replaceAll(/\s*\n\s*/g, ' ')}`);
}

function end({ name, log }: LifeOptions, thrown: unknown): never {
  const reasons = reasonsOf(name, thrown);
  if (reasons === undefined) log.fatal({ err: thrown }, 'unexpected end');
  else process.stderr.write(`${reasons.join('\n')}\n`);
  process.exit(1);
}

/** Lives `run` to its end, and ends the process with the exit code that it gives. */
export async function live(options: LifeOptions, run: (life: Life) => Promise<0 | 1>): Promise<never> {
  const { log, graceMs } = options;
  const ending = new AbortController();
  const state = { ready: false };
  const asked = (signal: (typeof SIGNALS)[number]): void => {
    if (ending.signal.aborted) process.exit(128 + constants.signals[signal]);
    // Nothing was begun that could be left in disorder.
    if (!state.ready) process.exit(0);
    ending.abort(signal);
    setTimeout(() => {
      log.error({ graceMs }, 'could not end in order in time');
      process.exit(1);
    }, graceMs);
  };
  for (const signal of SIGNALS) process.on(signal, () => asked(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (thrown: unknown) => end(options, thrown));
  try {
    const code = await run({
      log,
      ending: ending.signal,
      ready: () => {
        state.ready = true;
      },
    });
    return process.exit(code);
  } catch (thrown) {
    return end(options, thrown);
  }
}
