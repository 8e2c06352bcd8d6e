// What protects fails closed: every annotation that keeps requests away, and every reason for which it cannot be had. After each
// pass the account is asked what requests meet. What is new never reaches a target without the protection that is asked for; what
// did so before goes on at most; `Ready` says why; and once the protection can be had everything is open.
import { describe, expect, test } from 'vitest';
import { type Applied, ingress, path, rule, STORE, service, WEB_ACL_ARN } from '../../alb/laws/paper.ts';
import type { AnnotationName } from '../../api/annotation.ts';
import type { Ingress } from '../../api/kube.ts';
import { PROTECTING } from '../../api/registry.ts';
import { GROUP } from './groups.ts';
import { forwards, getOf, met } from './reachable.ts';
import { openPasses, type Passes } from './whole-passes.ts';
import { denied, REASONS, type Said, type Trouble, type Wish } from './wish.ts';
import { OF_BALANCERS } from './wishes-balancers.ts';
import { OF_ROUTES } from './wishes-routes.ts';

const WISHES = [...OF_ROUTES, ...OF_BALANCERS];
/** More than any of them needs. */
const PASSES = 8;

const member = (name: string, created: string, said: Said, ...paths: string[]): Ingress =>
  ingress({
    ...{ ingress: name, created },
    rules: [rule(`${name}.example.com`, ...paths.map((one) => path(one, 'web')))],
    said: { 'group.name': GROUP, ...said },
  });

function sheetOf(mine: Said, elder: Said | undefined, ...paths: string[]): Applied {
  const first = elder === undefined ? [] : [member('elder', '2026-01-01T00:00:00Z', elder, '/')];
  return {
    ingresses: [...first, member('mine', '2026-01-02T00:00:00Z', mine, ...paths)],
    services: [service()],
  };
}

function opened(): Passes {
  const passes = openPasses();
  const { state } = passes.account.elb;
  const store = { arn: STORE, serial: 0, name: 'corp', activeAt: 0, bundle: '', caCertificates: 1 };
  state.trustStores.set(STORE, { ...store, revocations: {}, lastRevocationId: 0, tags: {} });
  passes.instead.lookups = { subscribed: async () => true };
  return passes;
}

/** Paths of the member at which a target gets requests without the protection, and with it. */
function reached({ account }: Passes, { request, holds }: Wish): { bare: string[]; held: string[] } {
  const all = ['/', '/new'].flatMap((at) =>
    met(account, getOf(`${request}${at}`)).map((one) => ({
      at,
      through: forwards(one),
      holds: holds(one, account),
    })),
  );
  const at = (of: typeof all): string[] => of.map((one) => one.at);
  return {
    bare: at(all.filter(({ through, holds: kept }) => through && !kept)),
    held: at(all.filter(({ holds: kept }) => kept)),
  };
}

const readyOf = (passes: Passes): string => {
  const one = passes
    .statuses()
    .get('shop/mine')
    ?.conditions?.find(({ type }) => type === 'Ready');
  return one?.status === 'True' ? 'Ready' : `${one?.reason} ${one?.message}`;
};

async function troubled(wish: Wish, trouble: Trouble): Promise<void> {
  const passes = opened();
  const { before, elder, said = wish.said } = trouble;
  if (before !== undefined) await passes.settle(sheetOf(before, elder, '/'));
  const open = before === undefined ? [] : reached(passes, wish).bare;
  for (const [action, code] of Object.entries(trouble.refuse ?? {}))
    passes.account.refusing.set(action, code);
  if (trouble.secret !== undefined) passes.instead.secret = trouble.secret;
  const plain = passes.instead.lookups;
  passes.instead.lookups = { ...plain, ...trouble.lookups };
  for (let pass = 0; pass < PASSES; pass += 1) {
    await passes.attempt(sheetOf(said, elder, '/', '/new'), 1);
    expect(open, `pass ${pass}`).toEqual(expect.arrayContaining(reached(passes, wish).bare));
  }
  expect(readyOf(passes)).toMatch(trouble.ready);
  passes.account.refusing.clear();
  delete passes.instead.secret;
  passes.instead.lookups = plain ?? {};
  await passes.settle(sheetOf(wish.said, undefined, '/', '/new'));
  await passes.later(400_000);
  expect([readyOf(passes), reached(passes, wish).held]).toEqual(['Ready', ['/', '/new']]);
}

test('every annotation that protects has its rows', () => {
  const rows = WISHES.flatMap(({ names }) => names);
  expect(rows.toSorted()).toEqual([...PROTECTING].toSorted());
});

describe.each(WISHES.map((wish) => [wish.names.join(', '), wish] as const))('%s', (_, wish) => {
  test('protects', async () => {
    const passes = opened();
    await passes.settle(sheetOf(wish.said, undefined, '/', '/new'));
    expect([readyOf(passes), reached(passes, wish)]).toEqual(['Ready', { bare: [], held: ['/', '/new'] }]);
  });

  const cases = REASONS.flatMap((reason) => {
    const row = wish.rows[reason];
    return typeof row === 'string' ? [] : [[reason, row] as const];
  });
  test.each(cases)('%s', (_reason, trouble) => troubled(wish, trouble));
});

describe('nothing else in its place will do', () => {
  const wishFor = (name: AnnotationName): Wish => {
    const wish = WISHES.find(({ names }) => names.includes(name));
    if (wish === undefined) throw new Error(`no wish asks for ${name}`);
    return wish;
  };

  test.each<[string, AnnotationName, Trouble]>([
    [
      'a name that takes the place of an ARN, and cannot be set',
      'wafv2-acl-arn',
      {
        elder: { 'wafv2-acl-name': 'one' },
        refuse: denied('AssociateWebACL'),
        ready: /AssociateWebACL answered AccessDenied/,
      },
    ],
    [
      'a name that takes the place of an ARN, and is not found',
      'wafv2-acl-arn',
      { elder: { 'wafv2-acl-name': 'three' }, ready: /answers 503 until the web ACL three is set/ },
    ],
    [
      'the web ACL that was asked for before',
      'wafv2-acl-arn',
      {
        before: { 'wafv2-acl-arn': WEB_ACL_ARN('two') },
        refuse: denied('AssociateWebACL'),
        ready: /AssociateWebACL answered AccessDenied/,
      },
    ],
    [
      'security groups that were named before',
      'inbound-cidrs',
      {
        before: { 'security-groups': 'sg-1' },
        refuse: denied('SetSecurityGroups'),
        ready: /SetSecurityGroups answered AccessDenied/,
      },
    ],
  ])('%s', (_, name, trouble) => troubled(wishFor(name), trouble));

  test('a route of another Ingress for the same requests', async () => {
    const wish = wishFor('wafv2-acl-name');
    const passes = opened();
    const other = ingress({
      ingress: 'other',
      rules: [rule('mine.example.com', path('/new', 'web'))],
      said: { 'group.name': GROUP },
    });
    await passes.settle({ ingresses: [other], services: [service()] });
    const mine = member(
      'mine',
      '2026-01-02T00:00:00Z',
      { 'wafv2-acl-name': 'three', 'group.order': '-1' },
      '/new',
    );
    for (let pass = 0; pass < PASSES; pass += 1) {
      await passes.attempt({ ingresses: [other, mine], services: [service()] }, 1);
      expect(reached(passes, wish).bare).toEqual([]);
    }
  });
});
