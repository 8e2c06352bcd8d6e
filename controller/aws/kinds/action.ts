// Actions between our plain data and AWS's wire form (aws-model 3.10).
import { isDeepStrictEqual } from 'node:util';
import type {
  AuthenticateCognitoActionConfig,
  AuthenticateOidcActionConfig,
  JwtValidationActionAdditionalClaimFormatEnum,
  JwtValidationActionConfig,
  RedirectActionConfig,
  Action as WireAction,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Resolve } from '../../../alb/kinds/kind.ts';
import type { Action } from '../../../api/aws.ts';

/** What a call with a login in it needs to know. */
interface Credentials {
  /** The client secret that a hash stands for; undefined when it is not known any more. */
  clientSecret?(hash: string): string | undefined;
  /** The actions that are modified: one with the same login has its secret already. */
  readonly existing?: readonly Action[];
}

/** Wire form of an action list; the order is the position. The only place where a client secret stands in plain text. */
export function actionsToAws(
  actions: readonly Action[],
  resolve: Resolve,
  credentials: Credentials = {},
): WireAction[] {
  return actions.map((action, index) => ({ ...actionToAws(action, resolve, credentials), Order: index + 1 }));
}

function actionToAws(action: Action, resolve: Resolve, credentials: Credentials = {}): WireAction {
  switch (action.type) {
    case 'forward':
      return {
        Type: 'forward',
        ForwardConfig: {
          TargetGroups: action.targets.map(({ targetGroup, weight }) => ({
            TargetGroupArn: resolve(targetGroup),
            Weight: weight,
          })),
          ...stickinessToAws(action.stickinessSeconds),
        },
      };
    case 'redirect':
      return {
        Type: 'redirect',
        RedirectConfig: {
          StatusCode: action.statusCode as 'HTTP_301' | 'HTTP_302',
          Protocol: action.protocol,
          Host: action.host,
          Port: action.port,
          Path: action.path,
          Query: action.query,
        },
      };
    case 'fixed-response':
      return {
        Type: 'fixed-response',
        FixedResponseConfig: {
          StatusCode: action.statusCode,
          ContentType: action.contentType,
          MessageBody: action.messageBody,
        },
      };
    case 'authenticate-cognito':
      return { Type: 'authenticate-cognito', AuthenticateCognitoConfig: cognitoToAws(action) };
    case 'authenticate-oidc':
      return { Type: 'authenticate-oidc', AuthenticateOidcConfig: oidcToAws(action, credentials) };
    case 'jwt-validation':
      return { Type: 'jwt-validation', JwtValidationConfig: jwtToAws(action) };
  }
}

function stickinessToAws(seconds: number | undefined) {
  if (seconds === undefined) return {};
  const on = { Enabled: true, DurationSeconds: seconds };
  return { TargetGroupStickinessConfig: seconds === 0 ? { Enabled: false } : on };
}

/** The same words in both kinds of login. */
type UnauthenticatedRequest = 'allow' | 'authenticate' | 'deny';

type OfType<T extends Action['type']> = Extract<Action, { type: T }>;

/** What has a default is always sent, so that it equals what AWS reports (aws-model 9). */
function cognitoToAws(action: OfType<'authenticate-cognito'>): AuthenticateCognitoActionConfig {
  return {
    UserPoolArn: action.userPoolArn,
    UserPoolClientId: action.clientId,
    UserPoolDomain: action.domain,
    ...sessionToAws(action),
  };
}

function sessionToAws(action: OfType<'authenticate-cognito' | 'authenticate-oidc'>) {
  return {
    OnUnauthenticatedRequest: action.onUnauthenticatedRequest as UnauthenticatedRequest,
    Scope: action.scope,
    SessionCookieName: action.sessionCookie,
    SessionTimeout: action.sessionSeconds,
    ...(action.extraParams === undefined ? {} : { AuthenticationRequestExtraParams: action.extraParams }),
  };
}

/** Whether nothing of a login differs, its secret included as far as something is known of it. */
const sameLogin = (one: Action, other: Action): boolean => isDeepStrictEqual(one, other);

/**
 * With the secret whenever it is known. A login that is only kept has it in AWS already; without either AWS refuses the call
 * (Elastic Load Balancing API Reference, AuthenticateOidcActionConfig: ClientSecret, UseExistingClientSecret).
 */
function oidcToAws(
  action: OfType<'authenticate-oidc'>,
  { clientSecret, existing = [] }: Credentials,
): AuthenticateOidcActionConfig {
  const { id, secret: hash } = action.client ?? {};
  const secret = hash === undefined ? undefined : clientSecret?.(hash);
  const kept = secret === undefined && existing.some((one) => sameLogin(one, action));
  return {
    Issuer: action.issuer,
    AuthorizationEndpoint: action.authorizationEndpoint,
    TokenEndpoint: action.tokenEndpoint,
    UserInfoEndpoint: action.userInfoEndpoint,
    ClientId: id,
    ClientSecret: secret,
    ...(kept ? { UseExistingClientSecret: true } : {}),
    ...sessionToAws(action),
  };
}

function jwtToAws({
  jwksEndpoint,
  issuer,
  claims = [],
}: OfType<'jwt-validation'>): JwtValidationActionConfig {
  const wire = claims.map(({ format, name, values }) => ({
    Format: format as JwtValidationActionAdditionalClaimFormatEnum,
    Name: name,
    Values: values,
  }));
  return {
    JwksEndpoint: jwksEndpoint,
    Issuer: issuer,
    ...(wire.length === 0 ? {} : { AdditionalClaims: wire }),
  };
}

const said = <T>(value: T | null | undefined | ''): value is T =>
  value !== undefined && value !== null && value !== '';

/** Stands for an action that this version cannot express; nobody wants a forward to nowhere, so it equals nothing wanted. */
const INEXPRESSIBLE: Action = { type: 'forward', targets: [] };

/** Our form of a described action list. */
export function actionsFromAws(list: readonly WireAction[] | undefined): Action[] {
  return [...(list ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).map(actionFromAws);
}

function actionFromAws(wire: WireAction): Action {
  if (wire.Type === 'forward') return forwardFromAws(wire);
  if (wire.Type === 'redirect' && wire.RedirectConfig !== undefined)
    return redirectFromAws(wire.RedirectConfig);
  if (wire.Type === 'fixed-response' && wire.FixedResponseConfig !== undefined) {
    const { StatusCode, ContentType, MessageBody } = wire.FixedResponseConfig;
    return {
      type: 'fixed-response',
      statusCode: StatusCode ?? '',
      ...(said(ContentType) ? { contentType: ContentType } : {}),
      ...(said(MessageBody) ? { messageBody: MessageBody } : {}),
    };
  }
  if (wire.Type === 'authenticate-cognito' && wire.AuthenticateCognitoConfig !== undefined)
    return cognitoFromAws(wire.AuthenticateCognitoConfig);
  if (wire.Type === 'authenticate-oidc' && wire.AuthenticateOidcConfig !== undefined)
    return oidcFromAws(wire.AuthenticateOidcConfig);
  if (wire.Type === 'jwt-validation' && wire.JwtValidationConfig !== undefined)
    return jwtFromAws(wire.JwtValidationConfig);
  return INEXPRESSIBLE;
}

function sessionFromAws(wire: AuthenticateCognitoActionConfig | AuthenticateOidcActionConfig) {
  const params = wire.AuthenticationRequestExtraParams ?? {};
  return {
    onUnauthenticatedRequest: wire.OnUnauthenticatedRequest ?? '',
    scope: wire.Scope ?? '',
    sessionCookie: wire.SessionCookieName ?? '',
    sessionSeconds: Number(wire.SessionTimeout ?? 0),
    ...(Object.keys(params).length === 0 ? {} : { extraParams: params }),
  };
}

function cognitoFromAws(wire: AuthenticateCognitoActionConfig): Action {
  return {
    type: 'authenticate-cognito',
    userPoolArn: wire.UserPoolArn ?? '',
    clientId: wire.UserPoolClientId ?? '',
    domain: wire.UserPoolDomain ?? '',
    ...sessionFromAws(wire),
  };
}

/** AWS never tells the secret. */
function oidcFromAws(wire: AuthenticateOidcActionConfig): Action {
  return {
    type: 'authenticate-oidc',
    issuer: wire.Issuer ?? '',
    authorizationEndpoint: wire.AuthorizationEndpoint ?? '',
    tokenEndpoint: wire.TokenEndpoint ?? '',
    userInfoEndpoint: wire.UserInfoEndpoint ?? '',
    client: { id: wire.ClientId ?? '' },
    ...sessionFromAws(wire),
  };
}

function jwtFromAws(wire: JwtValidationActionConfig): Action {
  const claims = (wire.AdditionalClaims ?? []).map(({ Format, Name, Values }) => ({
    format: Format ?? '',
    name: Name ?? '',
    values: Values ?? [],
  }));
  return {
    type: 'jwt-validation',
    jwksEndpoint: wire.JwksEndpoint ?? '',
    issuer: wire.Issuer ?? '',
    ...(claims.length === 0 ? {} : { claims }),
  };
}

/** What a redirect does not change is a placeholder for what the request said. An empty query is one that is taken away. */
function redirectFromAws(wire: RedirectActionConfig): Action {
  const or = (value: string | undefined, placeholder: string): string => (said(value) ? value : placeholder);
  return {
    type: 'redirect',
    statusCode: wire.StatusCode ?? '',
    protocol: or(wire.Protocol, '#{protocol}'),
    host: or(wire.Host, '#{host}'),
    port: or(wire.Port, '#{port}'),
    path: or(wire.Path, '/#{path}'),
    query: wire.Query ?? '#{query}',
  };
}

function forwardFromAws({ ForwardConfig, TargetGroupArn }: WireAction): Action {
  const tuples = ForwardConfig?.TargetGroups ?? (TargetGroupArn === undefined ? [] : [{ TargetGroupArn }]);
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig;
  return {
    type: 'forward',
    targets: tuples.map((tuple) => ({
      targetGroup: tuple.TargetGroupArn ?? '',
      ...(tuples.length > 1 && 'Weight' in tuple && tuple.Weight !== undefined
        ? { weight: tuple.Weight }
        : {}),
    })),
    ...(stickiness?.Enabled === true && stickiness.DurationSeconds !== undefined
      ? { stickinessSeconds: stickiness.DurationSeconds }
      : {}),
  };
}
