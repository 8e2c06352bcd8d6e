// A request as it comes from a client, over HTTP/1.1 or HTTP/2, and what a load balancer refuses before it looks at rules.
import { type IncomingHttpHeaders, IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { MatchRequest } from '../../api/routing/match.ts';

export type ClientRequest = IncomingMessage | Http2ServerRequest;

/** What both kinds of response of Node have in common. */
export interface ClientResponse extends Writable {
  readonly headersSent: boolean;
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  addTrailers(trailers: OutgoingHttpHeaders): void;
}

/** Troubleshoot your Application Load Balancers: 16 K for the request line and for each header, 64 K for all of them. */
export const HEADERS_MAX = 64 * 1024;
const LINE_MAX = 16 * 1024;
/** Troubleshoot your Application Load Balancers, HTTP 463. */
const FORWARDED_FOR_MAX = 30;

/** The address that a client connects from; IPv4 ones in their own form. */
export function addressOf(socket: Socket): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

/** HTTP/2 has `:authority` in place of the Host header (RFC 9113 8.3.1). */
export function hostOf(request: ClientRequest): string {
  return request.headers.host ?? (request instanceof Http2ServerRequest ? request.authority : '') ?? '';
}

/** A request as rules see it. In the absolute form (RFC 9112 3.2.2) the host is the one of the URL. */
export function seen(
  request: ClientRequest,
  place: Pick<MatchRequest, 'protocol' | 'port'>,
): MatchRequest & { headers: IncomingHttpHeaders } {
  let url = request.url ?? '/';
  let authority = hostOf(request);
  if (!url.startsWith('/') && URL.canParse(url)) {
    const absolute = new URL(url);
    authority = absolute.host;
    url = absolute.pathname + absolute.search;
  }
  const at = url.indexOf('?');
  const colon = /:\d+$/.test(authority) ? authority.lastIndexOf(':') : authority.length;
  return {
    method: request.method ?? 'GET',
    protocol: place.protocol,
    port: place.port,
    host: authority.slice(0, colon),
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers: request.headers,
    sourceIp: addressOf(request.socket),
  };
}

/** Whether a request comes without a body, known from its headers. */
export function isBodyless(request: ClientRequest): boolean {
  if (request instanceof IncomingMessage)
    return (
      request.headers['transfer-encoding'] === undefined && (request.headers['content-length'] ?? '0') === '0'
    );
  return request.stream.endAfterHeaders;
}

export const isGrpc = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.startsWith('application/grpc') === true;

/**
 * The status that a request is refused with whatever the rules say (Troubleshoot your Application Load Balancers): TRACE
 * (405), a request line (414) or header (400) too long, no host (400), more than 30 addresses in X-Forwarded-For (463), a
 * transfer coding other than chunked and identity (501).
 */
export function refusedWith(request: ClientRequest): number | undefined {
  if (request.method === 'TRACE') return 405;
  if ((request.url?.length ?? 0) > LINE_MAX) return 414;
  if (request.httpVersion === '1.1' && request.headers.host === undefined) return 400;
  for (const value of request.rawHeaders) if (value.length > LINE_MAX) return 400;
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && !/^(chunked|identity)$/i.test(coding)) return 501;
  const forwarded = request.headers['x-forwarded-for'];
  if (forwarded !== undefined && String(forwarded).split(',').length > FORWARDED_FOR_MAX) return 463;
  return undefined;
}
