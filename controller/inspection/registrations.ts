// Which targets the controller would register and deregister in one target group. Pure.
import type { Backend } from '../../alb/desire/desiring.ts';
import { keyOfTarget, type Target } from '../targets/endpoints.ts';
import { leaving, type TargetSeen } from '../targets/target-health.ts';

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
  const want = new Set(wanted.map(keyOfTarget));
  const have = new Set(seen.filter((one) => !leaving(one)).map(keyOfTarget));
  return {
    targetGroup: backend.id,
    backend: `${backend.namespace}/${backend.service}:${backend.port}`,
    register: [...want].filter((key) => !have.has(key)).sort(),
    // What other clusters registered cannot be told from what left here.
    deregister: backend.shared ? [] : [...have].filter((key) => !want.has(key)).sort(),
  };
}
