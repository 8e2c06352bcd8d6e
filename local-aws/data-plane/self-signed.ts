// A self-signed server certificate, so that a client may trust exactly it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** RSA, because ACM lists no other keys unless asked. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;
const DAY_MS = 24 * 60 * 60 * 1000;

const makeKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/** Those of all certificates of a process: an RSA key takes a tenth of a second to make, and these protect nobody. */
let made: ReturnType<typeof makeKeys> | undefined;

/** Certificate and PKCS #8 key as PEM, good for a year. The domain, and those it covers as well, may be wildcards. */
export async function selfSignedCertificate(
  domain: string,
  ...more: readonly string[]
): Promise<{ certPem: string; keyPem: string }> {
  made ??= makeKeys();
  const keys = await made;
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [domain] }],
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 365 * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([domain, ...more].map((value) => ({ type: 'dns', value }))),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certPem: certificate.toString('pem'), keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}
