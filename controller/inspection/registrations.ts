// Which targets the controller would register and deregister in one target group. Pure.
import type { Backend } from '../../alb/desire/desiring.ts';
import { keyOfTarget, type Target } from '../targets/endpoints.ts';
import { leaving, type TargetSeen } from '../targets/target-health.ts';
import { changeOf } from '../targets/target-state.ts';

export interface Registration {
  /** Id of the desired target group. */
  readonly targetGroup: string;
  /** `namespace/service:port`. */
  readonly backend: string;
  /** `id:port` of each, in order. */
  readonly register: readonly string[];
  readonly deregister: readonly string[];
}

/** `seen`: what is registered; nothing in a target group that does not exist yet. */
export function registrationOf(
  backend: Backend,
  wanted: readonly Target[],
  seen: readonly TargetSeen[],
): Registration {
  const registered = new Map(
    seen.flatMap((one) => (leaving(one) ? [] : [[keyOfTarget(one), one.state] as const])),
  );
  // What other clusters registered cannot be told from what left here.
  const { missing, extra } = changeOf(registered, wanted, backend.shared ? new Set() : undefined);
  return {
    targetGroup: backend.id,
    backend: `${backend.namespace}/${backend.service}:${backend.port}`,
    register: missing.map(keyOfTarget).sort(),
    deregister: extra.toSorted(),
  };
}
