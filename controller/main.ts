// The controller, wired: options in, a running process out. The only file here that knows all the others.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { isFailure } from '../alb/failures/failure.ts';
import { meet } from '../api/problems/unmet-need.ts';
import { kubeClient } from '../kube/client.ts';
import { type KubeConfig, ownNamespace } from '../kube/config.ts';
import { identityOfProcess, Lead } from '../kube/lease.ts';
import { connectAws } from './aws/client.ts';
import { openBook } from './bindings/store.ts';
import { driftReport } from './drift/report.ts';
import { lookForDrift } from './drift/sweep.ts';
import { Secrets } from './facts/oidc-secrets.ts';
import { type Informers, startInformers } from './informers.ts';
import { createInventory } from './inventory/inventory.ts';
import { serve } from './metrics/server.ts';
import { awsOptions, type ControllerOptions } from './options.ts';
import type { World } from './targets/endpoints.ts';
import { PodIndex } from './targets/pod-index.ts';
import { type Parts, type Workers, wireWorkers } from './workers.ts';

/** Longest wait between two attempts to read the inventory at start, in milliseconds. */
const INVENTORY_RETRY_MS = 60_000;

/** Where the controller lives. */
export interface ControllerLife {
  readonly kubeConfig: KubeConfig;
  readonly log: Logger;
  /** Aborted when it is asked to end. */
  readonly ending: AbortSignal;
  /** Told when it is up: it leads and works from when it holds the Lease. */
  ready(): void;
}

type ClusterConnection = Pick<ControllerLife, 'kubeConfig' | 'log'>;

function connect(
  options: ControllerOptions,
  { kubeConfig, log }: ClusterConnection,
  registry: Registry,
  world: World,
  {
    lose,
    touched,
    unseen,
  }: Pick<Parts, 'unseen'> & {
    readonly lose: (because: string) => void;
    readonly touched: (group: string) => void;
  },
): Parts & { readonly lead: Lead | undefined } {
  const { clusterName, externalManagedTags } = options;
  const client = kubeClient(kubeConfig);
  const lead = stand({ options, client, log }, lose);
  const mayWrite = async (): Promise<void> => lead?.whenLeading();
  const everyMs = options.secretPeriod * 1000;
  const requiredLabel = options.requiredSecretsLabel;
  const secrets = new Secrets({ client, clusterName, everyMs, requiredLabel, changed: touched });
  const clientSecret = secrets.reveal.bind(secrets);
  const aws = connectAws({ ...awsOptions(options), registry, mayWrite, clientSecret });
  return {
    options,
    log,
    client,
    aws,
    book: openBook(options.policy),
    inventory: createInventory(aws, { externalManagedTags }),
    world,
    pods: new PodIndex(),
    secrets,
    lead,
    driftReport: driftReport(log, registry),
    registry,
    mayWrite,
    unseen,
  };
}

function stand(
  { options, client, log }: Pick<Parts, 'options' | 'client' | 'log'>,
  onLost: (because: string) => void,
): Lead | undefined {
  if (!options.leaderElect) return undefined;
  return new Lead({
    client,
    namespace: options.leaderElectionNamespace ?? ownNamespace(client.kubeConfig),
    name: options.leaderElectionId,
    identity: identityOfProcess(),
    onLost: (because) => {
      log.error({ because }, 'leadership lost');
      onLost(because);
    },
    onWaiting: (holder) => log.info({ holder }, 'another controller leads; waiting'),
    onTrouble: (because) => log.warn({ because }, 'cannot hold the lease; trying again'),
  });
}

/** Reads the inventory in bulk until it succeeds: no group can be planned without it. */
async function readInventory({ inventory, log }: Parts, signal: AbortSignal): Promise<void> {
  for (let wait = 1_000; !signal.aborted; wait = Math.min(wait * 2, INVENTORY_RETRY_MS)) {
    try {
      await inventory.load();
      return;
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      log.warn(
        { action: thrown.action, code: thrown.code, error: thrown.message, retryInMs: wait },
        'cannot read the inventory',
      );
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Opens the ports for probes and metrics, before anything is begun. @throws Unmet when one is not to be had. */
async function openPorts(options: ControllerOptions, registry: Registry, ending: AbortSignal) {
  const metrics = async () => ({ status: 200, body: await registry.metrics() });
  const ok = async () => ({ status: 200, body: 'ok' });
  const readyz = async () => (ending.aborted ? { status: 503, body: 'stopping' } : ok());
  return meet([
    serve(
      '--metrics-port',
      { port: options.metricsPort, host: options.metricsHost },
      { '/metrics': metrics },
    ),
    serve(
      '--health-port',
      { port: options.healthPort, host: options.healthHost },
      { '/healthz': ok, '/readyz': readyz },
    ),
  ]);
}

/** Starts the controller. Resolves when it is up; it leads and works from when it holds the Lease. */
async function startController(options: ControllerOptions, life: ControllerLife) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const servers = await openPorts(options, registry, life.ending);
  const running: { informers?: Informers; workers?: Workers } = {};
  const { promise: lost, resolve: lose } = Promise.withResolvers<string>();
  const world: World = {
    service: (namespace, name) => running.informers?.world.service(namespace, name),
    slices: (namespace, service) => running.informers?.world.slices(namespace, service) ?? [],
    pod: (namespace, name) => running.informers?.world.pod(namespace, name),
    isPodAt: (address) => running.informers?.world.isPodAt(address) === true,
    nodes: () => running.informers?.world.nodes() ?? [],
  };
  const touched = (group: string): void => running.workers?.work.group(group, 'normal');
  const unseen = (): string | undefined =>
    running.informers?.healthy() === true ? undefined : 'a watch at the API server is interrupted';
  const parts = connect(options, life, registry, world, { lose, touched, unseen });
  const { log, client, book, pods, lead } = parts;
  const workers = wireWorkers(parts);
  running.workers = workers;

  async function work(): Promise<void> {
    await lead?.whenLeading();
    log.info({ cluster: options.clusterName, vpc: options.awsVpcId, policy: options.policy }, 'leading');
    const onState = (kind: string, state: object): void => log.info({ kind, ...state }, 'watch');
    running.informers = startInformers({ client, book, pods, options, work: workers.work, onState });
    // Targets are served meanwhile, from what the bindings remember.
    await Promise.all([running.informers.synced, readInventory(parts, life.ending)]);
    if (life.ending.aborted) return;
    workers.openGroups();
    log.info({ groups: book.groups().length }, 'synced');
    await workers.orphans.look();
    await lookForDrift(parts, workers, life.ending);
  }

  work().catch((error: unknown) => {
    log.fatal({ err: error }, 'unexpected end');
    lose('unexpected end');
  });
  return {
    /** Resolves with the reason when the process must end: another one leads, or it could not start. */
    lost,
    /** Ends it in order: nothing new is begun, what runs is finished, the lease is given back. */
    async stop(): Promise<void> {
      running.informers?.stop();
      parts.secrets.stop();
      const drained = Promise.all(Object.values(workers.queues).map((queue) => queue.drain()));
      // What pauses for want of the lease does not end.
      if (lead?.leading() !== false) await drained;
      await lead?.release();
      parts.aws.close();
      for (const server of servers) server?.close();
    },
  };
}

/**
 * Runs until it is asked to end (exit code 0), or must end because another controller leads (1, for a restart).
 * @throws Unmet when a port is not to be had.
 */
export async function runController(options: ControllerOptions, life: ControllerLife): Promise<0 | 1> {
  const controller = await startController(options, life);
  life.ready();
  const { promise: asked, resolve } = Promise.withResolvers<undefined>();
  life.ending.addEventListener('abort', () => resolve(undefined));
  const because = await Promise.race([asked, controller.lost]);
  if (because !== undefined) return 1;
  await controller.stop();
  return 0;
}
