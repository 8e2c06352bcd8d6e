// One target group, two clusters: each registers its own pods and takes away only them, also those that went while it was away. The
// two are two controllers with names of clusters, namespaces and pods of their own; that they share an API server is all they share.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import type { RunningProcess } from '../harness/process.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { kubectl, soon } from '../harness/waiters.ts';

let stage: Stage;
let second: RunningProcess;

const k = (line: string): Promise<string> => kubectl(stage.cluster, line);
const OTHER = ['--watch-namespace', 'two', '--cluster-name', 'other', '--leader-elect=false'];

beforeAll(async () => {
  stage = await setStage({ webhook: false, controllerArgs: ['--watch-namespace', 'one'] });
  for (const of of ['one', 'two'])
    await stage.cluster.apply(namespace(of), ...app(of, 'web', { replicas: 2, type: 'ClusterIP' }));
});
afterAll(() => stage?.stop());

/** Addresses that are registered and not on their way out. */
const registered = (): string[] =>
  [...stage.aws.state().targetGroups.values()]
    .flatMap(({ targets }) => Object.values(targets))
    .filter(({ drainingUntil }) => drainingUntil === undefined)
    .map(({ id }) => id)
    .sort();

async function podsOf(...namespaces: readonly string[]): Promise<string[]> {
  const addresses = await Promise.all(
    namespaces.map((of) => k(`get pods -n ${of} -l app=web -o jsonpath={.items[*].status.podIP}`)),
  );
  return addresses.flatMap((line) => line.split(' ').filter((address) => address !== '')).sort();
}

/** All pods of both are registered, so many, and nothing else. */
const settled = (count: number): Promise<void> =>
  vi.waitFor(async () => {
    const pods = await podsOf('one', 'two');
    expect(pods).toHaveLength(count);
    expect(registered()).toEqual(pods);
  }, soon);

test('each registers its own', async () => {
  const annotations = { 'target-type': 'ip', 'multi-cluster-target-group': 'true' };
  await stage.cluster.apply(ingress('one', 'shop', { annotations, hosts: { '': { '/': 'web:80' } } }));
  await vi.waitFor(async () => expect(registered()).toEqual(await podsOf('one')), soon);
  const [shared] = stage.aws.state().targetGroups.values();
  await stage.cluster.apply({
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'web', namespace: 'two' },
    spec: {
      ...{ targetGroupARN: shared?.arn, targetType: 'ip', multiClusterTargetGroup: true },
      serviceRef: { name: 'web', port: 80 },
    },
  });
  second = await stage.startController('controller-two', OTHER);
  await settled(4);
});

test('a pod that goes is taken away by its own cluster, and the other one tells of no change by hand', async () => {
  await k('scale deployment web -n one --replicas=1');
  await settled(3);
  const told = await k('get events -A -o jsonpath={.items[*].reason}');
  expect(told).not.toContain('Drift');
});

test('what went while its cluster had no controller goes with the next one, and the others stay', async () => {
  second.kill('SIGKILL');
  await second.exited;
  const before = registered();
  await k('scale deployment web -n two --replicas=1');
  await vi.waitFor(async () => expect(await podsOf('two')).toHaveLength(1), soon);
  expect(registered()).toEqual(before);
  await stage.startController('controller-two', OTHER);
  await settled(2);
  expect(await k('get configmap -n one -o name')).toContain('configmap/aws-lbc-targets-k8s-one-web-');
});
