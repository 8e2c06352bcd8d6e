// The local AWS: one endpoint URL, Elastic Load Balancing v2 by us, everything else by moto behind it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { DataPlane } from './data-plane/data-plane.ts';
import { DEFAULT_LIMITS, type ElbState, type Limits } from './elb/state.ts';
import type { CallCount, Faults, Mutation } from './eyes.ts';
import { Front } from './front.ts';

export type { CallCount, Faults, Mutation } from './eyes.ts';

export interface LocalAwsOptions {
  /** 0 or nothing: any free port. */
  port?: number;
  motoUrl: string;
  /** us-west-2 unless told. */
  region?: string;
  /** 123456789012 unless told; moto uses the same. */
  account?: string;
  /** From `provisioning` to `active`; 0 means active at the next describe. */
  provisioningMs?: number;
  /** Real seconds for each configured second of health checks and deregistration delays; 1 unless told. */
  healthIntervalScale?: number;
  /** Before every call is worked on. */
  latencyMs?: number;
  /** Quotas other than AWS's defaults, by their DescribeAccountLimits name. */
  limits?: Partial<Limits>;
  /** Where a target of the VPC really listens; undefined means it cannot be reached. */
  targetAddress?: (target: { id: string; port: number }) => { host: string; port: number } | undefined;
}

export interface LocalAws {
  url: string;
  calls(): CallCount[];
  resetCalls(): void;
  /** Every mutating call that took effect, oldest first. */
  mutations(): Mutation[];
  /** A copy of everything Elastic Load Balancing holds. */
  state(): ElbState;
  /** Where the listener of an active load balancer really listens. */
  frontDoor(dnsName: string, port: number): { host: string; port: number } | undefined;
  /** Makes a certificate known that is not imported into ACM through this endpoint (those are known by themselves). */
  knowCertificate(arn: string, certPem: string, keyPem: string): void;
  faults: Faults;
  close(): Promise<void>;
}

/** How long an idle connection is kept, so that clients never meet a closed one. */
const KEEP_ALIVE_MS = 75_000;

/** Starts the local AWS on 127.0.0.1. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const front = new Front({
    motoUrl: options.motoUrl,
    region: options.region ?? 'us-west-2',
    account: options.account ?? '123456789012',
    provisioningMs: options.provisioningMs ?? 0,
    timeScale: options.healthIntervalScale ?? 1,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    latencyMs: options.latencyMs ?? 0,
    changed: (action) => plane.changed(action),
    certificateImported: (arn, certPem, keyPem) => plane.knowCertificate(arn, certPem, keyPem),
  });
  const plane = new DataPlane({
    state: front.state,
    world: front.reader.world,
    timeScale: options.healthIntervalScale ?? 1,
    targetAddress: options.targetAddress ?? (() => undefined),
  });
  const server = createServer((request, response) => {
    answer(front, request, response).catch((error: unknown) => {
      // Our bug: say so where the client sees it, as a service that broke.
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => front.eyes.calls(),
    resetCalls: () => front.eyes.reset(),
    mutations: () => front.eyes.mutations(),
    state: () => structuredClone(front.state),
    frontDoor: (dnsName, wanted) => plane.frontDoor(dnsName, wanted),
    knowCertificate: (arn, certPem, keyPem) => {
      plane.knowCertificate(arn, certPem, keyPem);
      front.reader.addCertificate(arn);
    },
    faults: front.faults,
    close: async () => {
      front.reader.close();
      await plane.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const {
    status,
    contentType,
    body: out,
  } = await front.handle({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body,
  });
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(out) });
  response.end(out);
}
