// Tests of events, on an API server over HTTP.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { POLICY_ANNOTATION } from '../api/policy.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from './client.ts';
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

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(() => server.stop());
const teller = () => eventTeller(kubeClient(server.kubeConfig), 'test', underPolicy('sync'));

test('about an Ingress that another controller is in charge of, its binding is told instead', async () => {
  const events = teller();
  const metadata = { name: 'web', namespace: 'shop', annotations: { [POLICY_ANNOTATION]: 'observe' } };
  const binding = { apiVersion: 'albatross.dev/v1alpha1', kind: 'LoadBalancerBinding', metadata };
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata };
  const news = { type: 'Normal', reason: 'Observed', action: 'Programmed', note: 'one' } as const;
  expect(await events.tell(ingress, news)).toBeUndefined();
  await events.tell({ ...ingress, instead: binding }, news);
  expect(server.requests.map(({ body }) => body)).toEqual([
    expect.objectContaining({ regarding: expect.objectContaining({ kind: 'LoadBalancerBinding' }) }),
  ]);
});

test('the same news about the same object is told once, other news at once', async () => {
  const events = teller();
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
  expect(server.lines).toEqual(Array(4).fill('POST /apis/events.k8s.io/v1/namespaces/shop/events'));
});
