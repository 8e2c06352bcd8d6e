// What answers in place of a pod: one small HTTP server of ours for each container port, on a port of 127.0.0.1. It
// answers with what it saw of the request, so that a test can tell who was reached and how.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, type KeyAndCertificate } from './certificates.ts';

/** What a pod's answers say about the pod. */
export interface PodIdentity {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
  /** The label `app`, or the pod's name without one. */
  readonly app: string;
}

export interface PodPort {
  /** The container port. */
  readonly port: number;
  /** Speak TLS, with a certificate nobody trusts (a load balancer does not check its targets' certificates). */
  readonly tls: boolean;
}

export interface PodServerOptions {
  /** For so long after it started it answers 503, in milliseconds: an app that warms up, and says nothing of it to the kubelet. */
  readonly warmUpMs?: number;
}

export interface PodServer {
  /** Container port → port on 127.0.0.1. */
  readonly ports: ReadonlyMap<number, number>;
  /** Takes no new connection, gives requests under way two seconds to end. */
  readonly stop: () => Promise<void>;
}

/** Longer than the 60 seconds that a load balancer keeps an idle connection, so that the target never closes first. */
const KEEP_ALIVE_MILLISECONDS = 75_000;
const LAST_REQUESTS_MILLISECONDS = 2_000;

/** Starts one server for each port. `/status/NNN` answers with that status, everything else with 200. */
export async function startPodServer(
  identity: PodIdentity,
  podPorts: readonly PodPort[],
  { warmUpMs = 0 }: PodServerOptions = {},
): Promise<PodServer> {
  const warmAt = performance.now() + warmUpMs;
  const started = await Promise.all(
    podPorts.map(async ({ port, tls }) => {
      const server = tls
        ? createTlsServer(await backendCertificate(), answer(identity, port, warmAt))
        : createServer(answer(identity, port, warmAt));
      server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
      return { port, server, localPort: await listen(server) };
    }),
  );
  return {
    ports: new Map(started.map(({ port, localPort }) => [port, localPort])),
    stop: async () => {
      await Promise.all(started.map(({ server }) => close(server)));
    },
  };
}

function answer(identity: PodIdentity, port: number, warmAt: number): RequestListener {
  return (request, response) => {
    request.resume();
    request.once('end', () => {
      const asked = /^\/status\/([2-5]\d\d)\b/.exec(request.url ?? '')?.[1] ?? '200';
      const status = performance.now() < warmAt ? '503' : asked;
      response.writeHead(Number(status), { 'content-type': 'application/json' });
      response.end(`${JSON.stringify({ ...identity, port, ...seen(request) })}\n`);
    });
  };
}

/** The part of a request that a load balancer may have changed. */
function seen(request: IncomingMessage) {
  const told = Object.entries(request.headers).filter(([name]) => name.startsWith('x-') || name === 'cookie');
  return {
    method: request.method,
    path: request.url,
    host: request.headers.host,
    headers: Object.fromEntries(told),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MILLISECONDS);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}

let shared: Promise<KeyAndCertificate> | undefined;

function backendCertificate(): Promise<KeyAndCertificate> {
  shared ??= createAuthority('albatross pods').then((authority) => authority.server(['localhost']));
  return shared;
}
