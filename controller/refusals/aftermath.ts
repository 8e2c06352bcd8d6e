// Aftermath: how a pass goes on after refusals, and whom each concerns. Pure.
import type { Resource } from '../../api/aws.ts';
import { certified } from '../certified.ts';
import type { Wanted } from '../desire/desiring.ts';
import type { Group, Told } from '../group.ts';
import type { Found } from '../kinds/kind.ts';
import type { Outcome } from '../plan/operation.ts';
import { toldOf, toldTo } from './blame.ts';
import { type LeftOut, leaveOut, UNAVAILABLE } from './leave-out.ts';
import type { Refused } from './memory.ts';
import type { Refusal } from './parts.ts';
import { roomFor, withinQuota } from './quota.ts';

/** What is left out, and to whom that is told. */
export interface Left {
  readonly refusals: readonly Refusal[];
  readonly told: readonly Told[];
}

export const NOTHING_LEFT_OUT: Left = { refusals: [], told: [] };

interface Deciders {
  readonly group: Group;
  readonly wanted: Wanted;
}

/** Who wants to see certificates of clients, and cannot, answers nobody on that port: nobody passes unseen. */
function closed({ resources, left }: LeftOut, { members }: Group, { origins }: Wanted): readonly Resource[] {
  const blind = new Set(left.flatMap(({ part }) => (part.field === 'mutualAuthentication' ? [part.id] : [])));
  if (blind.size === 0) return resources;
  const open = resources.filter(
    (one) =>
      one.kind === 'listener' &&
      blind.has(one.id) &&
      (one.spec.mutualAuthentication?.mode ?? 'off') === 'off',
  );
  const wanting = new Map(
    open.map(({ id, spec }) => [
      id,
      members.filter(({ intent }) =>
        intent.settings['mutual-authentication']?.value.some(
          (one) => 'port' in spec && one.port === spec.port,
        ),
      ),
    ]),
  );
  const isClosed = (id: string, listener: string): boolean => {
    const owner = origins.find((one) => one.id === id)?.member;
    return wanting.get(listener)?.some(({ key }) => key === owner) ?? false;
  };
  return resources.map((one): Resource => {
    if (one.kind === 'rule' && isClosed(one.id, one.spec.listener.ref))
      return { ...one, spec: { ...one.spec, actions: [UNAVAILABLE] } };
    if (one.kind === 'listener' && isClosed(one.id, one.id))
      return { ...one, spec: { ...one.spec, defaultActions: [UNAVAILABLE] } };
    return one;
  });
}

/** The desired resources as far as AWS can be asked for them. */
export function withoutRefused(
  resources: readonly Resource[],
  found: readonly Found[],
  { group, wanted }: Deciders,
  refused: Refused = new Map(),
): { readonly resources: readonly Resource[]; readonly left: Left } {
  const out = leaveOut(resources, found, refused);
  const less = { ...out, resources: closed(out, group, wanted) };
  const fewer = withinQuota(less.resources, refused, group.members, wanted.origins);
  const told = [
    ...toldOf(less.left, group, wanted),
    ...fewer.left.flatMap((refusal) => toldTo(refusal, fewer.members)),
  ];
  const spared = less.left.flatMap(({ part }) => (part.field === 'certificates' ? [part.id] : []));
  return {
    resources: certified(fewer.resources, found, new Set([...wanted.uncertified, ...spared])),
    left: { refusals: [...less.left, ...fewer.left], told },
  };
}

export interface Judged {
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
): Judged {
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
