// Headers that a load balancer adds and takes away (ALB User Guide: HTTP headers, HTTP header modification).
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ListenerSettings } from './settings.ts';

/** Headers of one connection (RFC 9110 7.6.1): never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Listener attributes that write a response header, by the header (aws-limits 2.2). */
const RESPONSE_HEADERS = [
  'strict-transport-security',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
];

/** The headers that may be passed on: without those of the connection and HTTP/2's pseudo headers. */
export function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = headers.connection;
  const also =
    named === undefined || named === 'keep-alive' || named === 'close'
      ? undefined
      : named.split(',').map((name) => name.trim().toLowerCase());
  const out: OutgoingHttpHeaders = {};
  for (const name in headers)
    if (!HOP_BY_HOP.has(name) && name[0] !== ':' && also?.includes(name) !== true) out[name] = headers[name];
  return out;
}

/** A client as its connection shows it. */
export interface Peer {
  readonly address: string;
  readonly port: number | undefined;
  /** Headers about TLS and the client certificate, by their name. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What a target gets to see of a client's headers; `host` is what requestHost says. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  peer: Peer,
  settings: ListenerSettings,
  host: string,
): OutgoingHttpHeaders {
  const out = endToEnd(headers);
  // The load balancer itself answers it (RFC 9110 10.1.1).
  delete out.expect;
  if (settings.dropInvalidHeaders)
    for (const name in out) if (!/^[-A-Za-z0-9]+$/.test(name)) delete out[name];
  if (settings.forwardedFor === 'remove') delete out['x-forwarded-for'];
  if (settings.forwardedFor === 'append') {
    const last =
      settings.clientPort && peer.port !== undefined
        ? `${bracketed(peer.address)}:${peer.port}`
        : peer.address;
    const before = out['x-forwarded-for'];
    out['x-forwarded-for'] = before === undefined ? last : `${before}, ${last}`;
  }
  out['x-forwarded-proto'] = settings.protocol;
  out['x-forwarded-port'] = String(settings.port);
  out['x-amzn-trace-id'] = traceId(headers['x-amzn-trace-id']);
  for (const name in peer.facts) out[name.toLowerCase()] = peer.facts[name];
  out.host = host;
  return out;
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

const POOL_BYTES = 12 * 512;
let pool = Buffer.alloc(0);
let poolAt = 0;

/** 24 hex digits. Random bytes are taken in bulk: one call to the generator for each request is slow. */
function digits(): string {
  if (poolAt >= pool.length) {
    pool = randomBytes(POOL_BYTES);
    poolAt = 0;
  }
  poolAt += 12;
  return pool.toString('hex', poolAt - 12, poolAt);
}

const stamp = (): string => `1-${Math.floor(Date.now() / 1000).toString(16)}-${digits()}`;

/**
 * A root of our own, or the one that came with our own mark in front (ALB User Guide: Request tracing): an id with a root
 * gets a Self field, without one it is kept behind a new root.
 */
function traceId(given: string | string[] | undefined): string {
  if (given === undefined || given === '') return `Root=${stamp()}`;
  const rest = String(given)
    .split(';')
    .filter((part) => !part.trim().startsWith('Self='))
    .join(';');
  return /(^|;)\s*Root=/.test(rest) ? `Self=${stamp()};${rest}` : `Root=${stamp()};${rest}`;
}

/**
 * The Host header for a target (ALB User Guide: Host header preservation). Preserved means as it was sent; else it has the
 * listener's port unless that is 80 or 443. A host that a transform wrote is not touched.
 */
export function requestHost(
  sent: string,
  host: { before: string; after: string },
  settings: ListenerSettings,
): string {
  if (host.after !== host.before) return host.after;
  if (settings.preserveHost) return sent;
  return settings.port === 80 || settings.port === 443 ? host.before : `${host.before}:${settings.port}`;
}

/** Headers that the listener's attributes put on every response. */
export function listenerHeaders(attributes: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const header of RESPONSE_HEADERS) {
    const value = attributes[`routing.http.response.${header.replaceAll('-', '_')}.header_value`];
    if (value) out[header] = value;
  }
  return out;
}

/** What a client gets to see of a target's headers, with the cookies of stickiness. */
export function responseHeaders(
  headers: IncomingHttpHeaders,
  cookies: readonly string[],
  settings: ListenerSettings,
): OutgoingHttpHeaders {
  const out = endToEnd(headers);
  Object.assign(out, settings.responseHeaders);
  if (!settings.serverHeader) delete out.server;
  if (cookies.length > 0) out['set-cookie'] = [...(headers['set-cookie'] ?? []), ...cookies];
  return out;
}
