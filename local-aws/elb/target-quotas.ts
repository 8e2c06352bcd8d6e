// How many targets a group and a load balancer may have (aws-limits 7).
import { held } from './find.ts';
import { refuse } from './refusal.ts';
import type { CallContext, ElbState, LoadBalancerRecord, TargetGroupRecord } from './state.ts';

/** Judges new targets of a group, given by their ids: in the group itself, then behind its load balancer. */
export function checkNewTargets(
  state: ElbState,
  group: TargetGroupRecord,
  ids: readonly string[],
  context: CallContext,
): void {
  if (group.targetType === 'lambda') {
    const count = Object.keys(group.targets).length + ids.length;
    if (count > 1)
      refuse(
        'TooManyTargets',
        `Up to '1' Lambda function target(s) can be registered, but '${count}' were specified`,
      );
  }
  const limit = context.limits['targets-per-target-group'];
  if (Object.keys(group.targets).length + ids.length > limit)
    refuse('TooManyTargets', `You've reached the limit of ${limit} targets for target group '${group.arn}'`);
  if (group.loadBalancerArn === undefined || ids.length === 0) return;
  checkBehind(held(state.loadBalancers, group.loadBalancerArn), state, ids, context);
}

/** Judges a load balancer that comes to forward to more groups. */
export function checkNewGroups(
  state: ElbState,
  lb: LoadBalancerRecord,
  groups: readonly TargetGroupRecord[],
  context: CallContext,
): void {
  const added = groups.filter((group) => group.loadBalancerArn === undefined);
  if (added.length > 0) checkBehind(lb, state, added.flatMap(idsOf), context);
}

const idsOf = (group: TargetGroupRecord): string[] => Object.values(group.targets).map((target) => target.id);

/** aws-limits 7: registrations of one id, then targets in all. */
function checkBehind(
  lb: LoadBalancerRecord,
  state: ElbState,
  added: readonly string[],
  context: CallContext,
): void {
  const present = Object.keys(lb.targetGroups).flatMap((arn) => idsOf(held(state.targetGroups, arn)));
  const registrations = new Map<string, number>();
  for (const id of [...present, ...added]) registrations.set(id, (registrations.get(id) ?? 0) + 1);
  const perId = context.limits['target-id-registrations-per-application-load-balancer'];
  for (const id of added)
    if ((registrations.get(id) ?? 0) > perId)
      refuse(
        'TooManyRegistrationsForTargetId',
        `You've reached the limit of ${perId} registrations of target '${id}' for load balancer '${lb.arn}'`,
      );
  const limit = context.limits['targets-per-application-load-balancer'];
  if (present.length + added.length > limit)
    refuse('TooManyTargets', `You've reached the limit of ${limit} targets for load balancer '${lb.arn}'`);
}
