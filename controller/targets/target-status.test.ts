// The status of a binding as far as its targets go.
import { describe, expect, test } from 'vitest';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { Serving } from './serving.ts';
import { TargetGroupIndex } from './target-group-index.ts';
import type { TargetStanding } from './target-standing.ts';
import { rememberedHealth, TargetStatuses, targetFields, toldDown, withTargets } from './target-status.ts';

const NOW = '2026-03-01T00:00:00Z';
const BINDING: LoadBalancerBinding = {
  ...{
    apiVersion: 'albatross.dev/v1alpha1',
    kind: 'LoadBalancerBinding',
    metadata: { name: 'web', namespace: 'shop' },
  },
  spec: { ingressRef: { name: 'web', hash: 'h' }, group: 'shop/web', order: 0 },
};
const serving = (arn: string, more: Partial<Serving> = {}): Serving => ({
  arn,
  name: `k8s-${arn}`,
  group: 'shop/web',
  policy: 'sync',
  made: false,
  backend: {
    ...{ id: arn, member: 'shop/web', namespace: 'shop', service: 'web', port: 80 },
    ...{ targetType: 'ip', ipAddressType: 'ipv4', reach: [] },
  },
  ...more,
});
const of = (
  health: Record<string, TargetGroupHealth>,
  standings: Record<string, Partial<TargetStanding>> = {},
) => ({
  clusterName: 'prod',
  health: (arn: string) => health[arn],
  standing(arn: string): TargetStanding | undefined {
    const standing = standings[arn];
    if (standing === undefined) return undefined;
    return { health: health[arn], known: true, unhealthy: [], more: 0, down: false, notes: [], ...standing };
  },
});
const named = (arn: string) => ({
  ...{ name: `k8s-${arn}`, arn, service: 'web', port: 80, targetType: 'ip', ipAddressType: 'ipv4' },
  readinessGate: `target-health.elbv2.k8s.aws/k8s-${arn}`,
});
const SOME: TargetGroupHealth = { healthy: 2, total: 3, hash: 'h' };

describe('target groups', () => {
  test('are counted together', () => {
    const health = of({ a: SOME, b: { healthy: 1, total: 1 } });
    expect(targetFields([serving('a'), serving('b')], health, undefined)).toEqual({
      targets: '3/4',
      targetGroups: [
        { ...named('a'), healthy: 2, total: 3 },
        { ...named('b'), healthy: 1, total: 1 },
      ],
      registered: { a: 'h' },
      cluster: 'prod',
    });
    const none = { targets: '0/0', targetGroups: [], cluster: 'prod' };
    expect(targetFields([], health, undefined)).toEqual(none);
  });

  test('are as they were told last while nothing is known, and remembered by their hash', () => {
    const before = targetFields([serving('a')], of({ a: SOME }), undefined);
    expect(targetFields([serving('a')], of({}), before)).toEqual(before);
    expect(rememberedHealth(before, 'a')).toEqual(SOME);
    expect(rememberedHealth(before, 'another')).toBeUndefined();
  });

  test('have no hash while they change', () => {
    const before = targetFields([serving('a')], of({ a: SOME }), undefined);
    expect(
      targetFields([serving('a')], of({ a: { healthy: 2, total: 3 } }), before).registered,
    ).toBeUndefined();
  });
});

describe('unhealthy targets', () => {
  const SICK = {
    address: '10.0.0.1',
    port: 80,
    pod: 'web-1',
    state: 'unhealthy',
    message: 'health check got 404',
  };
  const sick = of({ a: SOME }, { a: { unhealthy: [SICK], more: 3, notes: ['waits'] } });

  test('are named, with what else is to be said', () => {
    expect(targetFields([serving('a')], sick, undefined).targetGroups?.[0]).toMatchObject({
      ...{ unhealthy: [SICK], moreUnhealthy: 3, notes: ['waits'] },
    });
  });
  test('are told to be all there are where none is healthy', () => {
    const status = (total: number, more: number) => ({
      targetGroups: [
        {
          ...targetFields([serving('a')], sick, undefined).targetGroups?.[0],
          total,
          moreUnhealthy: more,
        } as never,
      ],
    });
    const told = (total: number, more: number) => toldDown(status(total, more), 'a');
    expect([told(4, 3), told(5, 3), told(0, 0), toldDown({}, 'a')]).toEqual([
      true,
      undefined,
      undefined,
      undefined,
    ]);
  });
  test('stay named while it is not known which targets there are, and no longer', () => {
    const before = targetFields([serving('a')], sick, undefined);
    const restarted = of({ a: SOME }, { a: { known: false } });
    expect(targetFields([serving('a')], restarted, before).targetGroups?.[0]).toMatchObject({
      ...{ unhealthy: [SICK], moreUnhealthy: 3 },
    });
    const well = targetFields([serving('a')], of({ a: SOME }, { a: {} }), before).targetGroups?.[0];
    expect(well).toEqual({ ...named('a'), healthy: 2, total: 3 });
  });
});

test('health that flaps ten times a second is one write of status in five seconds, and ends as it is', async () => {
  const clock = { now: 0 };
  const served = new TargetGroupIndex();
  served.put(serving('a'));
  let healthy = 0;
  let stored: BindingStatus = {};
  let writes = 0;
  const statuses = new TargetStatuses({
    clusterName: 'prod',
    targets: {
      served,
      recording: () => undefined,
      standing: () => undefined,
      health: () => ({ healthy, total: 1 }),
    },
    statuses: {
      async update(_, __, change) {
        const next = change({ ...BINDING, status: stored });
        if (JSON.stringify(next) !== JSON.stringify(stored)) writes += 1;
        stored = next;
        return 'written';
      },
    },
    now: () => new Date(clock.now),
  });
  let due = 0;
  for (; clock.now < 60_000; clock.now += 100) {
    healthy = 1 - healthy;
    if (clock.now < due) continue;
    const next = await statuses.reconcile('shop/web');
    due = typeof next === 'object' ? clock.now + next.afterMs : 0;
  }
  expect(writes).toBeLessThanOrEqual(20);
  clock.now += 5_000;
  await statuses.reconcile('shop/web');
  expect(stored.targets).toBe(`${healthy}/1`);
});

test('no readiness gate is promised where nodes are targets, or nothing is written', () => {
  const backend = { ...serving('a').backend, targetType: 'instance' as const };
  const all = [
    serving('a', { backend }),
    serving('b', { policy: 'observe' }),
    serving('c', { policy: 'targets-only' }),
  ];
  const { targetGroups = [] } = targetFields(all, of({}), undefined);
  expect(targetGroups.map(({ readinessGate }) => readinessGate)).toEqual([
    undefined,
    undefined,
    'target-health.elbv2.k8s.aws/k8s-c',
  ]);
});

describe('a status', () => {
  const condition = (type: string, status: 'True' | 'False' = 'True', reason = type) => ({
    ...{ type, status, reason, message: `${type}.` },
    ...{ lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 4 },
  });
  const READY = {
    ...condition('Ready'),
    message: 'The Ingress is served as it says.',
  };
  const status: BindingStatus = {
    state: 'Ready',
    appliedHash: 'x',
    conditions: [condition('Accepted'), condition('ResolvedRefs'), condition('Programmed'), READY],
  };
  const empty = of({ a: { healthy: 0, total: 0, hash: 'none' } });

  test('says in Ready what has nothing behind it, and takes it back; nothing else changes', () => {
    const none = withTargets(status, [serving('a')], empty, NOW);
    expect(none).toMatchObject({ state: 'Ready', appliedHash: 'x', targets: '0/0' });
    expect(none.conditions?.slice(0, 3)).toEqual(status.conditions?.slice(0, 3));
    expect(none.conditions?.[3]).toEqual({
      ...READY,
      reason: 'NoTargets',
      message: expect.stringContaining('Service shop/web port 80 has no targets'),
    });
    const back = withTargets(none, [serving('a')], of({ a: SOME }), NOW);
    expect(back.conditions).toEqual(status.conditions);
  });

  test('says in Ready where rules of security groups are left alone', () => {
    const unclear = of({ a: { ...SOME, unclear: ['the network interface of i-1 has two'] } });
    const next = withTargets(status, [serving('a')], unclear, NOW);
    expect(next.conditions?.[3]).toMatchObject({
      status: 'True',
      reason: 'TargetRulesUnclear',
      message:
        'The Ingress is served as it says. Rules that let the load balancer reach Service shop/web port 80 are left alone: the network interface of i-1 has two.',
    });
    expect(withTargets(next, [serving('a')], of({ a: SOME }), NOW).conditions).toEqual(status.conditions);
  });

  test('that is not ready for another reason keeps that reason', () => {
    const failing = condition('Programmed', 'False', 'AwsRefused');
    const conditions = [condition('Accepted'), condition('ResolvedRefs'), failing];
    const next = withTargets({ ...status, conditions }, [serving('a')], empty, NOW);
    expect(next.conditions?.[3]).toMatchObject({ type: 'Ready', status: 'False', reason: 'AwsRefused' });
  });

  test('of which the pass over the group told nothing yet gets no conditions', () => {
    expect(withTargets({}, [serving('a')], empty, NOW)).toMatchObject({ targets: '0/0' });
    expect(withTargets({}, [serving('a')], empty, NOW)).not.toHaveProperty('conditions');
  });

  test('does not count predecessors that are about to go', () => {
    const all = [serving('a'), serving('old', { leaving: true })];
    expect(withTargets(status, all, of({ a: SOME, old: SOME }), NOW).targets).toBe('2/3');
  });
});
