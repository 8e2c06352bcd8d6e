// Nodes without machines: Node objects that look like EC2 instances to whoever reads them. Pods on them are played by
// kubelet.ts.
import { CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';

export interface NodeSpec {
  readonly name: string;
  /** An availability zone: us-west-2a. */
  readonly zone: string;
  readonly instanceId: string;
  /** The instance's private IPv4 address; its pods get addresses of the same /24. */
  readonly internalIP: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Creates Node objects as the AWS cloud provider would leave them: provider id `aws:///ZONE/INSTANCE`, topology labels
 * (Kubernetes "Well-Known Labels, Annotations and Taints"), Ready, no taint.
 */
export async function registerNodes(cluster: Cluster, nodes: readonly NodeSpec[]): Promise<void> {
  const api = cluster.client.makeApiClient(CoreV1Api);
  await Promise.all(
    nodes.map(async (node) => {
      await api.createNode({ body: nodeObject(node) });
      // Every new Node is born with the taint not-ready; the controller that takes it off is not here.
      await api.patchNode({ name: node.name, body: { spec: { taints: null } } }, asMergePatch);
    }),
  );
}

/** Says that a node is ready, or not ready, as its kubelet would. */
export async function setNodeReady(cluster: Cluster, name: string, ready: boolean): Promise<void> {
  const api = cluster.client.makeApiClient(CoreV1Api);
  await api.patchNodeStatus(
    { name, body: { status: { conditions: [readyCondition(ready)] } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}

const asMergePatch = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

function nodeObject({ name, zone, instanceId, internalIP, labels }: NodeSpec) {
  const capacity = { cpu: '4', memory: '16Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node.kubernetes.io/instance-type': 'm5.xlarge',
        'topology.kubernetes.io/region': zone.replace(/[a-z]$/, ''),
        'topology.kubernetes.io/zone': zone,
        ...labels,
      },
    },
    spec: { providerID: `aws:///${zone}/${instanceId}` },
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: internalIP },
        { type: 'Hostname', address: name },
      ],
      conditions: [readyCondition(true)],
    },
  };
}

function readyCondition(ready: boolean) {
  const now = new Date();
  return {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason: ready ? 'KubeletReady' : 'KubeletNotReady',
    message: ready ? 'the local cluster plays this node' : 'the local cluster plays a node in trouble',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
}
