// Tests of watch, on an API server over HTTP.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Service } from '../api/kube.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from './client.ts';
import { KINDS } from './kinds.ts';
import { Watched, type WatchOptions, type WatchState } from './watch.ts';

let server: ApiServer;
let watched: Watched<Service> | undefined;
let news: string[];
let states: WatchState[];

beforeEach(async () => {
  server = await ApiServer.start();
  [news, states] = [[], []];
  put('a');
});
afterEach(async () => {
  vi.useRealTimers();
  watched?.stop();
  await server.stop();
});

const LIST = 'GET /api/v1/services';
const WATCH = 'WATCH /api/v1/services';
const name = (name: string) => ({ namespace: 'shop', name });
const put = (of: string, port = 80) =>
  server.put(KINDS.services, {
    metadata: { ...name(of), managedFields: [{ manager: 'x' }] },
    spec: { ports: [{ port }] },
  } as Service);
const version = (of: string) => server.read(KINDS.services, name(of))?.metadata.resourceVersion;

function start(more: Partial<WatchOptions<Service>> = {}): Watched<Service> {
  watched = new Watched({
    client: kubeClient(server.kubeConfig),
    kind: KINDS.services,
    onChange: ({ metadata }, change) => news.push(`${change} ${metadata.name}`),
    onState: (state) => states.push(state),
    timing: { pace: 20, retry: 5 },
    ...more,
  });
  return watched;
}

/** Started, with its first list told and its watch known to be open on both sides. */
async function open(more: Partial<WatchOptions<Service>> = {}): Promise<Watched<Service>> {
  const started = start(more);
  await until(() => started.healthy());
  return started;
}

/** While timers are faked their time goes on with every look. */
const until = (isTrue: () => boolean) => vi.waitUntil(isTrue, { timeout: 60_000, interval: 5 });
const connections = () => states.map(({ connected }) => connected);

test('what is listed is known, what changes is followed; nothing that is not read is kept', async () => {
  const services = await open({
    trim: ({ metadata: { namespace = '', name } }) => ({ metadata: { namespace, name } }),
  });
  put('b');
  put('a', 81);
  server.remove(KINDS.services, name('b'));
  await expect.poll(() => news).toEqual(['added a', 'added b', 'updated a', 'deleted b']);
  expect(services.list('shop')).toEqual([{ metadata: name('a') }]);
  expect([services.list('sho'), services.get('shop', 'b'), services.get('shop', 'a')]).toEqual([
    [],
    undefined,
    { metadata: name('a') },
  ]);
});

test('managed fields are cut without being asked, and selectors go along', async () => {
  const services = await open({ namespace: 'shop', labelSelector: '!x', fieldSelector: 'metadata.name=a' });
  expect(services.list()[0]?.metadata).not.toHaveProperty('managedFields');
  const queries = server.requests.map(({ path, query }) => [
    path,
    query.get('labelSelector'),
    query.get('fieldSelector'),
  ]);
  const asked = ['/api/v1/namespaces/shop/services', '!x', 'metadata.name=a'];
  expect(queries).toEqual([asked, asked]);
});

test('a list of many pages is told once it is whole', async () => {
  for (let at = 0; at < 1_100; at += 1) put(`s${at}`);
  const services = await open();
  expect(services.list()).toHaveLength(1_101);
  expect(server.lines.filter((line) => line === LIST)).toHaveLength(3);
});

describe('a watch that ends is taken up where it ended, without a word', () => {
  test.each(['end', 'destroy'] as const)('by the server: %s', async (how) => {
    await open();
    put('b');
    await expect.poll(() => news).toContain('added b');
    const last = version('b');
    server.endWatches(how);
    put('c');
    await expect.poll(() => news).toContain('added c');
    expect(server.lines).toEqual([LIST, `${WATCH} 1`, `${WATCH} ${last}`]);
    expect(news).toEqual(['added a', 'added b', 'added c']);
    expect(connections()).toEqual(how === 'end' ? [true] : [true, false, true]);
  });

  test('at the version of the last bookmark', async () => {
    await open();
    server.send('BOOKMARK', { kind: 'Service', metadata: { resourceVersion: '20' } });
    server.endWatches();
    await expect.poll(() => server.lines.at(-1)).toBe(`${WATCH} 20`);
    expect(server.requests.at(-1)?.query.get('allowWatchBookmarks')).toBe('true');
    expect(news).toEqual(['added a']);
  });

  test('after silence, which is how a dead connection shows', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    await until(() => server.lines.filter((line) => line.startsWith(WATCH)).length === 2);
    expect(connections()).toEqual([true]);
  });

  test('at most once in its time, however fast it ends', async () => {
    const at: number[] = [];
    server.bend(({ query }) => {
      if (!query.has('watch')) return undefined;
      at.push(performance.now());
      return { status: 200, body: '' };
    });
    const from = performance.now();
    start({ timing: { pace: 100, retry: 5 } });
    await expect.poll(() => at.length).toBeGreaterThanOrEqual(3);
    // The third one begins twice that time after the first at the earliest; timers are exact to the millisecond.
    expect((at[2] ?? 0) - from).toBeGreaterThan(195);
  });
});

describe('what can no longer be followed is listed anew, and what went meanwhile is told', () => {
  const anew = async (): Promise<void> => {
    await expect.poll(() => news).toEqual(['added a', 'deleted a', 'added b']);
    expect(server.lines.filter((line) => line === LIST)).toHaveLength(2);
  };
  const exchange = (): void => {
    server.compact();
    server.remove(KINDS.services, name('a'));
    put('b');
    server.compact();
  };

  test('410 within the watch', async () => {
    await open();
    server.endWatches();
    exchange();
    await anew();
    expect(connections()).toEqual([true]);
  });

  test('410 as the answer', async () => {
    await open();
    let once = true;
    server.bend(({ query }) => {
      if (!query.has('watch') || !once) return undefined;
      once = false;
      return { status: 410, body: {} };
    });
    server.endWatches();
    exchange();
    await anew();
  });

  test('another error within the watch', async () => {
    await open();
    server.bend(() => undefined);
    server.send('ERROR', { kind: 'Status', code: 500, message: 'etcd went away' });
    await expect.poll(() => states).toContainEqual({ connected: false, because: 'etcd went away' });
    await expect.poll(() => server.lines.filter((line) => line === LIST)).toHaveLength(2);
  });

  test('a version that the server refuses again and again', async () => {
    server.bend(({ query }) => (query.has('watch') ? { status: 504, body: {} } : undefined));
    start();
    await expect.poll(() => server.lines.filter((line) => line === LIST).length).toBeGreaterThan(1);
    const refused = `${WATCH} 1`;
    expect(server.lines.slice(0, 5)).toEqual([LIST, refused, refused, refused, LIST]);
    expect(watched?.healthy()).toBe(false);
    server.bend(() => undefined);
    await expect.poll(() => watched?.healthy()).toBe(true);
    expect(connections()).toEqual([false, true]);
  });
});

test('an API server that is away is asked again; what was known stays known, and is not called healthy', async () => {
  const services = await open();
  server.bend(() => ({ status: 503, body: { message: 'away' } }));
  server.endWatches('destroy');
  await expect.poll(() => server.requests.length).toBeGreaterThan(4);
  expect([services.list().length, services.healthy()]).toEqual([1, false]);
  server.bend(() => undefined);
  put('b');
  await expect.poll(() => [services.list().length, services.healthy()]).toEqual([2, true]);
  expect(news).toEqual(['added a', 'added b']);
});

test('a server that never answers is not healthy', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  start();
  server.bend(({ query }) => (query.has('watch') ? new Promise(() => undefined) : undefined));
  // The request has come, so its time is running.
  await until(() => server.lines.length === 2);
  await vi.advanceTimersByTimeAsync(30_000);
  await until(() => states.length === 1);
  expect(connections()).toEqual([false]);
});

describe('a kind that is not installed', () => {
  const missing = { status: 404, body: { message: 'the server could not find the requested resource' } };
  test('has no objects, where that may be', async () => {
    server.bend(() => missing);
    const { synced } = start({ mayBeMissing: true });
    await synced;
    expect([watched?.list(), watched?.healthy()]).toEqual([[], true]);
  });

  test('loses them when it goes', async () => {
    const services = await open({ mayBeMissing: true });
    server.bend(() => missing);
    server.endWatches();
    await expect.poll(() => news).toEqual(['added a', 'deleted a']);
    await expect.poll(() => [services.list().length, services.healthy()]).toEqual([0, true]);
  });

  test('is a failure, where that may not be', async () => {
    server.bend(() => missing);
    start();
    await expect.poll(() => states).toEqual([{ connected: false, because: missing.body.message }]);
  });
});

test('once stopped it tells nothing and asks nothing', async () => {
  (await open({ labelSelector: 'the-first' })).stop();
  await expect.poll(() => server.watches).toBe(0);
  const asked = () =>
    server.requests.filter(({ query }) => query.get('labelSelector') === 'the-first').length;
  const before = asked();
  put('b');
  // Another one of the same pace is asked again and again meanwhile.
  server.bend(({ query }) => (query.has('watch') ? { status: 200, body: '' } : undefined));
  const { length } = server.requests;
  start({ onChange: () => undefined });
  await expect.poll(() => server.requests.length).toBeGreaterThan(length + 5);
  expect([news, asked()]).toEqual([['added a'], before]);
});

test('what a listener throws is no trouble of the connection: it ends the process', async () => {
  const thrown = new Promise((resolve) => process.once('unhandledRejection', resolve));
  const others = process.listeners('unhandledRejection');
  expect(others.length).toBeGreaterThan(0);
  start({
    onChange: () => {
      throw new Error('our own mistake');
    },
  });
  expect(await thrown).toMatchObject({ message: 'our own mistake' });
});
