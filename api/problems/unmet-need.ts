// A need of a process that is not met when it starts: where it was said, what is wrong, what to do. The process ends with
// that line. Pure.

/** Thrown before a process is ready; its message is one line for people. */
export class UnmetNeed extends Error {
  constructor(line: string, cause?: unknown) {
    super(line, { cause });
    this.name = 'Unmet';
  }
}

/** `need` is a flag with its value, a file or a kind; `remedy` is an order, without a full stop. */
export const unmet = (need: string, because: string, remedy: string, cause?: unknown): UnmetNeed =>
  new UnmetNeed(`${need}: ${because}; ${remedy}`, cause);

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';

export const wordsOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** Names of errors of the system (errno(3)). */
const READING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a directory',
};

/** A file that a flag or a setting names, and that could not be read. */
export const unreadable = (need: string, remedy: string, thrown: unknown): UnmetNeed =>
  unmet(need, READING[codeOf(thrown)] ?? wordsOf(thrown), remedy, thrown);

const LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken',
  EACCES: 'this user may not listen on it',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the address is not known',
};

/** A port that a flag names, and that could not be opened. */
export const notListening = (need: string, thrown: unknown): UnmetNeed =>
  unmet(
    need,
    LISTENING[codeOf(thrown)] ?? wordsOf(thrown),
    'choose another one, or end what listens there',
    thrown,
  );

/**
 * Waits for all of them, so that everything that is missing is told at once.
 * @throws Unmet, AggregateError of several, or whatever else went wrong.
 */
export async function meet<const T extends readonly Promise<unknown>[]>(
  needs: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(needs);
  const failed = settled.flatMap((one): unknown[] => {
    if (one.status === 'fulfilled') return [];
    return one.reason instanceof AggregateError ? one.reason.errors : [one.reason];
  });
  const other = failed.find((one) => !(one instanceof UnmetNeed));
  if (other !== undefined) throw other;
  if (failed.length > 1) throw new AggregateError(failed, failed.map(wordsOf).join('; '));
  if (failed.length === 1) throw failed[0];
  return Promise.all(needs);
}
