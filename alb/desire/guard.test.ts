// Guards: logins and tokens before the routing action, on HTTPS only, and nobody passes where they cannot be had.
import { describe, expect, test } from 'vitest';
import type { Action } from '../../api/aws.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';

const SECURE = {
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('12345678-1234-1234-1234-123456789012'),
};
/** No plain HTTP. */
const ONLY = { 'listen-ports': '[{"HTTPS":443}]' };
const POOL = {
  'auth-idp-cognito':
    '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a","userPoolClientID":"a1","userPoolDomain":"shop"}',
};
const LOGIN = { 'auth-type': 'cognito', ...POOL };
const TOKENS = { 'jwt-validation': '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop"}' };
const OIDC = {
  'auth-type': 'oidc',
  'auth-idp-oidc':
    '{"issuer":"https://i.example.org","authorizationEndpoint":"https://i.example.org/a","tokenEndpoint":"https://i.example.org/t","userInfoEndpoint":"https://i.example.org/u","secretName":"s"}',
};
const PARTLY = OIDC['auth-idp-oidc'].replace('"issuer":"https://i.example.org",', '');
const MAINT = {
  'actions.maint': '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200"}}',
  'actions.both':
    '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"weight":1},{"serviceName":"web","servicePort":"http","weight":1}]}}',
};

const short = (actions: readonly Action[]): string =>
  actions
    .map((action) => (action.type === 'fixed-response' ? `${action.type} ${action.statusCode}` : action.type))
    .join(', ');

/** Actions by `port path`, and the problems told. */
function courses(said: Record<string, string>, ofService: Record<string, string> = {}) {
  const one = ingress({
    said: { ...SECURE, ...MAINT, ...said },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    rules: [
      rule(
        'www.example.com',
        path('/web Exact', 'web'),
        path('/maint Exact', 'maint:use-annotation'),
        path('/both Exact', 'both:use-annotation'),
      ),
    ],
  });
  const { resources, problems } = wantedBy({
    ingresses: [one],
    services: [service('web', 'shop', ofService)],
  });
  const found = resources.flatMap((each): [string, string][] => {
    if (each.kind === 'listener') return [[`${each.spec.port} default`, short(each.spec.defaultActions)]];
    if (each.kind !== 'rule') return [];
    const where = each.spec.conditions.flatMap(({ field, values }) =>
      field === 'path-pattern' ? values : [],
    );
    return [[`${each.id.slice('rule/'.length).split(':')[0]} ${where.join()}`, short(each.spec.actions)]];
  });
  return { actions: Object.fromEntries(found), problems: problems.map(({ problem }) => problem) };
}

describe('on HTTPS', () => {
  test('a login comes before every action of the Ingress, also before the default one', () => {
    expect(courses(LOGIN).actions).toEqual({
      '80 default': 'forward',
      '80 /web': 'forward',
      '80 /maint': 'fixed-response 200',
      '80 /both': 'forward',
      '443 default': 'authenticate-cognito, forward',
      '443 /web': 'authenticate-cognito, forward',
      '443 /maint': 'authenticate-cognito, fixed-response 200',
      '443 /both': 'authenticate-cognito, forward',
    });
  });

  test('tokens likewise', () => {
    const { actions } = courses(TOKENS);
    expect(actions['443 /web']).toBe('jwt-validation, forward');
    expect(actions['443 default']).toBe('jwt-validation, forward');
    expect(actions['80 /web']).toBe('forward');
  });

  test('what a Service says counts where it is the only target', () => {
    const { actions } = courses({}, LOGIN);
    expect(actions['443 /web']).toBe('authenticate-cognito, forward');
    expect(actions['443 /both']).toBe('forward');
    const off = courses(LOGIN, { 'auth-type': 'none' }).actions;
    expect([off['443 /web'], off['443 /both']]).toEqual(['forward', 'authenticate-cognito, forward']);
  });
});

test('settings without a value have the LBC defaults', () => {
  const { resources } = wantedBy({
    ingresses: [ingress({ said: { ...SECURE, ...LOGIN } })],
    services: [service()],
  });
  const actions = resources.flatMap((each) => (each.kind === 'rule' ? each.spec.actions : []));
  expect(actions.find(({ type }) => type === 'authenticate-cognito')).toEqual({
    type: 'authenticate-cognito',
    userPoolArn: 'arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a',
    clientId: 'a1',
    domain: 'shop',
    onUnauthenticatedRequest: 'authenticate',
    scope: 'openid',
    sessionCookie: 'AWSELBAuthSessionCookie',
    sessionSeconds: 604800,
  });
});

describe('a login by oidc', () => {
  const oidcOf = (said: Record<string, string>, secretName = 's') => {
    const provider = OIDC['auth-idp-oidc'].replace('"s"}', `"${secretName}"}`);
    const { resources, problems } = wantedBy(
      {
        ingresses: [ingress({ said: { ...SECURE, ...ONLY, ...OIDC, 'auth-idp-oidc': provider, ...said } })],
        services: [service()],
      },
      undefined,
      {
        secret: (namespace, name) =>
          name === 'gone'
            ? { problem: { code: 'SecretNotFound', severity: 'warn', path: 'p', value: name } }
            : { value: { id: `${namespace}-client`, secret: 'hash' } },
      },
    );
    const actions = resources.flatMap((each) => (each.kind === 'rule' ? each.spec.actions : []));
    return {
      login: actions.find(({ type }) => type === 'authenticate-oidc'),
      codes: problems.map(({ problem }) => problem.code),
    };
  };
  const endpoints = {
    type: 'authenticate-oidc',
    issuer: 'https://i.example.org',
    authorizationEndpoint: 'https://i.example.org/a',
    tokenEndpoint: 'https://i.example.org/t',
    userInfoEndpoint: 'https://i.example.org/u',
  };
  const defaults = {
    onUnauthenticatedRequest: 'authenticate',
    scope: 'openid',
    sessionCookie: 'AWSELBAuthSessionCookie',
    sessionSeconds: 604800,
  };
  test('has the client of its Secret, and the LBC defaults', () => {
    const client = { id: 'shop-client', secret: 'hash' };
    expect(oidcOf({})).toEqual({ login: { ...endpoints, client, ...defaults }, codes: [] });
  });
  test('and everything that is said', () => {
    const provider = OIDC['auth-idp-oidc'].replace(
      '}',
      ',"authenticationRequestExtraParams":{"prompt":"login"}}',
    );
    const { login } = oidcOf({
      'auth-idp-oidc': provider,
      'auth-scope': 'openid email',
      'auth-session-cookie': 'Shop',
      'auth-session-timeout': '60',
      'auth-on-unauthenticated-request': 'deny',
    });
    expect(login).toMatchObject({
      onUnauthenticatedRequest: 'deny',
      scope: 'openid email',
      sessionCookie: 'Shop',
      sessionSeconds: 60,
      extraParams: { prompt: 'login' },
    });
  });
  test('has no client while the Secret cannot be had, and that is told', () => {
    expect(oidcOf({}, 'gone')).toEqual({ login: { ...endpoints, ...defaults }, codes: ['SecretNotFound'] });
  });
});

describe('nobody passes unseen', () => {
  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['a Service asks for oidc without an issuer', {}, { ...OIDC, 'auth-idp-oidc': PARTLY }, 'Contradiction'],
    ['a Service asks for a login without a provider', {}, { 'auth-type': 'cognito' }, 'Contradiction'],
    [
      'a Service asks for an incomplete provider',
      {},
      { ...LOGIN, 'auth-idp-cognito': '{}' },
      'Contradiction',
    ],
    ['a Service says what cannot be read', {}, { 'auth-type': 'OIDC' }, 'InvalidFormat'],
    ['a Service asks for a login beside tokens', TOKENS, LOGIN, 'Contradiction'],
  ])('%s', (_, said, ofService, code) => {
    const { actions, problems } = courses(said, ofService);
    expect(actions['443 /web']).toBe('fixed-response 503');
    expect(actions['80 /web']).toBe('forward');
    expect(problems.map((problem) => problem.code)).toContain(code);
  });
});

describe('what plain HTTP serves to everybody is told to its member', () => {
  const told = (said: Record<string, string>, ofService: Record<string, string> = {}) =>
    courses(said, ofService)
      .problems.filter(({ because }) => because?.includes('to everybody') === true)
      .map(({ severity, path: where }) => `${severity} ${where.replace(/^.*\/([a-z-]+)\]/, '$1')}`);
  const everything = {
    'actions.maint':
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}',
  };

  test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['a login of the Ingress', LOGIN, {}, ['warn auth-type']],
    ['a login of a Service', {}, LOGIN, ['warn auth-type']],
    ['tokens', TOKENS, {}, ['warn jwt-validation']],
    ['a default backend and rules that are left', { ...LOGIN, ...everything }, {}, ['warn auth-type']],
    ['nothing that asks for a guard', {}, {}, []],
    ['a group that redirects', { ...LOGIN, 'ssl-redirect': '443' }, {}, []],
    ['no plain HTTP', { ...LOGIN, ...ONLY }, {}, []],
  ])('%s', (_, said, ofService, expected) => {
    expect(told(said, ofService)).toEqual(expected);
  });

  test('not the rules that a redirect of everything leaves no request for', () => {
    const one = ingress({
      said: { ...SECURE, ...LOGIN, ...everything },
      rules: [rule('', path('/', 'maint:use-annotation')), rule('www.example.com', path('/', 'web'))],
    });
    expect(wantedBy({ ingresses: [one], services: [service()] }).problems).toEqual([]);
  });
});
