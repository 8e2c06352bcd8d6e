// Pods that are killed before the load balancer has finished with their last requests, in a sentence. Pure.
import type { Backend } from '../../alb/desire/desiring.ts';
import type { World } from './endpoints.ts';

/** What Kubernetes gives a pod that says nothing (Kubernetes: Pod Lifecycle, "Pod termination"). */
const GRACE_SECONDS = 30;

/** Of the pods behind a backend of which somebody said how long their last requests may run; none when all have the time. */
export function earlyEndings(
  { targetType, namespace, service, drainSeconds }: Backend,
  { slices, pod }: Pick<World, 'slices' | 'pod'>,
): string[] {
  if (targetType !== 'ip' || drainSeconds === undefined) return [];
  const names = new Set(
    slices(namespace, service).flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ targetRef }) => targetRef?.name ?? []),
    ),
  );
  const graces = [...names].flatMap((name) => {
    const known = pod(namespace, name);
    const grace = known?.spec?.terminationGracePeriodSeconds ?? GRACE_SECONDS;
    return known === undefined || grace >= drainSeconds ? [] : [grace];
  });
  if (graces.length === 0) return [];
  return [
    `pods (${graces.length}) are killed ${Math.min(...graces)} s after they are told to end, and their last requests may run for ${drainSeconds} s (deregistration_delay.timeout_seconds): what runs longer is cut off; raise terminationGracePeriodSeconds, or lower the delay`,
  ];
}
