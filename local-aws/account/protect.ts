// Calls on Shield and web ACLs: looks up the facts that the protections need, and asks moto for the web ACLs it keeps.
import { AwsRefusal } from '../elb/refusal.ts';
import { forwardToMoto, type RawRequest } from '../moto/moto-proxy.ts';
import { structureOf } from '../protections/input.ts';
import { isProtection } from '../protections/perform.ts';
import { goneOf, type ProtectionFacts, type ProtectionState } from '../protections/state.ts';
import { webAclNameOf } from '../protections/web-acls.ts';
import { type HttpAnswer, json } from '../protocol/answer.ts';
import type { AwsCall } from '../protocol/call.ts';

/** Whether a call is answered by the protections; associations of what is no load balancer are left to moto. */
export function concernsProtections(call: AwsCall): boolean {
  if (!isProtection(call.service, call.action)) return false;
  const arn = call.json.ResourceArn;
  const other =
    call.service === 'wafv2' && typeof arn === 'string' && /^arn:(?!.*:elasticloadbalancing:)/.test(arn);
  return !other;
}

export interface ProtectionSources {
  state: ProtectionState;
  loadBalancers: { has(arn: string): boolean };
  motoUrl: string;
}

/** Everything that a call must know (`ProtectionFacts`), but the time and place, which the caller knows. */
export async function protectionFacts(
  sources: ProtectionSources,
  call: AwsCall,
  request: RawRequest,
  where: Pick<ProtectionFacts, 'now' | 'region' | 'account'>,
): Promise<ProtectionFacts> {
  const { now, region, account } = where;
  const resource = String(call.json.ResourceArn ?? '');
  const acl = call.service === 'wafv2' ? call.json.WebACLArn : undefined;
  return {
    now,
    region,
    account,
    // What else can be protected is not kept here, and taken to be there.
    resourceExists: resource.includes(':elasticloadbalancing:') ? sources.loadBalancers.has(resource) : true,
    webAclExists: typeof acl === 'string' && (await webAcl(sources.motoUrl, request, acl)) !== undefined,
    gone: goneOf(sources.state, sources.loadBalancers),
  };
}

/** The answer to a call, with the web ACL itself where AWS answers it. */
export async function protectionAnswer(
  sources: ProtectionSources,
  call: AwsCall,
  request: RawRequest,
  output: object,
): Promise<HttpAnswer> {
  if (call.service !== 'wafv2' || call.action !== 'GetWebACLForResource') return json(output);
  const { WebACLArn: arn } = structureOf(output);
  if (typeof arn !== 'string') return json({});
  const found = await webAcl(sources.motoUrl, request, arn);
  return json(found === undefined ? {} : { WebACL: found });
}

/** A web ACL as moto knows it (GetWebACL by name, id and scope), or undefined. */
async function webAcl(motoUrl: string, request: RawRequest, arn: string): Promise<unknown> {
  const named = webAclNameOf(arn);
  if (named === undefined) return undefined;
  const answer = await forwardToMoto(motoUrl, {
    ...request,
    headers: { ...request.headers, 'x-amz-target': 'AWSWAF_20190729.GetWebACL' },
    body: Buffer.from(JSON.stringify({ Name: named.name, Id: named.id, Scope: named.scope })),
  });
  const body = structureOf(JSON.parse(answer.body.toString()));
  if (answer.status < 300) return body.WebACL;
  if (String(body.__type).endsWith('WAFNonexistentItemException')) return undefined;
  throw new AwsRefusal('WAFInternalErrorException', `GetWebACL was answered ${answer.status}`, 500);
}
