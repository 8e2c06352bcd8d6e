// One listener for real: a socket that does with each request what the listener's rules say.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import https from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, TLSSocket } from 'node:tls';
import { held } from '../elb/find.ts';
import type { ListenerRecord } from '../elb/state.ts';
import { answer } from './answer.ts';
import { type ClientRequest, type ClientResponse, HEADERS_MAX } from './client.ts';
import { type DataPlaneContext, waitMs } from './plane.ts';
import { unreadable } from './replies.ts';
import { isAdmitted, type Keys, type Offer, offerOf } from './tls.ts';
import { upgrade } from './upgrade.ts';
import type { Address } from './upstreams.ts';

export interface ListenerServer {
  /** What its sockets are like; a listener that wants another kind needs another server. */
  readonly kind: string;
  readonly address: Address;
  /** Takes over certificates, policy and trust store as they are now. */
  refresh(): void;
  /** Takes no more connections, and sets its port free; those that are open go on. */
  retire(): void;
  close(): Promise<void>;
}

/**
 * How long a client's connection is kept between requests. Not scaled: a client whose connection is closed while it sends
 * would see an error that no load balancer makes so often.
 */
const KEEP_ALIVE_MS = 60_000;
/** How often Node looks for clients that are too slow with their headers. */
const SLOW_CLIENTS_EVERY_MS = 500;

/** The kind of server that a listener needs now. */
export function kindOf(plane: DataPlaneContext, listener: ListenerRecord): string {
  if (listener.protocol === 'HTTP') return 'http';
  const asks = (listener.mutualAuthentication?.Mode ?? 'off') !== 'off';
  return `https${plane.settings.ofListener(listener).http2 ? ' h2' : ''}${asks ? ' client certificates' : ''}`;
}

/** Where this machine reaches what listens on a host: what listens everywhere is reached on the loopback. */
export const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

/** Starts the server of a listener, on `port` or any free one. It reads the rules anew for every request. */
export async function startListenerServer(
  plane: DataPlaneContext,
  keys: Keys,
  arn: string,
  port = 0,
): Promise<ListenerServer> {
  const first = held(plane.state.listeners, arn);
  const current = () => plane.state.listeners.get(arn);
  const onRequest = (request: ClientRequest, response: ClientResponse) => {
    const listener = current();
    if (listener === undefined) response.destroy();
    else answer(plane, { listener, settings: plane.settings.ofListener(listener), response }, request);
  };
  const secure = first.protocol === 'HTTPS' ? secureServer(plane, keys, first, current) : undefined;
  const idleSeconds = plane.settings.ofListener(first).idleSeconds;
  const server = secure?.server ?? http.createServer(serverOptions(plane, idleSeconds));
  // The server is of either kind; both tell of requests in the same way.
  server.on(
    'request',
    (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
      onRequest(request, response),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const listener = current();
    if (listener === undefined || !(socket instanceof Socket)) socket.destroy();
    else upgrade(plane, listener, request, socket, head);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // With a strange transfer coding the headers can be read, and have been answered.
    if (error.code === 'HPE_INVALID_TRANSFER_ENCODING') socket.end();
    else if (socket.writable) socket.end(unreadable(error.code));
    else socket.destroy();
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, plane.host, resolve);
  });
  return {
    kind: kindOf(plane, first),
    address: { host: reachable(plane.host), port: (server.address() as AddressInfo).port },
    refresh: () => secure?.refresh(),
    retire: () => {
      server.close();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

function serverOptions(plane: DataPlaneContext, idleSeconds: number): http.ServerOptions {
  return {
    maxHeaderSize: HEADERS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: waitMs(plane, idleSeconds),
    // The body has a timeout of its own, which counts from the last byte.
    requestTimeout: 0,
    connectionsCheckingInterval: SLOW_CLIENTS_EVERY_MS,
    requireHostHeader: false,
  };
}

function secureServer(
  plane: DataPlaneContext,
  keys: Keys,
  first: ListenerRecord,
  current: () => ListenerRecord | undefined,
): { server: http2.Http2SecureServer | https.Server; refresh: () => void } {
  let offer: Offer = offerOf(plane.state, keys, first);
  const { http2: modern, idleSeconds } = plane.settings.ofListener(first);
  const options = {
    ...serverOptions(plane, idleSeconds),
    SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) =>
      done(null, offer.forName(name)),
    requestCert: (first.mutualAuthentication?.Mode ?? 'off') !== 'off',
    // The listener's own settings decide, in isAdmitted.
    rejectUnauthorized: false,
    ...offer.fallback,
  };
  const server = modern
    ? http2.createSecureServer({ ...options, allowHTTP1: true })
    : https.createServer(options);
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const listener = current();
    if (listener === undefined || !isAdmitted(socket, listener)) socket.destroy();
  });
  return {
    server,
    refresh: () => {
      const listener = current();
      if (listener === undefined) return;
      offer = offerOf(plane.state, keys, listener);
      // A connection without a server name gets the default certificate.
      if (offer.fallback !== undefined) server.setSecureContext(offer.fallback);
    },
  };
}
