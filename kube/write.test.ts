// Tests of write, on an API server over HTTP.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BindingSpec, LoadBalancerBinding } from '../api/generated/binding.ts';
import type { Ingress } from '../api/kube.ts';
import { POLICIES, POLICY_ANNOTATION, type Policy } from '../api/policy.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { type KubeClient, kubeClient } from './client.ts';
import { eventTeller } from './events.ts';
import { KINDS } from './kinds.ts';
import { FIELD_MANAGERS } from './objects.ts';
import {
  applyBinding,
  asOrdered,
  claimOf,
  mergePatch,
  underPolicy,
  Writer,
  withoutFinalizers,
} from './write.ts';

let server: ApiServer;
let client: KubeClient;
beforeEach(async () => {
  server = await ApiServer.start();
  client = kubeClient(server.kubeConfig);
});
afterEach(() => server.stop());

const NAME = { namespace: 'shop', name: 'web' };
const spec = (group: string): BindingSpec => ({
  ingressRef: { name: 'web', hash: 'h' },
  group,
  order: 0,
  intent: { settings: {}, rules: [] },
});

describe('bindings', () => {
  const write = () => new Writer(client, underPolicy('sync'));
  const stored = () => server.read(KINDS.bindings, NAME);
  const made = async (): Promise<LoadBalancerBinding> => {
    const outcome = await write().applyBinding(NAME, spec('a'));
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome.object;
  };
  const CONFLICT = { ok: false, reason: 'conflict' };

  test('webhook and controller apply a spec under one name, and patch nothing of each other away', async () => {
    await applyBinding(client, NAME, spec('a'));
    const first = await made();
    await write().claim(first, ['albatross.dev/resources']);
    await applyBinding(client, NAME, spec('b'));
    expect(stored()).toMatchObject({
      metadata: {
        finalizers: ['albatross.dev/resources'],
        managedFields: [{ manager: 'albatross', operation: 'Apply' }],
      },
      spec: { group: 'b' },
    });
    const managers = new Set(server.requests.map(({ query }) => query.get('fieldManager')));
    expect([...managers]).toEqual([FIELD_MANAGERS.albatross]);
    expect(server.requests.map(({ contentType }) => contentType)).toEqual([
      'application/apply-patch+yaml',
      'application/apply-patch+yaml',
      'application/merge-patch+json',
      'application/apply-patch+yaml',
    ]);
  });

  test('an apply with the uid of one that is gone makes none', async () => {
    const { metadata } = await made();
    server.remove(KINDS.bindings, NAME);
    expect(await write().applyBinding({ ...NAME, uid: metadata.uid ?? '' }, spec('b'))).toMatchObject(
      CONFLICT,
    );
    expect(stored()).toBeUndefined();
  });

  test('what was decided on an older version is a conflict, and nothing is written', async () => {
    const old = { ...(await made()), status: { state: 'Ready' } } as LoadBalancerBinding;
    server.put(KINDS.bindings, { ...old, status: { state: 'Pending' } } as LoadBalancerBinding);
    expect(await write().patchStatus(old, { state: 'Degraded' })).toMatchObject(CONFLICT);
    expect(await write().claim(old, ['albatross.dev/resources'])).toMatchObject(CONFLICT);
    const held = { ...old, metadata: { ...old.metadata, finalizers: ['x'] } };
    expect(await write().releaseBinding(held, () => true)).toMatchObject(CONFLICT);
    expect(stored()).toMatchObject({ status: { state: 'Pending' } });
  });

  test('what a target group left in the status goes, whatever else was written meanwhile', async () => {
    const registered = { a: [{ id: 'i-1', port: 80 }], b: [] };
    const old = await made();
    server.put(KINDS.bindings, { ...old, status: { registered } } as never);
    expect(await write().forgetTargets(old, 'a')).toMatchObject({ ok: true });
    expect(stored()).toMatchObject({ status: { registered: { b: [] } } });
    expect(stored()?.status).not.toHaveProperty('registered.a');
  });

  test('only the one that is meant is deleted', async () => {
    const old = await made();
    server.remove(KINDS.bindings, NAME);
    const next = await made();
    expect(await write().deleteBinding(old)).toMatchObject(CONFLICT);
    expect(stored()?.metadata.uid).toBe(next.metadata.uid);
    expect(await write().deleteBinding(next)).toMatchObject({ ok: true });
    expect(stored()).toBeUndefined();
  });
});

describe('a finalizer on an Ingress', () => {
  const hold = (ingress: Ingress) => new Writer(client, underPolicy('sync')).holdIngress(ingress, 'ours');
  const put = (more: object = {}): Ingress =>
    server.put(KINDS.ingresses, {
      metadata: { ...NAME, finalizers: ['other'], ...more },
    } as Ingress) as Ingress;

  test('is put on as it is stored now, beside those of others, once', async () => {
    const old = put();
    put({ finalizers: ['other', 'another'] });
    expect(await hold(old)).toMatchObject({ ok: true });
    expect(server.read(KINDS.ingresses, NAME)?.metadata.finalizers).toEqual(['other', 'another', 'ours']);
    expect(await hold(old)).toMatchObject({ ok: true });
    expect(server.lines.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
  });

  test.each<[string, (old: Ingress) => void]>([
    [
      'another one',
      () => {
        server.remove(KINDS.ingresses, NAME);
        put();
      },
    ],
    ['being deleted', () => void put({ deletionTimestamp: '2026-11-30T00:00:00Z' })],
    ['careful now', () => void put({ annotations: { [POLICY_ANNOTATION]: 'observe' } })],
  ])('is not put on one that is %s', async (_, change) => {
    const old = put();
    change(old);
    expect(await hold(old)).toMatchObject({ ok: false, reason: 'conflict' });
    expect(server.lines.filter((line) => line.startsWith('PATCH'))).toEqual([]);
  });

  test('is not written over a list that changed between reading and writing', async () => {
    const old = put();
    server.bend(({ method }) => {
      if (method === 'PATCH') put({ finalizers: ['other', 'another'] });
      return undefined;
    });
    expect(await hold(old)).toMatchObject({ ok: false, reason: 'conflict' });
    expect(server.read(KINDS.ingresses, NAME)?.metadata.finalizers).toEqual(['other', 'another']);
  });
});

describe('merge patch', () => {
  test.each([
    [{}, {}, undefined],
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 1 }, { a: 2, b: 3 }, { a: 2, b: 3 }],
    [{ a: 1, b: 2 }, { b: 2 }, { a: null }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    [{ a: { b: 1 } }, { a: {} }, { a: { b: null } }],
    [{ a: [1, 2] }, { a: [1] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    [{ a: 1 }, { a: 1, b: undefined }, undefined],
  ])('%j → %j is %j', (from, to, patch) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });
});

describe('claim', () => {
  const owner = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web', uid: 'new' };
  const metadata = { name: 'web', resourceVersion: '7' };

  test('finalizer and owner in one patch, with the version', () => {
    expect(claimOf({ ...metadata, finalizers: ['other'] }, ['ours'], owner)).toEqual({
      resourceVersion: '7',
      finalizers: ['other', 'ours'],
      ownerReferences: [owner],
    });
  });

  test('the owner before of the same name goes, others stay', () => {
    const others = [
      { ...owner, uid: 'old' },
      { ...owner, name: 'x', uid: 'x' },
    ];
    expect(claimOf({ ...metadata, finalizers: ['ours'], ownerReferences: others }, ['ours'], owner)).toEqual({
      resourceVersion: '7',
      ownerReferences: [others[1], owner],
    });
  });

  test('nothing when both are there, or no owner is known', () => {
    expect(
      claimOf({ ...metadata, finalizers: ['ours'], ownerReferences: [owner] }, ['ours'], owner),
    ).toBeUndefined();
    expect(claimOf({ ...metadata, finalizers: ['ours'] }, ['ours'], undefined)).toBeUndefined();
  });

  test('finalizers go one by one', () => {
    const two = { ...metadata, finalizers: ['ours', 'other'] };
    expect(withoutFinalizers(two, (one) => one === 'ours')).toEqual({
      resourceVersion: '7',
      finalizers: ['other'],
    });
    expect(withoutFinalizers(two, () => false)).toBeUndefined();
  });
});

describe('conditions of a pod', () => {
  const gate = { type: 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789', status: 'True' };
  const pod = { ...NAME, uid: 'a' };
  const write = (policy: Policy, metadata = pod) =>
    new Writer(client, underPolicy(policy)).writePodConditions({ metadata }, [gate]);

  test('go beside those of others, to this pod and no other', async () => {
    const ready = { type: 'Ready', status: 'False' };
    server.put(KINDS.pods, { metadata: pod, status: { conditions: [ready] } });
    expect(await write('targets-only', { ...pod, uid: 'b' })).toMatchObject({
      ok: false,
      reason: 'conflict',
    });
    await write('targets-only');
    expect(server.read(KINDS.pods, NAME)?.status?.conditions).toEqual([ready, gate]);
  });
  test('are not written under observe', async () => {
    expect([await write('observe'), server.lines]).toEqual([undefined, []]);
  });
});

describe('what of an Ingress is written under which policy', () => {
  /** Everything that a writer does to an Ingress, as the requests it sends beside reads. */
  async function written(ceiling: Policy, annotation?: string): Promise<string[]> {
    const ingress = server.put(KINDS.ingresses, {
      metadata: {
        namespace: 'shop',
        name: 'web',
        ...(annotation === undefined ? {} : { annotations: { [POLICY_ANNOTATION]: annotation } }),
      },
      status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
    }) as Ingress;
    const may = underPolicy(ceiling);
    const write = new Writer(client, may);
    await write.writeFinalizers(ingress, ['x']);
    await write.writeAddress(ingress, { hostname: 'new.example.com', ports: [] }, () => false);
    await write.takeAddress(ingress.metadata, 'lb.example.com');
    await write.holdIngress(ingress, 'y');
    await eventTeller(client, 'test', may).tell(
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: ingress.metadata },
      { type: 'Normal', reason: 'Applied', action: 'Apply', note: 'one' },
    );
    return server.lines
      .filter((line) => !line.startsWith('GET '))
      .map((line) => line.replace(/\/apis.*namespaces\/shop\//, ''));
  }
  const all = [
    'PATCH ingresses/web',
    'PATCH ingresses/web/status',
    'PATCH ingresses/web/status',
    'PATCH ingresses/web',
    'POST events',
  ];
  const cases = POLICIES.flatMap((ceiling) =>
    [undefined, ...POLICIES, 'observ', ''].map((annotation) => [ceiling, annotation] as const),
  );
  test.each(cases)('--policy=%s and %s', async (ceiling, annotation) => {
    const inCharge = (policy: string): boolean => policy === 'sync' || policy === 'upsert-only';
    const ours = inCharge(ceiling) && (annotation === undefined || inCharge(annotation));
    expect(await written(ceiling, annotation)).toEqual(ours ? all : []);
  });

  test('a person may order it', () => {
    expect(asOrdered('ingressFinalizers', { annotations: { [POLICY_ANNOTATION]: 'observe' } })).toBe(true);
  });
});
