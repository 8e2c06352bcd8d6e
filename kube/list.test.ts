// Tests of list, on an API server over HTTP.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from './client.ts';
import { KINDS } from './kinds.ts';
import { listAll } from './list.ts';

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start();
  for (let at = 0; at < 1_001; at += 1) server.put(KINDS.namespaces, { metadata: { name: `n${at}` } });
});
afterEach(() => server.stop());

const list = () => listAll(kubeClient(server.kubeConfig), KINDS.namespaces);
const limits = () => server.requests.map(({ query }) => [query.get('limit'), query.has('continue')]);

test('all pages are of the moment of the first one', async () => {
  server.bend(({ query }) => {
    if (query.has('continue')) server.remove(KINDS.namespaces, { name: 'n1000' });
    return undefined;
  });
  const all = await list();
  expect(all).toMatchObject({ ok: true, object: { resourceVersion: '1001' } });
  expect(all.ok && all.object.items.map(({ metadata }) => metadata.name).at(-1)).toBe('n1000');
  expect(limits()).toEqual([
    ['500', false],
    ['500', true],
    ['500', true],
  ]);
});

test('when the next page is too long ago, it is asked for whole, and nothing is there twice', async () => {
  server.bend(({ query }) => {
    if (query.has('continue')) server.compact();
    return undefined;
  });
  const all = await list();
  expect(all.ok && all.object.items).toHaveLength(1_001);
  expect(limits()).toEqual([
    ['500', false],
    ['500', true],
    [null, false],
  ]);
});

test('a page that cannot be had is a failure, never a part', async () => {
  server.bend(({ query }) =>
    query.has('continue') ? { status: 403, body: { message: 'not any more' } } : undefined,
  );
  expect(await list()).toEqual({ ok: false, reason: 'forbidden', message: 'not any more' });
});
