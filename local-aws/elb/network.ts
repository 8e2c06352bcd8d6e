// What a load balancer takes from the VPC: zones from subnets, and security groups.
import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { placementOf } from './placement.ts';
import { invalid, refuse } from './refusal.ts';
import type { CallContext, LoadBalancerRecord, World } from './state.ts';

/** aws-limits L15: the quota "security groups per network interface" can be raised, but not above this. */
const SECURITY_GROUPS_MAX = 16;

/**
 * The zones of a list of subnets or mappings, not both (aws-limits L12): as many as their kind of zone asks for (L8 to
 * L10), each in a zone of its own, all of one VPC, with IPv6 where the address type asks for it (L6).
 */
export function chooseZones(
  input: { Subnets?: string[] | undefined; SubnetMappings?: SubnetMapping[] | undefined },
  ipAddressType: string,
  world: World,
): Pick<LoadBalancerRecord, 'zones' | 'vpcId' | 'placement'> {
  const mappings = input.SubnetMappings ?? [];
  if ((input.Subnets ?? []).length > 0 && mappings.length > 0)
    invalid('You can specify only one of Subnets and SubnetMappings');
  for (const mapping of mappings) refuseAddresses(mapping);
  const ids = mappings.length > 0 ? mappings.map((m) => m.SubnetId ?? '') : (input.Subnets ?? []);
  const subnets = [...new Set(ids)].map((id) => {
    const subnet = world.subnets.get(id);
    if (subnet === undefined) refuse('SubnetNotFound', `The subnet ID '${id}' does not exist`);
    return subnet;
  });
  const [first] = subnets;
  const stranger = subnets.find((subnet) => subnet.vpcId !== first?.vpcId);
  if (stranger !== undefined)
    refuse(
      'InvalidConfigurationRequest',
      `All subnets must belong to the same VPC, but there are '${first?.vpcId}' and '${stranger.vpcId}'`,
    );
  const zones = new Set(subnets.map((subnet) => subnet.zone));
  for (const subnet of subnets)
    if (!zones.delete(subnet.zone))
      refuse(
        'InvalidConfigurationRequest',
        'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
      );
  const placement = placementOf(subnets);
  if (first === undefined) invalid('At least one subnet must be specified');
  const without = ipAddressType === 'ipv4' ? [] : subnets.filter((subnet) => !subnet.ipv6);
  if (without.length > 0)
    invalid(
      `You must specify subnets with an associated IPv6 CIDR block, but '${without.map(({ id }) => id).join(', ')}' have none`,
    );
  return {
    zones: subnets.map(({ zone, id, outpostArn }) => ({
      zone,
      subnetId: id,
      ...(outpostArn === undefined ? {} : { outpostArn }),
    })),
    vpcId: first.vpcId,
    ...(placement === undefined ? {} : { placement }),
  };
}

/** aws-limits L12: addresses in a mapping are for Network Load Balancers. */
const ADDRESSES = {
  AllocationId: "Elastic IPs are not supported for load balancers with type 'application'",
  PrivateIPv4Address:
    "You can only specify private IPv4 addresses for Network Load Balancers with scheme 'internal'.",
  IPv6Address: "IPv6 addresses are not supported for load balancers with type 'application'",
  SourceNatIpv6Prefix: "'SourceNatIpv6Prefix' can only be specified for LoadBalancer type 'network'.",
} as const;

function refuseAddresses(mapping: SubnetMapping): void {
  for (const member of ['AllocationId', 'PrivateIPv4Address', 'IPv6Address', 'SourceNatIpv6Prefix'] as const)
    if (mapping[member] !== undefined) refuse('InvalidConfigurationRequest', ADDRESSES[member]);
}

/** What faces the internet needs a way there (API reference, CreateLoadBalancer: InvalidSubnet). */
export function checkGateway(vpcId: string, world: World): void {
  if (world.vpcs.get(vpcId)?.internetGateway === false)
    refuse('InvalidSubnet', `VPC ${vpcId} has no internet gateway`);
}

/** Security groups that exist in the VPC; none given means the VPC's default group (aws-limits L15). */
export function chooseSecurityGroups(
  ids: readonly string[],
  vpcId: string,
  { world, limits }: Pick<CallContext, 'world' | 'limits'>,
): string[] {
  const unique = [...new Set(ids)];
  if (unique.length === 0) {
    const fallback = [...world.securityGroups.values()].find(
      (group) => group.vpcId === vpcId && group.name === 'default',
    );
    return fallback === undefined ? [] : [fallback.id];
  }
  const most = Math.min(limits['security-groups-per-network-interface'], SECURITY_GROUPS_MAX);
  if (unique.length > most)
    refuse(
      'InvalidConfigurationRequest',
      `You can specify at most ${most} security groups, but there are ${unique.length}`,
    );
  for (const id of unique) {
    const group = world.securityGroups.get(id);
    if (group === undefined) refuse('InvalidSecurityGroup', `The security group '${id}' does not exist`);
    if (group.vpcId !== vpcId)
      refuse('InvalidConfigurationRequest', 'One or more security groups are invalid');
  }
  return unique;
}
