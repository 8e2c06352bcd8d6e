// Tests of client, on a server over HTTP.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubeClient, outcomeOf } from './client.ts';

const connections = new Set<unknown>();
const server = createServer((request, response) => {
  connections.add(request.socket);
  if (request.url === '/silent') return;
  if (request.url === '/torn') request.socket.destroy();
  else request.resume().on('end', () => response.end(JSON.stringify({ asked: request.url })));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function client(origin?: string) {
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser(
    { name: 'c', server: origin ?? `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  return kubeClient(config);
}

test.each([
  [404, '{"message":"no such thing"}', { ok: false, reason: 'notFound', message: 'no such thing' }],
  [409, '{}', { ok: false, reason: 'conflict', message: 'HTTP 409' }],
  [410, '{}', { ok: false, reason: 'expired', message: 'HTTP 410' }],
  [422, 'x', { ok: false, reason: 'invalid', message: 'HTTP 422' }],
  [403, '{}', { ok: false, reason: 'forbidden', message: 'HTTP 403' }],
  [405, '{}', { ok: false, reason: 'forbidden', message: 'HTTP 405' }],
  [503, '', { ok: false, reason: 'unavailable', message: 'HTTP 503' }],
  [201, '{"a":1}', { ok: true, object: { a: 1 } }],
])('HTTP %i', (status, text, outcome) => {
  expect(outcomeOf({ status, text })).toEqual(outcome);
});

test('path and query arrive as they are said', async () => {
  const path = '/apis/x/v1/namespaces/a%2Fb/things';
  expect(await client().request({ method: 'GET', path, query: { limit: '5', continue: 'a=&b' } })).toEqual({
    ok: true,
    object: { asked: `${path}?limit=5&continue=a%3D%26b` },
  });
});

test('connections are used again', async () => {
  connections.clear();
  const { request } = client();
  for (let times = 0; times < 20; times += 1) await request({ method: 'PATCH', path: '/a', body: {} });
  // A connection may not be free yet when the next request comes.
  expect(connections.size).toBeLessThanOrEqual(2);
});

test.each([
  ['no answer in time', '/silent', 'aborted due to timeout'],
  ['a connection that breaks', '/torn', 'other side closed'],
])('%s is a value, with its cause', async (_, path, message) => {
  expect(await client().request({ method: 'GET', path, timeoutMs: 300 })).toEqual({
    ok: false,
    reason: 'unavailable',
    message: expect.stringContaining(message),
  });
});

test('a server that is not there is a value, with its cause', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  const gone = await client(`http://127.0.0.1:${port}`).request({ method: 'GET', path: '/' });
  expect(gone).toMatchObject({
    ok: false,
    reason: 'unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});
