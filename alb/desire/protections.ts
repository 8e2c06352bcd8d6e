// What protects the load balancer: web ACL and Shield (aws-model 8.1, 8.3). What was looked up in vain is left as it is.

import { type LoadBalancerSpec, WEB_ACL } from '../../api/aws.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type Problem, warning } from '../../api/problems/problem.ts';
import { saidBy } from '../group.ts';
import { type Desiring, tell } from './desiring.ts';

const SHIELD = 'shield-advanced-protection';

/** Decides both for the load balancer, and tells those who said what cannot be had. */
export function protect(desiring: Desiring, spec: LoadBalancerSpec): void {
  protectByWebAcl(desiring, spec);
  protectByShield(desiring, spec);
}

const off = (name: string, flag: string): Problem =>
  warning('Unused', annotationPath(name), {
    because: `the controller runs with ${flag}=false, so it is left as it is`,
  });

function protectByWebAcl(desiring: Desiring, spec: LoadBalancerSpec): void {
  const { group, facts } = desiring;
  const said = group.webAcl;
  if (said === undefined) return;
  const { webAcl } = facts;
  const problem = facts.cluster.wafv2 ? webAcl?.problem : off(said.by, '--enable-wafv2');
  for (const member of problem === undefined ? [] : said.members) tell(desiring, member, problem as Problem);
  if (facts.cluster.wafv2)
    spec.webAcl = webAcl !== undefined && 'value' in webAcl ? webAcl.value : WEB_ACL.kept;
}

/** Without a subscription there is nothing to take away either. */
function protectByShield(desiring: Desiring, spec: LoadBalancerSpec): void {
  const { group, facts } = desiring;
  if (spec.shield === undefined) return;
  const subscribed = facts.shield !== undefined && 'value' in facts.shield;
  if (facts.cluster.shield && subscribed) return;
  const wanted = spec.shield === 'on';
  delete spec.shield;
  const problem = facts.cluster.shield ? facts.shield?.problem : off(SHIELD, '--enable-shield');
  if (problem === undefined || (facts.cluster.shield && !wanted)) return;
  for (const { member, setting } of saidBy(group.members, SHIELD)) {
    tell(desiring, member.key, problem);
    // Without a subscription there is no Shield, and the LBC serves without it; what could not be asked may be there.
    const unasked = facts.cluster.shield && problem.code !== 'SubscriptionNotFound';
    const until = 'Shield protects the load balancer';
    if (setting.value === true && unasked)
      desiring.unmet.push({ member: member.key, staysOpen: true, until });
  }
}
