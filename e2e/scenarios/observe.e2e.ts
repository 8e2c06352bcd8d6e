// `observe` beside the LBC: its recorded end states in AWS, its finalizers, addresses, Lease and TargetGroupBindings in the
// cluster. Whatever happens meanwhile, no object is written but bindings: every object is compared byte for byte.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import { POLICY_ANNOTATION } from '../../api/policy.ts';
import { lbcFinalizerOf } from '../../controller/bindings/lbc-finalizers.ts';
import { type KubeCall, type KubeClient, kubeClient } from '../../kube/client.ts';
import { type ConformanceStage, setConformanceStage } from '../harness/conformance-stage.ts';
import {
  bytesOf,
  changesBetween,
  type EveryObject,
  everyObject,
  objectKey,
} from '../harness/every-object.ts';
import {
  forgetBindings,
  installTargetGroupBindings,
  leaveLease,
  leaveTargetGroupBindings,
} from '../harness/lbc.ts';
import type { Stage } from '../harness/stage.ts';
import { kubectl, untilQuiet } from '../harness/waiters.ts';

/** Of each kind of state something. */
const CASES = [
  'nlb-frontend',
  'group-order',
  'group-shared-service',
  'basic-instance',
  'basic-ip',
  'ssl-redirect',
  'tls-group-certificates',
  'actions-weighted-forward',
  'lb-waf-name',
  'class-scheme',
  'sg-by-id',
  'lb-attributes',
];

/** Bindings may change, events are looked at below, and Leases are renewed by whoever holds one. */
const APART = new Set(['loadbalancerbindings', 'events', 'leases']);
const INGRESSES = '/apis/networking.k8s.io/v1/ingresses';
const BINDINGS = '/apis/albatross.dev/v1alpha1/loadbalancerbindings';
const soon = { timeout: 150_000, interval: 200 };

let conformance: ConformanceStage;
let stage: Stage;
let client: KubeClient;
/** What every object must be: as it was read first, and as the test itself wrote it since. */
let expected: EveryObject = new Map();

async function send<T>(call: KubeCall): Promise<T> {
  const outcome = await client.request<T>(call);
  if (!outcome.ok) throw new Error(`${call.method} ${call.path}: ${outcome.message}`);
  return outcome.object;
}
const list = async <T>(path: string): Promise<T[]> =>
  (await send<{ items: T[] }>({ method: 'GET', path })).items;
const pathOf = ({ metadata: { namespace, name } }: Ingress): string =>
  INGRESSES.replace(/ingresses$/, `namespaces/${namespace}/ingresses/${name}`);

/** Somebody writes an Ingress; from now on it is to be as the API server answers. */
async function write(ingress: Ingress, body: object, part = ''): Promise<Ingress> {
  const contentType = 'application/merge-patch+json';
  const written = await send<Ingress>({
    method: 'PATCH',
    path: `${pathOf(ingress)}${part}`,
    contentType,
    body,
  });
  expected.set(objectKey(INGRESSES, written), bytesOf(written));
  return written;
}

const fleet = async (): Promise<Ingress[]> =>
  (await list<Ingress>(INGRESSES)).filter(({ metadata }) => metadata.namespace?.startsWith('c-'));
const bindings = () => list<LoadBalancerBinding>(BINDINGS);
const bindingOf = async (ingress: Ingress) => (await bindings()).find((one) => keyOf(one) === keyOf(ingress));

/** The LBC's finalizers, and beside each address the one of a frontend NLB. */
async function asTheLbcHasIt(): Promise<void> {
  const held = new Map((await bindings()).map((one) => [keyOf(one), one]));
  for (const ingress of await fleet()) {
    const binding = held.get(keyOf(ingress));
    if (binding === undefined) continue;
    const finalizers = ['example.com/kept', lbcFinalizerOf(binding.spec.group)];
    await write(ingress, { metadata: { finalizers } });
    const addresses = ingress.status?.loadBalancer?.ingress ?? [];
    const nlb = { hostname: `k8s-nlb-${ingress.metadata.name}-0a1b2c3d4e5f6071.elb.us-west-2.amazonaws.com` };
    await write(ingress, { status: { loadBalancer: { ingress: [...addresses, nlb] } } }, '/status');
  }
  await forgetBindings(stage);
  await installTargetGroupBindings(stage);
  const [ip] = (await fleet()).filter(({ metadata }) => metadata.namespace === 'c-basic-ip');
  await leaveTargetGroupBindings(stage, 'c-basic-ip', keyOf(ip ?? { metadata: { name: '' } }));
  await leaveLease(stage, 'running');
}

beforeAll(async () => {
  conformance = await setConformanceStage();
  stage = conformance.stage;
  client = kubeClient(stage.cluster.client);
  await conformance.playAll(CASES);
  await stage.controller().stop();
  await asTheLbcHasIt();
}, 600_000);
afterAll(async () => conformance?.stop());

/** Every Ingress has a binding that says what it was told, and AWS is left alone. */
async function observed(): Promise<void> {
  await vi.waitFor(async () => {
    const held = new Map((await bindings()).map((one) => [keyOf(one), one]));
    const going = (one: Ingress): boolean => one.metadata.deletionTimestamp !== undefined;
    for (const ingress of (await fleet()).filter((one) => !going(one))) {
      const binding = held.get(keyOf(ingress));
      expect(binding?.status?.conditions, keyOf(ingress)).toBeDefined();
      expect(binding?.status?.observedHash, keyOf(ingress)).toBe(binding?.spec.ingressRef.hash);
    }
  }, soon);
  await untilQuiet(stage, 2_000);
}

/** Our own memory of groups under `sync`, beside our Lease and of the same name (docs/orphans.md). */
const MEMORY = '/api/v1/configmaps albatross-system/albatross-controller-leader';

async function unchanged(): Promise<void> {
  const now = await everyObject(client, APART);
  for (const all of [expected, now]) all.delete(MEMORY);
  expect(changesBetween(expected, now)).toEqual([]);
}

interface Event {
  readonly metadata: { readonly name: string };
  readonly reportingController?: string;
  readonly regarding: { readonly kind: string; readonly namespace: string; readonly name: string };
}
/** Events of our controller. */
const ours = async (): Promise<Event[]> =>
  (await list<Event>('/apis/events.k8s.io/v1/events')).filter(
    ({ reportingController }) => reportingController === 'albatross.dev/controller',
  );

const start = (args: readonly string[]) =>
  stage.startController('observing', [...conformance.flags, ...args]);

describe.each([
  { how: 'the flag', args: ['--policy', 'observe'], annotated: false, first: 0 },
  { how: 'the annotation', args: [], annotated: true, first: 4 },
])('by $how', ({ args, annotated, first }) => {
  let all: Ingress[];
  /** Names of the events that were there. */
  let before: ReadonlySet<string>;
  const nth = (at: number): Ingress => {
    const one = all[first + at];
    if (one === undefined) throw new Error('the fleet is too small');
    return one;
  };

  beforeAll(async () => {
    const annotations = { [POLICY_ANNOTATION]: 'observe' };
    all = annotated
      ? await Promise.all((await fleet()).map((one) => write(one, { metadata: { annotations } })))
      : await fleet();
    expect(all.length).toBeGreaterThan(first + 4);
    expected = await everyObject(client, APART);
    before = new Set((await ours()).map(({ metadata }) => metadata.name));
    stage.aws.resetCalls();
    await start(args);
    await observed();
  });
  afterAll(async () => stage.controller().stop());

  test('a look at the fleet writes bindings alone, and holds none of them', async () => {
    await unchanged();
    const held = await bindings();
    expect(held.length).toBeGreaterThanOrEqual(CASES.length);
    expect(held.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  test('edits are planned and told, and nothing else is written', async () => {
    const prefix = 'alb.ingress.kubernetes.io/';
    await write(nth(0), { metadata: { annotations: { [`${prefix}healthcheck-path`]: '/observed' } } });
    await write(nth(1), { spec: { rules: [{ host: 'nobody.example.com' }] } });
    const addresses = nth(2).status?.loadBalancer?.ingress ?? [];
    const swapped = {
      status: { loadBalancer: { ingress: [{ hostname: 'other.example.com' }, ...addresses] } },
    };
    await write(nth(2), swapped, '/status');
    await vi.waitFor(async () => {
      const { status } = (await bindingOf(nth(0))) ?? {};
      expect(status?.plan?.join(' ')).toContain('/observed');
    }, soon);
    await observed();
    await unchanged();
  });

  test('neither after kill -9, in the midst of an edit', async () => {
    stage.controller().kill('SIGKILL');
    await stage.controller().exited;
    await write(nth(0), {
      metadata: { annotations: { 'alb.ingress.kubernetes.io/healthcheck-path': '/again' } },
    });
    await start(args);
    await vi.waitFor(async () => {
      expect((await bindingOf(nth(0)))?.status?.plan?.join(' ')).toContain('/again');
    }, soon);
    await observed();
    await unchanged();
  });

  test('an Ingress that is deleted is left to the LBC; its binding goes, and holds up nothing', async () => {
    const gone = nth(3);
    const key = objectKey(INGRESSES, gone);
    expected.set(key, bytesOf(await send<Ingress>({ method: 'DELETE', path: pathOf(gone) })));
    await vi.waitFor(async () => expect(await bindingOf(gone)).toBeUndefined(), soon);
    await observed();
    await unchanged();
    // The LBC has cleaned up.
    await write(gone, { metadata: { finalizers: [] } });
    expected.delete(key);
    await vi.waitFor(async () => expect((await fleet()).map(keyOf)).not.toContain(keyOf(gone)), soon);
    await observed();
    await unchanged();
  });

  test('what was told was told on bindings, and AWS was not touched', async () => {
    const told = (await ours()).filter(({ metadata }) => !before.has(metadata.name));
    // What is told of our own memory is told on it.
    const about = told.filter(({ regarding }) => regarding.kind !== 'ConfigMap');
    expect(new Set(about.map(({ regarding }) => regarding.kind))).toEqual(new Set(['LoadBalancerBinding']));
    expect(told.map(({ regarding }) => `${regarding.namespace}/${regarding.name}`)).toContain(keyOf(nth(0)));
    expect(stage.aws.mutations()).toEqual([]);
  });
});

test('a namespace goes whether our controller runs or not', async () => {
  await start(['--policy', 'observe']);
  await observed();
  for (const at of ['running', 'stopped']) {
    if (at === 'stopped') await stage.controller().stop();
    const namespace = at === 'running' ? 'c-ssl-redirect' : 'c-tls-group-certificates';
    await kubectl(stage.cluster, `delete namespace ${namespace} --wait=false`);
    const mine = (await fleet()).filter(({ metadata }) => metadata.namespace === namespace);
    expect(mine.length).toBeGreaterThan(0);
    await Promise.all(mine.map((one) => write(one, { metadata: { finalizers: [] } })));
    await vi.waitFor(
      async () => expect(await kubectl(stage.cluster, 'get namespaces -o name')).not.toContain(namespace),
      { timeout: 120_000, interval: 500 },
    );
  }
});
