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
import { eventTeller } from '../kube/events.ts';
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
import { type ReconcileErrors, reconcileErrors } from './metrics/reconcile-errors.ts';
import { type ControllerOptions, clusterSettings, lookupOptions } from './options.ts';
import type { Orphans } from './ownership/orphans/orphans.ts';
import { wireOrphans } from './ownership/orphans/start.ts';
import { addTo, openGroups, openQueues, type Queues } from './queue/queues.ts';
import { type Reconciling, reconcile } from './reconcile.ts';
import { type Publishing, publish, regardingOf, unsettle } from './status/publish.ts';
import { StatusWrites } from './status/writes.ts';
import { wireTargetGroupBindings } from './target-group-bindings/start.ts';
import type { World } from './targets/endpoints.ts';
import { reconcileGates } from './targets/gate-conditions.ts';
import type { NodeAccess } from './targets/node-security-groups.ts';
import type { PodIndex } from './targets/pod-index.ts';
import { recalledServing } from './targets/recall.ts';
import { type TargetWrites, wireNodes, wireTargets } from './targets/start.ts';
import { watchReadinessGates } from './targets/target-metrics.ts';
import { TargetStatuses } from './targets/target-status.ts';
import type { Targets } from './targets/targets.ts';

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
  readonly pods: PodIndex;
  readonly secrets: Secrets;
  readonly driftReport: DriftReport;
  readonly registry: Registry;
  /** Resolves while we lead. */
  mayWrite(): Promise<void>;
  /** Why something of the cluster may not be seen at the moment. */
  unseen(): string | undefined;
}

export interface Workers {
  readonly queues: Queues;
  /** What the informers set to work. */
  readonly work: InformersOptions['work'];
  /** Begins to work on groups: the inventory is known. */
  openGroups(): void;
  /** Has everything of a group looked at in AWS. */
  look(group: string): void;
  /** Has the rules on nodes looked at in AWS. */
  lookAtNodes(): void;
  /** What is in AWS and named by nobody. */
  readonly orphans: Pick<Orphans, 'look'>;
}

/** What all programs write with. */
interface Writes extends TargetWrites {
  readonly write: Writer;
}

function writesOf({ options, client, book, log }: Parts, errors: ReconcileErrors): Writes {
  // The one place where the controller's writes are bound to its policy.
  const may = underPolicy(options.policy);
  const write = new Writer(client, may);
  const failed: Publishing['failed'] = (key, step, outcome) => {
    errors.step(step);
    log.warn({ key, step, outcome }, 'cannot write to the API server');
  };
  const events = eventTeller(client, 'albatross-controller', may);
  return { write, statuses: new StatusWrites({ book, write, failed }), events, failed };
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

/** Wires the programs, each with its queue. */
export function wireWorkers(parts: Parts): Workers {
  const { options, book, aws, world, client } = parts;
  const { clusterName, policy } = options;
  const find = lookups(aws, lookupOptions(options));
  const errors = reconcileErrors(parts.registry);
  const writes = writesOf(parts, errors);
  const { write, statuses, events, failed } = writes;
  const now = (): Date => new Date();
  const met = watchReadinessGates(parts.registry);
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
    targetGroupBindings: (key) => users.program.reconcile(key),
    gates: (pod) => reconcileGates(pod, { ...{ world, book, targets, write, client, now, met, failed } }),
    targetStatus: (member) => targetStatuses.reconcile(member),
    nodes: () => nodes.run(),
    record: () => orphans.write(),
  });
  const targets = wireTargets(
    ...([parts, find, writes, queues] as const),
    (arns) => {
      nodes.served(arns);
      queues.nodes.addAfter(CLUSTER, NODES_MS.group);
    },
    () => users.program,
  );
  const users = wireTargetGroupBindings(parts, writes, targets, () => nodes, queues.targetGroupBindings);
  const targetStatuses = new TargetStatuses({ targets, statuses, now, clusterName });
  const nodes = wireNodes(parts, find, targets, failed, () => users.program);
  const publishing: Publishing = {
    ...{ book, write, statuses, events, targets, cluster: clusterSettings(options), now, failed },
    published(group, members) {
      orphans.note(group);
      for (const member of members) queues.targetStatus.addAfter(member, TARGETS_TOLD_MS);
    },
  };
  const groups = wireGroups(parts, find, targets, publishing);
  const orphans = wireOrphans(parts, groups, events, queues);
  const reconciling: Reconciling = {
    ...groups,
    publish(group, pass) {
      errors.pass(pass);
      return groups.publish(group, pass);
    },
    unclaimed(group) {
      targets.forgetGroup(group);
      return orphans.remove(group);
    },
  };
  return {
    queues,
    orphans,
    openGroups: () => openGroups(queues),
    work: {
      ...workOf(queues, targets, nodes),
      ...users.work,
      begin: () => targets.recall(recalledServing({ book, clusterName, policy, service: world.service })),
    },
    ...looksOf(parts, queues, targets, nodes),
  };
}

/** What a look at AWS in full asks for. */
function looksOf(
  { inventory }: Parts,
  queues: Queues,
  targets: Targets,
  nodes: NodeAccess,
): Pick<Workers, 'look' | 'lookAtNodes'> {
  return {
    look(group) {
      inventory.doubt(group);
      queues.groups.add(group, 'low');
      targets.look(group);
    },
    lookAtNodes() {
      nodes.doubt();
      queues.nodes.add(CLUSTER, 'low');
    },
  };
}

type OwnWork = Omit<Workers['work'], `targetGroupBinding${string}` | 'begin'>;

function workOf(queues: Queues, targets: Targets, nodes: NodeAccess): OwnWork {
  return {
    binding: (key, priority, afterMs) => addTo(queues.bindings, key, priority, afterMs),
    group: (id, priority, afterMs) => addTo(queues.groups, id, priority, afterMs),
    service(namespace, name) {
      const arns = targets.touchService(namespace, name);
      if (arns.length === 0) return;
      nodes.touch(arns);
      queues.nodes.addAfter(CLUSTER, NODES_MS.targets);
    },
    gates: (pod) => queues.gates.add(pod),
    nodes() {
      targets.touchNodes();
      nodes.touchAll();
      queues.nodes.addAfter(CLUSTER, NODES_MS.targets);
    },
  };
}
