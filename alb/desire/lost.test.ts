// Members who lose a conflict about protection: closed where what holds protects less, served where it protects as much.
import { describe, expect, test } from 'vitest';
import { CERTIFICATE, ingress, path, rule, STORE, service, wantedBy } from '../laws/paper.ts';

type Said = Readonly<Record<string, string>>;
const HTTPS = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };
const mutual = (entry: object): Said => ({
  ...HTTPS,
  'mutual-authentication': JSON.stringify([{ port: 443, ...entry }]),
});
const verify = { mode: 'verify', trustStore: STORE };

/** What is done with requests for the younger of two members, and whether the elder's are served. */
function younger(elder: Said, said: Said): string {
  const of = (name: string, day: number, own: Said) =>
    ingress({
      ...{ ingress: name, created: `2026-01-0${day}T00:00:00Z`, said: { 'group.name': 'g', ...own } },
      rules: [rule(`${name}.example.com`, path('/', 'web'))],
    });
  const ingresses = [of('elder', 1, elder), of('mine', 2, said)];
  const { resources, origins } = wantedBy({ ingresses, services: [service()] }, 'g');
  const does = (member: string): string[] =>
    resources.flatMap((one) => {
      const mine = origins.some(({ id, member: key }) => id === one.id && key === `shop/${member}`);
      return one.kind === 'rule' && mine ? (one.spec.actions.at(-1)?.type ?? []) : [];
    });
  expect(does('elder')).toEqual(['forward']);
  return does('mine').join();
}

describe('closed, since what holds protects less', () => {
  test.each<[string, Said, Said]>([
    ['scheme', { scheme: 'internet-facing' }, { scheme: 'internal' }],
    ['networks', { 'inbound-cidrs': '0.0.0.0/0' }, { 'inbound-cidrs': '10.0.0.0/8' }],
    [
      'prefix lists',
      { 'security-group-prefix-lists': 'pl-1,pl-2' },
      { 'security-group-prefix-lists': 'pl-1' },
    ],
    ['security groups', { 'security-groups': 'sg-2' }, { 'security-groups': 'sg-1' }],
    ['Shield', { 'shield-advanced-protection': 'false' }, { 'shield-advanced-protection': 'true' }],
    ['the web ACL', { 'wafv2-acl-name': 'none' }, { 'wafv2-acl-name': 'one' }],
    [
      'TLS',
      { ...HTTPS, 'ssl-policy': 'ELBSecurityPolicy-TLS13-1-0-2021-06' },
      { ...HTTPS, 'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06' },
    ],
    ['clients', mutual({ mode: 'passthrough' }), mutual(verify)],
    ['their expiry', mutual({ ...verify, ignoreClientCertificateExpiry: true }), mutual(verify)],
  ])('%s', (_, elder, said) => expect(younger(elder, said)).toBe('fixed-response'));
});

describe('served, since what holds protects as much', () => {
  test.each<[string, Said, Said]>([
    ['scheme', { scheme: 'internal' }, { scheme: 'internet-facing' }],
    ['networks', { 'inbound-cidrs': '10.1.0.0/16' }, { 'inbound-cidrs': '10.0.0.0/8,192.0.2.0/24' }],
    ['security groups', { 'security-groups': 'sg-1' }, { 'security-groups': 'sg-1,sg-2' }],
    ['Shield', { 'shield-advanced-protection': 'true' }, { 'shield-advanced-protection': 'false' }],
    ['the web ACL', { 'wafv2-acl-name': 'one' }, { 'wafv2-acl-name': 'none' }],
    [
      'TLS',
      { ...HTTPS, 'ssl-policy': 'ELBSecurityPolicy-TLS13-1-3-2021-06' },
      { ...HTTPS, 'ssl-policy': 'ELBSecurityPolicy-2016-08' },
    ],
    ['clients', mutual(verify), mutual({ mode: 'passthrough' })],
    ['nothing said', {}, { 'inbound-cidrs': '10.0.0.0/8' }],
  ])('%s', (_, elder, said) => expect(younger(elder, said)).toBe('forward'));
});

test('sources beside security groups of another member are told as unread', () => {
  const of = (name: string, said: Said) => ingress({ ingress: name, said: { 'group.name': 'g', ...said } });
  const ingresses = [of('a', { 'security-groups': 'sg-1' }), of('b', { 'inbound-cidrs': '10.0.0.0/8' })];
  const { problems } = wantedBy({ ingresses, services: [service()] }, 'g');
  expect(problems.map(({ member, problem }) => [member, problem.code])).toEqual([['shop/b', 'Unused']]);
});
