// Who may pass: authentication and tokens together with the listeners and Services of the Ingress (spec annotations 10,
// 18.3; aws-limits 3.3). Only what is effective is refused.

import type { CognitoValue, OidcValue } from '../../annotations/auth.ts';
import { defined } from '../../defined.ts';
import type { AuthName, AuthSettings } from '../../ingress/authentication.ts';
import { HTTPS_URL, WEEK_SECONDS } from '../../limits/rule-limits.ts';
import { annotationPath } from '../../problems/finding.ts';
import { placeOf } from '../../problems/place.ts';
import { distinct, type Problem, type ProblemWords, warning } from '../../problems/problem.ts';
import { suggest } from '../../problems/suggest.ts';
import type { BackendTarget, Context } from './context.ts';
import { type Guarded, guardedBackends, hasHttps } from './guarded.ts';
import { openOf } from './served.ts';

/** Problems of authentication and token validation, each once. */
export function protectionProblems(context: Context): readonly Problem[] {
  const secure = hasHttps(context);
  if (secure === undefined) return [];
  const mayAsk = [context, ...context.targets].some((one) => saysType(one));
  const all = mayAsk ? guardedBackends(context).filter(({ settings }) => isOn(settings)) : [];
  const guarded = ofEachService(all);
  const found = secure
    ? [
        ...guarded.flatMap((one) => loginProblems(one, context)),
        ...guarded.flatMap((one) => bothProblems(one, context)),
        ...openProblems(all, context),
        ...guarded.flatMap((one) => addressProblems(one, context)),
      ]
    : guarded.map((one) => ofType(one, context, NO_HTTPS));
  return distinct(found);
}

/** Backends of one Service, and those without, have the same settings. */
const ofEachService = (all: readonly Guarded[]): readonly Guarded[] => [
  ...new Map(all.map((one) => [one.target?.name ?? '', one])).values(),
];

const NO_HTTPS =
  'the Ingress has no HTTPS listener, and users log in on HTTPS only: requests are served without authentication';

const saysType = (one: Context | BackendTarget): boolean =>
  ('settings' in one ? one.settings : one.reading?.settings)?.['auth-type'] !== undefined;

const isOn = (settings: AuthSettings): boolean => (settings['auth-type']?.value ?? 'none') !== 'none';

/** A problem of one setting: refused when the Ingress says it; who edits it may not be the one to mend a Service. */
function problem(
  name: AuthName,
  { settings }: Guarded,
  context: Context,
  { at = '', ...more }: ProblemWords & { readonly at?: string } & Partial<Pick<Problem, 'code' | 'severity'>>,
): Problem {
  const from = settings[name]?.from;
  const ofService = from?.startsWith('Service') === true;
  const typeOfService = settings['auth-type']?.from.startsWith('Service') === true;
  const namespace = context.ingress.metadata.namespace ?? '';
  return {
    code: 'InvalidFormat',
    severity: ofService || typeOfService ? 'warn' : 'refuse',
    ...placeOf(name, from, namespace, at),
    ...defined(more),
  };
}

const ofType = (one: Guarded, context: Context, because: string): Problem =>
  problem('auth-type', one, context, {
    code: 'Unused',
    severity: 'warn',
    value: one.settings['auth-type']?.value ?? '',
    because,
  });

/** Plain HTTP has neither logins nor tokens: what it serves and does not redirect is open (spec annotations 18.3). */
function openProblems(guarded: readonly Guarded[], context: Context): Problem[] {
  const open = openOf(context);
  if (open === undefined) return [];
  const because = `the HTTP listener on port ${open.port} serves the same routes to everybody; set ssl-redirect to close it`;
  const tokens = context.settings['jwt-validation'] !== undefined;
  return [
    ...ofEachService(guarded.filter(({ path }) => open.backends.has(path))).map((one) => ({
      ...ofType(one, context, because),
      code: 'Contradiction' as const,
    })),
    ...(tokens ? [warning('Contradiction', annotationPath('jwt-validation'), { because })] : []),
  ];
}

function addressProblems(one: Guarded, context: Context): Problem[] {
  const addresses = context.settings['ip-address-type']?.value;
  if (addresses !== 'dualstack-without-public-ipv4') return [];
  const because = `the load balancer reaches identity providers over public IPv4 only, and ip-address-type is ${addresses}`;
  return [{ ...ofType(one, context, because), code: 'Contradiction' }];
}

function bothProblems(one: Guarded, context: Context): Problem[] {
  const said = context.settings['jwt-validation'] ?? context.refused.has('jwt-validation');
  if (said === false) return [];
  const type = one.settings['auth-type'];
  const because = `a rule has either tokens or a login, and auth-type is ${type?.value ?? 'none'}`;
  const severity = type?.from.startsWith('Service') === true ? 'warn' : 'refuse';
  return [{ code: 'Contradiction', severity, path: annotationPath('jwt-validation'), because }];
}

function loginProblems(one: Guarded, context: Context): Problem[] {
  const type = one.settings['auth-type']?.value;
  const name = type === 'oidc' ? 'auth-idp-oidc' : 'auth-idp-cognito';
  const provider = one.settings[name]?.value;
  if (provider === undefined) {
    if (context.refused.has(name)) return [];
    const because = `it needs ${annotationPath(name)}, which is missing`;
    return [problem('auth-type', one, context, { code: 'Contradiction', value: type ?? '', because })];
  }
  const members = name === 'auth-idp-oidc' ? oidcMembers(provider) : cognitoMembers(provider);
  const params = Object.keys(provider.authenticationRequestExtraParams ?? {}).length;
  return [
    ...members.flatMap(([member, value, pattern, allowed]): Problem[] => {
      const at = `.${member}`;
      if (value === undefined || value === '') {
        const because = `the member is missing or empty: expected ${allowed}`;
        return [problem(name, one, context, { at, because })];
      }
      return pattern.test(value) ? [] : [problem(name, one, context, { at, value, allowed })];
    }),
    ...(params > PARAMS_MAX
      ? [
          problem(name, one, context, {
            code: 'OutOfRange',
            at: '.authenticationRequestExtraParams',
            value: String(params),
            allowed: `at most ${PARAMS_MAX} parameters`,
          }),
        ]
      : []),
    ...(name === 'auth-idp-oidc' ? [unseenSecret(provider, one, context)] : []),
    ...sessionProblems(one, context),
  ];
}

/** Secrets are nobody's to read here, so the advice names what the Secret must hold (spec annotations 10.3). */
function unseenSecret({ secretName = '' }: OidcValue, one: Guarded, context: Context): Problem {
  const because = 'whether this Secret exists and has clientID and clientSecret is not looked at here';
  return problem('auth-idp-oidc', one, context, {
    code: 'SecretNotFound',
    severity: 'warn',
    at: '.secretName',
    value: secretName,
    because,
  });
}

const PARAMS_MAX = 10;

type ObjectMember = readonly [name: string, value: string | undefined, pattern: RegExp, allowed: string];

const URL = new RegExp(HTTPS_URL);
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const POOL = /^arn:aws(-[a-z]+){0,3}:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool\/[A-Za-z0-9_-]{1,55}$/;
const DOMAIN =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

function oidcMembers(value: OidcValue): ObjectMember[] {
  const { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, secretName } = value;
  const url = 'a full URL that starts with https://';
  return [
    ['issuer', issuer, URL, url],
    ['authorizationEndpoint', authorizationEndpoint, URL, url],
    ['tokenEndpoint', tokenEndpoint, URL, url],
    ['userInfoEndpoint', userInfoEndpoint, URL, url],
    ['secretName', secretName, SUBDOMAIN, 'the name of a Secret with clientID and clientSecret'],
  ];
}

function cognitoMembers(value: CognitoValue): ObjectMember[] {
  const { userPoolARN, userPoolClientID, userPoolDomain } = value;
  const arn = 'the ARN of a user pool (arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID)';
  return [
    ['userPoolARN', userPoolARN, POOL, arn],
    [
      'userPoolClientID',
      userPoolClientID,
      /^[\w+]{1,128}$/,
      'the id of a client: 1 to 128 letters and digits',
    ],
    ['userPoolDomain', userPoolDomain, DOMAIN, 'a domain prefix or a full domain name'],
  ];
}

const BEHAVIOURS = ['deny', 'allow', 'authenticate'];

/** What AWS asks of the settings of a login that have defaults. */
function sessionProblems(one: Guarded, context: Context): Problem[] {
  const found: Problem[] = [];
  const behaviour = one.settings['auth-on-unauthenticated-request']?.value ?? 'authenticate';
  if (!BEHAVIOURS.includes(behaviour)) {
    found.push(
      problem('auth-on-unauthenticated-request', one, context, {
        code: 'NotAllowed',
        value: behaviour,
        allowed: `one of ${BEHAVIOURS.join(', ')}`,
        suggestion: suggest(behaviour, BEHAVIOURS),
      }),
    );
  }
  const seconds = one.settings['auth-session-timeout']?.value ?? WEEK_SECONDS;
  if (seconds < 1 || seconds > WEEK_SECONDS) {
    found.push(
      problem('auth-session-timeout', one, context, {
        code: 'OutOfRange',
        value: String(seconds),
        allowed: `an integer from 1 to ${WEEK_SECONDS}`,
      }),
    );
  }
  const cookie = one.settings['auth-session-cookie']?.value ?? 'c';
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(cookie)) {
    const because = 'it is no name that a cookie can have; AWS may refuse it';
    found.push(problem('auth-session-cookie', one, context, { severity: 'warn', value: cookie, because }));
  }
  return found;
}
