// Guard: who may pass before a rule acts: users who logged in, or requests with a valid token (spec annotations 10;
// aws-model 3.11, 9). What asks for a guard and cannot have it answers 503: nobody passes unseen.

import { PREFIX } from '../../api/annotation.ts';
import type { Action } from '../../api/aws.ts';
import type { IntentBackend, Settings } from '../../api/generated/binding.ts';
import {
  AUTH_NAMES,
  type AuthSettings,
  effectiveAuth,
  soleService,
} from '../../api/ingress/authentication.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type ProblemPlace, placeOf } from '../../api/problems/place.ts';
import type { Problem } from '../../api/problems/problem.ts';
import type { Member } from '../group.ts';
import { unavailable } from '../kinds/action.ts';
import { type Desiring, tell } from './desiring.ts';
import type { ServiceFact } from './facts.ts';

/** Actions that come before the routing action, or the one that takes its place. */
export type Guard = { readonly before: readonly Action[] } | { readonly closed: Action };

export const CLOSED = unavailable('Authentication is not available');

const BECAUSE = 'requests are answered 503, since they would pass without authentication';

/** The guard of one backend on an HTTPS listener. */
export function guardFor(desiring: Desiring, member: Member, backend: IntentBackend): Guard {
  const { settings } = member.intent;
  const service = soleService(backend, settings);
  const fact = service === undefined ? undefined : desiring.facts.service(member.namespace, service);
  const auth = effectiveAuth(settings, fact?.settings);
  const jwt = settings['jwt-validation']?.value;
  const closed = (code: Problem['code'], place: ProblemPlace, because: string): Guard => {
    tell(desiring, member.key, { code, severity: 'refuse', ...place, because: `${because}; ${BECAUSE}` });
    return { closed: CLOSED };
  };
  const ofType = placeOf('auth-type', auth['auth-type']?.from, member.namespace);
  const unread = unreadOn(fact);
  if (unread !== undefined)
    return closed(
      'InvalidFormat',
      placeOf(unread, `Service ${service ?? ''}`, member.namespace),
      'what it says cannot be used',
    );
  const type = auth['auth-type']?.value ?? 'none';
  if (type === 'none') return { before: jwt === undefined ? [] : [jwtAction(jwt)] };
  if (jwt !== undefined)
    return closed(
      'Contradiction',
      { path: annotationPath('jwt-validation') },
      `a rule has tokens or a login, and auth-type is ${type}`,
    );
  const action = type === 'oidc' ? oidcAction(desiring, member, auth) : cognitoAction(auth);
  return action === undefined
    ? closed('Contradiction', ofType, `auth-idp-${type} is missing or incomplete`)
    : { before: [action] };
}

/**
 * Plain HTTP has no guards (spec annotations 10). Where a listener serves what asks for one, its member is told: requests
 * pass without it.
 */
export function tellOpen(desiring: Desiring, member: Member, backend: IntentBackend, port: number): void {
  const { settings } = member.intent;
  const service = soleService(backend, settings);
  const fact = service === undefined ? undefined : desiring.facts.service(member.namespace, service);
  const said = effectiveAuth(settings, fact?.settings)['auth-type'];
  const type = said?.value ?? 'none';
  if (type === 'none' && settings['jwt-validation'] === undefined) return;
  tell(desiring, member.key, {
    code: 'Contradiction',
    severity: 'warn',
    ...(type === 'none'
      ? { path: annotationPath('jwt-validation') }
      : placeOf('auth-type', said?.from, member.namespace)),
    ...(type === 'none' ? {} : { value: type }),
    because: `the HTTP listener on port ${port} serves the same routes to everybody, since users log in and tokens are validated on HTTPS only; ssl-redirect closes it`,
  });
}

/** The Secret that the login of a backend on HTTPS needs, by name; `fact` is about the only Service behind it. */
export function secretOf(settings: Settings, fact: ServiceFact | undefined): string | undefined {
  const auth = effectiveAuth(settings, fact?.settings);
  return auth['auth-type']?.value === 'oidc' ? auth['auth-idp-oidc']?.value.secretName : undefined;
}

/** An authentication annotation of the Service that could not be read: it must not count as unsaid. */
function unreadOn(fact: ServiceFact | undefined): string | undefined {
  const said = fact?.service.metadata.annotations ?? {};
  return AUTH_NAMES.find((name) => Object.hasOwn(said, PREFIX + name) && fact?.settings[name] === undefined);
}

function jwtAction(said: NonNullable<Settings['jwt-validation']>['value']): Action {
  const { jwksEndpoint, issuer, additionalClaims = [] } = said;
  const claims = additionalClaims.map(({ format, name, values }) => ({ format, name, values: [...values] }));
  return {
    type: 'jwt-validation',
    jwksEndpoint,
    issuer,
    ...(claims.length === 0 ? {} : { claims }),
  };
}

/** A login without its Secret has no client: what becomes of it depends on what there is (logins/keep.ts). */
function oidcAction(desiring: Desiring, member: Member, auth: AuthSettings): Action | undefined {
  const said = auth['auth-idp-oidc']?.value ?? {};
  const { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, secretName } = said;
  const endpoints = { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint };
  if (!isWhole(endpoints) || !isSaid(secretName)) return undefined;
  const looked = desiring.facts.secret(member.namespace, secretName);
  if (looked?.problem !== undefined) tell(desiring, member.key, looked.problem);
  return {
    type: 'authenticate-oidc',
    ...endpoints,
    ...(looked !== undefined && 'value' in looked ? { client: looked.value } : {}),
    ...sessionOf(auth, said.authenticationRequestExtraParams),
  };
}

/** All of it is always sent, so that it equals what AWS reports (aws-model 9). */
function sessionOf(auth: AuthSettings, extra: Readonly<Record<string, string>> = {}) {
  return {
    onUnauthenticatedRequest: auth['auth-on-unauthenticated-request']?.value ?? 'authenticate',
    scope: auth['auth-scope']?.value ?? 'openid',
    sessionCookie: auth['auth-session-cookie']?.value ?? 'AWSELBAuthSessionCookie',
    sessionSeconds: auth['auth-session-timeout']?.value ?? 604_800,
    ...(Object.keys(extra).length === 0 ? {} : { extraParams: { ...extra } }),
  };
}

function cognitoAction(auth: AuthSettings): Action | undefined {
  const { userPoolARN, userPoolClientID, userPoolDomain, authenticationRequestExtraParams } =
    auth['auth-idp-cognito']?.value ?? {};
  if (!isSaid(userPoolARN) || !isSaid(userPoolClientID) || !isSaid(userPoolDomain)) return undefined;
  return {
    type: 'authenticate-cognito',
    userPoolArn: userPoolARN,
    clientId: userPoolClientID,
    domain: userPoolDomain,
    ...sessionOf(auth, authenticationRequestExtraParams),
  };
}

const isSaid = (text: string | undefined): text is string => text !== undefined && text !== '';

const isWhole = <K extends string>(
  texts: Readonly<Record<K, string | undefined>>,
): texts is Record<K, string> => Object.values<string | undefined>(texts).every(isSaid);
