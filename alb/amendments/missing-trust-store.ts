// unverified: what becomes of ports on which members want clients verified against a trust store that was not found: what
// verifies in AWS goes on, what is served there goes on, and nothing new of such a member is open to everybody. Pure.
import type { MutualAuthentication, Resource } from '../../api/aws.ts';
import type { Desire } from '../desire/desire.ts';
import type { Unmet } from '../desire/desiring.ts';
import type { Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import { type Amendment, withResources } from './amendment.ts';
import { closeNew } from './close-new-routes.ts';

type DesiredListener = Resource<'listener'>;

/** The resources in which no new route of a member is open that wants its clients verified and cannot have it. */
export function unverified(
  resources: readonly Resource[],
  found: readonly Found[],
  wanted: Pick<Desire, 'unfound' | 'resources' | 'origins' | 'backends'>,
  matching: Matching,
): readonly Resource[] {
  return wanted.unfound.reduce((all, { listener: id, members, leads }) => {
    const listener = all.find((one): one is DesiredListener => one.kind === 'listener' && one.id === id);
    if (listener === undefined) return all;
    const now = mutualOf(matching.matched.get(id));
    // A load balancer that is replaced hands over what it has.
    const before = now ?? mutualOf(found.find((one) => isOn(one, listener.spec.port)));
    const said = listener.spec.mutualAuthentication;
    const mutual = leads && before?.mode === 'verify' ? before : said;
    const kept: DesiredListener =
      mutual === undefined
        ? listener
        : { ...listener, spec: { ...listener.spec, mutualAuthentication: mutual } };
    const same = all.map((one) => (one === listener ? kept : one));
    // What others want to be verified against is not what these asked for.
    if ((mutual ?? now)?.mode === 'verify' && said?.mode !== 'verify') return same;
    const until = 'the trust store that is named is found';
    const unmet = members.map((member): Unmet => ({ member, listener: id, staysOpen: true, until }));
    return closeNew(same, found, wanted, unmet, matching);
  }, resources);
}

const mutualOf = (one: Found | undefined): MutualAuthentication | undefined =>
  one?.kind === 'listener' ? one.spec.mutualAuthentication : undefined;

const isOn = (one: Found, port: number): boolean =>
  one.kind === 'listener' && one.spec.port === port && one.resourceTag !== '';

export const missingTrustStore: Amendment = (draft, { found, wanted, matching }) =>
  withResources(draft, unverified(draft.resources, found, wanted, matching));
