// A group of ten without a webhook: whatever the tenth gets wrong, every answer of the nine others is right, all the time.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { keyOf } from '../../api/kube.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { bindingsOf, type ConditionSeen, kubectl, soon, untilQuiet } from '../harness/waiters.ts';
import type { Way } from './isolation-mistakes.ts';
import { type Asking, askOnAndOn, members, ROUTES, wrong } from './isolation-routes.ts';
import { tenth, ways } from './isolation-ways.ts';

let stage: Stage;
let asking: Asking;
const k = (line: string): Promise<string> => kubectl(stage.cluster, line);

interface Seen {
  readonly state: string;
  readonly hash: string;
  readonly conditions: Readonly<Record<string, ConditionSeen>>;
  readonly address: string;
}

/** All bindings by `namespace/name`. */
async function bindings(): Promise<Map<string, Seen>> {
  return new Map(
    (await bindingsOf(stage.cluster)).map((binding) => [
      keyOf(binding),
      {
        state: binding.status?.state ?? '',
        hash: binding.status?.observedHash ?? '',
        conditions: Object.fromEntries((binding.status?.conditions ?? []).map((one) => [one.type, one])),
        address: binding.status?.loadBalancer?.dnsName ?? '',
      },
    ]),
  );
}

const nine = (): string[] => Object.keys(members(''));

/** The nine that are not Ready, or are told something that does not concern them. */
async function disturbed({ toldTo = [] }: Pick<Way, 'toldTo'>): Promise<string[]> {
  const all = await bindings();
  return nine().flatMap((key) => {
    const one = all.get(key);
    const reasons = Object.values(one?.conditions ?? {}).map(({ reason }) => reason);
    const fine = reasons.every(
      (reason) =>
        ['Accepted', 'ResolvedRefs', 'Programmed', 'Ready'].includes(reason) ||
        (reason === 'GroupConflict' && toldTo.includes(key)),
    );
    return one?.state === 'Ready' && fine ? [] : [`${key} ${one?.state}: ${reasons.join(' ')}`];
  });
}

const parameters = (name: string, labels: Readonly<Record<string, string>>) => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'IngressClassParams',
  metadata: { name },
  ...{ spec: { namespaceSelector: { matchLabels: labels } } },
});

/** A class for namespaces with these labels. */
const classFor = (name: string, labels: Readonly<Record<string, string>>) => [
  parameters(name, labels),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name },
    ...{
      spec: {
        controller: 'ingress.k8s.aws/alb',
        parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name },
      },
    },
  },
];

/** An Ingress of a group of its own, on HTTPS only, whose certificate is found by its hosts. */
const secure = (...hosts: string[]) => ({
  className: 'own',
  annotations: { 'listen-ports': '[{"HTTPS":443}]' },
  hosts: Object.fromEntries(hosts.map((host) => [host, { '/': 'web:80' }])),
});

let all: readonly Way[] = [];

beforeAll(async () => {
  stage = await setStage({ webhook: false });
  const [certificate] = stage.account.certificates;
  const { 'red/edge': edge = {}, ...rest } = members(certificate?.arn ?? '');
  const others = Object.values(rest);
  const login = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'green' },
    ...{ stringData: { clientID: 'shop', clientSecret: 'hush' } },
  };
  await stage.cluster.apply(
    ...['red', 'blue', 'green', 'bad'].map(namespace),
    ...['red', 'blue', 'green', 'bad'].flatMap((of) => app(of, 'web')),
    ...['red', 'blue', 'green'].flatMap((of) => app(of, 'other')),
    ...app('bad', 'inside', { type: 'ClusterIP' }),
    login,
    ...classFor('closed', { open: 'yes' }),
    ...classFor('own', {}),
    edge,
  );
  // A creation time has whole seconds, and the elder is to be one.
  await sleep(1_000);
  await stage.cluster.apply(
    ...others,
    ingress('red', 'alone', { hosts: { '': { '/': 'web:80' } } }),
    ingress('red', 'secure', secure('s.example.org')),
  );
  const address = await vi.waitFor(async () => {
    expect(await disturbed({})).toEqual([]);
    return (await bindings()).get('red/edge')?.address ?? '';
  }, soon);
  await vi.waitFor(
    async () =>
      expect((await Promise.all(ROUTES.map((one) => wrong(stage, address, one)))).join('')).toBe(''),
    soon,
  );
  const taken = [...stage.aws.state().targetGroups.values()].find(
    ({ tags }) => tags['ingress.k8s.aws/stack'] === 'red/alone',
  );
  all = ways({ taken: taken?.arn ?? '' });
  await untilQuiet(stage);
  await k('delete events -A --all');
  asking = askOnAndOn(stage, address);
});
afterAll(async () => {
  await asking?.stop();
  await stage?.stop();
});

/** Applies the tenth, waits until its binding says what it must, and looks at the others. */
async function breaks(way: Way): Promise<string[]> {
  const [condition, reason, words] = way.says;
  await stage.cluster.apply(tenth(way));
  const found: string[] = [];
  try {
    await vi.waitFor(async () => {
      const seen = (await bindings()).get('bad/tenth')?.conditions[condition];
      expect(seen).toMatchObject({ reason, message: expect.stringContaining(words) });
    }, soon);
  } catch {
    const seen = (await bindings()).get('bad/tenth');
    found.push(`${way.name}: not said; ${JSON.stringify(seen?.conditions)}`);
  }
  await untilQuiet(stage, 150);
  // Each route was asked for at least once, however busy the machine is.
  await vi.waitFor(() => expect(asking.answers()).toBeGreaterThanOrEqual(ROUTES.length), soon);
  const answered = asking.take();
  // The statuses of a group are written one by one: what the way before said may still be there for a moment.
  const told = async () => expect(await disturbed(way)).toEqual([]);
  await vi.waitFor(told, soon).catch(() => undefined);
  return [...found, ...[...answered, ...(await disturbed(way))].map((text) => `${way.name}: ${text}`)];
}

describe('isolation', () => {
  test('in whatever way the tenth is broken, the nine answer as before and are told nothing', async () => {
    const found: string[] = [];
    for (const way of all) found.push(...(await breaks(way)));
    expect(found).toEqual([]);
    // Nor in between.
    const warned = await k(
      'get events -A --field-selector type=Warning -o jsonpath={range.items[*]}{.involvedObject.namespace}:{.reason}:{.message}{"\\n"}{end}',
    );
    expect(warned.split('\n').filter((one) => !one.startsWith('bad:'))).toEqual([]);
  });

  test('deleted and made again at once, and healed in the end', async () => {
    const [good] = all;
    if (good === undefined) throw new Error('no way');
    await k('delete ingress tenth -n bad --wait=false');
    expect(await breaks(good)).toEqual([]);
    await vi.waitFor(async () => expect((await bindings()).get('bad/tenth')?.state).toBe('Ready'), soon);
    expect(await disturbed({})).toEqual([]);
  });
});

describe('what is served keeps being served when it goes', () => {
  const says = (condition: string, reason: string, words: string) =>
    vi.waitFor(async () => {
      const seen = (await bindings()).get('red/secure');
      expect(seen?.conditions[condition]).toMatchObject({ reason, message: expect.stringContaining(words) });
    }, soon);
  const served = async (): Promise<void> => {
    await untilQuiet(stage, 150);
    const address = (await bindings()).get('red/secure')?.address ?? '';
    const [host, certificate] = ['s.example.org', '*.example.org'];
    const route = { port: 443, host, path: '/', status: 200, says: 'red web', certificate } as const;
    expect(await wrong(stage, address, route)).toBeUndefined();
    expect(asking.take()).toEqual([]);
  };

  test('the certificate that is found by the hosts, when one of them has none', async () => {
    await stage.cluster.apply(ingress('red', 'secure', secure('s.example.org', 'nobody.example.net')));
    await says('ResolvedRefs', 'CertificateNotFound', 'nobody.example.net');
    await served();
    await stage.cluster.apply(ingress('red', 'secure', secure('s.example.org')));
    await says('ResolvedRefs', 'ResolvedRefs', 'found');
    await served();
  });

  test('the class, for the namespace, then its parameters, then itself', async () => {
    await stage.cluster.apply(parameters('own', { open: 'yes' }));
    await says('Accepted', 'ClassNotUsable', 'does not admit namespace red');
    await served();
    await k('delete ingressclassparams own');
    await says('ResolvedRefs', 'ClassParametersNotFound', 'own');
    await served();
    await k('delete ingressclass own');
    await says('ResolvedRefs', 'IngressClassNotFound', 'own');
    await served();
    await k('delete ingressclass alb');
    await vi.waitFor(
      async () =>
        expect((await bindings()).get('red/edge')?.conditions.ResolvedRefs?.reason).toBe(
          'IngressClassNotFound',
        ),
      soon,
    );
    await served();
  });
});
