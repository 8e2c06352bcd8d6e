// start: the net for orphans, wired to the other programs.

import { policyOfGroup } from '../../../alb/plan/policy.ts';
import { ownNamespace } from '../../../kube/config.ts';
import type { Events } from '../../../kube/events.ts';
import { KINDS } from '../../../kube/kinds.ts';
import type { Deciding } from '../../decide.ts';
import { orphanRules } from '../../options.ts';
import type { Next } from '../../queue/queue.ts';
import type { Parts, Workers } from '../../workers.ts';
import { Orphans } from './orphans.ts';
import { GroupsRecord } from './record.ts';
import { orphanReport } from './report.ts';

/** The key of the record: there is one. */
const RECORD = 'record';
/** What many groups have to say is written at once, after this many milliseconds. */
const TOGETHER_MS = 1_000;

export interface Net {
  readonly orphans: Orphans;
  /** Notes whether this cluster answers for a group now. */
  note(group: string): void;
  /** Writes the record. */
  write(): Promise<Next>;
}

/** Wires it. */
export function wireOrphans(
  { options, client, aws, book, log, registry, mayWrite, unseen }: Parts,
  deciding: Deciding,
  events: Events,
  queues: Pick<Workers['queues'], 'groups' | 'record'>,
): Net {
  const place = {
    namespace: options.leaderElectionNamespace ?? ownNamespace(client.kubeConfig),
    name: options.leaderElectionId,
  };
  const record = new GroupsRecord({
    client,
    place,
    clusterName: options.clusterName,
    vpcId: options.awsVpcId,
    writes: options.policy !== 'observe',
    mayWrite,
  });
  const recorded = (): void => queues.record.addAfter(RECORD, TOGETHER_MS);
  let trouble: string | undefined;
  return {
    orphans: new Orphans({
      client,
      aws,
      deciding,
      rules: orphanRules(options),
      record,
      report: orphanReport({
        log,
        registry,
        events,
        regarding: { apiVersion: KINDS.configMaps.apiVersion, kind: KINDS.configMaps.kind, metadata: place },
      }),
      incomplete: unseen,
      now: () => performance.timeOrigin + performance.now(),
      enqueue: (stack) => queues.groups.add(stack, 'low'),
      recorded,
    }),
    note(group) {
      const bindings = book.of(group);
      if (bindings.length === 0) return;
      // Who asked that nothing be removed meant it also for the time when nobody remembers that.
      const ours = policyOfGroup(options.policy, bindings) === 'sync';
      if (record.note(group, ours)) recorded();
    },
    async write() {
      const { next, failed } = await record.write();
      const message = failed?.ok === false ? failed.message : undefined;
      if (message !== undefined && message !== trouble)
        log.warn({ record: place, error: message }, 'cannot write down which groups are ours');
      trouble = message;
      return next;
    },
  };
}
