// Quota: when a load balancer has no room for another rule, those with the most rules lack their last ones, so that nobody
// can crowd out others. Pure.
import type { Resource } from '../../api/aws.ts';
import type { Origin } from '../desire/desiring.ts';
import type { Member } from '../group.ts';
import type { Found } from '../kinds/kind.ts';
import { senior } from '../merge.ts';
import type { Outcome } from '../plan/operation.ts';
import type { Refusal } from './parts.ts';
import type { Refused } from './rejection-memory.ts';

/** Stands for the number of rules, which is no field. */
export const RULES = 'rules';

const ourRules = (found: readonly Found[]): number =>
  found.filter(({ kind, resourceTag }) => kind === 'rule' && resourceTag !== '').length;

/** The refusals with those for want of room as one: no more rules than there are now. */
export function roomFor(
  refusals: readonly Refusal[],
  found: readonly Found[],
  outcomes: readonly Outcome[],
): Refusal[] {
  const full = refusals.find(({ failure }) => failure.code === 'TooManyRules');
  if (full === undefined) return [...refusals];
  const made = (verb: 'create' | 'delete'): number =>
    outcomes.filter(
      ({ operation, result }) => result === 'done' && operation.kind === 'rule' && operation.verb === verb,
    ).length;
  const value = ourRules(found) + made('create') - made('delete');
  const others = refusals.filter(({ failure }) => failure.code !== 'TooManyRules');
  const part = { kind: 'loadBalancer', id: 'loadBalancer', field: RULES, value } as const;
  return [...others, { part, failure: full.failure }];
}

export interface WithinQuota {
  readonly resources: readonly Resource[];
  readonly left: readonly Refusal[];
  /** `namespace/name` of those that lack a rule for it. */
  readonly members: readonly string[];
}

/** As many rules as there is room for: the first of every member, elder ones before, then the second of every member, … */
export function withinQuota(
  resources: readonly Resource[],
  refused: Refused,
  members: readonly Member[],
  origins: readonly Origin[],
): WithinQuota {
  const full = [...refused.values()].find(({ part }) => part.field === RULES);
  const rules = resources.filter(({ kind }) => kind === 'rule');
  const most = Number(full?.part.value);
  if (full === undefined || rules.length <= most) return { resources, left: [], members: [] };
  const rank = new Map(
    senior(members.map((member) => ({ member }))).map(({ member }, at) => [member.key, at]),
  );
  const owner = new Map(origins.map(({ id, member }) => [id, member]));
  const counts = new Map<string, number>();
  const placed = rules.map(({ id }) => {
    const member = owner.get(id) ?? '';
    const nth = counts.get(member) ?? 0;
    counts.set(member, nth + 1);
    return { id, nth, rank: rank.get(member) ?? members.length };
  });
  const out = new Set(
    placed
      .toSorted((a, b) => a.nth - b.nth || a.rank - b.rank)
      .slice(most)
      .map(({ id }) => id),
  );
  const lacking = [...new Set([...out].flatMap((id) => owner.get(id) ?? []))];
  return { resources: resources.filter(({ id }) => !out.has(id)), left: [full], members: lacking };
}
