// What config/ gives a cluster: it renders, a real API server takes all of it, each ServiceAccount can do what it does
// and nothing else, and nobody but the two writes a binding.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Cluster, CommandResult } from '../harness/cluster.ts';
import { NAMESPACE, render } from '../harness/install.ts';
import { preparedCluster } from '../harness/prepared.ts';

let cluster: Cluster;
let webhook: string;
let controller: string;

beforeAll(async () => {
  cluster = await preparedCluster();
  webhook = await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook');
  controller = await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller');
});

afterAll(async () => {
  await cluster?.stop();
});

/** As much of a cert-manager CRD as a dry run needs. */
function standIn(kind: string) {
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.cert-manager.io` },
    spec: {
      group: 'cert-manager.io',
      scope: 'Namespaced',
      names: { kind, singular, plural: `${singular}s` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

test('config/default is taken by the API server, every object of it', async () => {
  await cluster.apply(standIn('Issuer'), standIn('Certificate'));
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s']);
  const objects = await render(cluster, 'default');
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { code, stdout, stderr } = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input });
  expect(code, stderr).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(objects.length);
  // The namespace asks for restricted pods; a Deployment that breaks that is only warned about.
  expect(stderr).not.toContain('would violate PodSecurity');
});

test('the samples are taken by the API server', async () => {
  const objects = await render(cluster, 'samples');
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const { code, stderr } = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input });
  expect(code, stderr).toBe(0);
});

describe('rights', () => {
  test('of the webhook', async () => {
    expect(await rightsOf(webhook, 'default')).toEqual([
      'ingressclasses.networking.k8s.io [list watch]',
      'ingressclassparams.elbv2.k8s.aws [list watch]',
      'loadbalancerbindings.albatross.dev [list watch create patch]',
      'namespaces [list watch]',
      'services [list watch]',
      'targetgroupbindings.elbv2.k8s.aws [list watch]',
      'validatingwebhookconfigurations.admissionregistration.k8s.io/albatross [list watch patch]',
    ]);
    expect(await rightsOf(webhook, NAMESPACE)).toEqual(await rightsOf(webhook, 'default'));
  });

  test('of the controller', async () => {
    const everywhere = [
      'configmaps [get create patch delete]',
      'endpointslices.discovery.k8s.io [get list watch]',
      'events.events.k8s.io [create]',
      'ingressclasses.networking.k8s.io [get list watch]',
      'ingressclassparams.elbv2.k8s.aws [list watch]',
      'ingresses.networking.k8s.io [get list watch patch]',
      'ingresses.networking.k8s.io/status [patch]',
      'loadbalancerbindings.albatross.dev [get list watch create patch delete]',
      'loadbalancerbindings.albatross.dev/status [patch]',
      'namespaces [list watch]',
      'nodes [get list watch]',
      'pods [list watch]',
      'pods/status [patch]',
      'secrets [get]',
      'services [get list watch]',
      'targetgroupbindings.elbv2.k8s.aws [get list watch create patch delete]',
      'targetgroupbindings.elbv2.k8s.aws/status [patch]',
    ];
    expect(await rightsOf(controller, 'default')).toEqual(everywhere);
    expect(await rightsOf(controller, NAMESPACE)).toEqual(
      [
        ...everywhere,
        'configmaps/albatross-controller-leader [get update]',
        'leases.coordination.k8s.io [create]',
        'leases.coordination.k8s.io/albatross-controller-leader [get update]',
      ].sort(),
    );
  });

  test('whoever may view a namespace may see its bindings, and not write them', async () => {
    await cluster.kubectl([
      'create',
      'rolebinding',
      'viewer',
      '--clusterrole=view',
      '--user=viewer',
      '-n=default',
    ]);
    const can = async (verb: string, namespace: string) => {
      const args = ['auth', 'can-i', verb, 'lbb', '--as=viewer', '-n', namespace];
      return (await cluster.kubectl(args)).stdout.trim();
    };
    await expect.poll(() => can('list', 'default')).toBe('yes');
    expect(await can('patch', 'default')).toBe('no');
    expect(await can('list', NAMESPACE)).toBe('no');
  });
});

test('the controller writes ConfigMaps of shared target groups in any namespace, and no others there', async () => {
  const create = (name: string) =>
    cluster.kubectl(
      ['create', 'configmap', name, '-n', 'default', '--from-literal=targets=', '--dry-run=server'],
      {
        kubeconfig: controller,
      },
    );
  // The API server learns of a policy late.
  await vi.waitFor(
    async () =>
      expect((await create('other')).stderr).toContain('no ConfigMap but those named aws-lbc-targets-'),
    { timeout: 60_000, interval: 200 },
  );
  expect((await create('aws-lbc-targets-k8s-shop-web-0')).code).toBe(0);
});

describe('who writes bindings', () => {
  const binding = (name: string, order = 0) =>
    JSON.stringify({
      apiVersion: 'albatross.dev/v1alpha1',
      kind: 'LoadBalancerBinding',
      metadata: { name, namespace: 'default' },
      spec: { ingressRef: { name, hash: '0' }, group: `default/${name}`, order },
    });
  const applyAs = (kubeconfig: string, name: string, order = 0) => {
    const args = ['apply', '--server-side', '--field-manager=albatross', '-f', '-'];
    return cluster.kubectl(args, { input: binding(name, order), kubeconfig });
  };
  const patch = (kubeconfig: string, name: string, change: object, ...more: string[]) =>
    cluster.kubectl(['patch', 'lbb', name, '--type=merge', `--patch=${JSON.stringify(change)}`, ...more], {
      kubeconfig,
    });
  const finalizers = (...names: string[]) => ({ metadata: { finalizers: names } });
  const state = { status: { state: 'Ready' } };

  // kubectl reads before it writes; ours do not, so the webhook tries with a right to read lent for the test.
  beforeAll(async () => {
    await cluster.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'anything-with-bindings' },
      rules: [{ apiGroups: ['albatross.dev'], resources: ['*'], verbs: ['*'] }],
    });
    const accounts = ['albatross-webhook', 'albatross-controller', 'default'].map(
      (name) => `--serviceaccount=${NAMESPACE}:${name}`,
    );
    const args = [
      'create',
      'clusterrolebinding',
      'anything',
      '--clusterrole=anything-with-bindings',
      ...accounts,
    ];
    expect((await cluster.kubectl(args)).code).toBe(0);
  });

  test('the webhook records intent, and only that', async () => {
    await expect.poll(async () => outcome(await applyAs(webhook, 'a'))).toBe('done');
    expect(outcome(await applyAs(webhook, 'a', 1))).toBe('done');
    expect(outcome(await patch(webhook, 'a', state, '--subresource=status'))).toBe('refused by policy');
    expect(outcome(await cluster.kubectl(['delete', 'lbb', 'a'], { kubeconfig: webhook }))).toBe(
      'refused by policy',
    );
  });

  test('the controller writes everything', async () => {
    expect(outcome(await applyAs(controller, 'b'))).toBe('done');
    expect(outcome(await patch(controller, 'b', finalizers('albatross.dev/resources')))).toBe('done');
    expect(outcome(await patch(controller, 'b', state, '--subresource=status'))).toBe('done');
    expect(outcome(await patch(controller, 'b', finalizers()))).toBe('done');
    expect(outcome(await cluster.kubectl(['delete', 'lbb', 'b'], { kubeconfig: controller }))).toBe('done');
  });

  test('an administrator and a stranger with every right write nothing', async () => {
    await applyAs(controller, 'c');
    const stranger = await cluster.serviceAccountKubeconfig(NAMESPACE, 'default');
    for (const who of [cluster.kubeconfig, stranger]) {
      const results = [
        await applyAs(who, 'd'),
        await applyAs(who, 'c', 5),
        await patch(who, 'c', finalizers('example.com/keep')),
        await patch(who, 'c', state, '--subresource=status'),
        await cluster.kubectl(['delete', 'lbb', 'c'], { kubeconfig: who }),
        await cluster.kubectl(['delete', 'lbb', '--all'], { kubeconfig: who }),
      ];
      expect(results.map(outcome)).toEqual(results.map(() => 'refused by policy'));
    }
  });

  test('Kubernetes cleans up: a namespace that is deleted takes its bindings along', async () => {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'short-lived' } });
    const input = binding('e').replace('"namespace":"default"', '"namespace":"short-lived"');
    const args = ['apply', '--server-side', '--field-manager=albatross', '-f', '-'];
    expect(outcome(await cluster.kubectl(args, { input, kubeconfig: controller }))).toBe('done');
    const gone = await cluster.kubectl(['delete', 'namespace', 'short-lived', '--timeout=180s']);
    expect(gone.code, gone.stderr).toBe(0);
  });

  test('the garbage collector edits finalizers, never intent', async () => {
    await applyAs(controller, 'f');
    const collector = [
      '--as=system:serviceaccount:kube-system:generic-garbage-collector',
      '--as-group=system:masters',
    ];
    const as = (change: object) => patch(cluster.kubeconfig, 'f', change, ...collector);
    expect(outcome(await as(finalizers('foregroundDeletion')))).toBe('done');
    expect(outcome(await as({ spec: { order: 7 } }))).toBe('refused by policy');
  });
});

function outcome({ code, stderr }: CommandResult): string {
  if (code === 0) return 'done';
  return stderr.includes('bindings are written by the Albatross webhook') ? 'refused by policy' : stderr;
}

/** `kubectl auth can-i --list` without what every account may do: ask about itself, and read the API's description. */
async function rightsOf(kubeconfig: string, namespace: string): Promise<string[]> {
  const { code, stdout, stderr } = await cluster.kubectl(['auth', 'can-i', '--list', '-n', namespace], {
    kubeconfig,
  });
  expect(code, stderr).toBe(0);
  const rights = stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => /^(\S*)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]$/.exec(line) ?? []);
  const ofEverybody = /^selfsubject\w+\.(authorization|authentication)\.k8s\.io$/;
  return rights
    .filter(([, resource = '', url]) => url === '' && !ofEverybody.test(resource))
    .map(([, resource, , name, verbs]) => `${resource}${name === '' ? '' : `/${name}`} [${verbs}]`)
    .sort();
}
