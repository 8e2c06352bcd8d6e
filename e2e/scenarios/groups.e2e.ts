// Several owners on one load balancer: the order of their rules, leaving and joining, and what a bad neighbour or an AWS
// that refuses does to the others (nothing).
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LoadBalancerSnapshot, takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { ask, bindingNames, bindingOf, countAfresh, kubectl, soon, untilQuiet } from '../harness/waiters.ts';

let stage: Stage;
const k = (line: string): Promise<string> => kubectl(stage.cluster, line);

beforeAll(async () => {
  stage = await setStage();
  await stage.cluster.apply(namespace('red'), namespace('blue'), ...app('red', 'web'), ...app('blue', 'web'));
  await stage.cluster.apply(...app('red', 'inside', { type: 'ClusterIP' }));
});
afterAll(() => stage?.stop());
afterEach(async () => {
  await Promise.all(['red', 'blue'].map((of) => k(`delete ingress -n ${of} --all`)));
  await vi.waitFor(async () => expect(await bindingNames(stage.cluster)).toEqual([]), soon);
  await untilQuiet(stage);
});

async function state(of: string, name: string, wanted: string): Promise<void> {
  await vi.waitFor(
    async () => expect((await bindingOf(stage.cluster, of, name)).status?.state).toBe(wanted),
    soon,
  );
}

async function balancers(): Promise<readonly LoadBalancerSnapshot[]> {
  await untilQuiet(stage);
  return (await takeAccountSnapshot(stage)).loadBalancers;
}

const stackOf = ({ tags }: LoadBalancerSnapshot): string | undefined => tags['ingress.k8s.aws/stack'];
const pathsOf = (one: LoadBalancerSnapshot | undefined): (string | undefined)[] =>
  (one?.listeners[80]?.rules ?? []).map(({ paths: [path] }) => path);

const member = (
  of: string,
  name: string,
  annotations: Record<string, string>,
  paths: Record<string, string> = { [`/${of}`]: 'web:80' },
) => ingress(of, name, { annotations, hosts: { '': paths } });

describe('groups', () => {
  test('two namespaces share one load balancer, rules in group order; one leaves, one is deleted', async () => {
    await stage.cluster.apply(member('red', 'one', { 'group.name': 'shared', 'group.order': '5' }));
    await stage.cluster.apply(member('blue', 'two', { 'group.name': 'shared', 'group.order': '-3' }));
    await stage.cluster.apply(
      member('red', 'three', { 'group.name': 'shared', 'group.order': '5' }, { '/three': 'web:80' }),
    );
    await Promise.all([
      state('red', 'one', 'Ready'),
      state('blue', 'two', 'Ready'),
      state('red', 'three', 'Ready'),
    ]);
    const [shared, ...others] = await balancers();
    expect(others).toEqual([]);
    expect(shared?.name).toMatch(/^k8s-shared-[0-9a-f]{10}$/);
    expect(pathsOf(shared)).toEqual(['/blue', '/red', '/three']);
    const [one, two] = await Promise.all([
      bindingOf(stage.cluster, 'red', 'one'),
      bindingOf(stage.cluster, 'blue', 'two'),
    ]);
    expect(one.status?.loadBalancer).toEqual(two.status?.loadBalancer);

    await stage.cluster.apply(member('red', 'one', { 'group.name': 'own' }));
    await vi.waitFor(
      async () =>
        expect((await balancers()).map((lb) => [stackOf(lb), pathsOf(lb)])).toEqual([
          ['own', ['/red']],
          ['shared', ['/blue', '/three']],
        ]),
      soon,
    );
    await state('red', 'one', 'Ready');
    const moved = await bindingOf(stage.cluster, 'red', 'one');
    expect(moved.metadata.finalizers).toEqual(['group.albatross.dev/own']);
    const host = await k('get ingress one -n red -o jsonpath={.status.loadBalancer.ingress[0].hostname}');
    expect(host).toBe(moved.status?.loadBalancer?.dnsName);

    await k('delete ingress two -n blue');
    await vi.waitFor(async () => expect(await bindingNames(stage.cluster, 'blue')).toEqual([]), soon);
    expect((await balancers()).map((lb) => [stackOf(lb), pathsOf(lb)])).toEqual([
      ['own', ['/red']],
      ['shared', ['/three']],
    ]);
    const { status } = await bindingOf(stage.cluster, 'red', 'three');
    expect((await ask(stage, status?.loadBalancer?.dnsName ?? '', '/three')).status).toBe(200);

    await stage.cluster.apply(member('red', 'one', { 'group.name': 'shared' }));
    await vi.waitFor(
      async () =>
        expect((await balancers()).map((lb) => [stackOf(lb), pathsOf(lb)])).toEqual([
          ['shared', ['/red', '/three']],
        ]),
      soon,
    );
    expect((await takeAccountSnapshot(stage)).targetGroups).toHaveLength(2);
  });

  test('a group of one becomes part of a group: its own load balancer goes after the change', async () => {
    await stage.cluster.apply(member('red', 'one', {}));
    await state('red', 'one', 'Ready');
    await stage.cluster.apply(member('red', 'one', { 'group.name': 'joined' }));
    await vi.waitFor(async () => expect((await balancers()).map(stackOf)).toEqual(['joined']), soon);
    await vi.waitFor(
      async () =>
        expect((await bindingOf(stage.cluster, 'red', 'one')).metadata.finalizers).toEqual([
          'group.albatross.dev/joined',
        ]),
      soon,
    );
  });
});

describe('references that lead nowhere', () => {
  test('a missing Service, a missing port and a ClusterIP Service answer 503 and say so; the rest is served', async () => {
    await stage.cluster.apply(
      member(
        'red',
        'bad',
        { 'group.name': 'mixed' },
        { '/none': 'nobody:80', '/port': 'web:81', '/inside': 'inside:80', '/fine': 'web:80' },
      ),
      member('blue', 'good', { 'group.name': 'mixed' }),
    );
    await Promise.all([state('red', 'bad', 'Degraded'), state('blue', 'good', 'Ready')]);
    const [shared] = await balancers();
    const does = Object.fromEntries(
      (shared?.listeners[80]?.rules ?? []).map((rule) => [rule.paths[0], rule.does.split(' ')[0]]),
    );
    expect(does).toEqual({
      '/none': '503',
      '/port': '503',
      '/inside': '503',
      '/fine': 'forward',
      '/blue': 'forward',
    });
    const { conditions, status } = await bindingOf(stage.cluster, 'red', 'bad');
    expect(conditions.Accepted).toMatchObject({ status: 'True' });
    expect(conditions.Programmed).toMatchObject({ status: 'True' });
    expect(conditions.ResolvedRefs?.status).toBe('False');
    expect(['ServiceNotFound', 'ServicePortNotFound', 'NodePortMissing']).toContain(
      conditions.ResolvedRefs?.reason,
    );
    for (const part of [
      'red/nobody does not exist',
      'Service web has the ports',
      'Service inside has no node port',
    ])
      expect(conditions.ResolvedRefs?.message).toContain(part);
    const host = status?.loadBalancer?.dnsName ?? '';
    expect((await ask(stage, host, '/none')).status).toBe(503);
    await vi.waitFor(async () => expect((await ask(stage, host, '/fine')).status).toBe(200), soon);

    await stage.cluster.apply(...app('red', 'nobody'));
    await vi.waitFor(
      async () => expect((await ask(stage, host, '/none')).body).toContain('"app":"nobody"'),
      soon,
    );
    await vi.waitFor(
      async () =>
        expect((await bindingOf(stage.cluster, 'red', 'bad')).conditions.ResolvedRefs?.message).not.toContain(
          'nobody',
        ),
      soon,
    );
    await k('delete service nobody -n red');
    await vi.waitFor(async () => expect((await ask(stage, host, '/none')).status).toBe(503), soon);
    await k('delete deployment nobody -n red');
  });
});

describe('AWS that does not do what it is asked', () => {
  test('a refused call: its code and text in the condition, no hot loop, the neighbours served, healed when it ends', async () => {
    await stage.cluster.apply(member('blue', 'other', {}));
    await state('blue', 'other', 'Ready');
    stage.aws.faults.fail(
      'CreateRule',
      'TooManyActions',
      'you have reached the limit on actions',
      'before',
      1_000,
    );
    await countAfresh(stage);
    await stage.cluster.apply(member('red', 'one', {}));
    await vi.waitFor(async () => {
      const { conditions, status } = await bindingOf(stage.cluster, 'red', 'one');
      expect(conditions.Programmed).toMatchObject({ status: 'False', reason: 'AwsRefused' });
      expect(conditions.Programmed?.message).toContain(
        'CreateRule answered TooManyActions: you have reached the limit on actions',
      );
      expect(status?.state).toBe('Degraded');
    }, soon);
    await sleep(5_000);
    const tries = () => stage.aws.calls().find(({ action }) => action === 'CreateRule')?.count ?? 0;
    await vi.waitFor(() => expect(tries()).toBeGreaterThanOrEqual(2), soon);
    expect(tries()).toBeLessThanOrEqual(6);
    expect(stage.aws.calls().reduce((sum, { count }) => sum + count, 0)).toBeLessThan(70);
    expect((await bindingOf(stage.cluster, 'blue', 'other')).status?.state).toBe('Ready');
    const events = await k(
      'get events -n red --field-selector reason=AwsRefused -o jsonpath={.items[*].message}',
    );
    expect(events).toContain('TooManyActions');
    stage.aws.faults.heal();
    await state('red', 'one', 'Ready');
  });

  test('throttled calls: nothing is lost, it goes through once AWS lets it', async () => {
    stage.aws.faults.throttle('CreateTargetGroup', 3);
    stage.aws.faults.throttle('CreateLoadBalancer', 2);
    stage.aws.faults.throttle('DescribeTargetHealth', 3);
    stage.aws.faults.fail('CreateListener', 'InternalFailure', 'try again', 'after', 1);
    await stage.cluster.apply(member('red', 'one', {}));
    await state('red', 'one', 'Ready');
    const snapshot = await takeAccountSnapshot(stage);
    expect(snapshot.loadBalancers.map(pathsOf)).toEqual([['/red']]);
    expect(snapshot.targetGroups).toHaveLength(1);
  });
});
