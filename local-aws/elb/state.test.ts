// Laws of the state machine, with generated calls: a refused call changes nothing, and the indexes agree with the resources.
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, type InMemory } from './in-memory.ts';
import { groupsOf } from './links.ts';
import { type ElbState, emptyState, nextId } from './state.ts';
import { bundleAt, httpsListener, withBundles } from './trust-store-fixture.ts';

/** A step picks from what exists by number, so that every generated step means something. */
interface GeneratedStep {
  kind: number;
  a: number;
  b: number;
}

const pick = <T>(items: Iterable<T>, n: number): T | undefined => {
  const all = [...items];
  return all.length === 0 ? undefined : all[n % all.length];
};

function action(state: ElbState, n: number): Action {
  const group = pick(state.targetGroups.keys(), n);
  if (group === undefined || n % 3 === 0)
    return { Type: 'fixed-response', FixedResponseConfig: { StatusCode: n % 7 === 0 ? '302' : '200' } };
  return { Type: 'forward', TargetGroupArn: group };
}

function calls(aws: InMemory, { a, b }: GeneratedStep): (() => unknown)[] {
  const { state, call } = { state: aws.state, call: aws.call };
  const lb = pick(state.loadBalancers.keys(), a);
  const listener = pick(state.listeners.keys(), a);
  const rule = pick(state.rules.keys(), a);
  const group = pick(state.targetGroups.keys(), a);
  const store = pick(state.trustStores.keys(), a);
  const Targets = [{ Id: `10.0.0.${b}`, Port: 80 }];
  const Subnets = ['subnet-a', b % 5 === 0 ? 'subnet-a2' : 'subnet-b'];
  return [
    () =>
      call('CreateLoadBalancer', {
        Name: `lb-${a % 3}`,
        Subnets,
        Scheme: b % 2 ? 'internal' : 'internet-facing',
      }),
    () => call('DeleteLoadBalancer', { LoadBalancerArn: lb }),
    () =>
      call('CreateTargetGroup', {
        Name: `tg-${a % 4}`,
        TargetType: 'ip',
        Protocol: 'HTTP',
        Port: 80,
        VpcId: 'vpc-1',
      }),
    () => call('DeleteTargetGroup', { TargetGroupArn: group }),
    () =>
      call('CreateListener', {
        LoadBalancerArn: lb,
        Port: (b % 3) + 1,
        Protocol: 'HTTP',
        DefaultActions: [action(state, b)],
      }),
    () =>
      call('ModifyListener', {
        ListenerArn: listener,
        Port: (b % 3) + 1,
        DefaultActions: [action(state, b)],
      }),
    () => call('DeleteListener', { ListenerArn: listener }),
    () =>
      call('CreateRule', {
        ListenerArn: listener,
        Priority: (b % 4) + 1,
        Conditions: [{ Field: 'path-pattern', Values: ['/'] }],
        Actions: [action(state, b)],
      }),
    () => call('ModifyRule', { RuleArn: rule, Actions: [action(state, b)] }),
    () => call('DeleteRule', { RuleArn: rule }),
    () => call('SetRulePriorities', { RulePriorities: [{ RuleArn: rule, Priority: (b % 4) + 1 }] }),
    () => call('RegisterTargets', { TargetGroupArn: group, Targets }),
    () => call('DeregisterTargets', { TargetGroupArn: group, Targets }),
    () => call('CreateTrustStore', { Name: `store-${a % 3}`, ...bundleAt('ca.pem') }),
    () => call('DeleteTrustStore', { TrustStoreArn: store }),
    () =>
      call('CreateListener', {
        ...httpsListener(lb ?? '', (b % 4) + 1),
        MutualAuthentication: { Mode: 'verify', TrustStoreArn: store },
      }),
    () =>
      call('ModifyCapacityReservation', {
        LoadBalancerArn: lb,
        MinimumLoadBalancerCapacity: { CapacityUnits: b * 50 },
      }),
  ];
}

function checkIndexes(state: ElbState): void {
  for (const lb of state.loadBalancers.values()) {
    const listeners = [...state.listeners.values()].filter((listener) => listener.loadBalancerArn === lb.arn);
    expect(lb.listeners).toEqual(
      Object.fromEntries(listeners.map((listener) => [listener.port, listener.arn])),
    );
    const rules = [...state.rules.values()].filter((rule) =>
      listeners.some((listener) => listener.arn === rule.listenerArn),
    );
    expect(lb.ruleCount).toBe(rules.filter((rule) => rule.priority !== undefined).length);
    const uses: Record<string, number> = {};
    for (const arn of rules.flatMap((rule) => groupsOf(rule.actions))) uses[arn] = (uses[arn] ?? 0) + 1;
    expect(lb.targetGroups).toEqual(uses);
    for (const arn of Object.keys(uses)) expect(state.targetGroups.get(arn)?.loadBalancerArn).toBe(lb.arn);
  }
  for (const listener of state.listeners.values()) {
    expect(state.loadBalancers.has(listener.loadBalancerArn)).toBe(true);
    for (const [priority, arn] of Object.entries(listener.rules))
      expect(state.rules.get(arn)?.priority).toBe(Number(priority));
  }
  for (const rule of state.rules.values()) {
    const listener = state.listeners.get(rule.listenerArn);
    const indexed = rule.priority === undefined ? listener?.defaultRule : listener?.rules[rule.priority];
    expect(indexed).toBe(rule.arn);
  }
  const stores = [...state.trustStores.values()].map(({ name, arn }) => [name, arn]);
  expect(Object.fromEntries(state.trustStoreNames)).toEqual(Object.fromEntries(stores));
  for (const { mutualAuthentication: settings } of state.listeners.values())
    if (settings?.TrustStoreArn !== undefined)
      expect(state.trustStores.has(settings.TrustStoreArn)).toBe(true);
  for (const group of state.targetGroups.values())
    if (group.loadBalancerArn !== undefined)
      expect(state.loadBalancers.get(group.loadBalancerArn)?.targetGroups[group.arn]).toBeGreaterThan(0);
}

test('refused calls change nothing, accepted ones keep every index true', () => {
  const step = fc.record({ kind: fc.nat(16), a: fc.nat(20), b: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const aws = withBundles();
      for (const one of steps) {
        const run = calls(aws, one)[one.kind];
        if (run === undefined) throw new Error('no such step');
        const before = structuredClone(aws.state);
        if (codeOf(run) !== 'accepted') expect(aws.state).toEqual(before);
        checkIndexes(aws.state);
      }
    }),
    { numRuns: 150 },
  );
});

test('ids are 16 hex digits and never repeat', () => {
  const state = emptyState();
  const ids = new Set(Array.from({ length: 10_000 }, () => nextId(state).hex));
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
});
