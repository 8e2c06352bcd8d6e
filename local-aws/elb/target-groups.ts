// Target groups: create, describe, modify, delete, and their health check settings.
import type {
  CreateTargetGroupInput,
  DeleteTargetGroupInput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupInput,
  TargetGroup as TargetGroupView,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { held, loadBalancerOf, targetGroupOf } from './find.ts';
import { healthCheckOf, isNetwork } from './health-check.ts';
import { checkTargetGroupName } from './names.ts';
import { notEmulated } from './not-emulated.ts';
import { page } from './page.ts';
import { invalid, refuse } from './refusal.ts';
import {
  arnOf,
  type CallContext,
  type ElbState,
  type NetworkProtocol,
  nextId,
  type TargetGroupRecord,
} from './state.ts';
import { newTags } from './tags.ts';

type TargetGroupFields = Omit<TargetGroupRecord, 'arn' | 'serial' | 'name' | 'attributes' | 'targets'>;

/**
 * Creates a target group; an identical one of the same name is answered as it is (moto-coverage 5).
 * Refuses by aws-limits TG1 to TG8, 4.1 and the quota TooManyTargetGroups.
 */
export function createTargetGroup(
  state: ElbState,
  input: CreateTargetGroupInput,
  context: CallContext,
): { TargetGroups: TargetGroupView[] } {
  const name = input.Name ?? '';
  checkTargetGroupName(name);
  const wanted = settingsOf(input, context);
  const existing = state.targetGroups.get(state.targetGroupNames.get(name) ?? '');
  if (existing !== undefined) {
    if (!sameSettings(existing, wanted))
      refuse(
        'DuplicateTargetGroupName',
        `A target group with the same name '${name}' exists, but with different settings`,
      );
    return { TargetGroups: [view(existing)] };
  }
  if (state.targetGroups.size >= context.limits['target-groups'])
    refuse('TooManyTargetGroups', "You've reached the limit on the number of target groups");
  const { serial, hex } = nextId(state);
  const group: TargetGroupRecord = {
    arn: arnOf(context, `targetgroup/${name}/${hex}`),
    serial,
    name,
    ...wanted,
    attributes: {},
    targets: {},
  };
  state.targetGroups.set(group.arn, group);
  state.targetGroupNames.set(name, group.arn);
  return { TargetGroups: [view(group)] };
}

function settingsOf(input: CreateTargetGroupInput, context: CallContext): TargetGroupFields {
  const targetType = input.TargetType ?? 'instance';
  if (targetType === 'alb') notEmulated("target groups of type 'alb', which serve Network Load Balancers"); // TG2
  const ipAddressType = input.IpAddressType ?? 'ipv4';
  const tags = newTags(input.Tags);
  if (targetType === 'lambda') {
    refuseForLambda(input);
    return { targetType, ipAddressType, tags, healthCheck: healthCheckOf({ targetType }, input) };
  }
  const { Protocol: protocol, Port: port, VpcId: vpcId } = input;
  if (protocol === undefined) invalid('A protocol must be specified'); // TG3
  if (protocol !== 'HTTP' && protocol !== 'HTTPS' && !isNetwork(protocol))
    notEmulated(`target groups with the protocol '${protocol}'`); // TG3
  if (port === undefined) invalid('A port must be specified'); // TG4
  if (vpcId === undefined) invalid('A VPC ID must be specified'); // TG5
  if (!context.world.vpcs.has(vpcId)) invalid(`The VPC ID '${vpcId}' is not found`); // TG5
  const place = { targetType, protocol, port, vpcId, ipAddressType, tags };
  if (isNetwork(protocol)) return { ...place, ...networkSettings(protocol, input, targetType) };
  const protocolVersion = versionOf(input.ProtocolVersion);
  return {
    ...place,
    protocolVersion,
    healthCheck: healthCheckOf({ targetType, protocol, protocolVersion }, input),
    ...(input.TargetControlPort === undefined ? {} : { targetControlPort: input.TargetControlPort }),
  };
}

/** TG6 */
function versionOf(version = 'HTTP1'): 'HTTP1' | 'HTTP2' | 'GRPC' {
  if (version === 'HTTP1' || version === 'HTTP2' || version === 'GRPC') return version;
  return invalid(`Target group protocol version '${version}' must be one of '[HTTP2, HTTP1, GRPC]'`);
}

/** Of Network Load Balancers: no version and no control port (CreateTargetGroup: "[HTTP/HTTPS protocol]"). */
function networkSettings(
  protocol: NetworkProtocol,
  input: CreateTargetGroupInput,
  targetType: 'instance' | 'ip',
): Pick<TargetGroupFields, 'healthCheck'> {
  if (input.ProtocolVersion !== undefined)
    invalid(`Protocol version cannot be specified for target groups with protocol '${protocol}'`);
  if (input.TargetControlPort !== undefined) invalid('Target control port is not supported');
  return { healthCheck: healthCheckOf({ targetType, protocol }, input) };
}

const NOT_FOR_LAMBDA = {
  Protocol: 'Protocol',
  Port: 'Port',
  VpcId: 'VPC ID',
  ProtocolVersion: 'Protocol version',
} as const;

/** aws-limits TG3 to TG8: what a group of type lambda must not have. */
function refuseForLambda(input: CreateTargetGroupInput): void {
  for (const [member, noun] of Object.entries(NOT_FOR_LAMBDA))
    if (input[member as keyof typeof NOT_FOR_LAMBDA] !== undefined)
      invalid(`${noun} cannot be specified for target groups with target type 'lambda'`);
  if (input.TargetControlPort !== undefined) invalid('Target control port is not supported');
  if (input.IpAddressType === 'ipv6')
    invalid("Target type 'lambda' is not supported with an IPv6 target group");
}

function sameSettings(existing: TargetGroupRecord, wanted: TargetGroupFields): boolean {
  const key = (s: TargetGroupFields) =>
    JSON.stringify([
      s.targetType,
      s.protocol,
      s.protocolVersion,
      s.port,
      s.vpcId,
      s.ipAddressType,
      s.targetControlPort,
      Object.entries(s.healthCheck).sort(),
      Object.entries(s.tags).sort(),
    ]);
  return key(existing) === key(wanted);
}

function view(group: TargetGroupRecord): TargetGroupView {
  const check = group.healthCheck;
  const grpc = group.protocolVersion === 'GRPC';
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    ...(group.protocol === undefined ? {} : { Protocol: group.protocol }),
    ...(group.port === undefined ? {} : { Port: group.port }),
    ...(group.vpcId === undefined ? {} : { VpcId: group.vpcId }),
    ...(group.targetType === 'lambda'
      ? {}
      : { HealthCheckProtocol: check.protocol, HealthCheckPort: check.port }),
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    ...(check.path === undefined ? {} : { HealthCheckPath: check.path }),
    ...(check.matcher === undefined
      ? {}
      : { Matcher: grpc ? { GrpcCode: check.matcher } : { HttpCode: check.matcher } }),
    LoadBalancerArns: group.loadBalancerArn === undefined ? [] : [group.loadBalancerArn],
    TargetType: group.targetType,
    ...(group.protocolVersion === undefined ? {} : { ProtocolVersion: group.protocolVersion }),
    IpAddressType: group.ipAddressType,
    ...(group.targetControlPort === undefined ? {} : { TargetControlPort: group.targetControlPort }),
  };
}

/** By name. */
export function describeTargetGroups(
  state: ElbState,
  input: DescribeTargetGroupsInput,
): DescribeTargetGroupsOutput {
  const arns = input.TargetGroupArns ?? [];
  const names = input.Names ?? [];
  const ways = [arns.length > 0, names.length > 0, input.LoadBalancerArn !== undefined].filter(Boolean);
  if (ways.length > 1)
    invalid('Target groups can be described by one of names, ARNs and a load balancer ARN');
  const chosen = new Set(chosenGroups(state, arns, names, input.LoadBalancerArn));
  const sorted = [...chosen].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, marker } = page(sorted, (group) => group.name, input);
  return { TargetGroups: items.map(view), ...marker };
}

function chosenGroups(
  state: ElbState,
  arns: readonly string[],
  names: readonly string[],
  loadBalancerArn: string | undefined,
): TargetGroupRecord[] {
  if (arns.length > 0) return arns.map((arn) => targetGroupOf(state, arn));
  if (loadBalancerArn !== undefined)
    return Object.keys(loadBalancerOf(state, loadBalancerArn).targetGroups).map((arn) =>
      held(state.targetGroups, arn),
    );
  if (names.length === 0) return [...state.targetGroups.values()];
  return names.map((name) => {
    const arn = state.targetGroupNames.get(name);
    if (arn === undefined) refuse('TargetGroupNotFound', 'One or more target groups not found');
    return held(state.targetGroups, arn);
  });
}

/** aws-limits 4.1, judged on the result. */
export function modifyTargetGroup(
  state: ElbState,
  input: ModifyTargetGroupInput,
): { TargetGroups: TargetGroupView[] } {
  const group = targetGroupOf(state, input.TargetGroupArn);
  group.healthCheck = healthCheckOf(group, input, group.healthCheck);
  return { TargetGroups: [view(group)] };
}

/** aws-limits TG10; deleting what is not there succeeds. */
export function deleteTargetGroup(state: ElbState, input: DeleteTargetGroupInput): Record<never, never> {
  const arn = input.TargetGroupArn ?? '';
  const group = state.targetGroups.get(arn);
  if (group === undefined) {
    if (!arn.includes(':targetgroup/')) invalid(`'${arn}' is not a valid target group ARN`);
    return {};
  }
  if (group.loadBalancerArn !== undefined)
    refuse('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
  state.targetGroups.delete(arn);
  state.targetGroupNames.delete(group.name);
  return {};
}
