// closing: new routes whose Ingress asks for a protection that they cannot have now are closed (desire/closed.ts); what AWS
// answers already may go on: nothing is opened by that. Pure.
import { type Action, type Resource, resourceTagOf } from '../../api/aws.ts';
import { closeRoutes } from '../desire/closed.ts';
import type { Unmet, WantedGroup } from '../desire/desiring.ts';
import { actionsOf, sameActions, targetGroupsIn } from '../kinds/action.ts';
import { sameConditions } from '../kinds/condition.ts';
import type { Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import { type Amendment, withResources } from './amendment.ts';

type Owners = Pick<WantedGroup, 'resources' | 'origins' | 'backends'>;

/** Rules and default actions without those that are new and would be open without what their member asks for. */
export function closeNew(
  resources: readonly Resource[],
  found: readonly Found[],
  wanted: Owners,
  unmet: readonly Unmet[],
  matching: Matching,
): readonly Resource[] {
  if (unmet.length === 0) return resources;
  return closeRoutes(resources, wanted.origins, unmet, (one, member) =>
    serving(one, found, matching).some((now) => isAsOpen(now, one, targetGroupsOf(member, wanted, found))),
  );
}

/**
 * ARNs of a member's target groups in AWS, also of those that it wants no more. The tags of two Ingresses may look alike: then
 * they are whose backend they are now.
 */
function targetGroupsOf(
  member: string,
  { resources, backends }: Owners,
  found: readonly Found[],
): Set<string> {
  const owner = new Map(backends.map(({ id, member: key }) => [id, key]));
  const now = new Map(resources.map(({ id, spec }) => [resourceTagOf(spec.tags), owner.get(id)]));
  const owns = (tag: string): boolean =>
    (now.get(tag) ?? (tag.startsWith(`${member}-`) ? member : '')) === member;
  return new Set(
    found.flatMap((one) => (one.kind === 'targetGroup' && owns(one.resourceTag) ? [one.arn] : [])),
  );
}

/** Whether requests get as far now, and to the same member: others may have asked for the same requests before. */
function isAsOpen(now: readonly Action[], resource: Resource, own: ReadonlySet<string>): boolean {
  const wanted = actionsOf(resource);
  const named = new Set(targetGroupsIn(wanted));
  return sameActions(wanted, now) || targetGroupsIn(now).some((arn) => own.has(arn) || named.has(arn));
}

/** What AWS does now with the requests that a rule or a default action is for. */
function serving(
  resource: Resource,
  found: readonly Found[],
  { matched, resolve }: Matching,
): (readonly Action[])[] {
  if (resource.kind === 'listener') {
    const there = matched.get(resource.id);
    return there === undefined ? [] : [actionsOf(there)];
  }
  if (resource.kind !== 'rule') return [];
  const { conditions, listener } = resource.spec;
  return found.flatMap((one) =>
    one.kind === 'rule' &&
    one.spec.listener.ref === resolve(listener) &&
    sameConditions(conditions, one.spec.conditions)
      ? [one.spec.actions]
      : [],
  );
}

export const closeUnmet: Amendment = (draft, { found, wanted, unmet, matching }) =>
  withResources(draft, closeNew(draft.resources, found, wanted, unmet, matching));
