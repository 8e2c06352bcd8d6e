// Tests of the record: what is written down, what is believed of it, and that another cluster's is not.
import { expect, test } from 'vitest';
import type { KubeCall, KubeOutcome } from '../../../kube/client.ts';
import { GroupsRecord, readRecord } from './record.ts';

const PLACE = { namespace: 'albatross-system', name: 'leader' };
const FLEET = { clusterName: 'local', vpcId: 'vpc-1' };

/** An API server with one namespace and, at most, one ConfigMap. */
class Server {
  uid = 'cluster-1';
  object: { metadata: { resourceVersion: string }; data?: Record<string, string> } | undefined;
  forbidden = false;
  writes = 0;

  async request<T>({ method, path, body }: KubeCall): Promise<KubeOutcome<T>> {
    const answer = (object: unknown): KubeOutcome<T> => ({ ok: true, object: object as T });
    const no = (reason: 'notFound' | 'conflict' | 'forbidden'): KubeOutcome<T> => ({
      ok: false,
      reason,
      message: reason,
    });
    if (path === '/api/v1/namespaces') return answer({ items: [{ metadata: { uid: this.uid } }] });
    if (this.forbidden) return no('forbidden');
    if (method === 'GET') return this.object === undefined ? no('notFound') : answer(this.object);
    const sent = body as Required<Server>['object'];
    if (method === 'PUT' && sent?.metadata.resourceVersion !== this.object?.metadata.resourceVersion)
      return no('conflict');
    this.writes += 1;
    this.object = { ...sent, metadata: { ...sent?.metadata, resourceVersion: String(this.writes) } };
    return answer(this.object);
  }
}

const start = (client: Server, more: object = {}) =>
  new GroupsRecord({
    client,
    place: PLACE,
    ...FLEET,
    writes: true,
    mayWrite: async () => undefined,
    ...more,
  });

test('what a process noted is known to the next one; nothing is written where nothing is new', async () => {
  const server = new Server();
  const first = start(server);
  expect(first.note('shop/web', true)).toBe(true);
  expect(first.note('shop/web', true)).toBe(false);
  first.note('one', true);
  first.seen(new Map([['two', Date.parse('2026-11-30T12:00:00Z')]]));
  expect(await first.write()).toEqual({ next: 'done' });
  expect(server.object?.data).toEqual({
    cluster: '{"name":"local","vpc":"vpc-1","uid":"cluster-1"}',
    groups: 'one\nshop/web',
    orphans: '2026-11-30T12:00:00.000Z two',
  });
  const second = start(server);
  expect(second.owned()).toEqual({ unknown: 'it was not read yet' });
  await second.load();
  expect(second.owned()).toEqual(new Set(['one', 'shop/web']));
  expect(second.note('one', true)).toBe(false);
  second.seen(new Map([['two', Date.parse('2026-11-30T12:00:00Z')]]));
  await second.write();
  expect(server.writes).toBe(1);
  const read = await readRecord(server, PLACE, FLEET);
  expect(read.ok && [...read.value.orphans]).toEqual([['two', Date.parse('2026-11-30T12:00:00Z')]]);
});

test('a group that somebody else answers for now, or that is gone, is forgotten', async () => {
  const server = new Server();
  const record = start(server);
  for (const group of ['a', 'b', 'c']) record.note(group, true);
  await record.write();
  record.note('a', false);
  record.keep((group) => group !== 'b');
  await record.write();
  expect(server.object?.data?.groups).toBe('c');
});

test.each([
  ['another cluster, though its objects were restored from a backup', { uid: 'cluster-2' }, FLEET],
  ['another cluster name', {}, { ...FLEET, clusterName: 'prod' }],
  ['another VPC', {}, { ...FLEET, vpcId: 'vpc-2' }],
])('the record of %s counts for nothing, and is written anew', async (_name, server, fleet) => {
  const there = new Server();
  const before = start(there);
  before.note('shop/web', true);
  await before.write();
  Object.assign(there, server);
  const record = start(there, fleet);
  await record.load();
  expect(record.owned()).toEqual(new Set());
  record.note('mine', true);
  await record.write();
  expect(there.object?.data?.groups).toBe('mine');
});

test('what cannot be read is not known, whatever was noted', async () => {
  const server = new Server();
  server.forbidden = true;
  const record = start(server);
  record.note('shop/web', true);
  await record.load();
  expect(record.owned()).toEqual({ unknown: 'cannot read the ConfigMap albatross-system/leader: forbidden' });
  expect(await record.write()).toMatchObject({ next: 'retry', failed: { reason: 'forbidden' } });
  server.forbidden = false;
  await record.write();
  expect(record.owned()).toEqual(new Set(['shop/web']));
});

test('under observe nothing is written', async () => {
  const server = new Server();
  const record = start(server, { writes: false });
  record.note('shop/web', true);
  expect(await record.write()).toEqual({ next: 'done' });
  expect(server.writes).toBe(0);
});
