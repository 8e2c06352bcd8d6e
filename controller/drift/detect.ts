// drift: what is found different in AWS although neither the users nor we changed anything. Pure bookkeeping.
//
//   all is as it was wanted ──the same is wanted, but a plan is not empty──▶ drift, told once
//             ▲                                                                │ we act on it
//             └────────────── all is as it was wanted again ◀── what follows is our own doing
import type { WantedGroup } from '../../alb/desire/desiring.ts';
import type { Group } from '../../alb/group.ts';
import { inWords, type Operation } from '../../alb/plan/operation.ts';
import type { Decision } from '../decide.ts';

/** What somebody changed in AWS, as the operation that puts it right. */
export interface Drifted {
  readonly operation: Operation;
  /** `namespace/name` of the Ingresses that it concerns. */
  readonly members: readonly string[];
}

/** What one pass saw of a group. */
export interface PassSeen {
  /** Of what is wanted. */
  readonly hash: string;
  /** Every binding says that this is what was applied last. */
  readonly applied: boolean;
  readonly planned: readonly Operation[];
}

interface DriftState {
  readonly hash: string;
  /** Told since all was as it should be. */
  readonly told: Set<string>;
  /** We changed something since then: differences may be on the way. */
  acted: boolean;
}

/** Remembers for each group what was in place, so that a difference is told once and what we do ourselves is none. */
export class Drifts {
  readonly #standing = new Map<string, DriftState>();

  /** The operations of a plan that somebody else's change makes necessary and that were not told yet. */
  news(group: string, { hash, applied, planned }: PassSeen): Operation[] {
    const known = this.#standing.get(group);
    if (known?.hash !== hash) this.#begin(group, applied ? hash : undefined);
    const standing = this.#standing.get(group);
    if (standing === undefined || standing.acted) return [];
    const news = planned.filter((operation) => !standing.told.has(inWords(operation)));
    for (const operation of news) standing.told.add(inWords(operation));
    return news;
  }

  /** Something was done in AWS for the group. */
  acted(group: string): void {
    const standing = this.#standing.get(group);
    if (standing !== undefined) standing.acted = true;
  }

  /** All is as it is wanted; without a hash nothing is known any more. */
  settle(group: string, hash?: string): void {
    this.#begin(group, hash);
  }

  #begin(group: string, hash: string | undefined): void {
    if (hash === undefined) this.#standing.delete(group);
    else this.#standing.set(group, { hash, told: new Set(), acted: false });
  }
}

/** Whom an operation concerns: whose rule or target group it is; everybody, when it is the load balancer's as a whole. */
export function concerned(
  { kind, id }: Pick<Operation, 'kind' | 'id'>,
  { backends, origins }: Pick<WantedGroup, 'backends' | 'origins'>,
  everybody: readonly string[],
): readonly string[] {
  const owned = kind === 'rule' || kind === 'targetGroup';
  const owners = [...backends, ...origins].flatMap((one) => (owned && one.id === id ? [one.member] : []));
  return owners.length > 0 ? [...new Set(owners)] : everybody;
}

/** What of the plan is there because somebody else changed something in AWS. */
export function driftIn(
  { members, leaving, id }: Group,
  { wanted, planned, seen: { hash } }: Pick<Decision, 'wanted' | 'planned' | 'seen'>,
  drifts: Drifts,
): Drifted[] {
  if (wanted.undecided || members.length === 0) return [];
  const applied =
    leaving.length === 0 && members.every(({ binding }) => binding.status?.appliedHash === hash);
  const news = drifts.news(id, { hash, applied, planned: planned.operations });
  const everybody = members.map(({ key }) => key);
  return news.map((operation) => ({ operation, members: concerned(operation, wanted, everybody) }));
}
