// A key of an intent that is equal for members of a group that ask for the same of what the group shares: the load balancer, its
// security group, its listeners. In a large group most members have one of a few keys, so what would be asked of every pair of
// members is asked once for each key.

import type { AnyAnnotation } from '../annotation.ts';
import { canonicalText } from '../binding/bind.ts';
import type { Intent } from '../generated/binding.ts';
import { once } from '../once.ts';
import { REGISTRY, stemOf } from '../registry.ts';

/** What is a member's own, whatever the others ask for: its order, its rules, and what a Service may say. */
const isOwn = ({ name, on }: AnyAnnotation): boolean =>
  name === 'group.order' ||
  ['actions.*', 'conditions.*', 'transforms.*'].includes(name) ||
  (on.includes('Service') && name !== 'tags');

const OWN: ReadonlySet<string> = new Set(REGISTRY.filter(isOwn).map(({ name }) => stemOf(name) ?? name));

/** The key of an intent; computed once for each intent. */
export const sharedIntentKey = once((intent: Intent): string => {
  const shared = Object.entries(intent.settings).filter(([name]) => !OWN.has(name));
  const { first, subnetTags, defaultBackend } = intent;
  return canonicalText([Object.fromEntries(shared), { first, subnetTags, defaultBackend }]);
});
