// The workers: every program with its queue, wired to each other. Nothing is decided here, and nothing runs before a key is added
// to a queue.
//
//   Ingresses, bindings ─▶ bindings, groups ─▶ record       Services, EndpointSlices, Nodes ─▶ targets ─▶ targetStatus
//                                     └─▶ targets, targetStatus, nodes                 └─▶ nodes     └─▶ groups that wait for it
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { refusalMemory } from '../alb/amendments/rejection-memory.ts';
import { inWords } from '../alb/plan/operation.ts';
import { keyOf } from '../api/kube.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Events, eventTeller } from '../kube/events.ts';
import { underPolicy, Writer } from '../kube/write.ts';
import { succession } from './apply/replacement-readiness.ts';
import type { Aws } from './aws/client.ts';
import type { Book } from './bindings/store.ts';
import { derive } from './bindings/sync.ts';
import { Drifts } from './drift/detect.ts';
import type { DriftReport } from './drift/report.ts';
import { type Lookups, lookups } from './facts/lookups.ts';
import type { Secrets } from './facts/oidc-secrets.ts';
import type { InformersOptions } from './informers.ts';
import type { Inventory } from './inventory/inventory.ts';
import { type ControllerOptions, clusterSettings, lookupOptions } from './options.ts';
import type { Orphans } from './ownership/orphans/orphans.ts';
import { wireOrphans } from './ownership/orphans/start.ts';
import { countRuns, watchDepth } from './queue/metrics.ts';
import { type Next, type Priority, Queue } from './queue/queue.ts';
import { type Reconciling, reconcile } from './reconcile.ts';
import { type Publishing, publish, regardingOf, unsettle } from './status/publish.ts';
import { StatusWrites } from './status/writes.ts';
import type { World } from './targets/endpoints.ts';
import { foreignRules } from './targets/foreign-rules.ts';
import { NodeAccess } from './targets/node-security-groups.ts';
import { mayRevoke } from './targets/revocation.ts';
import { tellTargetDrift } from './targets/target-drift.ts';
import { reconcileTargetStatus } from './targets/target-status.ts';
import { Targets } from './targets/targets.ts';

/** The one key of programs that work on the whole cluster. */
const CLUSTER = 'cluster';
/** The rules on nodes wait for what else changes at the same time, in milliseconds. */
const NODES_MS = { group: 100, targets: 200 };
/** The status of targets waits until those of a new target group are registered, in milliseconds. */
const TARGETS_TOLD_MS = 100;

export interface Parts {
  readonly options: ControllerOptions;
  readonly log: Logger;
  readonly client: KubeClient;
  readonly aws: Aws;
  readonly book: Book;
  readonly inventory: Inventory;
  readonly world: World;
  readonly secrets: Secrets;
  readonly driftReport: DriftReport;
  readonly registry: Registry;
  /** Resolves while we lead. */
  mayWrite(): Promise<void>;
  /** Why something of the cluster may not be seen at the moment. */
  unseen(): string | undefined;
}

type Queues = Readonly<
  Record<'bindings' | 'groups' | 'targets' | 'targetStatus' | 'nodes' | 'record', Queue>
>;

export interface Workers {
  readonly queues: Queues;
  /** What the informers set to work. */
  readonly work: InformersOptions['work'];
  /** Has everything of a group looked at in AWS. */
  look(group: string): void;
  /** Has the rules on nodes looked at in AWS. */
  lookAtNodes(): void;
  /** What is in AWS and named by nobody. */
  readonly orphans: Pick<Orphans, 'look'>;
}

/** What all programs write with. */
interface Writes {
  readonly write: Writer;
  readonly statuses: StatusWrites;
  readonly events: Events;
  failed: Publishing['failed'];
}

function writesOf({ options, client, book, log }: Parts): Writes {
  // The one place where the controller's writes are bound to its policy.
  const may = underPolicy(options.policy);
  const write = new Writer(client, may);
  const failed: Publishing['failed'] = (key, step, outcome) =>
    log.warn({ key, step, outcome }, 'cannot write to the API server');
  const events = eventTeller(client, 'albatross-controller', may);
  return { write, statuses: new StatusWrites({ book, write, failed }), events, failed };
}

function openQueues(
  { options, log, registry }: Parts,
  runs: Readonly<Record<keyof Queues, (key: string) => Promise<Next>>>,
): Queues {
  const counted = countRuns(registry);
  const onError = (key: string, error: unknown): void => log.error({ key, err: error }, 'unexpected error');
  const open = (queue: keyof Queues, workers: number): Queue =>
    new Queue({ workers, run: counted(queue, runs[queue]), onError });
  const queues = {
    bindings: open('bindings', 8),
    groups: open('groups', options.ingressMaxConcurrentReconciles),
    targets: open('targets', options.targetgroupbindingMaxConcurrentReconciles),
    targetStatus: open('targetStatus', 8),
    nodes: open('nodes', 1),
    record: open('record', 1),
  };
  watchDepth(registry, queues);
  return queues;
}

function wireTargets(
  { aws, world, inventory, log, book, driftReport }: Parts,
  find: Lookups,
  { statuses, events }: Writes,
  queues: Queues,
  served: (arns: readonly string[]) => void,
): Targets {
  return new Targets({
    aws,
    world,
    forget: async ({ arn, backend }) => (await statuses.forgetTargets(backend.member, arn)) === 'written',
    now: () => performance.now(),
    random: Math.random,
    drifted: (serving, lines) => tellTargetDrift({ book, events, report: driftReport }, serving, lines),
    inVpc: (address) => find.inVpc(address),
    enqueue: (arn, urgent) => queues.targets.add(arn, urgent ? 'high' : 'normal'),
    served,
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
  });
}

function wireGroups(
  parts: Parts,
  find: Lookups,
  targets: Targets,
  publishing: Publishing,
): Omit<Reconciling, 'unclaimed'> {
  const { book, inventory, aws, world, options, log } = parts;
  return {
    book,
    inventory,
    aws,
    cluster: clusterSettings(options),
    lookups: find,
    policy: options.policy,
    service: world.service,
    secrets: (group, named) => parts.secrets.of(group, named),
    drifts: new Drifts(),
    drifted: (group, drift) =>
      parts.driftReport(
        { group },
        drift.map(({ operation }) => ({ kind: operation.kind, words: inWords(operation) })),
      ),
    ...succession(targets, options.replacementGracePeriod * 1000, () => performance.now()),
    refusals: refusalMemory(() => performance.now()),
    now: Date.now,
    unsettle: (...args) => unsettle(publishing, ...args),
    publish: (group, pass) => publish(publishing, group, pass),
    log: (group, operations) => log.info({ group, operations }, 'applied'),
  };
}

function wireNodes(
  { aws, world, options, book, inventory, log, driftReport, client }: Parts,
  find: Lookups,
  targets: Targets,
  cannot: Publishing['failed'],
): NodeAccess {
  return new NodeAccess({
    aws,
    lookups: find,
    world,
    served: targets.served,
    complete: () => mayRevoke({ policy: options.policy, book, inventory, targets }),
    async foreign() {
      const answer = await foreignRules(client);
      if ('some' in answer) return answer.some;
      cannot('targetgroupbindings', 'look for rules of others', answer);
      return true;
    },
    restricted: !options.disableRestrictedSgRules,
    groupTags: options.serviceTargetEniSecurityGroupTags,
    unclear: (place) =>
      log.warn(
        { place },
        'unknown in the VPC, or several security groups and none of them the only one of the cluster: rules are left alone',
      ),
    failed: ({ action, code, message }) =>
      log.warn({ action, code, error: message }, 'cannot bring node security groups in line'),
    drifted: (nodeGroup, lines) =>
      driftReport(
        { nodeGroup },
        lines.map((words) => ({ kind: 'nodeRule', words })),
      ),
  });
}

/** Wires the programs, each with its queue. */
export function wireWorkers(parts: Parts): Workers {
  const { options, book, aws } = parts;
  const find = lookups(aws, lookupOptions(options));
  const writes = writesOf(parts);
  const { write, statuses, events, failed } = writes;
  const now = (): Date => new Date();
  const queues = openQueues(parts, {
    bindings: (key) =>
      derive(key, {
        ...{ book, write, ceiling: options.policy, now: Date.now, failed },
        // Nothing waits for the event, and what fails is in the log.
        refused: ({ ingress }, news) =>
          void events.tell(regardingOf(ingress, book.bindingOf(keyOf(ingress))), news),
      }),
    groups: (key) => reconcile(key, reconciling),
    targets: (arn) => targets.reconcile(arn),
    targetStatus: (member) => reconcileTargetStatus(member, { targets, statuses, now }),
    nodes: () => nodes.run(),
    record: () => orphans.write(),
  });
  const targets = wireTargets(parts, find, writes, queues, (arns) => nodes.served(arns));
  const nodes = wireNodes(parts, find, targets, failed);
  const publishing: Publishing = {
    ...{ book, write, statuses, events, targets, cluster: clusterSettings(options), now, failed },
    published(group, members) {
      orphans.note(group);
      queues.nodes.addAfter(CLUSTER, NODES_MS.group);
      for (const member of members) queues.targetStatus.addAfter(member, TARGETS_TOLD_MS);
    },
  };
  const groups = wireGroups(parts, find, targets, publishing);
  const orphans = wireOrphans(parts, groups, events, queues);
  const reconciling: Reconciling = {
    ...groups,
    unclaimed(group) {
      targets.forgetGroup(group);
      return orphans.remove(group);
    },
  };
  return {
    queues,
    orphans,
    work: workOf(queues, targets, nodes),
    look(group) {
      parts.inventory.doubt(group);
      queues.groups.add(group, 'low');
      targets.look(group);
    },
    lookAtNodes() {
      nodes.doubt();
      queues.nodes.add(CLUSTER, 'low');
    },
  };
}

const addTo = (queue: Queue, key: string, priority: Priority, afterMs = 0): void =>
  afterMs === 0 ? queue.add(key, priority) : queue.addAfter(key, afterMs, priority);

function workOf(queues: Queues, targets: Targets, nodes: NodeAccess): Workers['work'] {
  return {
    binding: (key, priority, afterMs) => addTo(queues.bindings, key, priority, afterMs),
    group: (id, priority, afterMs) => addTo(queues.groups, id, priority, afterMs),
    service(namespace, name) {
      const arns = targets.touchService(namespace, name);
      if (arns.length === 0) return;
      nodes.touch(arns);
      queues.nodes.addAfter(CLUSTER, NODES_MS.targets);
    },
    nodes() {
      targets.touchNodes();
      nodes.touchAll();
      queues.nodes.addAfter(CLUSTER, NODES_MS.targets);
    },
  };
}
