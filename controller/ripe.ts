// ripe: what may be asked for already. Capacity can be reserved once a load balancer is active, minutes after it was made
// (aws-model 8.4); until then the group wants none.
import type { Resource } from '../api/aws.ts';
import type { Found } from './kinds/kind.ts';

/** The resources to plan for now, and whether something waits: then the group is to be looked at again. Pure. */
export function ripe(
  wanted: readonly Resource[],
  found: readonly Found[],
): { readonly resources: readonly Resource[]; readonly waits: boolean } {
  const states = found.flatMap(({ kind, extra }) => (kind === 'loadBalancer' ? [extra.state] : []));
  const active = states.length > 0 && !states.includes('provisioning');
  if (active || !wanted.some(wantsCapacity)) return { resources: wanted, waits: false };
  return { resources: wanted.map(withoutCapacity), waits: true };
}

/** Whether a load balancer with reserved capacity is wanted. */
export const wantsCapacity = (resource: Resource): boolean =>
  resource.kind === 'loadBalancer' && resource.spec.capacityUnits !== undefined;

function withoutCapacity(resource: Resource): Resource {
  if (resource.kind !== 'loadBalancer') return resource;
  const { capacityUnits: _, ...spec } = resource.spec;
  return { ...resource, spec };
}
