// Several programs write to the status of one binding: in turn, each on what the one before has left, on an API server that
// compares versions.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { kubeClient } from '../../kube/client.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import { openBook } from '../bindings/store.ts';
import { StatusWrites } from './writes.ts';

interface Patch {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly status: Record<string, unknown>;
}

const fresh = (): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: { namespace: 'shop', name: 'web', uid: 'u', resourceVersion: '1' },
  spec: { ingressRef: { name: 'web', hash: 'h' }, group: 'shop/web', order: 0 },
  status: { appliedHash: 'a', registered: { tg: 'h' } },
});
let stored: LoadBalancerBinding | undefined;
const bodies: Patch[] = [];

/** Merge patches of objects in objects, as RFC 7386 has them. */
function merged(old: unknown, change: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(change)) return change;
  const result: Record<string, unknown> = isObject(old) ? { ...old } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

const server = createServer(async (request, response) => {
  const patch = (await json(request)) as Patch;
  bodies.push(patch);
  const answer = (code: number, body: object) => response.writeHead(code).end(JSON.stringify(body));
  if (stored === undefined) return answer(404, { reason: 'NotFound', message: '' });
  const { resourceVersion } = stored.metadata;
  if (patch.metadata !== undefined && patch.metadata.resourceVersion !== resourceVersion)
    return answer(409, { reason: 'Conflict', message: '' });
  stored = {
    ...stored,
    metadata: { ...stored.metadata, resourceVersion: String(Number(resourceVersion) + 1) },
    status: merged(stored.status, patch.status) as BindingStatus,
  };
  return answer(200, stored);
});

let write: Writer;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  write = new Writer(kubeClient(config), underPolicy('sync'));
});
afterAll(() => server.close());
beforeEach(() => {
  stored = fresh();
  bodies.length = 0;
});

function begin() {
  const book = openBook();
  book.binding('shop/web', fresh());
  const failures: string[] = [];
  const statuses = new StatusWrites({ book, write, failed: (_, step) => failures.push(step) });
  return { statuses, book, failures };
}

test('those that are asked at the same time both hold, without a conflict', async () => {
  const { statuses } = begin();
  const results = await Promise.all([
    statuses.update('shop/web', 'a', ({ status }) => ({ ...status, state: 'Ready' })),
    statuses.update('shop/web', 'b', ({ status }) => ({ ...status, targets: '1/2' })),
    statuses.update('shop/web', 'c', ({ status }) => ({ ...status, scheme: 'internal' })),
  ]);
  expect(results).toEqual(['written', 'written', 'written']);
  expect(stored?.status).toEqual({ ...fresh().status, state: 'Ready', targets: '1/2', scheme: 'internal' });
});

test('each patch has its own fields only, for the version that it was decided on', async () => {
  const { statuses } = begin();
  await statuses.update('shop/web', 'a', ({ status }) => ({ ...status, targets: '1/2' }));
  await statuses.update('shop/web', 'a', ({ status }) => ({ ...status, targets: '1/2' }));
  expect(bodies).toEqual([{ metadata: { resourceVersion: '1' }, status: { targets: '1/2' } }]);
});

test('a hash that is being written is taken off all the same by who asked later', async () => {
  const { statuses } = begin();
  const hash = { tg: 'new' };
  await Promise.all([
    statuses.update('shop/web', 'a', ({ status }) => ({ ...status, registered: hash })),
    statuses.forgetTargets('shop/web', 'tg'),
  ]);
  expect(stored?.status?.registered).toEqual({});
});

test('what somebody else wrote meanwhile is a conflict, and stays', async () => {
  const { statuses, failures, book } = begin();
  stored = { ...fresh(), metadata: { ...fresh().metadata, resourceVersion: '7' } };
  const change = ({ status }: LoadBalancerBinding): BindingStatus => ({ ...status, targets: '1/2' });
  expect(await statuses.update('shop/web', 'a', change)).toBe('conflict');
  expect(stored.status).toEqual(fresh().status);
  book.binding('shop/web', stored);
  expect(await statuses.update('shop/web', 'a', change)).toBe('written');
  expect(failures).toEqual([]);
});

test('a binding that is gone, or was never known, needs nothing', async () => {
  const { statuses, failures } = begin();
  stored = undefined;
  expect(await statuses.forgetTargets('shop/web', 'tg')).toBe('written');
  expect(await statuses.update('shop/other', 'a', () => ({}))).toBe('written');
  expect(failures).toEqual([]);
});

test('a change that throws is our bug: it is thrown, and the next one has its turn', async () => {
  const { statuses } = begin();
  const broken = statuses.update('shop/web', 'a', () => {
    throw new Error('our bug');
  });
  const next = statuses.update('shop/web', 'b', ({ status }) => ({ ...status, targets: '0/0' }));
  await expect(broken).rejects.toThrow('our bug');
  expect(await next).toBe('written');
});
