// Keepers on one API server: they agree, put right what is spoilt, and never serve what is not trusted while they can help it.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Secret } from '../../api/kube.ts';
import { ApiServer } from '../../e2e/harness/api-server.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { KeyAndCertificate } from '../certificate.ts';
import { issueAuthority, issueServing, SERVING } from './issue.ts';
import { CertificateKeeper } from './keeper.ts';
import { dataOf } from './material.ts';
import { type Configuration, isTrusted, trustedBy } from './trust.ts';

const NAMES = ['albatross-webhook.albatross-system.svc'];
const PLACE = { namespace: 'albatross-system', name: 'albatross-webhook-tls' };
const CONFIGURATION = { name: 'albatross' };
const DAY = 24 * 60 * 60 * 1000;

let server: ApiServer;
let keepers: CertificateKeeper[];
let lines: { msg: string; because?: string; error?: string }[];
let now: number;

beforeEach(async () => {
  server = await ApiServer.start();
  [keepers, lines, now] = [[], [], Date.now()];
  const clientConfig = { service: { name: 'albatross-webhook' } };
  for (const kind of [KINDS.webhookConfigurations, KINDS.mutatingConfigurations])
    server.put(kind, {
      metadata: CONFIGURATION,
      webhooks: ['one', 'two'].map((name) => ({ name: `${name}.albatross.dev`, clientConfig })),
    } as Configuration);
});

afterEach(async () => {
  for (const keeper of keepers) keeper.stop();
  await server.stop();
});

/** One replica; what it serves now. */
async function replica(): Promise<{ keeper: CertificateKeeper; served: () => KeyAndCertificate }> {
  const keeper = new CertificateKeeper({
    ...{ client: kubeClient(server.kubeConfig), names: NAMES, now: () => now, everyMs: 20, pauseMs: 1 },
    ...{ namespace: PLACE.namespace, secret: PLACE.name },
    log: pino({}, { write: (line) => void lines.push(JSON.parse(line)) }),
  });
  keepers.push(keeper);
  let served = await keeper.first();
  keeper.follow((pair) => {
    served = pair;
  });
  return { keeper, served: () => served };
}

const secret = () => server.read(KINDS.secrets, PLACE) as Secret | undefined;
const textOf = (key: string) => Buffer.from(secret()?.data?.[key] ?? '', 'base64').toString('utf8');
const configurations = () =>
  [KINDS.webhookConfigurations, KINDS.mutatingConfigurations].map(
    (kind) => server.read<Configuration>(kind, CONFIGURATION) as Configuration,
  );
const trusts = (pair: KeyAndCertificate) => isTrusted(pair, configurations());
const reasons = () =>
  lines.filter(({ msg }) => msg === 'certificate made anew').map(({ because }) => because);

test('replicas that start at once agree on one certificate, which the configurations trust', async () => {
  const all = await Promise.all([replica(), replica(), replica()]);
  await expect.poll(() => new Set(all.map(({ served }) => served().cert)).size).toBe(1);
  await expect.poll(() => all.flatMap(({ keeper }) => keeper.missing())).toEqual([]);
  expect(trusts(all[0].served())).toBe(true);
  expect(textOf('tls.crt')).toBe(all[0].served().cert);
  expect(secret()).toMatchObject({ type: 'kubernetes.io/tls' });
  expect(server.lines.filter((line) => line.startsWith('POST'))).not.toHaveLength(0);
  expect(reasons()).toEqual(['there is no such Secret']);
});

test('it is not ready before the configurations trust it', async () => {
  server.bend(({ method, path }) =>
    method === 'PATCH' && path.includes('mutating') ? { status: 403, body: { message: 'no' } } : undefined,
  );
  const { keeper } = await replica();
  await expect.poll(() => lines.map(({ error }) => error)).toContain('no');
  expect(keeper.missing()).toEqual(['its certificate authority in the webhook configurations']);
  server.bend(() => undefined);
  await expect.poll(() => keeper.missing()).toEqual([]);
});

test('where another authority was trusted it stays so for a while: replicas from before serve what it signed', async () => {
  const former = await issueAuthority(now - DAY);
  const pair = await issueServing(former, NAMES, now - DAY);
  const clientConfig = { caBundle: Buffer.from(former.cert).toString('base64') };
  server.put(KINDS.webhookConfigurations, {
    metadata: CONFIGURATION,
    webhooks: [{ name: 'one.albatross.dev', clientConfig }],
  });
  const { served } = await replica();
  await expect.poll(() => trusts(served())).toBe(true);
  expect(trusts(pair)).toBe(true);
  now += 3 * 60 * 60 * 1000;
  await expect.poll(() => trusts(pair)).toBe(false);
  expect(trusts(served())).toBe(true);
});

test('where it may not write the Secret it says so and waits; once it may, it serves', async () => {
  const denied = { status: 403, body: { message: 'secrets is forbidden' } };
  server.bend(({ method, path }) => (method === 'POST' && path.includes('/secrets') ? denied : undefined));
  const made = replica();
  await expect
    .poll(() => lines.find(({ error }) => error === 'secrets is forbidden')?.msg)
    .toBe('certificate not kept: there is none to serve yet');
  server.bend(() => undefined);
  const { served } = await made;
  await expect.poll(() => trusts(served())).toBe(true);
  // Once for each try, and nothing else.
  const tries = lines.filter(({ msg }) => msg === 'certificate not kept: there is none to serve yet');
  expect(new Set(tries.map(({ error }) => error))).toEqual(new Set(['secrets is forbidden']));
});

test('near its end the certificate is made anew, and served without a word to the configurations', async () => {
  const { served } = await replica();
  await expect.poll(() => trusts(served())).toBe(true);
  const [before, bundle] = [served(), trustedBy(configurations())];
  now += SERVING.goodMs - SERVING.renewMs + DAY;
  await expect.poll(() => served().cert).not.toBe(before.cert);
  expect(trustedBy(configurations())).toEqual(bundle);
  expect(trusts(served())).toBe(true);
  expect(reasons().at(-1)).toBe('the certificate ends within 30 days');
});

test('a Secret that is deleted or emptied comes back; what is served is served on', async () => {
  const all = await Promise.all([replica(), replica()]);
  await expect.poll(() => all.every(({ served }) => trusts(served()))).toBe(true);
  await expect.poll(() => all[0].served().cert === all[1].served().cert).toBe(true);
  const { cert } = all[0].served();
  const key = textOf('ca.key');
  server.remove(KINDS.secrets, PLACE);
  await expect.poll(() => textOf('tls.crt')).toBe(cert);
  expect(textOf('ca.key')).not.toBe(key);
  server.put(KINDS.secrets, {
    metadata: PLACE,
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': '', 'tls.key': '' },
  });
  await expect.poll(() => textOf('tls.crt')).toBe(cert);
  expect(all.map(({ served }) => served().cert)).toEqual([cert, cert]);
  expect(all.every(({ served }) => trusts(served()))).toBe(true);
});

test('whoever takes the bundle out of a configuration gets it back', async () => {
  const { served } = await replica();
  await expect.poll(() => trusts(served())).toBe(true);
  const clientConfig = { caBundle: Buffer.from('nobody').toString('base64') };
  server.put(KINDS.webhookConfigurations, {
    metadata: CONFIGURATION,
    webhooks: [{ name: 'one.albatross.dev', clientConfig }],
  });
  await expect.poll(() => trusts(served())).toBe(true);
});

test('a pair that nobody trusts yet is served only when there is nothing better', async () => {
  const { served } = await replica();
  await expect.poll(() => trusts(served())).toBe(true);
  const before = served();
  server.bend(({ method }) =>
    method === 'PATCH' ? { status: 500, body: { message: 'not now' } } : undefined,
  );
  const authority = await issueAuthority(now);
  const pair = await issueServing(authority, NAMES, now);
  const data = dataOf({ authorities: [authority.cert], authorityKey: authority.key, pair });
  server.put(KINDS.secrets, { metadata: PLACE, type: 'kubernetes.io/tls', data });
  await expect.poll(() => lines.map(({ error }) => error)).toContain('not now');
  expect(served()).toEqual(before);
  server.bend(() => undefined);
  await expect.poll(() => served().cert).toBe(pair.cert);
  expect(trusts(pair)).toBe(true);
});

test('long after the end of everything it starts anew', async () => {
  const { keeper } = await replica();
  await expect.poll(() => keeper.missing()).toEqual([]);
  now += 20 * 365 * DAY;
  const late = await replica();
  await expect.poll(() => trusts(late.served())).toBe(true);
  await expect.poll(() => reasons().length).toBeGreaterThan(1);
  expect(trustedBy(configurations())).toHaveLength(1);
});
