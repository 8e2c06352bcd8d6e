// When a successor serves, and how long what it replaces stays.
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../alb/desire/desiring.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { ingress, service, wantedBy } from '../../alb/laws/paper.ts';
import { plan } from '../../alb/plan/plan.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { Serving } from '../targets/serving.ts';
import { TargetGroupIndex } from '../targets/target-group-index.ts';
import { succession } from './replacement-readiness.ts';

const wanted = wantedBy({ ingresses: [ingress()], services: [service()] });
const found = interpret(plan(schemas, wanted.resources, []), []);
const group = found.find((one): one is Found<'targetGroup'> => one.kind === 'targetGroup');
const balancer = found.find(({ kind }) => kind === 'loadBalancer');
const [backend] = wanted.backends;
if (group === undefined || balancer === undefined || backend === undefined) throw new Error('no group');
const old = { ...group, arn: 'arn:old' };

const GRACE = 10_000;

function play(health: Record<string, TargetGroupHealth>) {
  const clock = { now: 0 };
  const serving = (arn: string, of: Backend, more: Partial<Serving> = {}): Serving => ({
    arn,
    name: 'web',
    group: group?.group ?? '',
    backend: of,
    made: false,
    policy: 'sync',
    ...more,
  });
  const all =
    backend === undefined
      ? []
      : [serving(group?.arn ?? '', backend), serving(old.arn, backend, { leaving: true })];
  const served = new TargetGroupIndex();
  for (const one of all) served.put(one);
  const targets = { served, health: (arn: string) => health[arn] };
  return { clock, health, ...succession(targets, GRACE, () => clock.now) };
}

const FINE: TargetGroupHealth = { healthy: 1, total: 2, hash: 'h' };
const SICK: TargetGroupHealth = { healthy: 0, total: 2, hash: 'h' };

describe('requests go to a new group', () => {
  test.each<[string, TargetGroupHealth | undefined, TargetGroupHealth | undefined, boolean]>([
    ['not while nothing is known of it', undefined, FINE, false],
    ['not while none of its targets is healthy', SICK, FINE, false],
    ['not before it is known that it has no targets', { healthy: 0, total: 0 }, FINE, false],
    ['when there are none to wait for', { healthy: 0, total: 0, hash: 'h' }, FINE, true],
    ['when one of its targets is healthy', FINE, FINE, true],
    ['when the old one has nobody healthy either', SICK, SICK, true],
    ['not when nothing is known of either', undefined, undefined, false],
  ])('%s', (_, fresh, before, expected) => {
    const health = { ...(fresh && { [group.arn]: fresh }), ...(before && { [old.arn]: before }) };
    expect(play(health).ready(group, old)).toBe(expected);
  });

  test('after five minutes all the same', () => {
    const { ready, clock } = play({ [group.arn]: SICK, [old.arn]: FINE });
    expect(ready(group, old)).toBe(false);
    clock.now = 299_999;
    expect(ready(group, old)).toBe(false);
    clock.now = 300_000;
    expect(ready(group, old)).toBe(true);
  });
});

describe('what is replaced goes', () => {
  test('a while after its successor serves, counted from when it last did not', () => {
    const { waitsFor, clock, health } = play({ [group.arn]: FINE });
    expect(waitsFor(group)).toBe('what it answers at the moment comes to an end');
    clock.now = GRACE - 1;
    health[group.arn] = SICK;
    expect(waitsFor(group)).toBe('no target of web is healthy behind it yet');
    health[group.arn] = FINE;
    expect(waitsFor(group)).toBeDefined();
    clock.now = 2 * GRACE - 1;
    expect(waitsFor(group)).toBeUndefined();
  });

  test('a while after its successor took over from one that was dead, healthy or not', () => {
    const { ready, waitsFor, clock } = play({ [group.arn]: SICK, [old.arn]: SICK });
    expect(waitsFor(group)).toBe('no target of web is healthy behind it yet');
    expect(ready(group, old)).toBe(true);
    expect(waitsFor(group)).toBe('what it answers at the moment comes to an end');
    clock.now = GRACE;
    expect(waitsFor(group)).toBeUndefined();
  });

  test('a load balancer when its successor is active and its own targets are healthy, not those of predecessors', () => {
    const { waitsFor, clock } = play({ [group.arn]: FINE, [old.arn]: SICK });
    expect(waitsFor(balancer)).toMatch(/^the address of .* becomes known$/);
    clock.now = GRACE;
    expect(waitsFor(balancer)).toBeUndefined();
    const young = { ...balancer, extra: { ...balancer.extra, state: 'provisioning' } } as Found;
    expect(waitsFor(young)).toMatch(/ is provisioning$/);
  });
});
