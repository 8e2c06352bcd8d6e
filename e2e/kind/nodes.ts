// The nodes: one control plane and two workers of kind, that say they are instances of the local account.
//
//   this machine ── bridge `kind` ──┬── node 10.0.100.0/24 (its pods)
//     local AWS on the gateway      ├── node 10.0.101.0/24
//     routes to the pods            └── node 10.0.102.0/24
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1NodeList } from '@kubernetes/client-node';
import type { AccountNode } from '../../local-aws/account/seed.ts';
import { type Cluster, runCommand } from '../harness/cluster.ts';
import { docker, KIND_CLUSTER, KIND_NETWORK, kind, nodeImage } from './engine.ts';

/** The private subnets of the account have 10.0.100.0/24 to 10.0.102.0/24: pods get addresses of the VPC, as on EKS. */
const POD_SUBNET = '10.0.100.0/22';

const KUBEADM = 'kubeadm.k8s.io/v1beta4';

/** What kubeadm is told of one node: the instance that it is. */
function nodeConfiguration({ zone, instanceId }: AccountNode, role: 'control-plane' | 'worker'): object {
  const registration = {
    apiVersion: KUBEADM,
    kind: role === 'control-plane' ? 'InitConfiguration' : 'JoinConfiguration',
    nodeRegistration: {
      kubeletExtraArgs: [{ name: 'provider-id', value: `aws:///${zone}/${instanceId}` }],
    },
  };
  const labels = {
    'topology.kubernetes.io/zone': zone,
    'topology.kubernetes.io/region': zone.slice(0, -1),
  };
  return { role, labels, kubeadmConfigPatches: [JSON.stringify(registration)] };
}

/** The configuration of kind. An image of our own has no CoreDNS, and nothing here asks for a name. */
export function kindConfiguration(nodes: readonly AccountNode[], image: string | undefined): object {
  // A list takes the place of kind's own, which has `preflight`.
  const skipPhases = ['preflight', 'addon/coredns'];
  const withoutDns = { apiVersion: KUBEADM, kind: 'InitConfiguration', skipPhases };
  return {
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    kind: 'Cluster',
    networking: { podSubnet: POD_SUBNET, kubeProxyMode: 'nftables' },
    ...(image === undefined ? {} : { kubeadmConfigPatches: [JSON.stringify(withoutDns)] }),
    nodes: nodes.map((node, at) => nodeConfiguration(node, at === 0 ? 'control-plane' : 'worker')),
  };
}

/** The address of this machine in the network of the nodes; the network is made where kind has not made it yet. */
export async function gatewayAddress(): Promise<string> {
  const inspect = ['network', 'inspect', '--format={{range .IPAM.Config}}{{.Gateway}} {{end}}', KIND_NETWORK];
  const made = docker(...inspect).catch(async () => {
    await docker('network', 'create', '--driver=bridge', KIND_NETWORK);
    return docker(...inspect);
  });
  const address = (await made).split(' ').find((one) => /^\d+\./.test(one));
  if (address === undefined) throw new Error(`Docker's network ${KIND_NETWORK} has no IPv4 gateway`);
  return address;
}

/** Creates the cluster, and gives the administrator's kubeconfig in a file of the directory. */
export async function createNodes(accountNodes: readonly AccountNode[], directory: string): Promise<string> {
  const image = nodeImage();
  const configuration = join(directory, 'kind.json');
  await writeFile(configuration, JSON.stringify(kindConfiguration(accountNodes, image)));
  const kubeconfig = join(directory, 'kubeconfig');
  const where = [`--name=${KIND_CLUSTER}`, `--kubeconfig=${kubeconfig}`];
  const more = image === undefined ? [] : [`--image=${image}`];
  await kind(['create', 'cluster', ...where, `--config=${configuration}`, '--wait=10m', ...more]);
  return kubeconfig;
}

export interface KindNode {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
  readonly instanceId: string;
}

export async function nodesOf(cluster: Cluster): Promise<readonly KindNode[]> {
  const list = await cluster.read<V1NodeList>('/api/v1/nodes');
  return (list?.items ?? []).map(({ metadata, spec, status }) => ({
    name: metadata?.name ?? '',
    address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    podCidr: spec?.podCIDR ?? '',
    instanceId: spec?.providerID?.split('/').at(-1) ?? '',
  }));
}

/** This machine reaches every pod through its node. So do the nodes, where no kindnet gives them their routes. */
export async function routePods(nodes: readonly KindNode[]): Promise<void> {
  for (const { podCidr, address, name } of nodes) {
    const route = ['route', 'replace', podCidr, 'via', address];
    const { code, stderr } = await runCommand('ip', route);
    if (code !== 0) throw new Error(`ip ${route.join(' ')}: ${stderr.trim()} (it needs root)`);
    if (nodeImage() === undefined) continue;
    for (const other of nodes) if (other.name !== name) await docker('exec', other.name, 'ip', ...route);
  }
}

/** Takes the routes of this machine back. */
export const unroutePods = async (): Promise<void> =>
  void (await runCommand('ip', ['route', 'flush', 'root', POD_SUBNET]));

/** Where a target of the VPC is: an instance at its node, a pod where it says. */
export const addressIn =
  (nodes: readonly KindNode[]) =>
  ({
    id,
    port,
  }: {
    readonly id: string;
    readonly port: number;
  }): { host: string; port: number } | undefined => {
    if (!id.startsWith('i-')) return { host: id, port };
    const node = nodes.find(({ instanceId }) => instanceId === id);
    return node === undefined ? undefined : { host: node.address, port };
  };
