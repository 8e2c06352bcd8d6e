// report: orphans in the log, in a metric, and as events on the record in our own namespace. Each news is told once.
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Events, News, Regarding } from '../../../kube/events.ts';
import type { Orphan } from './judge.ts';
import { contents, countOf, fateWords, KINDS } from './words.ts';

/** What makes an orphan news: not the numbers in its words, which change with the fleet. */
const signature = (orphans: readonly Orphan[]): string =>
  orphans
    .map(({ stack, fate, reason, found }) => `${stack} ${fate} ${reason ?? ''} ${contents(found)}`)
    .join('\n');

const about = ({ stack, found, ...orphan }: Orphan): string =>
  `${stack} (${contents(found)}) ${fateWords({ stack, found, ...orphan })}`;

const foundNews = (orphans: readonly Orphan[]): News => ({
  type: 'Warning',
  reason: 'OrphansFound',
  action: 'Look',
  note: `In AWS with the tag of this cluster, and no Ingress or binding names it: ${orphans.map(about).join('; ')}`,
});

const removedNews = (stack: string, lines: readonly string[]): News => ({
  type: 'Normal',
  reason: 'OrphanRemoved',
  action: 'Remove',
  note: `Orphan ${stack}: ${lines.join('; ')}`,
  again: true,
});

export interface Reporting {
  readonly log: Logger;
  readonly registry: Registry;
  readonly events: Events;
  /** What events are about. */
  readonly regarding: Regarding;
}

export type OrphanReport = ReturnType<typeof orphanReport>;

/** Log, metric and events. */
export function orphanReport({ log, registry, events, regarding }: Reporting) {
  const gauge = new Gauge({
    name: 'albatross_orphans',
    help: 'Resources in AWS with the tag of this cluster that no Ingress or binding names, by kind; as of the last look.',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of KINDS) gauge.set({ kind }, 0);
  let told = '';
  let trouble: string | undefined;
  let unwritten: string | undefined;
  const tellPeople = async (news: News): Promise<void> => {
    const outcome = await events.tell(regarding, news);
    if (outcome?.ok === false) log.warn({ outcome }, 'cannot tell of orphans in an event');
  };
  return {
    /** All orphans of a look. */
    tell(orphans: readonly Orphan[]): void {
      trouble = undefined;
      const all = orphans.flatMap(({ found }) => found);
      for (const kind of KINDS) gauge.set({ kind }, countOf(all, kind));
      const now = signature(orphans);
      if (now === told) return;
      told = now;
      if (orphans.length === 0) {
        log.info({}, 'no orphans in AWS any more');
        return;
      }
      const said = orphans.map((one) => ({
        stack: one.stack,
        has: one.found.map(({ arn }) => arn),
        fate: fateWords(one),
      }));
      log.warn({ orphans: said }, 'orphans in AWS');
      // Told aside: nothing waits for it.
      void tellPeople(foundNews(orphans));
    },
    /** Why nothing could be judged. */
    cannot(because: string): void {
      if (because !== trouble) log.warn({ because }, 'cannot look for orphans');
      trouble = because;
    },
    /** What was done. */
    removed(stack: string, lines: readonly string[]): void {
      log.warn({ stack, operations: lines }, 'orphan removed');
      void tellPeople(removedNews(stack, lines));
    },
    /** Why the record could not be written; undefined when it could. */
    unwritten(error: string | undefined): void {
      const record = { namespace: regarding.metadata.namespace, name: regarding.metadata.name };
      if (error !== undefined && error !== unwritten)
        log.warn({ record, error }, 'cannot write down which groups are ours');
      unwritten = error;
    },
  };
}
