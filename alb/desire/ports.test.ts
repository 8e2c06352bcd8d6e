// The certificates of a port, as states; asking for them tells nobody anything.
import { expect, test } from 'vitest';
import { factsOf, groupFrom, ingress, service } from '../laws/paper.ts';
import type { Facts, Looked } from './facts.ts';
import { certificatesOn, type DesiredPort, isSecured } from './ports.ts';

const { id, members, ...rest } = groupFrom(
  {
    ingresses: ['a', 'b'].map((name) => ingress({ ingress: name, said: { 'group.name': 'g' } })),
    services: [service()],
  },
  'g',
);
const [A, B] = [
  'arn:aws:acm:us-west-2:123456789012:certificate/a',
  'arn:aws:acm:us-west-2:123456789012:certificate/b',
];
const none: Looked<string[]> = {
  problem: { code: 'CertificateNotFound', severity: 'refuse', path: 'x', because: 'none is issued' },
};

test.each<[string, DesiredPort['protocol'], Record<string, Looked<string[]>>, object, boolean]>([
  ['plain HTTP', 'HTTP', {}, { kind: 'plain', all: [] }, false],
  [
    'everybody has one',
    'HTTPS',
    { a: { value: [A] }, b: { value: [B] } },
    { kind: 'complete', all: [A, B] },
    true,
  ],
  ['one has none', 'HTTPS', { a: none, b: { value: [B] } }, { kind: 'partial', all: [B] }, true],
  ['nobody has one', 'HTTPS', { a: none, b: none }, { kind: 'bare', all: [] }, false],
])('%s', (_, protocol, found, expected, secured) => {
  const group = { id, members, ...rest };
  const certificatesFor: Facts['certificatesFor'] = (member) => found[member.split('/')[1] ?? ''];
  const facts = Object.freeze({ ...factsOf(group, [service()]), certificatesFor });
  const port: DesiredPort = { port: 443, protocol, members };
  expect(certificatesOn({ facts }, port)).toMatchObject(expected);
  expect(isSecured({ facts }, port)).toBe(secured);
});

test('who has none is named with the reason', () => {
  const group = { id, members, ...rest };
  const facts = { ...factsOf(group, [service()]), certificatesFor: () => none };
  const [first] = members;
  expect(certificatesOn({ facts }, { port: 443, protocol: 'HTTPS', members })).toMatchObject({
    kind: 'bare',
    lacking: [{ member: { key: first?.key }, problem: { code: 'CertificateNotFound' } }, {}],
  });
});
