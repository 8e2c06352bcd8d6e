// What a dry run announces is what the controller then does on the local AWS: whole passes, and the account before and after.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Applied, CERTIFICATE, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import type { Ingress, Service } from '../../api/kube.ts';
import { stemOf } from '../../api/registry.ts';
import { announceAndDo, isAccepted } from './announced.ts';
import { APPLIED, furnish } from './furnished.ts';
import { groupChange } from './group-changes.ts';
import { GROUP } from './groups.ts';

type Said = Readonly<Record<string, string>>;

const SERVICES: readonly Service[] = [service('web', 'shop', {}, { ipFamilies: ['IPv4', 'IPv6'] })];
const FIXED = '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200"}}';
const BASE: Said = {
  'group.name': GROUP,
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('one'),
  'actions.act': FIXED,
};

function sheetOf(said: Said): Applied & { readonly one: Ingress } {
  const rules = [rule('www.example.com', path('/', 'web'), path('/act', 'act:use-annotation'))];
  const one = ingress({ said: { ...BASE, ...said }, rules });
  return { one, ingresses: [one], services: SERVICES };
}

const accepted = (said: Said): boolean => {
  const sheet = sheetOf(said);
  return isAccepted(sheet.one, sheet);
};

/** Members of families, by what the rules above name. */
const MEMBERS: Said = {
  'listener-attributes.*': 'listener-attributes.HTTP-80',
  'target-control-port.*': 'target-control-port.web.80',
  'conditions.*': 'conditions.web',
  'transforms.*': 'transforms.web',
  'actions.*': 'actions.act',
};

/** What an annotation needs beside it to have an effect. */
const BESIDE: Readonly<Record<string, Said>> = {
  'backend-protocol-version': { 'listen-ports': '[{"HTTPS":443}]' },
  'manage-backend-security-group-rules': { 'security-groups': 'sg-1' },
  'ipam-ipv4-pool-id': { scheme: 'internet-facing' },
  'target-control-port.*': { 'target-type': 'ip' },
  'auth-idp-cognito': { 'auth-type': 'cognito' },
  'auth-idp-oidc': { 'auth-type': 'oidc' },
};

const NO_MORE: Said = {};

/** Examples that name what the account does not have: a certificate of IAM, a trust store by ARN, a prefix list. */
const ELSEWHERE = /server-certificate|truststore\/clients|pl-3b/;

/** Another group is another law; other nodes, and clusters to share with, are no operation of a plan; a pool of an Outpost counts at creation only. */
const APART: ReadonlySet<string> = new Set([
  'group.name',
  'group.order',
  'target-node-labels',
  'multi-cluster-target-group',
  'customer-owned-ipv4-pool',
  'security-group-prefix-lists',
]);

const RUNS = 30;

const annotations = APPLIED.filter(({ name }) => !APART.has(name));

describe.each(annotations.map(({ name, examples }) => [name, examples.good] as const))('%s', (name, good) => {
  const key = MEMBERS[name] ?? (stemOf(name) === undefined ? name : `${stemOf(name)}.web`);
  const beside = BESIDE[name] ?? NO_MORE;
  const said = good.filter((text) => !ELSEWHERE.test(text)).map((text) => ({ ...beside, [key]: text }));
  const versions: readonly Said[] = [{}, ...(beside === NO_MORE ? [] : [beside]), ...said].filter(accepted);
  // Said, taken away, and said in another way.
  const pairs = versions.flatMap((one, at) => {
    const [none, next] = [versions[0] ?? {}, versions[at + 1] ?? {}];
    const all = [[none, one] as const, [one, none] as const, [one, next] as const];
    return all.filter(([from, to]) => !isDeepStrictEqual(from, to));
  });

  test.each(pairs)('from %j to %j', async (from, to) => {
    const told = await announceAndDo(sheetOf(from), sheetOf(to), furnish);
    expect(told?.wrong).toEqual([]);
  });
});

test('every change of one member of a random group is announced as it is done', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(groupChange, async ({ before, after }) => {
      const told = await announceAndDo(before, after, furnish);
      compared += told === undefined ? 0 : 1;
      expect(told?.wrong ?? []).toEqual([]);
    }),
    // Each case is two rests of whole passes: to make a counterexample smaller would take minutes.
    { numRuns: RUNS, endOnFailure: true },
  );
  // The rest is refused by AWS in part, so that something else is done.
  expect(compared).toBeGreaterThan(RUNS / 2);
}, 600_000);
