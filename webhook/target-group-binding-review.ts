// Judges TargetGroupBindings: one review in, one answer out. Pure.
import { CLASS_PARAMS_GROUP } from '../api/ingress/class-parameters.ts';
import {
  isTargetGroupBinding,
  judgeTargetGroupBinding,
  TARGET_GROUP_BINDING,
  type TargetGroupBindingAround,
} from '../api/targetgroupbinding/judge.ts';
import { answerOf } from './answer.ts';
import { openReview } from './review.ts';

/** A body that is no such review is a `fault`, in one sentence. */
export function judgeTargetGroupBindingReview(body: unknown, around: TargetGroupBindingAround) {
  const opened = openReview(body, CLASS_PARAMS_GROUP, 'targetgroupbindings');
  if ('fault' in opened) return opened;
  const { uid, object, oldObject } = opened;
  if (!isTargetGroupBinding(object)) return { fault: 'request.object is not a TargetGroupBinding' };
  const problems = judgeTargetGroupBinding(
    object,
    isTargetGroupBinding(oldObject) ? oldObject : undefined,
    around,
  );
  const about = { group: CLASS_PARAMS_GROUP, kind: TARGET_GROUP_BINDING, name: object.metadata.name };
  return { uid, answer: answerOf(about, problems), problems };
}
