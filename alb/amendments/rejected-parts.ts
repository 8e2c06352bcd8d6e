// Aftermath: how a pass goes on after refusals, and whom each concerns. Pure.
import type { ListenerSpec, MutualAuthentication, Resource } from '../../api/aws.ts';
import type { Intent } from '../../api/generated/binding.ts';
import { coversMutual } from '../desire/clients.ts';
import { closeRoutes } from '../desire/closed.ts';
import type { Unmet, WantedGroup } from '../desire/desiring.ts';
import { coversPolicy } from '../desire/lost.ts';
import type { Group, Told } from '../group.ts';
import type { Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import type { Outcome } from '../plan/operation.ts';
import type { Amendment } from './amendment.ts';
import { toldOf, toldTo } from './attribution.ts';
import { closeNew } from './close-new-routes.ts';
import { type LeftOut, leaveOut } from './leave-out.ts';
import type { Refusal } from './parts.ts';
import { roomFor, withinQuota } from './quota.ts';

interface Deciders {
  readonly group: Group;
  readonly wanted: WantedGroup;
}

/** Who asked for what protects a listener, and cannot have it, answers nobody there: nobody passes unseen. */
function closed(
  { resources, left }: LeftOut,
  asked: readonly Resource[],
  found: readonly Found[],
  { group, wanted, matching }: Deciders & { readonly matching: Matching },
): readonly Resource[] {
  const unmet = left.flatMap(({ part: { id, field, value } }): Unmet[] => {
    const has = listenerIn(resources, id);
    const port = listenerIn(asked, id)?.port;
    if (has === undefined || port === undefined) return [];
    if (field === 'mutualAuthentication') {
      if (coversMutual(has.mutualAuthentication ?? { mode: 'off' }, value as MutualAuthentication)) return [];
      return naming(
        group,
        id,
        field,
        ({ settings }) => settings['mutual-authentication']?.value.some((one) => one.port === port) === true,
      );
    }
    if (field !== 'sslPolicy') return [];
    // What is served goes on with the policy that it has.
    if (has.sslPolicy !== undefined && coversPolicy(has.sslPolicy, String(value))) return [];
    return naming(group, id, field, ({ settings }) => settings['ssl-policy']?.value === value, true);
  });
  return closeNew(resources, found, wanted, unmet, matching);
}

const listenerIn = (resources: readonly Resource[], id: string): ListenerSpec | undefined =>
  resources.find((one): one is Resource<'listener'> => one.kind === 'listener' && one.id === id)?.spec;

const naming = (
  group: Group,
  listener: string,
  what: string,
  says: (intent: Intent) => boolean,
  staysOpen = false,
): Unmet[] =>
  group.members
    .filter(({ intent }) => says(intent))
    .map(({ key }) => ({ member: key, listener, staysOpen, until: `AWS takes ${what}` }));

/**
 * Where there is no room for a rule with a login or a token, its requests would get to the default backend of the same member
 * without one: it is closed. Rules behind it are none, since a member lacks its last ones.
 */
function closedBehind(
  all: readonly Resource[],
  kept: readonly Resource[],
  { origins }: WantedGroup,
): readonly Resource[] {
  if (all.length === kept.length) return kept;
  const there = new Set(kept.map(({ id }) => id));
  const owner = new Map(origins.map(({ id, member }) => [id, member]));
  const unmet = all.flatMap((one): Unmet[] => {
    if (one.kind !== 'rule' || there.has(one.id) || one.spec.actions.length < 2) return [];
    const listener = one.spec.listener.ref;
    return [
      { member: owner.get(one.id) ?? '', listener, staysOpen: false, until: 'there is room for its rules' },
    ];
  });
  return kept.flatMap((one) => (one.kind === 'listener' ? closeRoutes([one], origins, unmet) : [one]));
}

/** Without the parts that AWS refused; what they protect is closed. */
export const rejectedParts: Amendment = (draft, situation) => {
  const { group, wanted, found, refused, matching } = situation;
  if (refused.size === 0) return draft;
  const out = leaveOut(draft.resources, found, refused, matching);
  return {
    ...draft,
    resources: closed(out, draft.resources, found, situation),
    leftOut: [...draft.leftOut, ...out.left],
    told: [...draft.told, ...toldOf(out.left, group, wanted)],
  };
};

/** Without the rules for which a listener has no room. */
export const withinQuotas: Amendment = (draft, { group, wanted, refused }) => {
  if (refused.size === 0) return draft;
  const { resources, left, members } = withinQuota(draft.resources, refused, group.members, wanted.origins);
  return {
    ...draft,
    resources: closedBehind(draft.resources, resources, wanted),
    leftOut: [...draft.leftOut, ...left],
    told: [...draft.told, ...left.flatMap((refusal) => toldTo(refusal, members))],
  };
};

export interface JudgedOutcomes {
  /** With those whom each failure concerns. */
  readonly outcomes: readonly Outcome[];
  /** What was refused in all of them. */
  readonly refused: readonly Refusal[];
  readonly told: readonly Told[];
}

/** What the outcomes of a pass say about what was asked for. */
export function judged(
  outcomes: readonly Outcome[],
  found: readonly Found[],
  { group, wanted }: Deciders,
): JudgedOutcomes {
  const all = outcomes.flatMap(({ refused = [] }) => refused);
  const refused = roomFor(all, found, outcomes);
  const owners = Map.groupBy([...wanted.origins, ...wanted.backends], (one) => one.id);
  return {
    refused,
    told: toldOf(all, group, wanted),
    outcomes: outcomes.map((outcome) => {
      const { kind, id } = outcome.operation;
      const members =
        kind === 'rule' || kind === 'targetGroup' ? owners.get(id)?.map(({ member }) => member) : undefined;
      return outcome.result !== 'failed' || members === undefined ? outcome : { ...outcome, members };
    }),
  };
}
