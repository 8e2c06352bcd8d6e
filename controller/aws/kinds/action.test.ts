// Tests of action.
import { describe, expect, test } from 'vitest';
import { sameActions } from '../../../alb/kinds/action.ts';
import { arnOf } from '../../../alb/kinds/kind.ts';
import type { Action } from '../../../api/aws.ts';
import { actionsFromAws, actionsToAws } from './action.ts';

const forward = (...targets: [string, number?][]): Action => ({
  type: 'forward',
  targets: targets.map(([targetGroup, weight]) => ({
    targetGroup,
    ...(weight === undefined ? {} : { weight }),
  })),
});

const redirect = (changes: Partial<Extract<Action, { type: 'redirect' }>>): Action => ({
  type: 'redirect',
  statusCode: 'HTTP_301',
  ...changes,
});

const LOGIN: Extract<Action, { type: 'authenticate-oidc' }> = {
  type: 'authenticate-oidc',
  issuer: 'https://i.example.org',
  authorizationEndpoint: 'https://i.example.org/a',
  tokenEndpoint: 'https://i.example.org/t',
  userInfoEndpoint: 'https://i.example.org/u',
  client: { id: 'client', secret: 'hash' },
  onUnauthenticatedRequest: 'deny',
  scope: 'openid',
  sessionCookie: 'c',
  sessionSeconds: 60,
};

describe('the secret of a login', () => {
  const sent = (credentials: Parameters<typeof actionsToAws>[2]) =>
    actionsToAws([LOGIN], arnOf, credentials)[0]?.AuthenticateOidcConfig;
  const clientSecret = (hash: string): string | undefined => (hash === 'hash' ? 'hush' : undefined);

  test('goes out where its hash is known', () => {
    expect(sent({ clientSecret, existing: [LOGIN] })).toMatchObject({
      ClientId: 'client',
      ClientSecret: 'hush',
    });
    expect(sent({ clientSecret, existing: [LOGIN] })).not.toHaveProperty('UseExistingClientSecret');
  });
  test('is left to AWS only for the very same login', () => {
    expect(sent({ existing: [LOGIN] })).toMatchObject({
      ClientSecret: undefined,
      UseExistingClientSecret: true,
    });
    for (const other of [{ tokenEndpoint: 'https://else.example.org' }, { client: { id: 'other' } }])
      expect(sent({ existing: [{ ...LOGIN, ...other }] })).not.toHaveProperty('UseExistingClientSecret');
  });
  test.each<[string, Action, boolean]>([
    ['nothing known of it', { ...LOGIN, client: { id: 'client' } }, true],
    ['the same', LOGIN, true],
    ['another', { ...LOGIN, client: { id: 'client', secret: 'other' } }, false],
    ['uncertain', { ...LOGIN, client: { id: 'client', secret: '' } }, false],
    ['another client', { ...LOGIN, client: { id: 'other', secret: 'hash' } }, false],
    ['another endpoint', { ...LOGIN, tokenEndpoint: 'https://else.example.org/t' }, false],
  ])('compared with what AWS has: %s', (_name, found, same) => {
    expect(sameActions([LOGIN], [found])).toBe(same);
  });
});

describe('same actions (aws-model 3.10)', () => {
  test.each<[string, Action, Action, boolean]>([
    ['lone weight says nothing', forward(['a', 5]), forward(['a']), true],
    ['target groups in any order', forward(['a', 1], ['b', 2]), forward(['b', 2], ['a', 1]), true],
    ['other weights', forward(['a', 1], ['b', 2]), forward(['a', 1], ['b', 3]), false],
    [
      'a reference and its ARN',
      { type: 'forward', targets: [{ targetGroup: { ref: 'a' } }] },
      forward(['a']),
      true,
    ],
    ['unwanted stickiness', forward(['a']), { ...forward(['a']), stickinessSeconds: 60 } as Action, true],
    [
      'stickiness to be switched off',
      { ...forward(['a']), stickinessSeconds: 0 } as Action,
      { ...forward(['a']), stickinessSeconds: 60 } as Action,
      false,
    ],
    ['stickiness that is off', { ...forward(['a']), stickinessSeconds: 0 } as Action, forward(['a']), true],
    ['a query taken away', redirect({ port: '443', query: '' }), redirect({ port: '443' }), false],
    ['wanted stickiness', { ...forward(['a']), stickinessSeconds: 60 } as Action, forward(['a']), false],
    [
      'redirect placeholders',
      redirect({ port: '443' }),
      redirect({ port: '443', host: '#{host}', path: '/#{path}' }),
      true,
    ],
    ['redirect elsewhere', redirect({ port: '443' }), redirect({ port: '444' }), false],
    [
      'body or none',
      { type: 'fixed-response', statusCode: '404', contentType: 'text/plain' },
      { type: 'fixed-response', statusCode: '404', contentType: 'text/plain', messageBody: 'x' },
      false,
    ],
    ['other types', forward(['a']), redirect({}), false],
  ])('%s', (_name, wanted, found, same) => {
    expect(sameActions([wanted], [found])).toBe(same);
  });

  test('what is sent and read back is the same', () => {
    const all: Action[] = [
      forward(['a', 1], ['b', 0]),
      redirect({ protocol: 'HTTPS', query: 'a=b' }),
      { type: 'fixed-response', statusCode: '503', contentType: 'text/plain', messageBody: 'later' },
      {
        type: 'authenticate-cognito',
        userPoolArn: 'arn',
        clientId: 'client',
        domain: 'shop',
        onUnauthenticatedRequest: 'deny',
        scope: 'openid',
        sessionCookie: 'c',
        sessionSeconds: 60,
        extraParams: { prompt: 'login' },
      },
      { ...LOGIN, client: { id: 'client' }, extraParams: { prompt: 'login' } },
      {
        type: 'jwt-validation',
        jwksEndpoint: 'https://login.example.org/keys',
        issuer: 'shop',
        claims: [{ format: 'string-array', name: 'roles', values: ['buyer'] }],
      },
    ];
    expect(actionsToAws(all, arnOf).map(({ Order }) => Order)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(sameActions(all, actionsFromAws(actionsToAws(all, arnOf)))).toBe(true);
  });

  test('a bare TargetGroupArn is a forward; an action we cannot express equals nothing', () => {
    expect(actionsFromAws([{ Type: 'forward', TargetGroupArn: 'a' }])).toEqual([forward(['a'])]);
    const strange = actionsFromAws([
      { Type: 'authenticate-oidc', Order: 1 },
      { Type: 'forward', TargetGroupArn: 'a', Order: 2 },
    ]);
    expect(sameActions([forward(['a'])], strange)).toBe(false);
  });
});
