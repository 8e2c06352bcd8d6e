// ripe: what may be asked for already. Capacity can be reserved once a load balancer is active, minutes after it was made
// (aws-model 8.4), and protected is what exists; until then the group wants neither.
import type { Resource, Seldom } from '../../api/aws.ts';
import type { Found } from '../kinds/kind.ts';
import { kinds } from '../kinds/kinds.ts';
import type { Amendment, Draft } from './amendment.ts';

/** Only these may say in the schema that they are asked for later. */
const SELDOM = Object.entries(kinds.loadBalancer.fields).flatMap(([name, { since }]) =>
  since === undefined ? [] : [name as keyof Seldom],
);

/** The resources to plan for now, and what is wanted and waits. Pure. */
export function ripe(
  wanted: readonly Resource[],
  found: readonly Found[],
): Pick<Draft, 'resources' | 'waits'> {
  const states = found.flatMap(({ kind, extra }) => (kind === 'loadBalancer' ? [extra.state] : []));
  const active = states.length > 0 && !states.includes('provisioning');
  const can = { existing: states.length > 0, active };
  const early = SELDOM.filter((field) => !can[kinds.loadBalancer.fields[field].since]);
  const seldom = seldomWanted(wanted);
  const waits = early.filter((field) => seldom[field] !== undefined);
  return waits.length === 0
    ? { resources: wanted, waits }
    : { resources: wanted.map((resource) => without(resource, waits)), waits };
}

/** What is wanted of that which only few load balancers want. */
export function seldomWanted(wanted: readonly Resource[]): Seldom {
  const balancer = wanted.find((one) => one.kind === 'loadBalancer');
  return balancer?.spec ?? {};
}

function without(resource: Resource, fields: readonly (keyof Seldom)[]): Resource {
  if (resource.kind !== 'loadBalancer') return resource;
  const spec = { ...resource.spec };
  for (const field of fields) delete spec[field];
  return { ...resource, spec };
}

export const deferUntilActive: Amendment = (draft, { found }) => ({
  ...draft,
  ...ripe(draft.resources, found),
});
