// Judges a TargetGroupBinding that somebody applies: everything that is wrong with it, with its Service and with the change.
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../generated/target-group-binding.ts';
import type { Service } from '../kube.ts';
import { misfitsOf } from '../kubernetes/fit.ts';
import { refuses } from '../problems/finding.ts';
import { type Problem, refusal, worstFirst } from '../problems/problem.ts';
import { isObject } from '../validate/type-guards.ts';
import { madeBy } from './made-by.ts';
import { writtenProblems } from './problems.ts';
import { type Occupant, occupantProblems, serviceProblem } from './references.ts';

export const TARGET_GROUP_BINDING = 'TargetGroupBinding';

/** What a judgement looks at beside the object. */
export interface TargetGroupBindingAround {
  service(namespace: string, name: string): Service | undefined;
  /** What else has its targets in a target group; those of other namespaces are not named. */
  occupants(object: TargetGroupBinding): readonly Occupant[];
}

/** Whether it has the types that the definition gives its fields; the API server has seen to it, others may not have. */
export const isTargetGroupBinding = (value: unknown): value is TargetGroupBinding =>
  isObject(value) &&
  value.kind === TARGET_GROUP_BINDING &&
  isObject(value.metadata) &&
  typeof value.metadata.name === 'string' &&
  isObject(value.spec) &&
  misfitsOf({ metadata: {}, spec: value.spec }, TARGET_GROUP_BINDING).every(
    ({ code }) => code === 'UnknownField',
  );

/** Worst first. What was wrong before this update does not block it. */
export function judgeTargetGroupBinding(
  object: TargetGroupBinding,
  old: TargetGroupBinding | undefined,
  around: TargetGroupBindingAround,
): Problem[] {
  // What the AWS Load Balancer Controller made is for it to judge.
  if (madeBy(object.metadata) !== 'user' || object.spec === undefined) return [];
  const before = new Set(old === undefined ? [] : problemsOf(old, around).filter(refuses).map(identity));
  const found = problemsOf(object, around).map((problem): Problem => {
    const stored = refuses(problem) && before.has(identity(problem));
    return stored ? { ...problem, severity: 'warn' } : problem;
  });
  return worstFirst([...found, ...changeProblems(object.spec, old?.spec)]);
}

const identity = ({ code, path, value = '' }: Problem): string => `${code}\n${path}\n${value}`;

function problemsOf(object: TargetGroupBinding, around: TargetGroupBindingAround): Problem[] {
  const { metadata, spec } = object;
  if (spec === undefined) return [];
  const service = around.service(metadata.namespace ?? '', spec.serviceRef.name);
  const missing = serviceProblem(object, service, spec.targetType);
  return [
    ...writtenProblems(spec),
    ...occupantProblems(spec, around.occupants(object)),
    // It may come later.
    ...(missing === undefined ? [] : [{ ...missing, severity: 'warn' as const }]),
  ];
}

/** Fields that stay what they are once they have a value (aws-model 6.11). */
const IMMUTABLE = ['targetGroupARN', 'targetType', 'ipAddressType', 'vpcID'] as const;

/** What is filled in where it was left open is no change. */
function changeProblems(now: TargetGroupBindingSpec, before: TargetGroupBindingSpec | undefined): Problem[] {
  return IMMUTABLE.flatMap((field) => {
    const [was, is] = [before?.[field] ?? '', now[field] ?? ''];
    if (was === '' || was === is) return [];
    const because =
      is === ''
        ? `it was ${was}, and cannot be taken out: leave it as it is, or make a new TargetGroupBinding`
        : `it was ${was}, and cannot become another one: make a new TargetGroupBinding`;
    return [refusal('FieldImmutable', `spec.${field}`, { value: is === '' ? undefined : is, because })];
  });
}
