// The policy of an Ingress: what is planned is shown and not done, until the annotation lets it; in a group nobody is held up.
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CALLS } from '../../controller/aws/client.ts';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { bindingOf, countAfresh, mutating, untilQuiet } from '../harness/waiters.ts';
import { bound, bringUp, k, ready, soon, stage, startStage, stopStage } from './life.ts';
import { connectSomebody, elbv2, restart, targetGroup } from './somebody.ts';

const POLICY = 'albatross.dev/policy';

beforeAll(async () => {
  await startStage();
  connectSomebody('pol/shop');
  await stage.cluster.apply(
    namespace('pol'),
    ...app('pol', 'web', { type: 'ClusterIP', replicas: 2 }),
    ...app('pol', 'api', { type: 'ClusterIP' }),
  );
});
afterAll(stopStage);

const ip = { 'target-type': 'ip' };
const paths = (...all: string[]) => ({
  annotations: ip,
  hosts: { '': Object.fromEntries(all.map((path) => [path, 'web:80'])) },
});
const annotate = (name: string, policy: string) =>
  k(`annotate ingress ${name} -n pol ${POLICY}${policy} --overwrite`);
const condition = async (name: string, type: string) =>
  (await bindingOf(stage.cluster, 'pol', name)).conditions[type];
const changes = (): string[] => mutating(stage.aws.calls());

/** An Ingress with a policy. */
const under = (name: string, options: Parameters<typeof ingress>[2], policy: string): object => {
  const one: { metadata: { annotations?: object } } = ingress('pol', name, options) as never;
  const annotations = { ...one.metadata.annotations, [POLICY]: policy };
  return { ...one, metadata: { ...one.metadata, annotations } };
};
const apply = (...of: Parameters<typeof under>): Promise<void> => stage.cluster.apply(under(...of));
/** What kubectl says beside that it is applied. */
async function warned(of: object, ...flags: string[]): Promise<string> {
  const { code, stderr } = await stage.cluster.kubectl(['apply', ...flags, '-f', '-'], {
    input: JSON.stringify(of),
  });
  expect(code).toBe(0);
  return stderr;
}

test('an unknown policy is refused with what is meant', async () => {
  await expect(apply('shop', paths('/'), 'observ')).rejects.toThrow(
    /observ.*is not one of sync, upsert-only, targets-only, observe.*Did you mean "observe"/s,
  );
});

describe('observe', () => {
  beforeAll(async () => {
    await bringUp('pol', 'shop', paths('/', '/b'));
    await countAfresh(stage);
  });

  test('a change is planned and shown, and nothing is touched', async () => {
    await apply('shop', paths('/', '/c'), 'observe');
    await vi.waitFor(async () => {
      const programmed = await condition('shop', 'Programmed');
      expect(programmed).toMatchObject({ status: 'False', reason: 'Observed' });
      expect(programmed?.message).toMatch(/^The policy observe leaves out: modify rule\/80:1: conditions /);
    }, soon);
    expect(await k('get lbb shop -n pol -o jsonpath={.status.plan}')).toContain(
      'modify rule/80:1: conditions',
    );
    await untilQuiet(stage, 1_500);
    expect(changes()).toEqual([]);
  });

  test('neither are its targets', async () => {
    await k('scale deployment web -n pol --replicas=3');
    await untilQuiet(stage, 3_000);
    expect(changes()).toEqual([]);
  });

  test('a dry run tells what is left out', async () => {
    const said = await warned(under('shop', paths('/', '/c', '/d'), 'observe'), '--dry-run=server');
    expect(said).toContain('left out by the policy observe: would ');
  });

  test('under targets-only the targets follow, and nothing else does', async () => {
    await annotate('shop', '=targets-only');
    await vi.waitFor(
      () =>
        expect(Object.keys(stage.aws.state().targetGroups.get(targetGroup())?.targets ?? {})).toHaveLength(3),
      soon,
    );
    await untilQuiet(stage, 1_000);
    expect(changes()).toEqual(['RegisterTargets ×1']);
  });

  test('with the annotation gone it is done', async () => {
    await annotate('shop', '-');
    await ready('pol', 'shop');
    expect(changes()).toContain('ModifyRule ×1');
  });
});

describe('upsert-only', () => {
  test('makes and changes, and keeps what nobody wants any more', async () => {
    await apply('shop', paths('/', '/c', '/d', '/e'), 'upsert-only');
    await ready('pol', 'shop');
    await countAfresh(stage);
    await apply('shop', paths('/'), 'upsert-only');
    await vi.waitFor(
      async () => expect(await k('get lbb shop -n pol -o jsonpath={.status.plan}')).toContain('delete rule'),
      soon,
    );
    await untilQuiet(stage, 1_000);
    expect(changes().filter((one) => one.startsWith('Delete'))).toEqual([]);
    const { loadBalancers } = await takeAccountSnapshot(stage);
    expect(loadBalancers[0]?.listeners[80]?.rules.length).toBe(4);
    await annotate('shop', '-');
    await ready('pol', 'shop');
    expect(changes()).toContain('DeleteRule ×3');
    // Rules on nodes that were kept meanwhile go a moment later.
    await untilQuiet(stage, 2_000);
  });

  test('an Ingress that goes leaves all it has, and says so', async () => {
    await apply('shop', paths('/'), 'upsert-only');
    await ready('pol', 'shop');
    await countAfresh(stage);
    await k('delete ingress shop -n pol');
    await vi.waitFor(async () => {
      const programmed = await condition('shop', 'Programmed');
      expect(programmed).toMatchObject({
        reason: 'Deleting',
        message: expect.stringMatching(/^The policy upsert-only leaves out: delete loadBalancer/),
      });
    }, soon);
    expect(changes()).toEqual([]);
    await bringUp('pol', 'shop', paths('/'));
    await k('delete ingress shop -n pol');
    await vi.waitFor(async () => expect(await bound('pol')).toEqual([]), soon);
  });
});

describe('in a group', () => {
  const member = (path: string) => ({
    annotations: { ...ip, 'group.name': 'both' },
    hosts: { '': { [path]: 'api:80' } },
  });

  test('all are under the least careful policy; who asks for more is told', async () => {
    await bringUp('pol', 'one', member('/one'));
    await countAfresh(stage);
    expect(await warned(under('two', member('/two'), 'observe'))).toContain(
      'Ingress pol/one in the same group asks for less care, so the group is under sync',
    );
    await ready('pol', 'two');
    expect(changes()).toContain('CreateRule ×1');
    expect(await condition('two', 'Accepted')).toMatchObject({ status: 'True', reason: 'PolicyOverruled' });
    expect((await condition('one', 'Accepted'))?.reason).toBe('Accepted');
  });

  test('when all of them say it, it holds', async () => {
    await annotate('one', '=observe');
    await vi.waitFor(async () => expect((await condition('two', 'Accepted'))?.reason).toBe('Accepted'), soon);
    await countAfresh(stage);
    await apply('one', member('/elsewhere'), 'observe');
    await vi.waitFor(
      async () => expect((await condition('two', 'Programmed'))?.reason).toBe('Observed'),
      soon,
    );
    await untilQuiet(stage, 1_000);
    expect(changes()).toEqual([]);
  });
});

describe('under --policy=targets-only, where IAM allows targets and nothing else', () => {
  const targets = ['RegisterTargets', 'DeregisterTargets'];
  /** Every call that makes, changes or removes anything else. */
  const denied = [...CALLS].flatMap(([action, { mutating: is }]) =>
    is && !targets.includes(action) ? [action] : [],
  );
  const deny = (actions: readonly string[]): void => {
    for (const action of actions) stage.aws.faults.fail(action, 'AccessDenied', 'not you', 'before', 10_000);
  };
  const registered = (): number =>
    Object.values(stage.aws.state().targetGroups.get(targetGroup())?.targets ?? {}).filter(
      ({ drainingUntil }) => drainingUntil === undefined,
    ).length;
  const replicas = (count: number) => k(`scale deployment web -n pol --replicas=${count}`);

  beforeAll(async () => {
    await bringUp('pol', 'shop', paths('/'));
    await restart('--policy', 'targets-only');
    deny(denied);
    await countAfresh(stage);
  });
  afterAll(() => stage.aws.faults.heal());

  test('targets follow', async () => {
    await replicas(4);
    await vi.waitFor(() => expect(registered()).toBe(4), soon);
    await replicas(2);
    await vi.waitFor(() => expect(registered()).toBe(2), soon);
    expect(changes().filter((one) => !/^(Der|R)egisterTargets/.test(one))).toEqual([]);
  });

  test('what is missing is told, and nothing of it is tried', async () => {
    const more = { ...paths('/'), hosts: { '': { '/': 'web:80', '/api': 'api:80' } } };
    await stage.cluster.apply(ingress('pol', 'shop', more), ingress('pol', 'new', paths('/')));
    await vi.waitFor(async () => {
      const shop = await condition('shop', 'Programmed');
      expect(shop).toMatchObject({ status: 'False', reason: 'Observed' });
      expect(shop?.message).toMatch(
        /^The policy targets-only leaves out: create targetGroup.*api.*create rule/,
      );
      const one = await condition('new', 'Programmed');
      expect(one).toMatchObject({ status: 'False', reason: 'Observed' });
      expect(one?.message).toMatch(/^The policy targets-only leaves out: .*create loadBalancer/);
    }, soon);
    // What serves already goes on.
    await replicas(3);
    await vi.waitFor(() => expect(registered()).toBe(3), soon);
    await k('delete ingress new -n pol');
    await vi.waitFor(async () => expect(await bound('pol')).not.toContain('new'), soon);
    await untilQuiet(stage, 1_000);
    expect(changes().filter((one) => !/^(Der|R)egisterTargets/.test(one))).toEqual([]);
  });

  test('where targets are denied, too, that is told, and tried again ever more seldom until it is allowed', async () => {
    deny(targets);
    await countAfresh(stage);
    const begun = Date.now();
    await replicas(5);
    const notes = () => k('get lbb shop -n pol -o jsonpath={.status.targetGroups[*].notes}');
    await vi.waitFor(
      async () => expect(await notes()).toContain('RegisterTargets answered AccessDenied: not you'),
      soon,
    );
    await vi.waitFor(
      () => expect(changes()).toEqual([expect.stringMatching(/^RegisterTargets ×[3-9]/)]),
      soon,
    );
    const seconds = (Date.now() - begun) / 1_000;
    const [times = 0] = changes().map((one) => Number(one.split('×')[1]));
    // Half a second, then twice as long each time; and at once whenever the endpoints change.
    expect(times).toBeLessThanOrEqual(Math.log2(seconds + 1) + 10);
    stage.aws.faults.heal();
    await vi.waitFor(() => expect(registered()).toBe(5), soon);
    await vi.waitFor(async () => expect(await notes()).toBe(''), soon);
  });
});

/** The names of the load balancers that there are. */
const balancers = async (): Promise<unknown> => {
  const { LoadBalancers = [] } = await elbv2.send(new elb.DescribeLoadBalancersCommand({}));
  return LoadBalancers.map(({ LoadBalancerName }) => LoadBalancerName).sort();
};

test('under --policy=observe nobody gets more than that', async () => {
  await restart('--policy', 'observe');
  await countAfresh(stage);
  const before = await balancers();
  await apply('late', paths('/'), 'sync');
  await vi.waitFor(
    async () => expect((await condition('late', 'Programmed'))?.reason).toBe('Observed'),
    soon,
  );
  expect((await condition('late', 'Accepted'))?.message).toContain('--policy=observe');
  expect(changes()).toEqual([]);
  expect(await balancers()).toEqual(before);
});
