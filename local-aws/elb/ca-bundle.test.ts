// PEM files of trust stores: what is read, and the sizes of aws-limits 7.
import { describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '../data-plane/self-signed.ts';
import { countCaCertificates, countRevoked } from './ca-bundle.ts';
import { codeOf } from './in-memory.ts';
import { DEFAULT_LIMITS } from './state.ts';
import { CA_PEM, revocationList } from './trust-store-fixture.ts';

const times = (count: number) => Array.from({ length: count }, () => CA_PEM).join('\n');

describe('a bundle', () => {
  test.each<[string, string, number]>([
    ['one', CA_PEM, 1],
    ['with comments', `# first\n${CA_PEM}\n# second\n${CA_PEM}\n`, 2],
    ['25', times(25), 25],
  ])('of %s is counted', (_row, pem, count) => {
    expect(countCaCertificates(pem, DEFAULT_LIMITS)).toBe(count);
  });

  test.each<[string, string]>([
    ['of nothing', ''],
    ['of text', 'hello'],
    ['with a torn certificate', CA_PEM.replace(/\n.{20}/, '\nAAAA')],
    ['with a private key', `${CA_PEM}\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----`],
    ['of 26', times(26)],
  ])('%s is refused', (_row, pem) => {
    expect(codeOf(() => countCaCertificates(pem, DEFAULT_LIMITS))).toBe('InvalidCaCertificatesBundle');
  });

  test('with a certificate over 16 KB is refused', async () => {
    const names = Array.from({ length: 700 }, (_, n) => `host-${n}.long-enough.example.com`);
    const { certPem } = await selfSignedCertificate('ca.example.com', ...names);
    expect(codeOf(() => countCaCertificates(certPem, DEFAULT_LIMITS))).toBe('InvalidCaCertificatesBundle');
  });

  test('with longer subjects than the quota is refused', () => {
    const limits = { ...DEFAULT_LIMITS, 'ca-certificates-subject-size-per-trust-store': 20 };
    expect(countCaCertificates(CA_PEM, limits)).toBe(1);
    expect(codeOf(() => countCaCertificates(times(2), limits))).toBe('InvalidCaCertificatesBundle');
  });
});

test('revocation lists are counted, several of one file together', async () => {
  const [two, none] = [await revocationList(2), await revocationList(0)];
  expect(countRevoked(`${two}\n${none}\n${two.replaceAll(' CRL', ' X509 CRL')}`)).toBe(4);
  expect(codeOf(() => countRevoked(two.replace(/\n.{20}/, '\nAAAA')))).toBe('InvalidRevocationContent');
});
