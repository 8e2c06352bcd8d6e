// What the Secret holds: read with care, for anybody may have written it. Pure.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Secret } from '../../api/kube.ts';
import { wordsOf } from '../../api/problems/unmet-need.ts';
import type { KeyAndCertificate } from '../certificate.ts';
import { BACKDATED_MS, isAddress } from './issue.ts';

/** Keys of the Secret; the last three are those of cert-manager's and of every kubernetes.io/tls. */
const KEYS = { authorityKey: 'ca.key', authorities: 'ca.crt', cert: 'tls.crt', key: 'tls.key' } as const;

/** Everything that the Secret is to hold. */
export interface Material {
  /** PEM, of those whose signature is trusted; the one that signs is the first. */
  readonly authorities: readonly string[];
  /** PEM. */
  readonly authorityKey: string;
  readonly pair: KeyAndCertificate;
}

/** What is usable of a Secret. */
export interface StoredMaterial {
  /** PEM, of those that are good now. */
  readonly authorities: readonly string[];
  /** The authority of which there is the key. */
  readonly signing?: KeyAndCertificate;
  /** What may be served: signed by one of the authorities, good now, for all names. */
  readonly pair?: KeyAndCertificate;
  /** Why there is no signing authority or no pair, in words. */
  readonly faults: readonly string[];
}

/** The certificates of a PEM text, one PEM each; what is no certificate is left out. */
export const certificatesIn = (pem: string): string[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap((block) => {
    const certificate = attempt(() => new X509Certificate(block));
    return certificate instanceof X509Certificate ? [certificate.toString().trim()] : [];
  });

/** When it was issued by our own reckoning, in milliseconds since 1970. */
export const issuedAt = (pem: string): number =>
  new X509Certificate(pem).validFromDate.getTime() + BACKDATED_MS;

/** How long it is still good, in milliseconds; negative when it no longer is. */
export const remaining = (pem: string, now: number): number =>
  new X509Certificate(pem).validToDate.getTime() - now;

const isGood = (pem: string, now: number): boolean => {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return validFromDate.getTime() <= now && now < validToDate.getTime();
};

/** Those of the certificates that are authorities and good now. */
export const goodAuthorities = (pems: readonly string[], now: number): string[] =>
  pems.filter((pem) => new X509Certificate(pem).ca && isGood(pem, now));

/** The authority among these that signed a certificate. */
export const issuerOf = ({ cert }: KeyAndCertificate, authorities: readonly string[]): string | undefined => {
  const certificate = new X509Certificate(cert);
  return authorities.find((pem) => {
    const authority = new X509Certificate(pem);
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  });
};

/** Whether a certificate may be served now under all these names. */
export const serves = ({ cert }: KeyAndCertificate, names: readonly string[], now: number): boolean =>
  isGood(cert, now) && names.every((name) => isFor(new X509Certificate(cert), name));

const isFor = (certificate: X509Certificate, name: string): boolean =>
  (isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

/** Reads what a Secret holds. `now`: milliseconds since 1970. */
export function readMaterial(data: Secret['data'], names: readonly string[], now: number): StoredMaterial {
  const text = (key: string) => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');
  const authorities = goodAuthorities(certificatesIn(text(KEYS.authorities)), now);
  const signing = signingOf(authorities, text(KEYS.authorityKey));
  const pair = pairOf({ cert: text(KEYS.cert), key: text(KEYS.key) }, authorities, names, now);
  const faults = [signing, pair].filter((one) => typeof one === 'string');
  return {
    authorities,
    ...(typeof signing === 'string' ? {} : { signing }),
    ...(typeof pair === 'string' ? {} : { pair }),
    faults,
  };
}

/** The authority with its key, or why there is none. */
function signingOf(authorities: readonly string[], pem: string): KeyAndCertificate | string {
  const key = attempt(() => createPrivateKey(pem));
  if (typeof key === 'string') return `${KEYS.authorityKey} holds no private key (PEM)`;
  const cert = authorities.find((one) => new X509Certificate(one).checkPrivateKey(key as KeyObject));
  if (cert !== undefined) return { cert, key: pem };
  return `${KEYS.authorities} holds no authority that is good now and whose key is ${KEYS.authorityKey}`;
}

/** The pair, or why it cannot be served. */
function pairOf(
  pair: KeyAndCertificate,
  authorities: readonly string[],
  names: readonly string[],
  now: number,
): KeyAndCertificate | string {
  const certificate = attempt(() => new X509Certificate(pair.cert));
  if (typeof certificate === 'string') return `${KEYS.cert} holds no certificate (PEM)`;
  const key = attempt(() => createPrivateKey(pair.key));
  if (typeof key === 'string') return `${KEYS.key} holds no private key (PEM)`;
  if (!certificate.checkPrivateKey(key)) return `${KEYS.key} is not the key of ${KEYS.cert}`;
  if (!isGood(pair.cert, now))
    return `${KEYS.cert} is good from ${certificate.validFrom} to ${certificate.validTo}`;
  const other = names.find((name) => !isFor(certificate, name));
  if (other !== undefined) return `${KEYS.cert} is not for ${other}`;
  if (issuerOf(pair, authorities) === undefined)
    return `no authority in ${KEYS.authorities} signed ${KEYS.cert}`;
  const context = attempt(() => createSecureContext({ ...pair }));
  return typeof context === 'string' ? `${KEYS.cert} cannot be served: ${context}` : pair;
}

/** What it gives, or the words of what it throws. */
function attempt<T extends object>(make: () => T): T | string {
  try {
    return make();
  } catch (thrown) {
    return wordsOf(thrown);
  }
}

/** The data of a Secret that holds this. */
export function dataOf({ authorities, authorityKey, pair }: Material): Record<string, string> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    [KEYS.authorities]: base64(bundleOf(authorities)),
    [KEYS.authorityKey]: base64(authorityKey),
    [KEYS.cert]: base64(pair.cert),
    [KEYS.key]: base64(pair.key),
  };
}

/** Authorities as one PEM text. */
export const bundleOf = (authorities: readonly string[]): string =>
  authorities.map((pem) => `${pem.trim()}\n`).join('');
