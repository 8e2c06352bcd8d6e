// closing: new routes whose Ingress asks for a protection that they cannot have now are closed (desire/closed.ts); what AWS
// answers already may go on: nothing is opened by that. Pure.
import type { Action, Resource } from '../../api/aws.ts';
import { answers, closeRoutes } from '../desire/closed.ts';
import type { Origin, Unmet } from '../desire/desiring.ts';
import { sameConditions } from '../kinds/condition.ts';
import type { Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import type { Amendment } from './amendment.ts';

/** Rules and default actions without those that are new and would be open without what their member asks for. */
export function closeNew(
  resources: readonly Resource[],
  found: readonly Found[],
  origins: readonly Origin[],
  unmet: readonly Unmet[],
  matching: Matching,
): readonly Resource[] {
  if (unmet.length === 0) return resources;
  return closeRoutes(resources, origins, unmet, (one) => isOpen(one, found, matching));
}

const forwards = (actions: readonly Action[]): boolean => actions.some(({ type }) => type === 'forward');

/** Whether requests get as far now as they shall. */
const asOpen = (now: readonly Action[], wanted: readonly Action[]): boolean =>
  forwards(now) || (!forwards(wanted) && answers(now));

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

export const closeUnmet: Amendment = (draft, { found, wanted, unmet, matching }) => ({
  ...draft,
  resources: closeNew(draft.resources, found, wanted.origins, unmet, matching),
});
