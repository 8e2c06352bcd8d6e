// TLS of an HTTPS listener: certificates by server name, versions by security policy, and whose client certificate is good.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { ElbState, ListenerRecord } from '../elb/state.ts';

export interface Key {
  readonly certPem: string;
  readonly keyPem: string;
  /** Lower-case DNS names; a wildcard begins with `*.`. */
  readonly names: readonly string[];
}

/** Certificates whose keys are known, by ARN. */
export type Keys = ReadonlyMap<string, Key>;

export function keyOf(certPem: string, keyPem: string): Key {
  const names = (new X509Certificate(certPem).subjectAltName ?? '')
    .split(', ')
    .filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice('DNS:'.length).toLowerCase());
  return { certPem, keyPem, names };
}

/** What a listener offers: its default key, and the key for each server name. */
export interface Offer {
  readonly fallback: SecureContextOptions | undefined;
  readonly forName: (name: string) => SecureContext | undefined;
}

/** Reads certificates, policy and trust store as they are now. */
export function offerOf(state: ElbState, keys: Keys, listener: ListenerRecord): Offer {
  const common = { ...versions(listener.sslPolicy ?? ''), ...trusted(state, listener) };
  const arns = new Set([listener.certificate ?? '', ...listener.extraCertificates]);
  const held = [...arns].flatMap((arn) => {
    const key = keys.get(arn);
    if (key === undefined) return [];
    const options = { cert: key.certPem, key: key.keyPem, ...common };
    return [{ names: key.names, options, context: createSecureContext(options) }];
  });
  return {
    fallback: held[0]?.options,
    forName: (name) => {
      const lower = name.toLowerCase();
      const parent = `*${lower.slice(lower.indexOf('.'))}`;
      const fitting = held.find(({ names }) => names.includes(lower));
      return (fitting ?? held.find(({ names }) => names.includes(parent)) ?? held[0])?.context;
    },
  };
}

/** ALB User Guide: Security policies. The name says which versions: `TLS13-1-2` is 1.2 and 1.3, `TLS-1-2` is 1.2 alone. */
export function versions(policy: string): Pick<SecureContextOptions, 'minVersion' | 'maxVersion'> {
  const upTo = policy.includes('TLS13') ? 'TLSv1.3' : 'TLSv1.2';
  return { minVersion: policy.includes('TLS13-1-3') ? 'TLSv1.3' : 'TLSv1.2', maxVersion: upTo };
}

/** The authorities whose client certificates are good, and what they revoked. */
function trusted(state: ElbState, listener: ListenerRecord): Pick<SecureContextOptions, 'ca' | 'crl'> {
  const store = state.trustStores.get(listener.mutualAuthentication?.TrustStoreArn ?? '');
  if (store === undefined) return {};
  const crl = Object.values(store.revocations).map(({ content }) => content);
  return { ca: store.bundle, ...(crl.length === 0 ? {} : { crl }) };
}

/**
 * Whether a connection may stay (ALB User Guide: Mutual authentication): with `verify` only with a certificate that leads
 * to the trust store and is not revoked, nor over unless that is to be ignored.
 */
export function isAdmitted(socket: TLSSocket, listener: ListenerRecord): boolean {
  const { Mode: mode, IgnoreClientCertificateExpiry: ignoreExpiry } = listener.mutualAuthentication ?? {};
  if (mode !== 'verify' || socket.authorized) return true;
  // Node's type says Error; at run time it is the code of OpenSSL's verification.
  return ignoreExpiry === true && String(socket.authorizationError) === 'CERT_HAS_EXPIRED';
}
