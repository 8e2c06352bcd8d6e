// WAF Classic (AWS WAF Regional API Reference): web ACLs with nothing in them, and which load balancers have them.
// AWS makes no new ones since the end of support; here they can be made, or nothing could be associated in a test.
import { refuse } from '../elb/refusal.ts';
import { partitionOf } from '../elb/state.ts';
import { maybeText, newId, numberOf, type ProtectionInput, structureOf, textOf, uuidOf } from './input.ts';
import type { ClassicWebAcl, ProtectionFacts, ProtectionState } from './state.ts';
import { loadBalancerArnOf } from './web-acls.ts';

const WRONG = 'WAFInvalidParameterException';
/** ListWebACLs: Limit. */
const PAGE = { min: 0, max: 100, unset: 100 };

const notThere = (): never => refuse('WAFNonexistentItemException', 'The referenced item does not exist.');

/** The same until a change uses it (GetChangeToken). */
const changeToken = (state: ProtectionState) => uuidOf(`change ${state.serial}`);

export function getChangeToken(state: ProtectionState): object {
  return { ChangeToken: changeToken(state) };
}

function checkToken(state: ProtectionState, input: ProtectionInput): string {
  const token = textOf(input, 'ChangeToken', WRONG);
  if (token !== changeToken(state))
    refuse('WAFStaleDataException', 'The change token has been used already or was never given.');
  return token;
}

const view = (acl: ClassicWebAcl, facts: ProtectionFacts) => ({
  WebACLId: acl.id,
  Name: acl.name,
  MetricName: acl.metricName,
  DefaultAction: { Type: acl.defaultAction },
  Rules: [],
  WebACLArn: `arn:${partitionOf(facts.region)}:waf-regional:${facts.region}:${facts.account}:webacl/${acl.id}`,
});

function aclOf(state: ProtectionState, input: ProtectionInput): ClassicWebAcl {
  return state.classicWebAcls[textOf(input, 'WebACLId', WRONG)] ?? notThere();
}

/** @throws AwsRefusal WAFInvalidParameterException, or WAFStaleDataException for a used change token. */
export function createWebAcl(state: ProtectionState, input: ProtectionInput, facts: ProtectionFacts): object {
  const name = textOf(input, 'Name', WRONG);
  const metricName = textOf(input, 'MetricName', WRONG);
  const defaultAction = textOf(structureOf(input.DefaultAction), 'Type', WRONG);
  if (!/^[A-Za-z0-9]{1,128}$/.test(metricName)) refuse(WRONG, `'${metricName}' is not a valid MetricName`);
  if (!['ALLOW', 'BLOCK', 'COUNT'].includes(defaultAction))
    refuse(WRONG, `'${defaultAction}' is not a valid DefaultAction`);
  const token = checkToken(state, input);
  const acl = { id: newId(state, 'web ACL'), name, metricName, defaultAction };
  state.classicWebAcls[acl.id] = acl;
  return { WebACL: view(acl, facts), ChangeToken: token };
}

export function getWebAcl(state: ProtectionState, input: ProtectionInput, facts: ProtectionFacts): object {
  return { WebACL: view(aclOf(state, input), facts) };
}

/** Oldest first; the marker is the last id that was given. */
export function listWebAcls(state: ProtectionState, input: ProtectionInput): object {
  const all = Object.values(state.classicWebAcls);
  const marker = maybeText(input, 'NextMarker', WRONG);
  const start = marker === undefined ? 0 : all.findIndex((acl) => acl.id === marker) + 1;
  if (marker !== undefined && start === 0) refuse(WRONG, 'NextMarker is not valid');
  const size = numberOf(input, 'Limit', PAGE, WRONG) || PAGE.unset;
  const cut = all.slice(start, start + size);
  const more = start + size < all.length ? { NextMarker: cut.at(-1)?.id } : {};
  return { WebACLs: cut.map(({ id, name }) => ({ WebACLId: id, Name: name })), ...more };
}

/** @throws AwsRefusal WAFReferencedItemException while a load balancer has it. */
export function deleteWebAcl(state: ProtectionState, input: ProtectionInput): object {
  const { id } = aclOf(state, input);
  const token = checkToken(state, input);
  if (Object.values(state.classicAssociations).includes(id))
    refuse('WAFReferencedItemException', 'The web ACL is associated with a resource.');
  delete state.classicWebAcls[id];
  state.serial += 1;
  return { ChangeToken: token };
}

/** Puts a web ACL before a load balancer, in the place of an earlier one. */
export function associateWebAcl(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const loadBalancer = loadBalancerArnOf(input);
  const { id } = aclOf(state, input);
  if (!facts.resourceExists)
    refuse('WAFUnavailableEntityException', 'The resource that the request names cannot be accessed.');
  state.classicAssociations[loadBalancer] = id;
  return {};
}

export function disassociateWebAcl(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const loadBalancer = loadBalancerArnOf(input);
  if (!facts.resourceExists) notThere();
  delete state.classicAssociations[loadBalancer];
  return {};
}

/** The summary of a load balancer's web ACL; empty without one. */
export function getWebAclForResource(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const loadBalancer = loadBalancerArnOf(input);
  if (!facts.resourceExists) notThere();
  const acl = state.classicWebAcls[state.classicAssociations[loadBalancer] ?? ''];
  return acl === undefined ? {} : { WebACLSummary: { WebACLId: acl.id, Name: acl.name } };
}

export function listResourcesForWebAcl(state: ProtectionState, input: ProtectionInput): object {
  const { id } = aclOf(state, input);
  if (
    (maybeText(input, 'ResourceType', WRONG) ?? 'APPLICATION_LOAD_BALANCER') !== 'APPLICATION_LOAD_BALANCER'
  )
    return { ResourceArns: [] };
  const associated = Object.keys(state.classicAssociations);
  return { ResourceArns: associated.filter((arn) => state.classicAssociations[arn] === id) };
}
