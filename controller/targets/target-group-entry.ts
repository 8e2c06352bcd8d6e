// What the targets program keeps of one target group between two runs.
import type { AwsFailure } from '../../alb/failures/failure.ts';
import type { PodsBehind } from './absences.ts';
import { type JoinWindow, OPEN } from './intervals.ts';
import type { TargetStanding } from './target-standing.ts';
import type { TargetState } from './target-state.ts';

/** Targets that stay registered although they are no endpoints any more (held-back.ts). */
export interface Hold {
  readonly since: number;
  /** By `id:port`. */
  readonly keys: readonly string[];
  /** How many targets are registered. */
  readonly registered: number;
  /** What it waits for: the end of a time, or that the cluster is seen again. */
  readonly unseen: string | undefined;
}

/** A target that AWS refused. */
export interface RefusedTarget {
  readonly failure: AwsFailure;
  /** When it is offered again. */
  readonly until: number;
}

export interface TargetGroupEntry {
  state: TargetState;
  /** The binding may hold a hash of what is registered. */
  recorded: boolean;
  /** What changes now is joined until then. */
  window: JoinWindow;
  held: Hold | undefined;
  /** The pods of what is or was an endpoint, as long as it is registered. */
  behind: PodsBehind;
  /** By `id:port`. */
  refused: ReadonlyMap<string, RefusedTarget>;
  /** What AWS answered last, where that was no success. */
  failure: AwsFailure | undefined;
  /** Why it is unclear which security groups let the load balancer reach some targets. */
  unclear: readonly string[];
  /** How many endpoints the limit of targets keeps out. */
  over: number;
  /** Until when it is known that AWS does not take the zone `all` here. */
  byNodeZoneUntil: number;
  /** Of a target group that clusters share: what this one registered, by `id:port`; undefined: not read yet. */
  own: ReadonlySet<string> | undefined;
  /** It was told that no target is healthy. */
  down: boolean;
  /** As it was after the last run; undefined: there was none. */
  standing: TargetStanding | undefined;
}

export function newEntry(state: TargetState, recorded: boolean, down: boolean): TargetGroupEntry {
  return {
    ...{ state, recorded, window: OPEN, held: undefined, refused: new Map(), over: 0 },
    failure: undefined,
    unclear: [],
    behind: new Map(),
    ...{ byNodeZoneUntil: 0, own: undefined, down, standing: undefined },
  };
}
