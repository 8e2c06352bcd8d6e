// Judges IngressClassParams: one review in, one answer out, with the checks that Ingresses of the class would meet. Pure.
import { CLASS_PARAMS_GROUP, classProblems } from '../api/ingress/class-parameters.ts';
import type { Problem } from '../api/problems/problem.ts';
import { isClassParams } from '../api/validate/type-guards.ts';
import { answerOf } from './answer.ts';
import { openReview } from './review.ts';

/** What was wrong before this update does not block it. A body that is no such review is a `fault`, in one sentence. */
export function judgeClassReview(body: unknown) {
  const opened = openReview(body, CLASS_PARAMS_GROUP, 'ingressclassparams');
  if ('fault' in opened) return opened;
  const { uid, object, oldObject } = opened;
  if (!isClassParams(object)) return { fault: 'request.object is not an IngressClassParams' };
  const before = new Set(
    isClassParams(oldObject) ? classProblems(oldObject).map(({ path, value }) => `${path}\n${value}`) : [],
  );
  const problems = classProblems(object).map((problem): Problem => {
    const stored = before.has(`${problem.path}\n${problem.value}`);
    return stored ? { ...problem, severity: 'warn' } : problem;
  });
  const about = { group: CLASS_PARAMS_GROUP, kind: 'IngressClassParams', name: object.metadata.name };
  return { uid, answer: answerOf(about, problems), problems };
}
