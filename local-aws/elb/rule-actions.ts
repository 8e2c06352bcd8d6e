// Actions of rules and listeners: how AWS fills them in, what it refuses (aws-limits 3.3), and how it shows them.
import type {
  Action,
  AuthenticateOidcActionConfig,
  ForwardActionConfig,
  RedirectActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { checkAuthentication, checkJwt } from './auth-actions.ts';
import { invalid, refuse } from './refusal.ts';
import type { Limits } from './state.ts';

const ROUTING = ['forward', 'redirect', 'fixed-response'];
const CONFIGS = {
  forward: 'ForwardConfig',
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
  'authenticate-oidc': 'AuthenticateOidcConfig',
  'authenticate-cognito': 'AuthenticateCognitoConfig',
  'jwt-validation': 'JwtValidationConfig',
} as const;
/** aws-limits 3.3 fixed-response. */
const CONTENT_TYPES = ['text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'];
const SESSION_DEFAULTS = {
  SessionCookieName: 'AWSELBAuthSessionCookie',
  Scope: 'openid',
  SessionTimeout: 604800,
  OnUnauthenticatedRequest: 'authenticate',
} as const;

/**
 * Actions as AWS keeps them: sorted by order, one group as ForwardConfig and TargetGroupArn both, redirects and
 * authentication with their defaults. `present` lends its client secret when the existing one is to be used.
 */
export function normalActions(asked: readonly Action[], present: readonly Action[] = []): Action[] {
  return asked.map((action) => normal(action, present)).sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
}

function normal(action: Action, present: readonly Action[]): Action {
  if (action.Type === 'forward') return normalForward(action);
  if (action.RedirectConfig !== undefined)
    return {
      ...action,
      RedirectConfig: {
        Protocol: '#{protocol}',
        Port: '#{port}',
        Host: '#{host}',
        Path: '/#{path}',
        Query: '#{query}',
        ...action.RedirectConfig,
      },
    };
  if (action.AuthenticateOidcConfig !== undefined)
    return { ...action, AuthenticateOidcConfig: normalOidc(action.AuthenticateOidcConfig, present) };
  if (action.AuthenticateCognitoConfig !== undefined)
    return {
      ...action,
      AuthenticateCognitoConfig: { ...SESSION_DEFAULTS, ...action.AuthenticateCognitoConfig },
    };
  return action;
}

function normalForward(action: Action): Action {
  const tuples = action.ForwardConfig?.TargetGroups ?? [];
  const groups = tuples.length > 0 ? tuples : [{ TargetGroupArn: action.TargetGroupArn }];
  const single = groups.length === 1 ? groups[0]?.TargetGroupArn : undefined;
  return {
    ...action,
    ...(single === undefined ? {} : { TargetGroupArn: action.TargetGroupArn ?? single }),
    ForwardConfig: {
      TargetGroups: groups.map((tuple) => (groups.length === 1 ? { Weight: 1, ...tuple } : tuple)),
      TargetGroupStickinessConfig: { Enabled: false, ...action.ForwardConfig?.TargetGroupStickinessConfig },
    },
  };
}

function normalOidc(
  config: AuthenticateOidcActionConfig,
  present: readonly Action[],
): AuthenticateOidcActionConfig {
  const { UseExistingClientSecret: existing, ...rest } = config;
  if (existing !== true) return { ...SESSION_DEFAULTS, ...rest };
  if (config.ClientSecret !== undefined)
    invalid('You cannot specify a client secret and use the existing client secret at the same time');
  const secret = present.map((action) => action.AuthenticateOidcConfig?.ClientSecret).find(Boolean);
  return { ...SESSION_DEFAULTS, ...rest, ...(secret === undefined ? {} : { ClientSecret: secret }) };
}

/** Actions as a describe call shows them: without client secrets (moto-coverage 3). */
export function actionViews(actions: readonly Action[]): Action[] {
  return actions.map((action) => {
    if (action.AuthenticateOidcConfig === undefined) return action;
    const { ClientSecret: _secret, ...config } = action.AuthenticateOidcConfig;
    return { ...action, AuthenticateOidcConfig: config };
  });
}

/** What actions are checked against: the listener's protocol, and the account's limits. */
export interface ActionPlace {
  protocol: 'HTTP' | 'HTTPS';
  limits: Limits;
}

/** Judges normalised actions by aws-limits A1 to A5 and the rows of each type. */
export function checkActions(actions: readonly Action[], place: ActionPlace): void {
  checkForm(actions);
  checkOrder(actions);
  for (const action of actions) {
    if (!ROUTING.includes(action.Type ?? '') && place.protocol !== 'HTTPS')
      invalid(`Actions of type '${action.Type}' are supported only on HTTPS listeners`); // A4
    checkConfig(action);
    if (action.ForwardConfig !== undefined) checkForward(action, action.ForwardConfig, place);
    if (action.RedirectConfig !== undefined) checkRedirect(action.RedirectConfig, place);
    if (action.FixedResponseConfig?.ContentType)
      if (!CONTENT_TYPES.includes(action.FixedResponseConfig.ContentType))
        // The code that moto has from AWS (moto-coverage 3: ok).
        refuse(
          'InvalidLoadBalancerAction',
          `The ContentType must be one of:${CONTENT_TYPES.map((type) => `'${type}'`).join(', ')}.`,
        );
    checkAuthentication(action);
    if (action.JwtValidationConfig !== undefined) checkJwt(action.JwtValidationConfig);
  }
}

/** aws-limits A2: exactly one routing action, at most one before it. */
function checkForm(actions: readonly Action[]): void {
  if (actions.length === 0) invalid('An action must be specified');
  if (actions.length > 2)
    refuse('TooManyActions', `A rule can have at most 2 actions, but there are ${actions.length}`);
  const types = actions.map((action) => action.Type ?? '');
  const routing = types.filter((type) => ROUTING.includes(type));
  const before = types.filter((type) => !ROUTING.includes(type));
  if (routing.length > 1) invalid(`Action types '${routing.join(',')}' cannot be specified together`);
  if (before.length > 1) invalid(`Action types '${before.join(',')}' cannot be specified together`);
  if (routing.length === 0)
    refuse('InvalidLoadBalancerAction', `A routing action must follow an action of type '${before[0]}'`);
}

/** aws-limits A3: every action has an order when there are two; distinct, the routing one last. */
function checkOrder(actions: readonly Action[]): void {
  if (actions.length < 2) return;
  if (actions.some((action) => action.Order === undefined))
    invalid('When you specify multiple actions, you must specify an order for each action');
  if (new Set(actions.map((action) => action.Order)).size < actions.length)
    invalid('The order of each action must be unique');
  if (!ROUTING.includes(actions.at(-1)?.Type ?? ''))
    refuse(
      'InvalidLoadBalancerAction',
      `An action of type '${actions.find(({ Type }) => ROUTING.includes(Type ?? ''))?.Type}' must have a higher order than all other actions`,
    );
}

/** aws-limits A5: the configuration of the own type is there, and no other. */
function checkConfig(action: Action): void {
  // AWS names what is missing before what is too much.
  for (const [type, config] of Object.entries(CONFIGS))
    if (type === action.Type && action[config] === undefined)
      invalid(`For actions of type '${type}', you must specify the following fields: '${config}'`);
  for (const [type, config] of Object.entries(CONFIGS))
    if (type !== action.Type && action[config] !== undefined)
      invalid(`${config} cannot be specified for an action of type '${action.Type}'`);
  if (action.Type !== 'forward' && action.TargetGroupArn !== undefined)
    invalid(`A target group ARN cannot be specified for an action of type '${action.Type}'`);
}

/** aws-limits 3.3 forward. */
function checkForward(action: Action, config: ForwardActionConfig, { limits }: ActionPlace): void {
  const tuples = config.TargetGroups ?? [];
  if (tuples.some((tuple) => tuple.TargetGroupArn === undefined))
    invalid('A target group ARN must be specified');
  if (action.TargetGroupArn !== undefined && tuples.some((t) => t.TargetGroupArn !== action.TargetGroupArn))
    invalid(
      'You can specify both a target group list and a top-level target group ARN only if the ARNs match',
    );
  const most = limits['target-groups-per-action-on-application-load-balancer'];
  if (tuples.length > most) invalid(`You cannot specify more than ${most} target groups per action`);
  // 0 is taken, whatever the second sentence says.
  for (const { Weight: weight } of tuples)
    if (weight === undefined)
      invalid('The weight for each target group must be between 0 and 999, inclusive');
    else if (weight < 0 || weight > 999)
      invalid('The weight for the target group must be between 1 and 999, inclusive');
  const sticky = config.TargetGroupStickinessConfig;
  const seconds = sticky?.DurationSeconds;
  if (sticky?.Enabled === true && seconds === undefined)
    invalid('You must provide a duration when enabling target group stickiness');
  if (seconds !== undefined && (seconds < 1 || seconds > 604800))
    invalid('Target group stickiness duration must be between 1 and 604800 seconds');
}

/** Placeholders by the part of a redirect in which they are allowed (aws-limits 3.3 redirect). */
const PLACEHOLDERS = {
  Host: ['#{host}'],
  Path: ['#{host}', '#{path}', '#{port}'],
} as const;
const KNOWN = ['#{protocol}', '#{host}', '#{port}', '#{path}', '#{query}'];

function checkPlaceholders(config: RedirectActionConfig): void {
  for (const part of ['Host', 'Path'] as const)
    for (const [placeholder] of (config[part] ?? '').matchAll(/#\{[^}]*\}/g))
      if (KNOWN.includes(placeholder) && !PLACEHOLDERS[part].some((one) => one === placeholder))
        invalid(`The redirect ${part.toLowerCase()} '${config[part]}' cannot contain '${placeholder}'`);
}

/** aws-limits 3.3 redirect; lengths, protocol and status code are in the action table. */
function checkRedirect(config: RedirectActionConfig, { protocol }: ActionPlace): void {
  const { Port: port = '', Path: path = '' } = config;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (port !== '#{port}' && (number < 1 || number > 65535))
    invalid("The Port parameter must be either an integer between 1 and 65535 or '#{port}'.");
  checkPlaceholders(config);
  const host = (config.Host ?? '').replace(/#\{[^}]*\}/g, '');
  // A wildcard, an underscore and an unknown placeholder are not documented, so they are let through.
  if (!/^[A-Za-z0-9.*?_-]*$/.test(host))
    invalid(`The redirect host '${config.Host}' contains a character that is not valid`);
  const twice = PLACEHOLDERS.Path.some((placeholder) => path.split(placeholder).length > 2);
  if (!path.startsWith('/') || twice)
    invalid(
      "The Path parameter must be a valid path, should start with a '/', and may contain up to one of each of these " +
        "placeholders: '#{path}', '#{host}', '#{port}'.",
    );
  if (protocol === 'HTTPS' && config.Protocol === 'HTTP') invalid('You cannot redirect HTTPS to HTTP.');
  const unchanged =
    config.Protocol === '#{protocol}' &&
    config.Host === '#{host}' &&
    port === '#{port}' &&
    path === '/#{path}';
  if (unchanged) invalid('The redirect configuration is not valid because it creates a loop.');
}
