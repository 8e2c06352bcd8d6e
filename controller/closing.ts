// closing: what becomes of routes whose Ingress asks for a protection that they cannot have now. They answer 503; a redirect shows
// nothing and stays. The one place where a route is closed for want of a protection beside logins (desire/guard.ts). Pure.
import type { Action, Resource } from '../api/aws.ts';
import type { Origin, Unmet } from './desire/desiring.ts';
import { plannables } from './kinds/all.ts';
import { sameConditions } from './kinds/condition.ts';
import type { Found } from './kinds/kind.ts';
import { type Matching, match } from './plan/match.ts';

export const UNPROTECTED: Action = {
  type: 'fixed-response',
  statusCode: '503',
  contentType: 'text/plain',
  messageBody: 'The protection that this route asks for is not available',
};

/** Whether somebody gets something by these actions: a target, or a text that is no 503. */
export const answers = (actions: readonly Action[]): boolean =>
  actions.some(
    (action) =>
      action.type === 'forward' || (action.type === 'fixed-response' && action.statusCode !== '503'),
  );

const forwards = (actions: readonly Action[]): boolean => actions.some(({ type }) => type === 'forward');

/** Whether requests get as far now as they shall. */
const asOpen = (now: readonly Action[], wanted: readonly Action[]): boolean =>
  forwards(now) || (!forwards(wanted) && answers(now));

/** Rules and default actions without those that a member's wish for protection closes. */
export function closeRoutes(
  resources: readonly Resource[],
  found: readonly Found[],
  origins: readonly Origin[],
  unmet: readonly Unmet[],
): readonly Resource[] {
  if (unmet.length === 0) return resources;
  const owner = new Map(origins.map(({ id, member }) => [id, member]));
  const matching = unmet.some(({ staysOpen }) => staysOpen) ? match(plannables, resources, found) : undefined;
  return resources.map((resource): Resource => {
    const [listener, actions] = placeOf(resource);
    const member = owner.get(resource.id);
    const mine = unmet.filter(
      (one) => one.member === member && (one.listener === undefined || one.listener === listener),
    );
    if (mine.length === 0 || !answers(actions)) return resource;
    const kept = matching !== undefined && mine.every(({ staysOpen }) => staysOpen);
    return kept && isOpen(resource, found, matching) ? resource : closed(resource);
  });
}

/** Id of the listener, and what is done with requests; nothing for other kinds. */
function placeOf(resource: Resource): readonly [listener: string, actions: readonly Action[]] {
  if (resource.kind === 'listener') return [resource.id, resource.spec.defaultActions];
  return resource.kind === 'rule' ? [resource.spec.listener.ref, resource.spec.actions] : ['', []];
}

function closed(resource: Resource): Resource {
  if (resource.kind === 'listener')
    return { ...resource, spec: { ...resource.spec, defaultActions: [UNPROTECTED] } };
  if (resource.kind !== 'rule') return resource;
  const { transforms: _, ...spec } = resource.spec;
  return { ...resource, spec: { ...spec, actions: [UNPROTECTED] } };
}

/** Whether AWS answers the same requests already: then nothing is opened by going on. */
function isOpen(resource: Resource, found: readonly Found[], { matched, resolve }: Matching): boolean {
  if (resource.kind === 'listener') {
    const there = matched.get(resource.id);
    return there?.kind === 'listener' && asOpen(there.spec.defaultActions, resource.spec.defaultActions);
  }
  if (resource.kind !== 'rule') return false;
  const { conditions, listener, actions } = resource.spec;
  return found.some(
    (one) =>
      one.kind === 'rule' &&
      one.spec.listener.ref === resolve(listener) &&
      sameConditions(conditions, one.spec.conditions) &&
      asOpen(one.spec.actions, actions),
  );
}
