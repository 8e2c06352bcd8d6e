// A pass over a group: what it found out, before it is told to bindings, Ingresses and people.

import type { Memory } from '../../alb/amendments/oidc-secret-memory.ts';
import type { RememberedKeys } from '../../alb/amendments/reset-memory.ts';
import type { Backend, Unmet } from '../../alb/desire/desiring.ts';
import type { AwsFailure } from '../../alb/failures/failure.ts';
import type { Told } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Operation, Outcome } from '../../alb/plan/operation.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import type { Seldom } from '../../api/aws.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Drifted } from '../drift/detect.ts';

/** Healthy and all targets of one target group. */
export interface TargetGroupHealth {
  readonly healthy: number;
  readonly total: number;
  /** Stands for which targets these are; absent while that changes. */
  readonly hash?: string;
  /** Why it is unclear which security groups let the load balancer reach some of them: sentences. */
  readonly unclear?: readonly string[];
}

/** What one pass over a group found out. */
export interface Pass {
  readonly bindings: readonly LoadBalancerBinding[];
  /** The policy that holds for the group; absent when the pass ended before. */
  readonly policy?: Policy;
  /** From reading the Ingresses and from deciding about the group. */
  readonly told: readonly Told[];
  readonly planned: readonly Operation[];
  /** What of it was not told yet and is there because somebody else changed something in AWS. */
  readonly drift?: readonly Drifted[];
  readonly outcomes: readonly Outcome[];
  /** The failure that ended the pass before anything was planned. */
  readonly failure?: AwsFailure;
  /** What there is after the operations. */
  readonly found: readonly Found[];
  readonly backends: readonly Backend[];
  /** Desired id → what it became. */
  readonly became: ReadonlyMap<string, Found>;
  /** Hash of the desired resources, when all of them are there. */
  readonly appliedHash?: string;
  /** What to remember of the client secrets that were given; undefined: as before. */
  readonly clientSecrets?: Memory;
  /** What members remember of what we set; undefined, or a member that is not in it: as before. */
  readonly set?: RememberedKeys;
  /** False when facts were missing: what serves is as it was. */
  readonly decided: boolean;
  /** Wishes for protection that AWS does not meet yet. */
  readonly unmet?: readonly Unmet[];
  /** The load balancer is not protected yet as it shall be: it takes over from no other. */
  readonly exposed?: boolean;
  /** Nothing is left to do: what leaves has left. */
  readonly clean: boolean;
  health(arn: string): TargetGroupHealth | undefined;
  readonly now: string;
}

/** A pass that has not been told to anybody yet: health is looked up, and the time taken, when it is. */
export type Untold = Omit<Pass, 'health' | 'now'> & {
  /** What is wanted and cannot be asked for yet. */
  readonly waits?: readonly (keyof Seldom)[];
  /** Requests stay with a target group until its successor serves. */
  readonly handing?: boolean;
};
