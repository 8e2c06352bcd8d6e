// Every row of the contract.

import { accountRows } from './account-rows.ts';
import { authenticationActionRows } from './authentication-actions.ts';
import { certificateRows } from './certificates.ts';
import { conditionValueRows } from './condition-values.ts';
import { defaultActionRows } from './default-actions.ts';
import { forwardActionRows } from './forward-actions.ts';
import { healthCheckRows } from './health-checks.ts';
import { listenerAttributeRows } from './listener-attributes.ts';
import { listenerChangeRows } from './listener-changes.ts';
import { listenerSecurityRows } from './listener-security.ts';
import { listenerRows } from './listeners.ts';
import { loadBalancerAttributeRows } from './load-balancer-attributes.ts';
import { loadBalancerChangeRows } from './load-balancer-changes.ts';
import { loadBalancerFindRows } from './load-balancer-finds.ts';
import { loadBalancerNetworkRows } from './load-balancer-networks.ts';
import { loadBalancerRows } from './load-balancers.ts';
import { mutualAuthenticationRows } from './mutual-authentication.ts';
import { priorityRows } from './priorities.ts';
import { recordedBalancerRows } from './recorded-balancers.ts';
import { recordedListenerRows } from './recorded-listeners.ts';
import { recordedRuleRows } from './recorded-rules.ts';
import { recordedTargetGroupRows } from './recorded-target-groups.ts';
import type { ContractRow } from './row.ts';
import { ruleActionRows } from './rule-actions.ts';
import { ruleConditionRows } from './rule-conditions.ts';
import { ruleRows } from './rules.ts';
import { tagSearchRows } from './tag-search.ts';
import { taggingServiceRows } from './tagging-service.ts';
import { tagRows } from './tags.ts';
import { targetGroupAttributeReadRows } from './target-group-attribute-reads.ts';
import { targetGroupAttributeRows } from './target-group-attributes.ts';
import { targetGroupFindRows } from './target-group-finds.ts';
import { targetGroupRows } from './target-groups.ts';
import { targetHealthRows } from './target-health.ts';
import { targetRows } from './targets.ts';
import { transformRows } from './transforms.ts';
import { trustStoreRows } from './trust-stores.ts';

export const ROWS: readonly ContractRow[] = [
  ...loadBalancerRows,
  ...loadBalancerNetworkRows,
  ...loadBalancerFindRows,
  ...loadBalancerChangeRows,
  ...loadBalancerAttributeRows,
  ...listenerAttributeRows,
  ...certificateRows,
  ...defaultActionRows,
  ...listenerChangeRows,
  ...listenerRows,
  ...listenerSecurityRows,
  ...mutualAuthenticationRows,
  ...accountRows,
  ...trustStoreRows,
  ...authenticationActionRows,
  ...conditionValueRows,
  ...forwardActionRows,
  ...healthCheckRows,
  ...priorityRows,
  ...recordedBalancerRows,
  ...recordedListenerRows,
  ...recordedRuleRows,
  ...recordedTargetGroupRows,
  ...ruleActionRows,
  ...ruleConditionRows,
  ...ruleRows,
  ...tagSearchRows,
  ...taggingServiceRows,
  ...tagRows,
  ...targetGroupAttributeReadRows,
  ...targetGroupAttributeRows,
  ...targetGroupFindRows,
  ...targetGroupRows,
  ...targetHealthRows,
  ...targetRows,
  ...transformRows,
];
