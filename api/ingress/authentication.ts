// Authentication settings of one backend: what its Service says over what the Ingress says (spec annotations 2.1, 10).
import { targetsOf } from '../annotations/actions.ts';
import type { Settings } from '../generated/binding.ts';
import { once } from '../once.ts';
import { memberOf } from '../routing/rules.ts';
import type { ServiceSettings } from './effective-settings.ts';

export const AUTH_NAMES = [
  'auth-type',
  'auth-idp-cognito',
  'auth-idp-oidc',
  'auth-on-unauthenticated-request',
  'auth-scope',
  'auth-session-cookie',
  'auth-session-timeout',
] as const;

export type AuthName = (typeof AUTH_NAMES)[number];
export type AuthSettings = Pick<Settings, AuthName>;

/** Looked at for every rule, and the same for all of a member. */
const authIn = once((settings: Partial<Settings>): AuthSettings => {
  const said = AUTH_NAMES.filter((name) => settings[name] !== undefined);
  return Object.fromEntries(said.map((name) => [name, settings[name]]));
});

const NO_AUTH: AuthSettings = {};

const authOf = (settings: Partial<Settings>): AuthSettings =>
  AUTH_NAMES.some((name) => settings[name] !== undefined) ? authIn(settings) : NO_AUTH;

/** The settings that count for a backend; `service` is there when the rule forwards to this one Service alone. */
export const effectiveAuth = (ingress: Settings, service?: ServiceSettings): AuthSettings =>
  service === undefined ? authOf(ingress) : { ...authOf(ingress), ...authOf(service) };

/** The only Service that a backend forwards to, if that is all it does. `action` is the NAME of an action. */
export function soleService(
  { service, action }: { readonly service?: { readonly name: string }; readonly action?: string },
  settings: Pick<Settings, 'actions'>,
): string | undefined {
  if (action === undefined) return service?.name;
  const said = memberOf(settings.actions, action);
  const [only, ...more] = said === undefined ? [] : targetsOf(said.value);
  return only !== undefined && more.length === 0 && 'service' in only ? only.service.name : undefined;
}
