// The logger of every process: one line of JSON on standard output for each event, a constant message, variables as keys.
import { type Logger, pino } from 'pino';
import type { LogLevel } from './flags/upkeep.ts';

/** Errors of clients carry requests with their credentials; of an error only what explains it is written. */
export function explained(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, message, stack, cause } = thrown;
  const code = 'code' in thrown ? { code: thrown.code } : {};
  return { type: name, message, ...code, stack, ...(cause instanceof Error ? { cause: cause.message } : {}) };
}

/** Time as ISO 8601 in UTC; neither pid nor host name, which whoever collects logs knows better. */
export const createLog = (level: LogLevel): Logger =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: explained },
  });
