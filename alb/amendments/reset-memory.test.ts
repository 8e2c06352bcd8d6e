// Memory of what we set: what is noted before, what is left after, and who has it.
import { describe, expect, test } from 'vitest';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import { keyOf } from '../../api/kube.ts';
import { AwsFailure, type FailureKind } from '../failures/failure.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { bindingsOf, CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import type { Outcome } from '../plan/operation.ts';
import { plan } from '../plan/plan.ts';
import { beginning, known, remaining, type SetKeys } from './reset-memory.ts';

const IDLE = 'idle_timeout.timeout_seconds';
const DELAY = 'deregistration_delay.timeout_seconds';
const UNITS = 'minimum-load-balancer-capacity';
const SECURE = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };

const member = (name: string, said: Record<string, string> = {}) =>
  ingress({
    ingress: name,
    said: { 'group.name': 'g', ...SECURE, ...said },
    rules: [rule(`${name}.example.com`, path('/', 'web'))],
  });
type Ingresses = ReturnType<typeof member>[];

/** Bindings of the group, with what they remember. */
const bound = (ingresses: Ingresses, set: Record<string, SetKeys> = {}) =>
  bindingsOf({ ingresses, services: [] }, 'g').map((binding) => {
    const own = set[keyOf(binding)];
    return own === undefined ? binding : { ...binding, status: { set: own } };
  });

interface Told {
  readonly found?: readonly Found[];
  readonly set?: Record<string, SetKeys>;
  outcome?(at: number): Omit<Outcome, 'operation'>;
}

/** A pass in which each operation ended as told; what members are to remember before and after it. */
function pass(
  ingresses: Ingresses,
  { found = [], set = {}, outcome = () => ({ result: 'done' }) }: Told = {},
) {
  const { resources, backends } = wantedBy({ ingresses, services: [service()] }, 'g');
  const bindings = bound(ingresses, set);
  const { operations, matched } = plan(schemas, resources, found);
  const outcomes = operations.map((operation, at): Outcome => ({ operation, ...outcome(at) }));
  const done = outcomes.flatMap(({ operation, result }) => (result === 'done' ? [operation] : []));
  const after = interpret({ operations: done, matched }, found);
  const became = match(schemas, resources, after).matched;
  const before = beginning('g', bindings, operations, backends);
  const ended = remaining({ group: 'g', bindings, outcomes, backends, resources, found: after, became });
  return { before: Object.fromEntries(before), after: Object.fromEntries(ended), found: after, operations };
}

const arnOf = (found: readonly Found[], kind: Found['kind'], tag = ''): string =>
  found.find((one) => one.kind === kind && one.resourceTag.includes(tag))?.arn ?? '';
const failing = (action: string, kind: FailureKind): Omit<Outcome, 'operation'> => ({
  result: 'failed',
  failure: new AwsFailure({ action, code: 'No', message: 'no', kind, status: 400 }),
});

describe('before operations', () => {
  test('what is made is noted by group and id, since it has no ARN yet', () => {
    const said = {
      'load-balancer-attributes': `${IDLE}=30,routing.http2.enabled=true,new.key=1`,
      'mutual-authentication': '[{"port":443,"mode":"passthrough"}]',
      'target-group-attributes': `${DELAY}=30`,
      [UNITS]: 'CapacityUnits=500',
    };
    // Neither a default, nor a key of which the default is not known, nor capacity, which is reserved later.
    expect(pass([member('a', said)]).before).toEqual({
      'shop/a': {
        'g loadBalancer': [IDLE],
        'g listener/443': ['mutualAuthentication'],
        'g targetGroup/shop/a/web:80': [DELAY],
      },
    });
  });

  test('what is changed is noted by its ARN, only what changes, and nothing is lost', () => {
    const { found } = pass([member('a', { 'load-balancer-attributes': `${IDLE}=30` })]);
    const arn = arnOf(found, 'loadBalancer');
    const said = { 'load-balancer-attributes': `${IDLE}=30,routing.http2.enabled=false`, tags: 'a=b' };
    const { before } = pass([member('a', said)], { found, set: { 'shop/a': { 'arn:other': ['x'] } } });
    expect(before).toEqual({ 'shop/a': { 'arn:other': ['x'], [arn]: ['routing.http2.enabled'] } });
  });

  test('taking over what is there notes nothing', () => {
    const one = member('a', { 'load-balancer-attributes': `${IDLE}=30` });
    const { found } = pass([one]);
    expect(pass([one], { found })).toMatchObject({ before: {}, after: { 'shop/a': {} }, operations: [] });
  });
});

describe('after a pass', () => {
  const said = { 'load-balancer-attributes': `${IDLE}=30`, 'target-group-attributes': `${DELAY}=30` };

  test('all members know what holds for all, and of a target group its own member', () => {
    const { after, found } = pass([member('a', said), member('b')]);
    const balancer = { [arnOf(found, 'loadBalancer')]: [IDLE] };
    expect(after).toEqual({
      'shop/a': { ...balancer, [arnOf(found, 'targetGroup', 'a-web')]: [DELAY] },
      'shop/b': balancer,
    });
  });

  test('who comes learns it, who is gone takes nothing along, and what is gone is forgotten', () => {
    const { found, after } = pass([member('a', said)]);
    const balancer = { [arnOf(found, 'loadBalancer')]: [IDLE] };
    const set = { 'shop/a': { ...after['shop/a'], 'arn:gone': ['x'] } };
    const joined = pass([member('a', said), member('b', { 'load-balancer-attributes': `${IDLE}=30` })], {
      found,
      set,
    });
    expect(joined.after['shop/b']).toEqual(balancer);
    expect(joined.after['shop/a']).toEqual(after['shop/a']);
  });

  test('what is back at the default is forgotten', () => {
    const { found, after } = pass([member('a', said)]);
    const back = { 'load-balancer-attributes': `${IDLE}=60`, 'target-group-attributes': `${DELAY}=300` };
    expect(pass([member('a', back)], { found, set: after }).after).toEqual({ 'shop/a': {} });
  });

  test.each<[string, Omit<Outcome, 'operation'>, string[] | undefined]>([
    ['refused: it was never set', failing('ModifyLoadBalancerAttributes', 'refused'), undefined],
    ['not begun', { result: 'skipped' }, undefined],
    ['without an answer: it may be set', failing('ModifyLoadBalancerAttributes', 'unavailable'), [IDLE]],
    ['refused elsewhere: it may be set', failing('AddTags', 'refused'), [IDLE]],
  ])('%s', (_, outcome, expected) => {
    const { found } = pass([member('a')]);
    const { after } = pass([member('a', { 'load-balancer-attributes': `${IDLE}=30` })], {
      found,
      outcome: () => outcome,
    });
    expect(after['shop/a']?.[arnOf(found, 'loadBalancer')]).toEqual(expected);
  });

  test('what could not be made is known until it is', () => {
    const failed = pass([member('a', said)], {
      outcome: () => failing('ModifyLoadBalancerAttributes', 'unavailable'),
    });
    const expected = { 'shop/a': { 'g loadBalancer': [IDLE], 'g targetGroup/shop/a/web:80': [DELAY] } };
    expect(failed.after).toEqual(expected);
    const made = pass([member('a')], { set: expected });
    expect(made.after).toEqual({ 'shop/a': {} });
  });

  test('who is still leaving another group knows what it set there', () => {
    const one = member('a');
    const [binding] = bound([one], { 'shop/a': { 'arn:there': ['x'], 'other loadBalancer': ['y'] } });
    if (binding === undefined) throw new Error('no binding');
    const { resources, backends } = wantedBy({ ingresses: [one], services: [service()] }, 'g');
    const ended = (finalizers: string[]) =>
      remaining({
        ...{ group: 'g', outcomes: [], backends, resources, found: [], became: new Map() },
        bindings: [{ ...binding, metadata: { ...binding.metadata, finalizers } }],
      }).get('shop/a');
    expect(ended([finalizerOf('g'), finalizerOf('other')])).toEqual(binding.status?.set);
    expect(ended([finalizerOf('g')])).toEqual({});
  });
});

test('a group knows what any of its members knows', () => {
  const set = { 'shop/a': { one: ['b', 'a'] }, 'shop/b': { one: ['c'], two: ['d'] } };
  expect(known(bound([member('a'), member('b')], set))).toEqual({ one: ['a', 'b', 'c'], two: ['d'] });
});
