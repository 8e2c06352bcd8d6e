// Listeners: ports, protocols, default actions, redirects, certificates (spec annotations 6, 15.9; aws-model 13.9).
import { describe, expect, test } from 'vitest';
import type { ListenerSpec } from '../../api/aws.ts';
import { certified } from '../amendments/missing-certificate.ts';
import { schemas } from '../kinds/kinds.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import type { Facts } from './facts.ts';

const DAY = (day: number): string => `2026-01-0${day}T00:00:00Z`;
const ID = (letter: string): string => `${letter.repeat(8)}-1111-1111-1111-111111111111`;
const C = (letter: string): string => CERTIFICATE(ID(letter));
const fallback = { defaultBackend: { service: { name: 'web', port: { number: 80 } } } };

const redirectTo = (port: string) => ({ type: 'redirect', statusCode: 'HTTP_301', protocol: 'HTTPS', port });
const NO_CERTIFICATE = {
  code: 'CertificateNotFound',
  severity: 'refuse',
  path: 'metadata.annotations[alb.ingress.kubernetes.io/certificate-arn]',
} as const;

interface Sheet {
  readonly said?: Record<string, string>;
  readonly fallback?: boolean;
  readonly hosts?: readonly string[];
}

/** Members a, b, …, each created a day after the one before. */
function wanted(sheets: readonly Sheet[], more: Partial<Facts> = {}) {
  const ingresses = sheets.map(({ said = {}, fallback: has, hosts = ['a.example.com'] }, index) =>
    ingress({
      ingress: 'abcd'[index] ?? '',
      created: DAY(index + 1),
      said: { 'group.name': 'g', ...said },
      rules: hosts.map((host) => rule(host, path('/', 'web'))),
      ...(has === true ? { spec: fallback } : {}),
    }),
  );
  const { resources: all, problems, uncertified } = wantedBy({ ingresses, services: [service()] }, 'g', more);
  const resources = certified(all, uncertified, match(schemas, all, []));
  const listeners = resources.flatMap((one) => (one.kind === 'listener' ? [one.spec] : []));
  const told = problems.map(({ member, problem }) => `${member} ${problem.severity} ${problem.code}`);
  const words = problems.map(({ member, problem }) => `${member} ${problem.because}`);
  const made = resources.flatMap((one) => (one.kind === 'rule' ? [one] : []));
  const actions = Object.fromEntries(made.map(({ id, spec }) => [id, spec.actions.at(-1)?.type]));
  return { listeners, told, words, actions, rules: made.map(({ id }) => id) };
}

const ports = (listeners: readonly ListenerSpec[]): string[] =>
  listeners.map(({ protocol, port }) => `${protocol}:${port}`);
const both = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };

describe('ports (spec annotations 6.1)', () => {
  test.each([
    ['80 when nothing is said', [{}], ['HTTP:80']],
    ['443 with a certificate', [{ said: { 'certificate-arn': C('a') } }], ['HTTPS:443']],
    ['as said', [{ said: { 'listen-ports': '[{"HTTP":8080}]', 'certificate-arn': C('a') } }], ['HTTP:8080']],
    ['those of all members', [{}, { said: { 'listen-ports': '[{"HTTP":8080}]' } }], ['HTTP:80', 'HTTP:8080']],
  ])('%s', (_, sheets, expected) => {
    expect(ports(wanted(sheets).listeners)).toEqual(expected);
  });

  test('a port with both protocols is the earlier member’s, and the later one is not served there', () => {
    const late = { 'listen-ports': '[{"HTTPS":80}]', 'certificate-arn': C('a'), 'group.order': '-1' };
    const { listeners, told, rules } = wanted([{}, { said: late, hosts: ['late.example.com'] }]);
    expect([ports(listeners), rules]).toEqual([['HTTP:80'], ['rule/80:1']]);
    expect(told).toEqual(
      ['g/b refuse GroupConflict', 'g/a warn GroupConflict'].map((text) => text.replace('g/', 'shop/')),
    );
  });
});

describe('default action (spec annotations 15.9)', () => {
  const action = (sheets: readonly Sheet[]) =>
    wanted(sheets).listeners.map(({ defaultActions }) => defaultActions[0]?.type);
  test.each([
    ['404 without a default backend', [{}], ['fixed-response']],
    ['the default backend', [{}, { fallback: true }], ['forward']],
    [
      'only on ports where its member listens',
      [{}, { fallback: true, said: { 'listen-ports': '[{"HTTP":8080}]' } }],
      ['fixed-response', 'forward'],
    ],
    [
      'a redirect to HTTPS comes first',
      [{ fallback: true, said: { ...both, 'certificate-arn': C('a'), 'ssl-redirect': '443' } }],
      ['redirect', 'forward'],
    ],
  ])('%s', (_, sheets, expected) => {
    expect(action(sheets)).toEqual(expected);
  });

  test('of two default backends the earlier one holds', () => {
    const { told, listeners } = wanted([
      { fallback: true },
      { fallback: true, said: { 'group.order': '-1' } },
    ]);
    expect(told).toEqual(['shop/b refuse GroupConflict', 'shop/a warn GroupConflict']);
    expect(listeners[0]?.defaultActions).toEqual([
      { type: 'forward', targets: [{ targetGroup: { ref: 'targetGroup/shop/a/web:80' } }] },
    ]);
  });
});

describe('redirect to HTTPS (spec annotations 6.2)', () => {
  const said = { ...both, 'certificate-arn': C('a'), 'ssl-redirect': '443' };
  test('HTTP listeners have no rules', () => {
    const { listeners, rules } = wanted([{ said }]);
    expect(listeners[0]?.defaultActions).toEqual([
      { type: 'redirect', statusCode: 'HTTP_301', protocol: 'HTTPS', port: '443' },
    ]);
    expect(rules).toEqual(['rule/443:1']);
  });
  describe('with a member that neither asks for it nor listens there', () => {
    const redirect = redirectTo('443');
    const secure = { said, hosts: ['tls.example.com'] };
    const plain = { said: { 'group.order': '1' }, hosts: ['plain.example.com'] };
    const onPlain = (sheets: readonly Sheet[]) => {
      const ingresses = sheets.map(({ said: own = {}, hosts = [] }, index) =>
        ingress({
          ingress: 'ab'[index] ?? '',
          created: DAY(index + 1),
          said: { 'group.name': 'g', ...own },
          rules: hosts.map((host) => rule(host, path('/', 'web'))),
        }),
      );
      const { resources } = wantedBy({ ingresses, services: [service()] }, 'g');
      return resources.flatMap((one) =>
        one.kind === 'rule' && one.id.startsWith('rule/80:')
          ? [[one.spec.conditions[0]?.values[0], one.spec.actions[0]?.type]]
          : [],
      );
    };

    test('it is served on HTTP, the others are redirected in their places', () => {
      expect(onPlain([secure, plain])).toEqual([
        ['tls.example.com', 'redirect'],
        ['plain.example.com', 'forward'],
      ]);
      expect(wanted([secure, plain]).listeners[0]?.defaultActions).toEqual([redirect]);
    });

    test.each([
      ['asks for it too', { ...plain, said: { 'ssl-redirect': '443' } }],
      ['listens there', { ...plain, said: { ...both, 'certificate-arn': C('b') } }],
    ])('not when it %s', (_, other) => {
      expect(onPlain([secure, other])).toEqual([]);
    });

    test('its default backend is not reached, and it is told', () => {
      expect(wanted([secure, { ...plain, fallback: true }]).told).toEqual(['shop/b warn GroupConflict']);
    });
  });

  test('to a port that the group does not have: redirected all the same, and said', () => {
    const { told, rules, listeners } = wanted([{ said: { 'ssl-redirect': '443' }, fallback: true }]);
    expect([told, rules]).toEqual([['shop/a refuse Contradiction'], []]);
    expect(listeners[0]?.defaultActions).toEqual([redirectTo('443')]);
  });

  test('to a port that an elder member has with HTTP: redirected all the same', () => {
    const elder = { said: { 'listen-ports': '[{"HTTP":443}]' } };
    const { told, rules } = wanted([elder, { said, hosts: ['b.example.com'] }]);
    expect(told).toContain('shop/b refuse Contradiction');
    expect(rules).toEqual(['rule/443:1']);
  });

  test('beside members who do not ask for it, a port that is not open concerns nobody but who names it', () => {
    const secure = { said: { ...both, 'ssl-redirect': '443' }, hosts: ['tls.example.net'], fallback: true };
    const elder = { said: both, fallback: true };
    const { listeners, actions } = wanted([elder, secure]);
    expect(actions).toEqual({ 'rule/80:1': 'forward', 'rule/80:2': 'redirect' });
    expect(listeners[0]?.defaultActions[0]?.type).toBe('forward');
  });

  test('each to the port it names, where the elder one names a port that is none', () => {
    const elder = { said: { 'listen-ports': '[{"HTTP":80}]', 'ssl-redirect': '9443' } };
    const younger = { said: { ...both, 'ssl-redirect': '443' }, hosts: ['b.example.com'] };
    const { actions } = wanted([elder, younger]);
    expect(actions).toEqual({ 'rule/80:1': 'redirect', 'rule/80:2': 'redirect' });
  });
});

describe('certificates', () => {
  test('aws-model 13.9: named ones in member order, the first is the default', () => {
    const { listeners } = wanted([
      { said: { 'certificate-arn': `${C('2')},${C('1')}` } },
      { said: { 'certificate-arn': `${C('3')},${C('1')}`, 'group.order': '1' } },
    ]);
    expect(listeners[0]?.certificates).toEqual([C('2'), C('1'), C('3')]);
  });

  test('found ones where none is named', () => {
    const found = { certificatesFor: (key: string) => (key === 'shop/a' ? { value: [C('9')] } : undefined) };
    expect(
      wanted([{ said: { 'listen-ports': '[{"HTTPS":443}]' } }], found).listeners[0]?.certificates,
    ).toEqual([C('9')]);
  });

  test('without any, the port is not opened, the others are', () => {
    const { listeners, told } = wanted([{ said: both }]);
    expect([ports(listeners), told]).toEqual([['HTTP:80'], ['shop/a refuse CertificateNotFound']]);
  });

  test('who asks for a redirect to a port that cannot be opened is redirected, and told why it is not', () => {
    const none = {
      problem: { ...NO_CERTIFICATE, because: 'no issued certificate in ACM is for a.example.com' },
    };
    const { listeners, actions, words } = wanted(
      [{ said: { ...both, 'ssl-redirect': '443' } }, { hosts: ['b.example.com'] }],
      { certificatesFor: () => none },
    );
    expect([ports(listeners), actions]).toEqual([
      ['HTTP:80'],
      { 'rule/80:1': 'redirect', 'rule/80:2': 'forward' },
    ]);
    expect(words).toEqual([
      'shop/a HTTPS port 443 has no certificate: no issued certificate in ACM is for a.example.com; port 80 redirects there, and nothing is served until there is one; let ACM issue one for the hosts, or name one with certificate-arn',
    ]);
  });
});

test('policy and tags are those of the members on the port', () => {
  const policy = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06';
  const { listeners } = wanted([
    { said: { 'certificate-arn': C('a'), 'ssl-policy': policy, tags: 'team=a' } },
    { said: { tags: 'plain=b' } },
  ]);
  expect(
    listeners.map(({ sslPolicy, tags }) => [
      sslPolicy,
      tags.team,
      tags.plain,
      tags['ingress.k8s.aws/resource'],
    ]),
  ).toEqual([
    [undefined, undefined, 'b', '80'],
    [policy, 'a', undefined, '443'],
  ]);
});
