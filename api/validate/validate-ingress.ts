// Everything that is wrong with an Ingress, in the light of its class, its Services and its group: one judgement for
// webhook and lint.
import { bind } from '../binding/bind.ts';
import { conflictProblems, inOrder } from '../group-conflicts/group-conflicts.ts';
import { type Reading, readIngress, type Surroundings } from '../ingress/read.ts';
import { type Ingress, keyOf } from '../kube.ts';
import { quotaProblems, quotasOfGroup } from '../limits/quotas.ts';
import { overruled, policyOf } from '../policy.ts';
import { placed } from '../problems/place.ts';
import type { Problem } from '../problems/problem.ts';
import type { GroupMember } from '../routing/routes.ts';
import { routingOfGroup, routingProblems } from '../routing/warnings.ts';

export interface JudgeAround extends Surroundings {
  /** The other Ingresses of a group, by its id. `hidden` ones are not told by name or value. */
  readonly membersOf: (group: string) => readonly GroupMember[];
}

export interface ValidatedIngress {
  readonly reading: Reading;
  /** What it would ask of its group if nothing were refused. */
  readonly member: GroupMember;
  /** The reading's, and the conflicts with the other members of the group. */
  readonly problems: readonly Problem[];
}

/** Judges an Ingress that is ours. */
export function judgeIngress(ingress: Ingress, around: JudgeAround): ValidatedIngress {
  const reading = readIngress(ingress, around);
  const member = { key: keyOf(ingress), spec: bind(ingress, { ...reading, problems: [] }) };
  return { reading, member, problems: [...reading.problems, ...conflictsOf(member, reading, around)] };
}

function conflictsOf(member: GroupMember, { settings }: Reading, around: JudgeAround): Problem[] {
  if (settings['group.name'] === undefined) return [];
  const others = around.membersOf(member.spec.group);
  return [...conflictProblems(member, others), ...policyProblems(member, others)];
}

/**
 * Warnings to one member about the group as a whole: AWS's quotas, rules and redirects that other members stand in the way
 * of. All that is stored works, so nothing of it is refused.
 */
export function groupWarnings(member: GroupMember, around: Pick<JudgeAround, 'membersOf'>): Problem[] {
  const { group, intent } = member.spec;
  if (intent === undefined) return [];
  const others = inOrder(group.includes('/') ? NOBODY : around.membersOf(group));
  return [...quotaProblems(member, others), ...routingProblems(member, others)].map(placedFor(member));
}

/** The same for all members of one group at once. */
export function warningsOfGroup(
  members: readonly GroupMember[],
): { readonly member: string; readonly problem: Problem }[] {
  const sorted = inOrder(members);
  const place = new Map(sorted.map((member) => [member.key, placedFor(member)]));
  return [...quotasOfGroup(sorted), ...routingOfGroup(sorted)].map(({ member, problem }) => ({
    member,
    problem: place.get(member)?.(problem) ?? problem,
  }));
}

/** At the object that says it: the class of the member may. */
const placedFor =
  ({ key, spec: { intent } }: GroupMember) =>
  (problem: Problem): Problem =>
    intent === undefined ? problem : placed(problem, intent, key.split('/')[0] ?? '');

const NOBODY: readonly GroupMember[] = [];

/** One load balancer is under one policy, and a neighbour must not hold up the others (hack/decisions/0012). */
function policyProblems(
  { key, spec: { group, policy } }: GroupMember,
  all: readonly GroupMember[],
): Problem[] {
  if (policy === undefined) return [];
  const others = all.filter((other) => other.key !== key && other.spec.group === group);
  const holds = policyOf([policy, ...others.map(({ spec }) => spec.policy)], 'sync');
  if (holds === policy) return [];
  const other = others.find(({ spec }) => (spec.policy ?? 'sync') === holds);
  const who =
    other === undefined || other.hidden === true ? 'an Ingress of another namespace' : `Ingress ${other.key}`;
  return [overruled(policy, `${who} in the same group asks for less care, so the group is under ${holds}`)];
}
