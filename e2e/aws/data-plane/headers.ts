// Headers that a load balancer adds and takes away (ALB User Guide: HTTP headers, HTTP header modification).
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Headers of one connection (RFC 9110 7.6.1): never passed on. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

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

export function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const out: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers))
    if (!HOP_BY_HOP.includes(name) && !named.includes(name)) out[name] = value;
  return out;
}

/** What a target gets to see of a client's headers. */
export function requestHeaders(
  request: IncomingMessage,
  place: { protocol: 'http' | 'https'; port: number; host: string },
  attributes: Record<string, string>,
): IncomingHttpHeaders {
  const headers = withoutHopByHop(request.headers);
  const client = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const seen =
    attributes['routing.http.xff_client_port.enabled'] === 'true'
      ? `${client}:${request.socket.remotePort}`
      : client;
  const mode = attributes['routing.http.xff_header_processing.mode'] ?? 'append';
  const before = headers['x-forwarded-for'];
  if (mode === 'append') headers['x-forwarded-for'] = before === undefined ? seen : `${before}, ${seen}`;
  if (mode === 'remove') delete headers['x-forwarded-for'];
  headers['x-forwarded-proto'] = place.protocol;
  headers['x-forwarded-port'] = String(place.port);
  headers['x-amzn-trace-id'] ??=
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  headers.host = place.host;
  return headers;
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
