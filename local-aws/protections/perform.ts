// One call on the protections, without sockets or clock: the services by their names in the credential scope.
import { refuse } from '../elb/refusal.ts';
import * as classic from './classic.ts';
import type { ProtectionInput } from './input.ts';
import * as shield from './shield.ts';
import type { ProtectionFacts, ProtectionState } from './state.ts';
import * as webAcls from './web-acls.ts';

type Perform = (state: ProtectionState, input: ProtectionInput, facts: ProtectionFacts) => object;

const PERFORM: Readonly<Record<string, Readonly<Record<string, Perform>>>> = {
  shield: {
    GetSubscriptionState: shield.getSubscriptionState,
    CreateSubscription: shield.createSubscription,
    DescribeSubscription: shield.describeSubscription,
    DeleteSubscription: shield.deleteSubscription,
    CreateProtection: shield.createProtection,
    DescribeProtection: shield.describeProtection,
    ListProtections: shield.listProtections,
    DeleteProtection: shield.deleteProtection,
    ListTagsForResource: shield.listTagsForResource,
    TagResource: shield.tagResource,
    UntagResource: shield.untagResource,
  },
  wafv2: {
    AssociateWebACL: webAcls.associateWebAcl,
    DisassociateWebACL: webAcls.disassociateWebAcl,
    GetWebACLForResource: webAcls.getWebAclForResource,
    ListResourcesForWebACL: webAcls.listResourcesForWebAcl,
  },
  'waf-regional': {
    GetChangeToken: classic.getChangeToken,
    CreateWebACL: classic.createWebAcl,
    GetWebACL: classic.getWebAcl,
    ListWebACLs: classic.listWebAcls,
    DeleteWebACL: classic.deleteWebAcl,
    AssociateWebACL: classic.associateWebAcl,
    DisassociateWebACL: classic.disassociateWebAcl,
    GetWebACLForResource: classic.getWebAclForResource,
    ListResourcesForWebACL: classic.listResourcesForWebAcl,
  },
};

/** Whether a call is for the protections; of WAFv2 only the associations are, the rest is moto's. */
export function isProtection(service: string, action: string): boolean {
  if (service === 'wafv2') return Object.hasOwn(PERFORM.wafv2 ?? {}, action);
  return Object.hasOwn(PERFORM, service);
}

const READS = /^(Get|List|Describe)/;

/**
 * Performs one call. The same state, call and facts give the same state and answer.
 * @throws AwsRefusal as AWS would refuse; the state is then as it was.
 */
export function performProtection(
  state: ProtectionState,
  call: { service: string; action: string; input: ProtectionInput },
  facts: ProtectionFacts,
): object {
  const actions = PERFORM[call.service] ?? {};
  const run = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined;
  if (run === undefined) return refuse('UnknownOperationException', `${call.action} is not offered here`);
  if (facts.gone.length > 0) {
    // A refusal and a read leave the state alone: what is written down of a history is only its changes.
    const copy = structuredClone(state);
    forget(copy, facts.gone);
    const answer = run(copy, call.input, facts);
    if (READS.test(call.action)) return answer;
    forget(state, facts.gone);
  }
  return run(state, call.input, facts);
}

function forget(state: ProtectionState, gone: readonly string[]): void {
  for (const arn of gone) {
    delete state.webAcls[arn];
    delete state.classicAssociations[arn];
  }
}
