// Actions of rules and listeners: when two of them are the same (aws-model 3.10).
import { isDeepStrictEqual } from 'node:util';
import type { Action, ForwardTarget, Resource } from '../../api/aws.ts';
import { arnOf, type Found } from './kind.ts';

/** The answer of a route that cannot do what it asks for. */
export const unavailable = (messageBody: string): Action => ({
  type: 'fixed-response',
  statusCode: '503',
  contentType: 'text/plain',
  messageBody,
});

/** What a rule does, or a listener by default; nothing for other kinds. */
export function actionsOf(one: Resource | Found): readonly Action[] {
  if (one.kind === 'listener') return one.spec.defaultActions;
  return one.kind === 'rule' ? one.spec.actions : [];
}

/** The rule or listener with these actions in place of its own; other kinds have none. */
export function withActions<R extends Resource | Found>(one: R, actions: Action[]): R {
  if (one.kind === 'listener') return { ...one, spec: { ...one.spec, defaultActions: actions } };
  return one.kind === 'rule' ? { ...one, spec: { ...one.spec, actions } } : one;
}

/** ARNs of the target groups that actions forward to; of desired ones the ids. */
export const targetGroupsIn = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) =>
    action.type === 'forward' ? action.targets.map(({ targetGroup }) => arnOf(targetGroup)) : [],
  );

export const isOidc = (action: Action): action is Extract<Action, { type: 'authenticate-oidc' }> =>
  action.type === 'authenticate-oidc';

/** What a redirect does not change is a placeholder for what the request said. An empty query is one that is taken away. */
const PLACEHOLDERS = { protocol: '#{protocol}', host: '#{host}', port: '#{port}', path: '/#{path}' } as const;

type RedirectAction = Extract<Action, { type: 'redirect' }>;

function normalRedirect(action: RedirectAction): RedirectAction {
  const kept = Object.entries(PLACEHOLDERS).map(([part, placeholder]) => [
    part,
    action[part as keyof typeof PLACEHOLDERS] || placeholder,
  ]);
  return { ...action, ...Object.fromEntries(kept), query: action.query ?? '#{query}' };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);

/** One form for each meaning: what is empty is absent, and a redirect says what it keeps. The client secret is no part of it. */
export function normalAction(action: Action): Action {
  if (action.type === 'redirect') return normalRedirect(action);
  const open =
    action.type === 'authenticate-oidc' ? { ...action, client: { id: action.client?.id ?? '' } } : action;
  const optional = ['contentType', 'messageBody', 'extraParams', 'claims'];
  return Object.fromEntries(
    Object.entries(open).filter(([field, value]) => !(optional.includes(field) && isEmpty(value))),
  ) as object as Action;
}

/** Target groups in ARN order; the weight of a lone one says nothing. */
function comparableTargets(targets: readonly ForwardTarget[]): unknown[] {
  return targets
    .map(({ targetGroup, weight }) => ({
      arn: arnOf(targetGroup),
      weight: targets.length > 1 ? weight : undefined,
    }))
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
}

function sameAction(wanted: Action, found: Action): boolean {
  if (wanted.type === 'forward' && found.type === 'forward') {
    const { stickinessSeconds } = wanted;
    if (stickinessSeconds !== undefined && stickinessSeconds !== (found.stickinessSeconds ?? 0)) return false;
    return isDeepStrictEqual(comparableTargets(wanted.targets), comparableTargets(found.targets));
  }
  if (wanted.type === 'authenticate-oidc' && found.type === 'authenticate-oidc') {
    // What nothing is known of is taken to be right: so what another controller made is taken over without a call.
    const secret = found.client?.secret;
    if (secret !== undefined && secret !== wanted.client?.secret) return false;
  }
  return isDeepStrictEqual(normalAction(wanted), normalAction(found));
}

/** Same actions in the same order: redirect fields default, lone weights and unwanted stickiness aside. Pure. */
export function sameActions(wanted: readonly Action[], found: readonly Action[]): boolean {
  return (
    wanted.length === found.length &&
    wanted.every((action, index) => {
      const other = found[index];
      return other !== undefined && sameAction(action, other);
    })
  );
}
