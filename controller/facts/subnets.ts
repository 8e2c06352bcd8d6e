// Reads subnets, their routes and their zones from EC2, and chooses those of a load balancer.
import {
  DescribeAvailabilityZonesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  type RouteTable,
  type Subnet as WireSubnet,
} from '@aws-sdk/client-ec2';
import { GATES, type Gates } from '../../alb/feature-gates.ts';
import { tagMap } from '../../alb/kinds/tags.ts';
import { type Aws, allPages } from '../aws/client.ts';
import { remember } from './cache.ts';
import {
  type Choice,
  chooseDiscovered,
  chooseNamed,
  chooseTagged,
  type Subnet,
  type SubnetNeed,
  withRole,
} from './subnet-choice.ts';

export interface SubnetRequest extends Pick<SubnetNeed, 'scheme' | 'ipAddressType'> {
  /** The `subnets` annotation. */
  readonly named?: readonly string[];
  /** What the class parameters pick subnets by. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  /** Subnets of the load balancer that the group has already: kept as they are when none are named (aws-model 4.1). */
  readonly current?: readonly string[];
}

const SUBNETS_MS = 30_000;
const FOREVER = Number.POSITIVE_INFINITY;

/** Subnets as named, as the class picks them, as they are, or discovered: the first of these that applies (aws-model 4.1). */
export function subnetChooser(aws: Aws, gates: Gates = GATES): (request: SubnetRequest) => Promise<Choice> {
  const subnets = subnetReader(aws);
  const zoneType = zoneReader(aws);
  return async ({ named, tags, current, ...request }) => {
    const discovered = named === undefined && tags === undefined;
    if (discovered && current !== undefined) return { ids: [...current] };
    const need = {
      ...request,
      clusterName: aws.clusterName,
      one: gates.ALBSingleSubnet,
      ofAnyCluster: !gates.SubnetsClusterTagCheck,
      byRoleOnly: !gates.SubnetDiscoveryByReachability,
    };
    const plain = await subnets.all();
    const routed = discovered && !need.byRoleOnly && withRole(plain, need.scheme).length === 0;
    const all = routed ? await subnets.withReach() : plain;
    const zones = await zoneType([...new Set(all.map(({ zoneId }) => zoneId))]);
    if (tags !== undefined) return chooseTagged(tags, all, need, zones);
    return named === undefined ? chooseDiscovered(all, need, zones) : chooseNamed(named, all, need, zones);
  };
}

function subnetReader(aws: Aws) {
  const Filters = [{ Name: 'vpc-id', Values: [aws.vpcId] }];
  const wires = remember(SUBNETS_MS, () =>
    allPages(async (NextToken) => {
      const page = await aws.ec2.send(new DescribeSubnetsCommand({ Filters, NextToken }));
      return { items: page.Subnets, token: page.NextToken };
    }),
  );
  const tables = remember(SUBNETS_MS, () =>
    allPages(async (NextToken) => {
      const page = await aws.ec2.send(new DescribeRouteTablesCommand({ Filters, NextToken }));
      return { items: page.RouteTables, token: page.NextToken };
    }),
  );
  return {
    all: async (): Promise<Subnet[]> => (await wires.get('all')).map(subnetFromAws),
    async withReach(): Promise<Subnet[]> {
      const [all, routes] = await Promise.all([wires.get('all'), tables.get('all')]);
      return all.map(subnetFromAws).map((subnet) => ({ ...subnet, reachable: reachable(subnet.id, routes) }));
    },
  };
}

function subnetFromAws(wire: WireSubnet): Subnet {
  return {
    id: wire.SubnetId ?? '',
    zone: wire.AvailabilityZone ?? '',
    zoneId: wire.AvailabilityZoneId ?? '',
    tags: tagMap(wire.Tags),
    freeAddresses: wire.AvailableIpAddressCount ?? 0,
    ipv6: (wire.Ipv6CidrBlockAssociationSet ?? []).some(
      (one) => one.Ipv6CidrBlockState?.State === 'associated',
    ),
    outpost: wire.OutpostArn !== undefined && wire.OutpostArn !== '',
  };
}

/** Whether the route table of a subnet, its own or else the main one, leads to an internet gateway (aws-model 4.4). Pure. */
export function reachable(subnetId: string, tables: readonly RouteTable[]): boolean {
  const own = tables.find(({ Associations }) => Associations?.some(({ SubnetId }) => SubnetId === subnetId));
  const table = own ?? tables.find(({ Associations }) => Associations?.some(({ Main }) => Main === true));
  return (table?.Routes ?? []).some(({ GatewayId }) => GatewayId?.startsWith('igw') === true);
}

/** Id of an ordinary zone, `usw2-az1`; those of Local and Wavelength Zones have a part more (AWS: Regions and Zones). */
const PLAIN_ZONE = /^[a-z]+\d+-az\d+$/;

/** Types of zones by zone id; a zone never changes its type. */
function zoneReader(aws: Aws): (ids: readonly string[]) => Promise<Map<string, string>> {
  const read = remember(FOREVER, async (joined) => {
    const ZoneIds = joined.split(',');
    const { AvailabilityZones } = await aws.ec2.send(new DescribeAvailabilityZonesCommand({ ZoneIds }));
    return new Map((AvailabilityZones ?? []).map(({ ZoneId, ZoneType }) => [ZoneId ?? '', ZoneType ?? '']));
  });
  return async (ids) => {
    const plain = ids.filter((id) => PLAIN_ZONE.test(id));
    const others = ids.filter((id) => !PLAIN_ZONE.test(id)).sort();
    const asked = others.length === 0 ? new Map<string, string>() : await read.get(others.join(','));
    return new Map([...asked, ...plain.map((id) => [id, 'availability-zone'] as const)]);
  };
}
