// A signal ends a process, whatever it waits for; nothing else does once it is ready. And the logs of both have one shape.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../harness/machine.ts';
import { type RunningProcess, untilReady } from '../harness/process.ts';
import { begun, cluster, endsBy, files, ports, prepare, silent, takeDown } from './start-rig.ts';

beforeAll(prepare, 300_000);
afterAll(takeDown);

describe('a signal ends', () => {
  const hangingAws = () => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${silent.port}` });

  test('a controller that waits for AWS, and one that waits for its Lease', async () => {
    const first = await begun('controller', {}, hangingAws(), '"msg":"leading"');
    const second = await begun('controller', {}, hangingAws(), 'another controller leads; waiting');
    await endsBy('waits for the Lease', second, 'SIGTERM', 0);
    await endsBy('waits for the inventory', first, 'SIGTERM', 0);
  });

  test.each(['controller', 'webhook'] as const)('a %s that waits for the API server', async (name) => {
    const waiting = silent.connections();
    const child = await begun(name, { kubeconfig: files.hangs }, {});
    await untilReady(child, async () => silent.connections() > waiting);
    await endsBy('waits for the API server', child, 'SIGINT', 0);
  });

  test('a webhook with connections that hang', async () => {
    const child = await begun('webhook', {}, {}, 'webhook serves');
    const hanging = connect(Number(ports.free), '127.0.0.1');
    hanging.on('error', () => undefined);
    await new Promise((resolve) => hanging.once('connect', resolve));
    await endsBy('a connection without a word', child, 'SIGTERM', 0);
    hanging.destroy();
  });

  test('a webhook that drains: the second one at once', async () => {
    const child = await begun('webhook', { 'drain-seconds': '600' }, {}, 'webhook serves');
    child.kill('SIGTERM');
    await untilReady(child, async () => child.lastLines().includes('webhook ends'));
    await endsBy('the second signal', child, 'SIGINT', 130);
  });
});

test('the lines of both logs have one shape, and --log-level counts for both', async () => {
  const both = [
    await begun('webhook', {}, {}, 'webhook serves'),
    await begun(
      'controller',
      { 'leader-elect': 'false' },
      { AWS_ENDPOINT_URL: `http://127.0.0.1:${silent.port}` },
      'leading',
    ),
  ];
  for (const child of both) {
    for (const text of child.lastLines(1000).split('\n')) {
      const { level, time, msg, ...keys } = JSON.parse(text);
      expect([typeof level, typeof msg], text).toEqual(['number', 'string']);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Object.keys(keys)).not.toContain('pid');
      expect(Object.keys(keys)).not.toContain('hostname');
    }
    await child.stop();
  }
  const [port = 0] = await freePorts(1);
  const quiet = await begun('webhook', { 'log-level': 'warn', 'metrics-port': String(port) }, {});
  await untilReady(
    quiet,
    async () => (await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined))?.ok === true,
  );
  expect(quiet.lastLines()).toBe('');
  await quiet.stop();
});

test('once ready, an API server that goes away ends nobody', async () => {
  const [health = 0] = await freePorts(1);
  const aws = { AWS_ENDPOINT_URL: `http://127.0.0.1:${silent.port}` };
  const both = [
    await begun('webhook', {}, {}, 'webhook serves'),
    await begun('controller', { 'health-port': String(health) }, aws, 'leading'),
  ];
  await cluster.pauseApiServer();
  await untilReady(
    both[1] as RunningProcess,
    async () => both[1]?.lastLines(100).includes('not renewed for') === true,
  );
  expect(both.map((child) => child.running())).toEqual([true, true]);
  expect((await fetch(`http://127.0.0.1:${health}/readyz`)).status).toBe(200);
  await endsBy('the API server is away', both[1] as RunningProcess, 'SIGTERM', 0);
  await endsBy('the API server is away', both[0] as RunningProcess, 'SIGTERM', 0);
  await cluster.resumeApiServer();
});
