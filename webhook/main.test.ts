// The webhook as a whole, over real TLS and on an API server over HTTP: serving, ready, recording, another certificate, ending.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent, fetch } from 'undici';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ingress, service } from '../alb/laws/paper.ts';
import { CONTROLLER } from '../api/ownership.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { type Authority, createAuthority } from '../e2e/harness/certificates.ts';
import { freePorts } from '../e2e/harness/machine.ts';
import { KINDS } from '../kube/kinds.ts';
import { type CertificateFiles, fromFiles, readCertificate } from './certificate.ts';
import { runWebhook, type WebhookOptions } from './main.ts';
import { NEEDED, USEFUL } from './watches.ts';

let authorities: readonly [Authority, Authority];
beforeAll(async () => {
  authorities = [await createAuthority('one'), await createAuthority('two')];
});

/** Longer than an end without it takes anywhere. */
const DRAIN_SECONDS = 20;

let dir: string;
let server: ApiServer;
let options: WebhookOptions;
let files: CertificateFiles;
let ending: AbortController;
let running: Promise<0>;
let lines: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'albatross-webhook-'));
  server = await ApiServer.start();
  server.put(KINDS.ingressClasses, { metadata: { name: 'alb' }, spec: { controller: CONTROLLER } });
  server.put(KINDS.services, service());
  options = {
    ...{
      host: '127.0.0.1',
      port: 0,
      record: true,
      enablePodReadinessGateInject: true,
      drainSeconds: DRAIN_SECONDS,
      ingressClass: 'alb',
    },
    ...{ defaultTargetType: 'instance', defaultScheme: 'internal' },
    ...{ disableIngressClassAnnotation: false, disableIngressGroupNameAnnotation: false },
  };
  files = { certFile: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') };
  await present(authorities[0]);
  [ending, lines] = [new AbortController(), []];
});
afterEach(async () => {
  vi.useRealTimers();
  ending.abort('SIGINT');
  await running;
  await server.stop();
  await rm(dir, { recursive: true });
});

/** Lays the certificate of an authority where it is read. */
async function present(authority: Authority): Promise<void> {
  const { cert, key } = await authority.server(['127.0.0.1']);
  await writeFile(files.keyFile, key);
  await writeFile(files.certFile, cert);
}

/** Resolves when it says that it listens. */
async function start(more: Partial<WebhookOptions> = {}): Promise<void> {
  const certificate = await readCertificate(files);
  // Last of all: who else looks for ports at the same time finds others.
  const [port = 0, metricsPort = 0] = await freePorts(2);
  options = { ...options, port, metricsPort, ...more };
  const listens = Promise.withResolvers<void>();
  running = runWebhook(options, {
    ...{
      kubeConfig: server.kubeConfig,
      certificate,
      certificates: fromFiles(files, certificate),
      ending: ending.signal,
      ready: listens.resolve,
    },
    log: pino({}, { write: (line) => void lines.push(JSON.parse(line).msg) }),
  });
  await Promise.race([listens.promise, running]);
}

/** Asks as somebody who trusts this authority. */
async function ask(path: string, body?: object, { cert: ca } = authorities[0]) {
  const dispatcher = new Agent({ connect: { ca } });
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  try {
    const answer = await fetch(`https://127.0.0.1:${options.port}${path}`, { dispatcher, ...sent });
    return { status: answer.status, text: await answer.text() };
  } finally {
    await dispatcher.destroy();
  }
}
const isReady = async () => (await ask('/readyz')).status === 200;

/** What is answered to somebody who applies an Ingress with these annotations. */
async function apply(said: Readonly<Record<string, string>> = {}) {
  const { metadata, spec } = ingress({ said, spec: { ingressClassName: 'alb' } });
  const answer = await ask('/validate-ingress', {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      ...{ uid: 'u-1', operation: 'CREATE', dryRun: false },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
      object: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec },
    },
  });
  return { http: answer.status, ...JSON.parse(answer.text).response };
}
const recorded = () => server.read(KINDS.bindings, { namespace: 'shop', name: 'web' })?.spec.group;
const metrics = async () => (await fetch(`http://127.0.0.1:${options.metricsPort}/metrics`)).text();

test('it is alive at once, and judges nothing before everything is known', async () => {
  const late = Promise.withResolvers<undefined>();
  server.bend(({ path }) => (path.endsWith('/services') ? late.promise : undefined));
  await start();
  expect((await ask('/healthz')).status).toBe(200);
  await expect.poll(() => ask('/readyz')).toEqual({ status: 503, text: 'not ready: services' });
  expect((await apply()).http).toBe(503);
  late.resolve(undefined);
  await expect.poll(isReady).toBe(true);
  expect(await apply()).toMatchObject({ http: 200, allowed: true });
});

test('what is accepted is recorded, what is refused is not, and both are counted', async () => {
  await start();
  await expect.poll(isReady).toBe(true);
  expect(await apply({ scheme: 'public' })).toMatchObject({ http: 200, allowed: false });
  expect(recorded()).toBeUndefined();
  expect(await apply()).toMatchObject({ http: 200, allowed: true });
  expect(recorded()).toBe('shop/web');
  const text = await metrics();
  expect(text).toContain('albatross_webhook_admissions_total{verdict="allowed"} 1');
  expect(text).toContain('albatross_webhook_admissions_total{verdict="refused"} 1');
  expect(text).toContain('albatross_webhook_recordings_total{outcome="recorded"} 1');
  expect(text).toMatch(/albatross_webhook_certificate_expiry_timestamp_seconds \d{10}/);
});

test('with --record=false nothing is recorded, and the answer is the same', async () => {
  await start({ record: false });
  await expect.poll(isReady).toBe(true);
  expect(await apply()).toMatchObject({ http: 200, allowed: true });
  expect(recorded()).toBeUndefined();
});

test('another certificate in the files is served; a broken one is not, and the log says so', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await start();
  const byOther = () => ask('/healthz', undefined, authorities[1]).then(({ status }) => status);
  await expect(byOther()).rejects.toThrow();
  await writeFile(files.certFile, 'half written');
  vi.advanceTimersByTime(5_000);
  await expect.poll(() => lines).toContain('new certificate not usable, the old one is served');
  expect((await ask('/healthz')).status).toBe(200);
  await present(authorities[1]);
  vi.advanceTimersByTime(5_000);
  await expect.poll(() => lines).toContain('certificate replaced');
  expect(await byOther()).toBe(200);
});

describe('it ends', () => {
  test('at SIGTERM only after it has served on, not ready any more', async () => {
    await start({ drainSeconds: 1 });
    await expect.poll(isReady).toBe(true);
    const from = performance.now();
    ending.abort('SIGTERM');
    expect(await ask('/readyz')).toEqual({ status: 503, text: 'not ready: shutting down' });
    expect(await apply()).toMatchObject({ http: 200, allowed: true });
    expect(await running).toBe(0);
    expect(performance.now() - from).toBeGreaterThan(990);
  });

  test('at SIGINT at once; ports and watches are closed', async () => {
    await start();
    await expect.poll(() => server.watches).toBe(Object.keys({ ...NEEDED, ...USEFUL }).length);
    const from = performance.now();
    ending.abort('SIGINT');
    expect(await running).toBe(0);
    expect(performance.now() - from).toBeLessThan(DRAIN_SECONDS * 1000);
    await expect(ask('/healthz')).rejects.toThrow();
    await expect(metrics()).rejects.toThrow();
    await expect.poll(() => server.watches).toBe(0);
  });

  test('with an answer to what was asked before', async () => {
    await start();
    await expect.poll(isReady).toBe(true);
    const late = Promise.withResolvers<undefined>();
    server.bend(({ method }) => (method === 'PATCH' ? late.promise : undefined));
    const answer = apply();
    await expect.poll(() => server.lines.some((line) => line.startsWith('PATCH'))).toBe(true);
    ending.abort('SIGINT');
    late.resolve(undefined);
    expect(await answer).toMatchObject({ http: 200, allowed: true });
    expect(await running).toBe(0);
  });
});
