// Load balancers: create, describe, delete, and their subnets, security groups and address type.
import type {
  CreateLoadBalancerInput,
  DeleteLoadBalancerInput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
  LoadBalancer as LoadBalancerView,
  SetIpAddressTypeInput,
  SetSecurityGroupsInput,
  SetSubnetsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { loadBalancerAttributes } from './attributes.ts';
import { checkNotPending } from './capacity.ts';
import { held, loadBalancerOf } from './find.ts';
import { checkCustomerOwnedPool, checkIpamPool } from './ip-pools.ts';
import { removeListener } from './listeners.ts';
import { checkLoadBalancerName } from './names.ts';
import { checkGateway, chooseSecurityGroups, chooseZones } from './network.ts';
import { notEmulated } from './not-emulated.ts';
import { page } from './page.ts';
import { invalid, refuse } from './refusal.ts';
import {
  arnOf,
  type CallContext,
  type ElbState,
  type LoadBalancerRecord,
  nextId,
  type Zone,
} from './state.ts';
import { newTags } from './tags.ts';

/** Hosted zones of Application Load Balancers (AWS General Reference: Elastic Load Balancing endpoints). */
const HOSTED_ZONES: Record<string, string> = {
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-central-1': 'Z215JYRZR1TBD5',
};

/** DescribeLoadBalancers takes at most so many ARNs or names (aws-limits 7). */
const ASKED_MAX = 20;

/**
 * Creates a load balancer; an identical one of the same name is answered as it is (aws-limits L1).
 * Refuses by aws-limits L1, L8, L12, L15, L17 and the quota TooManyLoadBalancers.
 */
export function createLoadBalancer(
  state: ElbState,
  input: CreateLoadBalancerInput,
  context: CallContext,
): { LoadBalancers: LoadBalancerView[] } {
  const name = input.Name ?? '';
  checkLoadBalancerName(name);
  if (input.Type !== undefined && input.Type !== 'application')
    notEmulated(`load balancers of type '${input.Type}'`); // L22
  const wanted = settingsOf(input, context);
  const existing = state.loadBalancers.get(state.loadBalancerNames.get(name) ?? '');
  if (existing !== undefined) {
    if (!sameSettings(existing, wanted))
      refuse(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${name}' exists, but with different settings`,
      );
    return { LoadBalancers: [view(existing, context)] };
  }
  const limit = context.limits['application-load-balancers'];
  if (state.loadBalancers.size >= limit)
    refuse('TooManyLoadBalancers', `You've reached the limit of ${limit} Application Load Balancers`);
  const { serial, hex } = nextId(state);
  const prefix = wanted.scheme === 'internal' ? 'internal-' : '';
  const digits = BigInt(`0x${hex.slice(0, 8)}`).toString();
  const lb: LoadBalancerRecord = {
    arn: arnOf(context, `loadbalancer/app/${name}/${hex}`),
    serial,
    name,
    dnsName: `${prefix}${name}-${digits}.${context.region}.elb.amazonaws.com`.toLowerCase(),
    ...wanted,
    createdAt: context.now,
    activeAt: context.now + context.provisioningMs,
    attributes: {},
    listeners: {},
    targetGroups: {},
    ruleCount: 0,
  };
  state.loadBalancers.set(lb.arn, lb);
  state.loadBalancerNames.set(name, lb.arn);
  state.dnsNames.set(lb.dnsName, lb.arn);
  return { LoadBalancers: [{ ...view(lb, context), State: { Code: 'provisioning' } }] };
}

type LoadBalancerFields = Pick<
  LoadBalancerRecord,
  | 'scheme'
  | 'vpcId'
  | 'ipAddressType'
  | 'zones'
  | 'securityGroups'
  | 'tags'
  | 'customerOwnedIpv4Pool'
  | 'ipv4IpamPoolId'
  | 'placement'
>;

function settingsOf(input: CreateLoadBalancerInput, context: CallContext): LoadBalancerFields {
  const scheme = input.Scheme ?? 'internet-facing'; // L2
  const ipAddressType = input.IpAddressType ?? 'ipv4';
  const pool = input.IpamPools?.Ipv4IpamPoolId;
  const network = chooseZones(input, ipAddressType, context.world);
  if (scheme === 'internet-facing') checkGateway(network.vpcId, context.world);
  const settings: LoadBalancerFields = {
    scheme,
    ipAddressType,
    ...network,
    securityGroups: chooseSecurityGroups(input.SecurityGroups ?? [], network.vpcId, context),
    tags: newTags(input.Tags),
    ...(input.CustomerOwnedIpv4Pool === undefined
      ? {}
      : { customerOwnedIpv4Pool: input.CustomerOwnedIpv4Pool }),
    ...(pool === undefined ? {} : { ipv4IpamPoolId: pool }),
  };
  checkIpamPool(settings);
  checkCustomerOwnedPool(settings);
  return settings;
}

function sameSettings(existing: LoadBalancerRecord, wanted: LoadBalancerFields): boolean {
  const key = (s: LoadBalancerFields) =>
    JSON.stringify([
      s.scheme,
      s.vpcId,
      s.ipAddressType,
      s.zones.map((zone) => zone.subnetId).sort(),
      [...s.securityGroups].sort(),
      Object.entries(s.tags).sort(),
      s.customerOwnedIpv4Pool,
      s.ipv4IpamPoolId,
    ]);
  return key(existing) === key(wanted);
}

function view(lb: LoadBalancerRecord, context: CallContext): LoadBalancerView {
  return {
    LoadBalancerArn: lb.arn,
    DNSName: lb.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONES[context.region] ?? 'Z2P70J7EXAMPLE',
    CreatedTime: new Date(lb.createdAt),
    LoadBalancerName: lb.name,
    Scheme: lb.scheme,
    VpcId: lb.vpcId,
    State: { Code: context.now >= lb.activeAt ? 'active' : 'provisioning' },
    Type: 'application',
    AvailabilityZones: lb.zones.map(zoneView),
    SecurityGroups: [...lb.securityGroups],
    IpAddressType: lb.ipAddressType as NonNullable<LoadBalancerView['IpAddressType']>,
    ...(lb.customerOwnedIpv4Pool === undefined ? {} : { CustomerOwnedIpv4Pool: lb.customerOwnedIpv4Pool }),
    ...(lb.ipv4IpamPoolId === undefined ? {} : { IpamPools: { Ipv4IpamPoolId: lb.ipv4IpamPoolId } }),
  };
}

const zoneView = ({ zone, subnetId, outpostArn }: Zone) => ({
  ZoneName: zone,
  SubnetId: subnetId,
  ...(outpostArn === undefined ? {} : { OutpostId: outpostArn.slice(outpostArn.lastIndexOf('/') + 1) }),
  LoadBalancerAddresses: [],
});

/** aws-limits 7: at most 20 asked for; one unknown among them refuses the call (moto-coverage 1, trap 13). */
export function describeLoadBalancers(
  state: ElbState,
  input: DescribeLoadBalancersInput,
  context: CallContext,
): DescribeLoadBalancersOutput {
  const arns = input.LoadBalancerArns ?? [];
  const names = input.Names ?? [];
  if (arns.length > 0 && names.length > 0)
    invalid('Load balancer names and load balancer ARNs cannot be specified at the same time');
  if (arns.length > ASKED_MAX || names.length > ASKED_MAX)
    invalid(
      `Up to '${ASKED_MAX}' load balancers can be specified, but '${Math.max(arns.length, names.length)}' were specified`,
    );
  const chosen =
    names.length > 0
      ? names.map((name) => byName(state, name))
      : arns.length > 0
        ? arns.map((arn) => loadBalancerOf(state, arn))
        : [...state.loadBalancers.values()];
  const unique = [...new Set(chosen)].sort((a, b) => a.serial - b.serial);
  const { items, marker } = page(unique, (lb) => lb.serial, input);
  return { LoadBalancers: items.map((lb) => view(lb, context)), ...marker };
}

function byName(state: ElbState, name: string): LoadBalancerRecord {
  const arn = state.loadBalancerNames.get(name);
  if (arn === undefined) refuse('LoadBalancerNotFound', `Load balancers '[${name}]' not found`);
  return held(state.loadBalancers, arn);
}

/** aws-limits L21: refused while protected; a missing load balancer counts as deleted. */
export function deleteLoadBalancer(state: ElbState, input: DeleteLoadBalancerInput): Record<never, never> {
  const arn = input.LoadBalancerArn ?? '';
  const lb = state.loadBalancers.get(arn);
  if (lb === undefined) {
    if (!arn.includes(':loadbalancer/')) invalid(`'${arn}' is not a valid load balancer ARN`);
    return {};
  }
  if (loadBalancerAttributes(lb)['deletion_protection.enabled'] === 'true')
    refuse(
      'OperationNotPermitted',
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    );
  for (const listener of Object.values(lb.listeners)) removeListener(state, held(state.listeners, listener));
  state.loadBalancers.delete(arn);
  state.loadBalancerNames.delete(lb.name);
  state.dnsNames.delete(lb.dnsName);
  return {};
}

/** aws-limits L6, L8, L12, L18; the subnets stay in the load balancer's VPC and kind of zone. */
export function setSubnets(state: ElbState, input: SetSubnetsInput, context: CallContext) {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const ipAddressType = input.IpAddressType ?? lb.ipAddressType;
  checkNotPending(lb, context);
  const { zones, vpcId, placement } = chooseZones(input, ipAddressType, context.world);
  if (vpcId !== lb.vpcId)
    refuse(
      'InvalidConfigurationRequest',
      `The subnets are in VPC '${vpcId}', but the load balancer is in VPC '${lb.vpcId}'`,
    );
  if (placement !== lb.placement)
    refuse(
      'InvalidConfigurationRequest',
      'The subnets must be of the same zone type as those of the load balancer',
    );
  checkAddressChange(state, lb, ipAddressType);
  lb.zones = zones;
  lb.ipAddressType = ipAddressType;
  return { AvailabilityZones: zones.map(zoneView), IpAddressType: ipAddressType };
}

/** aws-limits L15. */
export function setSecurityGroups(state: ElbState, input: SetSecurityGroupsInput, context: CallContext) {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const groups = input.SecurityGroups ?? [];
  if (groups.length === 0) invalid('At least one security group must be specified');
  lb.securityGroups = chooseSecurityGroups(groups, lb.vpcId, context);
  return { SecurityGroupIds: [...lb.securityGroups] };
}

/** aws-limits L6. */
export function setIpAddressType(state: ElbState, input: SetIpAddressTypeInput, context: CallContext) {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const ipAddressType = input.IpAddressType ?? 'ipv4';
  chooseZones({ Subnets: lb.zones.map((zone) => zone.subnetId) }, ipAddressType, context.world);
  checkAddressChange(state, lb, ipAddressType);
  lb.ipAddressType = ipAddressType;
  return { IpAddressType: ipAddressType };
}

/** aws-limits L17, TG7: what else must suit an address type. */
function checkAddressChange(state: ElbState, lb: LoadBalancerRecord, ipAddressType: string): void {
  checkIpamPool({ ...lb, ipAddressType });
  if (ipAddressType !== 'ipv4') return;
  for (const group of Object.keys(lb.targetGroups))
    if (held(state.targetGroups, group).ipAddressType === 'ipv6')
      refuse(
        'InvalidConfigurationRequest',
        `You cannot set the IP address type to 'ipv4' while the IPv6 target group '${group}' is associated`,
      );
}
