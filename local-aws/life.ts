// The life of the process: it starts, is ready, is asked to end, ends in order. A second request ends it at once.
import { constants } from 'node:os';
import { UnmetNeed } from '../api/problems/unmet-need.ts';

/** How a server learns that it has to end (`ending` is aborted), and says that it listens (`ready`). */
export interface ServerLife {
  readonly ending: AbortSignal;
  ready(): void;
}

/** For moto and open connections to end with it, in milliseconds. */
const GRACE_MS = 15_000;

/**
 * Runs to the end, and ends the process with the exit code that `run` gives: 1 where something that it needs is missing, which
 * is then one line on standard error.
 */
export async function serve(name: string, run: (life: ServerLife) => Promise<0 | 1>): Promise<never> {
  const ending = new AbortController();
  let isReady = false;
  const asked = (signal: 'SIGTERM' | 'SIGINT'): void => {
    if (ending.signal.aborted) process.exit(128 + constants.signals[signal]);
    // Nothing was begun that could be left in disorder.
    if (!isReady) process.exit(0);
    ending.abort(signal);
    setTimeout(() => {
      console.error(`${name}: could not end in order in ${GRACE_MS / 1000} s`);
      process.exit(1);
    }, GRACE_MS);
  };
  process.on('SIGTERM', asked).on('SIGINT', asked);
  try {
    process.exit(
      await run({
        ending: ending.signal,
        ready: () => {
          isReady = true;
        },
      }),
    );
  } catch (thrown) {
    if (!(thrown instanceof UnmetNeed)) throw thrown;
    console.error(`${name}: cannot start: ${thrown.message.replaceAll(/\s*\n\s*/g, ' ')}`);
    process.exit(1);
  }
}
