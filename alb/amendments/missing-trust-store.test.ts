// Trust stores that are not found: nothing is opened, what is served goes on, and the others are served as before.
import { describe, expect, test } from 'vitest';
import { UNPROTECTED } from '../desire/closed.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { CERTIFICATE, ingress, path, rule, STORE, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import { inWords } from '../plan/operation.ts';
import { plan } from '../plan/plan.ts';
import { unverified } from './missing-trust-store.ts';

const verify = (trustStore: string) => JSON.stringify([{ port: 443, mode: 'verify', trustStore }]);

/** A member `name` of one group, older by order of the alphabet, with routes of its own on HTTPS 443. */
const member = (name: string, mutual?: string, paths = ['/'], more: Record<string, string> = {}) =>
  ingress({
    ingress: name,
    said: {
      'group.name': 'g',
      'listen-ports': '[{"HTTPS":443}]',
      'certificate-arn': CERTIFICATE('one'),
      ...(mutual === undefined ? {} : { 'mutual-authentication': mutual }),
      ...more,
    },
    rules: [rule(`${name}.example.com`, ...paths.map((one) => path(one, 'web')))],
  });

function planned(ingresses: ReturnType<typeof member>[], found: readonly Found[] = []) {
  const wanted = wantedBy({ ingresses, services: [service()] }, 'g');
  const matching = match(schemas, wanted.resources, found);
  return plan(schemas, unverified(wanted.resources, found, wanted, matching), found);
}
const reached = (ingresses: ReturnType<typeof member>[], found: readonly Found[] = []) =>
  interpret(planned(ingresses, found), found);
const lines = (...of: Parameters<typeof planned>) => planned(...of).operations.map(inWords);

/** Host of each rule and whether it is open, and what clients must show. */
function seen(found: readonly Found[]) {
  const rules = found.flatMap((one) => (one.kind === 'rule' ? [one.spec] : []));
  const mutual = found.flatMap((one) => (one.kind === 'listener' ? [one.spec.mutualAuthentication] : []));
  const text = rules.map(({ conditions, actions }) => {
    const [host, route] = conditions.map((one) => ('values' in one ? String(one.values[0]) : ''));
    return `${host}${route} ${actions[0]?.type === 'forward' ? 'open' : 'closed'}`;
  });
  return { rules: text.sort(), trusts: mutual.map((one) => one?.trustStoreArn ?? one?.mode) };
}

describe('a trust store that is not found', () => {
  test('opens nothing of its member on a new port, at once and later; the others are served', () => {
    const both = [member('a'), member('b', verify('crop'))];
    const first = reached(both);
    const there = { rules: ['a.example.com/* open', 'b.example.com/* closed'], trusts: [undefined] };
    expect(seen(first)).toEqual(there);
    expect(lines(both, first)).toEqual([]);
    expect(seen(reached([member('a'), member('b', verify('corp'))], first))).toEqual({
      rules: ['a.example.com/* open', 'b.example.com/* open'],
      trusts: [STORE],
    });
  });

  test('closes nothing that is served, also when it moves; what is new is closed', () => {
    const first = reached([member('b')]);
    expect(lines([member('b', verify('crop'))], first)).toEqual([]);
    expect(seen(reached([member('a'), member('b', verify('crop'), ['/', '/new'])], first)).rules).toEqual([
      'a.example.com/* open',
      'b.example.com/* open',
      'b.example.com/new closed',
    ]);
  });

  test('leaves a port that verifies as it is, and what is new there is verified', () => {
    const first = reached([member('b', verify('corp'))]);
    const after = reached([member('b', verify('crop'), ['/', '/new'])], first);
    expect(seen(after)).toEqual({
      rules: ['b.example.com/* open', 'b.example.com/new open'],
      trusts: [STORE],
    });
  });

  test('is not overruled by who joined later and wants nobody verified', () => {
    const off = JSON.stringify([{ port: 443, mode: 'off' }]);
    const first = reached([member('b', verify('corp'))]);
    expect(seen(reached([member('b', verify('crop')), member('c', off)], first)).trusts).toEqual([STORE]);
    // Who was there before has the say.
    expect(seen(reached([member('a', off), member('b', verify('crop'))], first)).trusts).toEqual(['off']);
  });

  test('takes what the load balancer verified along to its successor', () => {
    const first = reached([member('b', verify('corp'))]);
    const scheme = { scheme: 'internet-facing' };
    const after = reached([member('b', verify('crop'), ['/'], scheme)], first);
    expect(seen(after).trusts).toEqual([STORE]);
  });

  test('closes a default backend that was not there', () => {
    const one = { ...member('b', verify('crop')) };
    const backend = { service: { name: 'web', port: { number: 80 } } };
    const withDefault = { ...one, spec: { ...one.spec, defaultBackend: backend } };
    const actions = reached([withDefault], reached([member('b')])).flatMap((each) =>
      each.kind === 'listener' ? each.spec.defaultActions : [],
    );
    expect(actions).toEqual([UNPROTECTED]);
  });
});
