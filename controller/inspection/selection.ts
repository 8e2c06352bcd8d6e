// Which groups a question is about. Pure.
import { heldGroups } from '../../api/binding/finalizers.ts';
import type { ClusterSeen } from './cluster.ts';
import { Unanswered } from './cluster.ts';

export interface GroupSelection {
  /** `name`, or `namespace/name`. */
  readonly ingress?: string;
  /** The namespace of `ingress`, or the one whose groups are meant. */
  readonly namespace: string;
  /** Every group of the cluster. */
  readonly all: boolean;
}

/**
 * The groups of one Ingress (several while it moves), of the Ingresses of a namespace, or all; in order.
 * @throws Unanswered when the Ingress is in none.
 */
export function groupsAsked(
  { book, absent }: Pick<ClusterSeen, 'book' | 'absent'>,
  { ingress, namespace, all }: GroupSelection,
): string[] {
  const groupsOf = (key: string): string[] => {
    const entry = book.entry(key);
    const binding = book.bindingOf(key);
    return [
      ...(entry === undefined ? [] : [entry.spec.group]),
      ...(binding === undefined ? [] : heldGroups(binding)),
    ];
  };
  if (ingress !== undefined) {
    const key = ingress.includes('/') ? ingress : `${namespace}/${ingress}`;
    const because = absent(key);
    if (because !== undefined) throw new Unanswered(because);
    return [...new Set(groupsOf(key))];
  }
  if (all) return book.groups().sort();
  const keys = book.keys().filter((key) => key.startsWith(`${namespace}/`));
  return [...new Set(keys.flatMap(groupsOf))].sort();
}
