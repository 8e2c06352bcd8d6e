// The conditions of readiness gates, written to pods on an API server over HTTP.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { service } from '../../alb/laws/paper.ts';
import { readinessGateOf } from '../../alb/readiness-gates.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { EndpointSlice, Pod } from '../../api/kube.ts';
import type { Policy } from '../../api/policy.ts';
import { ApiServer } from '../../e2e/harness/api-server.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import { podsConcerned, reconcileGates, waitingFor } from './gate-conditions.ts';
import { PodIndex } from './pod-index.ts';
import type { Serving } from './serving.ts';
import { TargetGroupIndex } from './target-group-index.ts';
import type { TargetHealth } from './target-health.ts';

const [MINE, OTHER] = ['k8s-shop-web-0123456789', 'k8s-shop-api-0123456789'];
const NAME = { namespace: 'shop', name: 'web-1' };
const serving: Serving = {
  arn: 'arn:web',
  name: MINE,
  group: 'shop/web',
  backend: {
    ...{ id: 'tg', member: 'shop/web', namespace: 'shop', service: 'web', port: 80, reach: [8080] },
    ...{ targetType: 'ip', ipAddressType: 'ipv4' },
  },
  policy: 'sync',
  made: false,
};
const slice: EndpointSlice = {
  metadata: { namespace: 'shop', name: 'web-x' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'web-1' } }],
};
const HEALTHY: TargetHealth = { state: 'healthy' };

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(() => server.stop());

interface Scene {
  readonly gates?: readonly string[];
  readonly health?: TargetHealth;
  readonly policy?: Policy;
  readonly served?: boolean;
  readonly known?: boolean;
  /** Target groups in the status of the only binding. */
  readonly told?: readonly string[];
  readonly ready?: boolean;
}

function play({
  gates = [MINE],
  policy = 'sync',
  served = true,
  known = true,
  told,
  ready = true,
  ...scene
}: Scene) {
  const other = { type: 'Ready', status: 'False' };
  const pod: Pod = {
    metadata: NAME,
    spec: { readinessGates: gates.map((name) => ({ conditionType: readinessGateOf(name) })) },
    status: { conditions: [other, { type: 'ContainersReady', status: ready ? 'True' : 'False' }] },
  };
  server.put(KINDS.pods, pod);
  const stored = (): Pod | undefined => server.read(KINDS.pods, NAME);
  const index = new TargetGroupIndex();
  if (served) index.put(serving);
  const [asked, failures]: [string[], string[]] = [[], []];
  const client = kubeClient(server.kubeConfig);
  const targetGroups = told?.map((name) => ({
    name,
    arn: name,
    service: 'web',
    port: 80,
    healthy: 0,
    total: 0,
  }));
  const binding = {
    metadata: { namespace: 'shop', name: 'web', finalizers: [] },
    ...(targetGroups === undefined ? {} : { status: { targetGroups } }),
  } as object as LoadBalancerBinding;
  const run = () =>
    reconcileGates('shop/web-1', {
      world: {
        ...{ service: () => service(), slices: () => [slice], pod: stored },
        ...{ isPodAt: () => true, nodes: () => [] },
      },
      book: {
        keys: () => ['shop/web', 'other/web'],
        entry: (key) => (key === 'shop/web' ? ({ spec: { group: 'shop/web' } } as never) : undefined),
        bindingOf: (key) => (key === 'shop/web' ? binding : undefined),
      },
      targets: {
        served: index,
        healthOfTarget: () => scene.health,
        ask: (arn) => asked.push(arn),
        knows: () => known,
      },
      ...{ write: new Writer(client, underPolicy(policy)), client },
      now: () => new Date('2026-01-01T00:00:00Z'),
      failed: (_, step) => failures.push(step),
    });
  const condition = (name = MINE) =>
    stored()?.status?.conditions?.find(({ type }) => type === readinessGateOf(name));
  const writes = () => server.requests.filter(({ method }) => method === 'PATCH');
  return { run, condition, writes, asked, failures, stored };
}

test('a healthy target meets the gate, once, and nothing else of the pod is written', async () => {
  const { run, condition, writes, stored } = play({ health: HEALTHY });
  expect(await run()).toBe('done');
  expect(condition()).toMatchObject({ status: 'True', lastTransitionTime: '2026-01-01T00:00:00.000Z' });
  expect(stored()?.status?.conditions?.map(({ type }) => type)).toEqual([
    'Ready',
    'ContainersReady',
    readinessGateOf(MINE),
  ]);
  await run();
  expect(writes().map(({ path }) => path)).toEqual(['/api/v1/namespaces/shop/pods/web-1/status']);
});

test('under observe nothing is written, and before the containers are ready nothing is asked', async () => {
  const watching = play({ health: HEALTHY, policy: 'observe' });
  expect([await watching.run(), watching.writes()]).toEqual(['done', []]);
  const early = play({ ready: false });
  expect([await early.run(), early.writes(), early.asked]).toEqual(['done', [], []]);
});

test('where only counts are known AWS is asked', async () => {
  const { run, asked, writes } = play({});
  expect([await run(), asked, writes()]).toEqual(['done', ['arn:web'], []]);
});

test('two gates are one write', async () => {
  const { run, condition, writes } = play({ gates: [MINE, OTHER], health: HEALTHY });
  await run();
  expect([condition(MINE)?.status, condition(OTHER)?.status, condition(OTHER)?.reason]).toEqual([
    'True',
    'True',
    'TargetGroupGone',
  ]);
  expect(writes()).toHaveLength(1);
});

describe('a target group that is not looked after', () => {
  test('and that nobody has is not waited for', async () => {
    const { run, condition } = play({ served: false });
    expect(await run()).toBe('done');
    expect(condition()).toMatchObject({ status: 'True', reason: 'TargetGroupGone' });
  });
  test('and for which there is a TargetGroupBinding is left to the LBC, for as long as it is there', async () => {
    server.put(KINDS.targetGroupBindings, { metadata: { namespace: 'shop', name: MINE } });
    const { run, condition, writes } = play({ served: false });
    expect([await run(), writes()]).toEqual([{ afterMs: 60_000 }, []]);
    server.remove(KINDS.targetGroupBindings, { namespace: 'shop', name: MINE });
    await run();
    expect(condition()?.status).toBe('True');
  });
  test('and whose TargetGroupBinding is being deleted is not waited for', async () => {
    const metadata = { namespace: 'shop', name: MINE, finalizers: ['elbv2.k8s.aws/resources'] };
    server.put(KINDS.targetGroupBindings, {
      metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    const { run, condition } = play({ served: false });
    await run();
    expect(condition()?.status).toBe('True');
  });
  test('is nothing to decide about while it cannot be known who has it', async () => {
    server.bend(({ path }) =>
      path.includes('targetgroupbindings') ? { status: 503, body: { message: 'not now' } } : undefined,
    );
    const { run, writes, failures } = play({ served: false });
    expect([await run(), writes(), failures]).toEqual(['retry', [], [`look for TargetGroupBinding ${MINE}`]]);
  });
  test.each([
    ['a binding that nobody has looked at may have it', {}, undefined],
    ['a binding said so before the restart', { told: [MINE] }, undefined],
    ['the binding has others', { told: [OTHER] }, 'True'],
  ])('at the start: %s', async (_, scene, status) => {
    const { run, condition } = play({ served: false, known: false, ...scene });
    await run();
    expect(condition()?.status).toBe(status);
  });
});

test.each([
  ['it is another pod by now', 409, 'done', []],
  ['it is gone', 404, 'done', []],
  ['the right is missing', 403, 'retry', ['write readiness gates']],
])('a write that fails: %s', async (_, status, next, told) => {
  server.bend(({ method }) => (method === 'PATCH' ? { status, body: { message: 'no' } } : undefined));
  const { run, failures } = play({ health: HEALTHY });
  expect([await run(), failures]).toEqual([next, told]);
});

test('pods wait for a target group by its name, and are looked at when something is known of it', () => {
  const pods = new PodIndex();
  const put = (name: string, ...met: readonly string[]) =>
    pods.put(
      {
        metadata: { namespace: 'shop', name },
        spec: { readinessGates: [{ conditionType: readinessGateOf(MINE) }] },
        status: { conditions: ['ContainersReady', ...met].map((type) => ({ type, status: 'True' })) },
      },
      'added',
      true,
    );
  const served = new TargetGroupIndex();
  served.put(serving);
  put('ready', readinessGateOf(MINE));
  expect([waitingFor(pods, served, serving), podsConcerned(pods, serving, false)]).toEqual([0, []]);
  put('new');
  expect([waitingFor(pods, served, serving), podsConcerned(pods, serving, false)]).toEqual([1, ['shop/new']]);
  // Of those that were ready one may not be healthy any more.
  expect(podsConcerned(pods, serving, true)).toEqual(['shop/ready', 'shop/new']);
  expect(waitingFor(pods, served, { ...serving, name: OTHER })).toBe(0);
  // What waits for a target group of somebody else does not slow ours down.
  put('foreign');
  pods.put(
    {
      metadata: { namespace: 'shop', name: 'foreign' },
      spec: { readinessGates: [{ conditionType: readinessGateOf(OTHER) }] },
      status: { conditions: [{ type: 'ContainersReady', status: 'True' }] },
    },
    'updated',
    true,
  );
  expect(waitingFor(pods, served, serving)).toBe(1);
});
