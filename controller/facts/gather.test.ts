// Gathering facts: what one member names in vain leaves in place what the load balancer has, and stops nobody else.
import { describe, expect, test } from 'vitest';
import { withKept } from '../../alb/amendments/keep-protection.ts';
import { desire } from '../../alb/desire/desire.ts';
import type { Looked } from '../../alb/desire/facts.ts';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import {
  type Applied,
  CLUSTER,
  groupFrom,
  ingress,
  path,
  rule,
  service,
  WEB_ACL_ARN,
  wantedBy,
} from '../../alb/laws/paper.ts';
import { inWords } from '../../alb/plan/operation.ts';
import { plan } from '../../alb/plan/plan.ts';
import type { Problem } from '../../api/problems/problem.ts';
import { type Gathering, gather } from './gather.ts';
import type { Lookups } from './lookups.ts';

const unfound = (code: Problem['code']): Looked<string[]> => ({
  problem: { code, severity: 'refuse', path: 'metadata.annotations' },
});

/** An account with one subnet list, no certificates, and nothing of a name that begins with `no`. */
const lookups: Lookups = {
  subnets: async ({ named, current }) =>
    named?.some((name) => name.startsWith('no')) === true
      ? unfound('SubnetsNotFound')
      : { value: [...(named ?? current ?? ['subnet-a', 'subnet-b'])] },
  securityGroups: async (said) =>
    said.some((name) => name.startsWith('no')) ? unfound('SecurityGroupNotFound') : { value: [...said] },
  certificates: async () => ({ value: [] }),
  targetGroup: async () => undefined,
  trustStores: async () => new Map(),
  webAcl: async (name) => (name.startsWith('no') ? undefined : WEB_ACL_ARN(name)),
  subscribed: async () => true,
  inVpc: async () => true,
  interfaceGroups: async () => new Map(),
};
const gathering: Gathering = {
  cluster: CLUSTER,
  lookups,
  service: (_, name) => (name === 'web' ? service() : undefined),
  secrets: async () => new Map(),
};

const elder = (said: Record<string, string> = {}) =>
  ingress({
    ingress: 'elder',
    created: '2025-01-01T00:00:00Z',
    said: { 'group.name': 'g', ...said },
    rules: [rule('a.example.com', path('/', 'web'))],
  });
const bad = (said: Record<string, string>) =>
  ingress({
    ingress: 'zbad',
    said: { 'group.name': 'g', ...said },
    rules: [rule('bad.example.com', path('/', 'web'))],
  });
const sheet = (...ingresses: Applied['ingresses']): Applied => ({ ingresses, services: [service()] });

async function pass(applied: Applied, found: readonly Found[], more: Partial<Lookups> = {}) {
  const group = groupFrom(applied, 'g');
  const asking = { ...gathering, lookups: { ...lookups, ...more } };
  const wanted = desire(group, await gather(group, found, asking));
  const told = wanted.problems.map(({ member, problem }) => `${member} ${problem.code}`);
  return {
    undecided: wanted.undecided,
    told,
    texts: wanted.problems.map(({ problem }) => problem.because ?? ''),
    lines: plan(schemas, withKept(wanted.resources, found), found).operations.map(inWords),
  };
}

describe('a member names what does not exist', () => {
  const serving = interpret(plan(schemas, wantedBy(sheet(elder()), 'g').resources, []), []);
  const ofIts = [
    'create targetGroup/shop/zbad/web:80: does not exist yet',
    'create rule/80:2: does not exist yet',
  ];

  test.each([
    ['subnets', { subnets: 'nowhere' }, 'SubnetsNotFound'],
    ['security groups', { 'security-groups': 'nothing' }, 'SecurityGroupNotFound'],
    ['a web ACL', { 'wafv2-acl-name': 'nothing' }, 'WebAclNotFound'],
  ])('%s: everything else goes on, and it alone is told', async (_, said, code) => {
    expect(await pass(sheet(elder(), bad(said)), serving)).toMatchObject({
      undecided: false,
      told: [`shop/zbad ${code}`],
      lines: ofIts,
    });
  });

  test('security groups that are named and serve are kept', async () => {
    const own = sheet(elder({ 'security-groups': 'sg-1,sg-2' }));
    const before = interpret(plan(schemas, wantedBy(own, 'g').resources, []), []);
    const { undecided, lines } = await pass(sheet(elder({ 'security-groups': 'sg-1,nothing' })), before);
    expect([undecided, lines]).toEqual([false, []]);
  });

  const both = [
    ['subnets', { subnets: 'nowhere' }, 'SubnetsNotFound'],
    ['security groups', { 'security-groups': 'nothing' }, 'SecurityGroupNotFound'],
  ] as const;

  test.each(both)(
    '%s, before there is a load balancer: it is made as the others want it, and it alone is told',
    async (_, said, code) => {
      const answer = await pass(sheet(elder(), bad(said)), []);
      expect([answer.undecided, answer.told]).toEqual([false, [`shop/zbad ${code}`]]);
      const { lines } = await pass(sheet(elder(), bad({})), []);
      expect(answer.lines).toEqual(lines);
    },
  );

  test.each(both)(
    '%s, and nobody wants anything else: nothing can be decided, and all are told',
    async (_, said, code) => {
      const answer = await pass(sheet(elder(said), bad(said)), []);
      expect([answer.undecided, answer.told]).toEqual([true, [`shop/elder ${code}`, `shop/zbad ${code}`]]);
    },
  );
});

test('certificates that AWS does not let us look for are told to the member that needs them', async () => {
  const denied = async () => {
    throw new AwsFailure({ action: 'A', code: 'AccessDenied', kind: 'denied', message: 'no', status: 403 });
  };
  const said = {
    'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  };
  const one = ingress({
    ...{ ingress: 'zbad', said: { 'group.name': 'g', ...said } },
    rules: [rule('bad.example.com', path('/', 'web'))],
  });
  const answer = await pass(sheet(elder(), one), [], { certificates: denied });
  expect(answer.told).toEqual(expect.arrayContaining(['shop/zbad AwsRefused']));
  expect(answer.told.filter((told) => !told.startsWith('shop/zbad'))).toEqual([]);
  expect(answer.lines).toEqual(expect.arrayContaining(['create rule/80:1: does not exist yet']));
});

test('an existing load balancer of the scheme keeps its subnets (aws-model 4.1)', async () => {
  const before = interpret(
    plan(
      schemas,
      wantedBy(sheet(elder()), 'g', { subnets: { value: ['subnet-x', 'subnet-y'] } }).resources,
      [],
    ),
    [],
  );
  expect((await pass(sheet(elder()), before)).lines).toEqual([]);
});

describe('what protects', () => {
  const denied = (action: string) => async () => {
    throw new AwsFailure({ action, code: 'AccessDenied', message: 'no', kind: 'denied', status: 400 });
  };
  const web = { 'wafv2-acl-name': 'shop' };
  const guarded = { 'shield-advanced-protection': 'true' };

  test.each<[string, Record<string, string>, Partial<Lookups>, string, string]>([
    [
      'WAF refuses',
      web,
      { webAcl: denied('ListWebACLs') },
      'WebAclNotFound',
      'ListWebACLs answered AccessDenied: no',
    ],
    [
      'Shield refuses',
      guarded,
      { subscribed: denied('GetSubscriptionState') },
      'AwsRefused',
      'GetSubscriptionState answered AccessDenied: no',
    ],
    [
      'no subscription',
      guarded,
      { subscribed: async () => false },
      'SubscriptionNotFound',
      'no active subscription',
    ],
  ])('%s: the load balancer is made all the same, and it is told', async (_, said, more, code, because) => {
    const { undecided, told, texts, lines } = await pass(sheet(elder(said)), [], more);
    expect([undecided, told]).toEqual([false, [`shop/elder ${code}`]]);
    expect(texts[0]).toContain(because);
    expect(lines).toContain('create loadBalancer: does not exist yet');
  });

  test('nobody asks about what nobody says', async () => {
    const asked = { webAcl: denied('ListWebACLs'), subscribed: denied('GetSubscriptionState') };
    expect((await pass(sheet(elder({ 'wafv2-acl-name': 'none' })), [], asked)).told).toEqual([]);
  });
});
