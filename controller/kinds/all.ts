// Every AWS kind by its name.
import type { Kind } from '../../api/aws.ts';
import type { Plannable } from '../plan/match.ts';
import type { KindTable } from './kind.ts';
import { listener } from './listener.ts';
import { loadBalancer } from './load-balancer.ts';
import { rule } from './rule.ts';
import { ruleDiff } from './rule-diff.ts';
import { securityGroup } from './security-group.ts';
import { targetGroup } from './target-group.ts';

export const kinds: { readonly [K in Kind]: KindTable<K> } = {
  securityGroup,
  targetGroup,
  loadBalancer,
  listener,
  rule,
};

/** What the plan sees of them; rules bring their own diff. */
export const plannables: readonly Plannable[] = [
  securityGroup,
  targetGroup,
  loadBalancer,
  listener,
  { ...rule, diff: ruleDiff(rule) },
];
