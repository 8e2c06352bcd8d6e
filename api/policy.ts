// The policy of an Ingress: how careful it asks us to be in AWS, beside the controller's own --policy (hack/decisions/0012).
//
//   careful   observe ── targets-only ── upsert-only ── sync   careless       each allows what the one before does, and more

import type { ObjectMeta } from './kube.ts';
import { pathOfAnnotation } from './problems/finding.ts';
import { type Problem, refusal, warning } from './problems/problem.ts';
import { suggest } from './problems/suggest.ts';

/** From the least careful to the most careful one. */
export const POLICIES = ['sync', 'upsert-only', 'targets-only', 'observe'] as const;
export type Policy = (typeof POLICIES)[number];

/** Not under the prefix of the LBC, which knows nothing of it. */
export const OWN_PREFIX = 'albatross.dev/';
export const POLICY_ANNOTATION = `${OWN_PREFIX}policy`;

/** What each of them lets be done, for people. */
export const POLICY_WORDS: Readonly<Record<Policy, string>> = {
  sync: 'everything is made, changed and removed as it is wanted',
  'upsert-only': 'everything is made and changed; what nobody wants any more stays',
  'targets-only': 'only targets are registered and deregistered, in target groups that exist',
  observe: 'nothing is touched; what would be done is told',
};

/** The more careful of two. */
export const stricter = (a: Policy, b: Policy): Policy => (POLICIES.indexOf(a) > POLICIES.indexOf(b) ? a : b);

/**
 * The policy of a group: the least careful one among its members, so that nobody is held up by another one, and never less
 * careful than the controller's (`ceiling`), which is meant where nothing is said.
 */
export function policyOf(said: readonly (Policy | undefined)[], ceiling: Policy): Policy {
  const asked = said.map((one) => stricter(ceiling, one ?? ceiling));
  return POLICIES.find((policy) => asked.includes(policy)) ?? ceiling;
}

/** What a controller writes in the cluster beside its own Lease; of all other kinds it writes nothing, ever. */
export type WriteKind =
  | 'binding'
  | 'bindingFinalizers'
  | 'bindingEvents'
  | 'ingressStatus'
  | 'ingressFinalizers'
  | 'ingressEvents'
  | 'targetGroupBinding'
  | 'publishedTargetGroupBinding'
  | 'podConditions';

const IN_CHARGE: readonly Policy[] = ['sync', 'upsert-only'];

/**
 * Under which policies each of them may be written. Where another controller is in charge of the load balancer (`observe`,
 * `targets-only`), the Ingress is its to write: our bindings are all there is of us. A finalizer on a binding says that we answer
 * for something in AWS; where we make nothing none is put on, so that a binding goes with its Ingress.
 */
const WRITTEN_UNDER: Readonly<Record<WriteKind, readonly Policy[]>> = {
  binding: POLICIES,
  bindingFinalizers: IN_CHARGE,
  bindingEvents: POLICIES,
  ingressStatus: IN_CHARGE,
  ingressFinalizers: IN_CHARGE,
  ingressEvents: IN_CHARGE,
  // The health of targets, by whoever registers them.
  podConditions: ['sync', 'upsert-only', 'targets-only'],
  // A target group that people bound to a Service is in nobody else's charge.
  targetGroupBinding: ['sync', 'upsert-only', 'targets-only'],
  publishedTargetGroupBinding: IN_CHARGE,
};

/** Whether this may be written under a policy. */
export const mayWrite = (what: WriteKind, policy: Policy): boolean => WRITTEN_UNDER[what].includes(policy);

/** The policy of one Ingress, whatever its group has: its own where it asks for more care. An unknown word is most careful. */
export function policyOfIngress(
  { annotations = {} }: Pick<ObjectMeta, 'annotations'>,
  ceiling: Policy,
): Policy {
  const said = annotations[POLICY_ANNOTATION];
  if (said === undefined) return ceiling;
  return isPolicy(said) ? stricter(ceiling, said) : 'observe';
}

const PATH = pathOfAnnotation(POLICY_ANNOTATION);

const isPolicy = (text: string): text is Policy => POLICIES.some((policy) => policy === text);

/** Reads what an Ingress says under our own prefix. */
export function readPolicy(annotations: Readonly<Record<string, string>>): {
  readonly policy?: Policy;
  readonly problems: readonly Problem[];
} {
  const unknown = Object.keys(annotations)
    .filter((key) => key.startsWith(OWN_PREFIX) && key !== POLICY_ANNOTATION)
    .map((key) => {
      const because = 'there is no annotation of this name, so nothing reads it';
      const near = suggest(key.slice(OWN_PREFIX.length), ['policy']);
      const suggestion = near === undefined ? undefined : POLICY_ANNOTATION;
      return warning('UnknownAnnotation', pathOfAnnotation(key), { because, suggestion });
    });
  const value = annotations[POLICY_ANNOTATION];
  if (value === undefined) return { problems: unknown };
  if (isPolicy(value)) return { policy: value, problems: unknown };
  const allowed = `one of ${POLICIES.join(', ')}`;
  const wrong = refusal('NotAllowed', PATH, { value, allowed, suggestion: suggest(value, POLICIES) });
  return { problems: [wrong, ...unknown] };
}

/** What is told to an Ingress whose policy does not hold. */
export const overruled = (said: Policy, because: string): Problem =>
  warning('PolicyOverruled', PATH, { value: said, because });
