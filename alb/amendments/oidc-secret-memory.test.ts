// Memory of client secrets: what is trusted, what is uncertain, and what a pass leaves behind.
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../api/aws.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import type { Outcome } from '../plan/operation.ts';
import { plan } from '../plan/plan.ts';
import { endangered, recall, remember } from './oidc-secret-memory.ts';

const SAID = {
  'listen-ports': '[{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('one'),
  'auth-type': 'oidc',
  'auth-idp-oidc':
    '{"issuer":"https://i.example.org","authorizationEndpoint":"https://i.example.org/a","tokenEndpoint":"https://i.example.org/t","userInfoEndpoint":"https://i.example.org/u","secretName":"s"}',
};
const wanted = (secret: string, said: Record<string, string> = SAID) => {
  const one = ingress({ said, rules: [rule('', path('/a', 'web'), path('/b', 'web'))] });
  return wantedBy({ ingresses: [one], services: [service()] }, undefined, {
    secret: () => ({ value: { id: 'shop', secret } }),
  });
};
const MEMBER = 'shop/web';

/** As AWS tells it. */
const told = (found: readonly Found[]): Found[] =>
  found.map((one) => {
    if (one.kind !== 'rule') return one;
    const actions = one.spec.actions.map((action) =>
      action.type === 'authenticate-oidc' ? { ...action, client: { id: action.client?.id ?? '' } } : action,
    );
    return { ...one, spec: { ...one.spec, actions } };
  });
const before = told(interpret(plan(schemas, wanted('old').resources, []), []));
const [first = '', second = ''] = before.flatMap(({ kind, arn }) => (kind === 'rule' ? [arn] : []));

const binding = (clientSecrets?: Record<string, string>): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { ingressRef: { name: 'web', hash: '' }, group: MEMBER, order: 0 },
  status: clientSecrets === undefined ? {} : { clientSecrets },
});

const verbs = (resources: readonly Resource[], found: readonly Found[]): string[] =>
  plan(schemas, resources, found).operations.map(({ verb, kind }) => `${verb} ${kind}`);

describe('what is remembered tells whether a rule is written again', () => {
  test.each<[string, Record<string, string> | undefined, string, string[]]>([
    ['nothing was ever given by us: taken over as it is', undefined, 'new', []],
    ['the same', { [first]: 'old', [second]: 'old' }, 'old', []],
    ['another', { [first]: 'old', [second]: 'old' }, 'new', ['modify rule', 'modify rule']],
    ['one of them uncertain', { [first]: 'old' }, 'old', ['modify rule']],
    ['all uncertain', {}, 'old', ['modify rule', 'modify rule']],
  ])('%s', (_name, memory, secret, expected) => {
    expect(verbs(wanted(secret).resources, recall(before, [binding(memory)]))).toEqual(expected);
  });
});

/** What a pass remembers in which each operation ended as told. */
function pass(
  memory: Record<string, string> | undefined,
  secret: string,
  result: (at: number) => Outcome['result'],
  found: readonly Found[] = before,
  said = SAID,
) {
  const { resources, origins } = wanted(secret, said);
  const bindings = [binding(memory)];
  const seen = recall(found, bindings);
  const { operations, matched } = plan(schemas, resources, seen);
  const outcomes = operations.map((operation, at): Outcome => ({ operation, result: result(at) }));
  const carried = operations.filter((_, at) => result(at) === 'done');
  const after = told(interpret({ operations: carried, matched }, seen));
  return Object.fromEntries(
    remember({
      ...{ bindings, resources, origins, planned: operations, outcomes },
      endangered: endangered(operations, origins),
      became: match(schemas, resources, after).matched,
      clean: carried.length === operations.length,
    }),
  );
}

describe('a pass remembers', () => {
  const all = (hash: string) => ({ [MEMBER]: { [first]: hash, [second]: hash } });
  test('what it took over', () => expect(pass(undefined, 'old', () => 'done')).toEqual(all('old')));
  test('what it changed', () => expect(pass(all('old')[MEMBER], 'new', () => 'done')).toEqual(all('new')));
  test('what it made', () => {
    const made = pass(undefined, 'new', () => 'done', []);
    expect(Object.values(made[MEMBER] ?? {})).toEqual(['new', 'new']);
  });
  test('nothing of what failed', () => {
    const half = pass(all('old')[MEMBER], 'new', (at) => (at === 0 ? 'failed' : 'done'));
    expect(half).toEqual({ [MEMBER]: { [second]: 'new' } });
    expect(pass(undefined, 'new', () => 'failed', [])).toEqual({ [MEMBER]: {} });
  });
  test('as before what was not begun', () => {
    const half = pass(all('old')[MEMBER], 'new', (at) => (at === 0 ? 'done' : 'skipped'));
    expect(half).toEqual({ [MEMBER]: { [first]: 'new', [second]: 'old' } });
  });
  test('nothing once there is no login', () => {
    const { 'auth-type': _, ...open } = SAID;
    expect(pass(all('old')[MEMBER], 'old', () => 'done', before, open as typeof SAID)).toEqual({});
  });
});

test('only operations on logins endanger a memory', () => {
  const { resources, origins } = wanted('old');
  const seen = recall(before, [binding({ [first]: 'old', [second]: 'old' })]);
  const tagged = wanted('old', { ...SAID, tags: 'a=b' });
  const ofTargets = plan(schemas, tagged.resources, seen).operations.filter(
    ({ kind }) => kind === 'targetGroup',
  );
  expect([ofTargets.length, endangered(ofTargets, origins)]).toEqual([1, new Set()]);
  expect(endangered(plan(schemas, resources, []).operations, origins)).toEqual(new Set([MEMBER]));
});
