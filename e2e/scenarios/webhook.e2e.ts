// The webhook as a cluster meets it: asked by a real API server over TLS, with the rights of its ServiceAccount.
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../../api/bind.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Ingress } from '../../api/kube.ts';
import { type Authority, createAuthority, type KeyAndCertificate } from '../harness/certificates.ts';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import {
  crdManifest,
  installAlbatross,
  NAMESPACE,
  render,
  webhookConfiguration,
} from '../harness/install.ts';
import { freePorts, ROOT } from '../harness/machine.ts';
import { type RunningProcess, startProcess, untilReady } from '../harness/process.ts';

let cluster: Cluster;
let authority: Authority;
let certificate: KeyAndCertificate;
let port: number;
let kubeconfig: string;
let webhook: RunningProcess;

beforeAll(async () => {
  cluster = await startCluster({ before: [await crdManifest()] });
  authority = await createAuthority('webhook authority');
  [port = 0] = await freePorts(1);
  certificate = await authority.server(['127.0.0.1']);
  await mount(certificate);
  await installAlbatross(cluster, { webhook: place() });
  kubeconfig = await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook');
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  webhook = await startWebhook();
});

afterAll(async () => {
  await webhook?.stop();
  await cluster?.stop();
});

const place = () => ({ url: `https://127.0.0.1:${port}/validate-ingress`, caPem: authority.cert });

async function mount({ cert, key }: KeyAndCertificate): Promise<void> {
  await writeFile(join(cluster.dir, 'tls.crt'), cert);
  await writeFile(join(cluster.dir, 'tls.key'), key);
}

async function startWebhook(...more: string[]): Promise<RunningProcess> {
  const started = await startProcess({
    name: 'webhook',
    command: process.execPath,
    args: [
      join(ROOT, 'cli/albatross.ts'),
      'webhook',
      `--kubeconfig=${kubeconfig}`,
      '--host=127.0.0.1',
      `--port=${port}`,
      `--tls-cert-file=${join(cluster.dir, 'tls.crt')}`,
      `--tls-private-key-file=${join(cluster.dir, 'tls.key')}`,
      '--drain-seconds=1',
      ...more,
    ],
    log: join(cluster.dir, 'webhook.log'),
  });
  await untilReady(started, async () => (await call('/readyz').catch(() => undefined))?.status === 200);
  return started;
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly serial: string;
}

function call(path: string, body?: string): Promise<Reply> {
  const options = { host: '127.0.0.1', port, path, ca: authority.cert, agent: false as const };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, method: body === undefined ? 'GET' : 'POST' }, (incoming) => {
      const serial = (incoming.socket as TLSSocket).getPeerCertificate().serialNumber;
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text, serial }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

interface Said {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly className?: string;
  readonly service?: string;
}

function ingress(name: string, { annotations = {}, className = 'alb', service = 'web' }: Said = {}): object {
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    `alb.ingress.kubernetes.io/${key}`,
    value,
  ]);
  const backend = { service: { name: service, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'shop', annotations: Object.fromEntries(prefixed) },
    spec: {
      ingressClassName: className,
      rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

const apply = (object: object, ...more: string[]) =>
  cluster.kubectl(['apply', '-f', '-', ...more], { input: JSON.stringify(object) });

async function get<T>(kind: string, name: string): Promise<T | undefined> {
  const { stdout } = await cluster.kubectl([
    'get',
    kind,
    name,
    '-n',
    'shop',
    '-o',
    'json',
    '--ignore-not-found',
  ]);
  return stdout === '' ? undefined : (JSON.parse(stdout) as T);
}

const expression = async () => {
  const path = '{.webhooks[0].matchConditions[?(@.name=="ours")].expression}';
  const args = ['get', 'validatingwebhookconfiguration', 'albatross', '-o', `jsonpath=${path}`];
  return (await cluster.kubectl(args)).stdout;
};

const BAD = { scheme: 'internet-facng', 'target-type': 'pod', 'healthcheck-interval-seconds': '1' };

describe('kubectl apply', () => {
  test('prints every mistake at once, with annotation, value, what is allowed and the likely intent', async () => {
    const { code, stderr } = await apply(ingress('bad', { annotations: BAD }));
    expect(code).not.toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('* '));
    expect(lines).toHaveLength(3);
    expect(stderr).toContain(
      '* metadata.annotations[alb.ingress.kubernetes.io/scheme]: "internet-facng" is not one of internal, internet-facing. Did you mean "internet-facing"?',
    );
    for (const name of Object.keys(BAD)) expect(stderr).toContain(`alb.ingress.kubernetes.io/${name}`);
    expect(await get('ingress', 'bad')).toBeUndefined();
    expect(await get('lbb', 'bad')).toBeUndefined();
  });

  test('of several files names the webhook and the mistakes of each', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: ['x', 'y'].map((name) => ingress(name, { annotations: BAD })),
    };
    const { stderr } = await apply(list);
    expect(
      stderr.match(/admission webhook "validate-ingress.albatross.dev" denied the request/g),
    ).toHaveLength(2);
    expect(stderr.match(/^\* /gm)).toHaveLength(6);
  });

  test('records a good Ingress: the binding agrees with what is stored', async () => {
    const { code, stderr } = await apply(ingress('good', { annotations: { scheme: 'internal' } }));
    expect(code, stderr).toBe(0);
    const binding = await get<LoadBalancerBinding>('lbb', 'good');
    const stored = await get<Ingress>('ingress', 'good');
    if (binding === undefined || stored === undefined) throw new Error('not stored');
    expect(binding.spec.ingressRef).toEqual({ name: 'good', uid: stored.metadata.uid, hash: hashOf(stored) });
    expect(binding.spec.intent?.settings.scheme?.value).toBe('internal');
    expect(binding.metadata).not.toHaveProperty('ownerReferences');
  });

  test('records an update', async () => {
    await apply(ingress('good', { annotations: { scheme: 'internet-facing' } }));
    const [binding, stored] = [
      await get<LoadBalancerBinding>('lbb', 'good'),
      await get<Ingress>('ingress', 'good'),
    ];
    expect(binding?.spec.intent?.settings.scheme?.value).toBe('internet-facing');
    expect(stored && hashOf(stored)).toBe(binding?.spec.ingressRef.hash);
  });

  test('--dry-run=server is judged and records nothing', async () => {
    expect((await apply(ingress('tried'), '--dry-run=server')).code).toBe(0);
    expect(await get('lbb', 'tried')).toBeUndefined();
    const bad = await apply(ingress('tried', { annotations: BAD }), '--dry-run=server');
    expect(bad.code).not.toBe(0);
  });

  test('advises about a Service that is not there, in its own namespace only', async () => {
    const service = (name: string, namespace: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    });
    await cluster.apply(service('here', 'shop'), service('elsewhere', 'default'));
    const advice = async (name: string) =>
      (await apply(ingress('advised', { service: name }), '--dry-run=server')).stderr;
    await expect.poll(() => advice('here')).toBe('');
    expect(await advice('elsewhere')).toContain(
      '"elsewhere": no Service of this name exists in the namespace',
    );
  });

  test('takes the samples without a word', async () => {
    const objects = await render(cluster, 'samples');
    await cluster.apply(...objects.filter(({ kind }) => kind === 'Service'));
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const words = async () =>
      (await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input })).stderr;
    await expect.poll(words).toBe('');
  });
});

describe('the classes that are ours', () => {
  const made = (name: string, controller: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name },
    spec: { controller },
  });

  test('a new one is covered within seconds, and again after the manifest is applied again', async () => {
    await cluster.apply(made('public', 'ingress.k8s.aws/alb'), made('nginx', 'k8s.io/ingress-nginx'));
    await expect.poll(expression, { timeout: 5_000 }).toContain("in ['alb', 'public']");
    expect((await apply(ingress('covered', { className: 'public', annotations: BAD }))).code).not.toBe(0);
    await cluster.apply(webhookConfiguration(await render(cluster, 'default'), place()));
    await expect.poll(expression, { timeout: 5_000 }).toContain("in ['alb', 'public']");
  });

  test('one that goes is covered no more', async () => {
    await cluster.kubectl(['delete', 'ingressclass', 'public']);
    await expect.poll(expression, { timeout: 5_000 }).toContain("in ['alb']");
  });

  test('only the one field is owned by the webhook', async () => {
    const args = [
      'get',
      'validatingwebhookconfiguration',
      'albatross',
      '-o',
      'json',
      '--show-managed-fields',
    ];
    const { metadata } = JSON.parse((await cluster.kubectl(args)).stdout);
    const own = metadata.managedFields.find(
      (each: { manager: string }) => each.manager === 'albatross-webhook',
    );
    const entry = own.fieldsV1['f:webhooks']['k:{"name":"validate-ingress.albatross.dev"}'];
    expect(Object.keys(entry).sort()).toEqual(['.', 'f:matchConditions', 'f:name']);
    expect(Object.keys(entry['f:matchConditions'])).toEqual(['k:{"name":"ours"}']);
  });
});

test('what is no review is answered 400 in clear words', async () => {
  for (const body of ['', '{', '{}', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}']) {
    const { status, text } = await call('/validate-ingress', body);
    expect(status).toBe(400);
    expect(text).toContain('not a review that can be judged');
  }
  expect((await call('/healthz')).status).toBe(200);
});

test('a rotated certificate is served without a restart; a broken one is not taken up', async () => {
  const first = (await call('/healthz')).serial;
  await mount({ cert: certificate.cert, key: (await authority.server(['127.0.0.1'])).key });
  const log = () => webhook.lastLines(200);
  await expect.poll(log, { timeout: 10_000 }).toContain('new certificate not usable');
  expect((await call('/healthz')).serial).toBe(first);
  await mount(await authority.server(['127.0.0.1']));
  await expect.poll(async () => (await call('/healthz')).serial, { timeout: 10_000 }).not.toBe(first);
  expect((await apply(ingress('rotated'))).code).toBe(0);
});

test('the API server away for a while: reviews go on, and the watches come back', async () => {
  await cluster.pauseApiServer();
  expect((await call('/readyz')).status).toBe(200);
  await cluster.resumeApiServer();
  await cluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'after' },
    spec: { controller: 'ingress.k8s.aws/alb' },
  });
  await expect.poll(expression, { timeout: 30_000 }).toContain("'after'");
  await cluster.kubectl(['delete', 'ingressclass', 'after']);
});

describe('ending', () => {
  test('SIGTERM: not ready at once, serving still, gone with 0', async () => {
    webhook.kill('SIGTERM');
    await expect.poll(async () => (await call('/readyz')).status, { interval: 20 }).toBe(503);
    expect((await apply(ingress('late'))).code).toBe(0);
    expect(await webhook.exited).toEqual({ code: 0, signal: null });
  });

  test('while it is down ours wait, and nobody else does', async () => {
    const ours = await apply(ingress('ours'));
    expect(ours.stderr).toContain('failed calling webhook "validate-ingress.albatross.dev"');
    const legacy = ingress('legacy') as { metadata: { annotations: Record<string, string> }; spec: object };
    const asBefore = {
      ...legacy,
      metadata: { ...legacy.metadata, annotations: { 'kubernetes.io/ingress.class': 'alb' } },
      spec: { ...legacy.spec, ingressClassName: undefined },
    };
    expect((await apply(asBefore)).stderr).toContain('failed calling webhook');
    for (const className of ['nginx', 'unheard-of']) {
      const { code, stderr } = await apply(ingress(`of-${className}`, { className, annotations: BAD }));
      expect(code, stderr).toBe(0);
    }
    const unnamed = { ...legacy, metadata: { name: 'unnamed', namespace: 'shop' }, spec: asBefore.spec };
    expect((await apply(unnamed)).code).toBe(0);
  });

  test('while it is down ours can be labelled, their finalizers edited, and be deleted', async () => {
    const run = async (...args: string[]) => {
      const { code, stderr } = await cluster.kubectl([...args, '-n', 'shop']);
      expect(code, stderr).toBe(0);
    };
    const finalizers = (...names: string[]) => JSON.stringify({ metadata: { finalizers: names } });
    await run('label', 'ingress', 'good', 'team=shop');
    await run('patch', 'ingress', 'good', '--type=merge', '-p', finalizers('example.com/keep'));
    await run('delete', 'ingress', 'good', '--wait=false');
    await run('annotate', 'ingress', 'good', 'alb.ingress.kubernetes.io/scheme=nonsense', '--overwrite');
    await run('patch', 'ingress', 'good', '--type=merge', '-p', finalizers());
    expect(await get('ingress', 'good')).toBeUndefined();
  });

  test('with --record=false it judges and writes nothing', async () => {
    webhook = await startWebhook('--record=false');
    expect((await apply(ingress('unrecorded'))).code).toBe(0);
    expect(await get('lbb', 'unrecorded')).toBeUndefined();
    await webhook.stop();
  });

  test('recording that fails does not keep an Ingress out', async () => {
    await cluster.kubectl(['delete', 'clusterrolebinding', 'albatross-webhook']);
    await cluster.kubectl([
      'create',
      'clusterrole',
      'reader',
      '--verb=list,watch',
      '--resource=services,ingressclasses,validatingwebhookconfigurations',
    ]);
    await cluster.kubectl([
      'create',
      'clusterrolebinding',
      'reader',
      '--clusterrole=reader',
      `--serviceaccount=${NAMESPACE}:albatross-webhook`,
    ]);
    webhook = await startWebhook();
    expect((await apply(ingress('kept'))).code).toBe(0);
    expect(await get('ingress', 'kept')).toBeDefined();
    expect(await get('lbb', 'kept')).toBeUndefined();
    expect(webhook.lastLines()).toContain('binding not recorded');
  });

  test('without a certificate it says so and does not start', async () => {
    await webhook.stop();
    await rm(join(cluster.dir, 'tls.key'));
    await expect(startWebhook()).rejects.toThrow(/tls\.key/);
  });
});
