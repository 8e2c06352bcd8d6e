// What a restart costs in AWS: next to nothing, however many Ingresses there are, and nobody's targets are wrong after it.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { takePicture } from '../harness/picture.ts';
import { app, ingress, namespace } from '../harness/shop.ts';
import { countAfresh, mutating, total, untilQuiet } from '../harness/watching.ts';
import { k, ready, soon, stage, startStage, stopStage } from './life.ts';

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

async function start(): Promise<void> {
  const before = synced();
  await stage.startController();
  await vi.waitFor(() => expect(synced()).toBeGreaterThan(before), soon);
}

/** Addresses that are registered for an app of this scenario. */
async function registered(service: string): Promise<readonly string[]> {
  const { targetGroups } = await takePicture(stage);
  return targetGroups.find(({ name }) => name.startsWith(`k8s-re-${service}-`))?.targets ?? [];
}

const targetsColumn = (): Promise<string> => k('get lbb -n re -o jsonpath={.items[*].status.targets}');
const remembered = (name: string): Promise<string> =>
  k(`get lbb ${name} -n re -o jsonpath={.status.registered}`);

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
    await vi.waitFor(async () => expect(await remembered('pay')).not.toBe(''), soon);
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
    expect(await targetsColumn()).toBe(before);
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
