// WAFv2: which web ACL protects which load balancer (AWS WAFV2 API Reference); the web ACLs themselves are moto's.
import { refuse } from '../elb/refusal.ts';
import { maybeText, type ProtectionInput, textOf } from './input.ts';
import type { ProtectionFacts, ProtectionState } from './state.ts';

const WRONG = 'WAFInvalidParameterException';

/** aws-limits 6. */
const WEB_ACL = /^arn:[^:]+:wafv2:([^:]+):\d{12}:(regional|global)\/webacl\/([\w-]{1,128})\/([0-9a-f-]{36})$/;

export interface WebAclName {
  region: string;
  scope: 'REGIONAL' | 'CLOUDFRONT';
  name: string;
  id: string;
}

/** The parts of a web ACL's ARN, or undefined when it is none. */
export function webAclNameOf(arn: string): WebAclName | undefined {
  const [, region, scope, name, id] = WEB_ACL.exec(arn) ?? [];
  if (region === undefined || name === undefined || id === undefined) return undefined;
  return { region, scope: scope === 'global' ? 'CLOUDFRONT' : 'REGIONAL', name, id };
}

const notThere = (): never =>
  refuse(
    'WAFNonexistentItemException',
    'AWS WAF couldn’t perform the operation because your resource doesn’t exist.',
  );

/** The load balancer that a call names. @throws AwsRefusal WAFInvalidParameterException when the ARN is of no kind we know. */
export function loadBalancerArnOf(input: ProtectionInput): string {
  const arn = textOf(input, 'ResourceArn', WRONG);
  if (!/^arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/app\/[^/]+\/[^/]+$/.test(arn))
    refuse(WRONG, `The ARN isn't valid. A valid ARN begins with arn: : ${arn}`);
  return arn;
}

/**
 * Puts a web ACL before a load balancer, in the place of an earlier one (aws-limits 6).
 * @throws AwsRefusal WAFInvalidParameterException for an ACL of another Region or of CloudFront,
 * WAFNonexistentItemException for an unknown ACL, WAFUnavailableEntityException for an unknown load balancer.
 */
export function associateWebAcl(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const loadBalancer = loadBalancerArnOf(input);
  const arn = textOf(input, 'WebACLArn', WRONG);
  const name = webAclNameOf(arn);
  if (name === undefined || name.scope !== 'REGIONAL' || name.region !== facts.region)
    refuse(WRONG, `The ARN isn't valid for a regional web ACL of ${facts.region}: ${arn}`);
  if (!facts.webAclExists) notThere();
  if (!facts.resourceExists)
    refuse(
      'WAFUnavailableEntityException',
      'AWS WAF couldn’t retrieve a resource that you specified in your request.',
    );
  state.webAcls[loadBalancer] = arn;
  return {};
}

/** Takes the web ACL away; none to take away is fine. @throws AwsRefusal WAFNonexistentItemException for an unknown load balancer. */
export function disassociateWebAcl(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const loadBalancer = loadBalancerArnOf(input);
  if (!facts.resourceExists) notThere();
  delete state.webAcls[loadBalancer];
  return {};
}

/** The ARN of a load balancer's web ACL, as `WebACLArn`; the caller puts the web ACL in its place. Empty without one. */
export function getWebAclForResource(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const loadBalancer = loadBalancerArnOf(input);
  if (!facts.resourceExists) notThere();
  const arn = state.webAcls[loadBalancer];
  return arn === undefined ? {} : { WebACLArn: arn };
}

/** The load balancers behind a web ACL; of other kinds of resources nothing is known. */
export function listResourcesForWebAcl(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const arn = textOf(input, 'WebACLArn', WRONG);
  if (!facts.webAclExists) notThere();
  const type = maybeText(input, 'ResourceType', WRONG) ?? 'APPLICATION_LOAD_BALANCER';
  if (type !== 'APPLICATION_LOAD_BALANCER') return { ResourceArns: [] };
  return { ResourceArns: Object.keys(state.webAcls).filter((one) => state.webAcls[one] === arn) };
}

/** @throws AwsRefusal WAFAssociatedItemException when a load balancer has the web ACL that DeleteWebACL names. */
export function checkUnassociated(
  state: ProtectionState,
  input: ProtectionInput,
  gone: readonly string[],
): void {
  const id = maybeText(input, 'Id', WRONG);
  const name = maybeText(input, 'Name', WRONG);
  for (const [loadBalancer, arn] of Object.entries(state.webAcls))
    if (arn.endsWith(`/webacl/${name}/${id}`) && !gone.includes(loadBalancer))
      refuse(
        'WAFAssociatedItemException',
        'AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s associated with another resource.',
      );
}
