// What a load balancer takes from the VPC: zones from subnets, and security groups.
import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid, refuse } from './refusal.ts';
import type { World } from './state.ts';

/** aws-limits L15: the VPC quota "security groups per network interface". */
const SECURITY_GROUPS_MAX = 5;

/**
 * The zones of a list of subnets or mappings, not both (aws-limits L12): at least two, each in a zone of its own, all of
 * one VPC (L8), with IPv6 where the address type asks for it (L6).
 */
export function chooseZones(
  input: { Subnets?: string[] | undefined; SubnetMappings?: SubnetMapping[] | undefined },
  ipAddressType: string,
  world: World,
): { zones: { zone: string; subnetId: string }[]; vpcId: string } {
  const mappings = input.SubnetMappings ?? [];
  if ((input.Subnets ?? []).length > 0 && mappings.length > 0)
    invalid('You can specify only one of Subnets and SubnetMappings');
  for (const mapping of mappings)
    if (
      mapping.AllocationId ??
      mapping.PrivateIPv4Address ??
      mapping.IPv6Address ??
      mapping.SourceNatIpv6Prefix
    )
      refuse(
        'InvalidConfigurationRequest',
        'Addresses cannot be specified for the subnets of an Application Load Balancer',
      );
  const ids = mappings.length > 0 ? mappings.map((m) => m.SubnetId ?? '') : (input.Subnets ?? []);
  const subnets = [...new Set(ids)].map((id) => {
    const subnet = world.subnets.get(id);
    if (subnet === undefined) refuse('SubnetNotFound', `The subnet ID '${id}' does not exist`);
    return subnet;
  });
  const zones = new Set(subnets.map((subnet) => subnet.zone));
  if (new Set(subnets.map((subnet) => subnet.vpcId)).size > 1)
    refuse('InvalidConfigurationRequest', 'All subnets must belong to the same VPC');
  if (zones.size < subnets.length)
    refuse(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  const [first] = subnets;
  if (first === undefined || zones.size < 2)
    invalid('At least two subnets in two different Availability Zones must be specified');
  if (ipAddressType !== 'ipv4' && !subnets.every((subnet) => subnet.ipv6))
    invalid('You must specify subnets with an associated IPv6 CIDR block');
  return { zones: subnets.map(({ zone, id }) => ({ zone, subnetId: id })), vpcId: first.vpcId };
}

/** Security groups that exist in the VPC; none given means the VPC's default group (aws-limits L15). */
export function chooseSecurityGroups(ids: readonly string[], vpcId: string, world: World): string[] {
  const unique = [...new Set(ids)];
  if (unique.length === 0) {
    const fallback = [...world.securityGroups.values()].find(
      (group) => group.vpcId === vpcId && group.name === 'default',
    );
    return fallback === undefined ? [] : [fallback.id];
  }
  if (unique.length > SECURITY_GROUPS_MAX)
    refuse(
      'InvalidConfigurationRequest',
      `You can specify at most ${SECURITY_GROUPS_MAX} security groups, but there are ${unique.length}`,
    );
  for (const id of unique) {
    const group = world.securityGroups.get(id);
    if (group === undefined) refuse('InvalidSecurityGroup', `The security group '${id}' does not exist`);
    if (group.vpcId !== vpcId)
      refuse('InvalidConfigurationRequest', `Security group '${id}' is not in VPC '${vpcId}'`);
  }
  return unique;
}
