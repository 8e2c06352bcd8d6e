// What a restart costs in AWS: next to nothing, however many Ingresses there are, and nobody's targets are wrong after it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { bindingOf, bindingsOf, countAfresh, mutating, total, untilQuiet } from '../harness/waiters.ts';
import { bringUp, hostOf, k, ready, soon, stage, startStage, stopStage } from './life.ts';

const NAMES = Array.from({ length: 12 }, (_, at) => `shop-${at}`);
const annotations = { 'target-type': 'ip' };

beforeAll(startStage);
afterAll(stopStage);

const countOf = (action: string): number =>
  stage.aws.calls().find((call) => call.action === action)?.count ?? 0;
const synced = (): number => readFileSync(stage.logs.controller, 'utf8').split('"msg":"synced"').length;

async function kill(): Promise<void> {
  stage.controller().kill('SIGKILL');
  await stage.controller().exited;
}

async function start(...args: string[]): Promise<void> {
  const before = synced();
  await stage.startController('controller', args);
  await vi.waitFor(() => expect(synced()).toBeGreaterThan(before), soon);
}

/** Addresses that are registered for an app of this scenario. */
async function registered(service: string): Promise<readonly string[]> {
  const { targetGroups } = await takeAccountSnapshot(stage);
  return targetGroups.find(({ name }) => name.startsWith(`k8s-re-${service}-`))?.targets ?? [];
}

const targetsColumn = async (): Promise<readonly unknown[]> =>
  (await bindingsOf(stage.cluster, 're')).map(({ status }) => status?.targets);
const remembered = async (name: string) => (await bindingOf(stage.cluster, 're', name)).status?.registered;

describe('kill -9 and a restart', () => {
  beforeAll(async () => {
    await stage.cluster.apply(
      namespace('re'),
      ...app('re', 'web', { replicas: 2 }),
      ...app('re', 'pay', { replicas: 3 }),
    );
    // Both modes, so that both kinds of endpoints are trusted.
    await stage.cluster.apply(
      ...NAMES.map((name, at) =>
        ingress('re', name, {
          ...(at % 2 === 0 ? { annotations } : {}),
          hosts: { '': { '/': 'web:80' } },
        }),
      ),
      ingress('re', 'pay', { annotations, hosts: { '': { '/': 'pay:80' } } }),
    );
    for (const name of [...NAMES, 'pay']) await ready('re', name);
    await vi.waitFor(async () => expect(await remembered('pay')).toBeDefined(), soon);
    await untilQuiet(stage, 2_000);
  });

  test('with nothing changed reads in bulk, asks about no target and writes nothing', async () => {
    const before = await targetsColumn();
    await countAfresh(stage);
    await kill();
    await start();
    await untilQuiet(stage, 3_000);
    const calls = stage.aws.calls();
    expect(mutating(calls)).toEqual([]);
    expect(countOf('DescribeTargetHealth')).toBe(0);
    // A bulk read is a handful of calls for any number of Ingresses.
    expect(total(calls)).toBeLessThan(NAMES.length);
    expect(await targetsColumn()).toEqual(before);
  });

  test('with endpoints that changed meanwhile asks about these only, and changes the difference', async () => {
    await kill();
    await k('scale deployment pay -n re --replicas=2');
    await vi.waitFor(
      async () => expect((await k('get pods -n re -l app=pay -o name')).split('\n')).toHaveLength(2),
      soon,
    );
    await countAfresh(stage);
    await start();
    await vi.waitFor(async () => expect(await registered('pay')).toHaveLength(2), soon);
    await ready('re', 'pay');
    expect(mutating(stage.aws.calls())).toEqual(['DeregisterTargets ×1']);
    // Once before the change, once or twice after it.
    expect(countOf('DescribeTargetHealth')).toBeLessThanOrEqual(3);
  });

  test('in the middle of a change, taken back meanwhile, leaves no target out', async () => {
    const before = await registered('pay');
    const killed = new Promise<void>((resolve) => {
      stage.aws.faults.onCall((action) => {
        if (action !== 'DeregisterTargets') return;
        stage.controller().kill('SIGKILL');
        resolve();
      });
    });
    // The pod leaves the endpoints and stays alive, so that it can come back with the address it had.
    const [pod] = (await k('get pods -n re -l app=pay -o name')).split('\n');
    await k(`label ${pod} -n re app=away --overwrite`);
    await killed;
    stage.aws.faults.onCall(() => undefined);
    await stage.controller().exited;
    expect(await registered('pay')).not.toEqual(before);
    await k('scale deployment pay -n re --replicas=1');
    await k(`label ${pod} -n re app=pay --overwrite`);
    await start();
    await vi.waitFor(
      async () => expect((await registered('pay')).length).toBe(Number(await replicas())),
      soon,
    );
    await ready('re', 'pay');
  });

  /** How many endpoints of the app are ready. */
  const replicas = async (): Promise<number> =>
    (
      await k(
        'get endpointslices -n re -l kubernetes.io/service-name=pay -o jsonpath={.items[*].endpoints[*].addresses[0]}',
      )
    )
      .split(' ')
      .filter((one) => one !== '').length;
});

describe('a login by OpenID Connect', () => {
  const TEXTS = ['hush-hush-the-first', 'hush-hush-the-second'] as const;
  const secret = (clientSecret: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sso', namespace: 'sso' },
    ...{ stringData: { clientID: 'shop-client', clientSecret } },
  });
  const idp = 'https://id.example.org';
  const shop = (paths: readonly string[], backend = 'web:80') => ({
    annotations: {
      'listen-ports': '[{"HTTPS":443}]',
      'auth-type': 'oidc',
      'auth-idp-oidc': JSON.stringify({
        issuer: idp,
        authorizationEndpoint: `${idp}/authorize`,
        tokenEndpoint: `${idp}/token`,
        userInfoEndpoint: `${idp}/userinfo`,
        secretName: 'sso',
      }),
    },
    hosts: { 'shop.example.com': Object.fromEntries(paths.map((path) => [path, backend])) },
  });
  /** The client secrets that AWS was given, rule by rule. */
  const given = (): (string | undefined)[] =>
    [...stage.aws.state().rules.values()].flatMap(({ actions }) =>
      actions.flatMap(({ AuthenticateOidcConfig: config }) => (config ? [config.ClientSecret] : [])),
    );
  const resolved = async () => (await bindingOf(stage.cluster, 'sso', 'shop')).conditions.ResolvedRefs;

  async function visit(path: string) {
    const door = stage.aws.listenerAddress(await hostOf('sso', 'shop'), 443);
    if (door === undefined) throw new Error('nothing listens');
    const options = { headers: { host: 'shop.example.com' }, rejectUnauthorized: false, agent: false };
    const [answer] = (await once(get({ ...door, path, ...options }), 'response')) as [IncomingMessage];
    answer.resume();
    return { status: answer.statusCode, location: answer.headers.location };
  }

  beforeAll(async () => {
    await stage.cluster.apply(namespace('sso'), ...app('sso', 'web'), ...app('sso', 'api'), secret(TEXTS[0]));
    await bringUp('sso', 'shop', shop(['/', '/cart']));
    // Rules of the nodes come after what the binding tells of.
    await untilQuiet(stage, 1_500);
  });

  test('sends who is not logged in to the provider', async () => {
    const { status, location = '' } = await visit('/cart');
    expect(status).toBe(302);
    expect(location).toContain(`${idp}/authorize?client_id=shop-client`);
    expect(given()).toEqual([TEXTS[0], TEXTS[0]]);
  });

  test('is not written again at a restart', async () => {
    await countAfresh(stage);
    await kill();
    await start('--secret-period', '1s');
    await untilQuiet(stage, 1_500);
    expect(mutating(stage.aws.calls())).toEqual([]);
  });

  test('is written once for each rule when its Secret changes', async () => {
    await countAfresh(stage);
    await stage.cluster.apply(secret(TEXTS[1]));
    await vi.waitFor(() => expect(given()).toEqual([TEXTS[1], TEXTS[1]]), soon);
    await ready('sso', 'shop');
    expect(mutating(stage.aws.calls())).toEqual(['ModifyRule ×2']);
  });

  test('stays while its Secret is gone, and what is new is closed until it is back', async () => {
    await countAfresh(stage);
    await k('delete secret sso -n sso');
    await vi.waitFor(
      async () => expect(await resolved()).toMatchObject({ status: 'False', reason: 'SecretNotFound' }),
      soon,
    );
    await untilQuiet(stage);
    expect([mutating(stage.aws.calls()), (await visit('/cart')).status]).toEqual([[], 302]);
    // Other targets behind the same login: AWS keeps the secret that nobody else has any more.
    await stage.cluster.apply(ingress('sso', 'shop', shop(['/', '/cart'], 'api:80')));
    await vi.waitFor(() => expect(mutating(stage.aws.calls())).toContain('ModifyRule ×2'), soon);
    expect([given(), (await visit('/cart')).status]).toEqual([[TEXTS[1], TEXTS[1]], 302]);
    await stage.cluster.apply(ingress('sso', 'shop', shop(['/', '/cart', '/zzz'], 'api:80')));
    await vi.waitFor(async () => expect((await visit('/zzz')).status).toBe(503), soon);
    await stage.cluster.apply(secret(TEXTS[1]));
    await ready('sso', 'shop');
    expect([await visit('/cart'), await visit('/zzz')]).toMatchObject([{ status: 302 }, { status: 302 }]);
    expect(given()).toEqual(Array(3).fill(TEXTS[1]));
  });

  test('and its secret is nowhere to be read', async () => {
    const told = [
      readFileSync(stage.logs.controller, 'utf8'),
      readFileSync(stage.logs.webhook, 'utf8'),
      await k('get lbb,ingresses,events -n sso -o json'),
    ].join('\n');
    expect(told).toContain('"clientSecrets"');
    for (const text of TEXTS) {
      expect(told).not.toContain(text);
      expect(told).not.toContain(Buffer.from(text).toString('base64'));
    }
  });
});
