// PEM files of a trust store: CA certificate bundles and revocation lists, checked and counted.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { X509Crl } from '@peculiar/x509';
import { refuse } from './refusal.ts';
import type { Limits } from './state.ts';

/** aws-limits 7: one CA certificate and one revocation file, in bytes. */
const CERTIFICATE_BYTES_MAX = 16 * 1024;
const REVOCATIONS_BYTES_MAX = 50 * 1024 * 1024;

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/**
 * The number of certificates in a bundle. aws-limits 7 sets how many, how big each and how long their subjects together.
 * @throws AwsRefusal InvalidCaCertificatesBundle, the only error that the API has for a bundle it does not take.
 */
export function countCaCertificates(pem: string, limits: Limits): number {
  const wrong = (why: string) => refuse('InvalidCaCertificatesBundle', `The CA certificate bundle ${why}`);
  const blocks = [...pem.matchAll(BLOCK)];
  if (blocks.length === 0) wrong('contains no PEM certificate');
  let subjects = 0;
  for (const [text, label = ''] of blocks) {
    if (label !== 'CERTIFICATE') wrong(`contains a ${label}`);
    const certificate = parsed(text, (block) => new X509Certificate(block));
    if (certificate === undefined) return wrong('contains a certificate that cannot be read');
    if (certificate.raw.length > CERTIFICATE_BYTES_MAX)
      wrong(`contains a certificate of more than ${CERTIFICATE_BYTES_MAX} bytes`);
    subjects += Buffer.byteLength(certificate.subject);
  }
  const most = limits['ca-certificates-per-trust-store'];
  if (blocks.length > most) wrong(`contains more than ${most} certificates`);
  const longest = limits['ca-certificates-subject-size-per-trust-store'];
  if (subjects > longest) wrong(`has subjects of more than ${longest} bytes in total`);
  return blocks.length;
}

/**
 * The number of revoked certificates in a file of one or more revocation lists.
 * @throws AwsRefusal InvalidRevocationContent for another format, or a signature with SHA-1 (API reference:
 * AddTrustStoreRevocations, "incorrect algorithm"; ALB User Guide: Mutual authentication, SHA-256 to SHA-512).
 */
export function countRevoked(pem: string): number {
  const wrong = (why: string) => refuse('InvalidRevocationContent', `The revocation file ${why}`);
  if (Buffer.byteLength(pem) > REVOCATIONS_BYTES_MAX) wrong(`is larger than ${REVOCATIONS_BYTES_MAX} bytes`);
  const blocks = [...pem.matchAll(BLOCK)];
  if (blocks.length === 0) wrong('contains no PEM revocation list');
  let revoked = 0;
  for (const [text, label = ''] of blocks) {
    if (label !== 'X509 CRL' && label !== 'CRL') wrong(`contains a ${label}`);
    const crl = parsed(text, (block) => new X509Crl(block));
    if (crl === undefined) return wrong('contains a list that cannot be read');
    if (JSON.stringify(crl.signatureAlgorithm).includes('"SHA-1"')) wrong('is signed with SHA-1');
    revoked += crl.entries.length;
  }
  return revoked;
}

/** What a parser makes of a text; undefined when it cannot read it, whatever words it has for that. */
function parsed<T>(text: string, parse: (text: string) => T): T | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
