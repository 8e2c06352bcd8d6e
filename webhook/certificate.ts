// The certificate that is served, taken up again whenever its files change. They are read every few seconds instead of
// being watched: a mounted Secret changes by swapping a symlink two directories up, which file watches miss.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** How often the files are compared, in milliseconds. */
const EVERY_MS = 5_000;

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * Reads the pair and makes sure that it is one.
 * @throws Error when a file cannot be read, is no PEM, or the key belongs to another certificate.
 */
export async function readCertificate({ certFile, keyFile }: CertificateFiles): Promise<KeyAndCertificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/** When the certificate ends, in seconds since 1970. @throws Error when it is no PEM. */
export function expiryOf({ cert }: KeyAndCertificate): number {
  return new X509Certificate(cert).validToDate.getTime() / 1000;
}

/**
 * Calls `changed` with each new pair and `broken` once for each new fault, until the returned function is called. A pair
 * that is half written or broken is left alone: the old one is served until a good one is there.
 */
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
