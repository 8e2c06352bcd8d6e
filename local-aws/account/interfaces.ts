// The network interfaces of load balancers: one in each zone while the load balancer exists (Elastic Load Balancing user guide: "Availability Zones").
import { isIPv4 } from 'node:net';
import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { hexOf, type LoadBalancerRecord } from '../elb/state.ts';
import type { FilterTable } from '../protocol/ec2.ts';

/** What must be known of the network to describe an interface. */
export interface Network {
  account: string;
  subnets: ReadonlyMap<string, { cidr: string }>;
  securityGroups: ReadonlyMap<string, { name: string }>;
}

/** The first four addresses and the last one of a subnet are AWS's own (VPC user guide: "Subnet CIDR blocks"). */
const RESERVED_FIRST = 4;
const RESERVED = 5;

/** The interfaces of every load balancer. A subnet that is not known yet leaves its interface without address. */
export function interfacesOf(
  loadBalancers: Iterable<LoadBalancerRecord>,
  network: Network,
): NetworkInterface[] {
  return [...loadBalancers].flatMap((lb) => lb.zones.map((zone) => interfaceIn(lb, zone, network)));
}

function interfaceIn(
  lb: LoadBalancerRecord,
  { zone, subnetId }: LoadBalancerRecord['zones'][number],
  network: Network,
): NetworkInterface {
  const id = idIn(lb, subnetId);
  const address = addressIn(network.subnets.get(subnetId)?.cidr ?? '', lb.serial);
  const open = lb.scheme === 'internet-facing' && lb.ipAddressType !== 'dualstack-without-public-ipv4';
  const Association = open
    ? { IpOwnerId: 'amazon-elb', PublicIp: publicAddress(lb.serial, subnetId) }
    : undefined;
  return {
    Association,
    Attachment: {
      AttachmentId: `ela-attach-${id.slice('eni-'.length)}`,
      AttachTime: new Date(lb.createdAt),
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: 'amazon-elb',
      Status: 'attached',
    },
    AvailabilityZone: zone,
    Description: `ELB app/${lb.name}/${hexOf(lb.arn)}`,
    Groups: lb.securityGroups.map((GroupId) => ({
      GroupId,
      GroupName: network.securityGroups.get(GroupId)?.name,
    })),
    InterfaceType: 'interface',
    Ipv6Addresses: [],
    MacAddress: macOf(id),
    NetworkInterfaceId: id,
    OwnerId: network.account,
    PrivateIpAddress: address,
    PrivateIpAddresses:
      address === undefined ? [] : [{ Primary: true, PrivateIpAddress: address, Association }],
    RequesterId: 'amazon-elb',
    RequesterManaged: true,
    SourceDestCheck: true,
    Status: 'in-use',
    SubnetId: subnetId,
    TagSet: [],
    VpcId: lb.vpcId,
  };
}

/** The same for the same load balancer and subnet: the load balancer's digits, moved by the subnet's. */
function idIn(lb: LoadBalancerRecord, subnetId: string): string {
  const moved = BigInt.asUintN(64, BigInt(`0x${hexOf(lb.arn)}`) ^ spread(subnetId));
  return `eni-0${moved.toString(16).padStart(16, '0')}`;
}

/** FNV-1a, 64 bits. */
function spread(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

const macOf = (id: string) => `06:${(id.slice(-10).match(/../g) ?? []).join(':')}`;

/** An address of the subnet, from its end; load balancers made one after the other get different ones. */
function addressIn(cidr: string, serial: number): string | undefined {
  const [network = '', length = ''] = cidr.split('/');
  if (!isIPv4(network)) return undefined;
  const size = 2 ** (32 - Number(length));
  const usable = Math.max(size - RESERVED, 1);
  const first = network.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) + RESERVED_FIRST;
  return textOf(first + usable - 1 - (serial % usable));
}

/** An address of 198.18.0.0/15, which is routed nowhere (RFC 2544). */
function publicAddress(serial: number, subnetId: string): string {
  const at = (BigInt(serial) * 8n + (spread(subnetId) % 8n)) % 0x20000n;
  return textOf(198 * 2 ** 24 + 18 * 2 ** 16 + Number(at));
}

const textOf = (address: number) =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');

const flag = (value: boolean | undefined) => (value === undefined ? undefined : String(value));

/** Filters of DescribeNetworkInterfaces (Amazon EC2 API Reference). */
export const INTERFACE_FILTERS: FilterTable<NetworkInterface> = {
  'association.allocation-id': (one) => [one.Association?.AllocationId],
  'association.association-id': (one) => [one.Association?.AssociationId],
  'association.ip-owner-id': (one) => [one.Association?.IpOwnerId],
  'association.public-ip': (one) => [one.Association?.PublicIp],
  'association.public-dns-name': (one) => [one.Association?.PublicDnsName],
  'addresses.association.owner-id': (one) =>
    (one.PrivateIpAddresses ?? []).map((address) => address.Association?.IpOwnerId),
  'addresses.association.public-ip': (one) =>
    (one.PrivateIpAddresses ?? []).map((address) => address.Association?.PublicIp),
  'addresses.primary': (one) => (one.PrivateIpAddresses ?? []).map((address) => flag(address.Primary)),
  'addresses.private-ip-address': (one) =>
    (one.PrivateIpAddresses ?? []).map((address) => address.PrivateIpAddress),
  'attachment.attachment-id': (one) => [one.Attachment?.AttachmentId],
  'attachment.attach-time': (one) => [one.Attachment?.AttachTime?.toISOString()],
  'attachment.delete-on-termination': (one) => [flag(one.Attachment?.DeleteOnTermination)],
  'attachment.device-index': (one) => [one.Attachment?.DeviceIndex?.toString()],
  'attachment.instance-id': (one) => [one.Attachment?.InstanceId],
  'attachment.instance-owner-id': (one) => [one.Attachment?.InstanceOwnerId],
  'attachment.status': (one) => [one.Attachment?.Status],
  'availability-zone': (one) => [one.AvailabilityZone],
  'availability-zone-id': (one) => [one.AvailabilityZoneId],
  description: (one) => [one.Description],
  'group-id': (one) => (one.Groups ?? []).map((group) => group.GroupId),
  'group-name': (one) => (one.Groups ?? []).map((group) => group.GroupName),
  'interface-type': (one) => [one.InterfaceType],
  'ipv6-addresses.ipv6-address': (one) => (one.Ipv6Addresses ?? []).map((address) => address.Ipv6Address),
  'mac-address': (one) => [one.MacAddress],
  'network-interface-id': (one) => [one.NetworkInterfaceId],
  'operator.managed': (one) => [flag(one.Operator?.Managed ?? false)],
  'operator.principal': (one) => [one.Operator?.Principal],
  'owner-id': (one) => [one.OwnerId],
  'private-dns-name': (one) => [one.PrivateDnsName],
  'private-ip-address': (one) => [one.PrivateIpAddress],
  'requester-id': (one) => [one.RequesterId],
  'requester-managed': (one) => [flag(one.RequesterManaged)],
  'source-dest-check': (one) => [flag(one.SourceDestCheck)],
  status: (one) => [one.Status],
  'subnet-id': (one) => [one.SubnetId],
  'vpc-id': (one) => [one.VpcId],
};
