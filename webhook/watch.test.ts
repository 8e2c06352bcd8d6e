// A list that stays true, against a small server that speaks the API server's list and watch over plain HTTP.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from './connection.ts';
import { type Named, type Watched, watchAll } from './watch.ts';

interface Thing extends Named {
  readonly color?: string;
  readonly ballast?: string;
}

let server: Server;
let watched: Watched<Thing>;
/** What a list answers; undefined is 503. */
let list: { version: string; things: Thing[] } | undefined;
/** Query strings of the lists and watches so far, and the watch that is open. */
let lists: string[];
let watches: URLSearchParams[];
let open: ServerResponse | undefined;
let changes: number;

const thing = (name: string, color: string, resourceVersion = '1'): Thing => ({
  metadata: { name, namespace: 'shop', resourceVersion },
  color,
  ballast: 'x'.repeat(1000),
});

beforeEach(async () => {
  [list, lists, watches, open, changes] = [
    { version: '1', things: [thing('a', 'red')] },
    [],
    [],
    undefined,
    0,
  ];
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (searchParams.has('watch')) {
      watches.push(searchParams);
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      open = response;
      return;
    }
    lists.push(searchParams.toString());
    if (list === undefined) response.writeHead(503).end();
    else response.end(JSON.stringify({ metadata: { resourceVersion: list.version }, items: list.things }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'nobody' },
  );
  watched = watchAll<Thing>({
    config,
    connection: connect(config),
    log: pino({ level: 'silent' }),
    path: '/apis/test/v1/things',
    fieldSelector: 'metadata.name!=b',
    keep: ({ metadata, color = '' }) => ({ metadata, color }),
    changed: () => changes++,
  });
});
afterEach(async () => {
  watched.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = (type: string, object: object) => open?.write(`${JSON.stringify({ type, object })}\n`);
const color = (name: string) => watched.get(name, 'shop')?.color;

test('what is listed is known, slimmed; what changes is followed', async () => {
  await watched.synced;
  expect(watched.all()).toEqual([{ metadata: thing('a', 'red').metadata, color: 'red' }]);
  await expect.poll(() => watches.length).toBe(1);
  expect(watches[0]?.get('resourceVersion')).toBe('1');
  expect(watches[0]?.get('fieldSelector')).toBe('metadata.name!=b');
  expect(lists).toEqual(['fieldSelector=metadata.name%21%3Db']);
  send('ADDED', thing('c', 'blue', '2'));
  send('MODIFIED', thing('a', 'green', '3'));
  await expect.poll(() => [color('a'), color('c')]).toEqual(['green', 'blue']);
  send('DELETED', thing('c', 'blue', '4'));
  await expect.poll(() => color('c')).toBeUndefined();
  expect(changes).toBe(4);
});

test('when the server ends the watch, the next one goes on from the last version', async () => {
  await expect.poll(() => watches.length).toBe(1);
  send('BOOKMARK', { metadata: { resourceVersion: '7' } });
  open?.end();
  await expect.poll(() => watches.length).toBe(2);
  expect(watches[1]?.get('resourceVersion')).toBe('7');
  expect(lists).toHaveLength(1);
});

test('a version that is too old is answered by a new list', async () => {
  await expect.poll(() => watches.length).toBe(1);
  list = { version: '9', things: [thing('d', 'white', '8')] };
  send('ERROR', { kind: 'Status', code: 410 });
  open?.end();
  await expect.poll(() => color('d')).toBe('white');
  expect(color('a')).toBeUndefined();
});

test('a server that is away is asked again, and what was known stays known meanwhile', async () => {
  await expect.poll(() => watches.length).toBe(1);
  list = undefined;
  open?.destroy();
  await expect.poll(() => lists.length).toBeGreaterThan(1);
  expect(color('a')).toBe('red');
  list = { version: '9', things: [thing('a', 'black', '8')] };
  await expect.poll(() => color('a')).toBe('black');
});
