// When rules on the security groups of nodes may be taken away: once it is known of everybody who might need them that they do
// not. One rule serves all load balancers of the cluster.
import { SHARED_STACK } from '../../alb/desire/tags.ts';
import { type Policy, policyOfGroup } from '../../alb/plan/policy.ts';
import type { Book } from '../bindings/store.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Targets } from './targets.ts';

export interface RevocationOptions {
  /** Of the controller. */
  readonly policy: Policy;
  readonly book: Pick<Book, 'groups' | 'of'>;
  readonly inventory: Pick<Inventory, 'groups'>;
  readonly targets: Pick<Targets, 'served' | 'knows'>;
}

/**
 * While somebody is careful nothing is taken away from the nodes, which serve all; who leaves has no targets any more, and may
 * be careful all the same. Load balancers of others with the tag of this cluster, and orphans, reach their targets by the same
 * rules.
 */
export function mayRevoke({ policy, book, inventory, targets }: RevocationOptions): boolean {
  if (policy !== 'sync') return false;
  const groups = new Set(book.groups());
  return (
    inventory.groups().every((group) => group === SHARED_STACK || groups.has(group)) &&
    targets.served.all().every((one) => one.policy === 'sync') &&
    [...groups].every((group) => targets.knows(group) && policyOfGroup('sync', book.of(group)) === 'sync')
  );
}
