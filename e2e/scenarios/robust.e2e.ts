// What may go away without anybody losing anything: recorded bindings, the API server, a controller.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { ask, bindingNames, bindingOf, countAfresh, kubectl, soon, untilQuiet } from '../harness/waiters.ts';

let stage: Stage;
const k = (line: string): Promise<string> => kubectl(stage.cluster, line);

beforeAll(async () => {
  stage = await setStage({ record: false });
  await stage.cluster.apply(namespace('calm'), ...app('calm', 'web', { replicas: 2 }));
});
afterAll(() => stage?.stop());

const shop = (path: string, annotations = {}) =>
  ingress('calm', 'shop', {
    annotations: { 'target-type': 'ip', ...annotations },
    hosts: { '': { [path]: 'web:80' } },
  });

async function ready(): Promise<string> {
  const { status } = await vi.waitFor(async () => {
    const seen = await bindingOf(stage.cluster, 'calm', 'shop');
    expect(seen.status).toMatchObject({ state: 'Ready', targets: '2/2' });
    return seen;
  }, soon);
  await untilQuiet(stage);
  return status?.loadBalancer?.dnsName ?? '';
}

const served = (host: string, path: string) =>
  vi.waitFor(async () => expect((await ask(stage, host, path)).status).toBe(200), soon);

describe('without recording', () => {
  test('everything still converges: made, changed, refused, deleted, made anew', async () => {
    await stage.cluster.apply(shop('/one'));
    const host = await ready();
    await served(host, '/one');
    await stage.cluster.apply(shop('/two', { tags: 'team=calm' }));
    await served(host, '/two');
    expect((await ask(stage, host, '/one')).status).toBe(404);
    await expect(stage.cluster.apply(shop('/two', { scheme: 'outside' }))).rejects.toThrow(
      '"outside" is not one of internal, internet-facing',
    );
    await k('delete ingress shop -n calm');
    await vi.waitFor(async () => expect(await bindingNames(stage.cluster, 'calm')).toEqual([]), soon);
    expect(await takeAccountSnapshot(stage)).toMatchObject({ loadBalancers: [], targetGroups: [] });
    await stage.cluster.apply(shop('/one'));
    await served(await ready(), '/one');
  });
});

describe('the API server away', () => {
  test('for a minute: both processes live on, the load balancer serves, no target goes, and what is changed afterwards is applied', async () => {
    const host = await ready();
    await countAfresh(stage);
    await stage.cluster.pauseApiServer();
    await sleep(60_000);
    expect((await ask(stage, host, '/one')).status).toBe(200);
    expect(stage.aws.mutations()).toEqual([]);
    await stage.cluster.resumeApiServer();
    await vi.waitFor(() => stage.cluster.apply(shop('/back')), soon);
    await served(host, '/back');
    await untilQuiet(stage);
    expect(stage.aws.calls().map(({ action }) => action)).not.toContain('DeregisterTargets');
    expect([stage.controller().running(), stage.webhook()?.running()]).toEqual([true, true]);
  });
});

describe('two controllers', () => {
  test('one waits; after kill -9 of the other it takes over, and nothing is doubled', async () => {
    await stage.cluster.apply(shop('/one'));
    const first = stage.controller();
    await ready();
    await countAfresh(stage);
    const before = await takeAccountSnapshot(stage);
    const second = await stage.startController('controller-2');
    await stage.cluster.apply(shop('/one', { tags: 'team=two' }));
    await vi.waitFor(
      async () => expect((await takeAccountSnapshot(stage)).loadBalancers[0]?.tags.team).toBe('two'),
      soon,
    );
    await untilQuiet(stage);
    const once = stage.aws.mutations().length;
    const reads = stage.aws.calls().filter(({ action }) => action === 'GetResources');
    expect({ once, reads, alive: [first.running(), second.running()] }).toEqual({
      once: 5,
      reads: [],
      alive: [true, true],
    });
    first.kill('SIGKILL');
    await stage.cluster.apply(shop('/one'));
    await vi.waitFor(async () => expect(await takeAccountSnapshot(stage)).toEqual(before), soon);
    await untilQuiet(stage);
    expect(second.running()).toBe(true);
    expect(stage.aws.state().loadBalancers.size).toBe(1);
  });
});
