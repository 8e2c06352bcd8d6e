// The programs and their queues, wired to each other: bindings, groups, targets, node access.
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { refusalMemory } from '../alb/amendments/rejection-memory.ts';
import { SHARED_STACK } from '../alb/desire/tags.ts';
import { inWords } from '../alb/plan/operation.ts';
import { policyOfGroup } from '../alb/plan/policy.ts';
import { keyOf } from '../api/kube.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Events, eventTeller } from '../kube/events.ts';
import { underPolicy, writer } from '../kube/write.ts';
import type { Aws } from './aws/calls.ts';
import { type Lookups, lookups } from './aws/facts.ts';
import type { Inventory } from './aws/inventory.ts';
import type { Book } from './bindings.ts';
import { type Deriving, derive } from './derive.ts';
import { Drifts } from './drift.ts';
import { type DriftReport, driftNews } from './drift-report.ts';
import { takesOver } from './exchange.ts';
import type { InformersOptions } from './informers.ts';
import type { Secrets } from './logins/secrets.ts';
import { type ControllerOptions, clusterSettings, lookupOptions } from './options.ts';
import type { Orphans } from './ownership/orphans/orphans.ts';
import { startOrphans } from './ownership/orphans/start.ts';
import { forgetTargets, type Publishing, publish, regardingOf, unsettle } from './publish.ts';
import { createQueue, type Queue } from './queue.ts';
import { type Reconciling, reconcile } from './reconcile.ts';
import { succession } from './succession.ts';
import type { World } from './targets/endpoints.ts';
import { foreignRules } from './targets/foreign-rules.ts';
import { type NodeAccess, nodeAccess } from './targets/node-security-groups.ts';
import { type Serving, type Targets, targetsProgram } from './targets/targets.ts';

/** The key of the node access program: there is one per cluster. */
const NODES = 'nodes';

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

export interface Programs {
  readonly queues: Readonly<Record<'bindings' | 'groups' | 'targets' | 'nodes' | 'record', Queue>>;
  /** What the informers set to work. */
  readonly work: InformersOptions['work'];
  /** Has everything of a group looked at in AWS. */
  look(group: string): void;
  /** Has the rules on nodes looked at in AWS. */
  lookAtNodes(): void;
  /** What is in AWS and named by nobody. */
  readonly orphans: Pick<Orphans, 'look'>;
}

function startTargets(
  parts: Parts,
  find: Lookups,
  telling: Pick<Publishing, 'write' | 'failed' | 'events'>,
  queues: () => Programs['queues'],
): Targets {
  const { aws, world, inventory, log, book } = parts;
  return targetsProgram({
    unsettle: (serving) => forgetTargets({ book, ...telling }, serving),
    now: () => performance.now(),
    random: Math.random,
    drifted: (serving, lines) => tellTargets(parts, telling.events, serving, lines),
    aws,
    world,
    inVpc: (address) => find.inVpc(address),
    enqueue: (arn, urgent) => queues().targets.add(arn, urgent ? 'high' : 'normal'),
    changed: (group) => queues().groups.add(group, 'normal'),
    lost: ({ group }) => {
      inventory.forget(group);
      queues().groups.add(group, 'normal');
    },
    failed: ({ arn, group }, { action, code, message }) =>
      log.warn({ group, targetGroup: arn, action, code, error: message }, 'cannot bring targets in line'),
  });
}

/** Targets that somebody else registered or deregistered. */
function tellTargets(
  { book, driftReport }: Parts,
  events: Events,
  { arn, group, policy, backend: { member, service } }: Serving,
  lines: readonly string[],
): void {
  const words = lines.map((line) => `${line} of ${service}`);
  driftReport(
    { group, targetGroup: arn },
    words.map((one) => ({ kind: 'target', words: one })),
  );
  const ingress = book.entry(member)?.ingress;
  const then = policy === 'observe' ? 'left so by the policy' : 'put right';
  // Told aside: nothing waits for it, and what fails is in the log.
  if (ingress !== undefined)
    void events.tell(regardingOf(ingress, book.bindingOf(member)), driftNews(words, then));
}

function startGroups(parts: Parts, find: Lookups, targets: Targets, publishing: Publishing): Reconciling {
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
    unsettle: (bindings, endangered, toSet) => unsettle(publishing, bindings, endangered, toSet),
    publish: (group, pass) => publish(publishing, group, pass),
    log: (group, operations) => log.info({ group, operations }, 'applied'),
  };
}

function startNodes(
  { aws, world, options, book, inventory, log, driftReport, client }: Parts,
  find: Lookups,
  targets: Targets,
  seen: ReadonlySet<string>,
  cannot: Publishing['failed'],
): NodeAccess {
  return nodeAccess({
    aws,
    lookups: find,
    world,
    serving: () => targets.all().filter(({ policy }) => takesOver(policy)),
    // While somebody is careful nothing is taken away from the nodes, which serve all; who leaves has no targets any more, and
    // may be careful all the same.
    complete() {
      if (options.policy !== 'sync') return false;
      const groups = new Set(book.groups());
      // Load balancers of others with the tag of this cluster, and orphans, reach their targets by the same rules.
      return (
        inventory.groups().every((group) => group === SHARED_STACK || groups.has(group)) &&
        targets.all().every(({ policy }) => policy === 'sync') &&
        [...groups].every((group) => seen.has(group) && policyOfGroup('sync', book.of(group)) === 'sync')
      );
    },
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

/** Wires the programs; nothing runs before something is added to a queue. */
export function startPrograms(parts: Parts): Programs {
  const { options, log, client, aws, book } = parts;
  const find = lookups(aws, lookupOptions(options));
  // The one place where the controller's writes are bound to its policy.
  const may = underPolicy(options.policy);
  const write = writer(client, may);
  const seen = new Set<string>();
  const onError = (key: string, error: unknown): void => log.error({ key, err: error }, 'unexpected error');
  const failed: Publishing['failed'] = (key, step, outcome) =>
    log.warn({ key, step, outcome }, 'cannot write to the API server');
  const events = eventTeller(client, 'albatross-controller', may);
  const refused: Deriving['refused'] = ({ ingress }, note) => {
    // Told aside: nothing waits for it, and what fails is in the log.
    const news = { type: 'Warning', reason: 'BindingRefused', action: 'Record', note } as const;
    void events.tell(regardingOf(ingress, book.bindingOf(keyOf(ingress))), news);
  };
  const targets = startTargets(parts, find, { write, failed, events }, () => queues);
  const published = (group: string): void => {
    seen.add(group);
    net.note(group);
    queues.nodes.addAfter(NODES, 100);
  };
  const publishing: Publishing = {
    book,
    write,
    events,
    targets,
    cluster: clusterSettings(options),
    published,
    now: () => new Date(),
    failed,
  };
  const reconciling = startGroups(parts, find, targets, publishing);
  const nodes = startNodes(parts, find, targets, seen, failed);
  const net = startOrphans(parts, reconciling, events, () => queues);
  const queues: Programs['queues'] = {
    bindings: createQueue({
      workers: 8,
      run: (key) => derive(key, { book, write, ceiling: options.policy, now: Date.now, failed, refused }),
      onError,
    }),
    groups: createQueue({
      workers: options.ingressMaxConcurrentReconciles,
      run: (key) => reconcile(key, { ...reconciling, unclaimed: (stack) => net.orphans.remove(stack) }),
      onError,
    }),
    targets: createQueue({
      workers: options.targetgroupbindingMaxConcurrentReconciles,
      run: (arn) => targets.reconcile(arn),
      onError,
    }),
    nodes: createQueue({ workers: 1, run: nodes.run, onError }),
    record: createQueue({ workers: 1, run: net.write, onError }),
  };
  return {
    queues,
    orphans: net.orphans,
    work: workOf(queues, targets),
    look(group) {
      parts.inventory.doubt(group);
      queues.groups.add(group, 'low');
      targets.look(group);
    },
    lookAtNodes() {
      nodes.doubt();
      queues.nodes.add(NODES, 'low');
    },
  };
}

function workOf(queues: Programs['queues'], targets: Targets): Programs['work'] {
  return {
    binding(key, priority, afterMs) {
      if (afterMs === undefined) queues.bindings.add(key, priority);
      else queues.bindings.addAfter(key, afterMs, priority);
    },
    group(id, priority, afterMs = 0) {
      if (afterMs === 0) queues.groups.add(id, priority);
      else queues.groups.addAfter(id, afterMs, priority);
    },
    targets(namespace, service) {
      targets.touch(namespace, service);
      queues.nodes.addAfter(NODES, 200);
    },
  };
}

/** Shows how much waits. */
export function watchDepth(registry: Registry, queues: Programs['queues']): void {
  new Gauge({
    name: 'albatross_queue_depth',
    help: 'Keys that wait for a worker.',
    labelNames: ['queue'],
    registers: [registry],
    collect() {
      for (const [queue, of] of Object.entries(queues)) this.set({ queue }, of.depth());
    },
  });
}
