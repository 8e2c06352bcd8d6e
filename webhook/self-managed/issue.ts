// X.509: makes an authority, and what it signs for the webhook. EC P-256 throughout, as config/certmanager asks for.
import { createPrivateKey, type webcrypto } from 'node:crypto';
import type { KeyAndCertificate } from '../certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long each is good for, and how long before its end it is made anew, in milliseconds (as in config/certmanager). */
export const AUTHORITY = { goodMs: 3650 * DAY_MS, renewMs: 365 * DAY_MS } as const;
export const SERVING = { goodMs: 90 * DAY_MS, renewMs: 30 * DAY_MS } as const;

/** So much before its making a certificate begins to be good: the clock of an API server may be behind ours. */
export const BACKDATED_MS = DAY_MS;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Loaded when something is issued, which is once in months. */
async function library() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const validity = (now: number, goodMs: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(now - BACKDATED_MS),
  notAfter: new Date(now + goodMs),
});

/** An authority that signs for servers. `now`: milliseconds since 1970. */
export async function issueAuthority(now: number): Promise<KeyAndCertificate> {
  const x509 = await library();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // The time tells an authority from the one before it.
    name: [{ CN: [`albatross-webhook-authority ${new Date(now).toISOString()}`] }],
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(now, AUTHORITY.goodMs),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

/** A certificate for a TLS server with these DNS names and IP addresses, of which there is at least one. */
export async function issueServing(
  authority: KeyAndCertificate,
  names: readonly string[],
  now: number,
): Promise<KeyAndCertificate> {
  const x509 = await library();
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.cert);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: ['albatross-webhook'] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    ...validity(now, SERVING.goodMs),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value })),
      ),
    ],
  });
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

/** An IP address, unlike any DNS name, is digits and dots, or has a colon. */
export const isAddress = (name: string): boolean => /^[0-9.]+$|:/.test(name);

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const { PemConverter } = await library();
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
