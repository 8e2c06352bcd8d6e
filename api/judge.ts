// Everything that is wrong with an Ingress, in the light of its class, its Services and its group: one judgement for
// webhook and lint.
import { bind } from './bind.ts';
import { conflictProblems, type GroupMember } from './conflicts.ts';
import { type Ingress, keyOf } from './kube.ts';
import { overruled, policyOf } from './policy.ts';
import type { Problem } from './problem.ts';
import { type Reading, readIngress, type Surroundings } from './read.ts';

export interface JudgeAround extends Surroundings {
  /** The other Ingresses of a group, by its id. `hidden` ones are not told by name or value. */
  readonly membersOf: (group: string) => readonly GroupMember[];
}

export interface Judged {
  readonly reading: Reading;
  /** The reading's, and the conflicts with the other members of the group. */
  readonly problems: readonly Problem[];
}

/** Judges an Ingress that is ours. */
export function judgeIngress(ingress: Ingress, around: JudgeAround): Judged {
  const reading = readIngress(ingress, around);
  return { reading, problems: [...reading.problems, ...conflictsOf(ingress, reading, around)] };
}

function conflictsOf(ingress: Ingress, reading: Reading, around: JudgeAround): Problem[] {
  if (reading.settings['group.name'] === undefined) return [];
  const member = { key: keyOf(ingress), spec: bind(ingress, { ...reading, problems: [] }) };
  const others = around.membersOf(member.spec.group);
  return [...conflictProblems(member, others), ...policyProblems(member, others)];
}

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
