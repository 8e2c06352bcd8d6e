// The server over real TLS: reviews, faults, health, another certificate while it runs, and the way it ends.
import { type Agent, Agent as HttpsAgent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Authority, createAuthority, type KeyAndCertificate } from '../e2e/harness/certificates.ts';
import type { AdmissionAnswer } from './review.ts';
import { createServer, type WebhookServer } from './server.ts';

let authority: Authority;
let certificate: KeyAndCertificate;
let server: WebhookServer;
let port: number;
let missing: string[];
let judge: () => Promise<AdmissionAnswer>;

beforeAll(async () => {
  authority = await createAuthority('test');
  certificate = await authority.server(['127.0.0.1']);
});
beforeEach(async () => {
  missing = [];
  judge = async () => ({ allowed: true });
  const log = pino({ level: 'silent' });
  const reviewPod = (body: unknown) =>
    body === undefined ? { fault: 'no JSON' } : { uid: 'u', answer: { allowed: true } };
  server = createServer({
    certificate,
    log,
    awaited: () => [],
    missing: () => missing,
    judge: () => judge(),
    reviewPod,
    judgeTargetGroupBinding: () => ({ fault: 'none' }),
  });
  await server.fastify.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = server.fastify.server.address() as AddressInfo);
});
afterEach(() => server.fastify.close());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly connection: string | undefined;
  readonly serial: string;
}

function call(path: string, body?: string, agent: Agent | false = false): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, ca: authority.cert, agent };
    const outgoing = request({ ...options, method: body === undefined ? 'GET' : 'POST' }, (incoming) => {
      const serial = (incoming.socket as TLSSocket).getPeerCertificate().serialNumber;
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => {
        const { connection } = incoming.headers;
        resolve({ status: incoming.statusCode ?? 0, text, connection, serial });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const review = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u-1',
    operation: 'CREATE',
    resource: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'front', namespace: 'shop' },
    },
  },
});

describe('/validate-ingress', () => {
  test('answers a review with its uid', async () => {
    const { status, text } = await call('/validate-ingress', review);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u-1', allowed: true },
    });
  });

  test.each([
    ['no body', ''],
    ['no JSON', '{'],
    ['no review', '{}'],
    ['null', 'null'],
    ['another resource', review.replace('"ingresses"', '"pods"')],
  ])('%s is 400 with a reason', async (_name, body) => {
    const { status, text } = await call('/validate-ingress', body);
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toMatch(/^not a review that can be judged: /);
  });

  test('more than 8 MiB is 413', async () => {
    expect((await call('/validate-ingress', 'x'.repeat(9 * 1024 * 1024))).status).toBe(413);
  });

  test('5 MiB is read', async () => {
    expect((await call('/validate-ingress', review + ' '.repeat(5 * 1024 * 1024))).status).toBe(200);
  });

  test('an error of ours is 500 without its text, and the server goes on', async () => {
    judge = () => Promise.reject(new Error('secret'));
    const { status, text } = await call('/validate-ingress', review);
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    judge = async () => ({ allowed: true });
    expect((await call('/validate-ingress', review)).status).toBe(200);
  });

  test('before the caches are filled nothing is judged', async () => {
    missing = ['services'];
    expect((await call('/validate-ingress', review)).status).toBe(503);
  });
});

describe('/mutate-pod', () => {
  test('answers a review, also before the caches are filled', async () => {
    missing = ['services'];
    const { status, text } = await call('/mutate-pod', review);
    expect([status, JSON.parse(text).response]).toEqual([200, { uid: 'u', allowed: true }]);
  });
  test('no JSON is 400 with a reason', async () => {
    const { status, text } = await call('/mutate-pod', '{');
    expect([status, JSON.parse(text).error]).toEqual([400, 'not a review that can be judged: no JSON']);
  });
});

test('other paths are 404', async () => {
  expect((await call('/mutate-node', review)).status).toBe(404);
});

test('health: alive from the start, ready when nothing is missing', async () => {
  missing = ['services', 'ingress classes'];
  expect((await call('/healthz')).status).toBe(200);
  expect(await call('/readyz')).toMatchObject({ status: 503, text: 'not ready: services, ingress classes' });
  missing = [];
  expect((await call('/readyz')).status).toBe(200);
});

test('another certificate is served to new connections, without a restart', async () => {
  const before = await call('/healthz');
  server.setCertificate(await authority.server(['127.0.0.1']));
  const after = await call('/healthz');
  expect(after.status).toBe(200);
  expect(after.serial).not.toBe(before.serial);
});

test('while draining it serves, says so, and lets go of connections', async () => {
  server.drain();
  expect((await call('/readyz')).status).toBe(503);
  expect(await call('/validate-ingress', review)).toMatchObject({ status: 200, connection: 'close' });
});

test('closing waits for what is in flight and for nothing else', async () => {
  const agent = new HttpsAgent({ keepAlive: true });
  await call('/healthz', undefined, agent);
  const { promise, resolve } = Promise.withResolvers<AdmissionAnswer>();
  const begun = Promise.withResolvers<void>();
  judge = () => {
    begun.resolve();
    return promise;
  };
  const reply = call('/validate-ingress', review);
  await begun.promise;
  server.drain();
  const closed = server.fastify.close();
  resolve({ allowed: true });
  expect((await reply).status).toBe(200);
  await closed;
  await expect(call('/healthz')).rejects.toThrow(/ECONNREFUSED/);
  agent.destroy();
});
