// reset: what we set and nobody says any more goes back to AWS's default (hack/decisions/0011). Pure.
//
//   remembered key, not said, and not at its default in AWS ─▶ wanted at its default, with the reason
//   said by anybody, or never set by us                      ─▶ as it is
import type { Resource } from '../../api/aws.ts';
import type { Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import type { Operation } from '../plan/operation.ts';
import type { Plan } from '../plan/plan.ts';
import type { Amendment } from './amendment.ts';
import { keysOf, type SetKeys } from './reset-memory.ts';
import { defaultsOf, isMoved, valuesOf, withDefaults } from './resettable.ts';

export interface Reset {
  readonly resources: readonly Resource[];
  /** Desired id → the keys that go back. */
  readonly back: ReadonlyMap<string, readonly string[]>;
}

/** The desired resources of a group, with the defaults of what goes back. */
export function reset(
  group: string,
  wanted: readonly Resource[],
  remembered: SetKeys,
  { matched }: Pick<Matching, 'matched'>,
): Reset {
  const back = new Map<string, readonly string[]>();
  if (Object.keys(remembered).length === 0) return { resources: wanted, back };
  const resources = wanted.map((resource) => {
    const there = matched.get(resource.id);
    if (there === undefined || isYoung(there)) return resource;
    const [said, now, defaults] = [valuesOf(resource), valuesOf(there), defaultsOf(resource)];
    const keys = keysOf(remembered, group, resource.id, there.arn).filter(
      (key) => !Object.hasOwn(said, key) && isMoved(resource.kind, now, defaults, key),
    );
    if (keys.length === 0) return resource;
    back.set(resource.id, keys);
    return withDefaults(resource, keys);
  });
  return { resources, back };
}

/** Nothing can be given back before a load balancer is active, and nothing was reserved. */
const isYoung = ({ kind, extra }: Found): boolean =>
  kind === 'loadBalancer' && extra.state === 'provisioning';

/** The plan in which operations that set something back say why. */
export function withReasons(planned: Plan, { back }: Pick<Reset, 'back'>): Plan {
  if (back.size === 0) return planned;
  const operations = planned.operations.map((operation): Operation => {
    const keys = operation.verb === 'modify' ? back.get(operation.id) : undefined;
    if (keys === undefined) return operation;
    return { ...operation, because: [...operation.because, `nobody says ${keys.join(', ')} any more`] };
  });
  return { ...planned, operations };
}

export const resetToDefault: Amendment = (draft, { group, set, matching }) => {
  if (Object.keys(set).length === 0) return draft;
  const { resources, back } = reset(group.id, draft.resources, set, matching);
  return { ...draft, resources, resets: back };
};
