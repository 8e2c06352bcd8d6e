// Whether something can be a target of a group, and the zone it lies in (aws-limits TG11).
import { BlockList, isIP } from 'node:net';
import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid, refuse } from './refusal.ts';
import { type CallContext, partitionOf, type TargetGroupRecord, type World } from './state.ts';

/** Address ranges that ip targets may come from besides the VPC (ALB User Guide: Register targets). */
const PRIVATE = blockList(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']);

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', prefix = '32'] = cidr.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const within = (address: string, cidrs: readonly string[]): boolean =>
  cidrs.length > 0 && blockList(cidrs).check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** @throws AwsRefusal InvalidTarget or ValidationError. */
export function checkTarget(group: TargetGroupRecord, target: TargetDescription, context: CallContext): void {
  const id = target.Id ?? '';
  if (group.targetType === 'instance') checkInstance(group, id, context.world);
  else if (group.targetType === 'ip') checkAddress(group, target, context.world);
  else checkFunction(id, context);
}

/** aws-limits TG11, 6 Lambda: a function, or an alias of one, of this account and Region. */
function checkFunction(arn: string, { region, account }: CallContext): void {
  const place = `arn:${partitionOf(region)}:lambda:${region}:${account}:function:`;
  if (!arn.startsWith(place) || !/^[\w-]{1,140}(:[\w$-]{1,129})?$/.test(arn.slice(place.length)))
    invalid(`The Lambda function ARN '${arn}' is not valid`);
}

function checkInstance(group: TargetGroupRecord, id: string, world: World): void {
  if (!/^i-[0-9a-f]+$/.test(id)) invalid(`Instance ID '${id}' is not valid`);
  const instance = world.instances.get(id);
  if (instance === undefined)
    refuse(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
  if (!instance.running)
    refuse(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
  if (instance.vpcId !== group.vpcId)
    refuse(
      'InvalidTarget',
      `The following targets are not in the target group VPC '${group.vpcId}': '${id}'`,
    );
}

function checkAddress(group: TargetGroupRecord, target: TargetDescription, world: World): void {
  const id = target.Id ?? '';
  const family = isIP(id);
  if (family === 0) invalid(`The IP address '${id}' is not valid`);
  if ((family === 6) !== (group.ipAddressType === 'ipv6'))
    invalid(`The IP address '${id}' is not a valid ${group.ipAddressType} address`);
  const inVpc = within(id, world.vpcs.get(group.vpcId ?? '')?.cidrs ?? []);
  if (inVpc) return;
  if (family === 4 && !PRIVATE.check(id, 'ipv4'))
    invalid(`The IP address '${id}' is not a private address and not within the VPC '${group.vpcId}'`);
  if (target.AvailabilityZone === undefined)
    invalid(`You must specify an Availability Zone for the IP address '${id}', which is outside the VPC`);
}

/** The zone of a target: from the request, or of its instance, or of the subnet that holds its address. */
export function zoneOf(
  group: TargetGroupRecord,
  target: TargetDescription,
  world: World,
): string | undefined {
  const id = target.Id ?? '';
  if (target.AvailabilityZone === 'all') return undefined;
  if (target.AvailabilityZone !== undefined) return target.AvailabilityZone;
  if (group.targetType === 'instance') return world.instances.get(id)?.zone;
  if (isIP(id) !== 4) return undefined;
  for (const subnet of world.subnets.values())
    if (subnet.vpcId === group.vpcId && within(id, [subnet.cidr])) return subnet.zone;
  return undefined;
}
