// One listener for real: a socket on 127.0.0.1 that does with each request what the listener's rules say.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext } from 'node:tls';
import { applyTransforms, type MatchRequest, redirectLocation } from '../../../api/match.ts';
import { loadBalancerAttributes } from '../elb/attributes.ts';
import { held } from '../elb/find.ts';
import type { Listener } from '../elb/state.ts';
import { type Address, chooseDestination, fail, forward, type Plane, placeOf, reply } from './forward.ts';
import { requestHeaders } from './headers.ts';
import { type Decision, decisionOf, ruleFor } from './route.ts';

export interface Door {
  readonly listenerArn: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly address: Address;
  /** Takes over a default certificate that changed. */
  refresh(): void;
  close(): Promise<void>;
}

/** Certificates whose keys are known, by ARN. */
export type Keys = Map<string, { certPem: string; keyPem: string; names: string[]; context: SecureContext }>;

/** Opens a door for a listener, on `port` or any free one. It reads rules and certificates anew for every request. */
export async function openDoor(plane: Plane, keys: Keys, listenerArn: string, port = 0): Promise<Door> {
  const { protocol } = held(plane.state.listeners, listenerArn);
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const listener = plane.state.listeners.get(listenerArn);
    if (listener === undefined) response.destroy();
    else answer(plane, listener, request, response);
  };
  const server =
    protocol === 'HTTPS'
      ? https.createServer(
          { SNICallback: (name, done) => done(null, chooseKey(plane, keys, listenerArn, name)) },
          onRequest,
        )
      : http.createServer(onRequest);
  // A connection without a server name gets the default certificate.
  const refresh = () => {
    const first = keys.get(plane.state.listeners.get(listenerArn)?.certificate ?? '');
    if (first !== undefined && server instanceof https.Server)
      server.setSecureContext({ cert: first.certPem, key: first.keyPem });
  };
  refresh();
  server.keepAliveTimeout = 60_000;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const listener = plane.state.listeners.get(listenerArn);
    if (listener === undefined) socket.destroy();
    else passThrough(plane, listener, request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    listenerArn,
    protocol,
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    refresh,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The certificate for a server name: one that names it exactly, then a wildcard, then the default. */
function chooseKey(plane: Plane, keys: Keys, listenerArn: string, name: string): SecureContext | undefined {
  const listener = plane.state.listeners.get(listenerArn);
  const candidates = [listener?.certificate ?? '', ...(listener?.extraCertificates ?? [])]
    .map((arn) => keys.get(arn))
    .filter((key) => key !== undefined);
  const lower = name.toLowerCase();
  const parent = `*${lower.slice(lower.indexOf('.'))}`;
  const fitting =
    candidates.find((key) => key.names.includes(lower)) ??
    candidates.find((key) => key.names.includes(parent)) ??
    candidates[0];
  return fitting?.context;
}

export function keyOf(certPem: string, keyPem: string, names: string[]) {
  return { certPem, keyPem, names, context: createSecureContext({ cert: certPem, key: keyPem }) };
}

function seen(listener: Listener, request: IncomingMessage): MatchRequest {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    ...placeOf(listener),
    host: (request.headers.host ?? '').replace(/:\d+$/, ''),
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers: request.headers,
    sourceIp: request.socket.remoteAddress ?? '',
  };
}

function answer(plane: Plane, listener: Listener, request: IncomingMessage, response: ServerResponse): void {
  const asked = seen(listener, request);
  const decision = decisionOf(ruleFor(plane.state, listener, asked));
  if (decision.before !== undefined && !passes(decision, listener, request, response)) return;
  const { RedirectConfig: redirect, FixedResponseConfig: fixed } = decision.routing;
  if (redirect !== undefined) {
    const location = redirectLocation(redirect, asked);
    const status = Number(redirect.StatusCode?.slice('HTTP_'.length));
    reply(listener, response, status, { location, 'content-type': 'text/html' }, '');
  } else if (fixed !== undefined) {
    const type = { 'content-type': fixed.ContentType ?? 'text/plain' };
    reply(listener, response, Number(fixed.StatusCode), type, fixed.MessageBody ?? '');
  } else {
    const rewritten = applyTransforms(decision.transforms, asked);
    const destination = chooseDestination(plane, decision.routing, request.headers);
    if (rewritten === undefined) fail(listener, response, 500);
    else if (destination === undefined) fail(listener, response, 503);
    else {
      const host = rewritten.host === asked.host ? (request.headers.host ?? '') : rewritten.host;
      forward(plane, listener, destination, { ...rewritten, host }, request, response);
    }
  }
}

/**
 * The action before routing. Nobody can sign in here: who is not let in without that is sent to the identity provider
 * or refused, and what would have to be verified is refused with 561 or 401 (ALB User Guide: Authenticate users).
 */
function passes(
  { before }: Decision,
  listener: Listener,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const config = before?.AuthenticateOidcConfig ?? before?.AuthenticateCognitoConfig;
  if (config?.OnUnauthenticatedRequest === 'allow') return true;
  if (config === undefined || config.OnUnauthenticatedRequest === 'deny') fail(listener, response, 401);
  else if (request.url?.startsWith('/oauth2/idpresponse')) fail(listener, response, 561);
  else {
    const endpoint =
      before?.AuthenticateOidcConfig?.AuthorizationEndpoint ??
      `https://${before?.AuthenticateCognitoConfig?.UserPoolDomain}/oauth2/authorize`;
    const client =
      before?.AuthenticateOidcConfig?.ClientId ?? before?.AuthenticateCognitoConfig?.UserPoolClientId ?? '';
    const location = new URL(endpoint);
    location.searchParams.set('client_id', client);
    location.searchParams.set('redirect_uri', `https://${request.headers.host ?? ''}/oauth2/idpresponse`);
    location.searchParams.set('response_type', 'code');
    location.searchParams.set('scope', config.Scope ?? 'openid');
    reply(listener, response, 302, { location: location.href }, '');
  }
  return false;
}

/** WebSocket and other upgrades: the rules choose the target, then bytes pass both ways. */
function passThrough(
  plane: Plane,
  listener: Listener,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const refuse = (status: string) =>
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const asked = seen(listener, request);
  const decision = decisionOf(ruleFor(plane.state, listener, asked));
  const rewritten = applyTransforms(decision.transforms, asked);
  const destination =
    decision.routing.Type === 'forward' && decision.before === undefined
      ? chooseDestination(plane, decision.routing, request.headers)
      : undefined;
  if (destination === undefined || rewritten === undefined) {
    refuse('503 Service Temporarily Unavailable');
    return;
  }
  const { target } = destination;
  const address = plane.targetAddress({ id: target.id, port: target.port ?? 0 });
  if (address === undefined) {
    refuse('504 Gateway Time-out');
    return;
  }
  const attributes = loadBalancerAttributes(held(plane.state.loadBalancers, listener.loadBalancerArn));
  const headers = requestHeaders(
    request,
    { ...placeOf(listener), host: request.headers.host ?? '' },
    attributes,
  );
  const out = connect(address.port, address.host, () => {
    const lines = Object.entries({ ...headers, connection: 'Upgrade', upgrade: request.headers.upgrade })
      .flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}`))
      .join('\r\n');
    out.write(`${request.method} ${rewritten.url} HTTP/1.1\r\n${lines}\r\n\r\n`);
    out.write(head);
    socket.pipe(out).pipe(socket);
  });
  out.on('error', () => (out.connecting ? refuse('502 Bad Gateway') : socket.destroy()));
  socket.on('error', () => out.destroy());
  socket.on('close', () => out.destroy());
}
