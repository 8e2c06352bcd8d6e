// Every AWS kind by its name.
import type { Kind } from '../../api/aws.ts';
import { listener } from '../../controller/aws/kinds/listener.ts';
import { loadBalancer } from '../../controller/aws/kinds/load-balancer.ts';
import { rule } from '../../controller/aws/kinds/rule.ts';
import { securityGroup } from '../../controller/aws/kinds/security-group.ts';
import { targetGroup } from '../../controller/aws/kinds/target-group.ts';
import type { Plannable } from '../plan/match.ts';
import type { KindTable } from './kind.ts';
import { ruleDiff } from './rule-diff.ts';

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
