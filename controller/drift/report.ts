// drift-report: what somebody changed in AWS, told in the log, in a metric and, where it is an Ingress's, as an event on it.
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { Kind } from '../../api/aws.ts';
import type { News } from '../../kube/events.ts';

/** A kind of resource in the plan, or what the other two programs look after. */
type DriftKind = Kind | 'target' | 'nodeRule';

/** One change, in the words of the plan. */
export interface DriftLine {
  readonly kind: DriftKind;
  readonly words: string;
}

/** Tells what was found, once; `where` says of which group or target group it is. */
export type DriftReport = (where: Readonly<Record<string, string>>, lines: readonly DriftLine[]) => void;

/** The event; `then` says what becomes of it. */
export const driftNews = (lines: readonly string[], then: string): News => ({
  type: 'Warning',
  reason: 'Drift',
  action: 'Drift',
  note: `Changed in AWS by somebody else, ${then}: ${lines.join('; ')}`,
  // The same thing done twice is told twice.
  again: true,
});

/** Log and metric. */
export function driftReport(log: Logger, registry: Registry): DriftReport {
  const counter = new Counter({
    name: 'albatross_drift_total',
    help: 'Changes that somebody else made in AWS, by the kind of resource.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return (where, lines) => {
    if (lines.length === 0) return;
    for (const { kind } of lines) counter.inc({ kind });
    log.warn({ ...where, drift: lines.map(({ words }) => words) }, 'changed in AWS by somebody else');
  };
}
