// start: the targets program and the one for node security groups, wired to the other programs.
import { keyOf } from '../../api/kube.ts';
import type { Events, News } from '../../kube/events.ts';
import type { OwnerReference } from '../../kube/write.ts';
import type { Lookups } from '../facts/lookups.ts';
import { addAll } from '../queue/queues.ts';
import { type Publishing, regardingOf } from '../status/publish.ts';
import type { StatusWrites } from '../status/writes.ts';
import { groupOfKey } from '../target-group-bindings/decide.ts';
import type { TargetGroupBindingProgram } from '../target-group-bindings/reconcile.ts';
import { toldApart } from '../target-group-bindings/start.ts';
import type { Parts, Workers } from '../workers.ts';
import { foreignRules } from './foreign-rules.ts';
import { podsConcerned, waitingFor } from './gate-conditions.ts';
import { NodeAccess } from './node-security-groups.ts';
import { ownTargets } from './own-targets.ts';
import { mayRevoke } from './revocation.ts';
import type { Serving } from './serving.ts';
import { tellTargetDrift } from './target-drift.ts';
import { watchTargetGroups } from './target-metrics.ts';
import type { TargetNews } from './target-standing.ts';
import { Targets, type TargetsOptions } from './targets.ts';

/** What it writes with. */
export interface TargetWrites {
  readonly statuses: StatusWrites;
  readonly events: Events;
  failed: Publishing['failed'];
}

/** The binding of a target group: what is noted beside it goes with it. */
function ownerOf(
  { book }: Pick<Parts, 'book'>,
  { backend: { member } }: Serving,
): OwnerReference | undefined {
  const binding = book.bindingOf(member);
  const uid = binding?.metadata.uid;
  if (binding === undefined || uid === undefined) return undefined;
  return { apiVersion: binding.apiVersion, kind: binding.kind, name: binding.metadata.name, uid };
}

/** In the log and, where it is an Ingress's, as an event on it. */
function teller({ book, log }: Pick<Parts, 'book' | 'log'>, events: Events) {
  return ({ arn, group, backend: { member } }: Serving, news: TargetNews): void => {
    const { type, reason, note } = news;
    log[type === 'Warning' ? 'warn' : 'info']({ group, targetGroup: arn, reason, note }, 'targets');
    const ingress = book.entry(member)?.ingress;
    if (ingress === undefined) return;
    const told: News = { ...news, action: 'Targets', again: true };
    // Nothing waits for the event, and what fails is in the log.
    void events.tell(regardingOf(ingress, book.bindingOf(member)), told);
  };
}

/** Wires the targets program. */
export function wireTargets(
  parts: Parts,
  find: Lookups,
  { statuses, events, failed }: TargetWrites,
  queues: Workers['queues'],
  served: (arns: readonly string[]) => void,
  users: () => TargetGroupBindingProgram,
): Targets {
  const { aws, world, pods, inventory, log, book, client, driftReport, registry, unseen } = parts;
  const options: TargetsOptions = {
    ...{ aws, world, unseen },
    served(arns) {
      served(arns);
      addAll(queues.gates, pods.waiting());
    },
    seen: (...of) => addAll(queues.gates, podsConcerned(pods, ...of)),
    waiting: (serving) => waitingFor(pods, targets.served, serving),
    own: ownTargets({
      client,
      owner: (serving) => users().ownerOf(serving) ?? ownerOf(parts, serving),
      failed: ({ backend: { namespace }, name }, step, outcome) =>
        failed(keyOf({ metadata: { namespace, name } }), step, outcome),
    }),
    maxTargets: parts.options.maxTargetsPerTargetGroup,
    forget: async ({ arn, backend }) => (await statuses.forgetTargets(backend.member, arn)) === 'written',
    now: () => performance.now(),
    random: Math.random,
    drifted: (serving, lines) => tellTargetDrift({ book, events, report: driftReport }, serving, lines),
    tell: teller(parts, events),
    inVpc: find.inVpc,
    enqueue: (arn, urgent) => queues.targets.add(arn, urgent ? 'high' : 'normal'),
    changed({ group, backend }, awaited) {
      queues.targetStatus.add(backend.member);
      if (awaited) queues.groups.add(group, 'normal');
    },
    lost({ group }) {
      inventory.forget(group);
      queues.groups.add(group, 'normal');
    },
    failed: ({ arn, group }, { action, code, message }) =>
      log.warn({ group, targetGroup: arn, action, code, error: message }, 'cannot bring targets in line'),
    withdrawn: () => undefined,
  };
  const targets = new Targets(toldApart(options, users));
  watchTargetGroups(registry, targets);
  return targets;
}

/** Wires the program for node security groups. */
export function wireNodes(
  { aws, world, options, book, inventory, log, driftReport, client }: Parts,
  find: Lookups,
  targets: Targets,
  cannot: Publishing['failed'],
  users: () => TargetGroupBindingProgram,
): NodeAccess {
  // One that is going needs no rules once its targets have gone.
  const isKnown = (key: string): boolean =>
    targets.served.ofGroup(groupOfKey(key)).length > 0 || users().hasEnded(key);
  return new NodeAccess({
    aws,
    lookups: find,
    world,
    served: targets.served,
    complete: () => mayRevoke({ policy: options.policy, book, inventory, targets }),
    async foreign() {
      const answer = await foreignRules(client, isKnown);
      if ('some' in answer) return answer.some;
      cannot('targetgroupbindings', 'look for rules of others', answer);
      return true;
    },
    restricted: !options.disableRestrictedSgRules,
    groupTags: options.serviceTargetEniSecurityGroupTags,
    unclear(serving, { unclear, nowhere, refused }, isNews) {
      const { arn, group } = serving;
      // The status has the places of each moment.
      if (isNews)
        log.warn(
          { group, targetGroup: arn, unclear, nowhere, refused },
          'rules on security groups are not as they are needed',
        );
      targets.unclear(serving, [...unclear, ...refused]);
    },
    brought: () => users().rulesBrought(),
    failed: ({ action, code, message }) =>
      log.warn({ action, code, error: message }, 'cannot bring node security groups in line'),
    drifted: (nodeGroup, lines) =>
      driftReport(
        { nodeGroup },
        lines.map((words) => ({ kind: 'nodeRule', words })),
      ),
  });
}
