// The webhook in trouble: nonsense on its port, a certificate that changes, an API server that is away, and its own end.
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NAMESPACE } from '../harness/install.ts';
import type { RunningProcess } from '../harness/process.ts';
import { BAD, ingress, prepareWebhookHost, type WebhookHost } from '../harness/webhook.ts';

let host: WebhookHost;
let webhook: RunningProcess;

beforeAll(async () => {
  host = await prepareWebhookHost();
  webhook = await host.start('--drain-seconds=15');
});

afterAll(async () => {
  await webhook?.stop();
  await host?.cluster.stop();
});

test('what is no review is answered 400 in clear words', async () => {
  for (const body of ['', '{', '{}', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}']) {
    const { status, text } = await host.call('/validate-ingress', body);
    expect(status).toBe(400);
    expect(text).toContain('not a review that can be judged');
  }
  expect((await host.call('/healthz')).status).toBe(200);
});

test('a rotated certificate is served without a restart; a broken one is not taken up', async () => {
  const first = (await host.call('/healthz')).serial;
  await host.mount({ cert: host.certificate.cert, key: (await host.authority.server(['127.0.0.1'])).key });
  const log = () => webhook.lastLines(200);
  await expect.poll(log, { timeout: 120_000 }).toContain('new certificate not usable');
  expect((await host.call('/healthz')).serial).toBe(first);
  await host.mount(await host.authority.server(['127.0.0.1']));
  await expect.poll(async () => (await host.call('/healthz')).serial, { timeout: 120_000 }).not.toBe(first);
  expect((await host.apply(ingress('rotated'))).code).toBe(0);
});

test('the API server away for a while: reviews go on, and the watches come back', async () => {
  await host.cluster.pauseApiServer();
  expect((await host.call('/readyz')).status).toBe(200);
  await host.cluster.resumeApiServer();
  await host.cluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'after' },
    spec: { controller: 'ingress.k8s.aws/alb' },
  });
  await expect.poll(host.expression, { timeout: 120_000 }).toContain("'after'");
  await host.cluster.kubectl(['delete', 'ingressclass', 'after']);
});

describe('ending', () => {
  test('SIGTERM: not ready at once, serving still, gone with 0', async () => {
    webhook.kill('SIGTERM');
    await expect.poll(async () => (await host.call('/readyz')).status, { interval: 20 }).toBe(503);
    expect((await host.apply(ingress('late'))).code).toBe(0);
    expect(await webhook.exited).toEqual({ code: 0, signal: null });
  });

  test('while it is down ours wait, and nobody else does', async () => {
    const ours = await host.apply(ingress('ours'));
    expect(ours.stderr).toContain('failed calling webhook "validate-ingress.albatross.dev"');
    const legacy = ingress('legacy') as { metadata: { annotations: Record<string, string> }; spec: object };
    const asBefore = {
      ...legacy,
      metadata: { ...legacy.metadata, annotations: { 'kubernetes.io/ingress.class': 'alb' } },
      spec: { ...legacy.spec, ingressClassName: undefined },
    };
    expect((await host.apply(asBefore)).stderr).toContain('failed calling webhook');
    for (const className of ['nginx', 'unheard-of']) {
      const { code, stderr } = await host.apply(ingress(`of-${className}`, { className, annotations: BAD }));
      expect(code, stderr).toBe(0);
    }
    const unnamed = { ...legacy, metadata: { name: 'unnamed', namespace: 'shop' }, spec: asBefore.spec };
    expect((await host.apply(unnamed)).code).toBe(0);
  });

  test('while it is down ours can be labelled, their finalizers edited, and be deleted', async () => {
    const run = async (...args: string[]) => {
      const { code, stderr } = await host.cluster.kubectl([...args, '-n', 'shop']);
      expect(code, stderr).toBe(0);
    };
    const finalizers = (...names: string[]) => JSON.stringify({ metadata: { finalizers: names } });
    await run('label', 'ingress', 'rotated', 'team=shop');
    await run('patch', 'ingress', 'rotated', '--type=merge', '-p', finalizers('example.com/keep'));
    await run('delete', 'ingress', 'rotated', '--wait=false');
    await run('annotate', 'ingress', 'rotated', 'alb.ingress.kubernetes.io/scheme=nonsense', '--overwrite');
    await run('patch', 'ingress', 'rotated', '--type=merge', '-p', finalizers());
    expect(await host.get('ingress', 'rotated')).toBeUndefined();
  });

  test('with --record=false it judges and writes nothing', async () => {
    webhook = await host.start('--record=false');
    expect((await host.apply(ingress('unrecorded'))).code).toBe(0);
    expect(await host.get('lbb', 'unrecorded')).toBeUndefined();
    await webhook.stop();
  });

  test('recording that fails does not keep an Ingress out', async () => {
    await host.cluster.kubectl(['delete', 'clusterrolebinding', 'albatross-webhook']);
    await host.cluster.kubectl([
      'create',
      'clusterrole',
      'reader',
      '--verb=list,watch',
      '--resource=services,namespaces,ingressclasses,ingressclassparams.elbv2.k8s.aws,validatingwebhookconfigurations',
    ]);
    await host.cluster.kubectl([
      'create',
      'clusterrolebinding',
      'reader',
      '--clusterrole=reader',
      `--serviceaccount=${NAMESPACE}:albatross-webhook`,
    ]);
    webhook = await host.start();
    expect((await host.apply(ingress('kept'))).code).toBe(0);
    expect(await host.get('ingress', 'kept')).toBeDefined();
    expect(await host.get('lbb', 'kept')).toBeUndefined();
    expect(webhook.lastLines()).toContain('binding not recorded');
  });

  test('without a certificate it says so and does not start', async () => {
    await webhook.stop();
    await rm(host.keyFile);
    await expect(host.start()).rejects.toThrow(/tls\.key/);
  });
});
