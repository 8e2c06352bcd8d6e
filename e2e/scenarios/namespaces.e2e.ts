// Namespaces that are deleted, many at once or one by one, while the controller works, is killed or is away: nothing is left in
// AWS, and no namespace hangs. A binding that is deleted under a living Ingress costs AWS nothing, also when the API server
// refuses another one (hack/decisions/0016).
//
// More of it by hand: ALBATROSS_ROUNDS=10 ALBATROSS_ONE_BY_ONE=12 ALBATROSS_KINDS=150
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leftovers } from '../demo/leftovers.ts';
import { ingress, namespace, service } from '../harness/fixtures.ts';
import { NAMESPACE } from '../harness/install.ts';
import type { KubeObject } from '../harness/rest.ts';
import { bindingOf, countAfresh, mutating } from '../harness/waiters.ts';
import { bound, bringUp, k, ready, soon, stage, startStage, stopStage } from './life.ts';

const numberOf = (name: string, unset: number): number => Number(process.env[`ALBATROSS_${name}`] ?? unset);
const ROUNDS = numberOf('ROUNDS', 2);
const ONE_BY_ONE = numberOf('ONE_BY_ONE', 1);
/** Kinds of others: the namespace controller looks for objects of each, so that Ingress and binding go far apart. */
const KINDS = numberOf('KINDS', 20);

const NAMES = Array.from({ length: 12 }, (_, at) => `short-${at}`);
const rounds = Array.from({ length: ROUNDS }, (_, at) => ({ round: at + 1, killed: at % 2 === 1 }));

const shop = (of: string) => [
  namespace(of),
  service(of, 'web', { type: 'ClusterIP' }),
  ingress(of, 'web', { annotations: { 'target-type': 'ip' }, hosts: { '': { '/': 'web:80' } } }),
];

/** Waits until every namespace has its load balancer, and no finalizer is missing. */
async function made(names: readonly string[]): Promise<void> {
  await stage.cluster.apply(...names.flatMap(shop));
  await Promise.all(names.map((name) => ready(name, 'web')));
}

async function allGone(names: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const list = await stage.cluster.read<{ items: readonly KubeObject[] }>('/api/v1/namespaces');
    const left = list?.items.map(({ metadata }) => metadata.name);
    expect(left?.filter((name) => names.includes(name))).toEqual([]);
  }, soon);
  await vi.waitFor(async () => expect(await leftovers(stage)).toEqual([]), soon);
}

async function killed(): Promise<void> {
  stage.controller().kill('SIGKILL');
  await stage.controller().exited;
}

/** Kills the controller before one of the next calls that change AWS, and starts another one. */
async function killedAt(call: number): Promise<void> {
  let seen = 0;
  await new Promise<void>((resolve) => {
    stage.aws.faults.onCall((action) => {
      if (!action.startsWith('Delete')) return;
      seen += 1;
      if (seen === call) resolve();
    });
  });
  stage.aws.faults.onCall(() => undefined);
  await killed();
  await stage.startController();
}

function kindOf(at: number) {
  const names = { plural: `others${at}`, singular: `other${at}`, kind: `Other${at}` };
  const schema = { openAPIV3Schema: { type: 'object' } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.example.com` },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

beforeAll(startStage);
afterAll(stopStage);

describe.each(rounds)('round $round: twelve at once', ({ round, killed: kills }) => {
  beforeAll(() => made(NAMES));

  test(kills ? 'with kill -9 in between nothing is left' : 'nothing is left', async () => {
    const killing = kills ? killedAt(1 + ((round * 7) % 40)) : undefined;
    await k(`delete namespace --wait=false ${NAMES.join(' ')}`);
    await killing;
    await allGone(NAMES);
    expect(stage.controller().running()).toBe(true);
  });
});

describe(`one by one, with ${KINDS} kinds of others`, () => {
  const kinds = Array.from({ length: KINDS }, (_, at) => kindOf(at));
  const names = kinds.map(({ metadata }) => metadata.name).join(' ');
  beforeAll(async () => {
    await stage.cluster.apply(...kinds);
    await k(`wait --for=condition=Established --timeout=120s crd ${names}`);
  });
  afterAll(() => k(`delete crd --wait=false ${names}`));

  test.each(Array.from({ length: ONE_BY_ONE }, (_, at) => at))('nothing is left of number %i', async (at) => {
    const name = `single-${at}`;
    await made([name]);
    const killing = at % 2 === 1 ? killedAt(1 + (at % 4)) : undefined;
    await k(`delete namespace --wait=false ${name}`);
    await killing;
    await allGone([name]);
  });
});

describe('a binding that is deleted under a living Ingress', () => {
  const finalizers = (): Promise<string> => k('get ingress web -n lives -o jsonpath={.metadata.finalizers}');
  const arn = async () => (await bindingOf(stage.cluster, 'lives', 'web')).status?.loadBalancer?.arn;
  const deleted = async (): Promise<void> => {
    const asController = await stage.cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller');
    const args = ['delete', 'lbb', 'web', '-n', 'lives', '--wait=false'];
    expect(await stage.cluster.kubectl(args, { kubeconfig: asController })).toMatchObject({ code: 0 });
  };
  beforeAll(async () => {
    await stage.cluster.apply(namespace('lives'), service('lives', 'web', { type: 'ClusterIP' }));
    await bringUp('lives', 'web', { annotations: { 'target-type': 'ip' }, hosts: { '': { '/': 'web:80' } } });
  });

  test('is made anew; AWS keeps everything, and the Ingress answers for nothing any more', async () => {
    const before = await bindingOf(stage.cluster, 'lives', 'web');
    await countAfresh(stage);
    await deleted();
    await vi.waitFor(async () => {
      const after = await bindingOf(stage.cluster, 'lives', 'web');
      expect(after.metadata.uid).not.toBe(before.metadata.uid);
      expect(after.metadata.finalizers).toEqual(before.metadata.finalizers);
    }, soon);
    await ready('lives', 'web');
    await vi.waitFor(async () => expect(await finalizers()).toBe(''), soon);
    expect(await arn()).toBe(before.status?.loadBalancer?.arn);
    expect(mutating(stage.aws.calls())).toEqual([]);
  });

  test('and may not be made anew: the Ingress answers, also after kill -9, and is cleaned up after', async () => {
    const resource = 'count/loadbalancerbindings.albatross.dev';
    const quota = {
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: 'lives' } },
      spec: { hard: { [resource]: '0' } },
    };
    await stage.cluster.apply(quota);
    // What its controller would write, which does not run here.
    const status = JSON.stringify({ status: { hard: { [resource]: '0' }, used: { [resource]: '0' } } });
    await k(`patch resourcequota none -n lives --subresource=status --type=merge -p ${status}`);
    await refusedByQuota();
    await countAfresh(stage);
    await deleted();
    await vi.waitFor(async () => expect(await finalizers()).toBe('["albatross.dev/resources"]'), soon);
    await vi.waitFor(async () => expect(await bound('lives')).toEqual([]), soon);
    expect(mutating(stage.aws.calls())).toEqual([]);
    await killed();
    await k('delete ingress web -n lives --wait=false');
    expect(stage.aws.state().loadBalancers.size).toBe(1);
    await stage.startController();
    await vi.waitFor(async () => expect(await k('get ingress -n lives -o name')).toBe(''), soon);
    await vi.waitFor(async () => expect(await leftovers(stage)).toEqual([]), soon);
  });

  /** The API server sees a new quota a moment later. */
  async function refusedByQuota(): Promise<void> {
    const asController = await stage.cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller');
    const probe = {
      ...{ apiVersion: 'albatross.dev/v1alpha1', kind: 'LoadBalancerBinding' },
      metadata: { name: 'probe', namespace: 'lives' },
      spec: { ingressRef: { name: 'probe', hash: '0'.repeat(32) }, group: 'lives/probe', order: 0 },
    };
    const file = join(stage.cluster.dir, 'probe.json');
    await writeFile(file, JSON.stringify(probe));
    await vi.waitFor(async () => {
      const args = ['create', '--dry-run=server', '-f', file];
      const { stderr } = await stage.cluster.kubectl(args, { kubeconfig: asController });
      expect(stderr).toContain('exceeded quota');
    }, soon);
  }
});
