// Shares: what each member of a group adds to its footprint. In a large group most members add the same but for their own rules,
// so they are counted once for each list, and a review looks at a few instead of at all.
//
//   members in group order   a b a a b     taken   a ×3, b ×2, in the order of their first     a, b: keys

import { targetsOf } from '../annotations/actions.ts';
import { effectiveListenPorts } from '../annotations/listener.ts';
import { CAPACITY_UNITS } from '../annotations/pools.ts';
import type { Intent, IntentBackend } from '../generated/binding.ts';
import { sharedIntentKey } from '../group-conflicts/shared-intent-key.ts';
import { once } from '../once.ts';
import { type GroupMember, inGroupOrder } from '../routing/routes.ts';
import { memberOf } from '../routing/rules.ts';

/** What one member adds. */
function shareIn(intent: Intent) {
  const { settings, rules } = intent;
  const targets = targetGroupsOf(intent);
  const units = settings['minimum-load-balancer-capacity']?.value[CAPACITY_UNITS];
  return {
    intent,
    ports: effectiveListenPorts(settings),
    paths: rules.reduce((sum, { paths }) => sum + paths.length, 0),
    /** Services and ports: a target group of its own each. */
    own: targets.own.size,
    /** Target groups that somebody else made: the same for all members that name them. */
    foreign: targets.foreign,
    certificates: settings['certificate-arn']?.value ?? [],
    /** Some action is a redirect. */
    redirects: Object.values(settings.actions ?? {}).some(({ value }) => value.type === 'redirect'),
    https: settings['ssl-redirect']?.value,
    cidrs: settings['inbound-cidrs']?.value ?? [],
    prefixLists: settings['security-group-prefix-lists']?.value ?? [],
    securityGroups: settings['security-groups']?.value ?? [],
    /** Targets are opened for the named security groups. */
    opens: settings['manage-backend-security-group-rules']?.value === true,
    addresses: settings['ip-address-type']?.value,
    capacityUnits: units === undefined ? undefined : Number(units),
    verifying: (settings['mutual-authentication']?.value ?? []).flatMap(({ mode, port }) =>
      mode === 'verify' ? [port] : [],
    ),
  };
}

export type Share = ReturnType<typeof shareIn>;

/** Counted once for each intent. */
export const shareOf = once(shareIn);

/** What the rules and the default backend of one Ingress forward to. */
function targetGroupsOf({ rules, defaultBackend, settings }: Intent) {
  const [own, foreign] = [new Set<string>(), new Set<string>()];
  const add = ({ service, action }: IntentBackend): void => {
    if (service !== undefined) own.add(`${service.name}:${service.port}`);
    const said = action === undefined ? undefined : memberOf(settings.actions, action);
    for (const target of said === undefined ? [] : targetsOf(said.value)) {
      if ('service' in target) own.add(`${target.service.name}:${target.service.port}`);
      else foreign.add('targetGroupARN' in target ? target.targetGroupARN : target.targetGroupName);
    }
  };
  for (const { paths } of rules) for (const { backend } of paths) add(backend);
  if (defaultBackend !== undefined) add(defaultBackend);
  return { own, foreign };
}

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
export function sharesWith(member: GroupMember, others: readonly GroupMember[]): readonly Share[] {
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
