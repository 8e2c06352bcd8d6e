// Policy: a pure filter on the plan (design: Policy). Safety modes are not `if`s in the writers.
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { overruled, POLICIES, type Policy, policyOf } from '../../api/policy.ts';
import type { Told } from '../group.ts';
import type { Operation } from './operation.ts';

export { POLICIES, type Policy };

const ALLOWS: Record<Policy, (operation: Operation) => boolean> = {
  sync: () => true,
  'upsert-only': ({ verb }) => verb !== 'delete',
  // Targets are registered by their own program; of the group's plan nothing is left.
  'targets-only': () => false,
  observe: () => false,
};

/** Whether an operation may be carried out. */
export const allows = (name: Policy, operation: Operation): boolean => ALLOWS[name](operation);

/** What of a plan may be carried out. */
export const policy = (name: Policy, operations: readonly Operation[]): Operation[] =>
  operations.filter(ALLOWS[name]);

/** The policy that holds for a group of effective bindings: that of those who stay, else of those who leave. */
export function policyOfGroup(ceiling: Policy, bindings: readonly LoadBalancerBinding[]): Policy {
  const staying = bindings.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const deciding = staying.length > 0 ? staying : bindings;
  return policyOf(
    deciding.map(({ spec }) => spec.policy),
    ceiling,
  );
}

/** Those whose own policy is not the one that holds. */
export function overruledIn(ceiling: Policy, bindings: readonly LoadBalancerBinding[]): Told[] {
  const holds = policyOfGroup(ceiling, bindings);
  return bindings.flatMap((binding): Told[] => {
    const { policy } = binding.spec;
    if (policy === undefined || policy === holds || binding.metadata.deletionTimestamp !== undefined)
      return [];
    const because =
      holds === ceiling && POLICIES.indexOf(policy) < POLICIES.indexOf(holds)
        ? `the controller runs with --policy=${ceiling}, and an Ingress can only ask for more care`
        : `another Ingress of the same group asks for less care, so the group is under ${holds}`;
    return [{ member: keyOf(binding), problem: overruled(policy, because) }];
  });
}
