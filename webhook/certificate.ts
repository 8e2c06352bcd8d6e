// The certificate that is served, taken up again whenever its files change. They are read every few seconds instead of
// being watched: a mounted Secret changes by swapping a symlink two directories up, which file watches miss.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { meet, unmet, unreadable } from '../api/problems/unmet-need.ts';

/** How often the files are compared, in milliseconds. */
const EVERY_MS = 5_000;

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Where the served pair comes from. */
export interface CertificateSource {
  /**
   * Calls `changed` with each new pair and `broken` once for each new fault, until the returned function is called. A pair that is
   * half written or broken is left alone: the old one is served until a good one is there.
   */
  follow(changed: (pair: KeyAndCertificate) => void, broken: (error: Error) => void): () => void;
  /** What must be there before the API server should ask, in words; empty when all is. */
  missing(): readonly string[];
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const CERT_REMEDY = 'name a PEM file with the certificate of the webhook';
const KEY_REMEDY = 'name the PEM file with the private key of that certificate';

/**
 * Reads the pair and makes sure that it is one.
 * @throws Unmet when a file cannot be read, is no PEM, or the key belongs to another certificate.
 */
export async function readCertificate({ certFile, keyFile }: CertificateFiles): Promise<KeyAndCertificate> {
  const [certFlag, keyFlag] = [`--tls-cert-file ${certFile}`, `--tls-private-key-file ${keyFile}`];
  const read = (file: string, flag: string, remedy: string): Promise<string> =>
    readFile(file, 'utf8').catch((thrown: unknown) => {
      throw unreadable(flag, remedy, thrown);
    });
  const [cert, key] = await meet([read(certFile, certFlag, CERT_REMEDY), read(keyFile, keyFlag, KEY_REMEDY)]);
  const certificate = parsed(() => new X509Certificate(cert), certFlag, 'certificate', CERT_REMEDY);
  const secret = parsed(() => createPrivateKey(key), keyFlag, 'private key', KEY_REMEDY);
  if (!certificate.checkPrivateKey(secret))
    throw unmet(keyFlag, `the key does not belong to the certificate in ${certFile}`, KEY_REMEDY);
  parsed(() => createSecureContext({ cert, key }), certFlag, 'certificate that TLS can serve', CERT_REMEDY);
  return { cert, key };
}

/** The parser's own words are OpenSSL's, which say nothing to people; they are in the cause. */
function parsed<T>(parse: () => T, flag: string, what: string, remedy: string): T {
  try {
    return parse();
  } catch (thrown) {
    throw unmet(flag, `there is no ${what} in it (PEM)`, remedy, thrown);
  }
}

/** When the certificate ends, in seconds since 1970. @throws Error when it is no PEM. */
export function expiryOf({ cert }: KeyAndCertificate): number {
  return new X509Certificate(cert).validToDate.getTime() / 1000;
}

/** The pair in files, of which `first` was read. */
export const fromFiles = (files: CertificateFiles, first: KeyAndCertificate): CertificateSource => ({
  follow: (changed, broken) => followCertificate(files, first, changed, broken),
  missing: () => [],
});

/** As `CertificateSource.follow` says. */
export function followCertificate(
  files: CertificateFiles,
  first: KeyAndCertificate,
  changed: (pair: KeyAndCertificate) => void,
  broken: (error: Error) => void,
  everyMs = EVERY_MS,
): () => void {
  let served = first;
  let lastFault = '';
  const look = async () => {
    try {
      const pair = await readCertificate(files);
      lastFault = '';
      if (pair.cert === served.cert && pair.key === served.key) return;
      changed(pair);
      served = pair;
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      if (fault.message !== lastFault) broken(fault);
      lastFault = fault.message;
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
