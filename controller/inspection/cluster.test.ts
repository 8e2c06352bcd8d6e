// Tests of reading a cluster once: what is put together, and what is said of what cannot be read.
import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { ingress, service } from '../../alb/laws/paper.ts';
import { bind, bindingFor } from '../../api/binding/bind.ts';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { DEFAULTS } from '../options.ts';
import { type ClusterObjects, clusterSeen, groupsAsked, NO_OBJECTS, readObjects } from './cluster.ts';

const CLASS = { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } };
const NONE: ClusterObjects = {
  ...NO_OBJECTS,
  ingressClasses: [CLASS, { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } }],
  namespaces: [{ metadata: { name: 'shop' } }],
  services: [service()],
};
const of = (one: Ingress, className = 'alb'): Ingress => ({
  ...one,
  spec: { ...one.spec, ingressClassName: className },
});
const web = of(ingress({ said: { scheme: 'internal' } }));
const seen = (objects: Partial<ClusterObjects>) => clusterSeen({ ...NONE, ...objects }, DEFAULTS);

/** A binding as it was recorded before, held by a group. */
function recorded(one: Ingress, group: string, more: object = {}) {
  const binding = bindingFor(one, bind(one, { settings: {}, problems: [] }));
  return { ...binding, metadata: { ...binding.metadata, finalizers: [finalizerOf(group)], ...more } };
}

test('an Ingress without a binding is a member, as it will be once the controller has written one', () => {
  const { book } = seen({ ingresses: [web] });
  expect(book.of('shop/web').map(keyOf)).toEqual(['shop/web']);
  expect(book.awaited('shop/web')).toEqual([]);
});

test('the intent is what the Ingress says now, whatever its binding says', () => {
  const { book } = seen({ ingresses: [web], bindings: [recorded(of(ingress()), 'shop/web')] });
  expect(book.of('shop/web')[0]?.spec.intent?.settings.scheme?.value).toBe('internal');
});

test('an Ingress that moves is a member of its new group and leaves the old one', () => {
  const moved = of(ingress({ said: { 'group.name': 'new' } }));
  const cluster = seen({ ingresses: [moved], bindings: [recorded(moved, 'shop/web')] });
  expect(groupsAsked(cluster, { ingress: 'web', namespace: 'shop', all: false })).toEqual([
    'new',
    'shop/web',
  ]);
  expect(cluster.book.of('new')[0]?.metadata.deletionTimestamp).toBeUndefined();
  expect(cluster.book.of('shop/web')[0]?.metadata.deletionTimestamp).toBeDefined();
});

test('of an Ingress that is gone, what its binding holds is let go', () => {
  const { book } = seen({ bindings: [recorded(web, 'shop/web')] });
  expect(book.of('shop/web')[0]?.metadata.deletionTimestamp).toBeDefined();
});

test('an Ingress that is back while its binding goes takes over what there is', () => {
  const going = { deletionTimestamp: '2026-01-02T00:00:00Z' };
  const { book } = seen({ ingresses: [web], bindings: [recorded(web, 'shop/web', going)] });
  expect(book.of('shop/web')[0]?.metadata.deletionTimestamp).toBeUndefined();
});

test('an Ingress that is going is no member', () => {
  const going = { ...web, metadata: { ...web.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' } };
  expect(seen({ ingresses: [going] }).book.groups()).toEqual([]);
});

test.each([
  ['there', [web], undefined],
  ['not there', [], 'there is no Ingress shop/web'],
  ['of another class', [of(web, 'nginx')], 'Ingress shop/web is not of a class of Albatross'],
  [
    'of a class that is not there, and nothing of ours',
    [of(ingress(), 'gone')],
    'Ingress shop/web names the class "gone", which does not exist',
  ],
])('%s: why an Ingress is in no group', (_what, ingresses, words) => {
  expect(seen({ ingresses }).absent('shop/web')).toBe(words);
});

const ASKED = { namespace: 'shop', all: false };

test('groups of a namespace, of the cluster, and of an Ingress of another namespace', () => {
  const far = of(ingress({ namespace: 'bank' }));
  const cluster = seen({ ingresses: [web, far] });
  expect(groupsAsked(cluster, ASKED)).toEqual(['shop/web']);
  expect(groupsAsked(cluster, { ...ASKED, all: true })).toEqual(['bank/web', 'shop/web']);
  expect(groupsAsked(cluster, { ...ASKED, ingress: 'bank/web' })).toEqual(['bank/web']);
  expect(() => groupsAsked(cluster, { ...ASKED, ingress: 'api' })).toThrow('there is no Ingress shop/api');
});

/** Answers a list for each path that ends so; the rest is empty. */
function client(answers: Readonly<Record<string, KubeOutcome>>): { client: KubeClient; asked: string[] } {
  const asked: string[] = [];
  const request = async <T>({ path }: { path: string }): Promise<KubeOutcome<T>> => {
    asked.push(path);
    const answer = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1];
    return (answer ?? { ok: true, object: {} }) as KubeOutcome<T>;
  };
  return { client: { kubeConfig: new KubeConfig(), request }, asked };
}

test('before Albatross is installed there are neither bindings nor parameters', async () => {
  const missing: KubeOutcome = { ok: false, reason: 'notFound', message: 'the server could not find it' };
  const answers = {
    loadbalancerbindings: missing,
    ingressclassparams: missing,
    ingresses: { ok: true, object: { items: [web] } } as const,
  };
  const objects = await readObjects(client(answers).client);
  expect([objects.bindings, objects.classParams, objects.ingresses]).toEqual([[], [], [web]]);
});

test('everything that may not be listed is named at once', async () => {
  const forbidden = (message: string): KubeOutcome => ({ ok: false, reason: 'forbidden', message });
  const { client: nobody } = client({ nodes: forbidden('nodes is forbidden'), '/services': forbidden('no') });
  await expect(readObjects(nobody)).rejects.toThrow(
    'cannot list services: no\ncannot list nodes: nodes is forbidden',
  );
});

test('one reason for several kinds is told once', async () => {
  const away: KubeOutcome = { ok: false, reason: 'unavailable', message: 'fetch failed' };
  const { client: nobody } = client({ nodes: away, '/services': away });
  await expect(readObjects(nobody)).rejects.toThrow(/^cannot list services, nodes: fetch failed$/);
});

test('with a namespace only what has none is listed for the whole cluster', async () => {
  const { client: one, asked } = client({});
  await readObjects(one, 'shop');
  expect(
    asked.filter((path) => !path.includes('/namespaces/shop/')).map((path) => path.split('/').at(-1)),
  ).toEqual(['ingressclasses', 'ingressclassparams', 'namespaces', 'nodes']);
});
