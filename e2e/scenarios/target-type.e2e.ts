// A target group that must be made anew: requests stay with the old one until the new one serves, whatever happens meanwhile.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { app, ingress, namespace, service } from '../harness/fixtures.ts';
import { ask, untilQuiet } from '../harness/waiters.ts';
import { bringUp, hostOf, k, ready, soon, stage, startStage, stopStage } from './life.ts';

beforeAll(startStage);
afterAll(stopStage);

const hosts = { '': { '/': 'web:80' } };

const groups = () =>
  [...stage.aws.state().targetGroups.values()].filter(
    ({ tags }) => tags['ingress.k8s.aws/stack'] === 'over/shop',
  );

/** What the only rule forwards to: type of targets and weight. */
const forwards = (): string[] => {
  const { rules, targetGroups } = stage.aws.state();
  return [...rules.values()]
    .flatMap(({ actions }) => actions)
    .flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? [])
    .map(
      ({ TargetGroupArn = '', Weight }) => `${targetGroups.get(TargetGroupArn)?.targetType} ${Weight ?? 1}`,
    );
};

/** Visits until told to stop; gives every answer that was not 200. */
function visiting(host: string): () => Promise<unknown[]> {
  const refused: unknown[] = [];
  let going = true;
  const visits = (async () => {
    while (going) {
      const { status } = await ask(stage, host, '/').catch((error: Error) => ({ status: error.message }));
      if (status !== 200) refused.push(status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    going = false;
    await visits;
    return refused;
  };
}

const END = { groups: ['ip'], forwards: ['ip 1'], targets: 2 };

async function ended(end: typeof END = END): Promise<void> {
  await vi.waitFor(() => {
    const seen = groups();
    const targets = Object.keys(seen[0]?.targets ?? {}).length;
    expect({ groups: seen.map(({ targetType }) => targetType), forwards: forwards(), targets }).toEqual(end);
  }, soon);
  await ready('over', 'shop');
}

describe('another target type', () => {
  let stop: () => Promise<unknown[]>;

  beforeAll(async () => {
    await stage.cluster.apply(namespace('over'), ...app('over', 'web', { replicas: 2 }));
  });
  beforeEach(async () => {
    await bringUp('over', 'shop', { hosts });
    await vi.waitFor(() => expect(groups().map(({ targetType }) => targetType)).toEqual(['instance']), soon);
    await untilQuiet(stage);
    stop = visiting(await hostOf('over', 'shop'));
  });
  afterEach(() => stop());

  test('said on the Ingress: no request is refused, and the old group goes last', async () => {
    const seen = new Set<string>();
    const looking = setInterval(() => seen.add(forwards().join(', ')), 5);
    await stage.cluster.apply(ingress('over', 'shop', { annotations: { 'target-type': 'ip' }, hosts }));
    await ended();
    clearInterval(looking);
    expect([...seen]).toEqual(['instance 1', 'instance 1, ip 0', 'ip 1']);
    expect(await stop()).toEqual([]);
    const order = stage.aws.mutations().map(({ action }) => action);
    expect(order.lastIndexOf('DeleteTargetGroup')).toBeGreaterThan(order.lastIndexOf('ModifyRule'));
  });

  test('said on the Service, and back', async () => {
    const annotations = { 'alb.ingress.kubernetes.io/target-type': 'ip' };
    await stage.cluster.apply(service('over', 'web', { annotations }));
    await ended();
    await k('annotate service web -n over alb.ingress.kubernetes.io/target-type-');
    await ended({ groups: ['instance'], forwards: ['instance 1'], targets: stage.account.nodes.length });
    expect(await stop()).toEqual([]);
  });

  test('with kill -9 while both are there ends the same way', async () => {
    await stage.cluster.apply(ingress('over', 'shop', { annotations: { 'target-type': 'ip' }, hosts }));
    await vi.waitFor(() => expect(forwards()).toEqual(['instance 1', 'ip 0']), { ...soon, interval: 5 });
    stage.controller().kill('SIGKILL');
    await stage.controller().exited;
    await stage.startController();
    await ended();
    expect(await stop()).toEqual([]);
  });

  test('with no pods there is nobody to wait for', async () => {
    await stop();
    await k('scale deployment web -n over --replicas=0');
    await vi.waitFor(async () => expect(await k('get pods -n over -o name')).toBe(''), soon);
    await stage.cluster.apply(ingress('over', 'shop', { annotations: { 'target-type': 'ip' }, hosts }));
    await vi.waitFor(() => expect(forwards()).toEqual(['ip 1']), soon);
    await k('scale deployment web -n over --replicas=2');
    await ended();
  });
});
