// Forwarding one request to a target, over HTTP/1.1 or HTTP/2, and its answer back.
import type { OutgoingHttpHeaders, ClientRequest as TargetRequest } from 'node:http';
import { type ClientHttp2Stream, constants, Http2ServerResponse } from 'node:http2';
import type { Rewritten } from '../../api/routing/match.ts';
import type { TargetGroupRecord } from '../elb/state.ts';
import { type ClientRequest, hostOf, isBodyless, isGrpc } from './client.ts';
import { cookiesFor, type Destination } from './destination.ts';
import { endToEnd, requestHeaders, requestHost, responseHeaders } from './headers.ts';
import { peerOf } from './peer.ts';
import { type DataPlaneContext, waitMs } from './plane.ts';
import { type Exchange, fail } from './replies.ts';
import type { Address } from './upstreams.ts';

export type { Address } from './upstreams.ts';

/** A request on its way: to whom, as what, and how long a silence may last. */
export interface ForwardedRequest {
  readonly plane: DataPlaneContext;
  readonly exchange: Exchange;
  readonly destination: Destination;
  readonly request: ClientRequest;
  readonly address: Address;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly bodyless: boolean;
  readonly idleMs: number;
}

/**
 * Whether a group's protocol version does not go with a request, which is answered with 464 (Troubleshoot your Application
 * Load Balancers, HTTP 464).
 */
export function isIncompatible(group: TargetGroupRecord, request: ClientRequest): boolean {
  const old = request.httpVersionMajor < 2;
  if (group.protocolVersion === 'HTTP2') return old;
  if (group.protocolVersion === 'GRPC') return old || request.method !== 'POST';
  return isGrpc(request.headers);
}

/** Sends a request to a target and its answer back. 502 when the target fails, 504 when it is silent. */
export function send(passage: ForwardedRequest): void {
  const version = passage.destination.group.protocolVersion;
  if (version === 'HTTP2' || version === 'GRPC') overHttp2(passage);
  else overHttp1(passage, true);
  if (!passage.bodyless) awaitBody(passage);
}

/** Puts a request on its way with `go`, or answers why that cannot be. `before` is the host as it was sent. */
export function forward(
  plane: DataPlaneContext,
  exchange: Exchange,
  destination: Destination,
  { before, after }: { before: string; after: Rewritten },
  request: ClientRequest,
  go: (passage: ForwardedRequest) => void,
): void {
  const { group, target } = destination;
  const { listener, settings } = exchange;
  if (group.targetType === 'lambda') {
    fail(exchange, 502, 'Lambda functions are not played by the local AWS.');
    return;
  }
  if (isIncompatible(group, request)) {
    fail(exchange, 464);
    return;
  }
  const address = plane.targetAddress({ id: target.id, port: target.port ?? 0 });
  // In a VPC the connect would time out; here the answer comes at once.
  if (address === undefined) {
    fail(exchange, 504);
    return;
  }
  const host = requestHost(hostOf(request), { before, after: after.host }, settings);
  go({
    plane,
    exchange,
    destination,
    request,
    address,
    path: after.url,
    headers: requestHeaders(request.headers, peerOf(request.socket, listener, settings), settings, host),
    bodyless: isBodyless(request),
    idleMs: waitMs(plane, settings.idleSeconds),
  });
}

/** A client that stops in the middle of its body gets 408 (Troubleshoot your Application Load Balancers, HTTP 408). */
function awaitBody({ request, exchange, idleMs }: ForwardedRequest): void {
  request.setTimeout(idleMs, () => {
    if (!request.readableEnded) fail(exchange, 408);
  });
  request.once('end', () => request.setTimeout(0));
}

/** Ends the work at the target when the client goes away, and counts it as long as it lasts. */
function follow(
  passage: ForwardedRequest,
  out: TargetRequest | ClientHttp2Stream,
  isOver: () => boolean,
): void {
  const { plane, destination, exchange } = passage;
  const { group, target } = destination;
  const key = `${group.arn} ${target.id}:${target.port ?? ''}`;
  plane.load.began(key);
  exchange.response.once('close', () => {
    plane.load.ended(key);
    // HTTP 460 in the logs of a load balancer.
    if (!isOver()) out.destroy();
  });
}

function overHttp1(passage: ForwardedRequest, again: boolean): void {
  const { plane, exchange, destination, request } = passage;
  const { response } = exchange;
  let over = false;
  const out = plane.upstreams.request(destination.group.protocol === 'HTTPS', {
    host: passage.address.host,
    port: passage.address.port,
    method: request.method,
    path: passage.path,
    headers: passage.headers,
    timeout: passage.idleMs,
  });
  out.once('response', (answer) => {
    const cookies = cookiesFor(destination, answer.headers);
    response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers, cookies, exchange.settings));
    answer.pipe(response);
    answer.once('end', () => {
      over = true;
    });
    answer.once('error', () => response.destroy());
  });
  out.once('timeout', () => {
    fail(exchange, 504);
    out.destroy();
  });
  out.on('error', (error: NodeJS.ErrnoException) => {
    over = true;
    if (response.writableEnded) return;
    if (response.headersSent) response.destroy();
    // The target closed a kept connection while we sent on it: our pool's race, not the target's failure.
    else if (again && passage.bodyless && out.reusedSocket && error.code === 'ECONNRESET')
      overHttp1(passage, false);
    else fail(exchange, 502);
  });
  follow(passage, out, () => over);
  if (passage.bodyless) out.end();
  else request.pipe(out);
}

function overHttp2(passage: ForwardedRequest): void {
  const { plane, exchange, destination, request } = passage;
  const { response } = exchange;
  const { host, ...headers } = passage.headers;
  const secure = destination.group.protocol === 'HTTPS';
  let over = false;
  const out = plane.upstreams.session(secure, passage.address).request(
    {
      ...headers,
      ...(isGrpc(request.headers) ? { te: 'trailers' } : {}),
      ':method': request.method ?? 'GET',
      ':path': passage.path,
      ':scheme': secure ? 'https' : 'http',
      ':authority': String(host),
    },
    { endStream: passage.bodyless },
  );
  out.once('response', (answer, flags) => {
    const status = answer[':status'] ?? 502;
    const sent = responseHeaders(answer, cookiesFor(destination, answer), exchange.settings);
    // A gRPC error may be all in the headers, and clients look for it there only when nothing follows.
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0 && response instanceof Http2ServerResponse)
      response.stream.respond({ ...sent, ':status': status }, { endStream: true });
    else {
      response.writeHead(status, sent);
      out.pipe(response, { end: false });
    }
  });
  out.once('trailers', (trailers) => response.addTrailers(endToEnd(trailers)));
  out.once('end', () => {
    over = true;
    // Without an answer the stream was closed before one came.
    if (response.headersSent) response.end();
  });
  out.setTimeout(passage.idleMs, () => {
    fail(exchange, 504);
    out.close(constants.NGHTTP2_CANCEL);
  });
  out.on('error', () => {
    over = true;
    if (response.headersSent) response.destroy();
    else fail(exchange, 502);
  });
  out.once('close', () => {
    over = true;
    if (!response.headersSent) fail(exchange, 502);
  });
  follow(passage, out, () => over);
  if (!passage.bodyless) request.pipe(out);
}
