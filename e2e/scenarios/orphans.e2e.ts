// Orphans: what is in AWS with the tag of our cluster and nobody names. Told under every policy, removed under `sync` alone,
// after two looks, and never by a cluster that has not had it.
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startCluster } from '../harness/cluster.ts';
import { albatross, awsOf, placeOf } from '../harness/command.ts';
import { app, namespace } from '../harness/fixtures.ts';
import { crdManifest, installAlbatross, NAMESPACE } from '../harness/install.ts';
import { albatross as executable, freePorts } from '../harness/machine.ts';
import { startProcess } from '../harness/process.ts';
import { mutating, untilQuiet } from '../harness/waiters.ts';
import { bound, bringUp, k, soon, stage, startStage, stopStage, tags } from './life.ts';
import { connectSomebody, elbv2, told } from './somebody.ts';

const CONTROLLER = `system:serviceaccount:${NAMESPACE}:albatross-controller`;
const GRACE = ['--orphan-grace-period', '2s'];
const PERIODS = ['--sync-period', '1s', ...GRACE];
const options = { annotations: { 'target-type': 'ip' }, hosts: { '': { '/': 'web:80' } } };
const grouped = (name: string) => ({
  ...options,
  annotations: { ...options.annotations, 'group.name': name },
});
let metrics = 0;

beforeAll(async () => {
  await startStage();
  connectSomebody('net/gone');
  await stage.cluster.apply(namespace('net'), ...app('net', 'web', { type: 'ClusterIP' }));
  await bringUp('net', 'stays', options);
});
afterAll(stopStage);

/** Starts the controller anew, with looks every second. */
async function restart(...args: string[]): Promise<void> {
  await stage.controller().stop();
  [metrics = 0] = await freePorts(1);
  await stage.startController('controller', [...PERIODS, '--metrics-port', String(metrics), ...args]);
}

const stack = (name: string): string[] =>
  [...stage.aws.state().loadBalancers.values(), ...stage.aws.state().targetGroups.values()]
    .filter((one) => one.tags['ingress.k8s.aws/stack'] === name)
    .map(({ arn }) => arn);

const configMap = (key: string): Promise<string> =>
  k(`get configmap albatross-controller-leader -n ${NAMESPACE} -o jsonpath={.data.${key}}`);

/** Makes an orphan: an Ingress comes up, and while no controller runs, it and its binding go, whatever the finalizer says. */
async function orphan(
  name: string,
  of: Parameters<typeof bringUp>[2] = options,
  group = `net/${name}`,
): Promise<void> {
  await bringUp('net', name, of);
  await vi.waitFor(async () => expect((await configMap('groups')).split('\n')).toContain(group), soon);
  await stage.controller().stop();
  await k(`delete ingress ${name} -n net`);
  await k(`patch lbb ${name} -n net --as=${CONTROLLER} --type=merge -p {"metadata":{"finalizers":null}}`);
  await k(`delete lbb ${name} -n net --as=${CONTROLLER} --ignore-not-found`);
  await vi.waitFor(async () => expect(await bound('net')).not.toContain(name), soon);
  expect(stack(group)).not.toEqual([]);
}

/** Resolves after the controller has looked `times` more, as its bulk reads tell. */
async function looks(times = 4): Promise<void> {
  const count = (): number => stage.aws.calls().find(({ action }) => action === 'GetResources')?.count ?? 0;
  const before = count();
  // Two calls a look: one for each key of a cluster.
  await vi.waitFor(() => expect(count()).toBeGreaterThanOrEqual(before + 2 * times), soon);
}

const run = (line: string, ...more: string[]) =>
  albatross(
    [...line.split(' '), ...placeOf(stage), '--kubeconfig', stage.cluster.kubeconfig, ...GRACE, ...more],
    awsOf(stage),
  );

const news = (): Promise<string[]> => told(NAMESPACE, 'OrphansFound');

async function gauge(kind: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  return Number(new RegExp(`^albatross_orphans\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** A load balancer of somebody with these tags. */
async function balancer(name: string, said: Record<string, string>): Promise<string> {
  const Subnets = stage.account.subnets.filter((one) => !one.public).map(({ id }) => id);
  const Tags = Object.entries(said).map(([Key, Value]) => ({ Key, Value }));
  const made = await elbv2.send(
    new elb.CreateLoadBalancerCommand({ Name: name, Scheme: 'internal', Subnets, Tags }),
  );
  return made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

describe('one orphan', () => {
  beforeAll(async () => {
    await orphan('gone');
  });

  test.each(['observe', 'targets-only', 'upsert-only'])(
    'under %s it is told at start, and left',
    async (policy) => {
      await stage.aws.resetCalls();
      await restart('--policy', policy);
      await vi.waitFor(
        async () => expect((await news()).at(-1)).toContain(`left: the policy is ${policy}`),
        soon,
      );
      await looks();
      expect(await gauge('loadBalancer')).toBe(1);
      expect(await gauge('targetGroup')).toBe(1);
      expect(await gauge('securityGroup')).toBe(1);
      expect(mutating(stage.aws.calls()).filter((one) => one.startsWith('Delete'))).toEqual([]);
      const said = await run('tree --orphans', '--policy', policy);
      expect(said.out).toContain(
        `Ingress net/gone, an orphan: left: the policy is ${policy}\n└─ load balancer`,
      );
      expect(said.out).toContain('listener HTTP 80');
      const planned = await run('plan --all', '--policy', policy);
      expect(planned.code).toBe(0);
      expect(planned.out).toContain('orphan net/gone: 1 load balancer, 1 target group, 1 security group;');
      expect(planned.out).toContain(`left: the policy is ${policy}`);
    },
  );

  test('it was told once under each policy, not in each look', async () => {
    expect(await news()).toHaveLength(3);
  });

  test('an empty cluster of the same name tells of everything and removes nothing', async () => {
    await stage.controller().stop();
    const other = await startCluster({ before: [await crdManifest()] });
    try {
      await installAlbatross(other);
      const place = ['--kubeconfig', await other.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller')];
      const whatever = ['--orphan-removal-limit', '100', '--leader-election-namespace', NAMESPACE];
      stage.aws.resetCalls();
      const process_ = await startProcess({
        name: 'controller of the other cluster',
        command: process.execPath,
        args: [executable(), 'controller', ...placeOf(stage), ...place, ...PERIODS, ...whatever],
        env: { ...awsOf(stage) },
        log: `${other.dir}/controller.log`,
      });
      try {
        await looks(6);
        const { stdout } = await other.kubectl(['get', 'events', '-n', NAMESPACE, '-o', 'json']);
        expect(stdout).toContain('net/stays');
        expect(stdout).toContain('left: this cluster is not known to have had it');
        expect(mutating(stage.aws.calls())).toEqual([]);
      } finally {
        await process_.stop(5_000);
      }
    } finally {
      await other.stop();
    }
    expect(stack('net/stays')).not.toEqual([]);
  });

  test('under sync it waits for a second look, and is removed; the shared group and the stacks of others stay', async () => {
    const { 'ingress.k8s.aws/stack': _, 'ingress.k8s.aws/resource': __, ...cluster } = tags('', '');
    const service = await balancer('service', {
      ...cluster,
      'service.k8s.aws/stack': 'net/gone',
      'service.k8s.aws/resource': 'LoadBalancer',
    });
    await restart();
    await vi.waitFor(() => expect(stack('net/gone')).toEqual([]), soon);
    await vi.waitFor(async () => expect(await gauge('securityGroup')).toBe(0), soon);
    await untilQuiet(stage, 2_000);
    expect(stage.aws.state().loadBalancers.has(service)).toBe(true);
    expect((await news()).join('\n')).toMatch(/waits: seen once, at \S+Z; second look after \S+Z/);
    const done = await told(NAMESPACE, 'OrphanRemoved');
    expect(done[0]).toContain('Orphan net/gone: delete loadBalancer');
    expect(stack('net/stays')).toHaveLength(2);
    expect(await gauge('loadBalancer')).toBe(0);
    await vi.waitFor(async () => expect(await configMap('groups')).toBe('net/stays'), soon);
    expect(await run('tree --orphans')).toMatchObject({ code: 0, out: expect.stringMatching(/^no orphans/) });
    await elbv2.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn: service }));
    // The shared security group is still there for who stays.
    await bringUp('net', 'later', options);
    await k('delete ingress later -n net');
    await vi.waitFor(async () => expect(await bound('net')).not.toContain('later'), soon);
  });
});

test('a shared group: orphan like any other, and with deletion protection left until that is switched off', async () => {
  await restart('--orphan-grace-period', '1s');
  await orphan('member', grouped('team'), 'team');
  const [arn = ''] = stack('team');
  const protect = (Value: string) =>
    elbv2.send(
      new elb.ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: arn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      }),
    );
  await protect('true');
  await restart();
  await vi.waitFor(async () => expect((await news()).at(-1)).toContain('has deletion protection'), soon);
  expect(stack('team')).toHaveLength(2);
  const planned = await run('plan --all');
  expect(planned.out).toContain('has deletion protection, which is never switched off');
  await protect('false');
  await vi.waitFor(() => expect(stack('team')).toEqual([]), soon);
});

test('an Ingress of another controller that names the group keeps it', async () => {
  await orphan('member', grouped('team'), 'team');
  const other = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'other',
      namespace: 'net',
      annotations: { 'alb.ingress.kubernetes.io/group.name': 'team' },
    },
    spec: {
      ingressClassName: 'somebody-else',
      defaultBackend: { service: { name: 'web', port: { number: 80 } } },
    },
  };
  const ofOthers = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'somebody-else' },
    spec: { controller: 'example.com/ingress' },
  };
  await stage.cluster.apply(ofOthers, other);
  await restart();
  await looks(6);
  expect(stack('team')).toHaveLength(2);
  expect(await gauge('loadBalancer')).toBe(0);
  await k('delete ingress other -n net');
  // Since somebody else had it, it is not known to be ours any more.
  await vi.waitFor(
    async () =>
      expect((await news()).at(-1)).toMatch(/^.*team .*left: this cluster is not known to have had it/),
    soon,
  );
  await looks(5);
  expect(stack('team')).toHaveLength(2);
  // The way that is left to people: an Ingress takes it over, and takes it along.
  await bringUp('net', 'member', grouped('team'));
  expect(stack('team')).toHaveLength(2);
  await k('delete ingress member -n net');
  await vi.waitFor(() => expect(stack('team')).toEqual([]), soon);
});

test('what this cluster has never had is told and left', async () => {
  await restart();
  const arn = await balancer('unknown', tags('net/unknown', 'LoadBalancer'));
  await vi.waitFor(
    async () =>
      expect((await news()).at(-1)).toMatch(/net\/unknown .*left: this cluster is not known to have had it/),
    soon,
  );
  await looks(5);
  expect(stage.aws.state().loadBalancers.has(arn)).toBe(true);
});
