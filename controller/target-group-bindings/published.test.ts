// TargetGroupBindings for target groups of Ingresses, on an API server over HTTP.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyOf } from '../../api/kube.ts';
import type { Policy } from '../../api/policy.ts';
import { isPublished, madeBy, SERVED_FINALIZER } from '../../api/targetgroupbinding/made-by.ts';
import { ApiServer } from '../../e2e/harness/api-server.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import { ARN, BACKEND } from '../laws/target-scene.ts';
import type { Serving } from '../targets/serving.ts';
import { TargetGroupIndex } from '../targets/target-group-index.ts';
import { groupOfKey } from './decide.ts';
import { PublishedTargetGroupBindings, publishedFor } from './published.ts';
import { TargetGroupBindings } from './store.ts';

const SERVING: Serving = {
  ...{ arn: ARN, name: 'k8s-shop-web-1', group: 'shop/web', source: 'sg-1', protocol: 'HTTP' },
  ...{ backend: BACKEND, policy: 'sync', made: false },
};
const KEY = 'shop/k8s-shop-web-1';
const name = { namespace: 'shop', name: 'k8s-shop-web-1' };

let server: ApiServer;
let served: TargetGroupIndex;
let isComplete: boolean;

beforeEach(async () => {
  server = await ApiServer.start();
  served = new TargetGroupIndex();
  isComplete = true;
});
afterEach(() => server.stop());

/** A process, to which the watch has told everything. */
function process(wanted = true, policy: Policy = 'sync') {
  const store = new TargetGroupBindings();
  const now = server.read(KINDS.targetGroupBindings, name);
  if (now !== undefined) store.told(now, false);
  return new PublishedTargetGroupBindings({
    ...{ wanted, store, targets: { served }, vpcId: 'vpc-1', restricted: true },
    write: new Writer(kubeClient(server.kubeConfig), underPolicy(policy)),
    isComplete: () => isComplete,
    failed(key, step, outcome) {
      throw new Error(`${key} ${step} ${JSON.stringify(outcome)}`);
    },
  });
}

const read = () => server.read(KINDS.targetGroupBindings, name);

test.each<[string, Partial<Serving>, object, object]>([
  [
    'of an Ingress alone',
    {},
    { 'ingress.k8s.aws/stack-namespace': 'shop', 'ingress.k8s.aws/stack-name': 'web' },
    {
      targetGroupARN: ARN,
      targetGroupProtocol: 'HTTP',
      targetType: 'ip',
      ipAddressType: 'ipv4',
      vpcID: 'vpc-1',
      serviceRef: { name: 'web', port: 80 },
      networking: {
        ingress: [
          { from: [{ securityGroup: { groupID: 'sg-1' } }], ports: [{ protocol: 'TCP', port: 8080 }] },
        ],
      },
    },
  ],
  [
    'of a group, of nodes, shared',
    {
      group: 'front',
      backend: {
        ...BACKEND,
        targetType: 'instance',
        nodeLabels: { zone: 'a' },
        shared: true,
        reach: [30_080, 'http'],
      },
    },
    { 'ingress.k8s.aws/stack': 'front' },
    {
      targetType: 'instance',
      nodeSelector: { matchLabels: { zone: 'a' } },
      multiClusterTargetGroup: true,
      networking: { ingress: [{ ports: [{ port: 30_080 }] }, { ports: [{ port: 'http' }] }] },
    },
  ],
])('%s: the name, labels and fields of the LBC', (_, more, labels, spec) => {
  const { metadata, spec: said } = publishedFor(
    { ...SERVING, ...more },
    { vpcId: 'vpc-1', restricted: true },
  );
  expect(keyOf({ metadata })).toBe(KEY);
  expect(metadata.labels).toEqual(labels);
  expect([isPublished(metadata), madeBy(metadata)]).toEqual([true, 'ingress']);
  expect(said).toMatchObject(spec);
});

test('it comes with its target group, follows it, and goes with it', async () => {
  served.put(SERVING);
  expect(process().keyOf(ARN)).toBe(KEY);
  await process().reconcile(KEY);
  expect(read()?.spec?.targetGroupARN).toBe(ARN);
  const before = server.requests.length;
  await process().reconcile(KEY);
  expect(server.requests.length).toBe(before);
  served.put({ ...SERVING, backend: { ...BACKEND, reach: [9090] } });
  await process().reconcile(KEY);
  expect(read()?.spec?.networking?.ingress?.[0]?.ports).toEqual([{ protocol: 'TCP', port: 9090 }]);
  served.delete(ARN);
  await process().reconcile(KEY);
  expect(read()).toBeUndefined();
});

test('it goes when nobody asks for it any more, without an LBC that took hold of it taking its targets along', async () => {
  served.put(SERVING);
  await process().reconcile(KEY);
  const made = read();
  if (made === undefined) throw new Error('it is not there');
  server.put(KINDS.targetGroupBindings, {
    ...made,
    metadata: { ...made.metadata, finalizers: [SERVED_FINALIZER] },
  });
  expect(process(false).keyOf(ARN)).toBeUndefined();
  await process(false).reconcile(KEY);
  expect(read()).toBeUndefined();
});

test('it stays while it is not known what is served, and under observe', async () => {
  served.put(SERVING);
  await process(true, 'observe').reconcile(KEY);
  expect(read()).toBeUndefined();
  await process().reconcile(KEY);
  served.delete(ARN);
  isComplete = false;
  expect(await process().reconcile(KEY)).toEqual({ afterMs: 10_000 });
  expect(read()).toBeDefined();
});

test('it stays as it is while its target group is served by what the process before remembered', async () => {
  served.put(SERVING);
  await process().reconcile(KEY);
  const { source: _, ...known } = SERVING;
  served.put({ ...known, recalled: true });
  const before = server.requests.length;
  await process().reconcile(KEY);
  expect([server.requests.length, read()?.spec?.networking]).toEqual([before, expect.anything()]);
});

test.each<[string, object, Partial<Serving>]>([
  ['what the LBC left under its name', { labels: { 'ingress.k8s.aws/stack': 'front' } }, {}],
  ['a user’s of its name', {}, {}],
])('%s is left as it is', async (_, metadata, more) => {
  served.put({ ...SERVING, ...more });
  server.put(KINDS.targetGroupBindings, {
    metadata: { ...name, ...metadata },
    spec: { targetGroupName: 'x', serviceRef: { name: 'web', port: 80 } },
  });
  await process().reconcile(KEY);
  served.delete(ARN);
  await process().reconcile(KEY);
  expect(read()?.spec?.targetGroupName).toBe('x');
});

test.each<[string, Partial<Serving>]>([
  ['a target group that is being replaced', { leaving: true }],
  ['the target group of a user', { group: groupOfKey(KEY) }],
])('none is made for %s', async (_, more) => {
  served.put({ ...SERVING, ...more });
  await process().reconcile(KEY);
  expect(read()).toBeUndefined();
});
