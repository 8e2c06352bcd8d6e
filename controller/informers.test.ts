// Informers, on an API server over HTTP: which work each change means, and which means none.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ingress, service } from '../alb/laws/paper.ts';
import { CONTROLLER } from '../api/ownership.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { openBook } from './bindings/store.ts';
import { type Informers, startInformers } from './informers.ts';
import { type ControllerOptions, DEFAULTS } from './options.ts';
import { PodIndex } from './targets/pod-index.ts';

const options: ControllerOptions = { ...DEFAULTS, clusterName: 'prod', awsVpcId: 'vpc-1' };
const NAME = { namespace: 'shop', name: 'web' };
const web = ingress({ spec: { ingressClassName: 'alb' } });

let server: ApiServer;
let informers: Informers;
/** `binding shop/web`, `group shop/web`, `service shop/web`, `nodes`; each until it is looked at. */
let work: Set<string>;
let nodesTold = 0;

beforeEach(async () => {
  server = await ApiServer.start();
  work = new Set();
  server.put(KINDS.ingressClasses, { metadata: { name: 'alb' }, spec: { controller: CONTROLLER } });
  server.put(KINDS.namespaces, { metadata: { name: 'shop' } });
  server.put(KINDS.services, service());
  server.put(KINDS.ingresses, web);
});
afterEach(async () => {
  informers.stop();
  await server.stop();
});

async function start(): Promise<void> {
  informers = startInformers({
    ...{ client: kubeClient(server.kubeConfig), book: openBook(), options, onState: () => undefined },
    pods: new PodIndex(),
    work: {
      begin: () => work.add('begin'),
      binding: (key) => work.add(`binding ${key}`),
      group: (id) => work.add(`group ${id}`),
      service: (namespace, name) => work.add(`service ${namespace}/${name}`),
      gates: (pod) => work.add(`gates ${pod}`),
      nodes() {
        nodesTold += 1;
        work.add('nodes');
      },
      targetGroupBinding(one, gone, isStarted) {
        if (isStarted) work.add(`${gone ? 'gone' : 'targetGroupBinding'} ${one.metadata.name}`);
      },
      targetGroupBindings: () => work.add('targetGroupBindings'),
      targetGroupBindingsOf: (namespace, name) => work.add(`targetGroupBindings of ${namespace}/${name}`),
    },
  });
  await informers.synced;
  await vi.waitFor(() => expect(informers.healthy()).toBe(true), { timeout: 60_000, interval: 5 });
}

/** Work that comes, in alphabetical order. */
const comes = (...wanted: readonly string[]) =>
  vi.waitFor(() => expect([...work].toSorted()).toEqual(wanted), { timeout: 60_000, interval: 5 });

const slice = (ready: boolean) => ({
  metadata: { namespace: 'shop', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
});

const node = (heartbeat: string, ready = 'True') => ({
  metadata: { name: 'n1' },
  spec: { providerID: 'aws:///us-west-2a/i-1' },
  status: { conditions: [{ type: 'Ready', status: ready, lastHeartbeatTime: heartbeat }] },
});

test('at the start everything is worked on once it is all known', async () => {
  await start();
  await comes('begin', 'binding shop/web', 'group shop/web', 'nodes', 'targetGroupBindings');
  expect([...work][0]).toBe('begin');
  expect(informers.world.service('shop', 'web')?.metadata.name).toBe('web');
});

test('a Service means the groups that forward to it, and its targets; one that nobody uses, no group', async () => {
  await start();
  work.clear();
  server.put(KINDS.services, service('other'));
  await comes('service shop/other', 'targetGroupBindings of shop/other');
  work.clear();
  server.put(KINDS.services, service('web', 'shop', { 'healthcheck-path': '/live' }));
  await comes('group shop/web', 'service shop/web', 'targetGroupBindings of shop/web');
});

test('a TargetGroupBinding that comes, changes or goes means itself', async () => {
  await start();
  work.clear();
  const name = { namespace: 'shop', name: 'bound' };
  const one = { metadata: name, spec: { serviceRef: { name: 'web', port: 80 } } };
  server.put(KINDS.targetGroupBindings, one);
  await comes('targetGroupBinding bound');
  work.clear();
  server.remove(KINDS.targetGroupBindings, name);
  await comes('gone bound');
});

test('a pod that comes or goes means targets, and no group', async () => {
  await start();
  work.clear();
  server.put(KINDS.endpointSlices, slice(true));
  await comes('service shop/web');
  expect(informers.world.slices('shop', 'web')).toHaveLength(1);
});

const pod = (more: {
  readonly gate?: string;
  readonly ready?: string;
  readonly deletionTimestamp?: string;
}) => ({
  metadata: {
    ...{ namespace: 'shop', name: 'web-1', uid: 'u', labels: { app: 'web' } },
    ...(more.deletionTimestamp === undefined ? {} : { deletionTimestamp: more.deletionTimestamp }),
    finalizers: ['kept'],
  },
  spec: more.gate === undefined ? {} : { readinessGates: [{ conditionType: more.gate }] },
  status: { conditions: [{ type: 'ContainersReady', status: more.ready ?? 'False' }] },
});
const GATE = 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789';
const named = {
  ...slice(true),
  endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'web-1', uid: 'u' } }],
};

test('a pod that ends means the targets of its Services, before its EndpointSlices tell', async () => {
  server.put(KINDS.endpointSlices, named);
  server.put(KINDS.pods, pod({}));
  await start();
  work.clear();
  server.put(KINDS.pods, pod({ ready: 'True' }));
  server.put(KINDS.pods, pod({ ready: 'True', deletionTimestamp: '2026-01-01T00:00:00Z' }));
  await comes('service shop/web');
  expect(informers.world.pod('shop', 'web-1')?.metadata.deletionTimestamp).toBeDefined();
  work.clear();
  server.remove(KINDS.pods, { namespace: 'shop', name: 'web-1' });
  server.put(KINDS.services, service('other'));
  await comes('service shop/other', 'targetGroupBindings of shop/other');
  // It is known to be gone as long as an EndpointSlice names it.
  expect(informers.world.pod('shop', 'web-1')?.metadata.deletionTimestamp).toBeDefined();
  server.put(KINDS.endpointSlices, { ...named, endpoints: [] });
  await vi.waitFor(() => expect(informers.world.pod('shop', 'web-1')).toBeUndefined());
});

test('a pod whose gate waits means its gates at the start, when its containers are ready, and when its Service changes', async () => {
  server.put(KINDS.endpointSlices, named);
  server.put(KINDS.pods, pod({ gate: GATE }));
  await start();
  await comes(
    'begin',
    'binding shop/web',
    'gates shop/web-1',
    'group shop/web',
    'nodes',
    'targetGroupBindings',
  );
  work.clear();
  server.put(KINDS.pods, pod({ gate: GATE, ready: 'True' }));
  await comes('gates shop/web-1', 'service shop/web');
  work.clear();
  server.put(KINDS.endpointSlices, { ...named, ports: [] });
  await comes('gates shop/web-1', 'service shop/web');
  work.clear();
  server.put(KINDS.services, service('other'));
  await comes('gates shop/web-1', 'service shop/other', 'targetGroupBindings of shop/other');
});

test('of pods those that run are asked for, and little of them is kept', async () => {
  server.put(KINDS.pods, pod({}));
  await start();
  const asked = server.requests.filter(({ path }) => path === '/api/v1/pods');
  expect(asked.map(({ query }) => query.get('fieldSelector'))).toEqual(
    asked.map(() => 'status.phase=Running'),
  );
  expect(informers.world.pod('shop', 'web-1')).toEqual({
    metadata: { namespace: 'shop', name: 'web-1', uid: 'u' },
    status: { conditions: [{ type: 'ContainersReady', status: 'False' }] },
  });
});

test('the heartbeat of a node means nothing, its readiness means nodes', async () => {
  server.put(KINDS.nodes, node('2026-01-01T00:00:00Z'));
  await start();
  nodesTold = 0;
  // Of one kind changes are told in order.
  server.put(KINDS.nodes, node('2026-01-01T00:00:10Z'));
  server.put(KINDS.nodes, node('2026-01-01T00:00:20Z', 'False'));
  server.put(KINDS.nodes, node('2026-01-01T00:00:30Z', 'False'));
  server.put(KINDS.nodes, node('2026-01-01T00:00:40Z', 'True'));
  await vi.waitFor(() => expect(informers.world.nodes()[0]?.status?.conditions?.[0]?.status).toBe('True'));
  await vi.waitFor(() => expect(nodesTold).toBeGreaterThan(1));
  expect(nodesTold).toBe(2);
});

test('an Ingress that changes or goes means its binding and its group', async () => {
  await start();
  work.clear();
  server.put(KINDS.ingresses, { ...web, spec: { ...web.spec, rules: [] } });
  await comes('binding shop/web', 'group shop/web');
  work.clear();
  server.remove(KINDS.ingresses, NAME);
  await comes('binding shop/web', 'group shop/web');
});

test('an Ingress of another class means nothing to any group', async () => {
  await start();
  work.clear();
  server.put(KINDS.ingresses, ingress({ ingress: 'theirs', spec: { ingressClassName: 'nginx' } }));
  await comes('binding shop/theirs');
});
