// The local cluster keeps the promises that every other scenario stands on: RBAC refuses, controllers work, pods run
// and end, and an API server that was away comes back to a cluster that goes on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { type Kubelet, playKubelet } from '../harness/kubelet.ts';
import { registerNodes, setNodeReady } from '../harness/nodes.ts';

let cluster: Cluster;
let kubelet: Kubelet;

beforeAll(async () => {
  cluster = await startCluster({ before: [namespace('early')] });
  await registerNodes(cluster, [
    { name: 'node-a', zone: 'us-west-2a', instanceId: 'i-0000000000000000a', internalIP: '10.0.101.10' },
    { name: 'node-b', zone: 'us-west-2b', instanceId: 'i-0000000000000000b', internalIP: '10.0.102.10' },
  ]);
  kubelet = await playKubelet(cluster);
});

afterAll(async () => {
  await kubelet?.stop();
  await cluster?.stop();
});

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

const web = (namespace: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 8080, name: 'http' }] }],
      },
    },
  },
});

const webService = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace },
  spec: {
    type: 'NodePort',
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 'http', nodePort: 30080 }],
  },
});

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

async function readyAddresses(inNamespace: string): Promise<string[]> {
  const path = '{.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}';
  const slices = ['endpointslices', '-n', inNamespace, '-l', 'kubernetes.io/service-name=web'];
  return (await kubectl('get', ...slices, '-o', `jsonpath=${path}`)).split(' ').filter(Boolean).sort();
}

describe('the local cluster', () => {
  test('refuses a ServiceAccount that was given no right', async () => {
    await kubectl('create', 'serviceaccount', 'nobody');
    const kubeconfig = await cluster.serviceAccountKubeconfig('default', 'nobody');
    const refused = await cluster.kubectl(['get', 'secrets'], { kubeconfig });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('system:serviceaccount:default:nobody" cannot list resource "secrets"');
    await kubectl('create', 'rolebinding', 'nobody', '--clusterrole=view', '--serviceaccount=default:nobody');
    await expect.poll(async () => (await cluster.kubectl(['get', 'pods'], { kubeconfig })).code).toBe(0);
    expect((await cluster.kubectl(['get', 'secrets'], { kubeconfig })).code).toBe(1);
  });

  test('runs a Deployment, scales it, and ends it', async () => {
    await cluster.apply(namespace('shop'), web('shop', 2), webService('shop'));
    await kubectl('rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=120s');
    await expect.poll(() => readyAddresses('shop')).toHaveLength(2);
    const addresses = await readyAddresses('shop');
    expect(addresses).toEqual([...kubelet.addresses()].sort());
    expect(addresses.map((address) => address.split('.')[2])).toEqual(['101', '102']);

    const direct = kubelet.addressOf({ id: addresses[0] ?? '', port: 8080 });
    const answer = await (await fetch(`http://${direct?.host}:${direct?.port}/cart?x=1`)).json();
    expect(answer).toMatchObject({
      app: 'web',
      namespace: 'shop',
      node: 'node-a',
      path: '/cart?x=1',
      port: 8080,
    });

    const pods = new Set<string>();
    for (let call = 0; call < 4; call++) {
      const viaNode = kubelet.addressOf({ id: 'i-0000000000000000b', port: 30080 });
      const told = (await (await fetch(`http://${viaNode?.host}:${viaNode?.port}/`)).json()) as {
        pod: string;
      };
      pods.add(told.pod);
    }
    expect(pods.size).toBe(2);

    await kubectl('scale', 'deployment/web', '-n', 'shop', '--replicas=1');
    await expect.poll(() => readyAddresses('shop'), { timeout: 120_000 }).toHaveLength(1);
    await expect.poll(() => kubelet.addresses(), { timeout: 120_000 }).toHaveLength(1);
    const [kept] = await readyAddresses('shop');
    const [gone] = addresses.filter((address) => address !== kept);
    expect(kubelet.addressOf({ id: gone ?? '', port: 8080 })).toBeUndefined();
    expect(kubelet.addressOf({ id: kept ?? '', port: 8080 })).toBeDefined();
  });

  test('applies what should be there before the controllers start', async () => {
    expect(await kubectl('get', 'namespace', 'early', '-o', 'jsonpath={.status.phase}')).toBe('Active');
  });

  test('binds no pod to a node that is not ready', async () => {
    await setNodeReady(cluster, 'node-a', false);
    await kubectl('wait', '--for=condition=Ready=false', 'node/node-a', '--timeout=120s');
    await kubectl('create', 'deployment', 'late', '--image=late:1', '--replicas=3', '-n', 'early');
    await kubectl('rollout', 'status', 'deployment/late', '-n', 'early', '--timeout=120s');
    const nodes = await kubectl('get', 'pods', '-n', 'early', '-o', 'jsonpath={.items[*].spec.nodeName}');
    expect(nodes).toBe('node-b node-b node-b');
    await kubectl('delete', 'deployment', 'late', '-n', 'early', '--cascade=foreground', '--timeout=120s');
    await setNodeReady(cluster, 'node-a', true);
  });

  test('holds a pod back until its readiness gate is met', async () => {
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'gated', namespace: 'default' },
      spec: {
        containers: [{ name: 'c', image: 'c:1' }],
        readinessGates: [{ conditionType: 'example.com/gate' }],
      },
    });
    await kubectl('wait', '--for=jsonpath={.status.phase}=Running', 'pod/gated', '--timeout=120s');
    const ready = ['get', 'pod', 'gated', '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'];
    expect(await kubectl(...ready)).toBe('False');
    const gate = { status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } };
    await kubectl(
      'patch',
      'pod',
      'gated',
      '--subresource=status',
      '--type=strategic',
      '-p',
      JSON.stringify(gate),
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/gated', '--timeout=120s');
    await kubectl('delete', 'pod', 'gated', '--timeout=120s');
  });

  test('collects what an owner leaves behind', async () => {
    await kubectl('create', 'configmap', 'owner');
    const uid = await kubectl('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid };
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', namespace: 'default', ownerReferences: [owner] },
    });
    await kubectl('delete', 'configmap', 'owner');
    await kubectl('wait', '--for=delete', 'configmap/owned', '--timeout=120s');
  });

  test('goes on after its API server was away', async () => {
    await cluster.pauseApiServer();
    expect((await cluster.kubectl(['get', 'nodes'])).code).toBe(1);
    await cluster.resumeApiServer();
    await kubectl('scale', 'deployment/web', '-n', 'shop', '--replicas=3');
    await expect.poll(() => readyAddresses('shop'), { timeout: 120_000 }).toHaveLength(3);
  });

  test('deletes a namespace with all that runs in it', async () => {
    await kubectl('delete', 'namespace', 'shop', '--timeout=180s');
    await expect.poll(() => kubelet.addresses(), { timeout: 120_000 }).toEqual([]);
    expect(kubelet.addressOf({ id: 'i-0000000000000000b', port: 30080 })).toBeUndefined();
  });
});
