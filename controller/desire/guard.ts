// Guard: who may pass before a rule acts: users who logged in, or requests with a valid token (spec annotations 10;
// aws-model 3.11, 9). What asks for a guard and cannot have it answers 503: nobody passes unseen.
import { PREFIX } from '../../api/annotation.ts';
import { AUTH_NAMES, type AuthSettings, effectiveAuth, soleService } from '../../api/authentication.ts';
import type { Action } from '../../api/aws.ts';
import type { IntentBackend, Settings } from '../../api/generated/binding.ts';
import type { Problem } from '../../api/problem.ts';
import type { Member } from '../group.ts';
import { type Desiring, tell } from './desiring.ts';
import type { ServiceFact } from './facts.ts';

/** Actions that come before the routing action, or the one that takes its place. */
export type Guard = { readonly before: readonly Action[] } | { readonly closed: Action };

const CLOSED: Action = {
  type: 'fixed-response',
  statusCode: '503',
  contentType: 'text/plain',
  messageBody: 'Authentication is not available',
};

const pathOf = (suffix: string): string => `metadata.annotations[${PREFIX}${suffix}]`;
const BECAUSE = 'requests are answered 503, since they would pass without authentication';

/** The guard of one backend on an HTTPS listener. */
export function guardFor(desiring: Desiring, member: Member, backend: IntentBackend): Guard {
  const { settings } = member.intent;
  const service = soleService(backend, settings);
  const fact = service === undefined ? undefined : desiring.facts.service(member.namespace, service);
  const auth = effectiveAuth(settings, fact?.settings);
  const jwt = settings['jwt-validation']?.value;
  const closed = (code: Problem['code'], suffix: string, because: string): Guard => {
    const path = pathOf(suffix);
    tell(desiring, member.key, { code, severity: 'refuse', path, because: `${because}; ${BECAUSE}` });
    return { closed: CLOSED };
  };
  const unread = unreadOn(fact);
  if (unread !== undefined)
    return closed('InvalidFormat', unread, `what Service ${service ?? ''} says cannot be used`);
  const type = auth['auth-type']?.value ?? 'none';
  if (type === 'none') return { before: jwt === undefined ? [] : [jwtAction(jwt)] };
  if (jwt !== undefined)
    return closed(
      'Contradiction',
      'jwt-validation',
      `a rule has tokens or a login, and auth-type is ${type}`,
    );
  if (type === 'oidc')
    return closed('NotYetApplied', 'auth-type', 'a login by oidc is not applied in this version');
  const action = cognitoAction(auth);
  return action === undefined
    ? closed('Contradiction', 'auth-type', 'auth-idp-cognito is missing or incomplete')
    : { before: [action] };
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

function cognitoAction(auth: AuthSettings): Action | undefined {
  const { userPoolARN, userPoolClientID, userPoolDomain, authenticationRequestExtraParams } =
    auth['auth-idp-cognito']?.value ?? {};
  if (!isSaid(userPoolARN) || !isSaid(userPoolClientID) || !isSaid(userPoolDomain)) return undefined;
  const extra = authenticationRequestExtraParams ?? {};
  return {
    type: 'authenticate-cognito',
    userPoolArn: userPoolARN,
    clientId: userPoolClientID,
    domain: userPoolDomain,
    onUnauthenticatedRequest: auth['auth-on-unauthenticated-request']?.value ?? 'authenticate',
    scope: auth['auth-scope']?.value ?? 'openid',
    sessionCookie: auth['auth-session-cookie']?.value ?? 'AWSELBAuthSessionCookie',
    sessionSeconds: auth['auth-session-timeout']?.value ?? 604_800,
    ...(Object.keys(extra).length === 0 ? {} : { extraParams: { ...extra } }),
  };
}

const isSaid = (text: string | undefined): text is string => text !== undefined && text !== '';
