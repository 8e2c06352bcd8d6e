// Publish, by whole passes on an API server and an account in memory: what is written, in which order, and what becomes of it
// when the API server refuses.
import { describe, expect, test } from 'vitest';
import { type Applied, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import type { Ingress } from '../../api/kube.ts';
import { POLICY_ANNOTATION } from '../../api/policy.ts';
import type { KubeFailure, KubeOutcome } from '../../kube/client.ts';
import { GROUP } from '../laws/groups.ts';
import { openPasses, type Passes } from '../laws/whole-passes.ts';

const good = (...paths: readonly string[]) =>
  ingress({
    ingress: 'good',
    said: { 'group.name': GROUP },
    rules: [rule('good.example.com', ...paths.map((one) => path(one, 'web')))],
  });
/** The same, with an attribute. */
const saying: Ingress = {
  ...good('/'),
  metadata: ingress({
    ingress: 'good',
    said: { 'group.name': GROUP, 'load-balancer-attributes': 'idle_timeout.timeout_seconds=90' },
  }).metadata,
};
const refused = ingress({ ingress: 'bad', said: { 'group.name': GROUP, scheme: 'public' } });
const services = [service()];
const sheet = (...ingresses: readonly Ingress[]): Applied => ({ ingresses, services });

const ADDRESS = 'PATCH ingresses shop/good status';
const STATUS = 'PATCH loadbalancerbindings shop/good status';
const RELEASE = 'PATCH loadbalancerbindings shop/good';
const EVENT = 'POST events shop';

const mutates = (call: string): boolean => /^(Create|Delete|Modify|Set|Add|Authorize|Revoke)/.test(call);

/** Has these calls refused, so many times. */
function refuse(passes: Passes, call: string, reason: KubeFailure, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  passes.instead.kube = (name): KubeOutcome | undefined => {
    if (name !== call || left === 0) return undefined;
    left -= 1;
    return { ok: false, reason, message: 'not now' };
  };
}

const addressOf = ({ account }: Passes) => [...account.elb.state.loadBalancers.values()][0]?.dnsName;

async function served(): Promise<Passes> {
  const passes = openPasses();
  await passes.settle(sheet(good('/')));
  return passes;
}

test('an Ingress of which nothing was ever accepted gets no address, and stops no deletion', async () => {
  const passes = openPasses();
  await passes.settle(sheet(good('/', '/cart'), refused));
  expect(passes.addresses('shop/good')).toEqual([addressOf(passes)]);
  expect(passes.addresses('shop/bad')).toEqual([]);
  const rules = () => passes.account.elb.state.rules.size;
  const before = rules();
  await passes.settle(sheet(good('/'), refused));
  expect(rules()).toBeLessThan(before);
});

describe('the order of writes', () => {
  test('an Ingress has its address before its binding says so', async () => {
    const { calls } = await served();
    expect(calls).toContain(ADDRESS);
    expect(calls.indexOf(ADDRESS)).toBeLessThan(calls.lastIndexOf(STATUS));
  });

  test('what is about to be set is remembered before AWS is asked', async () => {
    const passes = await served();
    const begun = passes.calls.length;
    await passes.settle(sheet(saying));
    const calls = passes.calls.slice(begun).filter((call) => call === STATUS || mutates(call));
    expect(calls.slice(0, 2)).toEqual([STATUS, 'ModifyLoadBalancerAttributes']);
  });

  test('nothing is changed in AWS while that cannot be written', async () => {
    const passes = openPasses();
    refuse(passes, STATUS, 'unavailable');
    await passes.attempt(sheet(saying), 4);
    expect(passes.calls.filter(mutates)).toEqual([]);
    passes.instead.kube = undefined;
    await passes.later(60_000);
    expect(passes.addresses('shop/good')).toEqual([addressOf(passes)]);
  });

  test('who leaves is released after everything of it is gone from AWS', async () => {
    const passes = await served();
    const begun = passes.calls.length;
    await passes.settle(sheet());
    const calls = passes.calls.slice(begun);
    expect([passes.bindings(), passes.account.elb.state.loadBalancers.size]).toEqual([[], 0]);
    expect(calls.filter((call) => call === RELEASE)).toHaveLength(1);
    expect(calls.indexOf(RELEASE)).toBeGreaterThan(calls.findLastIndex(mutates));
  });
});

describe('what AWS refuses', () => {
  test('as long as something is left there the finalizer stays', async () => {
    const passes = await served();
    const begun = passes.calls.length;
    passes.account.refusing.set('DeleteLoadBalancer', 'OperationNotPermitted');
    await passes.attempt(sheet(), 6);
    expect(passes.calls.slice(begun)).not.toContain(RELEASE);
    expect(passes.bindings().map(({ metadata }) => metadata.finalizers?.length)).toEqual([1]);
    passes.account.refusing.clear();
    await passes.later(600_000);
    expect([passes.bindings(), passes.account.elb.state.loadBalancers.size]).toEqual([[], 0]);
  });

  test('no hash says that all was applied, whenever the process dies', async () => {
    const hashOf = (passes: Passes) => passes.statuses().get('shop/good')?.appliedHash;
    let changes = 0;
    for (let calls = 0, isKilled = true; isKilled; calls += 1) {
      const passes = await served();
      const begun = passes.calls.length;
      expect(hashOf(passes)).toBeDefined();
      isKilled = await passes.kill(sheet(good('/', '/cart')), calls);
      if (!passes.calls.slice(begun).slice(-1).some(mutates)) continue;
      changes += 1;
      expect(hashOf(passes)).toBeUndefined();
    }
    expect(changes).toBeGreaterThan(0);
  });
});

test('before a group is changed the hash is taken off one binding, so that not everybody has it', async () => {
  const other = (...paths: readonly string[]): Ingress =>
    ingress({
      ingress: 'other',
      said: { 'group.name': GROUP },
      rules: [rule('other.example.com', ...paths.map((one) => path(one, 'web')))],
    });
  const hashes = (passes: Passes) => [...passes.statuses().values()].map(({ appliedHash }) => appliedHash);
  const unsettling = (call: string) => /^PATCH loadbalancerbindings .* status$/.test(call);
  let changes = 0;
  for (let calls = 0, isKilled = true; isKilled; calls += 1) {
    const passes = openPasses();
    await passes.settle(sheet(good('/'), other('/')));
    expect(hashes(passes)).not.toContain(undefined);
    const begun = passes.calls.length;
    isKilled = await passes.kill(sheet(good('/'), other('/', '/cart')), calls);
    const made = passes.calls.slice(begun);
    const first = made.findIndex(mutates);
    if (first < 0 || !made.slice(-1).some(mutates)) continue;
    changes += 1;
    expect(hashes(passes)).toContain(undefined);
    expect(made.slice(0, first).filter(unsettling)).toHaveLength(1);
  }
  expect(changes).toBeGreaterThan(0);
});

describe('what the API server refuses', () => {
  test.each<[string, KubeFailure]>([
    [ADDRESS, 'forbidden'],
    [ADDRESS, 'conflict'],
    [STATUS, 'conflict'],
    [STATUS, 'unavailable'],
  ])('%s: %s: it is written in a later pass', async (call, reason) => {
    const passes = openPasses();
    refuse(passes, call, reason, 2);
    await passes.settle(sheet(good('/')));
    const address = addressOf(passes);
    expect(passes.addresses('shop/good')).toEqual([address]);
    expect(passes.statuses().get('shop/good')).toMatchObject({ address, state: 'Ready' });
    // A third pass wrote it, and nothing is done twice in AWS.
    expect(passes.calls.filter((one) => one === call).length).toBeGreaterThan(2);
    expect(passes.calls.filter((one) => one === 'CreateLoadBalancer')).toHaveLength(1);
  });

  test.each<KubeFailure>(['conflict', 'unavailable', 'forbidden'])(
    'a release: %s: the binding stays until it is done',
    async (reason) => {
      const passes = await served();
      refuse(passes, RELEASE, reason);
      await passes.attempt(sheet(), 4);
      expect(passes.bindings()).toHaveLength(1);
      expect(passes.account.elb.state.loadBalancers.size).toBe(0);
      refuse(passes, RELEASE, reason, 1);
      await passes.settle(sheet());
      expect(passes.bindings()).toEqual([]);
    },
  );

  test('a binding that is gone already is as it is wanted', async () => {
    const passes = await served();
    const begun = passes.calls.length;
    refuse(passes, RELEASE, 'notFound');
    // It ends: nothing is left to do at once.
    await passes.settle(sheet());
    expect(passes.calls.slice(begun).filter((call) => call === RELEASE)).toHaveLength(1);
  });

  test('events that cannot be written stop nothing', async () => {
    const passes = openPasses();
    refuse(passes, EVENT, 'forbidden');
    await passes.settle(sheet(good('/')));
    expect(passes.statuses().get('shop/good')?.state).toBe('Ready');
  });
});

describe('people', () => {
  const events = ({ calls }: Passes): number => calls.filter((call) => call === EVENT).length;

  test('are told once, whatever is looked at again, and by whom', async () => {
    const passes = openPasses();
    const all = sheet(good('/'), refused);
    await passes.settle(all);
    const told = events(passes);
    expect(told).toBeGreaterThan(0);
    await passes.later(600_000);
    await passes.kill(all, 0);
    await passes.settle(all);
    expect(events(passes)).toBe(told);
  });

  test('are told again when something else is to be said', async () => {
    const passes = await served();
    const told = events(passes);
    await passes.settle({ ingresses: [good('/')], services: [] });
    expect(events(passes)).toBe(told + 1);
  });
});

describe('where another controller is in charge', () => {
  test.each(['observe', 'targets-only'])(
    'under the policy %s our binding is all there is of us',
    async (policy) => {
      const passes = openPasses();
      const { metadata, ...rest } = good('/');
      const annotations = { ...metadata.annotations, [POLICY_ANNOTATION]: policy };
      await passes.settle(sheet({ ...rest, metadata: { ...metadata, annotations } }));
      expect(passes.calls.filter(mutates)).toEqual([]);
      expect(passes.calls.filter((call) => / ingresses /.test(call))).toEqual([]);
      expect(passes.bindings().map((one) => one.metadata.finalizers ?? [])).toEqual([[]]);
      expect(passes.statuses().get('shop/good')?.conditions).toBeDefined();
    },
  );
});
