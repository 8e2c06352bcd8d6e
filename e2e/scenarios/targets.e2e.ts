// A pod's restart concerns targets and nobody else: its EndpointSlice changes, targets are registered and deregistered, and the
// status of the binding tells it. No group is planned, no other object is written, and AWS is asked about nothing else.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { kubeClient } from '../../kube/client.ts';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { changesBetween, type EveryObject, everyObject } from '../harness/every-object.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { freePorts } from '../harness/machine.ts';
import { countAfresh } from '../harness/waiters.ts';
import { bringUp, k, ready, soon, stage, startStage, stopStage } from './life.ts';

const OF = 'pods';
/** What changes by itself: leases are renewed. */
const ALIVE = new Set(['leases']);
const GROUP = { 'group.name': 'pods', 'target-type': 'ip' };

const BINDING = `/apis/albatross.dev/v1alpha1/loadbalancerbindings ${OF}/direct`;
const WRITTEN = [`changed: ${BINDING}`, `changed: /apis/discovery.k8s.io/v1/endpointslices ${OF}/direct`];

let metrics = 0;

/**
 * A Service whose endpoints are ours to write: a pod in the host network of each of the first two nodes, ready or not. What is
 * known of the nodes' network interfaces holds for their addresses.
 */
function direct(...pods: readonly [boolean, boolean]): object[] {
  const port = { name: 'http', port: 80, targetPort: 8080 };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'direct', namespace: OF },
      spec: { ports: [port] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'direct', namespace: OF, labels: { 'kubernetes.io/service-name': 'direct' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: pods.map((isReady, at) => ({
        addresses: [stage.account.nodes[at]?.privateIp],
        conditions: { ready: isReady },
        nodeName: stage.account.nodes[at]?.name,
        targetRef: { kind: 'Pod', namespace: OF, name: `pod-${at}` },
      })),
    },
  ];
}

const up = (): object[] => direct(true, true);

beforeAll(async () => {
  await startStage();
  await stage.controller().stop();
  [metrics = 0] = await freePorts(1);
  await stage.startController('controller', ['--metrics-port', String(metrics)]);
  await stage.cluster.apply(namespace(OF), ...app(OF, 'web', { type: 'ClusterIP' }), ...up());
  await bringUp(OF, 'web', { annotations: GROUP, hosts: { 'web.example.com': { '/': 'web:80' } } });
  await stage.cluster.apply(
    ingress(OF, 'direct', { annotations: GROUP, hosts: { 'direct.example.com': { '/': 'direct:80' } } }),
  );
  await vi.waitFor(async () => expect(await registeredAt('direct')).toHaveLength(2), soon);
  await ready(OF, 'web');
  // Nothing listens at the addresses of these pods: they stay unhealthy, and are asked about ever more seldom.
  await vi.waitFor(async () => expect(await targetsColumn('direct')).toBe('0/2'), soon);
});
afterAll(stopStage);

const targetsColumn = (name: string): Promise<string> =>
  k(`get lbb ${name} -n ${OF} -o jsonpath={.status.targets}`);
const remembered = (name: string): Promise<string> =>
  k(`get lbb ${name} -n ${OF} -o jsonpath={.status.registered}`);

/** Addresses that are registered for a Service. */
async function registeredAt(service: string): Promise<string[]> {
  const { targetGroups } = await takeAccountSnapshot(stage);
  const targets = targetGroups.find(({ name }) => name.startsWith(`k8s-${OF}-${service}-`))?.targets ?? [];
  return targets.map((target) => target.split(':')[0] ?? '').sort();
}

/** How often the program behind a queue ran. */
async function runs(queue: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  const counts = text.matchAll(
    new RegExp(`^albatross_reconcile_total\\{queue="${queue}",.*\\} (\\d+)$`, 'gm'),
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Objects that were written, and the fields of the binding's status that are others. */
function difference(before: EveryObject, after: EveryObject) {
  const written = changesBetween(before, after).map((line) => line.split('\n')[0]);
  const [old, now] = [before, after].map((objects) => JSON.parse(objects.get(BINDING) ?? '{}'));
  const { managedFields: _, resourceVersion: __, ...metadata } = now.metadata;
  expect(old).toMatchObject({ metadata, spec: now.spec });
  const names = new Set([...Object.keys(old.status), ...Object.keys(now.status)]);
  const fields = [...names].filter((name) => !isDeepStrictEqual(old.status[name], now.status[name])).sort();
  return { written, fields };
}

/** What `act` leads to until the binding of the Service tells it: AWS calls, objects written, and runs of programs. */
async function traced(act: () => Promise<unknown>, until: () => Promise<unknown>) {
  await countAfresh(stage);
  const client = kubeClient(stage.cluster.client);
  const queues = ['groups', 'bindings', 'targets', 'targetStatus'] as const;
  const before = await Promise.all(queues.map(runs));
  const objects = await everyObject(client, ALIVE);
  await act();
  await vi.waitFor(until, soon);
  const after = await Promise.all(queues.map(runs));
  return {
    ...difference(objects, await everyObject(client, ALIVE)),
    calls: stage.aws.calls().map(({ action }) => action),
    ran: Object.fromEntries(queues.map((queue, at) => [queue, (after[at] ?? 0) - (before[at] ?? 0)])),
  };
}

test('kubectl describe names the pods that are not healthy, and why', async () => {
  const described = await vi.waitFor(async () => {
    const text = await k(`describe lbb direct -n ${OF}`);
    expect(text).toMatch(/Pod: +pod-0/);
    expect(text).toMatch(/Pod: +pod-1/);
    return text;
  }, soon);
  expect(described).toMatch(/State: +unhealthy/);
  expect(described).toMatch(/Message: +health check .*see healthcheck-/);
});

describe('a pod that restarts', () => {
  test('leads to calls about targets and to the status of its binding, and plans no group', async () => {
    const settled = await remembered('direct');
    const gone = await traced(
      () => stage.cluster.apply(...direct(true, false)),
      async () => {
        expect(await targetsColumn('direct')).toBe('0/1');
        expect(await remembered('direct')).not.toMatch(/^$|^{}$/);
        expect(await remembered('direct')).not.toBe(settled);
      },
    );
    expect(gone.written).toEqual(WRITTEN);
    expect(gone.fields).toEqual(['registered', 'targetGroups', 'targets']);
    expect(gone.calls).toContain('DeregisterTargets');
    const back = await traced(
      () => stage.cluster.apply(...up()),
      async () => {
        expect(await targetsColumn('direct')).toBe('0/2');
        expect(await remembered('direct')).toBe(settled);
      },
    );
    expect(back.written).toEqual(WRITTEN);
    expect(back.calls).toContain('RegisterTargets');
    for (const { calls, ran } of [gone, back]) {
      const others = calls.filter(
        (action) => !/^(De)?[Rr]egisterTargets$|^DescribeTargetHealth$/.test(action),
      );
      expect(others).toEqual([]);
      expect(ran).toMatchObject({ groups: 0, bindings: 0 });
      expect(ran.targets).toBeGreaterThan(0);
      expect(ran.targetStatus).toBeGreaterThan(0);
    }
  });

  test('the last one of a Service is told in Ready, and the first one takes it back', async () => {
    const readyOf = (): Promise<string> =>
      k(`get lbb direct -n ${OF} -o jsonpath={.status.conditions[?(@.type=="Ready")].reason}`);
    const none = await traced(
      () => stage.cluster.apply(...direct(false, false)),
      async () => expect([await targetsColumn('direct'), await readyOf()]).toEqual(['0/0', 'NoTargets']),
    );
    const again = await traced(
      () => stage.cluster.apply(...up()),
      async () => expect([await targetsColumn('direct'), await readyOf()]).toEqual(['0/2', 'Ready']),
    );
    for (const { written, fields, ran } of [none, again]) {
      expect(written).toEqual(WRITTEN);
      expect(fields).toEqual(['conditions', 'registered', 'targetGroups', 'targets']);
      expect(ran).toMatchObject({ groups: 0, bindings: 0 });
    }
  });
});

test('a pass over the group leaves the targets in the status as they are', async () => {
  const targets = (): Promise<string> =>
    k(`get lbb -n ${OF} -o jsonpath={range.items[*]}{.status.targets}{.status.registered}{end}`);
  const before = await targets();
  expect(before).toContain('0/2');
  const seen = new Set<string>();
  let looking = true;
  const look = (async () => {
    while (looking) {
      seen.add(await targets());
      await sleep(50);
    }
  })();
  const passes = await runs('groups');
  await stage.cluster.apply(
    ingress(OF, 'direct', {
      annotations: GROUP,
      hosts: { 'direct.example.com': { '/': 'direct:80', '/more': 'direct:80' } },
    }),
  );
  await vi.waitFor(async () => {
    expect(await runs('groups')).toBeGreaterThan(passes);
    expect([...stage.aws.state().rules.values()].flatMap(({ conditions }) => conditions)).toContainEqual(
      expect.objectContaining({ Field: 'path-pattern', Values: ['/more', '/more/*'] }),
    );
  }, soon);
  await countAfresh(stage);
  looking = false;
  await look;
  expect([...seen]).toEqual([before]);
});
