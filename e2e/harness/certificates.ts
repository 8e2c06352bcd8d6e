// Throw-away certificates: one authority, and what it signs for servers and clients. EC P-256 throughout.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60 * 1000;

/** A certificate and its private key (PKCS #8), both PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface Authority extends KeyAndCertificate {
  /** A certificate for a TLS server that answers to these DNS names (with wildcards) and IP addresses. */
  readonly server: (names: readonly string[]) => Promise<KeyAndCertificate>;
  /** A certificate that names a Kubernetes user (common name) and its groups (organizations). */
  readonly client: (user: string, groups?: readonly string[]) => Promise<KeyAndCertificate>;
}

/** Makes a certificate authority that nobody knows and that is good for thirty days, as is all it signs. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await generateKeys();
  const subject = new x509.Name([{ CN: [name] }]).toString();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const sign = async (
    subject: x509.JsonName,
    purpose: string,
    extensions: x509.Extension[],
  ): Promise<KeyAndCertificate> => {
    const own = await generateKeys();
    const signed = await x509.X509CertificateGenerator.create({
      subject,
      issuer: certificate.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([purpose]),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ...extensions,
      ],
    });
    return { key: await privateKeyPem(own), cert: signed.toString('pem') };
  };
  return {
    key: await privateKeyPem(keys),
    cert: certificate.toString('pem'),
    server: (names) =>
      sign([{ CN: [names[0] ?? name] }], x509.ExtendedKeyUsage.serverAuth, [
        new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
      ]),
    client: (user, groups = []) =>
      sign(
        [...groups.map((group) => ({ O: [group] })), { CN: [user] }],
        x509.ExtendedKeyUsage.clientAuth,
        [],
      ),
  };
}

/** A key pair without a certificate, both PEM: what signs and checks ServiceAccount tokens. */
export async function createKeyPair(): Promise<{ privateKey: string; publicKey: string }> {
  const keys = await generateKeys();
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
  return { privateKey: await privateKeyPem(keys), publicKey: x509.PemConverter.encode(spki, 'PUBLIC KEY') };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY), notAfter: new Date(now + 30 * DAY) };
}

function alternativeName(name: string): x509.JsonGeneralName {
  return /^[0-9.]+$|:/.test(name) ? { type: 'ip', value: name } : { type: 'dns', value: name };
}
