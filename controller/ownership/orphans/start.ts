// start: the net for orphans, wired to the other programs.

import { ownNamespace } from '../../../kube/config.ts';
import type { Events } from '../../../kube/events.ts';
import { KINDS } from '../../../kube/kinds.ts';
import type { Deciding } from '../../decide.ts';
import { orphanRules } from '../../options.ts';
import type { Parts, Workers } from '../../workers.ts';
import { Orphans } from './orphans.ts';
import { GroupsRecord } from './record.ts';
import { orphanReport } from './report.ts';

/** The key of the record: there is one. */
const RECORD = 'record';
/** What many groups have to say is written at once, after this many milliseconds. */
const TOGETHER_MS = 1_000;

/** Wires it. */
export function wireOrphans(
  { options, client, aws, log, registry, mayWrite, unseen }: Parts,
  deciding: Deciding,
  events: Events,
  queues: Pick<Workers['queues'], 'groups' | 'record'>,
): Orphans {
  const place = {
    namespace: options.leaderElectionNamespace ?? ownNamespace(client.kubeConfig),
    name: options.leaderElectionId,
  };
  return new Orphans({
    client,
    aws,
    deciding,
    rules: orphanRules(options),
    record: new GroupsRecord({
      client,
      place,
      clusterName: options.clusterName,
      vpcId: options.awsVpcId,
      writes: options.policy !== 'observe',
      mayWrite,
    }),
    report: orphanReport({
      log,
      registry,
      events,
      regarding: { apiVersion: KINDS.configMaps.apiVersion, kind: KINDS.configMaps.kind, metadata: place },
    }),
    incomplete: unseen,
    now: () => performance.timeOrigin + performance.now(),
    enqueue: (stack) => queues.groups.add(stack, 'low'),
    recorded: () => queues.record.addAfter(RECORD, TOGETHER_MS),
  });
}
