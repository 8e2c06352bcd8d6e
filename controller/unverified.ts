// unverified: what becomes of ports on which members want clients verified against a trust store that was not found: what
// verifies in AWS goes on, what is served there goes on, and nothing new of such a member is open to everybody. Pure.
import type { Action, MutualAuthentication, Resource } from '../api/aws.ts';
import type { Desire } from './desire/desire.ts';
import { CLOSED } from './desire/guard.ts';
import { sameActions } from './kinds/action.ts';
import { plannables } from './kinds/all.ts';
import { sameConditions } from './kinds/condition.ts';
import type { Found } from './kinds/kind.ts';
import { type Matching, match } from './plan/match.ts';

type Listener = Resource<'listener'>;

/** The resources in which no new route of a member is open that wants its clients verified and cannot have it. */
export function unverified(
  resources: readonly Resource[],
  found: readonly Found[],
  wanted: Pick<Desire, 'unfound' | 'origins'>,
): readonly Resource[] {
  if (wanted.unfound.length === 0) return resources;
  const matching = match(plannables, resources, found);
  return wanted.unfound.reduce((all, { listener: id, members, leads }) => {
    const listener = all.find((one): one is Listener => one.kind === 'listener' && one.id === id);
    if (listener === undefined) return all;
    const now = mutualOf(matching.matched.get(id));
    // A load balancer that is replaced hands over what it has.
    const before = now ?? mutualOf(found.find((one) => isOn(one, listener.spec.port)));
    const said = listener.spec.mutualAuthentication;
    const mutual = leads && before?.mode === 'verify' ? before : said;
    const kept: Listener =
      mutual === undefined
        ? listener
        : { ...listener, spec: { ...listener.spec, mutualAuthentication: mutual } };
    const same = all.map((one) => (one === listener ? kept : one));
    if ((mutual ?? now)?.mode === 'verify') return same;
    const theirs = new Set(wanted.origins.flatMap((one) => (members.includes(one.member) ? [one.id] : [])));
    return same.map((one) => (theirs.has(one.id) ? closed(one, id, found, matching) : one));
  }, resources);
}

const mutualOf = (one: Found | undefined): MutualAuthentication | undefined =>
  one?.kind === 'listener' ? one.spec.mutualAuthentication : undefined;

const isOn = (one: Found, port: number): boolean =>
  one.kind === 'listener' && one.spec.port === port && one.resourceTag !== '';

const isClosed = (actions: readonly Action[]): boolean => sameActions(actions, [CLOSED]);

/** A rule or default action of the listener, closed unless what it is for is open in AWS already. */
function closed(
  resource: Resource,
  listener: string,
  found: readonly Found[],
  { matched, resolve }: Matching,
): Resource {
  if (resource.kind === 'listener' && resource.id === listener) {
    const there = matched.get(listener);
    const now = there?.kind === 'listener' ? there.spec.defaultActions : [];
    const open = now.some(({ type }) => type !== 'fixed-response');
    if (open || sameActions(resource.spec.defaultActions, now)) return resource;
    return { ...resource, spec: { ...resource.spec, defaultActions: [CLOSED] } };
  }
  if (resource.kind !== 'rule' || resource.spec.listener.ref !== listener) return resource;
  const { conditions } = resource.spec;
  const open = found.some(
    (one) =>
      one.kind === 'rule' &&
      one.spec.listener.ref === resolve(resource.spec.listener) &&
      sameConditions(conditions, one.spec.conditions) &&
      !isClosed(one.spec.actions),
  );
  return open ? resource : { ...resource, spec: { ...resource.spec, actions: [CLOSED] } };
}
