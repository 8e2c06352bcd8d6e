// Shares: what each member of a group adds to its footprint. In a large group most members add the same but for their own rules,
// so they are counted once for each list, and a review looks at a few instead of at all.
//
//   members in group order   a b a a b     taken   a ×3, b ×2, in the order of their first     a, b: keys

import type { Intent } from '../generated/binding.ts';
import { sharedIntentKey } from '../group-conflicts/shared-intent-key.ts';
import { once } from '../once.ts';
import { type GroupMember, inGroupOrder, withMember } from '../routing/routes.ts';
import { type Footprint, footprintOfShares, type Share, shareIn, shareOf } from './footprint.ts';

/** Equal for intents that count alike, but for the numbers of their own rules and target groups. */
const countedKey = once((intent: Intent): string => {
  const { redirects, foreign } = shareOf(intent);
  return `${redirects} ${JSON.stringify([...foreign])} ${sharedIntentKey(intent)}`;
});

/** Members with one key, as one. */
interface AlikeShares {
  /** The first two in group order: one of them may be the asked member. */
  readonly first: GroupMember[];
  /** With the numbers of all of them. */
  share: Share;
}

interface CountedMembers {
  readonly alike: ReadonlyMap<string, AlikeShares>;
  /** What each member asks for, by `namespace/name`. */
  readonly intents: ReadonlyMap<string, Intent>;
}

/** Made once for each list of members in group order. */
const countedIn = once((members: readonly GroupMember[]): CountedMembers => {
  const alike = new Map<string, AlikeShares>();
  const intents = new Map<string, Intent>();
  for (const member of members) {
    const { intent } = member.spec;
    if (intent === undefined) continue;
    intents.set(member.key, intent);
    const there = alike.get(countedKey(intent));
    if (there === undefined) alike.set(countedKey(intent), { first: [member], share: shareOf(intent) });
    else {
      there.share = added(there.share, shareOf(intent), 1);
      if (there.first.length < 2) there.first.push(member);
    }
  }
  return { alike, intents };
});

const added = (all: Share, { paths, own }: Share, times: 1 | -1): Share => ({
  ...all,
  paths: all.paths + times * paths,
  own: all.own + times * own,
});

/** The shares of a member and of the others, in group order; an older version of it among them does not count. */
function sharesWith(member: GroupMember, others: readonly GroupMember[]): readonly Share[] {
  const { alike, intents } = countedIn(others);
  const old = intents.get(member.key);
  const [key, mine] = [old === undefined ? undefined : countedKey(old), member.spec.intent];
  const counted = mine === undefined ? [] : [{ first: member, share: shareIn(mine) }];
  for (const [at, one] of alike) {
    const first = one.first.find((other) => other.key !== member.key);
    if (first === undefined) continue;
    const isWithout = old === undefined || at !== key;
    counted.push({ first, share: isWithout ? one.share : added(one.share, shareOf(old), -1) });
  }
  return counted.sort((a, b) => inGroupOrder(a.first, b.first)).map(({ share }) => share);
}

/** The footprint of a group with this version of a member, and whether it is alone. `others` are in group order. */
export function footprintWith(
  member: GroupMember,
  others: readonly GroupMember[],
): { readonly footprint: Footprint; readonly isAlone: boolean } {
  const shares = sharesWith(member, others);
  const all = (): Intent[] => withMember(member, others).flatMap(({ spec }) => spec.intent ?? []);
  return { footprint: footprintOfShares(shares, all), isAlone: shares.length === 1 };
}
