// The programs and their queues, wired to each other: bindings, groups, targets, node access.
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Aws } from './aws/calls.ts';
import { type Lookups, lookups } from './aws/facts.ts';
import type { Inventory } from './aws/inventory.ts';
import type { Book } from './bindings.ts';
import { derive } from './derive.ts';
import type { World } from './endpoints.ts';
import { takesOver } from './exchange.ts';
import { foreignRules } from './foreign.ts';
import type { InformersOptions } from './informers.ts';
import type { KubeClient } from './kube/client.ts';
import { eventTeller } from './kube/events.ts';
import { createQueue, type Queue } from './kube/queue.ts';
import { writer } from './kube/write.ts';
import type { Secrets } from './logins/secrets.ts';
import { nodeAccess } from './node-access.ts';
import { type ControllerOptions, clusterSettings, lookupOptions } from './options.ts';
import { forgetTargets, type Publishing, publish, unsettle } from './publish.ts';
import { type Reconciling, reconcile } from './reconcile.ts';
import { succession } from './succession.ts';
import { type Targets, targetsProgram } from './targets.ts';

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
}

export interface Programs {
  readonly queues: Readonly<Record<'bindings' | 'groups' | 'targets' | 'nodes', Queue>>;
  /** What the informers set to work. */
  readonly work: InformersOptions['work'];
}

function startTargets(
  { aws, world, options, inventory, log, book }: Parts,
  find: Lookups,
  telling: Pick<Publishing, 'write' | 'failed'>,
  queues: () => Programs['queues'],
): Targets {
  return targetsProgram({
    unsettle: (serving) => forgetTargets({ book, ...telling }, serving),
    now: () => performance.now(),
    random: Math.random,
    aws,
    world,
    writing: options.policy !== 'observe',
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
    ...succession(targets, options.replacementGracePeriod * 1000, () => performance.now()),
    now: Date.now,
    unsettle: (bindings, endangered, toSet) => unsettle(publishing, bindings, endangered, toSet),
    publish: (group, pass) => publish(publishing, group, pass),
    log: (group, operations) => log.info({ group, operations }, 'applied'),
  };
}

/** Wires the programs; nothing runs before something is added to a queue. */
export function startPrograms(parts: Parts): Programs {
  const { options, log, client, aws, book, world } = parts;
  const find = lookups(aws, lookupOptions(options));
  const write = writer(client);
  const seen = new Set<string>();
  const onError = (key: string, error: unknown): void => log.error({ key, err: error }, 'unexpected error');
  const failed: Publishing['failed'] = (key, step, outcome) =>
    log.warn({ key, step, outcome }, 'cannot write to the API server');
  const targets = startTargets(parts, find, { write, failed }, () => queues);
  const events = eventTeller(client, 'albatross-controller');
  const published = (group: string): void => {
    seen.add(group);
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
  const bringNodes = nodeAccess({
    aws,
    lookups: find,
    world,
    serving: () => (options.policy === 'sync' || options.policy === 'upsert-only' ? targets.all() : []),
    complete: () => options.policy === 'sync' && book.groups().every((group) => seen.has(group)),
    async foreign() {
      const answer = await foreignRules(client);
      if ('some' in answer) return answer.some;
      failed('targetgroupbindings', 'look for rules of others', answer);
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
  });
  const queues: Programs['queues'] = {
    bindings: createQueue({
      workers: 8,
      run: (key) => derive(key, { book, write, takesOver: takesOver(options.policy), now: Date.now, failed }),
      onError,
    }),
    groups: createQueue({
      workers: options.ingressMaxConcurrentReconciles,
      run: (key) => reconcile(key, reconciling),
      onError,
    }),
    targets: createQueue({
      workers: options.targetgroupbindingMaxConcurrentReconciles,
      run: (arn) => targets.reconcile(arn),
      onError,
    }),
    nodes: createQueue({ workers: 1, run: bringNodes, onError }),
  };
  return { queues, work: workOf(queues, targets) };
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
