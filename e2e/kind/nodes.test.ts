// What kind is told of the nodes, and where their targets are.
import { expect, test } from 'vitest';
import { addressIn, kindConfiguration } from './nodes.ts';

const NODES = ['a', 'b', 'c'].map((letter, at) => ({
  name: `node-${letter}`,
  zone: `us-west-2${letter}`,
  instanceId: `i-${at}`,
  privateIp: `10.0.10${at}.10`,
}));

interface Configuration {
  readonly nodes: readonly {
    readonly role: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly kubeadmConfigPatches: readonly string[];
  }[];
  readonly kubeadmConfigPatches?: readonly string[];
}

const configuration = (image?: string) => kindConfiguration(NODES, image) as Configuration;

test('one control plane and two workers say which instance of which zone they are', () => {
  const { nodes } = configuration();
  expect(nodes.map(({ role }) => role)).toEqual(['control-plane', 'worker', 'worker']);
  expect(nodes.map(({ labels }) => labels['topology.kubernetes.io/zone'])).toEqual([
    'us-west-2a',
    'us-west-2b',
    'us-west-2c',
  ]);
  expect(nodes[2]?.kubeadmConfigPatches.map((patch) => JSON.parse(patch))).toEqual([
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'JoinConfiguration',
      nodeRegistration: { kubeletExtraArgs: [{ name: 'provider-id', value: 'aws:///us-west-2c/i-2' }] },
    },
  ]);
});

test('only an image of our own goes without DNS', () => {
  expect(configuration().kubeadmConfigPatches).toBeUndefined();
  expect(configuration('albatross/kind-node').kubeadmConfigPatches?.join()).toContain('addon/coredns');
});

test('an instance is at its node, a pod where it says, and an instance that is no node nowhere', () => {
  const at = addressIn([
    { name: 'worker', address: '172.18.0.3', podCidr: '10.0.101.0/24', instanceId: 'i-1' },
  ]);
  expect(at({ id: 'i-1', port: 30080 })).toEqual({ host: '172.18.0.3', port: 30080 });
  expect(at({ id: '10.0.101.7', port: 8080 })).toEqual({ host: '10.0.101.7', port: 8080 });
  expect(at({ id: 'i-9', port: 30080 })).toBeUndefined();
});
