// EC2 calls that moto lacks or cannot answer alone: network interfaces with those of load balancers, groups of a VPC, pools.
import {
  type CoipPool,
  DescribeNetworkInterfacesCommand,
  DescribeVpcsCommand,
  type EC2Client,
  EC2ServiceException,
  type IpamPool,
  type NetworkInterface,
  paginateDescribeSecurityGroups,
  type SecurityGroupForVpc,
} from '@aws-sdk/client-ec2';
import { AwsRefusal, refuse } from '../elb/refusal.ts';
import type { ElbState } from '../elb/state.ts';
import type { AwsCall } from '../protocol/call.ts';
import { checkDryRun, ec2Filters, ec2List, ec2Page, type FilterTable, filtered } from '../protocol/ec2.ts';
import { INTERFACE_FILTERS, interfacesOf, type Network } from './interfaces.ts';
import { withoutTerminated } from './users.ts';

/** Address pools of the account; nothing makes them, so they are given. */
export interface Pools {
  ipam: readonly IpamPool[];
  coip: readonly CoipPool[];
}

export interface NetworkSources extends Network {
  ec2: EC2Client;
  state: ElbState;
  pools: Pools;
  /** Makes subnets and security groups known, to `Network`. */
  know(subnets: string[], securityGroups: string[]): Promise<void>;
}

type Serve = (sources: NetworkSources, form: URLSearchParams) => Promise<object | undefined>;

const SERVE: Readonly<Record<string, Serve>> = {
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DescribeNetworkInterfaceAttribute: describeNetworkInterfaceAttribute,
  GetSecurityGroupsForVpc: getSecurityGroupsForVpc,
  DescribeIpamPools: async ({ pools }, form) => describeIpamPools(pools, form),
  DescribeCoipPools: async ({ pools }, form) => describeCoipPools(pools, form),
};

/**
 * What answers an EC2 call, in the shape of the AWS SDK; undefined when the call is moto's alone.
 * @throws AwsRefusal as AWS would refuse; what moto refuses is passed on with its own code.
 */
export async function serveNetwork(sources: NetworkSources, call: AwsCall): Promise<object | undefined> {
  const serve = call.service === 'ec2' && Object.hasOwn(SERVE, call.action) ? SERVE[call.action] : undefined;
  if (serve === undefined) return undefined;
  checkDryRun(call.form);
  try {
    return await serve(sources, call.form);
  } catch (error) {
    if (error instanceof EC2ServiceException)
      throw new AwsRefusal(error.name, error.message, error.$metadata.httpStatusCode ?? 400);
    throw error;
  }
}

/** Whether a call tries to change an interface that a load balancer has; only the load balancer itself may. */
export function changesOurInterface(state: ElbState, call: AwsCall): string | undefined {
  if (call.service !== 'ec2' || /^Describe/.test(call.action)) return undefined;
  const id = call.form.get('NetworkInterfaceId');
  if (id === null) return undefined;
  const nowhere = { account: '', subnets: new Map(), securityGroups: new Map() };
  const ours = interfacesOf(state.loadBalancers.values(), nowhere);
  return ours.some((one) => one.NetworkInterfaceId === id) ? id : undefined;
}

async function ourInterfaces(sources: NetworkSources): Promise<NetworkInterface[]> {
  const balancers = [...sources.state.loadBalancers.values()];
  await sources.know(
    balancers.flatMap((lb) => lb.zones.map((zone) => zone.subnetId)),
    balancers.flatMap((lb) => lb.securityGroups),
  );
  return interfacesOf(balancers, sources);
}

async function describeNetworkInterfaces(sources: NetworkSources, form: URLSearchParams): Promise<object> {
  const asked = ec2List(form, 'NetworkInterfaceId');
  if (asked.length > 0 && form.has('MaxResults'))
    refuse('InvalidParameterCombination', 'MaxResults cannot be used with network interface ids');
  const ours = await ourInterfaces(sources);
  const isOurs = new Set(ours.map((one) => one.NetworkInterfaceId));
  const others = asked.filter((id) => !isOurs.has(id));
  const found: NetworkInterface[] =
    asked.length === 0 ? ours : ours.filter((one) => asked.includes(one.NetworkInterfaceId ?? ''));
  if (asked.length === 0 || others.length > 0) {
    const ids = others.length > 0 ? { NetworkInterfaceIds: others } : {};
    const answer = await sources.ec2.send(new DescribeNetworkInterfacesCommand(ids));
    found.push(...(await withoutTerminated(sources.ec2, answer.NetworkInterfaces ?? [])));
  }
  const left = filtered(found, ec2Filters(form), INTERFACE_FILTERS, (one) => one.TagSet ?? []);
  const { items, ...token } = ec2Page(left, (one) => one.NetworkInterfaceId ?? '', form);
  return { NetworkInterfaces: items, ...token };
}

async function describeNetworkInterfaceAttribute(
  sources: NetworkSources,
  form: URLSearchParams,
): Promise<object | undefined> {
  const id = form.get('NetworkInterfaceId');
  const one = (await ourInterfaces(sources)).find((ours) => ours.NetworkInterfaceId === id);
  if (one === undefined) return undefined;
  const NetworkInterfaceId = one.NetworkInterfaceId;
  switch (form.get('Attribute')) {
    case 'description':
      return { NetworkInterfaceId, Description: { Value: one.Description } };
    case 'groupSet':
      return { NetworkInterfaceId, Groups: one.Groups };
    case 'sourceDestCheck':
      return { NetworkInterfaceId, SourceDestCheck: { Value: one.SourceDestCheck } };
    case 'attachment':
      return { NetworkInterfaceId, Attachment: one.Attachment };
    default:
      return refuse('InvalidParameterValue', 'The attribute is not one of a network interface');
  }
}

const GROUP_FILTERS: FilterTable<SecurityGroupForVpc> = {
  'group-id': (one) => [one.GroupId],
  'group-name': (one) => [one.GroupName],
  description: (one) => [one.Description],
  'owner-id': (one) => [one.OwnerId],
  'primary-vpc-id': (one) => [one.PrimaryVpcId],
};

/** The groups of the VPC itself: sharing between VPCs is not emulated. */
async function getSecurityGroupsForVpc({ ec2 }: NetworkSources, form: URLSearchParams): Promise<object> {
  const vpcId =
    form.get('VpcId') ?? refuse('MissingParameter', 'The request must contain the parameter VpcId');
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ Filters }));
  if ((Vpcs ?? []).length === 0) refuse('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
  const groups: SecurityGroupForVpc[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, { Filters }))
    for (const { GroupId, GroupName, Description, OwnerId, Tags, VpcId } of page.SecurityGroups ?? [])
      groups.push({ GroupId, GroupName, Description, OwnerId, Tags, PrimaryVpcId: VpcId });
  const left = filtered(groups, ec2Filters(form), GROUP_FILTERS, (one) => one.Tags ?? []);
  const { items, ...token } = ec2Page(left, (one) => one.GroupId ?? '', form);
  return { SecurityGroupForVpcs: items, ...token };
}

const IPAM_FILTERS: FilterTable<IpamPool> = {
  'address-family': (one) => [one.AddressFamily],
  description: (one) => [one.Description],
  'ipam-arn': (one) => [one.IpamArn],
  'ipam-pool-arn': (one) => [one.IpamPoolArn],
  'ipam-pool-id': (one) => [one.IpamPoolId],
  'ipam-region': (one) => [one.IpamRegion],
  'ipam-scope-arn': (one) => [one.IpamScopeArn],
  'ipam-scope-type': (one) => [one.IpamScopeType],
  locale: (one) => [one.Locale],
  'owner-id': (one) => [one.OwnerId],
  state: (one) => [one.State],
};

function describeIpamPools({ ipam }: Pools, form: URLSearchParams): object {
  const named = byIds(
    ipam,
    (one) => one.IpamPoolId,
    ec2List(form, 'IpamPoolId'),
    'InvalidIpamPoolId.NotFound',
  );
  const left = filtered(named, ec2Filters(form), IPAM_FILTERS, (one) => one.Tags ?? []);
  const { items, ...token } = ec2Page(left, (one) => one.IpamPoolId ?? '', form);
  return { IpamPools: items, ...token };
}

const COIP_FILTERS: FilterTable<CoipPool> = {
  'coip-pool.local-gateway-route-table-id': (one) => [one.LocalGatewayRouteTableId],
  'coip-pool.pool-id': (one) => [one.PoolId],
};

function describeCoipPools({ coip }: Pools, form: URLSearchParams): object {
  const named = byIds(coip, (one) => one.PoolId, ec2List(form, 'PoolId'), 'InvalidPoolID.NotFound');
  const left = filtered(named, ec2Filters(form), COIP_FILTERS, (one) => one.Tags ?? []);
  const { items, ...token } = ec2Page(left, (one) => one.PoolId ?? '', form);
  return { CoipPools: items, ...token };
}

function byIds<T>(
  all: readonly T[],
  idOf: (item: T) => string | undefined,
  ids: readonly string[],
  unknown: string,
): T[] {
  for (const id of ids) if (!all.some((one) => idOf(one) === id)) refuse(unknown, `${id} does not exist`);
  return all.filter((one) => ids.length === 0 || ids.includes(idOf(one) ?? ''));
}
