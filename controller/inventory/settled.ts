// settled: whether a group needs no look at its details: what it wants is what was applied last, and everything is still there.
// After a restart this is one bulk read for all groups instead of many calls for each (design: Inventory).

import type { Group } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { type Resource, resourceTagOf, STACK_TAG } from '../../api/aws.ts';
import type { Glance } from './inventory.ts';

const inside = ({ kind }: { readonly kind: string }): boolean => kind === 'listener' || kind === 'rule';

const namesOf = (list: readonly { readonly kind: string; readonly tag: string }[]): string =>
  list
    .map(({ kind, tag }) => `${kind} ${tag}`)
    .sort()
    .join('\n');

/** What was seen, when nothing can be different; undefined when the details must be looked at. Pure. */
export function settled(
  group: Group,
  wanted: readonly Resource[],
  glance: Glance,
  hash: string,
): readonly Found[] | undefined {
  if (glance.detailed || glance.doubted || group.members.length === 0 || group.leaving.length > 0)
    return undefined;
  if (!group.members.every(({ binding }) => binding.status?.appliedHash === hash)) return undefined;
  if (glance.inside !== wanted.filter(inside).length) return undefined;
  // What the cluster shares is looked after by whoever made it; the node rules name it and would miss it.
  const own = wanted.filter((resource) => !inside(resource) && STACK_TAG in resource.spec.tags);
  const there = glance.found.filter((found) => !inside(found));
  const want = namesOf(own.map(({ kind, spec }) => ({ kind, tag: resourceTagOf(spec.tags) })));
  if (want !== namesOf(there.map(({ kind, resourceTag }) => ({ kind, tag: resourceTag })))) return undefined;
  return there;
}
