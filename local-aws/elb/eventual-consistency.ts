// Eventual consistency: the state as describes show it before the newest resources are visible.
import type { ElbState, ListenerRecord, LoadBalancerRecord } from './state.ts';

/** The state without resources whose serial is above `upTo`, and without their traces in older ones. Nothing is changed. */
export function visibleState(state: ElbState, upTo: number): ElbState {
  const seen = <T extends { serial: number }>(all: Map<string, T>, with_: (one: T) => boolean = () => true) =>
    new Map([...all].filter(([, one]) => one.serial <= upTo && with_(one)));
  const loadBalancers = seen(state.loadBalancers);
  const listeners = seen(state.listeners, (one) => loadBalancers.has(one.loadBalancerArn));
  const rules = seen(state.rules, (one) => listeners.has(one.listenerArn));
  const targetGroups = seen(state.targetGroups);
  const trustStores = seen(state.trustStores);
  const known = (arns: Record<string, string>, all: Map<string, unknown>) =>
    Object.fromEntries(Object.entries(arns).filter(([, arn]) => all.has(arn)));
  const named = (names: Map<string, string>, all: Map<string, unknown>) =>
    new Map([...names].filter(([, arn]) => all.has(arn)));
  return {
    ...state,
    loadBalancers: mapped(
      loadBalancers,
      (one): LoadBalancerRecord => ({ ...one, listeners: known(one.listeners, listeners) }),
    ),
    listeners: mapped(listeners, (one): ListenerRecord => ({ ...one, rules: known(one.rules, rules) })),
    rules,
    targetGroups,
    trustStores,
    loadBalancerNames: named(state.loadBalancerNames, loadBalancers),
    targetGroupNames: named(state.targetGroupNames, targetGroups),
    trustStoreNames: named(state.trustStoreNames, trustStores),
    dnsNames: named(state.dnsNames, loadBalancers),
  };
}

function mapped<T>(all: Map<string, T>, of: (one: T) => T): Map<string, T> {
  return new Map([...all].map(([arn, one]) => [arn, of(one)]));
}
