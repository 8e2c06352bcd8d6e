// The status of a TargetGroupBinding: one condition that says all, in the words of problems, and how many targets are healthy. Pure.
import { type AwsFailure, answerOf } from '../../alb/failures/failure.ts';
import { type ConditionReason, setCondition } from '../../api/binding/conditions.ts';
import { defined } from '../../api/defined.ts';
import type {
  TargetGroupBinding,
  TargetGroupBindingStatus,
} from '../../api/generated/target-group-binding.ts';
import { type Problem, sentence } from '../../api/problems/problem.ts';
import { unapplied } from '../../api/targetgroupbinding/problems.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { TargetStanding } from '../targets/target-standing.ts';

/** Longest text of a condition, in characters. */
const MESSAGE_MAX = 2000;

/** Whether the rules are there that it asks for; only where it asks for some. */
const NETWORKING = 'NetworkingProgrammed';

/** What is true of one, before it is known since when. */
export interface ReadyVerdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ConditionReason;
  readonly message: string;
}

export const refusedFor = (problems: readonly [Problem, ...Problem[]]): ReadyVerdict => ({
  status: 'False',
  reason: problems[0].code,
  message: problems.map(sentence).join(' '),
});

/** What AWS did not do. */
export function failedWith(failure: AwsFailure): ReadyVerdict {
  const later = failure.kind === 'throttled' || failure.kind === 'unavailable';
  return {
    status: 'False',
    reason: later ? 'AwsUnavailable' : 'AwsRefused',
    message: `${answerOf(failure).replace(/\.$/, '')}. It is tried again.`,
  };
}

export const deleting = (message: string): ReadyVerdict => ({ status: 'False', reason: 'Deleting', message });

/** It is served, and what of its targets is not as the Service says. */
export function servedAs(
  { metadata: { namespace = '' }, spec }: TargetGroupBinding,
  standing: Pick<TargetStanding, 'health' | 'unhealthy' | 'more' | 'notes'> | undefined,
): ReadyVerdict {
  const { name, port } = spec?.serviceRef ?? { name: '', port: '' };
  const service = `Service ${namespace}/${name} port ${port}`;
  const health = standing?.health;
  if (standing === undefined || health === undefined)
    return {
      status: 'Unknown',
      reason: 'Pending',
      message: `The targets of ${service} are being registered.`,
    };
  const sick = standing.unhealthy.map(
    ({ address, pod, node, message }) => `${pod ?? node ?? address}: ${message}`,
  );
  const more = standing.more === 0 ? [] : [`${standing.more} more are not healthy`];
  const isEmpty = health.total === 0;
  const first = isEmpty
    ? `${service} has no targets now: nothing is registered`
    : `The targets are those of ${service}`;
  const message = `${[first, ...standing.notes, ...sick, ...more].join('. ')}.`;
  return { status: 'True', reason: isEmpty ? 'NoTargets' : 'Ready', message };
}

/** The status with this verdict. `now` is RFC 3339. */
export function statusWith(
  { metadata: { generation }, spec, status = {} }: TargetGroupBinding,
  verdict: ReadyVerdict,
  health: TargetGroupHealth | undefined,
  now: string,
): TargetGroupBindingStatus {
  const seen = defined({ observedGeneration: generation });
  const message =
    verdict.message.length > MESSAGE_MAX ? `${verdict.message.slice(0, MESSAGE_MAX)}…` : verdict.message;
  const { targets: _, ...rest } = status;
  const { networking } = unapplied(spec ?? { serviceRef: { name: '', port: 0 } });
  const others = (status.conditions ?? []).filter(({ type }) => type !== NETWORKING);
  const told =
    networking === undefined
      ? others
      : setCondition(
          status.conditions ?? [],
          { type: NETWORKING, ...refusedFor([networking]), ...seen },
          now,
        );
  return {
    ...rest,
    ...seen,
    conditions: setCondition(told, { type: 'Ready', ...verdict, message, ...seen }, now),
    ...(health === undefined ? {} : { targets: `${health.healthy}/${health.total}` }),
  };
}
