// Tests of watch, against a server that answers lists and watches as told.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Service } from '../api/kube.ts';
import { kubeClient } from './client.ts';
import { PATHS, type Watched, type WatchState, watchKind } from './watch.ts';

let server: Server;
let items: object[] = [];
/** Status of the watches to come; an open watch is kept. */
let watchStatus = 200;
const requests: string[] = [];
const open = new Set<ServerResponse>();
let watched: Watched<Service> | undefined;

const service = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', resourceVersion, managedFields: [{ manager: 'x' }] },
});

beforeEach(async () => {
  requests.length = 0;
  items = [service('a', '5')];
  watchStatus = 200;
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    const watching = url.searchParams.get('watch') === 'true';
    requests.push(watching ? `watch ${url.searchParams.get('resourceVersion')}` : `list ${url.pathname}`);
    if (!watching) {
      response.end(JSON.stringify({ metadata: { resourceVersion: '10' }, items }));
      return;
    }
    response.writeHead(watchStatus);
    if (watchStatus !== 200) {
      response.end('{}');
      return;
    }
    response.flushHeaders();
    open.add(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  watched?.stop();
  for (const response of open) response.destroy();
  open.clear();
  await new Promise((resolve) => server.close(resolve));
});

function start() {
  const kubeConfig = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  kubeConfig.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  const news: string[] = [];
  const states: WatchState[] = [];
  watched = watchKind<Service>({
    client: kubeClient(kubeConfig),
    path: PATHS.services,
    trim: ({ metadata: { name, namespace = '', resourceVersion = '' } }) => ({
      metadata: { name, namespace, resourceVersion },
    }),
    onChange: ({ metadata }, change) => news.push(`${change} ${metadata.name}`),
    onState: (state) => states.push(state),
  });
  return { watched, news, states };
}

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const send = (type: string, object: object): void => {
  for (const response of open) response.write(`${JSON.stringify({ type, object })}\n`);
};

const end = (): void => {
  for (const response of open) response.end();
  open.clear();
};

test('objects are trimmed, whether listed or watched', async () => {
  const { watched, news } = start();
  await watched.synced;
  await until(() => open.size === 1);
  send('ADDED', service('b', '11'));
  await until(() => news.length === 2);
  expect(watched.list('shop')).toEqual([
    { metadata: { name: 'a', namespace: 'shop', resourceVersion: '5' } },
    { metadata: { name: 'b', namespace: 'shop', resourceVersion: '11' } },
  ]);
});

test('a watch that ends is taken up where it ended, in a second at most, and without a word', async () => {
  const { watched, states } = start();
  await watched.synced;
  await until(() => open.size === 1);
  send('BOOKMARK', { metadata: { resourceVersion: '20' } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let n = 2; n < 5; n += 1) {
    const from = Date.now();
    end();
    await until(() => open.size === 1);
    expect(Date.now() - from).toBeLessThan(5_000);
  }
  expect(requests).toEqual(['list /api/v1/services', 'watch 10', 'watch 20', 'watch 20', 'watch 20']);
  expect(states).toEqual([{ connected: true }]);
});

test('a version that is too old is listed anew; what went meanwhile is told', async () => {
  const { watched, news } = start();
  await watched.synced;
  await until(() => open.size === 1);
  items = [service('b', '12')];
  send('ERROR', { code: 410, metadata: {} });
  await new Promise((resolve) => setTimeout(resolve, 50));
  end();
  await until(() => news.length === 3);
  expect(news).toEqual(['added a', 'deleted a', 'added b']);
});

test('a version that the server refuses again and again is listed anew', async () => {
  watchStatus = 504;
  const { watched, news, states } = start();
  await watched.synced;
  await until(() => requests.filter((line) => line.startsWith('watch')).length >= 2);
  items = [];
  await until(() => news.includes('deleted a'));
  expect(watched.healthy()).toBe(false);
  watchStatus = 200;
  await until(() => watched.healthy());
  expect(states.map(({ connected }) => connected)).toEqual([false, true]);
});
