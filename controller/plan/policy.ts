// Policy: a pure filter on the plan (design: Policy). Safety modes are not `if`s in the writers.
import type { Operation } from './operation.ts';

export const POLICIES = ['sync', 'upsert-only', 'targets-only', 'observe'] as const;
export type Policy = (typeof POLICIES)[number];

const filters: Record<Policy, (operations: readonly Operation[]) => Operation[]> = {
  sync: (operations) => [...operations],
  'upsert-only': (operations) => operations.filter(({ verb }) => verb !== 'delete'),
  // Targets are registered by their own program; of the group's plan nothing is left.
  'targets-only': () => [],
  observe: () => [],
};

/** What of a plan may be carried out. */
export function policy(name: Policy, operations: readonly Operation[]): Operation[] {
  return filters[name](operations);
}
