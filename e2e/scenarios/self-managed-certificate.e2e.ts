// Two webhooks without cert-manager: they make one certificate, renew it under load, and put right what becomes of their Secret.
// The rotation takes hours; certificates that are made as of earlier put the processes at each of its steps.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Secret } from '../../api/kube.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS, type KubeKind } from '../../kube/kinds.ts';
import { createObject, deleteObject, readObject, replaceObject } from '../../kube/objects.ts';
import { issueAuthority, issueServing } from '../../webhook/self-managed/issue.ts';
import { bundleOf, dataOf, type Material } from '../../webhook/self-managed/material.ts';
import { type Configuration, trustedBy } from '../../webhook/self-managed/trust.ts';
import { type Cluster, type CommandResult, runCommand } from '../harness/cluster.ts';
import { NAMESPACE, render, webhookConfigurations } from '../harness/install.ts';
import { albatross, freePorts, ROOT } from '../harness/machine.ts';
import { preparedCluster } from '../harness/prepared.ts';
import { type RunningProcess, startProcess, untilReady } from '../harness/process.ts';
import { type Splitter, splitTo } from '../harness/splitter.ts';
import { ingress } from '../harness/webhook.ts';

const PLACE = { namespace: NAMESPACE, name: 'albatross-webhook-tls' };
const NAMES = ['127.0.0.1'];
/** Most requests of one kind that wait for their answer. */
const MOST_OPEN = 20;
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

let cluster: Cluster;
let kubeconfig: string;
let ports: number[];
let splitter: Splitter;
let webhooks: RunningProcess[] = [];

const admin = () => kubeClient(cluster.client);

beforeAll(async () => {
  cluster = await preparedCluster();
  const rendered = await render(cluster, 'without-cert-manager');
  const rights = rendered.filter(
    ({ kind, metadata: { name } }) =>
      /^(Cluster)?Role|^ValidatingAdmission/.test(kind) && /webhook|secrets/.test(name),
  );
  await cluster.apply(...rights, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  kubeconfig = await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook');
  const [port = 0, ...own] = await freePorts(3);
  ports = own;
  splitter = await splitTo(port, own);
  const place = { url: `https://127.0.0.1:${port}`, caPem: '' };
  // A machine that is busy with other tests answers late: what is counted here are refusals for their certificates.
  const patient = webhookConfigurations(rendered, place).map((one) => {
    const { webhooks, ...rest } = one as Configuration;
    return { ...rest, webhooks: webhooks?.map((webhook) => ({ ...webhook, timeoutSeconds: 30 })) };
  });
  await cluster.apply(...patient);
  webhooks = await startAll();
});

afterAll(async () => {
  await Promise.all(webhooks.map((one) => one.stop()));
  splitter?.close();
  await cluster?.stop();
});

/** Both, at the same time. */
const startAll = () =>
  Promise.all(
    ports.map(async (port) => {
      const args = [`--kubeconfig=${kubeconfig}`, '--host=127.0.0.1', `--port=${port}`, '--drain-seconds=1'];
      const own = [
        `--self-managed-certificate=${NAMES}`,
        `--certificate-secret=${PLACE.namespace}/${PLACE.name}`,
      ];
      const started = await startProcess({
        name: `webhook on ${port}`,
        command: process.execPath,
        args: [albatross(), 'webhook', ...args, ...own],
        log: join(cluster.dir, `webhook-${port}.log`),
      });
      await untilReady(started, async () => (await asked(port, '/readyz')).answer === '200');
      return started;
    }),
  );

async function configurations(): Promise<Configuration[]> {
  const kinds: KubeKind<Configuration>[] = [KINDS.webhookConfigurations, KINDS.mutatingConfigurations];
  const read = await Promise.all(kinds.map((kind) => readObject(admin(), kind, { name: 'albatross' })));
  return read.flatMap((one) => (one.ok ? [one.object] : []));
}

/** Asks one of them on a connection of its own, trusting what the configurations trust. */
async function asked(port: number, path: string): Promise<{ answer: string; serial?: string }> {
  const ca = bundleOf(trustedBy(await configurations()));
  let serial: string | undefined;
  const dispatcher = new Agent({
    connect: {
      ca,
      checkServerIdentity: (_, certificate) => {
        serial = certificate.serialNumber;
        return undefined;
      },
    },
  });
  try {
    const { status } = await fetch(`https://127.0.0.1:${port}${path}`, { dispatcher });
    return { answer: String(status), ...(serial === undefined ? {} : { serial }) };
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    return { answer: String(cause) };
  } finally {
    await dispatcher.destroy();
  }
}

const serials = async () =>
  (await Promise.all(ports.map((port) => asked(port, '/healthz')))).map((one) => one.serial);

async function secret(): Promise<Secret> {
  const read = await readObject(admin(), KINDS.secrets, PLACE);
  if (!read.ok) throw new Error(read.message);
  return read.object;
}

const textOf = ({ data }: Secret, key: string) => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');

/** Writes keys of the Secret as an administrator would, whatever it holds. */
async function put(data: Readonly<Record<string, string>>): Promise<void> {
  const { resourceVersion: _, ...metadata } = (await secret()).metadata;
  const before = await secret();
  const written = await replaceObject(admin(), KINDS.secrets, {
    ...before,
    metadata,
    data: { ...before.data, ...data },
  });
  if (!written.ok) throw new Error(written.message);
}

/** Admissions at a steady 50 a second, and new connections to each webhook, until it is stopped; gives what was refused. */
function load(): { stop(): Promise<{ admitted: number; failures: string[] }> } {
  let going = true;
  let admitted = 0;
  const failures: string[] = [];
  const client = admin();
  const admit = async () => {
    const path = '/apis/networking.k8s.io/v1/namespaces/shop/ingresses';
    const made = await client.request({
      method: 'POST',
      path,
      query: { dryRun: 'All' },
      body: ingress('load'),
    });
    if (made.ok) admitted += 1;
    else failures.push(made.message);
  };
  const probe = async (port: number) => {
    const { answer } = await asked(port, '/healthz');
    if (answer !== '200') failures.push(answer);
  };
  const every = async (ms: number, deed: () => Promise<void>) => {
    const open = new Set<Promise<void>>();
    for (let next = performance.now() + ms; going; next += ms) {
      const one = deed().finally(() => open.delete(one));
      open.add(one);
      await sleep(Math.max(0, next - performance.now()));
      if (open.size >= MOST_OPEN) await Promise.race(open);
    }
    await Promise.all(open);
  };
  const all = [every(20, admit), ...ports.map((port) => every(250, () => probe(port)))];
  return {
    async stop() {
      going = false;
      await Promise.all(all);
      return { admitted, failures };
    },
  };
}

/** Both serve one certificate that the configurations trust, and it is another one than before. */
const untilServed = async (before: string | undefined) =>
  expect
    .poll(async () => {
      const [one, other] = await serials();
      return one !== undefined && one === other && one !== before;
    })
    .toBe(true);

test('both start at once, and serve one certificate that the API server trusts', async () => {
  await untilServed(undefined);
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify(ingress('first')),
  });
  expect(code, stderr).toBe(0);
  const bad = ingress('bad', { annotations: { scheme: 'public' } });
  const refused = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(bad) });
  expect(refused.stderr).toContain('"public" is not one of internal, internet-facing');
});

test('under admissions nothing is refused while certificate and authority are renewed, and the Secret spoilt and deleted', async () => {
  const running = load();
  const authority = { cert: textOf(await secret(), 'ca.crt'), key: textOf(await secret(), 'ca.key') };
  const written = async (material: Material) => put(dataOf(material));
  const base = { authorities: [authority.cert], authorityKey: authority.key };
  const step = async (deed: () => Promise<void>) => {
    const [before] = await serials();
    await deed();
    await untilServed(before);
  };
  // Near its end: an authority that has stood for long signs a new one. This one has not, so it is told that it has.
  const older = await issueAuthority(Date.now() - 70 * DAY);
  await written({
    ...base,
    authorities: [authority.cert, older.cert],
    pair: await issueServing(authority, NAMES, Date.now()),
  });
  await expect.poll(async () => trustedBy(await configurations()).length).toBe(2);
  await step(async () => {
    const pair = await issueServing(older, NAMES, Date.now() - 65 * DAY);
    await written({ authorities: [older.cert, authority.cert], authorityKey: older.key, pair });
  });
  // An authority that was made two hours ago signs from now on.
  const newer = await issueAuthority(Date.now() - 2 * HOUR);
  const pair = await issueServing(older, NAMES, Date.now());
  await written({ authorities: [older.cert, newer.cert], authorityKey: older.key, pair });
  await expect.poll(async () => trustedBy(await configurations()).length).toBe(2);
  await step(() => written({ authorities: [newer.cert, older.cert], authorityKey: newer.key, pair }));
  await step(() => put({ 'tls.key': '' }));
  const { cert } = { cert: textOf(await secret(), 'tls.crt') };
  await put({ 'ca.key': Buffer.from('spoilt').toString('base64') });
  await expect.poll(async () => textOf(await secret(), 'ca.key')).toContain('PRIVATE KEY');
  expect(await deleteObject(admin(), KINDS.secrets, PLACE)).toMatchObject({ ok: true });
  await expect.poll(async () => textOf(await secret(), 'tls.crt').trim()).toBe(cert.trim());
  const { admitted, failures } = await running.stop();
  expect(failures).toEqual([]);
  expect(admitted).toBeGreaterThan(50);
});

test('after the end of everything they start anew', async () => {
  await Promise.all(webhooks.map((one) => one.stop(10_000)));
  const long = Date.now() - 4000 * DAY;
  const authority = await issueAuthority(long);
  const pair = await issueServing(authority, NAMES, long);
  await put(dataOf({ authorities: [authority.cert], authorityKey: authority.key, pair }));
  webhooks = await startAll();
  await untilServed(undefined);
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify(ingress('anew')),
  });
  expect(code, stderr).toBe(0);
});

describe('the test of the chart', () => {
  /** What `helm test` runs in a pod, run here. */
  async function helmTest(authority: string): Promise<CommandResult> {
    const template = await readFile(join(ROOT, 'config/chart/templates/tests/webhook.yaml'), 'utf8');
    const [, script = ''] = /- --eval\n\s+- \|\n(.*?)\n {6}volumeMounts:/s.exec(template) ?? [];
    const file = join(cluster.dir, 'authority.crt');
    await writeFile(file, authority);
    const env = {
      ...{ NODE_EXTRA_CA_CERTS: file, CLASS: 'alb' },
      WEBHOOK: `https://127.0.0.1:${ports[0]}/validate-ingress`,
    };
    return runCommand(process.execPath, ['--input-type=module', '--eval', script], { env });
  }

  test('passes with the authority in the Secret, and with no other', async () => {
    const passed = await helmTest(textOf(await secret(), 'ca.crt'));
    expect(passed.code, passed.stderr).toBe(0);
    expect(passed.stdout).toContain('is not one of internal, internet-facing');
    const failed = await helmTest((await issueAuthority(Date.now())).cert);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain('fetch failed');
  });
});

describe('of Secrets the webhook', () => {
  const ofWebhook = (...args: string[]) => cluster.kubectl([...args, '-n', NAMESPACE], { kubeconfig });

  test('makes its own and no other, and none that Kubernetes fills with a token', async () => {
    const attempt = async (name: string, type: string) => {
      const annotations = { 'kubernetes.io/service-account.name': 'albatross-controller' };
      const made = { metadata: { name, annotations }, type, data: {} };
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', ...made });
      return (await cluster.kubectl(['create', '-n', NAMESPACE, '-f', '-'], { kubeconfig, input })).stderr;
    };
    const forbidden = 'writes no Secret but albatross-webhook-tls';
    await expect.poll(() => attempt('other', 'Opaque')).toContain(forbidden);
    expect(await attempt(PLACE.name, 'kubernetes.io/service-account-token')).toContain(forbidden);
    expect(await attempt(PLACE.name, 'Opaque')).toContain('already exists');
  });

  test('reads its own and no other', async () => {
    await createObject(admin(), KINDS.secrets, { metadata: { name: 'other' } }, NAMESPACE);
    expect((await ofWebhook('get', 'secret', 'other')).stderr).toContain('forbidden');
    expect((await ofWebhook('get', 'secrets')).stderr).toContain('forbidden');
    const own = await ofWebhook('get', 'secrets', `--field-selector=metadata.name=${PLACE.name}`);
    expect(own.code, own.stderr).toBe(0);
  });
});
