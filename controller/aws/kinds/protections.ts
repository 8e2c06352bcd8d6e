// What protects a load balancer: its web ACL (aws-model 8.1) and Shield Advanced (aws-model 8.3), read and written.
import {
  CreateProtectionCommand,
  DeleteProtectionCommand,
  DescribeProtectionCommand,
  type Protection,
} from '@aws-sdk/client-shield';
import {
  AssociateWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLForResourceCommand,
  ListResourcesForWebACLCommand,
} from '@aws-sdk/client-wafv2';
import { type LoadBalancerSpec, WEB_ACL } from '../../../api/aws.ts';
import { type Aws, unlessGone } from '../client.ts';

type Shield = NonNullable<LoadBalancerSpec['shield']>;

/** Name of the protections that we make, and the older name by which the LBC knows its own (aws-model 1.6). */
const OURS = 'managed by aws-load-balancer-controller';
const OUR_NAMES: readonly (string | undefined)[] = [OURS, 'managed by aws-alb-ingress-controller'];

/** ARN of the web ACL of a load balancer, or `none`. */
export async function readWebAcl(aws: Aws, ResourceArn: string): Promise<string> {
  // WAF may not know the load balancer yet.
  const read = await unlessGone(aws.wafv2.send(new GetWebACLForResourceCommand({ ResourceArn })));
  return read?.WebACL?.ARN ?? WEB_ACL.none;
}

/** ARNs of the load balancers that have a web ACL: one call for all of them. */
export async function readBehind(aws: Aws, WebACLArn: string): Promise<ReadonlySet<string>> {
  const answer = await aws.wafv2.send(
    new ListResourcesForWebACLCommand({ WebACLArn, ResourceType: 'APPLICATION_LOAD_BALANCER' }),
  );
  return new Set(answer.ResourceArns);
}

/** Puts a web ACL before a load balancer, in the place of another one, or takes it away; gives what there is then. */
export async function writeWebAcl(
  aws: Aws,
  ResourceArn: string,
  { wanted, known }: { readonly wanted: string; readonly known: string | undefined },
): Promise<string> {
  // What could not be read before is read now, so that nothing is written blindly.
  const now = known === undefined || known === WEB_ACL.unknown ? await readWebAcl(aws, ResourceArn) : known;
  if (now === wanted) return wanted;
  await (wanted === WEB_ACL.none
    ? aws.wafv2.send(new DisassociateWebACLCommand({ ResourceArn }))
    : aws.wafv2.send(new AssociateWebACLCommand({ ResourceArn, WebACLArn: wanted })));
  return wanted;
}

const protectionOf = async (aws: Aws, ResourceArn: string): Promise<Protection | undefined> =>
  (await unlessGone(aws.shield.send(new DescribeProtectionCommand({ ResourceArn }))))?.Protection;

const stateOf = (protection: Protection | undefined): Shield => {
  if (protection === undefined) return 'off';
  return OUR_NAMES.includes(protection.Name) ? 'on' : 'foreign';
};

/** Whether Shield Advanced protects a load balancer, and whether somebody else had it do so. */
export const readShield = async (aws: Aws, arn: string): Promise<Shield> =>
  stateOf(await protectionOf(aws, arn));

/** Makes our protection, or takes ours away; gives what there is then. What somebody else made stays. */
export async function writeShield(aws: Aws, ResourceArn: string, wanted: Shield): Promise<Shield> {
  const protection = await protectionOf(aws, ResourceArn);
  const now = stateOf(protection);
  if (now === 'foreign' || now === wanted) return now;
  if (wanted === 'on') await aws.shield.send(new CreateProtectionCommand({ Name: OURS, ResourceArn }));
  else await aws.shield.send(new DeleteProtectionCommand({ ProtectionId: protection?.Id }));
  return wanted;
}
