// Judges IngressClassParams: one review in, one answer out, with the checks that Ingresses of the class would meet. Pure.
import { CLASS_PARAMS_GROUP, type IngressClassParams, readClassParams } from '../api/classparams.ts';
import type { Problem } from '../api/problem.ts';
import { refusal, warningsOf } from './answer.ts';
import { type Answer, isObject, openReview } from './review.ts';

export interface ClassJudgement {
  readonly uid: string;
  readonly answer: Answer;
  readonly problems: readonly Problem[];
}

/** What was wrong before this update does not block it. A body that is no such review is a `fault`, in one sentence. */
export function judgeClassReview(body: unknown): ClassJudgement | { readonly fault: string } {
  const opened = openReview(body, CLASS_PARAMS_GROUP, 'ingressclassparams');
  if ('fault' in opened) return opened;
  const { uid, object, oldObject } = opened;
  if (!isClassParams(object)) return { fault: 'request.object is not an IngressClassParams' };
  const before = new Set(
    isClassParams(oldObject)
      ? readClassParams(oldObject).problems.map(({ path, value }) => `${path}\n${value}`)
      : [],
  );
  const problems = readClassParams(object).problems.map((problem): Problem => {
    const stored = before.has(`${problem.path}\n${problem.value}`);
    return stored ? { ...problem, severity: 'warn' } : problem;
  });
  const warnings = warningsOf(problems);
  const about = { group: CLASS_PARAMS_GROUP, kind: 'IngressClassParams', name: object.metadata.name };
  const answer: Answer = problems.some(({ severity }) => severity === 'refuse')
    ? { allowed: false, status: refusal(about, problems), warnings }
    : { allowed: true, ...(warnings.length === 0 ? {} : { warnings }) };
  return { uid, answer, problems };
}

/** Whether it has the types that the definition gives its fields; the API server has seen to it, others may not have. */
function isClassParams(value: unknown): value is IngressClassParams {
  if (!isObject(value) || !isObject(value.metadata) || typeof value.metadata.name !== 'string') return false;
  const { spec = {} } = value;
  return isObject(spec) && Object.entries(spec).every(([name, field]) => fits(name, field));
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isPairs = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => isObject(one) && isText(one.key) && isText(one.value));

function fits(name: string, field: unknown): boolean {
  switch (name) {
    case 'tags':
    case 'loadBalancerAttributes':
      return isPairs(field);
    case 'certificateArn':
    case 'inboundCIDRs':
    case 'prefixListsIDs':
    case 'PrefixListsIDs':
      return isTexts(field);
    case 'listeners':
      return (
        Array.isArray(field) && field.every((one) => isObject(one) && isPairs(one.listenerAttributes ?? []))
      );
    case 'subnets':
      return isObject(field) && isTexts(field.ids ?? []) && isObject(field.tags ?? {}) && tagsFit(field.tags);
    case 'namespaceSelector':
    case 'minimumLoadBalancerCapacity':
      return isObject(field);
    case 'group':
      return isObject(field) && isText(field.name);
    case 'ipamConfiguration':
      return isObject(field) && isText(field.ipv4IPAMPoolId ?? '');
    default:
      return isText(field);
  }
}

const tagsFit = (tags: unknown): boolean => Object.values(tags ?? {}).every(isTexts);
