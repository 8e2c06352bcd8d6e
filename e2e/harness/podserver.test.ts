// A pod's server says who answered and what it saw, and ends without breaking a request under way.
import { request } from 'node:https';
import { expect, test } from 'vitest';
import { startPodServer } from './podserver.ts';

const identity = { pod: 'web-1', namespace: 'shop', node: 'node-a', app: 'web' };

test('answers with what it saw, on every port, and with the status the path asks for', async () => {
  const server = await startPodServer(identity, [
    { port: 80, tls: false },
    { port: 8080, tls: false },
  ]);
  try {
    const url = (port: number) => `http://127.0.0.1:${server.ports.get(port)}`;
    const seen = await (
      await fetch(`${url(8080)}/a?b=c`, { headers: { 'X-Forwarded-Proto': 'https' } })
    ).json();
    expect(seen).toMatchObject({ ...identity, port: 8080, method: 'GET', path: '/a?b=c' });
    expect(seen).toMatchObject({ headers: { 'x-forwarded-proto': 'https' } });
    expect((await fetch(`${url(80)}/healthz`)).status).toBe(200);
    expect((await fetch(`${url(80)}/status/503`)).status).toBe(503);
  } finally {
    await server.stop();
  }
});

test('answers 503 while it warms up, and then as it is asked', async () => {
  const server = await startPodServer(identity, [{ port: 80, tls: false }], { warmUpMs: 200 });
  try {
    const status = async () => (await fetch(`http://127.0.0.1:${server.ports.get(80)}/`)).status;
    expect(await status()).toBe(503);
    await expect.poll(status).toBe(200);
  } finally {
    await server.stop();
  }
});

test('speaks TLS where asked', async () => {
  const server = await startPodServer(identity, [{ port: 443, tls: true }]);
  try {
    const status = await new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: server.ports.get(443),
        rejectUnauthorized: false,
        agent: false,
      };
      request(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  } finally {
    await server.stop();
  }
});

test('takes no connection once stopped', async () => {
  const server = await startPodServer(identity, [{ port: 80, tls: false }]);
  const url = `http://127.0.0.1:${server.ports.get(80)}/`;
  await (await fetch(url)).text();
  await server.stop();
  await expect(fetch(url)).rejects.toThrow();
});
