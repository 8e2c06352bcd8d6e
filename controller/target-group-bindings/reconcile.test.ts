// The program for TargetGroupBindings of users: what it registers, what it deregisters, and what it never touches.
import { DeleteTargetGroupCommand, RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  account,
  actions,
  events,
  NAME,
  node,
  now,
  openScene,
  put,
  read,
  ready,
  registered,
  remove,
  restart,
  run,
  server,
  targetGroup,
  world,
} from '../laws/user-target-groups.ts';
import { endpointsOf, keyOfTarget } from '../targets/endpoints.ts';
import { FINALIZER, hashOf } from './writes.ts';

beforeEach(openScene);
afterEach(() => server.stop());

describe('served', () => {
  test('pods, with what was left open filled in, and nothing more is done when nothing changes', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080']);
    const { metadata, spec, status } = read() ?? {};
    expect(metadata?.finalizers).toEqual([FINALIZER]);
    expect(spec).toMatchObject({ targetType: 'ip', ipAddressType: 'ipv4', vpcID: 'vpc-1' });
    expect(status).toMatchObject({ observedGeneration: 1, targets: '0/2' });
    expect(ready()).toEqual(['True', 'Ready', 'The targets are those of Service shop/web port 80.']);
    expect(events).toEqual(['web Normal Ready']);
    const before = [server.requests.length, actions.length];
    run.touch();
    await run.settle();
    expect([server.requests.length, actions.length]).toEqual(before);
  });

  test('by name and by the name of a port; pods that come and go', async () => {
    const arn = await targetGroup('named');
    put({ targetGroupName: 'named', serviceRef: { name: 'web', port: 'http' } });
    await run.settle();
    expect(read()?.spec?.targetGroupARN).toBe(arn);
    now.pods('10.0.0.2', '10.0.0.3');
    run.targets.touchService('shop', 'web');
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.0.2:8080', '10.0.0.3:8080']);
  });

  test.each(['TCP', 'UDP', 'TCP_UDP', 'TLS'] as const)(
    'in a target group of protocol %s',
    async (Protocol) => {
      const arn = await targetGroup('network', { Protocol });
      put({ targetGroupARN: arn, targetGroupProtocol: Protocol });
      await run.settle();
      expect([ready()[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
      remove();
      await run.settle();
      expect([await registered(arn), read()?.metadata.finalizers ?? []]).toEqual([[], []]);
    },
  );

  test('nodes that the selector selects', async () => {
    const arn = await targetGroup('nodes', { TargetType: 'instance' });
    now.nodes(node('a', { zone: 'a' }), node('b', { zone: 'b' }), node('c', { zone: 'c' }), node('d'));
    const matchExpressions = [{ key: 'zone', operator: 'In', values: ['b', 'c'] }];
    put({ targetGroupARN: arn, nodeSelector: { matchExpressions } });
    await run.settle();
    const backend = run.targets.served.get(arn)?.backend;
    const targets = backend === undefined ? [] : endpointsOf(backend, world);
    expect(targets.map(keyOfTarget)).toEqual(['i-0123456789abcdefb:30080', 'i-0123456789abcdefc:30080']);
  });

  test('a new process asks AWS nothing while nothing changed', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    restart('sync', true);
    await run.settle();
    expect(actions).toEqual([]);
    expect(ready()[0]).toBe('True');
  });

  test('targets that somebody else registered are taken away, as long as others do not share it', async () => {
    const arn = await targetGroup();
    const byHand = new RegisterTargetsCommand({
      TargetGroupArn: arn,
      Targets: [{ Id: '10.0.9.9', Port: 1 }],
    });
    await account.aws.elbv2.send(byHand);
    put({ targetGroupARN: arn, multiClusterTargetGroup: true });
    await run.settle();
    expect(await registered(arn)).toContain('10.0.9.9:1');
    put({ ...read()?.spec, multiClusterTargetGroup: false }, { ...read()?.metadata, generation: 2 });
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080']);
  });
});

describe('left alone', () => {
  test.each([
    { 'ingress.k8s.aws/stack': 'shop' },
    { 'service.k8s.aws/stack-name': 'web', 'service.k8s.aws/stack-namespace': 'shop' },
    { 'gateway.k8s.aws.nlb/stack-name': 'web', 'gateway.k8s.aws.nlb/stack-namespace': 'shop' },
  ])('what the AWS Load Balancer Controller made: %j', async (labels) => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn }, { labels, finalizers: [FINALIZER] });
    await run.settle();
    remove();
    await run.settle();
    expect(actions).toEqual([]);
    expect(read()).toMatchObject({ metadata: { finalizers: [FINALIZER] }, spec: { targetGroupARN: arn } });
    expect(events).toEqual([]);
  });

  test('under observe', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    restart('observe');
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect([read()?.metadata.finalizers, read()?.status, actions, events]).toEqual([
      undefined,
      undefined,
      [],
      [],
    ]);
  });
});

describe('deleted', () => {
  async function served(): Promise<string> {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    return arn;
  }
  const byHand = (TargetGroupArn: string) =>
    account.aws.elbv2.send(
      new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.9.9', Port: 1 }] }),
    );

  test('what was registered for it is deregistered, and nothing else', async () => {
    const arn = await served();
    await byHand(arn);
    now.pods('10.0.0.1');
    remove();
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.9.9:1']);
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('by a new process: all of it when it is as it was left, else what its Service has now', async () => {
    const arn = await served();
    now.pods('10.0.0.7');
    remove();
    restart();
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('by a new process, after somebody registered another target', async () => {
    const arn = await served();
    await byHand(arn);
    remove();
    restart();
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.9.9:1']);
  });

  test('with its target group', async () => {
    const arn = await served();
    await account.aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }));
    remove();
    await run.settle();
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('it stays while AWS does not deregister, and says why', async () => {
    const arn = await served();
    account.refusing.set('DeregisterTargets', 'AccessDenied');
    remove();
    await run.settle();
    expect(read()?.metadata.finalizers).toEqual([FINALIZER]);
    expect(ready().slice(0, 2)).toEqual(['False', 'Deleting']);
    expect(ready()[2]).toContain('DeregisterTargets answered AccessDenied');
    account.refusing.clear();
    await run.targets.reconcile(arn);
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('before anything was registered', async () => {
    put({ targetGroupName: 'none' }, { finalizers: [FINALIZER] });
    remove();
    await run.settle();
    expect([actions, read()?.metadata.finalizers ?? []]).toEqual([[], []]);
  });
});

test('of two of one cluster that share a target group the older is served, and the other is told', async () => {
  const arn = await targetGroup();
  const shared = { targetGroupARN: arn, multiClusterTargetGroup: true };
  put(shared, { name: 'api', creationTimestamp: '2026-01-01T00:00:05Z', uid: 'b' });
  put(shared, { uid: 'a' });
  await run.settle();
  expect([ready()[0], ready('api').slice(0, 2)]).toEqual(['True', ['False', 'TargetGroupTaken']]);
});

test('of two for one target group the older is served; when it goes, the other', async () => {
  const arn = await targetGroup();
  put({ targetGroupARN: arn }, { name: 'api', creationTimestamp: '2026-01-01T00:00:05Z', uid: 'b' });
  put({ targetGroupARN: arn }, { uid: 'a' });
  await run.settle();
  expect([ready()[0], ready('api').slice(0, 2)]).toEqual(['True', ['False', 'TargetGroupTaken']]);
  expect(ready('api')[2]).toContain('the targets of tg are those of TargetGroupBinding shop/web');
  remove();
  await run.settle();
  expect(read()).toBeUndefined();
  run.store.told({ metadata: NAME }, true);
  run.touch('shop/api');
  await run.settle();
  expect([ready('api')[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
  expect(hashOf(read('api') ?? { metadata: NAME })).toEqual(expect.any(String));
});
