// Reserved capacity of load balancers (ALB User Guide: Capacity reservations; aws-limits L18).
import type {
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
  ModifyCapacityReservationInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { loadBalancerOf } from './find.ts';
import { invalid, refuse } from './refusal.ts';
import type { CallContext, ElbState, LoadBalancerRecord } from './state.ts';

/** aws-limits L18: the least that can be reserved, in load balancer capacity units. */
const UNITS_MIN = 100;
/** aws-limits L18: decreases in a day, which is a UTC day here; the guide does not say where a day begins. */
const DECREASES_MAX = 2;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reserves, changes or resets. A reset ends the reservation and counts as no decrease. What is asked for already is
 * answered as it is.
 * Refuses with CapacityReservationPending while an earlier request is being worked on, CapacityDecreaseRequestLimitExceeded,
 * CapacityUnitsLimitExceeded, and for Outposts (aws-limits L20).
 */
export function modifyCapacityReservation(
  state: ElbState,
  input: ModifyCapacityReservationInput,
  context: CallContext,
): DescribeCapacityReservationOutput {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const units = input.MinimumLoadBalancerCapacity?.CapacityUnits;
  const reset = input.ResetCapacityReservation === true;
  if ((units === undefined) === !reset)
    invalid('You must specify exactly one of MinimumLoadBalancerCapacity and ResetCapacityReservation');
  if (units !== undefined && units < UNITS_MIN)
    invalid(`The minimum capacity must be at least ${UNITS_MIN} capacity units, but was ${units}`);
  if (lb.placement === 'outpost')
    refuse('InvalidConfigurationRequest', 'Capacity cannot be reserved for a load balancer on an Outpost');
  checkNotPending(lb, context);
  const present = lb.capacity?.units;
  if (units === present) return view(lb, context);
  if (units !== undefined) checkQuotas(state, lb, units, context);
  const decreasedAt = decreasesToday(lb, context);
  if (units !== undefined && present !== undefined && units < present) {
    if (decreasedAt.length >= DECREASES_MAX)
      refuse(
        'CapacityDecreaseRequestLimitExceeded',
        `The reserved capacity can be decreased at most ${DECREASES_MAX} times a day`,
      );
    decreasedAt.push(context.now);
  }
  lb.capacity = {
    ...(units === undefined ? {} : { units }),
    modifiedAt: context.now,
    // There is nothing to wait for when capacity is given back.
    provisionedAt: units === undefined ? context.now : context.now + context.provisioningMs,
    decreasedAt,
  };
  return view(lb, context);
}

/** Refuses while a reservation is pending; SetSubnets asks as well (aws-limits L18). */
export function checkNotPending(lb: LoadBalancerRecord, context: CallContext): void {
  if (lb.capacity !== undefined && context.now < lb.capacity.provisionedAt)
    refuse('CapacityReservationPending', `Load balancer '${lb.arn}' has a pending capacity reservation`);
}

function checkQuotas(state: ElbState, lb: LoadBalancerRecord, units: number, context: CallContext): void {
  const own = context.limits['capacity-units-per-application-load-balancer'];
  const region = context.limits['capacity-units-per-region'];
  let total = units;
  for (const other of state.loadBalancers.values()) if (other !== lb) total += other.capacity?.units ?? 0;
  if (units > own || total > region)
    refuse(
      'CapacityUnitsLimitExceeded',
      `You've reached the limit of ${own} capacity units for a load balancer, or of ${region} for the Region`,
    );
}

function decreasesToday(lb: LoadBalancerRecord, context: CallContext): number[] {
  const day = (time: number) => Math.floor(time / DAY_MS);
  return (lb.capacity?.decreasedAt ?? []).filter((time) => day(time) === day(context.now));
}

export function describeCapacityReservation(
  state: ElbState,
  input: DescribeCapacityReservationInput,
  context: CallContext,
): DescribeCapacityReservationOutput {
  return view(loadBalancerOf(state, input.LoadBalancerArn), context);
}

/** Units are spread evenly over the zones. */
function view(lb: LoadBalancerRecord, context: CallContext): DescribeCapacityReservationOutput {
  const { capacity } = lb;
  const remaining = DECREASES_MAX - decreasesToday(lb, context).length;
  if (capacity === undefined) return { DecreaseRequestsRemaining: remaining };
  const base = { LastModifiedTime: new Date(capacity.modifiedAt), DecreaseRequestsRemaining: remaining };
  const { units } = capacity;
  if (units === undefined) return base;
  const pending = context.now < capacity.provisionedAt;
  return {
    ...base,
    MinimumLoadBalancerCapacity: { CapacityUnits: units },
    CapacityReservationState: lb.zones.map(({ zone }) => ({
      AvailabilityZone: zone,
      State: { Code: pending ? 'pending' : 'provisioned' },
      EffectiveCapacityUnits: pending ? 0 : units / lb.zones.length,
    })),
  };
}
