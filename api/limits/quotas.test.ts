// What one load balancer may have: each quota is counted, told with what AWS does about it, and refused only where nothing helps.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Intent, Settings } from '../generated/binding.ts';
import { inOrder } from '../group-conflicts/group-conflicts.ts';
import { sentence } from '../problems/problem.ts';
import { type GroupMember, withMember } from '../routing/routes.ts';
import { footprintOf } from './footprint.ts';
import { certainProblems, QUOTAS, quotaProblems, quotasOfGroup } from './quotas.ts';
import { footprintWith } from './shares.ts';

const say = <T>(value: T) => ({ value, from: 'Ingress' });
const intent = (settings: Settings = {}, more: Partial<Intent> = {}): Intent => ({
  settings,
  rules: [],
  ...more,
});

/** Paths of one host, each to a Service and port of its own. */
const paths = (count: number, prefix = '', services = 1): Partial<Intent> => ({
  rules: [
    {
      host: 'a.example.com',
      paths: Array.from({ length: count }, (_, at) => ({
        path: `/${prefix}${at}`,
        pathType: 'Exact' as const,
        backend: { service: { name: 'web', port: at % services } },
      })),
    },
  ],
});

const ARN = (at: number) =>
  `arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-${String(at).padStart(12, '0')}`;
const certificates = (count: number): Settings => ({
  'certificate-arn': say(Array.from({ length: count }, (_, at) => ARN(at))),
});
const cidrs = (count: number) => say(Array.from({ length: count }, (_, at) => `10.0.${at}.0/24`));
const ports = (...all: number[]) => ({ 'listen-ports': say(all.map((HTTP) => ({ HTTP }))) });
const many = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const verify = (...all: number[]): Settings => ({
  'listen-ports': say(all.map((HTTPS) => ({ HTTPS }))),
  'mutual-authentication': say(all.map((port) => ({ port, mode: 'verify' as const, trustStore: 'clients' }))),
});

const member = (name: string, intent: Intent): GroupMember => ({
  key: `shop/${name}`,
  spec: { ingressRef: { name, hash: '' }, group: 'g', order: 0, intent },
});
const all = (intents: readonly Intent[]): GroupMember[] => intents.map((one, at) => member(`m-${at}`, one));
const told = (mine: Intent, ...others: Intent[]) => quotaProblems(member('mine', mine), all(others));
const certain = (mine: Intent, ...others: Intent[]) => certainProblems(member('mine', mine), all(others));

const found = (mine: Intent, ...others: Intent[]): string[] =>
  told(mine, ...others).map(
    ({ path, severity, value }) => `${severity} ${path.replace(/^.*\/(.*)\]$/, '$1')} ${value}`,
  );

describe('an Ingress alone', () => {
  test.each<[string, Intent, string[]]>([
    ['as many rules as allowed', intent({}, paths(100)), []],
    ['one rule more', intent({}, paths(101)), ['warn spec.rules 101']],
    ['rules on two ports', intent(ports(80, 81), paths(51)), ['warn spec.rules 102']],
    ['as many listeners as allowed', intent(ports(...many(50))), []],
    ['one listener more', intent(ports(...many(51))), ['warn listen-ports 51']],
    ['25 certificates and the default one', intent(certificates(26)), []],
    ['one certificate more', intent(certificates(27)), ['warn certificate-arn 26']],
    [
      'target groups, which share the rules',
      intent({}, paths(101, '', 101)),
      ['warn spec.rules 101', 'warn spec.rules 101'],
    ],
    ['60 networks', intent({ 'inbound-cidrs': cidrs(60) }), []],
    ['61 networks', intent({ 'inbound-cidrs': cidrs(61) }), ['warn inbound-cidrs 61']],
    [
      'networks on two ports',
      intent({ ...ports(80, 81), 'inbound-cidrs': cidrs(31) }),
      ['warn inbound-cidrs 62'],
    ],
    [
      'the same network written twice',
      intent({ 'inbound-cidrs': say([...cidrs(60).value, '10.0.0.9/24']) }),
      [],
    ],
    [
      'the families count apart',
      intent({
        'ip-address-type': say('dualstack'),
        'inbound-cidrs': say([...cidrs(60).value, ...many(60).map((at) => `2001:db8:${at}::/48`)]),
      }),
      [],
    ],
    [
      'IPv6 networks of an IPv4 load balancer are not there',
      intent({ 'inbound-cidrs': say(many(61).map((at) => `2001:db8:${at}::/48`)) }),
      [],
    ],
    [
      'IPv6 networks',
      intent({
        'ip-address-type': say('dualstack'),
        'inbound-cidrs': say(many(61).map((at) => `2001:db8:${at}::/48`)),
      }),
      ['warn inbound-cidrs 61'],
    ],
    ['CloudFront on one port', intent({ 'security-group-prefix-lists': say(['pl-82a045eb']) }), []],
    [
      'CloudFront on two ports',
      intent({ ...ports(80, 81), 'security-group-prefix-lists': say(['pl-82a045eb']) }),
      ['warn security-group-prefix-lists 110'],
    ],
    [
      'networks that nobody reads beside named security groups',
      intent({ 'security-groups': say(['sg-1']), 'inbound-cidrs': cidrs(61) }),
      [],
    ],
    ['five security groups', intent({ 'security-groups': say(many(5).map((at) => `sg-${at}`)) }), []],
    [
      'five, and the one by which targets let it in',
      intent({
        'security-groups': say(many(5).map((at) => `sg-${at}`)),
        'manage-backend-security-group-rules': say(true),
      }),
      ['warn security-groups 6'],
    ],
    ['six', intent({ 'security-groups': say(many(6).map((at) => `sg-${at}`)) }), ['warn security-groups 6']],
    [
      'more capacity than AWS reserves',
      intent({ 'minimum-load-balancer-capacity': say({ CapacityUnits: '15001' }) }),
      ['warn minimum-load-balancer-capacity 15001'],
    ],
  ])('%s', (_, mine, expected) => expect(found(mine)).toEqual(expected));
});

describe('a group', () => {
  test('more rules than the quota, counted over all members, draw a warning', () => {
    const [mine, theirs] = [intent({}, paths(51)), intent({}, paths(50))];
    expect(found(mine, theirs)).toEqual(['warn spec.rules 101']);
    expect(found(mine)).toEqual([]);
  });

  test('who has no part in it is not told', () => {
    expect(found(intent(), intent({ 'inbound-cidrs': cidrs(61) }, paths(101)))).toEqual([]);
  });

  test('rules that redirects take are not made', () => {
    const secure = { ...certificates(1), 'listen-ports': say([{ HTTP: 80 }, { HTTPS: 443 }]) };
    expect(footprintOf([intent({ ...secure, 'ssl-redirect': say(443) }, paths(60))]).rules).toBe(60);
    const plain = intent({}, paths(60, 'x'));
    // Beside a member that the redirect does not concern the others are redirected by rules.
    expect(footprintOf([intent({ ...secure, 'ssl-redirect': say(443) }, paths(60)), plain]).rules).toBe(180);
    const go = {
      type: 'redirect',
      redirectConfig: { statusCode: 'HTTP_301', protocol: 'HTTPS', port: '443' },
    } as const;
    const all = { path: '/*', pathType: 'ImplementationSpecific', backend: { action: 'go' } } as const;
    const behind = { rules: [{ paths: [all] }, ...(paths(60).rules ?? [])] };
    expect(footprintOf([intent({ ...secure, actions: { go: say(go) } }, behind)]).rules).toBe(61);
  });

  test('target groups of others are counted once', () => {
    const forward = { type: 'forward', targetGroupARN: 'arn:x' } as const;
    const one = intent({ actions: { out: say(forward) } }, { defaultBackend: { action: 'out' } });
    expect(footprintOf([one, { ...one }]).targetGroups).toBe(1);
  });

  test('what a member and the others have together is what all have, whoever counts alike', () => {
    const secure = { ...certificates(2), 'listen-ports': say([{ HTTP: 80 }, { HTTPS: 443 }]) };
    const go = {
      type: 'redirect',
      redirectConfig: { statusCode: 'HTTP_301', host: 'b.example.com' },
    } as const;
    const forward = { type: 'forward', targetGroupARN: 'arn:x' } as const;
    const kinds = [
      intent({}, paths(3, 'a')),
      intent({}, paths(4, 'b')),
      intent({ 'inbound-cidrs': cidrs(2) }, paths(1)),
      intent({ 'inbound-cidrs': cidrs(3), ...ports(80, 81) }, paths(2, 'c', 2)),
      intent(secure, paths(5, 'd')),
      intent({ ...secure, 'ssl-redirect': say(443) }, paths(2, 'e')),
      intent({ actions: { go: say(go) } }, { defaultBackend: { action: 'go' } }),
      intent({ actions: { out: say(forward) } }, { defaultBackend: { action: 'out' } }),
      intent({ 'minimum-load-balancer-capacity': say({ CapacityUnits: '100' }) }),
      intent({ 'security-groups': say(['sg-1', 'sg-2']) }, paths(1, 'f')),
    ];
    const some = fc.constantFrom(...kinds);
    const ofGroup = fc.array(fc.record({ one: some, order: fc.nat(3) }), { maxLength: 12 });
    const asked = fc.record({ name: fc.nat(14), one: some, order: fc.nat(3) });
    fc.assert(
      fc.property(ofGroup, asked, (group, { name, one, order }) => {
        const placed = (of: Intent, at: number, place: number): GroupMember => {
          const { key, spec } = member(`m-${at}`, of);
          return { key, spec: { ...spec, order: place } };
        };
        const others = inOrder(group.map((other, at) => placed(other.one, at, other.order)));
        const mine = placed(one, name, order);
        const whole = withMember(mine, others).flatMap(({ spec }) => spec.intent ?? []);
        const { footprint, isAlone } = footprintWith(mine, others);
        expect(footprint).toEqual(footprintOf(whole));
        expect(isAlone).toBe(whole.length === 1);
      }),
    );
  });

  test('as a whole it is told once, to the member that goes beyond', () => {
    const having = (name: string, count: number) => member(name, intent({}, paths(count, name)));
    const once = quotasOfGroup([having('a', 90), having('b', 20), having('c', 5)]);
    expect(once.map(({ member: key, problem: { value } }) => [key, value])).toEqual([['shop/b', '115']]);
    expect(quotasOfGroup([])).toEqual([]);
  });
});

test('what nobody can have is refused, and only to who asks for it', () => {
  const [two, third] = [intent(verify(443, 8443)), intent(verify(9443))];
  expect(certain(third, two).map(({ severity, value }) => [severity, value])).toEqual([['refuse', '3']]);
  expect(certain(intent(), two, third)).toEqual([]);
  expect(told(third, two)).toEqual([]);
});

test('the words: the count, the quota, whether AWS raises it, what to do', () => {
  const [problem] = told(intent({}, paths(120)));
  expect(problem === undefined ? '' : sentence(problem)).toBe(
    'spec.rules: "120": the Ingress has 120 rules, one for each path, and the quota "Rules per Application Load Balancer" is 100; AWS raises it on request (Service Quotas, L-7EED9B64), and otherwise refuses what is beyond: spread the hosts over several Ingresses or groups (group.name), or take several hosts together in one rule (a wildcard, or a conditions annotation).',
  );
  const lists = intent({ ...ports(80, 81), 'security-group-prefix-lists': say(['pl-82a045eb', 'pl-0a']) });
  expect(told(lists)[0]?.because).toContain(
    'at the least: AWS counts a prefix list as its maximum number of entries, and that of pl-0a is not known here',
  );
  const groups = intent({}, paths(101, '', 101));
  expect(told(groups)[1]?.because).toContain('AWS does not raise it');
});

test('every quota has its own name', () => {
  expect(new Set(QUOTAS.map(({ name }) => name)).size).toBe(QUOTAS.length);
});
