// Amendment: one step between what a group wants and what is planned for. Every step has the same signature.
import type { Resource, Seldom } from '../../api/aws.ts';
import type { Desire } from '../desire/desire.ts';
import type { Unmet } from '../desire/desiring.ts';
import type { Group, Told } from '../group.ts';
import type { Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import type { Refusal } from './parts.ts';
import type { Refused } from './rejection-memory.ts';
import type { SetKeys } from './reset-memory.ts';
import type { Ready } from './target-group-cutover.ts';

/** What is planned for, as far as the steps have come, and what they noticed. */
export interface Draft {
  readonly resources: readonly Resource[];
  /** The resources with all that protects them, before anything that cannot be had is left out. */
  readonly protecting: readonly Resource[];
  /** Fields that are wanted and cannot be asked for yet: the group is looked at again. */
  readonly waits: readonly (keyof Seldom)[];
  /** Requests stay with a target group until its successor serves: the group is looked at again. */
  readonly cutsOver: boolean;
  /** Desired id → the keys that go back to AWS's default. */
  readonly resets: ReadonlyMap<string, readonly string[]>;
  /** What AWS refused not long ago and is left out. */
  readonly leftOut: readonly Refusal[];
  readonly told: readonly Told[];
}

/** What a step may look at. The matching is of everything that is wanted, before any amendment. */
export interface Situation {
  readonly group: Group;
  readonly wanted: Desire;
  readonly found: readonly Found[];
  readonly matching: Matching;
  /** Wishes for protection that AWS does not meet yet. */
  readonly unmet: readonly Unmet[];
  readonly ready: Ready;
  /** What we set before, from the bindings. */
  readonly set: SetKeys;
  readonly refused: Refused;
}

export type Amendment = (draft: Draft, situation: Situation) => Draft;

/** The draft with these resources; the draft itself where they are its own. */
export const withResources = (draft: Draft, resources: Draft['resources']): Draft =>
  resources === draft.resources ? draft : { ...draft, resources };
