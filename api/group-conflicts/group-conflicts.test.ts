// Conflicts inside a group.
import { expect, test } from 'vitest';
import type { Intent, Settings } from '../generated/binding.ts';
import { sentence } from '../problems/problem.ts';
import type { GroupMember } from '../routing/routes.ts';
import { conflictProblems } from './group-conflicts.ts';

const say = <T>(value: T) => ({ value, from: 'Ingress' });
const member = (key: string, settings: Settings, more: Partial<Intent> = {}, group = 'g'): GroupMember => ({
  key,
  spec: { ingressRef: { name: key, hash: '' }, group, order: 0, intent: { settings, rules: [], ...more } },
});
const conflicts = (mine: Settings, theirs: Settings, both: Partial<Intent> = {}, group = 'g') =>
  conflictProblems(member('a/second', mine, both), [member('a/first', theirs, both, group)]).map((one) =>
    one.path.replace(/^.*\//, ''),
  );

const port80 = { 'listen-ports': say([{ HTTP: 80 }]) };
const port8080 = { 'listen-ports': say([{ HTTP: 8080 }]) };

const https443: Settings = { 'listen-ports': say([{ HTTPS: 443 }]) };
const capacity = (units: string): Settings => ({
  'minimum-load-balancer-capacity': say({ CapacityUnits: units }),
});
const rules = (on: boolean): Settings => ({ 'manage-backend-security-group-rules': say(on) });
const mutual = (mode: 'off' | 'passthrough' | 'verify', trustStore?: string): Settings => ({
  ...https443,
  'mutual-authentication': say([{ port: 443, mode, ...(trustStore === undefined ? {} : { trustStore }) }]),
});

test.each<[string, Settings, Settings, string[]]>([
  ['silent', {}, { scheme: say('internal') }, []],
  ['scheme', { scheme: say('internal') }, { scheme: say('internet-facing') }, ['scheme]']],
  ['subnets are a set', { subnets: say(['a', 'b']) }, { subnets: say(['b', 'a']) }, []],
  [
    'security groups are a list',
    { 'security-groups': say(['a', 'b']) },
    { 'security-groups': say(['b', 'a']) },
    ['security-groups]'],
  ],
  ['tags by key', { tags: say({ a: '1', b: '2' }) }, { tags: say({ b: '3', c: '4' }) }, ['tags].b']],
  ['protocol of a port', { 'listen-ports': say([{ HTTPS: 80 }]) }, port80, ['listen-ports]']],
  [
    'networks of a port',
    { ...port80, 'inbound-cidrs': say(['::/0']) },
    { 'inbound-cidrs': say(['0.0.0.0/0']) },
    ['inbound-cidrs]'],
  ],
  [
    'networks, one of them twice',
    { ...port80, 'inbound-cidrs': say(['10.0.0.0/8', '10.0.0.0/8']) },
    { 'inbound-cidrs': say(['10.0.0.0/8']) },
    [],
  ],
  ['an empty list', { ...port80, 'inbound-cidrs': say([]) }, { 'inbound-cidrs': say(['::/0']) }, []],
  [
    'no prefix list',
    { ...port80, 'security-group-prefix-lists': say([]) },
    { 'security-group-prefix-lists': say(['pl-0a']) },
    [],
  ],
  [
    'networks of other ports',
    { ...port8080, 'inbound-cidrs': say(['::/0']) },
    { 'inbound-cidrs': say(['0.0.0.0/0']) },
    [],
  ],
  [
    'IPAM pools',
    { 'ipam-ipv4-pool-id': say('ipam-pool-a') },
    { 'ipam-ipv4-pool-id': say('ipam-pool-b') },
    ['ipam-ipv4-pool-id]'],
  ],
  [
    'an empty pool says nothing',
    { 'ipam-ipv4-pool-id': say('') },
    { 'ipam-ipv4-pool-id': say('ipam-pool-b') },
    [],
  ],
  ['capacity is a number', capacity('0500'), capacity('500'), []],
  ['capacity', capacity('600'), capacity('500'), ['minimum-load-balancer-capacity]']],
  ['backend rules that nobody reads', rules(true), rules(false), []],
  [
    'backend rules',
    { ...rules(true), 'security-groups': say(['sg-a']) },
    rules(false),
    ['manage-backend-security-group-rules]'],
  ],
  ['web ACLs', { 'wafv2-acl-arn': say('none') }, { 'wafv2-acl-arn': say('arn') }, ['wafv2-acl-arn]']],
  [
    'a name takes the place of all ARNs',
    { 'wafv2-acl-arn': say('none'), 'wafv2-acl-name': say('shop') },
    { 'wafv2-acl-arn': say('arn') },
    [],
  ],
  ['names of web ACLs', { 'wafv2-acl-name': say('a') }, { 'wafv2-acl-name': say('b') }, ['wafv2-acl-name]']],
  [
    'a name beside what a class pins',
    { 'wafv2-acl-name': say('shop') },
    { 'wafv2-acl-arn': { value: 'none', from: 'IngressClassParams edge' } },
    ['wafv2-acl-name]'],
  ],
  [
    'a class that pins beside a name',
    { 'wafv2-acl-arn': { value: 'none', from: 'IngressClassParams edge' } },
    { 'wafv2-acl-name': say('shop') },
    [],
  ],
  ['the old name of an id', { 'web-acl-id': say('a') }, { 'waf-acl-id': say('b') }, ['web-acl-id]']],
  [
    'attributes of a listener by key',
    { 'listener-attributes': { 'HTTP-80': say({ a: '1', b: '2' }) } },
    { 'listener-attributes': { 'HTTP-80': say({ b: '3', c: '4' }) } },
    ['listener-attributes.HTTP-80].b'],
  ],
  [
    'attributes of a listener that only one has',
    { ...port8080, 'listener-attributes': { 'HTTP-80': say({ a: '1' }) } },
    { 'listener-attributes': { 'HTTP-80': say({ a: '2' }) } },
    [],
  ],
  ['client certificates', mutual('passthrough'), mutual('off'), ['mutual-authentication]']],
  ['a trust store by name and by ARN', mutual('verify', 'clients'), mutual('verify', 'arn:x'), []],
  ['trust stores', mutual('verify', 'clients'), mutual('verify', 'staff'), ['mutual-authentication]']],
  ['a redirect to a port that nobody has', { 'ssl-redirect': say(443) }, port8080, ['ssl-redirect]']],
  ['a redirect to the port of another', { 'ssl-redirect': say(443) }, https443, []],
  [
    'FIPS policies all or none',
    { ...https443, 'ssl-policy': say('ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04') },
    { 'listen-ports': say([{ HTTPS: 8443 }]), 'ssl-policy': say('ELBSecurityPolicy-2016-08') },
    ['ssl-policy]'],
  ],
])('%s', (_, mine, theirs, expected) => expect(conflicts(mine, theirs)).toEqual(expected));

test('whoever redirects first may be followed by who brings the listener', () => {
  const [problem] = conflictProblems(member('a/first', { 'ssl-redirect': say(443) }), []);
  expect(problem?.severity).toBe('warn');
});

test('at most two ports in mode verify, over all members', () => {
  const both: Settings = {
    'listen-ports': say([{ HTTPS: 8443 }, { HTTPS: 9443 }]),
    'mutual-authentication': say([
      { port: 8443, mode: 'verify', trustStore: 'clients' },
      { port: 9443, mode: 'verify', trustStore: 'clients' },
    ]),
  };
  expect(conflicts(mutual('verify', 'clients'), both)).toEqual(['mutual-authentication]']);
});

test('default backends of one port', () => {
  const both = { defaultBackend: { service: { name: 'web', port: 80 } } };
  expect(conflicts(port80, port80, both)).toEqual(['spec.defaultBackend']);
  expect(conflicts(port80, port8080, both)).toEqual([]);
});

test('other groups, and the member itself, do not count', () => {
  const [mine, theirs] = [{ scheme: say('internal' as const) }, { scheme: say('internet-facing' as const) }];
  expect(conflicts(mine, theirs, {}, 'other')).toEqual([]);
  expect(conflictProblems(member('a/x', mine), [member('a/x', theirs)])).toEqual([]);
});

test('both sides are named', () => {
  const [problem] = conflictProblems(member('a/second', { scheme: say('internal') }), [
    member('a/first', { scheme: say('internet-facing') }),
  ]);
  expect(problem === undefined ? '' : sentence(problem)).toBe(
    'metadata.annotations[alb.ingress.kubernetes.io/scheme]: "internal": Ingress a/first of the same group says internet-facing.',
  );
});
