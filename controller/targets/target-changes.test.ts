// What is changed in AWS, when, and in how many calls.
import { describe, expect, test } from 'vitest';
import { ARN, play } from '../laws/target-scene.ts';
import { targetsHash } from './target-health.ts';

const addresses = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `10.0.${Math.floor((from + at) / 250)}.${(from + at) % 250}`);

describe('in how many calls', () => {
  test('the first change at once; those that follow within a moment together', async () => {
    const { run, clock, pods, account } = play({});
    await run();
    pods.push('10.0.0.1');
    await run();
    expect(account.changes()).toEqual(['RegisterTargets 10.0.0.1']);
    clock.now = 100;
    pods.push('10.0.0.2');
    expect(await run()).toEqual({ afterMs: 150 });
    clock.now = 200;
    pods.push('10.0.0.3');
    expect(await run()).toEqual({ afterMs: 50 });
    clock.now = 250;
    await run();
    expect(account.changes().slice(1)).toEqual(['RegisterTargets 10.0.0.2 10.0.0.3']);
  });

  test('endpoints that flap ten times a second for a minute: one call of each kind in a second, and the right end', async () => {
    const { run, clock, pods, account, paper } = play({ pods: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] });
    for (let at = 0; at < 600; at += 1) {
      clock.now = at * 100;
      // Out and in again: each time for long enough to be seen.
      const [one = ''] = at % 2 === 0 ? pods.splice(0, 1) : paper.ending.splice(0, 1);
      (at % 2 === 0 ? paper.ending : pods).push(one);
      await run();
    }
    expect(account.changes().length).toBeLessThanOrEqual(130);
    clock.now += 1_000;
    await run();
    expect(account.registered.toSorted()).toEqual(pods.toSorted());
  });

  test('1,000 endpoints replaced at once: five calls of 200 each way, registered before anything leaves', async () => {
    const before = addresses(1_000);
    const { run, runLater, pods, paper, account } = play({ registered: [...before], pods: [...before] });
    await run();
    pods.splice(0, Infinity, ...addresses(1_000, 1_000));
    paper.ending.push(...before);
    await runLater();
    const actions = account.changes().map((line) => `${line.split(' ')[0]} ${line.split(' ').length - 1}`);
    expect(actions).toEqual([
      ...Array<string>(5).fill('RegisterTargets 200'),
      ...Array<string>(5).fill('DeregisterTargets 200'),
    ]);
  });

  test('a change that changes nothing costs no call', async () => {
    const { run, runLater, log } = play({ registered: ['10.0.0.1'], pods: ['10.0.0.1'] });
    await run();
    log.length = 0;
    expect(await runLater(10_000)).toEqual({ afterMs: 290_000 });
    expect(log).toEqual([]);
  });
});

describe('what AWS refuses', () => {
  test('of one target keeps no other one out, and is offered again after a minute', async () => {
    const pods = addresses(40);
    const { run, runLater, account, told, targets } = play({ pods });
    account.refuse = (action, ids) =>
      action === 'RegisterTargets' && ids.includes('10.0.0.7') ? 'InvalidTarget' : undefined;
    await run();
    expect(account.registered.toSorted()).toEqual(pods.filter((one) => one !== '10.0.0.7').toSorted());
    expect(account.changes().length).toBeLessThan(15);
    expect(told.join()).toMatch(
      /^TargetsLeftOut: .*1 target cannot be registered.*10\.0\.0\.7:8080.*InvalidTarget/,
    );
    expect(targets.standing(ARN)?.notes.join()).toContain('10.0.0.7:8080');
    const calls = account.changes().length;
    await runLater();
    expect(account.changes()).toHaveLength(calls);
    account.refuse = () => undefined;
    await runLater(60_000);
    expect(account.changes().slice(calls)).toEqual(['RegisterTargets 10.0.0.7']);
    expect(targets.standing(ARN)?.notes).toEqual([]);
  });

  test('for want of room is no flood: 10,000 endpoints where 1,000 may be', async () => {
    const { run, account, targets } = play({ pods: addresses(10_000) });
    account.refuse = (action, ids) =>
      action === 'RegisterTargets' && account.registered.length + ids.length > 1_000
        ? 'TooManyTargets'
        : undefined;
    await run();
    expect(account.registered).toHaveLength(1_000);
    expect(account.changes().length).toBeLessThan(20);
    expect(targets.standing(ARN)?.notes.join()).toMatch(/9000 targets cannot be registered.*and 8990 more/);
  });

  test('who leaves makes room for who comes', async () => {
    const { run, runLater, account, pods, paper } = play({
      registered: ['10.0.0.1', '10.0.0.2'],
      pods: ['10.0.0.1', '10.0.0.2'],
    });
    account.refuse = (action, ids) =>
      action === 'RegisterTargets' && account.registered.length + ids.length > 2
        ? 'TooManyTargets'
        : undefined;
    await run();
    paper.ending.push(...pods.splice(0, 1));
    pods.push('10.0.0.3');
    await runLater();
    await runLater();
    expect(account.registered).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  test('all of many at once: a bounded number of calls a time, until each is known', async () => {
    const { run, runLater, account } = play({ pods: addresses(200) });
    account.refuse = (action) => (action === 'RegisterTargets' ? 'ValidationError' : undefined);
    await run();
    const first = account.changes().length;
    expect(first).toBeLessThanOrEqual(33);
    await runLater();
    expect(account.changes().length).toBeLessThanOrEqual(2 * first);
    expect(account.changes().length).toBeGreaterThan(first);
  });

  test('and is about no target: told, and tried again', async () => {
    const { run, account, targets, told } = play({ pods: ['10.0.0.1'] });
    account.refuse = () => 'AccessDenied';
    expect(await run()).toBe('retry');
    expect(told.join()).toContain('DescribeTargetHealth answered AccessDenied');
    account.refuse = () => undefined;
    await run();
    expect(account.registered).toEqual(['10.0.0.1']);
    expect(targets.standing(ARN)?.notes).toEqual([]);
  });

  test('a target group deleted by hand: its group is looked at', async () => {
    const { run, account, log } = play({ pods: ['10.0.0.1'] });
    account.refuse = () => 'TargetGroupNotFoundException';
    expect(await run()).toBe('retry');
    expect(log).toContain('lost');
  });
});

describe('outside the VPC', () => {
  const OUTSIDE = '192.168.0.1';

  test('the zone is `all`, for AWS asks for one', async () => {
    const { run, account } = play({ pods: ['10.0.0.1', OUTSIDE] });
    await run();
    expect(account.changes()).toEqual([`RegisterTargets 10.0.0.1 ${OUTSIDE}@all`]);
  });

  test('that of the node where `all` is refused, and from then on at once', async () => {
    const { run, runLater, account, pods, paper } = play({ pods: [OUTSIDE] });
    paper.nodes.push({ metadata: { name: 'a', labels: { 'topology.kubernetes.io/zone': 'us-west-2b' } } });
    account.refuse = (_, ids) => (ids.some((id) => id.endsWith('@all')) ? 'ValidationError' : undefined);
    await run();
    pods.push('192.168.0.2');
    await runLater();
    expect(account.changes()).toEqual([
      `RegisterTargets ${OUTSIDE}@all`,
      `RegisterTargets ${OUTSIDE}@us-west-2b`,
      'RegisterTargets 192.168.0.2@us-west-2b',
    ]);
  });
});

test('no more targets are registered than the operator allows, and it is told', async () => {
  const { run, account, targets } = play({ registered: ['10.0.0.1'], pods: addresses(5), maxTargets: 3 });
  await run();
  expect(account.registered).toHaveLength(3);
  expect(targets.standing(ARN)?.notes).toEqual([
    '2 endpoints not registered: --max-targets-per-target-group is reached',
  ]);
});

describe('a loss that nothing explains', () => {
  const four = (): string[] => ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];

  test('of all endpoints is carried out after its time only, and told at once', async () => {
    const { run, runLater, account, pods, told } = play({ registered: four(), pods: four() });
    await run();
    const lost = pods.splice(0, Infinity);
    expect(await runLater()).toEqual({ afterMs: 20_000 });
    expect(told.join()).toMatch(
      /TargetsLeftOut: .*4 of 4 targets are no endpoints of the Service any more.*20 seconds/,
    );
    await runLater(10_000);
    expect(account.changes()).toEqual([]);
    await runLater(10_000);
    expect(account.changes()).toEqual([`DeregisterTargets ${lost.join(' ')}`]);
  });

  test('that is over before is nothing at all, and the next one has its own time', async () => {
    const { run, runLater, account, pods } = play({ registered: four(), pods: four() });
    await run();
    pods.splice(0, Infinity);
    await runLater(15_000);
    pods.push(...four());
    await runLater(1_000);
    pods.splice(0, Infinity);
    await runLater(15_000);
    expect(account.changes()).toEqual([]);
  });

  test('of a Service that was scaled down, deleted, or whose pods are not ready is none', async () => {
    const scaled = play({ registered: four(), pods: four() });
    await scaled.run();
    scaled.paper.ending.push(...scaled.pods.splice(0, Infinity));
    await scaled.runLater();
    const deleted = play({ registered: four(), pods: four() });
    await deleted.run();
    deleted.pods.splice(0, Infinity);
    deleted.paper.service = undefined;
    await deleted.runLater();
    // So quickly that nobody saw it end.
    const quick = play({ registered: four(), pods: four() });
    await quick.run();
    quick.paper.gone.push(...quick.pods.splice(0, Infinity));
    await quick.runLater();
    const all = [scaled, deleted, quick].map(({ account }) => account.registered);
    expect(all).toEqual([[], [], []]);
  });

  test.each([
    ['of which no pod is left is none after a restart', four(), four().slice(1), ['10.0.0.1']],
    ['whose pods run on is one after a restart, too', four(), [], four()],
    ['of targets that others registered is one', ['10.0.0.1', '10.0.0.2'], four().slice(1), four()],
  ])('%s', async (_, left, gone, stay) => {
    const hash = targetsHash(left.map((address) => `${address}:8080`));
    const remembered = { healthy: left.length, total: left.length, hash };
    const { run, account, paper } = play({ registered: four(), pods: ['10.0.0.1'], remembered });
    paper.gone.push(...gone);
    await run();
    expect(account.registered).toEqual(stay);
  });

  test('of half or less is carried out, and of any while the cluster is not seen is not', async () => {
    const { run, runLater, account, pods, cluster, told } = play({ registered: four(), pods: four() });
    await run();
    cluster.unseen = 'a watch at the API server is interrupted';
    pods.splice(0, 1);
    expect(await runLater()).toEqual({ afterMs: 1_000 });
    await runLater(60_000);
    expect(account.changes()).toEqual([]);
    expect(told.join()).toContain('a watch at the API server is interrupted');
    cluster.unseen = undefined;
    await runLater();
    expect(account.changes()).toEqual(['DeregisterTargets 10.0.0.1']);
  });

  test('does not keep new endpoints out', async () => {
    const { run, runLater, account, pods } = play({ registered: four(), pods: four() });
    await run();
    pods.splice(0, Infinity, '10.0.0.9');
    await runLater();
    expect(account.changes()).toEqual(['RegisterTargets 10.0.0.9']);
  });
});
