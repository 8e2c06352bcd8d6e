// What the demo puts on the terminal: steps, commands as a person would type them, what they said, and what was checked.
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';

/** One thing that must hold, with what was expected and what was seen. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

export interface Show {
  readonly step: (number: number, title: string) => void;
  /** A sentence to the person who watches. */
  readonly say: (text: string) => void;
  /** A command and its output. */
  readonly command: (line: string, output: string) => void;
  /** Shows whether something holds; what does not is kept. */
  readonly check: (what: string, holds: boolean, because: Omit<Check, 'what'>) => void;
  /** Checks that did not hold, so far. */
  readonly failures: () => readonly Check[];
}

/** Writes with `write`, in colours where the terminal has them (NO_COLOR is heeded). */
export function show(write: (text: string) => void): Show {
  const failed: Check[] = [];
  return {
    step: (number, title) => write(`\n${styleText('bold', `Step ${number}. ${title}`)}\n`),
    say: (text) => write(`${text}\n`),
    command: (line, output) =>
      write(`\n${styleText('cyan', `$ ${line}`)}\n${output.trim() === '' ? '' : `${output.trimEnd()}\n`}`),
    check(what, holds, because) {
      if (holds) {
        write(`${styleText('green', '✓')} ${what}\n`);
        return;
      }
      failed.push({ what, ...because });
      write(
        `${styleText('red', '✗')} ${what}\n  expected: ${because.expected}\n  seen:     ${because.seen}\n`,
      );
    },
    failures: () => failed,
  };
}

/** Asks every 100 ms until `holds` says yes, or the time (milliseconds) is over. Gives the last answer. */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  timeoutMs = 120_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer) || Date.now() > deadline) return answer;
    await sleep(100);
  }
}
