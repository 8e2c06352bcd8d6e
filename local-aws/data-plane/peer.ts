// Who is at the other end of a client's connection: its address, and for TLS what targets learn about it
// (ALB User Guide: Mutual authentication with TLS, HTTP headers and Application Load Balancers).
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ListenerRecord } from '../elb/state.ts';
import { addressOf } from './client.ts';
import type { Peer } from './headers.ts';
import type { ListenerSettings, RequestHeader } from './settings.ts';

const known = new WeakMap<Socket, { settings: ListenerSettings; peer: Peer }>();

/** Read once for each connection, and again when the listener's settings are others. */
export function peerOf(socket: Socket, listener: ListenerRecord, settings: ListenerSettings): Peer {
  const before = known.get(socket);
  if (before?.settings === settings) return before.peer;
  const peer = {
    address: addressOf(socket),
    port: socket.remotePort,
    facts: socket instanceof TLSSocket ? tlsFacts(socket, listener, settings) : {},
  };
  known.set(socket, { settings, peer });
  return peer;
}

function tlsFacts(
  socket: TLSSocket,
  listener: ListenerRecord,
  settings: ListenerSettings,
): Record<string, string> {
  const facts: Record<string, string> = {};
  const say = (what: RequestHeader, value: string) => {
    facts[settings.requestHeader(what)] = value;
  };
  if (settings.tlsHeaders) {
    say('tls_version', socket.getProtocol() ?? '');
    say('tls_cipher_suite', socket.getCipher().name);
  }
  const mode = listener.mutualAuthentication?.Mode ?? 'off';
  const leaf = socket.getPeerX509Certificate();
  if (mode === 'off' || leaf === undefined) return facts;
  if (mode === 'passthrough') say('mtls_clientcert', encodePem(chainOf(socket)));
  else for (const [what, value] of Object.entries(verified(leaf))) say(what as RequestHeader, value);
  return facts;
}

/** What targets learn of a certificate that was verified. */
export function verified(
  leaf: X509Certificate,
): Record<`mtls_clientcert_${'serial_number' | 'issuer' | 'subject' | 'validity' | 'leaf'}`, string> {
  return {
    mtls_clientcert_serial_number: leaf.serialNumber,
    mtls_clientcert_issuer: rfc2253(leaf.issuer),
    mtls_clientcert_subject: rfc2253(leaf.subject),
    mtls_clientcert_validity: `NotBefore=${instant(leaf.validFrom)};NotAfter=${instant(leaf.validTo)}`,
    mtls_clientcert_leaf: encodePem(leaf.toString()),
  };
}

/** Node has one relative name a line, first in the certificate first; RFC 2253 wants the last one first. */
const rfc2253 = (name: string): string => name.split('\n').reverse().join(',');

/** ISO 8601 without fractions of a second. */
const instant = (date: string): string => new Date(date).toISOString().replace('.000Z', 'Z');

/** URL-encoded PEM, in which `+`, `=` and `/` stay as they are. */
const encodePem = (pem: string): string =>
  encodeURIComponent(pem).replace(/%2B|%3D|%2F/g, (code) => decodeURIComponent(code));

/** The chain as PEM, leaf first. */
function chainOf(socket: TLSSocket): string {
  const pems: string[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined) {
    const lines = certificate.raw.toString('base64').match(/.{1,64}/g) ?? [];
    pems.push(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`);
    // A root is its own issuer.
    certificate = certificate.issuerCertificate === certificate ? undefined : certificate.issuerCertificate;
  }
  return pems.join('');
}
