// Recording, on an API server over HTTP.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BindingSpec } from '../api/generated/binding.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { recorder } from './record.ts';

const NAME = { namespace: 'shop', name: 'web' };
const spec = (group: string): BindingSpec => ({
  ingressRef: { name: 'web', hash: 'h' },
  group,
  order: 0,
  intent: { settings: {}, rules: [] },
});

let server: ApiServer;
let lines: string[];
beforeEach(async () => {
  server = await ApiServer.start();
  lines = [];
});
afterEach(() => server.stop());

const record = (group: string) => {
  const log = pino({}, { write: (line) => void lines.push(line) });
  return recorder(kubeClient(server.kubeConfig), log)({ ...NAME, spec: spec(group) });
};

test('one request makes it or makes its spec another one, without owner, finalizer and status', async () => {
  expect(await record('a')).toBe('recorded');
  expect(await record('b')).toBe('recorded');
  expect(server.requests.map(({ method, contentType }) => [method, contentType])).toEqual(
    Array(2).fill(['PATCH', 'application/apply-patch+yaml']),
  );
  for (const { body, query } of server.requests) {
    expect(Object.keys(body ?? {}).toSorted()).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(body?.metadata).toEqual(NAME);
    expect(query.get('force')).toBe('true');
  }
  expect(server.read(KINDS.bindings, NAME)?.spec.group).toBe('b');
  expect(lines).toEqual([]);
});

test.each([403, 404, 409, 500])(
  'HTTP %i: the answer to the user does not fail by it, and the log says so',
  async (status) => {
    server.bend(() => ({ status, body: { kind: 'Status', message: 'not now' } }));
    expect(await record('a')).toBe('failed');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ ...NAME, msg: 'binding not recorded', error: 'not now' }),
    ]);
    expect(server.requests).toHaveLength(1);
  },
);

test('an API server that takes longer than a second is not waited for', async () => {
  server.bend(() => new Promise((resolve) => setTimeout(() => resolve(undefined), 5_000)));
  expect(await record('a')).toBe('failed');
});
