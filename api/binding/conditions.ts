// Conditions of a binding: a closed list of types and reasons, and the one way to set one.
import type { BindingCondition } from '../generated/binding.ts';
import { CODES, type ProblemCode } from '../problems/problem.ts';

/** `Accepted`: the intent is valid. `ResolvedRefs`: everything it refers to exists. `Programmed`: AWS has it. `Ready`: all three. */
export type ConditionType = 'Accepted' | 'ResolvedRefs' | 'Programmed' | 'Ready';

const OWN_REASONS = {
  Accepted: 'The intent is valid and is what the load balancer shall do.',
  NothingAccepted: 'No version of the Ingress was valid so far.',
  ResolvedRefs: 'Everything that the intent refers to was found.',
  Programmed: 'AWS has everything as wanted.',
  Ready: 'The Ingress is served as it says.',
  Pending: 'Work is under way.',
  Deleting: 'The Ingress is gone; its resources are being removed.',
  Observed: 'The policy allows no change in AWS.',
} as const;

/** Every reason a condition may have, with its meaning: those of success and progress, and the codes of problems. */
export const REASONS: Readonly<Record<ConditionReason, string>> = { ...CODES, ...OWN_REASONS };

export type ConditionReason = keyof typeof OWN_REASONS | ProblemCode;

/** Codes that say a reference leads nowhere; all others are about the intent itself. */
export const REFERENCES: ReadonlySet<ProblemCode> = new Set([
  'ServiceNotFound',
  'ServicePortNotFound',
  'NodePortMissing',
  'ActionNotFound',
  'TargetGroupNotFound',
  'SubnetsNotFound',
  'SecurityGroupNotFound',
  'CertificateNotFound',
  'TrustStoreNotFound',
  'SecretNotFound',
  'WebAclNotFound',
  'IngressClassNotFound',
  'ClassParametersNotFound',
]);

/** A condition before it is known since when it holds. */
export interface NextCondition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ConditionReason;
  readonly message: string;
  readonly observedGeneration?: number;
}

/**
 * The conditions with one replaced or added. `now` is RFC 3339; `lastTransitionTime` moves to it only when the status
 * changes (Kubernetes API conventions: conditions).
 */
export function setCondition(
  conditions: readonly BindingCondition[],
  next: Omit<NextCondition, 'type'> & { readonly type: string },
  now: string,
): BindingCondition[] {
  const before = conditions.find((condition) => condition.type === next.type);
  const since = before !== undefined && before.status === next.status ? before.lastTransitionTime : now;
  const condition: BindingCondition = { ...next, lastTransitionTime: since };
  if (before === undefined) return [...conditions, condition];
  return conditions.map((one) => (one === before ? condition : one));
}
