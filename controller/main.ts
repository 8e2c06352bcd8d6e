// The controller, wired: options in, a running process out. The only file here that knows all the others.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { lookups } from './aws/facts.ts';
import { type Aws, connectAws } from './aws/calls.ts';
import { isFailure } from './aws/errors.ts';
import { createInventory, type Inventory } from './aws/inventory.ts';
import { type Book, openBook } from './bindings.ts';
import { derive } from './derive.ts';
import { type Informers, startInformers } from './informers.ts';
import { kubeClient, type KubeClient } from './kube/client.ts';
import { eventTeller } from './kube/events.ts';
import { identityOfProcess, type Lead, standForElection } from './kube/lead.ts';
import { createQueue, type Queue } from './kube/queue.ts';
import { writer } from './kube/write.ts';
import { nodeAccess } from './node-access.ts';
import { clusterSettings, type ControllerOptions } from './options.ts';
import { publish, type Publishing } from './publish.ts';
import { reconcile, type Reconciling } from './reconcile.ts';
import { targetsProgram, type Targets } from './targets.ts';

const VERSION = '0.1.0';
/** The key of the node access program: there is one per cluster. */
const NODES = 'nodes';

interface Queues {
  readonly bindings: Queue;
  readonly groups: Queue;
  readonly targets: Queue;
  readonly nodes: Queue;
}

interface Parts {
  readonly options: ControllerOptions;
  readonly log: Logger;
  readonly client: KubeClient;
  readonly aws: Aws;
  readonly book: Book;
  readonly inventory: Inventory;
}

function kubeConfigOf(path: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  return config;
}

/** The namespace of the kubeconfig's context or of the pod. */
function ownNamespace(config: KubeConfig): string {
  const context = config.getContextObject(config.getCurrentContext())?.namespace;
  if (context !== undefined) return context;
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'default';
}

/** Serves one port with fixed paths; resolves when it listens. Without a port nothing is served. */
async function serve(port: number | undefined, paths: Record<string, () => Promise<{ status: number; body: string }>>): Promise<Server | undefined> {
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    const answer = paths[request.url ?? ''];
    const made = answer === undefined ? Promise.resolve({ status: 404, body: 'not found' }) : answer();
    made.then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  return server;
}

/** Reads the inventory in bulk until it succeeds: nothing can be planned without it. */
async function readInventory({ inventory, log }: Parts, stopped: () => boolean): Promise<void> {
  for (let wait = 1_000; !stopped(); wait = Math.min(wait * 2, 60_000)) {
    try {
      await inventory.load();
      return;
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      log.warn({ action: thrown.action, code: thrown.code, error: thrown.message, retryInMs: wait }, 'cannot read the inventory');
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function programs(parts: Parts, informers: () => Informers): { queues: Queues; targets: Targets } {
  const { options, log, client, aws, book, inventory } = parts;
  const find = lookups(aws);
  const world: Informers['world'] = {
    service: (namespace, name) => informers().world.service(namespace, name),
    slices: (namespace, service) => informers().world.slices(namespace, service),
    nodes: () => informers().world.nodes(),
  };
  const onError = (key: string, error: unknown): void => log.error({ key, err: error }, 'unexpected error');
  const failed: Publishing['failed'] = (key, step, outcome) => log.warn({ key, step, outcome }, 'cannot write to the API server');
  const write = writer(client);
  const seen = new Set<string>();
  const cluster = clusterSettings(options);

  const targets = targetsProgram({
    aws,
    world,
    writing: options.policy !== 'observe',
    inVpc: (address) => find.inVpc(address),
    enqueue: (arn, urgent) => queues.targets.add(arn, urgent ? 'high' : 'normal'),
    changed: (group) => queues.groups.add(group, 'normal'),
    lost: ({ group }) => {
      inventory.forget(group);
      queues.groups.add(group, 'normal');
    },
  });
  const publishing: Publishing = {
    book,
    write,
    events: eventTeller(client, 'albatross-controller'),
    targets,
    cluster,
    published: (group) => {
      seen.add(group);
      queues.nodes.addAfter(NODES, 100);
    },
    now: () => new Date(),
    failed,
  };
  const reconciling: Reconciling = {
    book,
    inventory,
    aws,
    cluster,
    lookups: find,
    policy: options.policy,
    service: world.service,
    waitsFor: (successor) => waitsFor(successor, targets),
    publish: (group, pass) => publish(publishing, group, pass),
    log: (group, outcomes) => log.info({ group, operations: outcomes }, 'applied'),
  };
  const bringNodes = nodeAccess({
    aws,
    lookups: find,
    world,
    serving: () => (options.policy === 'sync' || options.policy === 'upsert-only' ? targets.all() : []),
    complete: () => options.policy === 'sync' && book.groups().every((group) => seen.has(group)),
    unclear: (instance) => log.warn({ instance }, 'no single security group of the node is the cluster’s; its rules are left alone'),
  });
  const queues: Queues = {
    bindings: createQueue({ workers: 8, run: (key) => derive(key, { book, write, now: Date.now, failed }), onError }),
    groups: createQueue({ workers: options.ingressMaxConcurrentReconciles, run: (key) => reconcile(key, reconciling), onError }),
    targets: createQueue({ workers: 8, run: (arn) => targets.reconcile(arn), onError }),
    nodes: createQueue({ workers: 1, run: bringNodes, onError }),
  };
  return { queues, targets };
}

/** A successor serves when AWS calls it active and, if it forwards to anything, some target of it is healthy. */
function waitsFor(successor: Parameters<Reconciling['waitsFor']>[0], targets: Targets): string | undefined {
  if (successor.kind === 'loadBalancer' && successor.extra.state !== 'active') return `${successor.spec.name} is ${successor.extra.state ?? 'new'}`;
  const groups = targets.all().filter(({ arn, group }) => (successor.kind === 'targetGroup' ? arn === successor.arn : group === successor.group));
  const sick = groups.find(({ arn }) => {
    const health = targets.health(arn);
    return health === undefined || (health.total > 0 && health.healthy === 0);
  });
  return sick === undefined ? undefined : `no target of ${sick.backend.service} is healthy behind it yet`;
}

/** A controller that runs; `stop` ends it in order, `lost` resolves when it must end because another one leads. */
export interface RunningController {
  stop(): Promise<void>;
  readonly lost: Promise<string>;
}

/** Runs until the process is asked to end, or must end because another controller leads (exit code 1, for a restart). */
export async function runController(options: ControllerOptions): Promise<void> {
  const controller = await startController(options);
  const asked = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(undefined));
  });
  const because = await Promise.race([asked, controller.lost]);
  if (because !== undefined) process.exit(1);
  await controller.stop();
}

/** Starts the controller. Resolves when it is up; it leads and works from when it holds the Lease. */
export async function startController(options: ControllerOptions): Promise<RunningController> {
  const log = pino({ level: options.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const client = kubeClient(kubeConfigOf(options.kubeconfig));
  const { awsRegion: region, clusterName, awsVpcId: vpcId, awsMaxRetries: maxAttempts } = options;
  const aws = connectAws({ clusterName, vpcId, maxAttempts, version: VERSION, registry, ...(region === undefined ? {} : { region }) });
  const { externalManagedTags } = options;
  const parts: Parts = { options, log, client, aws, book: openBook(), inventory: createInventory(aws, { externalManagedTags }) };
  let informers: Informers | undefined;
  let stopped = false;
  const { queues, targets } = programs(parts, () => {
    if (informers === undefined) throw new Error('The informers are not started');
    return informers;
  });
  watchDepth(registry, queues);

  const lost = Promise.withResolvers<string>();
  const lead: Lead | undefined = options.leaderElect
    ? standForElection({
        client,
        namespace: options.leaderElectionNamespace ?? ownNamespace(client.kubeConfig),
        name: options.leaderElectionId,
        identity: identityOfProcess(),
        onLost: (because) => {
          log.error({ because }, 'leadership lost');
          lost.resolve(because);
        },
        onTrouble: (because) => log.warn({ because }, 'cannot hold the lease; trying again'),
        onWaiting: (holder) => log.info({ holder }, 'another controller leads; waiting'),
      })
    : undefined;
  const servers = await Promise.all([
    serve(options.metricsPort, { '/metrics': async () => ({ status: 200, body: await registry.metrics() }) }),
    serve(options.healthPort, {
      '/healthz': async () => ({ status: 200, body: 'ok' }),
      '/readyz': async () => (stopped ? { status: 503, body: 'stopping' } : { status: 200, body: 'ok' }),
    }),
  ]);

  async function work(): Promise<void> {
    await lead?.acquired;
    if (stopped) return;
    log.info({ cluster: clusterName, vpc: vpcId, policy: options.policy }, 'leading');
    await readInventory(parts, () => stopped);
    if (stopped) return;
    informers = startInformers({ client, book: parts.book, options, work: workOf(queues, targets), onState: (kind, state) => log.info({ kind, ...state }, 'watch') });
    await informers.synced;
    log.info({ groups: parts.book.groups().length }, 'synced');
    sweep();
  }

  /** Looks for drift from time to time: bulk reads, then the groups in which something is not as it was known. */
  function sweep(): void {
    const timer = setTimeout(() => {
      parts.inventory
        .load()
        .then((groups) => {
          for (const group of groups) queues.groups.add(group, 'low');
        })
        .catch((error: unknown) => log.warn({ err: error }, 'sweep failed; the next one tries again'))
        .finally(() => {
          if (!stopped) sweep();
        });
    }, options.syncPeriod * 1000);
    timer.unref();
  }

  work().catch((error: unknown) => {
    log.fatal({ err: error }, 'cannot start');
    lost.resolve('start failed');
  });

  return {
    lost: lost.promise,
    async stop() {
      stopped = true;
      informers?.stop();
      await Promise.all(Object.values(queues).map((queue: Queue) => queue.drain()));
      await lead?.release();
      aws.close();
      for (const server of servers) server?.close();
    },
  };
}

function workOf(queues: Queues, targets: Targets): Parameters<typeof startInformers>[0]['work'] {
  return {
    binding: (key, priority, afterMs) => (afterMs === undefined ? queues.bindings.add(key, priority) : queues.bindings.addAfter(key, afterMs, priority)),
    group: (id, priority) => queues.groups.add(id, priority),
    targets: (namespace, service) => {
      targets.touch(namespace, service);
      queues.nodes.addAfter(NODES, 200);
    },
  };
}

function watchDepth(registry: Registry, queues: Queues): void {
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
