// The targets program: what it asks and changes in AWS, and what it trusts of the process before it.

import { describe, expect, test } from 'vitest';
import { ARN, BACKEND, play } from '../laws/target-scene.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import { targetsHash } from './target-health.ts';

const hashed = (...ids: string[]): string => targetsHash(ids.map((id) => `${id}:8080`));
const well = (...ids: string[]): TargetGroupHealth => ({
  healthy: ids.length,
  total: ids.length,
  hash: hashed(...ids),
});

describe('after a restart', () => {
  test('nothing is asked while the endpoints are those that were registered, and the health told last is shown', async () => {
    const { run, log, targets } = play({
      registered: ['10.0.0.1', '10.0.0.2'],
      pods: ['10.0.0.2', '10.0.0.1'],
      remembered: well('10.0.0.1', '10.0.0.2'),
    });
    expect(await run()).toEqual({ afterMs: 180_000 });
    expect(await run()).toEqual({ afterMs: 180_000 });
    expect(log).toEqual([]);
    expect(targets.health(ARN)).toEqual(well('10.0.0.1', '10.0.0.2'));
  });

  test('the sweep looks later, and puts right what was changed by hand', async () => {
    const { run, log, clock } = play({ pods: ['10.0.0.1'], remembered: well('10.0.0.1') });
    await run();
    clock.now = 180_000;
    await run();
    expect(log).toEqual([
      'DescribeTargetHealth',
      'drift: register 10.0.0.1:8080',
      'forget',
      'RegisterTargets 10.0.0.1',
      'changed',
    ]);
  });

  test('where not all were healthy AWS is asked at once', async () => {
    const { run } = play({ pods: ['10.0.0.1'], remembered: { ...well('10.0.0.1'), healthy: 0 } });
    expect(await run()).toEqual({ afterMs: 1_100 });
  });

  test('endpoints that changed meanwhile cost one question and the difference', async () => {
    const { run, log } = play({
      registered: ['10.0.0.1', '10.0.0.2'],
      pods: ['10.0.0.2', '10.0.0.3'],
      remembered: well('10.0.0.1', '10.0.0.2'),
    });
    await run();
    expect(log).toEqual([
      'DescribeTargetHealth',
      'forget',
      'RegisterTargets 10.0.0.3',
      'DeregisterTargets 10.0.0.1',
      'changed',
    ]);
  });

  test.each([
    ['by an older version, which remembered nothing', undefined],
    ['by a crash in the middle of a change', { healthy: 1, total: 1 }],
    ['by another version with another idea of a target', { healthy: 1, total: 1, hash: 'v9' }],
  ])('what was left %s is asked for', async (_, remembered) => {
    const scene = { registered: ['10.0.0.1'], pods: ['10.0.0.1'] };
    const { run, log } = play(remembered === undefined ? scene : { ...scene, remembered });
    await run();
    expect(log[0]).toBe('DescribeTargetHealth');
    expect(log.join()).not.toContain('RegisterTargets');
  });
});

describe('what the binding may say', () => {
  test('nothing is deregistered before it is silent, nor when it cannot be made so; registering does not wait for that', async () => {
    const answers = [false, true];
    const { run, runLater, log, targets } = play({
      registered: ['10.0.0.1', '10.0.0.9'],
      pods: ['10.0.0.2', '10.0.0.9'],
      remembered: well('10.0.0.1', '10.0.0.9'),
      written: () => answers.shift() ?? true,
    });
    expect(await run()).toBe('retry');
    expect(log).toEqual(['DescribeTargetHealth', 'forget', 'RegisterTargets 10.0.0.2', 'changed']);
    expect(targets.health(ARN)?.hash).toBe(hashed('10.0.0.1', '10.0.0.2', '10.0.0.9'));
    await runLater();
    expect(log.slice(4, 6)).toEqual(['forget', 'DeregisterTargets 10.0.0.1']);
    expect(targets.health(ARN)?.hash).toBe(hashed('10.0.0.2', '10.0.0.9'));
  });

  test('one write for changes until the hash is recorded again; asking for the health records nothing', async () => {
    const { run, runLater, log, pods, targets } = play({ pods: ['10.0.0.1'] });
    await run();
    expect(targets.health(ARN)?.hash).toBe(hashed('10.0.0.1'));
    pods.push('10.0.0.2');
    await runLater();
    expect(log.filter((line) => line === 'forget')).toHaveLength(1);
    targets.recording(ARN);
    pods.push('10.0.0.3');
    await runLater();
    expect(log.filter((line) => line === 'forget')).toHaveLength(2);
  });

  test('the order of targets says nothing, their number and ports do', () => {
    expect(hashed('a', 'b')).toBe(hashed('b', 'a'));
    expect(new Set([hashed(), hashed('a'), hashed('a', 'b'), targetsHash(['a:80'])]).size).toBe(4);
  });
});

test('a target that somebody took out by hand comes back at the next look', async () => {
  const registered = ['10.0.0.1', '10.0.0.2'];
  const { run, runLater, log } = play({ registered, pods: ['10.0.0.1', '10.0.0.2'] });
  expect(await run()).toEqual({ afterMs: 300_000 });
  registered.pop();
  await runLater(300_000);
  expect(log).toContain('RegisterTargets 10.0.0.2');
});

test('nodes that nobody hears of any more are looked at for the pods on them', async () => {
  const { run, log, pods, paper, enqueued, targets } = play({ pods: ['10.1.0.1'] });
  await run();
  enqueued.length = 0;
  targets.touchNodes();
  expect(enqueued).toEqual([]);
  paper.nodes.push({
    metadata: { name: 'a' },
    status: { conditions: [{ type: 'Ready', status: 'Unknown' }] },
  });
  targets.touchNodes();
  expect(enqueued).toEqual([ARN]);
  await run();
  expect(log).toContain('RegisterTargets 10.1.0.1');
  expect(pods).toEqual(['10.1.0.1']);
});

describe('targets that are not healthy, after a restart', () => {
  const remembered = { ...well('10.0.0.1'), healthy: 0 };
  const scene = { registered: ['10.0.0.1'], pods: ['10.0.0.1'], remembered };

  test('are asked about once, and not again while AWS says the same', async () => {
    const { run, runLater, log, account } = play(scene);
    account.ailments.set('10.0.0.1', { State: 'unhealthy' });
    expect(await run()).toEqual({ afterMs: 1_100 });
    expect(await runLater(1_100)).toEqual({ afterMs: 60_000 });
    await runLater(30_000);
    expect(log.filter((line) => line === 'DescribeTargetHealth')).toHaveLength(1);
  });

  test('are no news again, and their recovery is', async () => {
    const { run, runLater, account, told } = play({ ...scene, toldDown: true });
    account.ailments.set('10.0.0.1', { State: 'unhealthy' });
    await run();
    await runLater(1_100);
    expect(told).toEqual([]);
    account.ailments.clear();
    await runLater(60_000);
    expect(told).toEqual([expect.stringMatching(/^TargetsHealthy: .*1 of 1 are healthy again/)]);
  });

  test('are asked about as after a change where a group waits for them, also when that is told later', async () => {
    const { run, runLater, log, account, targets, serving, enqueued } = play(scene);
    account.ailments.set('10.0.0.1', { State: 'unhealthy' });
    await run();
    await runLater(1_100);
    enqueued.length = 0;
    targets.serve('shop/web', [serving], true);
    expect(enqueued).toEqual([ARN]);
    expect(await run()).toEqual({ afterMs: 1_000 });
    expect(log.filter((line) => line === 'DescribeTargetHealth')).toHaveLength(2);
  });
});

test('what the cluster says anew of endpoints is told, though AWS changes nothing', async () => {
  const { run, runLater, log, told, paper } = play({ registered: ['10.0.0.1'], pods: ['10.0.0.1'] });
  await run();
  const { length } = log;
  paper.strays.push('10.9.0.1');
  await runLater();
  expect(log.slice(length)).toEqual(['changed']);
  expect(told.join()).toMatch(
    /TargetsLeftOut: .*10\.9\.0\.1 not registered: their EndpointSlice names no pod/,
  );
});

describe('who is woken', () => {
  test('the group, only while its pass waits for targets', async () => {
    const { targets, serving, run, runLater, log, pods } = play({ pods: ['10.0.0.1'] });
    targets.serve('shop/web', [serving], true);
    await run();
    expect(log.at(-1)).toBe('changed, awaited');
    targets.serve('shop/web', [serving], false);
    pods.push('10.0.0.2');
    await runLater();
    expect(log.at(-1)).toBe('changed');
  });

  test('the target groups of the Service that changed, and no other', () => {
    const { targets, serving, enqueued } = play({});
    const other = { ...serving, arn: `${ARN}2`, backend: { ...BACKEND, service: 'api' } };
    targets.serve('shop/web', [serving, other], false);
    enqueued.length = 0;
    expect(targets.touchService('shop', 'api')).toEqual([other.arn]);
    expect(targets.touchService('other', 'api')).toEqual([]);
    expect(enqueued).toEqual([other.arn]);
  });

  test('nobody for what is served no longer', () => {
    const { targets, enqueued } = play({});
    targets.serve('shop/web', [], false);
    enqueued.length = 0;
    expect([targets.touchService('shop', 'web'), targets.health(ARN), targets.served.all()]).toEqual([
      [],
      undefined,
      [],
    ]);
    expect(targets.knows('shop/web')).toBe(true);
    targets.forgetGroup('shop/web');
    expect(targets.knows('shop/web')).toBe(false);
  });
});
