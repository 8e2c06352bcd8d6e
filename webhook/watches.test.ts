// Watches, on an API server over HTTP: what an answer can look at, from when, and what becomes of it when it goes.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingress, service } from '../alb/laws/paper.ts';
import { API_VERSION, KIND } from '../api/binding/bind.ts';
import type { BindingSpec, LoadBalancerBinding } from '../api/generated/binding.ts';
import type { ValidatingWebhookConfiguration } from '../api/kube.ts';
import { CONTROLLER } from '../api/ownership.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { matchExpression } from './match-conditions.ts';
import { NEEDED, USEFUL, watchSurroundings } from './watches.ts';

type Surroundings = ReturnType<typeof watchSurroundings>;

let server: ApiServer;
let surroundings: Surroundings;
let lines: { readonly level: number; readonly kind: string; readonly msg: string }[];
beforeEach(async () => {
  server = await ApiServer.start();
  lines = [];
});
afterEach(async () => {
  surroundings.stop();
  await server.stop();
});

function start(): Surroundings {
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const defaults = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
  const locks = { disableIngressClassAnnotation: false, disableIngressGroupNameAnnotation: false };
  surroundings = watchSurroundings(
    { client: kubeClient(server.kubeConfig), log },
    { ...defaults, ...locks, ingressClass: 'alb' },
  );
  return surroundings;
}

const KEPT = Object.values({ ...NEEDED, ...USEFUL });

/** Ready, and every watch open. */
async function ready(): Promise<Surroundings['around']> {
  const { around, missing } = start();
  await expect.poll(missing).toEqual([]);
  await expect.poll(() => server.watches).toBe(KEPT.length);
  return around;
}

const ingressClass = (name: string, more: object = {}) => ({
  metadata: { name, ...more },
  spec: { controller: CONTROLLER },
});
const BY_DEFAULT = { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } };

const binding = (name: string, group: string): LoadBalancerBinding => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { namespace: 'shop', name, finalizers: ['albatross.dev/x'] },
  spec: {
    ingressRef: { name, hash: 'h' },
    group,
    order: 0,
    intent: { settings: {}, rules: [] },
  } as BindingSpec,
  status: { loadBalancer: 'arn:lb', address: 'web.example.com', conditions: [] } as never,
});

test('each kind is listed and watched once, and of webhook configurations our own only', async () => {
  await ready();
  const asked = server.requests.map(({ path, query }) => `${query.has('watch') ? 'watch' : 'list'} ${path}`);
  expect(asked.toSorted()).toEqual(
    KEPT.flatMap(({ apiVersion, plural }) => {
      const path = `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/${plural}`;
      return [`list ${path}`, `watch ${path}`];
    }).toSorted(),
  );
  const selectors = server.requests.flatMap(({ path, query }) => {
    const selector = query.get('fieldSelector');
    return selector === null ? [] : [`${path.split('/').at(-1)} ${selector}`];
  });
  const own = 'validatingwebhookconfigurations metadata.name=albatross';
  expect(selectors).toEqual([own, own]);
});

describe('ready', () => {
  test('nothing is, before anything is known', () => {
    const all = Object.values(NEEDED).map(({ plural }) => plural);
    expect(start().missing().toSorted()).toEqual(all.toSorted());
  });

  test.each(Object.values(NEEDED).map(({ plural }) => plural))(
    'not before the %s are known',
    async (plural) => {
      const late = Promise.withResolvers<undefined>();
      server.bend(({ path }) => (path.endsWith(`/${plural}`) ? late.promise : undefined));
      const { missing } = start();
      await expect.poll(missing).toEqual([plural]);
      late.resolve(undefined);
      await expect.poll(missing).toEqual([]);
    },
  );

  test('without a kind of the LBC that is not installed', async () => {
    server.bend(({ path }) => (path.endsWith('/ingressclassparams') ? { status: 404, body: {} } : undefined));
    const { missing, around } = start();
    await expect.poll(missing).toEqual([]);
    expect(around.classParams?.('x')).toBeUndefined();
  });

  test('not without a kind that is always there', async () => {
    server.bend(({ path }) => (path.endsWith('/services') ? { status: 404, body: {} } : undefined));
    const { missing } = start();
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ level: 40, kind: 'services' }));
    expect(missing()).toContain('services');
  });

  test('without the bindings, whatever keeps them away', async () => {
    server.bend(({ path }) =>
      path.endsWith('/loadbalancerbindings') ? { status: 403, body: {} } : undefined,
    );
    const { missing, around } = start();
    await expect.poll(missing).toEqual([]);
    expect(around.membersOf('shop/web')).toEqual([]);
  });
});

test('what comes is known as soon as it is told, and what goes is gone', async () => {
  const around = await ready();
  const all = () => [
    around.service('shop', 'web')?.metadata.name,
    around.ingressClass?.('ours')?.metadata.name,
    around.classParams?.('params')?.metadata.name,
    around.namespaceLabels?.('shop')?.team,
    around.recorded('shop', 'web')?.spec.group,
  ];
  const none = Array(5).fill(undefined);
  expect(all()).toEqual(none);
  server.put(KINDS.services, service());
  server.put(KINDS.ingressClasses, ingressClass('ours'));
  server.put(KINDS.classParams, { metadata: { name: 'params' }, spec: {} });
  server.put(KINDS.namespaces, { metadata: { name: 'shop', labels: { team: 'a' } } });
  server.put(KINDS.bindings, binding('web', 'all'));
  await expect.poll(all).toEqual(['web', 'ours', 'params', 'a', 'all']);
  expect(around.service('other', 'web')).toBeUndefined();
  server.remove(KINDS.services, { namespace: 'shop', name: 'web' });
  server.remove(KINDS.ingressClasses, { name: 'ours' });
  server.remove(KINDS.classParams, { name: 'params' });
  server.remove(KINDS.namespaces, { name: 'shop' });
  server.remove(KINDS.bindings, { namespace: 'shop', name: 'web' });
  await expect.poll(all).toEqual(none);
});

test('while the API server is away what was known stays, and the log says it once for each kind', async () => {
  server.put(KINDS.services, service());
  const around = await ready();
  server.bend(() => ({ status: 503, body: {} }));
  server.endWatches('destroy');
  const warned = () =>
    lines.flatMap(({ level, kind, msg }) => (level === 40 ? [`${msg} ${kind}`] : [])).toSorted();
  const once = KEPT.map(({ plural }) => `watch ${plural}`).toSorted();
  await expect.poll(warned).toEqual(once);
  const { length } = server.requests;
  await expect.poll(() => server.requests.length).toBeGreaterThan(length + KEPT.length);
  expect(warned()).toEqual(once);
  expect([around.service('shop', 'web')?.metadata.name, surroundings.missing()]).toEqual(['web', []]);
});

test('members of a group are those of now, whatever was asked before', async () => {
  const around = await ready();
  const names = (group: string) => around.membersOf(group).map(({ metadata }) => metadata.name);
  server.put(KINDS.bindings, binding('a', 'one'));
  server.put(KINDS.bindings, binding('b', 'one'));
  await expect.poll(() => names('one')).toEqual(['a', 'b']);
  server.put(KINDS.bindings, binding('a', 'other'));
  await expect.poll(() => [names('one'), names('other')]).toEqual([['b'], ['a']]);
  server.remove(KINDS.bindings, { namespace: 'shop', name: 'b' });
  await expect.poll(() => [names('one'), names('other')]).toEqual([[], ['a']]);
});

test('of large objects only what is read is kept', async () => {
  const secret = { managedFields: [{ manager: 'x' }], labels: { long: 'x' } };
  const { metadata, spec } = service();
  server.put(KINDS.services, {
    metadata: { ...metadata, ...secret },
    spec,
    status: { loadBalancer: {} },
  } as never);
  server.put(KINDS.bindings, binding('web', 'all'));
  server.put(KINDS.namespaces, {
    metadata: { name: 'shop', annotations: { long: 'x' } },
    status: {},
  } as never);
  const around = await ready();
  await expect.poll(() => around.recorded('shop', 'web')).toBeDefined();
  const { uid: _, ...read } = metadata;
  expect(around.service('shop', 'web')).toEqual({ metadata: read, spec });
  expect(around.namespaceLabels?.('shop')).toEqual({});
  const { metadata: of, status } = around.recorded('shop', 'web') ?? {};
  expect([of, status]).toEqual([{ namespace: 'shop', name: 'web' }, { loadBalancer: 'arn:lb' }]);
});

describe('whose an Ingress is', () => {
  const judged = ({ ownershipOf }: Surroundings['around'], spec: object) => {
    const { ours, ...more } = ownershipOf(ingress({ spec: { ...ingress().spec, ...spec } }));
    return 'problem' in more ? more.problem?.code : ours;
  };

  test('follows its class, which comes and goes', async () => {
    const around = await ready();
    const whose = () => judged(around, { ingressClassName: 'some' });
    expect(whose()).toBe('IngressClassNotFound');
    server.put(KINDS.ingressClasses, ingressClass('some'));
    await expect.poll(whose).toBe(true);
    server.put(KINDS.ingressClasses, {
      ...ingressClass('some'),
      spec: { controller: 'k8s.io/ingress-nginx' },
    });
    await expect.poll(whose).toBe(false);
    server.remove(KINDS.ingressClasses, { name: 'some' });
    await expect.poll(whose).toBe('IngressClassNotFound');
  });

  test('without a class the default class counts', async () => {
    const around = await ready();
    expect([around.defaultClass?.(), judged(around, {})]).toEqual([undefined, false]);
    server.put(KINDS.ingressClasses, ingressClass('ours', BY_DEFAULT));
    await expect.poll(() => [around.defaultClass?.(), judged(around, {})]).toEqual(['ours', true]);
  });
});

describe('the API server asks about our classes', () => {
  const configuration = (expression: string): ValidatingWebhookConfiguration => ({
    metadata: { name: 'albatross' },
    webhooks: [{ name: 'validate-ingress.albatross.dev', matchConditions: [{ name: 'ours', expression }] }],
  });
  const expression = () =>
    server.read(KINDS.webhookConfigurations, { name: 'albatross' })?.webhooks?.[0]?.matchConditions?.[0]
      ?.expression;
  const about = (...names: readonly string[]) => matchExpression({ names, unnamed: false }, 'alb');

  test('from when one comes', async () => {
    server.put(KINDS.webhookConfigurations, configuration(about()));
    await ready();
    server.put(KINDS.ingressClasses, ingressClass('ours'));
    await expect.poll(expression).toBe(about('ours'));
  });

  test('from when the configuration comes', async () => {
    server.put(KINDS.ingressClasses, ingressClass('ours'));
    await ready();
    server.put(KINDS.webhookConfigurations, configuration('false'));
    await expect.poll(expression).toBe(about('ours'));
  });
});

test('once stopped nothing is watched any more', async () => {
  await ready();
  surroundings.stop();
  await expect.poll(() => server.watches).toBe(0);
});
