// Checks before a call goes to moto: refusals that AWS gives because a resource is in use, and networks as EC2 keeps them.
import { AwsRefusal, refuse } from '../elb/refusal.ts';
import type { ElbState } from '../elb/state.ts';
import type { RawRequest } from '../moto/moto-proxy.ts';
import { goneOf, type ProtectionState } from '../protections/state.ts';
import { checkUnassociated } from '../protections/web-acls.ts';
import type { AwsCall } from '../protocol/call.ts';
import { usersOf } from './acm.ts';
import { checkNewGroup, checkNewRules, withCanonicalNetworks } from './group-rules.ts';
import { changesOurInterface } from './network.ts';

/** What EC2 can be asked about the users of its resources. */
export interface Users {
  /** The id of a security group of the default VPC by its name. */
  groupNamed(name: string): Promise<string | undefined>;
  /** Whether rules of other groups name a security group. */
  referenced(groupId: string): Promise<boolean>;
  /** Whether network interfaces have a security group. */
  attached(groupId: string): Promise<boolean>;
  /** Whether network interfaces lie in a subnet. */
  occupied(subnetId: string): Promise<boolean>;
  /** Whether a VPC has security groups of its own, interfaces or an internet gateway; subnets moto looks for itself. */
  furnished(vpcId: string): Promise<boolean>;
  /** Whether there is a VPC. */
  vpcExists(vpcId: string): Promise<boolean>;
}

type DeletionCheck = (guarded: DeletionFacts, call: AwsCall) => Promise<void>;

export interface DeletionFacts {
  state: ElbState;
  protections: ProtectionState;
  users: Users;
}

const dependency = (message: string): never => refuse('DependencyViolation', message);

const GUARDS: Readonly<Record<string, DeletionCheck>> = {
  'ec2 DeleteSecurityGroup': async ({ state, users }, { form }) => {
    const id = form.get('GroupId') ?? (await users.groupNamed(form.get('GroupName') ?? ''));
    if (id === undefined) return;
    const balancers = [...state.loadBalancers.values()];
    const ours = balancers.some((lb) => lb.securityGroups.includes(id));
    if (ours || (await users.attached(id)) || (await users.referenced(id)))
      dependency(`resource ${id} has a dependent object`);
  },
  'ec2 DeleteSubnet': async ({ state, users }, { form }) => {
    const id = form.get('SubnetId') ?? '';
    const balancers = [...state.loadBalancers.values()];
    const ours = balancers.some((lb) => lb.zones.some((zone) => zone.subnetId === id));
    if (ours || (await users.occupied(id)))
      dependency(`The subnet '${id}' has dependencies and cannot be deleted.`);
  },
  'ec2 DeleteVpc': async ({ state, users }, { form }) => {
    const id = form.get('VpcId') ?? '';
    const ours = [...state.loadBalancers.values()].some((lb) => lb.vpcId === id);
    if (ours || (await users.furnished(id)))
      dependency(`The vpc '${id}' has dependencies and cannot be deleted.`);
  },
  'ec2 DetachInternetGateway': async ({ state }, { form }) => {
    const id = form.get('VpcId') ?? '';
    const open = [...state.loadBalancers.values()].some(
      (lb) => lb.vpcId === id && lb.scheme === 'internet-facing',
    );
    if (open)
      dependency(
        `Network ${id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      );
  },
  'ec2 CreateSecurityGroup': async ({ users }, { form }) => {
    checkNewGroup(form);
    const vpc = form.get('VpcId');
    if (vpc !== null && !(await users.vpcExists(vpc)))
      refuse('InvalidVpcID.NotFound', `The vpc ID '${vpc}' does not exist`);
  },
  'acm DeleteCertificate': async ({ state }, { json }) => {
    const arn = String(json.CertificateArn);
    if (usersOf(state, arn).length > 0)
      throw new AwsRefusal('ResourceInUseException', `Certificate ${arn} is in use.`);
  },
  'wafv2 DeleteWebACL': async ({ state, protections }, { json }) =>
    checkUnassociated(protections, json, goneOf(protections, state.loadBalancers)),
};

/** Calls that name networks in rules of security groups. */
const RULES =
  /^(Authorize|Revoke)SecurityGroup(Ingress|Egress)$|^ModifySecurityGroupRules$|^UpdateSecurityGroupRuleDescriptions/;

/**
 * Lets a call through to moto, or refuses it (moto-coverage 7, 8). Answers the request to send, in which the networks of
 * rules are canonical.
 */
export async function checkDeletion(
  guarded: DeletionFacts,
  call: AwsCall,
  request: RawRequest,
): Promise<RawRequest> {
  const interfaceId = changesOurInterface(guarded.state, call);
  if (interfaceId !== undefined)
    refuse(
      call.action === 'DeleteNetworkInterface' ? 'InvalidNetworkInterface.InUse' : 'OperationNotPermitted',
      `Network interface '${interfaceId}' is currently in use by a load balancer.`,
    );
  const what = `${call.service} ${call.action}`;
  await (Object.hasOwn(GUARDS, what) ? GUARDS[what]?.(guarded, call) : undefined);
  if (call.service !== 'ec2' || !RULES.test(call.action)) return request;
  const form = withCanonicalNetworks(call.form);
  if (call.action.startsWith('Authorize')) checkNewRules(form);
  return { ...request, body: Buffer.from(form.toString()) };
}
