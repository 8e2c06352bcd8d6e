// The calls for every AWS kind, by its name.
import type { Kind } from '../../../api/aws.ts';
import type { AnyCalls, KindCalls } from './kind.ts';
import { listenerCalls } from './listener.ts';
import { loadBalancerCalls } from './load-balancer.ts';
import { ruleCalls } from './rule.ts';
import { securityGroupCalls } from './security-group.ts';
import { targetGroupCalls } from './target-group.ts';

export const calls: { readonly [K in Kind]: KindCalls<K> } = {
  securityGroup: securityGroupCalls,
  targetGroup: targetGroupCalls,
  loadBalancer: loadBalancerCalls,
  listener: listenerCalls,
  rule: ruleCalls,
};

/** The calls for a kind whose name is not known here. */
export const callsOf = (kind: Kind): AnyCalls => calls[kind];
