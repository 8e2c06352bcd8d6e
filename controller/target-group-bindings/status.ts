// The status of a TargetGroupBinding: conditions that say all, in the words of problems, and how many targets are healthy. Pure.
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

const cut = (message: string): string =>
  message.length > MESSAGE_MAX ? `${message.slice(0, MESSAGE_MAX)}…` : message;

/** The status with these verdicts, by the types of their conditions; a condition without a verdict goes. `now` is RFC 3339. */
export function statusWith(
  { metadata: { generation }, status = {} }: TargetGroupBinding,
  verdicts: Readonly<Record<string, ReadyVerdict | undefined>>,
  health: TargetGroupHealth | undefined,
  now: string,
): TargetGroupBindingStatus {
  const seen = defined({ observedGeneration: generation });
  const { targets: _, ...rest } = status;
  const conditions = Object.entries(verdicts).reduce(
    (all, [type, verdict]) =>
      verdict === undefined
        ? all.filter((one) => one.type !== type)
        : setCondition(all, { type, ...verdict, message: cut(verdict.message), ...seen }, now),
    status.conditions ?? [],
  );
  return {
    ...rest,
    ...seen,
    conditions,
    ...(health === undefined ? {} : { targets: `${health.healthy}/${health.total}` }),
  };
}
