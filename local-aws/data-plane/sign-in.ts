// The action before routing: which requests are let through (ALB User Guide: Authenticate users, Verify JWTs).
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type ClientRequest, hostOf } from './client.ts';
import { isGoodToken } from './jwt.ts';
import type { DataPlaneContext } from './plane.ts';
import { type Exchange, fail, reply } from './replies.ts';

/** Whether a request may go on; when not, it is answered. */
export async function isAuthenticated(
  plane: DataPlaneContext,
  before: Action,
  exchange: Exchange,
  request: ClientRequest,
): Promise<boolean> {
  const jwt = before.JwtValidationConfig;
  if (jwt === undefined) return isSignedIn(before, exchange, request);
  const keys = await plane.tokenKeys.of(jwt.JwksEndpoint ?? '');
  if (keys !== undefined && (await isGoodToken(request.headers.authorization, jwt, keys))) return true;
  fail(exchange, 401);
  return false;
}

/**
 * Nobody can sign in here. A request without a session is sent to the identity provider or refused, and what comes back
 * from there is refused with 561.
 */
function isSignedIn(before: Action, exchange: Exchange, request: ClientRequest): boolean {
  const config = before.AuthenticateOidcConfig ?? before.AuthenticateCognitoConfig;
  if (config?.OnUnauthenticatedRequest === 'allow') return true;
  if (config === undefined || config.OnUnauthenticatedRequest === 'deny') fail(exchange, 401);
  else if (request.url?.startsWith('/oauth2/idpresponse') === true) fail(exchange, 561);
  else {
    const cognito = before.AuthenticateCognitoConfig;
    const endpoint =
      before.AuthenticateOidcConfig?.AuthorizationEndpoint ??
      `https://${cognito?.UserPoolDomain}/oauth2/authorize`;
    const client = before.AuthenticateOidcConfig?.ClientId ?? cognito?.UserPoolClientId ?? '';
    const location = new URL(endpoint);
    location.searchParams.set('client_id', client);
    location.searchParams.set('redirect_uri', `https://${hostOf(request)}/oauth2/idpresponse`);
    location.searchParams.set('response_type', 'code');
    location.searchParams.set('scope', config.Scope ?? 'openid');
    for (const [name, value] of Object.entries(config.AuthenticationRequestExtraParams ?? {}))
      location.searchParams.set(name, value);
    reply(exchange, 302, { location: location.href }, '');
  }
  return false;
}
