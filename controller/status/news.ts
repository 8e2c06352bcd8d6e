// What people are told when conditions of a binding change: one event for each cause, and one under the reason that the AWS Load
// Balancer Controller (LBC) has for what became of it. Pure.
import type { ConditionReason } from '../../api/binding/conditions.ts';
import type { BindingCondition } from '../../api/generated/binding.ts';
import type { News } from '../../kube/events.ts';

type Conditions = readonly BindingCondition[];

const isSame = (one: BindingCondition, other: BindingCondition): boolean =>
  one.type === other.type &&
  one.status === other.status &&
  one.reason === other.reason &&
  one.message === other.message;

/** `Ready` sums up the others; that nothing is wrong, or that work is under way, is no news. */
const isQuiet = ({ type, status, reason }: BindingCondition): boolean =>
  type === 'Ready' || reason === 'Pending' || (status === 'True' && type !== 'Programmed' && reason === type);

/**
 * One mistake, one event: what another condition says as well, and more, is told by that one; and that AWS is left as it is, for a
 * reason that another one tells with all that is wrong, is not told again.
 */
function isEcho(one: BindingCondition, at: number, conditions: Conditions): boolean {
  return conditions.some((other, place) => {
    if (place === at || isQuiet(other) || other.status !== one.status) return false;
    if (other.message === one.message) return place < at;
    if (other.message.includes(one.message)) return true;
    return one.type === 'Programmed' && other.reason === one.reason && !one.message.includes(other.message);
  });
}

/** Reasons for which AWS, and not the Ingress, is why it is not programmed. */
const DEPLOYING: ReadonlySet<string> = new Set<ConditionReason>([
  'AwsRefused',
  'AwsUnavailable',
  'NameTaken',
]);
/** Neither done nor failed. */
const BETWEEN: ReadonlySet<string> = new Set<ConditionReason>(['Pending', 'Observed', 'Deleting']);

/** What the LBC tolerates as well: it answers 503, and the rest is served (aws-model 12.1, tolerate-non-existent-backend-…). */
const TOLERATED: ReadonlySet<string> = new Set<ConditionReason>(['ServiceNotFound', 'ActionNotFound']);

type LbcNews = Pick<News, 'type' | 'reason' | 'note'>;

/** What the LBC would say of these conditions; undefined while there is nothing to say. */
function lbcNews(conditions: Conditions): LbcNews | undefined {
  const programmed = conditions.find(({ type }) => type === 'Programmed');
  if (programmed === undefined || BETWEEN.has(programmed.reason)) return undefined;
  const isServed = programmed.status === 'True';
  const failed = conditions.find(
    ({ type, status, reason }) =>
      type !== 'Ready' && status === 'False' && !(isServed && TOLERATED.has(reason)),
  );
  if (failed === undefined) return { type: 'Normal', reason: 'SuccessfullyReconciled', note: 'Reconciled.' };
  const deploying = DEPLOYING.has(failed.reason);
  return {
    type: 'Warning',
    reason: deploying ? 'FailedDeployModel' : 'FailedBuildModel',
    note: `${deploying ? 'Not carried out' : 'Not planned as it says'}: the event ${failed.reason} and the binding say why.`,
  };
}

/** The events of a change of conditions, in the order in which they are told. */
export function newsOf(before: Conditions, after: Conditions): News[] {
  const changed = after.filter((one) => !before.some((other) => isSame(one, other)));
  const own = after
    .filter((one, at) => changed.includes(one) && !isQuiet(one) && !isEcho(one, at, after))
    .map(({ type, status, reason, message }): News => {
      return { type: status === 'True' ? 'Normal' : 'Warning', reason, action: type, note: message };
    });
  const [was, is] = [lbcNews(before), lbcNews(after)];
  if (is === undefined || (was?.reason === is.reason && was.note === is.note)) return own;
  // It became so again: that the same was told before is no reason to be silent.
  return [...own, { ...is, action: 'Reconcile', again: true }];
}
