// One Ingress changes on a real API server: what AWS holds after each change, and what it cost.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type AccountSnapshot, takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { ask, countAfresh, mutating, total, untilQuiet } from '../harness/waiters.ts';
import { bringUp, hostOf, k, onlyBalancer, ready, soon, stage, startStage, stopStage } from './life.ts';

beforeAll(startStage);
afterAll(stopStage);

describe('updates', () => {
  beforeAll(async () => {
    await stage.cluster.apply(
      namespace('up'),
      ...app('up', 'web', { replicas: 2 }),
      ...app('up', 'api', { type: 'ClusterIP' }),
    );
    await stage.cluster.apply(namespace('other'), ...app('other', 'web'));
    // Somebody else stays throughout, so that what is shared has an owner.
    await bringUp('other', 'stays', { hosts: { '': { '/': 'web:80' } } });
  });

  const paths = { '/': 'web:80', '/b': 'web:80' };
  const mine = async (): Promise<AccountSnapshot> => {
    const snapshot = await takeAccountSnapshot(stage);
    const ours = <T extends { readonly tags: Readonly<Record<string, string>> }>(list: readonly T[]): T[] =>
      list.filter((one) => one.tags['ingress.k8s.aws/stack'] === 'up/shop');
    return {
      loadBalancers: ours(snapshot.loadBalancers),
      targetGroups: ours(snapshot.targetGroups),
      securityGroups: ours(snapshot.securityGroups),
    };
  };
  /** What one `kubectl apply` costs in AWS, from applying it until AWS is left alone. */
  async function costOf(options: Parameters<typeof ingress>[2]): Promise<{ all: number; changes: string[] }> {
    await countAfresh(stage);
    await stage.cluster.apply(ingress('up', 'shop', options));
    await untilQuiet(stage, 1_000);
    const calls = stage.aws.calls();
    await ready('up', 'shop');
    return { all: total(calls), changes: mutating(calls) };
  }

  beforeEach(async () => {
    await bringUp('up', 'shop', { hosts: { '': paths } });
  });

  test('a path that comes, moves and goes costs one change of a rule or two, and no load balancer', async () => {
    const before = onlyBalancer(await mine());
    const added = await costOf({ hosts: { '': { ...paths, '/third/one': 'web:80' } } });
    expect(added.all).toBeLessThanOrEqual(5);
    expect(onlyBalancer(await mine()).listeners[80]?.rules.map(({ paths: [path] }) => path)).toEqual([
      '/third/one',
      '/b',
      '/*',
    ]);
    const moved = await costOf({ hosts: { '': { ...paths, '/elsewhere': 'web:80' } } });
    expect(moved).toEqual({ all: expect.any(Number), changes: ['ModifyRule ×1'] });
    expect(moved.all).toBeLessThanOrEqual(5);
    const gone = await costOf({ hosts: { '': paths } });
    expect(gone.all).toBeLessThanOrEqual(5);
    expect(onlyBalancer(await mine())).toEqual(before);
  });

  test('scaling registers and deregisters targets, nothing else', async () => {
    const annotations = { 'target-type': 'ip' };
    await bringUp('up', 'shop', { annotations, hosts: { '': paths } });
    await countAfresh(stage);
    await k('scale deployment web -n up --replicas=3');
    await vi.waitFor(async () => expect((await mine()).targetGroups[0]?.targets).toHaveLength(3), soon);
    await k('scale deployment web -n up --replicas=1');
    await vi.waitFor(async () => expect((await mine()).targetGroups[0]?.targets).toHaveLength(1), soon);
    await k('scale deployment web -n up --replicas=2');
    await vi.waitFor(async () => expect((await mine()).targetGroups[0]?.targets).toHaveLength(2), soon);
    const kinds = new Set(
      stage.aws
        .calls()
        .filter((call) => call.mutating)
        .map(({ action }) => action),
    );
    expect([...kinds].sort()).toEqual(['DeregisterTargets', 'RegisterTargets']);
    await ready('up', 'shop');
  });

  test('tags change on every resource of the Ingress', async () => {
    const { changes } = await costOf({ annotations: { tags: 'team=shop' }, hosts: { '': paths } });
    expect(changes.map((change) => change.split(' ')[0])).toEqual(['AddTags', 'CreateTags']);
    const { loadBalancers, targetGroups, securityGroups } = await mine();
    const listener = loadBalancers[0]?.listeners[80];
    const all = [
      ...loadBalancers,
      ...targetGroups,
      ...securityGroups,
      ...(listener === undefined ? [] : [listener, ...listener.rules]),
    ];
    expect(all.map((one) => one.tags.team)).toEqual(all.map(() => 'shop'));
    expect(all).toHaveLength(6);
  });

  test('another target type makes a new target group, and the old one goes', async () => {
    const [before] = (await mine()).targetGroups;
    await costOf({ annotations: { 'target-type': 'ip' }, hosts: { '': paths } });
    const after = await mine();
    expect(before?.type).toBe('instance');
    expect(after.targetGroups.map(({ type }) => type)).toEqual(['ip']);
    expect(after.loadBalancers[0]?.listeners[80]?.rules.map(({ does }) => does)).toEqual(
      Array(2).fill(`forward ${after.targetGroups[0]?.name}`),
    );
  });

  test('the last annotation goes: an Ingress that leaves its group so has a load balancer of its own again', async () => {
    await costOf({ annotations: { 'group.name': 'moved' }, hosts: { '': paths } });
    expect((await mine()).loadBalancers).toEqual([]);
    await costOf({ hosts: { '': paths } });
    expect(onlyBalancer(await mine()).listeners[80]?.rules).toHaveLength(2);
    const binding = JSON.parse(await k('get lbb shop -n up -o json')) as LoadBalancerBinding;
    expect(binding.spec.intent?.settings).toEqual({});
  });

  test('an HTTPS port with its certificate, found in ACM by host; then the redirect from HTTP', async () => {
    const hosts = { 'shop.example.com': { '/': 'web:80' } };
    const ports = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
    await costOf({ annotations: ports, hosts });
    const certificate = stage.account.certificates.find(({ domain }) => domain === 'shop.example.com');
    const both = onlyBalancer(await mine());
    expect(both.listeners[443]).toMatchObject({
      protocol: 'HTTPS',
      certificates: [certificate?.arn, certificate?.arn],
    });
    expect([both.listeners[80]?.rules.length, both.listeners[443]?.rules.length]).toEqual([1, 1]);
    await costOf({ annotations: { ...ports, 'ssl-redirect': '443' }, hosts });
    const redirecting = onlyBalancer(await mine());
    expect(redirecting.listeners[80]).toMatchObject({ otherwise: 'redirect HTTPS 443 HTTP_301', rules: [] });
    expect(redirecting.listeners[443]?.rules).toHaveLength(1);
    const answer = await ask(stage, await hostOf('up', 'shop'), '/x', { host: 'shop.example.com' });
    expect(answer).toMatchObject({ status: 301, headers: { location: 'https://shop.example.com:443/x' } });
  });

  test('another scheme: the successor serves before its predecessor goes, and no request is refused', async () => {
    const counts: number[] = [];
    const groups: number[] = [];
    const refused: unknown[] = [];
    const looking = setInterval(() => {
      const { loadBalancers, targetGroups } = stage.aws.state();
      const isOurs = (one: { tags: Record<string, string> }): boolean =>
        one.tags['ingress.k8s.aws/stack'] === 'up/shop';
      counts.push([...loadBalancers.values()].filter(isOurs).length);
      groups.push([...targetGroups.values()].filter(isOurs).length);
    }, 10);
    let visiting = true;
    const visits = (async () => {
      while (visiting) {
        const { status } = await ask(stage, await hostOf('up', 'shop'), '/').catch((error: Error) => ({
          status: error.message,
        }));
        if (status !== 200) refused.push(status);
        await sleep(20);
      }
    })();
    await costOf({ annotations: { scheme: 'internet-facing' }, hosts: { '': paths } });
    await vi.waitFor(
      async () =>
        expect((await mine()).loadBalancers.map(({ scheme }) => scheme)).toEqual(['internet-facing']),
      soon,
    );
    clearInterval(looking);
    visiting = false;
    await visits;
    expect(Math.min(...counts)).toBe(1);
    expect(Math.max(...counts)).toBe(2);
    expect(Math.max(...groups)).toBe(2);
    expect(refused).toEqual([]);
    expect((await mine()).targetGroups).toHaveLength(1);
    const order = stage.aws.mutations().map(({ action }) => action);
    expect(order.indexOf('CreateLoadBalancer')).toBeGreaterThanOrEqual(0);
    expect(order.indexOf('DeleteLoadBalancer')).toBeGreaterThan(order.lastIndexOf('CreateRule'));
  });

  test('an annotation that means nothing costs no call at all', async () => {
    await countAfresh(stage);
    await k('annotate ingress shop -n up example.com/owner=me');
    await sleep(1_000);
    // The look at health has a rhythm of its own.
    expect(stage.aws.calls().filter(({ action }) => action !== 'DescribeTargetHealth')).toEqual([]);
  });
});
