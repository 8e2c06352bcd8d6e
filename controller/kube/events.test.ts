// Tests of events.
import { expect, test } from 'vitest';
import type { KubeCall, KubeClient } from './client.ts';
import { cut, eventTeller, microTime } from './events.ts';

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

test('the same news about the same object is told once, other news at once', async () => {
  const calls: KubeCall[] = [];
  const client = {
    request: async (call: KubeCall) => {
      calls.push(call);
      return { ok: true, object: {} };
    },
  } as unknown as KubeClient;
  const events = eventTeller(client, 'test');
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
