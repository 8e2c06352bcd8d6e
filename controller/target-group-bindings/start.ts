// start: the program for TargetGroupBindings of users, wired to the targets program, which serves them beside the target groups of
// Ingresses and tells each of the two of its own.
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import type { Events } from '../../kube/events.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { Writer } from '../../kube/write.ts';
import { driftNews } from '../drift/report.ts';
import type { Queue } from '../queue/queue.ts';
import type { NodeAccess } from '../targets/node-security-groups.ts';
import type { Serving } from '../targets/serving.ts';
import type { Targets, TargetsOptions } from '../targets/targets.ts';
import type { Parts } from '../workers.ts';
import { keyOfGroup } from './decide.ts';
import { PublishedTargetGroupBindings } from './published.ts';
import { TargetGroupBindingProgram } from './reconcile.ts';
import { TargetGroupBindings } from './store.ts';
import { TargetGroupBindingWrites } from './writes.ts';

const isUsers = ({ group }: Serving): boolean => keyOfGroup(group) !== undefined;

/** What the targets program tells of target groups of users goes to their program, and the rest where it went. */
export function toldApart(
  ofIngresses: TargetsOptions,
  users: () => TargetGroupBindingProgram,
): TargetsOptions {
  return {
    ...ofIngresses,
    forget: (one) => (isUsers(one) ? users().forgetTargets(one) : ofIngresses.forget(one)),
    drifted: (one, lines) => (isUsers(one) ? users().drifted(one, lines) : ofIngresses.drifted(one, lines)),
    tell: (one, news) => (isUsers(one) ? users().tell(one, news) : ofIngresses.tell(one, news)),
    changed: (one, awaited) => (isUsers(one) ? users().changed(one) : ofIngresses.changed(one, awaited)),
    lost: (one) => (isUsers(one) ? users().lost(one) : ofIngresses.lost(one)),
    served(arns) {
      ofIngresses.served(arns);
      users().served(arns);
    },
    withdrawn: (one) => users().withdrawn(one),
  };
}

/** What it writes and tells with. */
interface UsersTeller {
  readonly write: Writer;
  readonly events: Events;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

/** Wires it. Nothing runs before a key is added to its queue. */
export function wireTargetGroupBindings(
  { options, aws, book, world, driftReport, log }: Parts,
  { write, events, failed }: UsersTeller,
  targets: Targets,
  nodes: () => Pick<NodeAccess, 'pending'>,
  queue: Queue,
) {
  const store = new TargetGroupBindings();
  const { apiVersion, kind } = KINDS.targetGroupBindings;
  const published = new PublishedTargetGroupBindings({
    ...{ targets, store, write, failed, vpcId: aws.vpcId, wanted: options.publishTargetGroupBindings },
    restricted: !options.disableRestrictedSgRules,
    isComplete: () => book.groups().every((group) => targets.knows(group)),
  });
  const program = new TargetGroupBindingProgram({
    ...{ store, aws, world, events, policy: options.policy, targets, published },
    rules: { pending: (arn) => nodes().pending(arn) },
    writes: new TargetGroupBindingWrites({ write, store, failed }),
    now: () => new Date(),
    enqueue: (key) => queue.add(key),
    told: ({ metadata }, news) => {
      const { type, reason, note } = news;
      log[type === 'Warning' ? 'warn' : 'info'](
        { targetGroupBinding: keyOf({ metadata }), reason, note },
        'targets',
      );
      // Nothing waits for the event, and what fails is in the log.
      void events.tell({ apiVersion, kind, metadata }, { ...news, action: 'Targets', again: true });
    },
    drifted(key, { metadata }, lines) {
      driftReport(
        { targetGroupBinding: key },
        lines.map((words) => ({ kind: 'target', words })),
      );
      // Nothing waits for the event, and what fails is in the log.
      void events.tell({ apiVersion, kind, metadata }, driftNews(lines, 'put right'));
    },
  });
  return {
    program,
    /** What the informers set to work. */
    work: {
      targetGroupBinding(object: TargetGroupBinding, gone: boolean, isStarted: boolean): void {
        if (store.told(object, gone) && isStarted) queue.add(keyOf(object), 'high');
      },
      /** All of them: only now is it known what does not exist. */
      targetGroupBindings(): void {
        for (const key of store.keys()) queue.add(key, 'normal');
      },
      /** Those for a Service that came, went or changed. */
      targetGroupBindingsOf(namespace: string, service: string): void {
        for (const key of store.ofService(namespace, service)) queue.add(key);
      },
    },
  };
}
