// Descriptors of user authentication (spec annotations 10.1 to 10.7). The schemas ask only for what the text must be to be
// read at all: the rest depends on whether auth-type selects it and is checked with it (checks/protection.ts).
import { annotation, shapes } from '../annotation.ts';
import type { AnnotationValues } from '../generated/values.ts';

const FOR_LOGIN =
  'the authenticate action of the rules, where auth-type is cognito or oidc and the listener is HTTPS';

export const authType = annotation('auth-type', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string', enum: ['none', 'oidc', 'cognito'] },
  unset: 'none',
  merge: 'each',
  effect: shapes('rules on HTTPS listeners: users log in first. Plain HTTP listeners never ask'),
  protects: true,
  doc: 'Who authenticates users. What a Service says counts where a rule forwards to this Service alone.',
  examples: { good: ['cognito', 'none'], bad: ['OIDC', 'oauth', ''] },
});

const params = { type: 'object', additionalProperties: { type: 'string' } } as const;
const text = { type: 'string' } as const;

export const authIdpCognito = annotation('auth-idp-cognito', {
  on: ['Service', 'Ingress'],
  schema: {
    type: 'object',
    properties: {
      userPoolARN: { type: 'string', description: 'the ARN of a Cognito user pool' },
      userPoolClientID: { type: 'string', description: 'the id of a client of the user pool' },
      userPoolDomain: { type: 'string', description: 'a domain prefix or a full domain name' },
      authenticationRequestExtraParams: params,
    },
  },
  merge: 'each',
  effect: shapes(FOR_LOGIN),
  protects: true,
  doc: 'The Cognito user pool that users log in to. All members but authenticationRequestExtraParams are needed.',
  examples: {
    good: [
      '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_aBcDeFgHi","userPoolClientID":"7abcdefghijklmnopqrstuvwxy","userPoolDomain":"shop-login"}',
    ],
    bad: [
      '',
      '[]',
      '{"userPoolARN":1}',
      '{"userPoolARN":"shop","userPoolClientID":"7abcdefghijklmnopqrstuvwxy","userPoolDomain":"shop-login"}',
    ],
  },
});

export const authIdpOidc = annotation('auth-idp-oidc', {
  on: ['Service', 'Ingress'],
  schema: {
    type: 'object',
    properties: {
      issuer: text,
      authorizationEndpoint: text,
      tokenEndpoint: text,
      userInfoEndpoint: text,
      secretName: text,
      authenticationRequestExtraParams: params,
    },
  },
  merge: 'each',
  effect: shapes(
    'the authenticate action of the rules, where auth-type is oidc and the listener is HTTPS. While the Secret cannot be had, rules that AWS has are kept and new ones answer 503',
  ),
  protects: true,
  doc: 'The OpenID Connect provider that users log in to: four https:// URLs, and the Secret of the same namespace with clientID and clientSecret.',
  examples: {
    good: [
      '{"issuer":"https://login.example.org","authorizationEndpoint":"https://login.example.org/authorize","tokenEndpoint":"https://login.example.org/token","userInfoEndpoint":"https://login.example.org/userinfo","secretName":"oidc-client"}',
    ],
    bad: ['', 'issuer=https://login.example.org', '{"issuer":["https://login.example.org"]}'],
  },
});

export const authOnUnauthenticatedRequest = annotation('auth-on-unauthenticated-request', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string' },
  unset: 'authenticate',
  merge: 'each',
  effect: shapes(FOR_LOGIN),
  protects: true,
  doc: 'What happens to a request of a user who has not logged in: authenticate, allow or deny.',
  examples: { good: ['deny', 'allow'], bad: ['Deny', '', 'block'] },
});

export const authScope = annotation('auth-scope', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string' },
  unset: 'openid',
  merge: 'each',
  effect: shapes(FOR_LOGIN),
  doc: 'What the load balancer asks the provider for, separated by blanks.',
  examples: { good: ['openid email'], bad: [] },
});

export const authSessionCookie = annotation('auth-session-cookie', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string' },
  unset: 'AWSELBAuthSessionCookie',
  merge: 'each',
  effect: shapes(FOR_LOGIN),
  doc: 'Name of the cookie that keeps the login.',
  examples: { good: ['ShopSession'], bad: [] },
});

/** The LBC reads 64 bits; beyond what a JSON number holds exactly, the value is kept as the bound (decode.ts). */
export const authSessionTimeout = annotation('auth-session-timeout', {
  on: ['Service', 'Ingress'],
  schema: {
    type: 'integer',
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'an integer from 1 to 604800',
  },
  unset: 604800,
  merge: 'each',
  effect: shapes(FOR_LOGIN),
  doc: 'Seconds that a login lasts.',
  examples: { good: ['3600', '1'], bad: ['1h', '0', '604801', '9223372036854775808'] },
});

export type CognitoValue = AnnotationValues['auth-idp-cognito'];
export type OidcValue = AnnotationValues['auth-idp-oidc'];
