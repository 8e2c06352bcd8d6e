// The stage: a local cluster, the local AWS with its account, and Albatross's two processes with the rights they have in a
// cluster and no others. The demo, the scenarios and the benchmarks play on it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, seedAccount } from '../aws/account.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../aws/local-aws.ts';
import { startMoto } from '../aws/moto.ts';
import { createAuthority } from './certificates.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { crdManifest, installAlbatross, NAMESPACE } from './install.ts';
import { type Kubelet, playKubelet } from './kubelet.ts';
import { freePorts, ROOT } from './machine.ts';
import { registerNodes } from './nodes.ts';
import { type RunningProcess, startProcess, untilReady } from './process.ts';

export const CLUSTER_NAME = 'local';

export interface StageOptions {
  readonly aws?: Pick<LocalAwsOptions, 'provisioningMs' | 'healthIntervalScale' | 'latencyMs' | 'limits'>;
  /** False: the webhook does not write bindings; the controller must do without. */
  readonly record?: boolean;
  /** False: no webhook is installed at all. */
  readonly webhook?: boolean;
  readonly controllerArgs?: readonly string[];
  readonly onStep?: (step: string) => void;
}

export interface Stage {
  readonly cluster: Cluster;
  readonly aws: LocalAws;
  readonly account: Account;
  readonly kubelet: Kubelet;
  /** Starts another controller process; the first one is started with the stage. */
  startController(name?: string, args?: readonly string[]): Promise<RunningProcess>;
  controller(): RunningProcess;
  startWebhook(): Promise<RunningProcess>;
  webhook(): RunningProcess | undefined;
  readonly logs: { readonly controller: string; readonly webhook: string };
  stop(): Promise<void>;
}

const ALBATROSS = join(ROOT, 'cli/albatross.ts');

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
  readonly account: Account;
  readonly kubelet: Kubelet;
  readonly closeAws: () => Promise<void>;
}

/** Cluster and AWS at the same time; then nodes, and the kubelet that knows where pods really are. */
async function startWorld({ aws: awsOptions, onStep = () => undefined }: StageOptions): Promise<Started> {
  let addressOf: Kubelet['addressOf'] = () => undefined;
  const startAws = async () => {
    const moto = await startMoto();
    const aws = await startLocalAws({
      healthIntervalScale: 0.02,
      ...awsOptions,
      motoUrl: moto.url,
      targetAddress: (target) => addressOf(target),
    });
    onStep('local AWS: account with a VPC, subnets, nodes and certificates');
    return { aws, account: await seedAccount(aws.url, { cluster: CLUSTER_NAME }), moto };
  };
  const [cluster, { aws, account, moto }] = await Promise.all([startCluster({ before: [await crdManifest()], onStep }), startAws()]);
  onStep('three nodes, and a kubelet played by local HTTP servers');
  const nodes = account.nodes.map(({ name, zone, instanceId, privateIp }) => ({ name, zone, instanceId, internalIP: privateIp }));
  await registerNodes(cluster, nodes);
  const kubelet = await playKubelet(cluster);
  addressOf = kubelet.addressOf;
  const closeAws = async (): Promise<void> => {
    await aws.close();
    await moto.close();
  };
  return { cluster, aws, account, kubelet, closeAws };
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
  await installAlbatross(cluster, install ? { webhook: { url, caPem: authority.cert } } : {});
  return place;
}

/** Sets the stage; `stop` takes everything down again. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const step = options.onStep ?? (() => undefined);
  const { cluster, aws, account, kubelet, closeAws } = await startWorld(options);
  step('Albatross: CRD, RBAC, webhook configuration from config/');
  const place = await prepareWebhook(cluster, options.webhook !== false);
  const [webhookConfig, controllerConfig] = await Promise.all([
    cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook'),
    cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller'),
  ]);
  const logs = { controller: join(cluster.dir, 'controller.log'), webhook: join(cluster.dir, 'webhook.log') };
  const children = new Set<RunningProcess>();

  async function start(name: string, args: readonly string[], log: string, ready: (child: RunningProcess) => Promise<boolean>): Promise<RunningProcess> {
    const env = { ...AWS_ENVIRONMENT, AWS_REGION: account.region, AWS_ENDPOINT_URL: aws.url };
    const child = await startProcess({ name, command: process.execPath, args: [ALBATROSS, ...args], env, log });
    children.add(child);
    await untilReady(child, () => ready(child));
    return child;
  }

  async function startController(name = 'controller', args: readonly string[] = []): Promise<RunningProcess> {
    const [health = 0, metrics = 0] = await freePorts(2);
    const flags = ['--kubeconfig', controllerConfig, '--cluster-name', CLUSTER_NAME, '--aws-region', account.region, '--aws-vpc-id', account.vpcId];
    const ports = ['--health-port', String(health), '--metrics-port', String(metrics), '--leader-election-namespace', NAMESPACE];
    const all = ['controller', ...flags, ...ports, ...(options.controllerArgs ?? []), ...args];
    return start(name, all, logs.controller, () => ok(`http://127.0.0.1:${health}/readyz`));
  }

  async function startWebhook(): Promise<RunningProcess> {
    const flags = ['--kubeconfig', webhookConfig, '--host', '127.0.0.1', '--port', String(place.port), '--tls-cert-file', place.cert, '--tls-private-key-file', place.key];
    const record = options.record === false ? ['--record', 'false'] : [];
    const [metrics = 0] = await freePorts(1);
    const ready = async (): Promise<boolean> => {
      const { code } = await cluster.kubectl(['get', '--raw', '/readyz']);
      return code === 0 && (await webhookReady(place.port));
    };
    return start('webhook', ['webhook', ...flags, ...record, '--metrics-port', String(metrics), '--drain-seconds', '1'], logs.webhook, ready);
  }

  step('albatross webhook and albatross controller, each with its own ServiceAccount token');
  const [first, webhook] = await Promise.all([startController(), options.webhook === false ? undefined : startWebhook()]);
  const running = { controller: first, webhook };

  return {
    cluster,
    aws,
    account,
    kubelet,
    logs,
    async startController(name, args) {
      running.controller = await startController(name, args);
      return running.controller;
    },
    controller: () => running.controller,
    async startWebhook() {
      running.webhook = await startWebhook();
      return running.webhook;
    },
    webhook: () => running.webhook,
    async stop() {
      await Promise.all([...children].map((child) => child.stop(5_000)));
      await kubelet.stop();
      await closeAws();
      await cluster.stop();
    },
  };
}

/** Asks over TLS without checking who answers: the API server is the one that checks. */
async function webhookReady(port: number): Promise<boolean> {
  const { request } = await import('node:https');
  return new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('error', () => resolve(false));
    asking.end();
  });
}
