// The gist of an intent: a text that is equal for members that say the same about what a group shares. In a large group most
// members have one of a few gists, so what is asked of every pair is asked of every gist.
import type { AnyAnnotation } from './annotation.ts';
import { canonicalText } from './bind.ts';
import type { Intent } from './generated/binding.ts';
import { REGISTRY, stemOf } from './registry.ts';

/** What is a member's own whatever the others say: its order, its rules, and all that its Services may say. */
const isOwn = ({ name, on }: AnyAnnotation): boolean =>
  name === 'group.order' ||
  ['actions.*', 'conditions.*', 'transforms.*'].includes(name) ||
  (on.includes('Service') && name !== 'tags');

const OWN: ReadonlySet<string> = new Set(REGISTRY.filter(isOwn).map(({ name }) => stemOf(name) ?? name));

const known = new WeakMap<Intent, string>();

/** Found once for each intent, which nobody changes. */
export function gistOf(intent: Intent): string {
  const before = known.get(intent);
  if (before !== undefined) return before;
  const shared = Object.entries(intent.settings).filter(([name]) => !OWN.has(name));
  const { first, subnetTags, defaultBackend } = intent;
  const gist = canonicalText([Object.fromEntries(shared), { first, subnetTags, defaultBackend }]);
  known.set(intent, gist);
  return gist;
}
