// The status of a binding as far as its targets go.
import { describe, expect, test } from 'vitest';
import type { BindingStatus } from '../../api/generated/binding.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { Serving } from './serving.ts';
import { rememberedHealth, targetFields, withTargets } from './target-status.ts';

const NOW = '2026-03-01T00:00:00Z';
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
const of = (health: Record<string, TargetGroupHealth>) => (arn: string) => health[arn];
const SOME: TargetGroupHealth = { healthy: 2, total: 3, hash: 'h' };

describe('target groups', () => {
  test('are counted together', () => {
    const health = of({ a: SOME, b: { healthy: 1, total: 1 } });
    expect(targetFields([serving('a'), serving('b')], health, undefined)).toEqual({
      targets: '3/4',
      targetGroups: [
        { name: 'k8s-a', arn: 'a', service: 'web', port: 80, healthy: 2, total: 3 },
        { name: 'k8s-b', arn: 'b', service: 'web', port: 80, healthy: 1, total: 1 },
      ],
      registered: { a: 'h' },
    });
    expect(targetFields([], health, undefined)).toEqual({ targets: '0/0', targetGroups: [] });
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
