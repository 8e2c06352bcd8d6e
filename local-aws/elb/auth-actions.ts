// Actions before routing: authentication by OIDC or Cognito, and JWT validation (aws-limits 3.3).
import type { Action, JwtValidationActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid } from './refusal.ts';

const HTTPS_URL = /^https:\/\/[^/?#\s]+/;

type OidcConfig = NonNullable<Action['AuthenticateOidcConfig']>;
type CognitoConfig = NonNullable<Action['AuthenticateCognitoConfig']>;

export function checkAuthentication(action: Action): void {
  const oidc = action.AuthenticateOidcConfig;
  const cognito = action.AuthenticateCognitoConfig;
  if (oidc !== undefined) checkOidc(oidc);
  if (cognito !== undefined) checkCognito(cognito);
  const session = oidc ?? cognito;
  if (session === undefined) return;
  const seconds = session.SessionTimeout ?? 1;
  if (seconds < 1 || seconds > 604800)
    invalid(`'Session timeout' value '${seconds}' must be between 1 and 604800 inclusive`);
  if (Object.keys(session.AuthenticationRequestExtraParams ?? {}).length > 10)
    invalid('You can specify up to 10 extra authentication request parameters');
}

function checkOidc(oidc: OidcConfig): void {
  for (const member of ['Issuer', 'AuthorizationEndpoint', 'TokenEndpoint', 'UserInfoEndpoint'] as const)
    if (!HTTPS_URL.test(oidc[member] ?? '')) invalid(`The '${oidc[member]}' URL is not valid`);
  if (!oidc.ClientSecret) invalid('A client secret must be specified');
}

function checkCognito(cognito: CognitoConfig): void {
  if (!/^arn:[^:]+:cognito-idp:[^:]+:\d{12}:userpool\/[\w-]+_[0-9A-Za-z]+$/.test(cognito.UserPoolArn ?? ''))
    invalid(`'${cognito.UserPoolArn}' is not a valid user pool ARN`);
  if (!/^[\w+]{1,128}$/.test(cognito.UserPoolClientId ?? ''))
    invalid(`The user pool client ID '${cognito.UserPoolClientId}' is not valid`);
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(cognito.UserPoolDomain ?? ''))
    invalid(`The user pool domain '${cognito.UserPoolDomain}' is not valid`);
}

export function checkJwt(config: JwtValidationActionConfig): void {
  const { JwksEndpoint: endpoint = '', Issuer: issuer = '', AdditionalClaims: claims = [] } = config;
  if (!HTTPS_URL.test(endpoint) || endpoint.length > 256) invalid(`The '${endpoint}' URL is not valid`);
  if (issuer.length < 1 || issuer.length > 256) invalid('The issuer must have between 1 and 256 characters');
  if (claims.length > 10) invalid('You can specify up to 10 additional claims');
  for (const { Name: name = '', Format: format, Values: values = [] } of claims) {
    if (['exp', 'iss', 'nbf', 'iat'].includes(name))
      invalid(`The claim '${name}' cannot be specified as an additional claim`);
    if (values.length < 1 || values.length > 10 || values.some((value) => value.length > 256))
      invalid(`The claim '${name}' must have 1 to 10 values of at most 256 characters`);
    if (format === 'space-separated-values' && values.some((value) => value.includes(' ')))
      invalid(`The values of the claim '${name}' must not contain spaces`);
  }
}
