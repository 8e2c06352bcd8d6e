// The stage on kind: real nodes, real pods, config/default as it is; the local AWS runs here and plays on the gateway of the nodes'
// network. One for all scenario files of the run: each leaves it without the namespaces that it made.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type V1NamespaceList } from '@kubernetes/client-node';
import { type SeededAccount, seedAccount } from '../../local-aws/account/seed.ts';
import { type LocalAws, startLocalAws } from '../../local-aws/local-aws.ts';
import { startMoto } from '../../local-aws/moto/moto-process.ts';
import { type Cluster, connectCluster } from '../harness/cluster.ts';
import { NAMESPACE } from '../harness/install.ts';
import { ROOT } from '../harness/machine.ts';
import type { RunningProcess } from '../harness/process.ts';
import { CLUSTER_NAME, type Stage, type StageOptions } from '../harness/stage.ts';
import { bindingNames, kubectl } from '../harness/waiters.ts';
import { type CertManager, installCertManager } from './cert-manager.ts';
import { albatrossImage, docker, KIND_CLUSTER, kind } from './engine.ts';
import { addressIn, createNodes, gatewayAddress, type KindNode, nodesOf, routePods } from './nodes.ts';

/** The one port of AWS that the controller's NetworkPolicy lets out. */
const AWS_PORT = 443;

export interface KindStage extends Stage {
  readonly nodes: readonly KindNode[];
  readonly certManager: CertManager;
}

const step = (text: string): void => void process.stdout.write(`  ${text}\n`);

interface Account {
  readonly aws: LocalAws;
  readonly account: SeededAccount;
  nodes: readonly KindNode[];
}

/** The account comes first: nodes say which instances of it they are. */
async function startAccount(): Promise<Account> {
  const moto = await startMoto();
  const there: { nodes: readonly KindNode[] } = { nodes: [] };
  const aws = await startLocalAws({
    host: await gatewayAddress(),
    port: AWS_PORT,
    // A health check's timeout of two seconds is 400 ms: pods of a busy machine need that.
    healthIntervalScale: 0.2,
    motoUrl: moto.url,
    targetAddress: (target) => addressIn(there.nodes)(target),
  });
  return Object.assign(there, { aws, account: await seedAccount(aws.url, { cluster: CLUSTER_NAME }) });
}

/** Moves the API server's static pod away and back: its kubelet ends and starts it. */
function pausing(cluster: () => Cluster): Pick<Cluster, 'pauseApiServer' | 'resumeApiServer'> {
  const [served, away] = ['/etc/kubernetes/manifests', '/etc/kubernetes'].map(
    (of) => `${of}/kube-apiserver.yaml`,
  );
  const move = (from = '', to = '') => docker('exec', `${KIND_CLUSTER}-control-plane`, 'mv', from, to);
  const answers = async () => (await cluster().kubectl(['get', '--raw=/readyz'])).code === 0;
  const until = async (wanted: boolean): Promise<void> => {
    const deadline = Date.now() + 300_000;
    while ((await answers()) !== wanted) {
      if (Date.now() > deadline)
        throw new Error(`the API server is ${wanted ? 'not ready' : 'there'} after 5 minutes`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  return {
    pauseApiServer: async () => {
      await move(served, away);
      await until(false);
    },
    resumeApiServer: async () => {
      await move(away, served);
      await until(true);
    },
  };
}

async function connect(kubeconfig: string): Promise<Cluster> {
  const client = new KubeConfig();
  client.loadFromFile(kubeconfig);
  const { server = '', caData = '' } = client.getCurrentCluster() ?? {};
  const place = { kubeconfig, server, caPem: Buffer.from(caData, 'base64').toString(), etcd: '' };
  const cluster: Cluster = await connectCluster(
    place,
    pausing(() => cluster),
  );
  return cluster;
}

/** As config/README.md says it to people. The ConfigMap is the controller's environment, so it also says where AWS is. */
export async function installAlbatross(
  { cluster, aws, account }: Pick<KindStage, 'cluster' | 'aws' | 'account'>,
  certManager: CertManager,
): Promise<void> {
  for (const brought of ['classparams', 'targetgroupbindings'])
    await kubectl(cluster, `create -k ${join(ROOT, 'config', brought)}`);
  await kubectl(cluster, `apply -k ${join(ROOT, 'config/default')}`);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'albatross-cluster', namespace: NAMESPACE },
    data: {
      CLUSTER_NAME,
      AWS_REGION: account.region,
      AWS_VPC_ID: account.vpcId,
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  await certManager.issue();
  for (const name of ['webhook', 'controller'])
    await kubectl(
      cluster,
      `rollout status deployment/albatross-${name} --namespace=${NAMESPACE} --timeout=600s`,
    );
}

const namespacesOf = async (cluster: Cluster): Promise<string[]> =>
  ((await cluster.read<V1NamespaceList>('/api/v1/namespaces'))?.items ?? []).map(
    ({ metadata }) => metadata?.name ?? '',
  );

async function start(): Promise<KindStage> {
  const began = Date.now();
  const told = (text: string) => step(`${((Date.now() - began) / 1000).toFixed(0)} s: ${text}`);
  const world = await startAccount();
  told(`local AWS on ${world.aws.url}`);
  const directory = await mkdtemp(join(tmpdir(), 'albatross-kind-'));
  const cluster = await connect(await createNodes(world.account.nodes, directory));
  told('kind: one control plane, two workers');
  world.nodes = await nodesOf(cluster);
  await routePods(world.nodes);
  await kind(['load', 'docker-image', albatrossImage(), 'shop:1', `--name=${KIND_CLUSTER}`]);
  told('images loaded');
  const certManager = await installCertManager(cluster);
  told(certManager.told);
  await installAlbatross({ cluster, ...world }, certManager);
  told('config/default is rolled out');
  const before = await namespacesOf(cluster);
  const none = (): RunningProcess => {
    throw new Error('on kind, processes are pods');
  };
  return {
    cluster,
    ...world,
    certManager,
    kubelet: { addressOf: addressIn(world.nodes), addresses: () => [], stop: async () => undefined },
    startController: async () => none(),
    controller: none,
    startWebhook: async () => none(),
    webhook: none,
    logs: { controller: join(directory, 'controller.log'), webhook: join(directory, 'webhook.log') },
    stop: () => clear(cluster, before),
  };
}

/** Takes away what a scenario file left. */
async function clear(cluster: Cluster, before: readonly string[]): Promise<void> {
  const made = (await namespacesOf(cluster)).filter((name) => !before.includes(name));
  if (made.length > 0) await kubectl(cluster, `delete namespace ${made.join(' ')} --timeout=300s`);
  const left = await bindingNames(cluster);
  if (left.length > 0) throw new Error(`bindings outlive their namespaces: ${left.join(', ')}`);
}

let stage: Promise<KindStage> | undefined;

/**
 * The stage of this run; started when it is first asked for.
 * @throws Error when a scenario asks for what config/default does not have.
 */
export function setKindStage({ aws: _, onStep: __, ...asked }: StageOptions = {}): Promise<KindStage> {
  const isNothing = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
  const other = Object.entries(asked).flatMap(([name, value]) => (isNothing(value) ? [] : [name]));
  if (other.length > 0)
    throw new Error(`on kind, Albatross runs as config/default says: no ${other.join(', ')}`);
  stage ??= start();
  return stage;
}
