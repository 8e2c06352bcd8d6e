// Tests of events.
import { expect, test } from 'vitest';
import { POLICY_ANNOTATION } from '../api/policy.ts';
import type { KubeCall, KubeClient } from './client.ts';
import { cut, eventTeller, microTime } from './events.ts';
import { underPolicy } from './write.ts';

test.each([
  ['short', 'short'],
  ['x'.repeat(1024), 'x'.repeat(1024)],
  ['x'.repeat(1025), `${'x'.repeat(1021)}…`],
  ['é'.repeat(600), `${'é'.repeat(510)}…`],
])('a note fits into 1 kB', (note, expected) => {
  expect(cut(note)).toBe(expected);
  expect(Buffer.byteLength(cut(note))).toBeLessThanOrEqual(1024);
});

test('microseconds', () => {
  expect(microTime(new Date(0))).toBe('1970-01-01T00:00:00.000000Z');
});

function listening(): { readonly client: KubeClient; readonly calls: KubeCall[] } {
  const calls: KubeCall[] = [];
  const request = async (call: KubeCall) => {
    calls.push(call);
    return { ok: true, object: {} };
  };
  return { client: { request } as unknown as KubeClient, calls };
}

test('about an Ingress that another controller is in charge of, its binding is told instead', async () => {
  const { client, calls } = listening();
  const events = eventTeller(client, 'test', underPolicy('sync'));
  const metadata = { name: 'web', namespace: 'shop', annotations: { [POLICY_ANNOTATION]: 'observe' } };
  const binding = { apiVersion: 'albatross.dev/v1alpha1', kind: 'LoadBalancerBinding', metadata };
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata };
  const news = { type: 'Normal', reason: 'Observed', action: 'Programmed', note: 'one' } as const;
  expect(await events.tell(ingress, news)).toBeUndefined();
  await events.tell({ ...ingress, instead: binding }, news);
  expect(calls.map(({ body }) => body)).toEqual([
    expect.objectContaining({ regarding: expect.objectContaining({ kind: 'LoadBalancerBinding' }) }),
  ]);
});

test('the same news about the same object is told once, other news at once', async () => {
  const { client, calls } = listening();
  const events = eventTeller(client, 'test', underPolicy('sync'));
  const about = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
  });
  const news = { type: 'Normal', reason: 'Applied', action: 'Apply', note: 'one' } as const;
  await events.tell(about('a'), news);
  await events.tell(about('a'), news);
  await events.tell(about('b'), news);
  await events.tell(about('a'), { ...news, note: 'two' });
  await events.tell(about('a'), news);
  expect(calls).toHaveLength(4);
  expect(calls[0]?.path).toBe('/apis/events.k8s.io/v1/namespaces/shop/events');
});
