// Closed: routes whose Ingress asks for a protection that they cannot have now answer 503; a redirect shows nothing and stays. The
// one place where a route is closed for want of a protection beside logins (guard.ts).
import type { Action, Resource } from '../../api/aws.ts';
import { actionsOf, unavailable, withActions } from '../kinds/action.ts';
import type { Origin, Unmet } from './desiring.ts';

export const UNPROTECTED = unavailable('The protection that this route asks for is not available');

/** Whether somebody gets something by these actions: a target, or a text that is no 503. */
const answers = (actions: readonly Action[]): boolean =>
  actions.some(
    (action) =>
      action.type === 'forward' || (action.type === 'fixed-response' && action.statusCode !== '503'),
  );

/** Rules and default actions, closed where a member's wish is not met; what `goesOn` may stay as it is if its wishes let it. */
export function closeRoutes(
  resources: readonly Resource[],
  origins: readonly Origin[],
  unmet: readonly Unmet[],
  goesOn: (resource: Resource, member: string) => boolean = () => false,
): readonly Resource[] {
  if (unmet.length === 0) return resources;
  const owner = new Map(origins.map(({ id, member }) => [id, member]));
  return resources.map((resource): Resource => {
    const listener = resource.kind === 'rule' ? resource.spec.listener.ref : resource.id;
    const member = owner.get(resource.id);
    const mine = unmet.filter(
      (one) => one.member === member && (one.listener === undefined || one.listener === listener),
    );
    if (member === undefined || mine.length === 0 || !answers(actionsOf(resource))) return resource;
    return mine.every(({ staysOpen }) => staysOpen) && goesOn(resource, member) ? resource : closed(resource);
  });
}

function closed(resource: Resource): Resource {
  if (resource.kind !== 'rule') return withActions(resource, [UNPROTECTED]);
  const { transforms: _, ...spec } = resource.spec;
  return { ...resource, spec: { ...spec, actions: [UNPROTECTED] } };
}
