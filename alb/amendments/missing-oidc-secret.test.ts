// Keeping logins whose Secret cannot be had: what is in AWS stays, and nothing opens.
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../api/aws.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import { plan } from '../plan/plan.ts';
import { keep } from './missing-oidc-secret.ts';

const provider = (tokens = 't') =>
  JSON.stringify({
    issuer: 'https://i.example.org',
    authorizationEndpoint: 'https://i.example.org/a',
    tokenEndpoint: `https://i.example.org/${tokens}`,
    userInfoEndpoint: 'https://i.example.org/u',
    secretName: 's',
  });

interface Sheet {
  readonly paths: readonly string[];
  readonly tokens?: string;
  /** Another backend protocol replaces the target group. */
  readonly protocol?: string;
}

function wanted({ paths, tokens, protocol = 'HTTP' }: Sheet, secret: 'there' | 'gone'): readonly Resource[] {
  const said = {
    'listen-ports': '[{"HTTPS":443}]',
    'certificate-arn': CERTIFICATE('one'),
    'auth-type': 'oidc',
    'auth-idp-oidc': provider(tokens),
    'backend-protocol': protocol,
  };
  const one = ingress({
    said,
    rules: [rule('www.example.com', ...paths.map((each) => path(each, 'web')))],
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  });
  const problem = { code: 'SecretNotFound', severity: 'warn', path: 'p' } as const;
  return wantedBy({ ingresses: [one], services: [service()] }, undefined, {
    secret: () => (secret === 'gone' ? { problem } : { value: { id: 'shop', secret: 'hash' } }),
  }).resources;
}

const made = (sheet: Sheet): Found[] => interpret(plan(schemas, wanted(sheet, 'there'), []), []);

const amended = (resources: readonly Resource[], found: readonly Found[]) =>
  keep(resources, found, match(schemas, resources, found));

/** Paths with what is done first, and the verbs of the plan. */
function kept(before: Sheet, after: Sheet) {
  const found = made(before);
  const resources = amended(wanted(after, 'gone'), found);
  const does = resources.flatMap((one): [string, string | undefined][] => {
    if (one.kind === 'listener') return [['default', one.spec.defaultActions[0]?.type]];
    if (one.kind !== 'rule') return [];
    const where = one.spec.conditions.flatMap(({ field, values }) =>
      field === 'path-pattern' ? values : [],
    );
    return [[String(where[0]), one.spec.actions[0]?.type]];
  });
  const { operations } = plan(schemas, resources, found);
  return { does: Object.fromEntries(does), plan: operations.map(({ verb, kind }) => `${verb} ${kind}`) };
}

const OIDC = 'authenticate-oidc';
const CLOSED = 'fixed-response';

describe('without its Secret', () => {
  test('a login that AWS has stays as it is', () => {
    const same = kept({ paths: ['/a', '/b'] }, { paths: ['/a', '/b'] });
    expect(same).toEqual({ does: { '/a': OIDC, '/b': OIDC, default: OIDC }, plan: [] });
  });
  test('rules move', () => {
    const moved = kept({ paths: ['/a', '/b'] }, { paths: ['/b'] });
    expect(moved).toEqual({
      does: { '/b': OIDC, default: OIDC },
      plan: ['reorder rule', 'modify rule', 'delete rule'],
    });
  });
  test('a new path is closed, the others stay', () => {
    expect(kept({ paths: ['/b'] }, { paths: ['/b', '/a/longer'] }).does).toEqual({
      '/a/longer': CLOSED,
      '/b': OIDC,
      default: OIDC,
    });
  });
  test('other targets behind the same login, at the same place, are no reason to close', () => {
    expect(kept({ paths: ['/a'] }, { paths: ['/a'], protocol: 'HTTPS' }).does).toEqual({
      '/a': OIDC,
      default: OIDC,
    });
  });
  test('another provider is never given the secret of the old one', () => {
    expect(kept({ paths: ['/a'] }, { paths: ['/a'], tokens: 'elsewhere' }).does).toEqual({
      '/a': CLOSED,
      default: CLOSED,
    });
  });
  test('a new load balancer has none', () => {
    const resources = amended(wanted({ paths: ['/a'] }, 'gone'), []);
    expect(JSON.stringify(resources)).not.toContain(OIDC);
  });
});

test('with its Secret nothing is touched', () => {
  const resources = wanted({ paths: ['/a'] }, 'there');
  expect(amended(resources, [])).toBe(resources);
});
