// What a cluster registered in a target group that clusters share.
import { describe, expect, test } from 'vitest';
import type { KubeCall, KubeOutcome } from '../../kube/client.ts';
import { ARN, BACKEND, play, TargetGroupAccount } from '../laws/target-scene.ts';
import { ownTargets } from './own-targets.ts';
import type { Serving } from './serving.ts';

describe('a target group that clusters share', () => {
  const OTHERS = '10.9.0.1';

  test('what this one registers is noted before, and only that goes', async () => {
    const { run, runLater, account, pods, paper, log, targets } = play({
      ...{ registered: [OTHERS], pods: ['10.0.0.1', '10.0.0.2'], shared: true },
    });
    await run();
    expect(log.filter((line) => /^(note|Reg)/.test(line))).toEqual([
      'note 10.0.0.1:8080 10.0.0.2:8080',
      'RegisterTargets 10.0.0.1 10.0.0.2',
    ]);
    paper.ending.push(...pods.splice(0, 1));
    await runLater();
    expect(account.registered).toEqual([OTHERS, '10.0.0.2']);
    expect(log.filter((line) => /^(note|Der)/.test(line)).slice(1)).toEqual([
      'DeregisterTargets 10.0.0.1',
      'note 10.0.0.2:8080',
    ]);
    expect(targets.health(ARN)).toMatchObject({ healthy: 0, total: 1 });
  });

  test('what went while no controller ran is deregistered by the next', async () => {
    const { run, account } = play({
      ...{ registered: [OTHERS, '10.0.0.1', '10.0.0.2'], pods: ['10.0.0.2'], shared: true },
      noted: ['10.0.0.1:8080', '10.0.0.2:8080'],
    });
    await run();
    expect(account.registered).toEqual([OTHERS, '10.0.0.2']);
  });

  test('nothing goes where nothing was noted, and nothing is changed while it cannot be read or written', async () => {
    const first = play({ registered: [OTHERS, '10.0.0.1'], pods: ['10.0.0.2'], shared: true });
    await first.run();
    expect(first.account.changes()).toEqual(['RegisterTargets 10.0.0.2']);
    const blind = play({ registered: ['10.0.0.1'], pods: ['10.0.0.2'], shared: true, noted: 'unreadable' });
    expect(await blind.run()).toBe('retry');
    const mute = play({ registered: [], pods: ['10.0.0.2'], shared: true, written: () => false });
    expect(await mute.run()).toBe('retry');
    expect([...blind.account.changes(), ...mute.account.changes()]).toEqual([]);
  });

  test('two clusters: each sees only its own go', async () => {
    const account = new TargetGroupAccount();
    const one = play({ account, pods: ['10.0.0.1', '10.0.0.2'], shared: true });
    const two = play({ account, pods: ['10.9.0.1', '10.9.0.2'], shared: true });
    await one.run();
    await two.run();
    one.paper.ending.push(...one.pods.splice(0, 1));
    await one.runLater();
    await two.runLater(400_000);
    two.paper.ending.push(...two.pods.splice(0, 2));
    await two.runLater();
    await one.runLater(400_000);
    expect(account.registered).toEqual(['10.0.0.2']);
    expect(one.log.filter((line) => line.startsWith('drift'))).toEqual([]);
  });

  test('is forgotten when it is shared no more', async () => {
    const { run, targets, serving, log } = play({ pods: ['10.0.0.1'], shared: true });
    await run();
    const { shared: _, ...backend } = serving.backend;
    targets.serve('shop/web', [{ ...serving, backend }], false);
    expect(log).toContain('forget own');
  });
});

describe('the ConfigMap', () => {
  const serving: Serving = {
    ...{ arn: ARN, name: 'k8s-shop-web-0123456789', group: 'shop/web', made: false, policy: 'sync' },
    backend: BACKEND,
  };
  const OWNER = { apiVersion: 'albatross.dev/v1alpha1', kind: 'LoadBalancerBinding', name: 'web', uid: 'u' };

  /** An API server that answers each call the same. */
  function answering(outcome: KubeOutcome<unknown>) {
    const calls: KubeCall[] = [];
    const failures: string[] = [];
    const own = ownTargets({
      client: {
        async request<T>(call: KubeCall) {
          calls.push(call);
          return outcome as KubeOutcome<T>;
        },
      },
      owner: () => OWNER,
      failed: (_, step) => failures.push(step),
    });
    return { own, calls, failures };
  }
  const stored = (targets?: string) =>
    answering({ ok: true, object: { data: targets === undefined ? {} : { targets } } });

  test("is the LBC's: its name, its key, its text", async () => {
    const { own, calls } = stored('10.0.0.1:80,fd00::1:80');
    expect(await own.read(serving)).toEqual(new Set(['10.0.0.1:80', 'fd00::1:80']));
    expect(await own.write(serving, new Set(['10.0.0.2:80', '10.0.0.1:80']))).toBe(true);
    const path = '/api/v1/namespaces/shop/configmaps/aws-lbc-targets-k8s-shop-web-0123456789';
    expect(calls.map((call) => [call.method, call.path])).toEqual([
      ['GET', path],
      ['PATCH', path],
    ]);
    expect(calls[1]?.body).toMatchObject({
      metadata: { ownerReferences: [OWNER] },
      data: { targets: '10.0.0.1:80,10.0.0.2:80' },
    });
  });

  test('with 10,000 targets of IPv6 is smaller than a ConfigMap may be', async () => {
    const { own, calls } = stored();
    const address = 'fd00:1234:5678:9abc:def0:1234:5678';
    await own.write(
      serving,
      new Set(Array.from({ length: 10_000 }, (_, at) => `${address}:${at + 10_000}:65535`)),
    );
    expect(JSON.stringify(calls[0]?.body).length).toBeLessThan(1_000_000);
  });

  test('that is empty or not there holds none; one that cannot be read is not taken for empty', async () => {
    expect(await stored('').own.read(serving)).toEqual(new Set());
    expect(await stored().own.read(serving)).toEqual(new Set());
    expect(await answering({ ok: false, reason: 'notFound', message: '' }).own.read(serving)).toEqual(
      new Set(),
    );
    const { own, failures } = answering({ ok: false, reason: 'unavailable', message: '' });
    expect(await own.read(serving)).toBeUndefined();
    expect(await own.write(serving, new Set())).toBe(false);
    expect(failures).toEqual(['read its own targets', 'note its own targets']);
  });
});
