// Targets: register, deregister with draining, and their health.
//
//   (not in use) unused          register          one good check         failures ≥ threshold
//   attached → initial ←───────── target ───────→ healthy ⇄ unhealthy ←──────────────┘
//   deregister → draining, for the deregistration delay → gone
import type {
  DeregisterTargetsInput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  RegisterTargetsInput,
  TargetDescription,
  TargetHealth,
  TargetHealthReasonEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { targetGroupAttributes } from './attributes.ts';
import { held, targetGroupOf } from './find.ts';
import { invalid, refuse } from './refusal.ts';
import type { CallContext, ElbState, TargetGroupRecord, TargetRecord } from './state.ts';
import { checkTarget, zoneOf } from './target-address.ts';
import { checkNewTargets } from './target-quotas.ts';

/** The key of a target in its group. One id may be registered on several ports (moto-coverage 1, trap 6). */
export function targetKey(
  group: TargetGroupRecord,
  target: { Id?: string | undefined; Port?: number | undefined },
): string {
  return `${target.Id}:${target.Port ?? group.port ?? ''}`;
}

/**
 * Registers targets; a draining one comes back, a registered one stays as it is.
 * Refuses by aws-limits TG11, 4.2 (zone `all`) and the quotas of targets (7).
 */
export function registerTargets(
  state: ElbState,
  input: RegisterTargetsInput,
  context: CallContext,
): Record<never, never> {
  const group = targetGroupOf(state, input.TargetGroupArn);
  forgetDrained(group, context.now);
  const asked = input.Targets ?? [];
  if (asked.length === 0) invalid('At least one target must be specified');
  const oneZone = targetGroupAttributes(group)['load_balancing.cross_zone.enabled'] === 'false';
  for (const target of asked) {
    checkTarget(group, target, context);
    if (oneZone && target.AvailabilityZone === 'all')
      refuse(
        'InvalidConfigurationRequest',
        `Target '${target.Id}' cannot be registered for the zone 'all' while cross-zone load balancing is off`,
      ); // aws-limits 4.2
  }
  const fresh = new Map(asked.map((target) => [targetKey(group, target), target.Id ?? '']));
  for (const key of fresh.keys()) if (key in group.targets) fresh.delete(key);
  checkNewTargets(state, group, [...fresh.values()], context);
  for (const target of asked) {
    const key = targetKey(group, target);
    const present = group.targets[key];
    if (present !== undefined && present.drainingUntil === undefined) continue;
    group.targets[key] = newTarget(group, target, context);
  }
  return {};
}

function newTarget(group: TargetGroupRecord, asked: TargetDescription, context: CallContext): TargetRecord {
  const port = asked.Port ?? group.port;
  const zone = zoneOf(group, asked, context.world);
  return {
    id: asked.Id ?? '',
    ...(port === undefined ? {} : { port }),
    ...(asked.AvailabilityZone === undefined ? {} : { availabilityZone: asked.AvailabilityZone }),
    ...(zone === undefined ? {} : { zone }),
    health: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
    successes: 0,
    failures: 0,
    registeredAt: context.now,
  };
}

/**
 * Deregisters targets: they drain for the deregistration delay when the group is in use, else they are gone at once.
 * Without a port, the group's own is meant. Unknown targets are ignored.
 */
export function deregisterTargets(
  state: ElbState,
  input: DeregisterTargetsInput,
  context: CallContext,
): Record<never, never> {
  const group = targetGroupOf(state, input.TargetGroupArn);
  forgetDrained(group, context.now);
  const asked = input.Targets ?? [];
  if (asked.length === 0) invalid('At least one target must be specified');
  const seconds = Number(targetGroupAttributes(group)['deregistration_delay.timeout_seconds'] ?? 0);
  for (const key of asked.map((target) => targetKey(group, target))) {
    const target = group.targets[key];
    if (target === undefined || target.drainingUntil !== undefined) continue;
    if (group.loadBalancerArn === undefined || seconds === 0) delete group.targets[key];
    else target.drainingUntil = context.now + seconds * 1000 * context.timeScale;
  }
  return {};
}

/** Drops targets whose deregistration delay is over. */
export function forgetDrained(group: TargetGroupRecord, now: number): void {
  for (const [key, target] of Object.entries(group.targets))
    if (target.drainingUntil !== undefined && target.drainingUntil <= now) delete group.targets[key];
}

/** Those asked for, else all: an empty list asks for nothing in particular. */
export function describeTargetHealth(
  state: ElbState,
  input: DescribeTargetHealthInput,
  context: CallContext,
): DescribeTargetHealthOutput {
  const group = targetGroupOf(state, input.TargetGroupArn);
  forgetDrained(group, context.now);
  const anomalies = input.Include !== undefined && input.Include.length > 0;
  const asked = input.Targets ?? [];
  const chosen =
    asked.length > 0
      ? asked.map((target) => ({ key: targetKey(group, target), target }))
      : Object.entries(group.targets)
          .filter(([, target]) => !hasLeft(group, target, context))
          .map(([key, { id, port }]) => ({ key, target: { Id: id, Port: port } }));
  return {
    TargetHealthDescriptions: chosen.map(({ key, target: named }) => {
      const target = group.targets[key];
      const port = target?.port ?? named.Port ?? group.port;
      const check = group.healthCheck.port;
      return {
        Target: {
          Id: named.Id,
          ...(port === undefined ? {} : { Port: port }),
          ...(target?.availabilityZone === undefined ? {} : { AvailabilityZone: target.availabilityZone }),
        },
        ...(group.targetType === 'lambda'
          ? {}
          : { HealthCheckPort: check === 'traffic-port' ? String(port ?? '') : check }),
        TargetHealth: healthOf(state, group, target, context),
        // Nothing here behaves oddly enough to be noticed (ALB User Guide: Automatic Target Weights).
        ...(anomalies ? { AnomalyDetection: { Result: 'normal', MitigationInEffect: 'no' } } : {}),
        AdministrativeOverride: {
          State: 'no_override',
          Reason: 'AdministrativeOverride.NoOverride',
          Description: 'No override is currently active on target',
        },
      };
    }),
  };
}

/** A terminated instance is not listed any more; asked for by its id, it is being deregistered. */
const hasLeft = (
  group: TargetGroupRecord,
  { id }: TargetRecord,
  { world }: Pick<CallContext, 'world'>,
): boolean => group.targetType === 'instance' && world.instances.get(id)?.terminated === true;

/** The state that AWS shows for a target now (API reference: TargetHealth). */
export function healthOf(
  state: ElbState,
  group: TargetGroupRecord,
  target: TargetRecord | undefined,
  context: Pick<CallContext, 'world'>,
): TargetHealth {
  const say = (
    State: NonNullable<TargetHealth['State']>,
    Reason: TargetHealthReasonEnum,
    Description: string,
  ): TargetHealth => ({ State, Reason, Description });
  if (target === undefined)
    return say('unused', 'Target.NotRegistered', 'Target is not registered to the target group');
  if (target.drainingUntil !== undefined || hasLeft(group, target, context))
    return say('draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress');
  if (group.loadBalancerArn === undefined)
    return say(
      'unused',
      'Target.NotInUse',
      'Target group is not configured to receive traffic from the load balancer',
    );
  if (group.targetType === 'instance' && context.world.instances.get(target.id)?.running === false)
    return say('unused', 'Target.InvalidState', 'Target is in the stopped state');
  if (!group.healthCheck.enabled)
    return say('unavailable', 'Target.HealthCheckDisabled', 'Health checks are not enabled for this target');
  const zones = held(state.loadBalancers, group.loadBalancerArn).zones;
  if (target.zone !== undefined && !zones.some((zone) => zone.zone === target.zone))
    return say(
      'unused',
      'Target.NotInUse',
      'Target is in an Availability Zone that is not enabled for the load balancer',
    );
  if (target.health === 'healthy') return { State: 'healthy' };
  return say(
    target.health,
    (target.reason ?? 'Elb.InternalError') as TargetHealthReasonEnum,
    target.description ?? '',
  );
}

/** What one health check found. */
export interface CheckResult {
  passed: boolean;
  reason?: TargetHealthReasonEnum;
  description?: string;
}

/**
 * Counts one health check. A new target is healthy after its first good check (ALB User Guide: Health checks);
 * afterwards the thresholds decide.
 */
export function countCheck(group: TargetGroupRecord, target: TargetRecord, result: CheckResult): void {
  const { healthyThreshold, unhealthyThreshold } = group.healthCheck;
  target.successes = result.passed ? target.successes + 1 : 0;
  target.failures = result.passed ? 0 : target.failures + 1;
  const enough = target.health === 'initial' ? 1 : healthyThreshold;
  if (result.passed && target.health !== 'healthy' && target.successes >= enough) {
    target.health = 'healthy';
    delete target.reason;
    delete target.description;
  } else if (!result.passed && target.failures >= unhealthyThreshold) {
    target.health = 'unhealthy';
    target.reason = result.reason ?? 'Target.FailedHealthChecks';
    target.description = result.description ?? 'Health checks failed';
  } else if (target.health === 'initial') {
    target.reason = 'Elb.InitialHealthChecking';
    target.description = 'Initial health checks in progress';
  }
}
