// Tests of write.
import { describe, expect, test } from 'vitest';
import type { Ingress } from '../api/kube.ts';
import { POLICIES, POLICY_ANNOTATION, type Policy } from '../api/policy.ts';
import { withAddress, withoutAddress } from './addresses.ts';
import { type KubeCall, type KubeClient, outcomeOf } from './client.ts';
import { eventTeller } from './events.ts';
import { asOrdered, claimOf, mergePatch, underPolicy, withoutFinalizers, writer } from './write.ts';

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

describe('the address of an Ingress', () => {
  type Entry = NonNullable<NonNullable<NonNullable<Ingress['status']>['loadBalancer']>['ingress']>[number];
  const metadata = { name: 'web', resourceVersion: '7' };
  const wanted = { hostname: 'LB.example.com', ports: [443, 80] };
  const said = {
    hostname: 'lb.example.com',
    ports: [
      { port: 80, protocol: 'TCP' },
      { port: 443, protocol: 'TCP' },
    ],
  };
  const nlb = { hostname: 'nlb.example.com', ports: [{ port: 443, protocol: 'TCP' }] };
  const nginx = { ip: '192.0.2.1' };
  const old = { hostname: 'Old.example.com' };
  /** The list that is written; `nothing` when no write is needed. */
  const writtenOver = (...list: Entry[]): unknown => {
    const change = withAddress(
      { metadata, status: { loadBalancer: { ingress: list } } },
      wanted,
      (hostname) => hostname === 'old.example.com',
    );
    if (change === undefined) return 'nothing';
    expect(change).toMatchObject({ metadata: { resourceVersion: '7' } });
    return (change as { status: { loadBalancer: { ingress: unknown } } }).status.loadBalancer.ingress;
  };
  test.each<[string, Entry[], unknown]>([
    ['none yet', [], [said]],
    [
      'said, in another case and without protocols',
      [{ ...said, ports: [{ port: 443 }, { port: 80 }] }],
      'nothing',
    ],
    ['a port less', [{ hostname: 'lb.example.com', ports: [{ port: 80 }] }], [said]],
    ['the one before', [old], [said]],
    ['the one before and this one', [old, said], [said]],
    ['of a frontend NLB, too', [said, nlb], 'nothing'],
    ['of a frontend NLB, first', [nlb, said], 'nothing'],
    ['of a frontend NLB, and the one before', [nlb, old], [nlb, said]],
    ['the one before, and of a frontend NLB', [old, nlb], [said, nlb]],
    ['of a frontend NLB alone', [nlb], [nlb, said]],
    ['an IP address of somebody else', [nginx], [nginx, said]],
    ['twice, somebody in between', [said, nginx, old], [said, nginx]],
  ])('%s', (_name, list, written) => {
    expect(writtenOver(...list)).toEqual(written);
  });

  test('what was written is not written again', () => {
    for (const list of [[], [old], [nlb, old], [nginx, said, old]]) {
      const once = writtenOver(...list);
      expect(writtenOver(...(once === 'nothing' ? list : (once as Entry[])))).toBe('nothing');
    }
  });
});

describe('what of an Ingress is written under which policy', () => {
  /** Everything that a writer does to an Ingress, as the requests it sends beside reads. */
  async function written(ceiling: Policy, annotation?: string): Promise<string[]> {
    const calls: KubeCall[] = [];
    const ingress: Ingress = {
      metadata: {
        namespace: 'shop',
        name: 'web',
        ...(annotation === undefined ? {} : { annotations: { [POLICY_ANNOTATION]: annotation } }),
      },
      status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
    };
    const request = async (call: KubeCall) => {
      if (call.method !== 'GET') calls.push(call);
      return { ok: true, object: ingress };
    };
    const client = { request } as unknown as KubeClient;
    const may = underPolicy(ceiling);
    const write = writer(client, may);
    await write.writeFinalizers(ingress, ['x']);
    await write.writeAddress(ingress, { hostname: 'new.example.com', ports: [] }, () => false);
    await write.takeAddress(ingress.metadata, 'lb.example.com');
    await eventTeller(client, 'test', may).tell(
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: ingress.metadata },
      { type: 'Normal', reason: 'Applied', action: 'Apply', note: 'one' },
    );
    return calls.map(({ method, path }) => `${method} ${path.replace(/^.*namespaces\/shop\//, '')}`);
  }
  const all = [
    'PATCH ingresses/web',
    'PATCH ingresses/web/status',
    'PATCH ingresses/web/status',
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

test.each([
  [404, '{"message":"no such thing"}', { ok: false, reason: 'notFound', message: 'no such thing' }],
  [409, '{}', { ok: false, reason: 'conflict', message: 'HTTP 409' }],
  [422, 'x', { ok: false, reason: 'invalid', message: 'HTTP 422' }],
  [403, '{}', { ok: false, reason: 'forbidden', message: 'HTTP 403' }],
  [405, '{}', { ok: false, reason: 'forbidden', message: 'HTTP 405' }],
  [503, '', { ok: false, reason: 'unavailable', message: 'HTTP 503' }],
  [201, '{"a":1}', { ok: true, object: { a: 1 } }],
])('HTTP %i', (status, text, outcome) => {
  expect(outcomeOf({ status, text })).toEqual(outcome);
});

test('one address goes, the others stay, with the version it was decided on', () => {
  const ours = { hostname: 'k8s-shop.elb.amazonaws.com' };
  const theirs = { hostname: 'other.example.com' };
  const metadata = { name: 'web', resourceVersion: '7' };
  const having = (...ingress: { hostname: string }[]) => ({
    metadata,
    status: { loadBalancer: { ingress } },
  });
  expect(withoutAddress(having(ours, theirs), ours.hostname)).toEqual({
    metadata: { resourceVersion: '7' },
    status: { loadBalancer: { ingress: [theirs] } },
  });
  expect(withoutAddress(having(theirs), ours.hostname)).toBeUndefined();
  expect(withoutAddress({ metadata }, ours.hostname)).toBeUndefined();
});
