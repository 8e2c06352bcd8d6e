// keep: what becomes of logins whose Secret cannot be had. A rule that has this login in AWS keeps it; any other answers 503,
// for a route that asks for a login is never open. Pure.
//
//   same listener, conditions and login, and nothing else to change, or only at its own place ─▶ kept, with the client AWS has
//   anything else ─▶ closed
import { isDeepStrictEqual } from 'node:util';
import type { Action, Resource } from '../../api/aws.ts';
import { CLOSED } from '../desire/guard.ts';
import { actionsOf, isOidc, withActions } from '../kinds/action.ts';
import { sameConditions } from '../kinds/condition.ts';
import type { Found } from '../kinds/kind.ts';
import { kinds } from '../kinds/kinds.ts';
import { changedFields, type Matching } from '../plan/match.ts';
import { type Amendment, withResources } from './amendment.ts';

type Oidc = Extract<Action, { type: 'authenticate-oidc' }>;
type RuleWithLogin = Resource<'rule'>;

/** The login in a list of actions that lacks its client. */
const lacking = (actions: readonly Action[]): Oidc | undefined =>
  actions.filter(isOidc).find(({ client }) => client === undefined);

/** The login among found actions that is this one, whoever its client is. */
function loginIn(found: readonly Action[], { client: _, ...wanted }: Oidc): Oidc | undefined {
  return found.filter(isOidc).find(({ client, ...other }) => isDeepStrictEqual(other, wanted));
}

const withLogin = (actions: readonly Action[], login: Oidc): Action[] =>
  actions.map((action) => (isOidc(action) ? login : action));

/** The rule as AWS has it, as far as its login goes; undefined when there is none that can be kept. */
function keptRule(
  { spec }: RuleWithLogin,
  login: Oidc,
  rivals: readonly RuleWithLogin[],
  found: readonly Found[],
  { resolve }: Matching,
): Action[] | undefined {
  // Of two rules for the same requests only the first is ever asked, and only one of them is in AWS.
  const same = (other: RuleWithLogin['spec'], listener: string): boolean =>
    resolve(other.listener) === listener && sameConditions(spec.conditions, other.conditions);
  if (rivals.some((other) => other.spec !== spec && same(other.spec, resolve(spec.listener))))
    return undefined;
  for (const one of found) {
    if (one.kind !== 'rule' || one.resourceTag === '' || !same(one.spec, resolve(spec.listener))) continue;
    const its = loginIn(one.spec.actions, login);
    if (its === undefined) continue;
    const actions = withLogin(spec.actions, its);
    const changed: string[] = changedFields<'rule'>(kinds.rule, { ...spec, actions }, one, resolve);
    const elsewhere = changed.includes('priority');
    if (!elsewhere || changed.every((field) => field === 'priority' || field === 'tags')) return actions;
  }
  return undefined;
}

/** The desired resources in which every login has a client, or is closed. */
export function keep(
  wanted: readonly Resource[],
  found: readonly Found[],
  matching: Matching,
): readonly Resource[] {
  if (!wanted.some((one) => lacking(actionsOf(one)) !== undefined)) return wanted;
  const rules = wanted.filter((one) => one.kind === 'rule');
  return wanted.map((resource) => {
    const login = lacking(actionsOf(resource));
    if (login === undefined) return resource;
    const kept =
      resource.kind === 'rule'
        ? keptRule(resource, login, rules, found, matching)
        : keptDefault(resource, login, matching);
    return withActions(resource, kept ?? [CLOSED]);
  });
}

/** What a listener does by default with the login that AWS has there. */
function keptDefault(listener: Resource, login: Oidc, { matched }: Matching): Action[] | undefined {
  const there = matched.get(listener.id);
  const its = there === undefined ? undefined : loginIn(actionsOf(there), login);
  return its === undefined ? undefined : withLogin(actionsOf(listener), its);
}

export const missingOidcSecret: Amendment = (draft, { found, matching }) =>
  withResources(draft, keep(draft.resources, found, matching));
