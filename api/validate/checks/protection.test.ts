// Authentication and tokens: what is effective is refused, the rest is only told (spec annotations 10, 18.3).
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../../annotation.ts';
import { readIngress } from '../../ingress/read.ts';
import type { IngressSpec, Service } from '../../kube.ts';

const keyed = (said: Record<string, string>) =>
  Object.fromEntries(Object.entries(said).map(([key, value]) => [PREFIX + key, value]));
const SPEC: IngressSpec = {
  rules: [
    {
      host: 'www.example.com',
      http: {
        paths: [
          { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
        ],
      },
    },
  ],
};

/** `severity annotation` of every problem about authentication or tokens. */
function told(said: Record<string, string>, ofService: Record<string, string> = {}, spec = SPEC): string[] {
  const web: Service = {
    metadata: { name: 'web', namespace: 'shop', annotations: keyed(ofService) },
    spec: { type: 'ClusterIP', ports: [{ port: 80 }] },
  };
  const { problems } = readIngress(
    { metadata: { name: 'store', namespace: 'shop', annotations: keyed(said) }, spec },
    { service: () => web, options: { defaultTargetType: 'ip', defaultScheme: 'internal' } },
  );
  return problems
    .filter((problem) => /\/(auth-|jwt-)/.test(problem.path))
    .map((problem) => `${problem.severity} ${problem.path.replace(/^.*\/([a-z-]+)\]/, '$1')}`);
}

const HTTPS = {
  'certificate-arn': 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012',
};
const provider = (more: object = {}) => ({
  'auth-idp-cognito': JSON.stringify({
    userPoolARN: 'arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a',
    userPoolClientID: 'a1',
    userPoolDomain: 'shop',
    ...more,
  }),
});
const LOGIN = { ...HTTPS, 'auth-type': 'cognito', ...provider() };
const TOKENS = { 'jwt-validation': '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop"}' };
const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, 'v']));

test('nothing to say', () => {
  expect(told(LOGIN)).toEqual([]);
  expect(told({ ...HTTPS, ...TOKENS })).toEqual([]);
});

describe('a login that AWS would refuse', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['no provider', { ...HTTPS, 'auth-type': 'cognito' }, ['refuse auth-type']],
    [
      'a member is missing',
      { ...LOGIN, ...provider({ userPoolClientID: null }) },
      ['refuse auth-idp-cognito.userPoolClientID'],
    ],
    [
      'a member is empty',
      { ...LOGIN, ...provider({ userPoolDomain: '' }) },
      ['refuse auth-idp-cognito.userPoolDomain'],
    ],
    ['no ARN', { ...LOGIN, ...provider({ userPoolARN: 'shop' }) }, ['refuse auth-idp-cognito.userPoolARN']],
    [
      'eleven parameters',
      { ...LOGIN, ...provider({ authenticationRequestExtraParams: many }) },
      ['refuse auth-idp-cognito.authenticationRequestExtraParams'],
    ],
    ['too long', { ...LOGIN, 'auth-session-timeout': '604801' }, ['refuse auth-session-timeout']],
    [
      'another case',
      { ...LOGIN, 'auth-on-unauthenticated-request': 'Deny' },
      ['refuse auth-on-unauthenticated-request'],
    ],
    ['an odd cookie is doubtful', { ...LOGIN, 'auth-session-cookie': 'a b' }, ['warn auth-session-cookie']],
    ['tokens as well', { ...LOGIN, ...TOKENS }, ['refuse jwt-validation']],
  ])('%s', (_, said, expected) => {
    expect(told(said)).toEqual(expected);
  });
});

describe('what has no effect is not refused', () => {
  const odd = { ...provider({ userPoolARN: 'shop' }), 'auth-session-timeout': '0' };
  test('without auth-type, without HTTPS, without a backend', () => {
    const warned = ['warn auth-idp-cognito', 'warn auth-session-timeout'];
    expect(told({ ...HTTPS, ...odd })).toEqual(warned);
    expect(told({ ...odd, 'auth-type': 'cognito' })).toEqual(['warn auth-type', ...warned]);
    expect(told({ ...HTTPS, ...odd, 'auth-type': 'cognito' }, {}, {})).toEqual(
      ['warn auth-type', ...warned].toSorted(),
    );
  });
  test('but text that cannot be read is, as long as somebody reads it', () => {
    expect(told({ 'auth-session-timeout': '1h' })).toEqual(['refuse auth-session-timeout']);
    expect(told({ 'auth-idp-oidc': '{' })).toContain('refuse auth-idp-oidc');
    expect(told({ 'auth-type': 'oauth' })).toEqual(['refuse auth-type']);
    expect(told({ 'auth-type': 'oauth' }, { 'auth-type': 'none' })).toEqual(['warn auth-type']);
  });
  test('of tokens the same, and the members that are always asked for', () => {
    expect(told({ 'jwt-validation': '{"jwksEndpoint":"http://k","issuer":"i"}' })).toEqual([
      'warn jwt-validation.jwksEndpoint',
    ]);
    expect(told({ 'jwt-validation': '{"jwksEndpoint":"","issuer":"i"}' })).toEqual([
      'refuse jwt-validation.jwksEndpoint',
    ]);
  });
});

test('an HTTP listener that is not redirected is open', () => {
  const ports = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
  expect(told({ ...LOGIN, ...ports })).toEqual(['warn auth-type']);
  expect(told({ ...HTTPS, ...TOKENS, ...ports })).toEqual(['warn jwt-validation']);
  expect(told({ ...LOGIN, ...ports, 'ssl-redirect': '443' })).toEqual([]);
});

test('a Service over the Ingress; its mistakes are not held against the Ingress', () => {
  expect(told(HTTPS, { 'auth-type': 'cognito' })).toEqual(['warn auth-type']);
  expect(told({ ...HTTPS, ...provider() }, { 'auth-type': 'cognito' })).toEqual([]);
  expect(told(LOGIN, provider({ userPoolARN: 'shop' }))).toContain('warn auth-idp-cognito.userPoolARN');
  expect(told({ ...HTTPS, ...TOKENS }, { 'auth-type': 'cognito', ...provider() })).toEqual([
    'warn jwt-validation',
  ]);
});

test('plain HTTP that redirects everything by an action leaves no route open', () => {
  const said = {
    ...LOGIN,
    'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
    'actions.go':
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}',
  };
  const go = { service: { name: 'go', port: { name: 'use-annotation' } } };
  const all = { http: { paths: [{ path: '/', pathType: 'Prefix', backend: go }] } };
  const closed: IngressSpec = { rules: [all, ...(SPEC.rules ?? [])] };
  expect(told(said, {}, closed)).toEqual([]);
  expect(told({ ...said, ...TOKENS, 'auth-type': 'none', ...provider() }, {}, closed)).not.toContain(
    'warn jwt-validation',
  );
  const late: IngressSpec = { rules: [...(SPEC.rules ?? []), all] };
  expect(told(said, {}, late)).toEqual(['warn auth-type']);
});
