// One call on the state, without sockets or clock: input checked by the action table, then the action itself.
import * as account from './account-limits.ts';
import * as attributes from './attributes.ts';
import * as certificates from './certificates.ts';
import * as listeners from './listeners.ts';
import * as balancers from './load-balancers.ts';
import { ACTIONS, type ActionName } from './model.ts';
import { AwsRefusal } from './refusal.ts';
import * as rules from './rules.ts';
import { checkShape } from './shape.ts';
import type { Context, ElbState } from './state.ts';
import * as tags from './tags.ts';
import * as groups from './target-groups.ts';
import * as targets from './targets.ts';

type Perform = (state: ElbState, input: object, context: Context) => object;

const PERFORM: Record<ActionName, Perform> = {
  CreateLoadBalancer: balancers.createLoadBalancer as Perform,
  DescribeLoadBalancers: balancers.describeLoadBalancers,
  DeleteLoadBalancer: balancers.deleteLoadBalancer as Perform,
  DescribeLoadBalancerAttributes: attributes.describeLoadBalancerAttributes as Perform,
  ModifyLoadBalancerAttributes: attributes.modifyLoadBalancerAttributes as Perform,
  SetSubnets: balancers.setSubnets as Perform,
  SetSecurityGroups: balancers.setSecurityGroups as Perform,
  SetIpAddressType: balancers.setIpAddressType as Perform,
  CreateTargetGroup: groups.createTargetGroup as Perform,
  DescribeTargetGroups: groups.describeTargetGroups,
  ModifyTargetGroup: groups.modifyTargetGroup as Perform,
  DeleteTargetGroup: groups.deleteTargetGroup as Perform,
  DescribeTargetGroupAttributes: attributes.describeTargetGroupAttributes as Perform,
  ModifyTargetGroupAttributes: attributes.modifyTargetGroupAttributes as Perform,
  RegisterTargets: targets.registerTargets as Perform,
  DeregisterTargets: targets.deregisterTargets as Perform,
  DescribeTargetHealth: targets.describeTargetHealth as Perform,
  CreateListener: listeners.createListener as Perform,
  DescribeListeners: listeners.describeListeners,
  ModifyListener: listeners.modifyListener as Perform,
  DeleteListener: listeners.deleteListener as Perform,
  DescribeListenerAttributes: attributes.describeListenerAttributes as Perform,
  ModifyListenerAttributes: attributes.modifyListenerAttributes as Perform,
  AddListenerCertificates: certificates.addListenerCertificates as Perform,
  RemoveListenerCertificates: certificates.removeListenerCertificates as Perform,
  DescribeListenerCertificates: certificates.describeListenerCertificates as Perform,
  CreateRule: rules.createRule as Perform,
  DescribeRules: rules.describeRules,
  ModifyRule: rules.modifyRule as Perform,
  DeleteRule: rules.deleteRule as Perform,
  SetRulePriorities: rules.setRulePriorities as Perform,
  AddTags: tags.addTags as Perform,
  RemoveTags: tags.removeTags as Perform,
  DescribeTags: tags.describeTags as Perform,
  DescribeAccountLimits: account.describeAccountLimits,
  DescribeSSLPolicies: account.describeSSLPolicies,
};

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}

/**
 * Performs one call. Input and output have the shapes of the AWS SDK (`CreateRuleInput` → `CreateRuleOutput`).
 * @throws AwsRefusal as AWS would refuse; the state is then as it was.
 */
export function perform(state: ElbState, action: string, input: object, context: Context): object {
  if (!isAction(action))
    throw new AwsRefusal('InvalidAction', `The action ${action} is not valid for this web service`);
  checkShape(ACTIONS[action], input);
  return PERFORM[action](state, input, context);
}

/** Whether a call changes anything, by the verb of its name. */
export function isMutating(action: string): boolean {
  return !/^(Describe|Get|List|Search|BatchGet|Check|Lookup|AssumeRole)/.test(action);
}
