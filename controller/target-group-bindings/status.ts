// The status of a TargetGroupBinding: one condition that says all, in the words of problems, and how many targets are healthy. Pure.
import { type AwsFailure, answerOf } from '../../alb/failures/failure.ts';
import { type ConditionReason, setCondition } from '../../api/binding/conditions.ts';
import { defined } from '../../api/defined.ts';
import type {
  TargetGroupBinding,
  TargetGroupBindingStatus,
} from '../../api/generated/target-group-binding.ts';
import { type Problem, sentence } from '../../api/problems/problem.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { TargetStanding } from '../targets/target-standing.ts';

/** Longest text of a condition, in characters. */
const MESSAGE_MAX = 2000;

/** What is true of one, before it is known since when. */
export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ConditionReason;
  readonly message: string;
}

export const refusedFor = (problems: readonly [Problem, ...Problem[]]): Verdict => ({
  status: 'False',
  reason: problems[0].code,
  message: problems.map(sentence).join(' '),
});

/** What AWS did not do. */
export function failedWith(failure: AwsFailure): Verdict {
  const later = failure.kind === 'throttled' || failure.kind === 'unavailable';
  return {
    status: 'False',
    reason: later ? 'AwsUnavailable' : 'AwsRefused',
    message: `${answerOf(failure).replace(/\.$/, '')}. It is tried again.`,
  };
}

export const deleting = (message: string): Verdict => ({ status: 'False', reason: 'Deleting', message });

/** It is served, and what of its targets is not as the Service says. */
export function servedAs(
  { metadata: { namespace = '' }, spec }: TargetGroupBinding,
  standing: Pick<TargetStanding, 'health' | 'unhealthy' | 'more' | 'notes'> | undefined,
): Verdict {
  const { name, port } = spec?.serviceRef ?? { name: '', port: '' };
  const service = `Service ${namespace}/${name} port ${port}`;
  const health = standing?.health;
  if (standing === undefined || health === undefined)
    return {
      status: 'Unknown',
      reason: 'Pending',
      message: `The targets of ${service} are being registered.`,
    };
  if (health.total === 0)
    return {
      status: 'True',
      reason: 'NoTargets',
      message: `${service} has no targets now: nothing is registered.`,
    };
  const sick = standing.unhealthy.map(
    ({ address, pod, node, message }) => `${pod ?? node ?? address}: ${message}`,
  );
  const more = standing.more === 0 ? [] : [`${standing.more} more are not healthy`];
  const all = [`The targets are those of ${service}`, ...standing.notes, ...sick, ...more];
  return { status: 'True', reason: 'Ready', message: `${all.join('. ')}.` };
}

/** The policy keeps it as it is. */
export const OBSERVED: Verdict = {
  status: 'False',
  reason: 'Observed',
  message: 'The policy observe registers no targets.',
};

/** The status with this verdict. `now` is RFC 3339. */
export function statusWith(
  { metadata: { generation }, status = {} }: TargetGroupBinding,
  verdict: Verdict,
  health: TargetGroupHealth | undefined,
  now: string,
): TargetGroupBindingStatus {
  const seen = defined({ observedGeneration: generation });
  const message =
    verdict.message.length > MESSAGE_MAX ? `${verdict.message.slice(0, MESSAGE_MAX)}…` : verdict.message;
  const { targets: _, ...rest } = status;
  return {
    ...rest,
    ...seen,
    conditions: setCondition(status.conditions ?? [], { type: 'Ready', ...verdict, message, ...seen }, now),
    ...(health === undefined ? {} : { targets: `${health.healthy}/${health.total}` }),
  };
}
