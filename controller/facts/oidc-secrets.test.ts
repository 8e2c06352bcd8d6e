// Secrets of logins: what counts as a client, who is told of a change, and where the secret is to be found.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeOutcome } from '../../kube/client.ts';
import { clientIn, Secrets } from './oidc-secrets.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

type Answer = Parameters<typeof clientIn>[0];

const holding = (data: Record<string, string>): Answer => ({
  ok: true,
  object: { data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])) },
});
const GONE: Answer = { ok: false, reason: 'notFound', message: 'secrets "s" not found' };
const AWAY: Answer = { ok: false, reason: 'unavailable', message: 'fetch failed' };

describe('the client in a Secret (spec annotations 10.3)', () => {
  test.each<[string, Record<string, string>, object]>([
    ['both keys', { clientID: 'a', clientSecret: 'b' }, { id: 'a', secret: 'b' }],
    ['the old key', { clientId: 'a', clientSecret: 'b' }, { id: 'a', secret: 'b' }],
    [
      'the new key first',
      { clientID: 'new', clientId: 'old', clientSecret: 'b' },
      { id: 'new', secret: 'b' },
    ],
    ['white space after the id', { clientID: 'a \u0085\n', clientSecret: 'b' }, { id: 'a', secret: 'b' }],
    ['a newline after the secret', { clientID: 'a', clientSecret: 'b \r\n' }, { id: 'a', secret: 'b ' }],
  ])('%s', (_name, data, client) => {
    expect(clientIn(holding(data))).toEqual(client);
  });
  test.each<[string, Answer, string]>([
    ['no id', holding({ clientSecret: 'b' }), 'clientID'],
    ['no secret', holding({ clientID: 'a' }), 'clientSecret'],
    ['an empty secret', holding({ clientID: 'a', clientSecret: '\n' }), 'clientSecret'],
    ['no data', { ok: true, object: {} }, 'clientID'],
    ['none', GONE, 'does not exist'],
    ['no right', { ok: false, reason: 'forbidden', message: 'cannot get' }, 'cannot get'],
  ])('%s', (_name, outcome, because) => {
    expect(clientIn(outcome)).toEqual({ because: expect.stringContaining(because) });
  });
  test('only where it has the label that is required', () => {
    const required = { key: 'login', value: 'yes' };
    const object = { data: { clientID: base64('a'), clientSecret: base64('b') } };
    const labelled = (labels?: Record<string, string>): Answer => ({
      ok: true,
      object: { ...object, metadata: { ...(labels === undefined ? {} : { labels }) } },
    });
    expect(clientIn(labelled({ login: 'yes', team: 'shop' }), required)).toEqual({ id: 'a', secret: 'b' });
    for (const labels of [undefined, {}, { login: 'no' }])
      expect(clientIn(labelled(labels), required)).toEqual({
        because: expect.stringContaining('the label login=yes of --required-secrets-label'),
      });
  });
});

let secrets: Secrets | undefined;
afterEach(() => secrets?.stop());

/** A reader of an API server that answers what it is told to. */
function reader(first: Answer) {
  const server = { answer: first, asked: [] as string[] };
  const changed: string[] = [];
  const made = new Secrets({
    client: {
      async request<T>({ path }: { readonly path: string }) {
        server.asked.push(path);
        return server.answer as KubeOutcome<T>;
      },
    },
    clusterName: 'prod',
    everyMs: 10,
    changed: (group) => changed.push(group),
  });
  secrets = made;
  return { server, changed, of: made.of.bind(made), reveal: made.reveal.bind(made) };
}

const CLIENT = holding({ clientID: 'a', clientSecret: 'hush-hush' });

async function until(holds: () => boolean): Promise<void> {
  for (let left = 300; left > 0 && !holds(); left -= 1) await sleep(10);
  expect(holds()).toBe(true);
}

describe('reading', () => {
  test('plain data has a hash that is the same next time, and stands for the secret', async () => {
    const { of, reveal, server } = reader(CLIENT);
    const looked = (await of('g', ['shop/s'])).get('shop/s');
    if (looked === undefined || !('value' in looked)) throw new Error('not read');
    expect(JSON.stringify(looked)).not.toContain('hush');
    const hash = looked.value.secret ?? '';
    expect([looked.value.id, reveal(hash)]).toEqual(['a', 'hush-hush']);
    expect(server.asked).toEqual(['/api/v1/namespaces/shop/secrets/s']);
    const again = (await reader(CLIENT).of('g', ['shop/s', 'pay/s'])).entries();
    expect(Object.fromEntries(again)).toMatchObject({ 'shop/s': looked });
  });

  test('two Secrets with the same content do not look the same', async () => {
    const hashes = [...(await reader(CLIENT).of('g', ['shop/s', 'pay/s'])).values()];
    expect(new Set(hashes.map((one) => JSON.stringify(one))).size).toBe(2);
  });

  test('who names it is told of a change, and of its end, once each', async () => {
    const { of, server, changed } = reader(CLIENT);
    const before = (await of('g', ['shop/s'])).get('shop/s');
    await of('h', ['shop/s']);
    server.answer = holding({ clientID: 'a', clientSecret: 'other' });
    await until(() => changed.length >= 2);
    expect(changed).toEqual(['g', 'h']);
    expect((await of('g', ['shop/s'])).get('shop/s')).not.toEqual(before);
    server.answer = GONE;
    await until(() => changed.length >= 4);
    expect((await of('g', ['shop/s'])).get('shop/s')).toMatchObject({
      problem: { code: 'SecretNotFound', value: 's' },
    });
  });

  test('an API server that is away changes nothing', async () => {
    const { of, server, changed } = reader(CLIENT);
    const before = (await of('g', ['shop/s'])).get('shop/s');
    server.answer = AWAY;
    const { length } = server.asked;
    await until(() => server.asked.length > length);
    expect([changed, (await of('g', ['shop/s'])).get('shop/s')]).toEqual([[], before]);
  });

  test('what nobody names any more is neither asked for nor known', async () => {
    const { of, reveal, server } = reader(CLIENT);
    const looked = (await of('g', ['shop/s'])).get('shop/s');
    const hash = looked !== undefined && 'value' in looked ? (looked.value.secret ?? '') : '';
    await of('g', []);
    const { length } = server.asked;
    await sleep(300);
    expect([server.asked.length, reveal(hash)]).toEqual([length, undefined]);
  });
});
