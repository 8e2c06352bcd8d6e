// The stage: a local cluster, the local AWS with its account, and Albatross's two processes with the rights they have in a
// cluster and no others. The demo, the scenarios and the benchmarks play on it.

import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { type SeededAccount, seedAccount } from '../../local-aws/account/seed.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../local-aws/local-aws.ts';
import { createAuthority } from './certificates.ts';
import type { Cluster } from './cluster.ts';
import { installWebhook, NAMESPACE } from './install.ts';
import { type Kubelet, playKubelet } from './kubelet.ts';
import { albatross, freePorts } from './machine.ts';
import { registerNodes } from './nodes.ts';
import { preparedCluster, preparedMoto } from './prepared.ts';
import { type RunningProcess, startProcess, untilReady } from './process.ts';

export const CLUSTER_NAME = 'local';

export interface StageOptions {
  readonly aws?: Pick<LocalAwsOptions, 'provisioningMs' | 'healthIntervalScale' | 'latencyMs' | 'limits'>;
  /** False: the webhook does not write bindings; the controller must do without. */
  readonly record?: boolean;
  /** False: no webhook is installed at all. */
  readonly webhook?: boolean;
  readonly controllerArgs?: readonly string[];
  /** What Node runs: the sources unless told, as flags and a file. */
  readonly executable?: readonly string[];
  readonly onStep?: (step: string) => void;
}

export interface Stage {
  readonly cluster: Cluster;
  readonly aws: LocalAws;
  readonly account: SeededAccount;
  readonly kubelet: Kubelet;
  /** Starts another controller process; the first one is started with the stage. */
  startController(name?: string, args?: readonly string[]): Promise<RunningProcess>;
  controller(): RunningProcess;
  startWebhook(): Promise<RunningProcess>;
  webhook(): RunningProcess | undefined;
  readonly logs: { readonly controller: string; readonly webhook: string };
  stop(): Promise<void>;
}

/** Credentials of nobody: the local AWS takes any. */
const AWS_ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

async function ok(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

interface Started {
  readonly cluster: Cluster;
  readonly aws: LocalAws;
  readonly account: SeededAccount;
  readonly kubelet: Kubelet;
}

/** Waits for both, also when one fails, so that what the other one started is known before it is taken down. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** Cluster and AWS at the same time; then nodes, and the kubelet that knows where pods really are. */
async function startWorld(
  { aws: awsOptions, onStep = () => undefined }: StageOptions,
  down: AsyncDisposableStack,
): Promise<Started> {
  let addressOf: Kubelet['addressOf'] = () => undefined;
  const cluster = async () => {
    const started = await preparedCluster(onStep);
    down.defer(() => started.stop());
    return started;
  };
  const amazon = async () => {
    const moto = await preparedMoto();
    down.defer(() => moto.close());
    const aws = await startLocalAws({
      healthIntervalScale: 0.05,
      ...awsOptions,
      motoUrl: moto.url,
      targetAddress: (target) => addressOf(target),
    });
    down.defer(() => aws.close());
    onStep('local AWS: account with a VPC, subnets, nodes and certificates');
    return { aws, account: await seedAccount(aws.url, { cluster: CLUSTER_NAME }) };
  };
  const [there, { aws, account }] = await both(cluster(), amazon());
  onStep('three nodes, and a kubelet played by local HTTP servers');
  const nodes = account.nodes.map(({ name, zone, instanceId, privateIp }) => ({
    name,
    zone,
    instanceId,
    internalIP: privateIp,
  }));
  await registerNodes(there, nodes);
  const kubelet = await playKubelet(there);
  down.defer(() => kubelet.stop());
  addressOf = kubelet.addressOf;
  return { cluster: there, aws, account, kubelet };
}

interface WebhookPlace {
  readonly port: number;
  readonly cert: string;
  readonly key: string;
}

/** A throw-away authority in place of cert-manager. */
async function prepareWebhook(cluster: Cluster, install: boolean): Promise<WebhookPlace> {
  const [port = 0] = await freePorts(1);
  const dir = join(cluster.dir, 'webhook');
  await mkdir(dir, { recursive: true });
  const authority = await createAuthority('albatross throw-away authority');
  const { key, cert } = await authority.server(['127.0.0.1', 'localhost']);
  const place = { port, cert: join(dir, 'tls.crt'), key: join(dir, 'tls.key') };
  await writeFile(place.cert, cert);
  await writeFile(place.key, key, { mode: 0o600 });
  const url = `https://127.0.0.1:${port}/validate-ingress`;
  if (install) await installWebhook(cluster, { url, caPem: authority.cert });
  return place;
}

interface Places {
  readonly webhookConfig: string;
  readonly controllerConfig: string;
  readonly webhook: WebhookPlace;
}

class Play implements Stage {
  readonly cluster: Cluster;
  readonly aws: LocalAws;
  readonly account: SeededAccount;
  readonly kubelet: Kubelet;
  readonly logs: Stage['logs'];
  readonly #options: StageOptions;
  readonly #places: Places;
  readonly #down: AsyncDisposableStack;
  readonly #children = new Set<RunningProcess>();
  #controller: RunningProcess | undefined;
  #webhook: RunningProcess | undefined;

  constructor(options: StageOptions, started: Started, places: Places, down: AsyncDisposableStack) {
    this.#options = options;
    this.#places = places;
    this.#down = down;
    down.defer(async () => {
      await Promise.all([...this.#children].map((child) => child.stop(5_000)));
    });
    this.cluster = started.cluster;
    this.aws = started.aws;
    this.account = started.account;
    this.kubelet = started.kubelet;
    const { dir } = started.cluster;
    this.logs = { controller: join(dir, 'controller.log'), webhook: join(dir, 'webhook.log') };
  }

  async startController(name = 'controller', args: readonly string[] = []): Promise<RunningProcess> {
    const [health = 0, metrics = 0] = await freePorts(2);
    const flags = {
      kubeconfig: this.#places.controllerConfig,
      'cluster-name': CLUSTER_NAME,
      'aws-region': this.account.region,
      'aws-vpc-id': this.account.vpcId,
      'leader-election-namespace': NAMESPACE,
      // Nobody here remembers an address.
      'replacement-grace-period': '1s',
      'health-port': String(health),
      'metrics-port': String(metrics),
    };
    const more = [...(this.#options.controllerArgs ?? []), ...args];
    const ready = (): Promise<boolean> => ok(`http://127.0.0.1:${health}/readyz`);
    this.#controller = await this.#start(
      name,
      ['controller', ...flagged(flags), ...more],
      this.logs.controller,
      ready,
    );
    return this.#controller;
  }

  controller(): RunningProcess {
    if (this.#controller === undefined) throw new Error('The controller was not started');
    return this.#controller;
  }

  async startWebhook(): Promise<RunningProcess> {
    const [metrics = 0] = await freePorts(1);
    const { port, cert, key } = this.#places.webhook;
    const flags = {
      kubeconfig: this.#places.webhookConfig,
      host: '127.0.0.1',
      port: String(port),
      'tls-cert-file': cert,
      'tls-private-key-file': key,
      'metrics-port': String(metrics),
      'drain-seconds': '1',
      record: String(this.#options.record ?? true),
    };
    this.#webhook = await this.#start('webhook', ['webhook', ...flagged(flags)], this.logs.webhook, () =>
      webhookReady(port),
    );
    return this.#webhook;
  }

  webhook(): RunningProcess | undefined {
    return this.#webhook;
  }

  stop(): Promise<void> {
    return this.#down.disposeAsync();
  }

  async #start(
    name: string,
    args: readonly string[],
    log: string,
    ready: () => Promise<boolean>,
  ): Promise<RunningProcess> {
    const env = { ...AWS_ENVIRONMENT, AWS_REGION: this.account.region, AWS_ENDPOINT_URL: this.aws.url };
    const child = await startProcess({
      name,
      command: process.execPath,
      args: [...(this.#options.executable ?? [albatross()]), ...args],
      env,
      log,
    });
    this.#children.add(child);
    await untilReady(child, ready);
    return child;
  }
}

const flagged = (flags: Readonly<Record<string, string>>): string[] =>
  Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);

/** The environment variable that says where scenarios play: `kind`, or here. */
const STAGE = 'ALBATROSS_STAGE';

/** Sets the stage; `stop` takes everything down again, last things first. A start that fails leaves nothing behind. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  if (process.env[STAGE] === 'kind') return (await import('../kind/stage.ts')).setKindStage(options);
  const down = new AsyncDisposableStack();
  try {
    return await set(options, down);
  } catch (error) {
    await down.disposeAsync();
    throw error;
  }
}

async function set(options: StageOptions, down: AsyncDisposableStack): Promise<Stage> {
  const step = options.onStep ?? (() => undefined);
  const started = await startWorld(options, down);
  const { cluster } = started;
  step('Albatross: webhook configuration from config/');
  const webhook = await prepareWebhook(cluster, options.webhook !== false);
  const [webhookConfig, controllerConfig] = await Promise.all([
    cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook'),
    cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller'),
  ]);
  const play = new Play(options, started, { webhookConfig, controllerConfig, webhook }, down);
  step('albatross webhook and albatross controller, each with its own ServiceAccount token');
  await both(
    play.startController(),
    options.webhook === false ? Promise.resolve() : play.startWebhook().then(() => undefined),
  );
  return play;
}

/** Asks over TLS without checking who answers: the API server is the one that checks. */
function webhookReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(
      { host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asking.on('error', () => resolve(false));
    asking.end();
  });
}
