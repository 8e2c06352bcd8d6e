// Targets that somebody else registered or deregistered: told in the log, in a metric and as an event on the Ingress.
import type { Events } from '../../kube/events.ts';
import type { Book } from '../bindings/store.ts';
import { type DriftReport, driftNews } from '../drift/report.ts';
import { regardingOf } from '../status/publish.ts';
import type { Serving } from './serving.ts';

export interface TargetDriftOptions {
  readonly book: Pick<Book, 'entry' | 'bindingOf'>;
  readonly report: DriftReport;
  readonly events: Events;
}

/** Tells it; `lines` are the operations that put it right, without the name of the Service. */
export function tellTargetDrift(
  { book, report, events }: TargetDriftOptions,
  { arn, group, policy, backend: { member, service } }: Serving,
  lines: readonly string[],
): void {
  const words = lines.map((line) => `${line} of ${service}`);
  report(
    { group, targetGroup: arn },
    words.map((one) => ({ kind: 'target', words: one })),
  );
  const ingress = book.entry(member)?.ingress;
  const then = policy === 'observe' ? 'left so by the policy' : 'put right';
  // Nothing waits for the event, and what fails is in the log.
  if (ingress !== undefined)
    void events.tell(regardingOf(ingress, book.bindingOf(member)), driftNews(words, then));
}
