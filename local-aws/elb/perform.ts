// One call on the state, without sockets or clock: input checked by the action table, then the action itself.
import * as account from './account-limits.ts';
import * as attributes from './attributes.ts';
import * as capacity from './capacity.ts';
import * as certificates from './certificates.ts';
import * as pools from './ip-pools.ts';
import * as listeners from './listeners.ts';
import * as balancers from './load-balancers.ts';
import { ACTIONS, type ActionName } from './model.ts';
import { AwsRefusal } from './refusal.ts';
import * as rules from './rules.ts';
import { checkShape } from './shape.ts';
import type { CallContext, ElbState } from './state.ts';
import * as tags from './tags.ts';
import * as groups from './target-groups.ts';
import * as targets from './targets.ts';
import * as revocations from './trust-store-revocations.ts';
import * as stores from './trust-stores.ts';

/** Every action by its name; the types of its input and output are those of its function. */
const PERFORM = {
  CreateLoadBalancer: balancers.createLoadBalancer,
  DescribeLoadBalancers: balancers.describeLoadBalancers,
  DeleteLoadBalancer: balancers.deleteLoadBalancer,
  DescribeLoadBalancerAttributes: attributes.describeLoadBalancerAttributes,
  ModifyLoadBalancerAttributes: attributes.modifyLoadBalancerAttributes,
  SetSubnets: balancers.setSubnets,
  SetSecurityGroups: balancers.setSecurityGroups,
  SetIpAddressType: balancers.setIpAddressType,
  ModifyIpPools: pools.modifyIpPools,
  DescribeCapacityReservation: capacity.describeCapacityReservation,
  ModifyCapacityReservation: capacity.modifyCapacityReservation,
  CreateTargetGroup: groups.createTargetGroup,
  DescribeTargetGroups: groups.describeTargetGroups,
  ModifyTargetGroup: groups.modifyTargetGroup,
  DeleteTargetGroup: groups.deleteTargetGroup,
  DescribeTargetGroupAttributes: attributes.describeTargetGroupAttributes,
  ModifyTargetGroupAttributes: attributes.modifyTargetGroupAttributes,
  RegisterTargets: targets.registerTargets,
  DeregisterTargets: targets.deregisterTargets,
  DescribeTargetHealth: targets.describeTargetHealth,
  CreateListener: listeners.createListener,
  DescribeListeners: listeners.describeListeners,
  ModifyListener: listeners.modifyListener,
  DeleteListener: listeners.deleteListener,
  DescribeListenerAttributes: attributes.describeListenerAttributes,
  ModifyListenerAttributes: attributes.modifyListenerAttributes,
  AddListenerCertificates: certificates.addListenerCertificates,
  RemoveListenerCertificates: certificates.removeListenerCertificates,
  DescribeListenerCertificates: certificates.describeListenerCertificates,
  CreateRule: rules.createRule,
  DescribeRules: rules.describeRules,
  ModifyRule: rules.modifyRule,
  DeleteRule: rules.deleteRule,
  SetRulePriorities: rules.setRulePriorities,
  CreateTrustStore: stores.createTrustStore,
  DescribeTrustStores: stores.describeTrustStores,
  ModifyTrustStore: stores.modifyTrustStore,
  DeleteTrustStore: stores.deleteTrustStore,
  DescribeTrustStoreAssociations: stores.describeTrustStoreAssociations,
  DeleteSharedTrustStoreAssociation: stores.deleteSharedTrustStoreAssociation,
  GetTrustStoreCaCertificatesBundle: stores.getTrustStoreCaCertificatesBundle,
  GetResourcePolicy: stores.getResourcePolicy,
  AddTrustStoreRevocations: revocations.addTrustStoreRevocations,
  DescribeTrustStoreRevocations: revocations.describeTrustStoreRevocations,
  GetTrustStoreRevocationContent: revocations.getTrustStoreRevocationContent,
  RemoveTrustStoreRevocations: revocations.removeTrustStoreRevocations,
  AddTags: tags.addTags,
  RemoveTags: tags.removeTags,
  DescribeTags: tags.describeTags,
  DescribeAccountLimits: account.describeAccountLimits,
  DescribeSSLPolicies: account.describeSSLPolicies,
} satisfies Record<ActionName, (state: ElbState, input: never, context: CallContext) => object>;

export type InputOf<A extends ActionName> = Parameters<(typeof PERFORM)[A]>[1];
export type OutputOf<A extends ActionName> = ReturnType<(typeof PERFORM)[A]>;

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}

/**
 * Performs one call. Input and output have the shapes of the AWS SDK (`CreateRuleInput` → `CreateRuleOutput`).
 * @throws AwsRefusal as AWS would refuse; the state is then as it was.
 */
export function perform(state: ElbState, action: string, input: object, context: CallContext): object {
  if (!isAction(action))
    throw new AwsRefusal('InvalidAction', `The action ${action} is not valid for this web service`);
  checkShape(ACTIONS[action], input);
  const run = PERFORM[action] as (state: ElbState, input: object, context: CallContext) => object;
  return run(state, input, context);
}

/** Whether a call changes anything, by the verb of its name. */
export function isMutating(action: string): boolean {
  return !/^(Describe|Get|GET |HEAD |List|Search|BatchGet|Check|Lookup|AssumeRole)/.test(action);
}
