// The targets program: what it asks and changes in AWS, and what it trusts of the process before it.

import { describe, expect, test } from 'vitest';
import type { Backend } from '../../alb/desire/desiring.ts';
import { service } from '../../alb/laws/paper.ts';
import type { Node } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { World } from './endpoints.ts';
import type { Serving } from './serving.ts';
import { targetsHash } from './target-health.ts';
import { Targets, type TargetsOptions } from './targets.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef';
const backend: Backend = {
  id: 'targetGroup/shop/web/web:80',
  member: 'shop/web',
  namespace: 'shop',
  service: 'web',
  port: 80,
  targetType: 'ip',
  ipAddressType: 'ipv4',
  reach: [8080],
};

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: { readonly Targets?: readonly { readonly Id?: string; readonly Port?: number }[] };
}

/** A target group whose targets are healthy at once; `log` has every call and every word about the binding. */
function account(registered: string[]) {
  const log: string[] = [];
  const send = async ({ constructor: { name }, input }: Command): Promise<object> => {
    const ids = (input.Targets ?? []).map(({ Id }) => Id ?? '');
    log.push([name.replace('Command', ''), ...ids].join(' '));
    if (name.startsWith('Register')) registered.push(...ids);
    for (const id of name.startsWith('Deregister') ? ids : []) registered.splice(registered.indexOf(id), 1);
    const states = registered.map((Id) => ({
      Target: { Id, Port: 8080 },
      TargetHealth: { State: 'healthy' },
    }));
    return { TargetHealthDescriptions: states };
  };
  return { log, registered, aws: { elbv2: { send } } as unknown as Aws };
}

interface Scene {
  /** In AWS. */
  readonly registered?: string[];
  /** Addresses of ready pods. */
  readonly pods?: string[];
  /** What the binding says. */
  readonly remembered?: TargetGroupHealth;
  readonly written?: () => boolean;
  readonly shared?: true;
}

function play({ registered = [], pods = [], remembered, written = () => true, shared }: Scene) {
  const { log, aws } = account(registered);
  const clock = { now: 0 };
  const lost: Node[] = [];
  const enqueued: string[] = [];
  const world: World = {
    service: () => service(),
    nodes: () => lost,
    slices: () => [
      {
        metadata: { name: 'web', namespace: 'shop' },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 8080 }],
        endpoints: pods.map((address) => ({
          addresses: [address],
          targetRef: { kind: 'Pod' },
          nodeName: 'a',
          conditions: { ready: !address.startsWith('10.1.') },
        })),
      },
    ],
  };
  const options: TargetsOptions = {
    aws,
    world,
    served: () => undefined,
    forget: async () => {
      log.push('forget');
      return written();
    },
    drifted: (_, lines) => log.push(`drift: ${lines.join('; ')}`),
    now: () => clock.now,
    random: () => 0.5,
    inVpc: async () => true,
    enqueue: (arn) => enqueued.push(arn),
    changed: (_, awaited) => log.push(awaited ? 'changed, awaited' : 'changed'),
    lost: () => undefined,
    failed: () => undefined,
  };
  const serving: Serving = {
    arn: ARN,
    name: 'web',
    group: 'shop/web',
    backend: shared ? { ...backend, shared } : backend,
    made: false,
    policy: 'sync',
    ...(remembered === undefined ? {} : { remembered }),
  };
  const targets = new Targets(options);
  targets.serve('shop/web', [serving], false);
  return { targets, serving, log, clock, pods, lost, enqueued, run: () => targets.reconcile(ARN) };
}

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
  test('nothing is changed before it is silent, nor when it cannot be made so', async () => {
    const answers = [false, true];
    const { run, log, targets } = play({
      registered: ['10.0.0.1'],
      pods: ['10.0.0.2'],
      remembered: well('10.0.0.1'),
      written: () => answers.shift() ?? true,
    });
    expect(await run()).toBe('retry');
    expect(log).toEqual(['DescribeTargetHealth', 'forget']);
    expect(targets.health(ARN)?.hash).toBeUndefined();
    await run();
    expect(log.slice(2, 4)).toEqual(['forget', 'RegisterTargets 10.0.0.2']);
    expect(targets.health(ARN)?.hash).toBe(hashed('10.0.0.2'));
  });

  test('one write for changes until the hash is recorded again; asking for the health records nothing', async () => {
    const { run, log, pods, targets } = play({ pods: ['10.0.0.1'] });
    await run();
    expect(targets.health(ARN)?.hash).toBe(hashed('10.0.0.1'));
    pods.push('10.0.0.2');
    await run();
    expect(log.filter((line) => line === 'forget')).toHaveLength(1);
    targets.recording(ARN);
    pods.push('10.0.0.3');
    await run();
    expect(log.filter((line) => line === 'forget')).toHaveLength(2);
  });

  test('the order of targets says nothing, their number and ports do', () => {
    expect(hashed('a', 'b')).toBe(hashed('b', 'a'));
    expect(new Set([hashed(), hashed('a'), hashed('a', 'b'), targetsHash(['a:80'])]).size).toBe(4);
  });
});

test('a target that somebody took out by hand comes back at the next look', async () => {
  const registered = ['10.0.0.1', '10.0.0.2'];
  const { run, log } = play({ registered, pods: ['10.0.0.1', '10.0.0.2'] });
  expect(await run()).toEqual({ afterMs: 300_000 });
  registered.pop();
  await run();
  expect(log).toContain('RegisterTargets 10.0.0.2');
});

test('of a target group that clusters share, only what was seen here goes', async () => {
  const { run, log, pods } = play({ registered: ['10.9.0.1'], pods: ['10.0.0.1', '10.0.0.2'], shared: true });
  await run();
  pods.splice(0, 1);
  await run();
  expect(log.filter((call) => call.includes('egister'))).toEqual([
    'RegisterTargets 10.0.0.1 10.0.0.2',
    'DeregisterTargets 10.0.0.1',
  ]);
});

test('nodes that nobody hears of any more are looked at for the pods on them', async () => {
  const { run, log, pods, lost, enqueued, targets } = play({ pods: ['10.1.0.1'] });
  await run();
  enqueued.length = 0;
  targets.touchNodes();
  expect(enqueued).toEqual([]);
  lost.push({ metadata: { name: 'a' }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } });
  targets.touchNodes();
  expect(enqueued).toEqual([ARN]);
  await run();
  expect(log).toContain('RegisterTargets 10.1.0.1');
  expect(pods).toEqual(['10.1.0.1']);
});

describe('who is woken', () => {
  test('the group, only while its pass waits for targets', async () => {
    const { targets, serving, run, log, pods } = play({ pods: ['10.0.0.1'] });
    targets.serve('shop/web', [serving], true);
    await run();
    expect(log.at(-1)).toBe('changed, awaited');
    targets.serve('shop/web', [serving], false);
    pods.push('10.0.0.2');
    await run();
    expect(log.at(-1)).toBe('changed');
  });

  test('the target groups of the Service that changed, and no other', () => {
    const { targets, serving, enqueued } = play({});
    const other = { ...serving, arn: `${ARN}2`, backend: { ...backend, service: 'api' } };
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
