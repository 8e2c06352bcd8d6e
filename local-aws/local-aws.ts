// The local AWS: one endpoint URL, Elastic Load Balancing v2 by us, everything else by moto behind it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { CoipPool, IpamPool } from '@aws-sdk/client-ec2';
import { AwsApi } from './aws-api.ts';
import type { CallCount, Faults, Mutation } from './call-log.ts';
import type { ControlApi } from './control/control-api.ts';
import { pageOf } from './control/page.ts';
import { answerLocal, isLocal } from './control/paths.ts';
import { DataPlane } from './data-plane/data-plane.ts';
import { reachable } from './data-plane/listener-server.ts';
import type { Address } from './data-plane/upstreams.ts';
import { DEFAULT_LIMITS, type ElbState, type Limits } from './elb/state.ts';
import { ConnectionReset } from './faults.ts';
import type { RawRequest } from './moto/moto-proxy.ts';
import type { ProtectionState } from './protections/state.ts';
import type { HttpAnswer } from './protocol/answer.ts';
import { type JournalEntry, replay } from './state-file/entries.ts';
import { type Journal, openStateFile, readStateFile } from './state-file/state-file.ts';

export type { CallCount, Faults, Mutation } from './call-log.ts';

export interface LocalAwsOptions {
  /** The address that it and its listeners listen on; 127.0.0.1 by default. */
  host?: string;
  /** 0 or nothing: any free port. */
  port?: number;
  motoUrl: string;
  /** us-west-2 by default. */
  region?: string;
  /** 123456789012 by default; moto uses the same. */
  account?: string;
  /** From `provisioning` to `active`; 0 means active at the next describe. */
  provisioningMs?: number;
  /** Real seconds for each configured second of health checks and deregistration delays; 1 by default. */
  healthIntervalScale?: number;
  /** Before every call is worked on. */
  latencyMs?: number;
  /** Quotas other than AWS's defaults, by their DescribeAccountLimits name. */
  limits?: Partial<Limits>;
  /** Address pools that EC2 is to know; none by default. */
  ipamPools?: IpamPool[];
  coipPools?: CoipPool[];
  /** Where a target of the VPC really listens; undefined means it cannot be reached. */
  targetAddress?: (target: { id: string; port: number }) => { host: string; port: number } | undefined;
  /** The same for some targets from the start, by `id:port`; they come first. */
  targets?: ReadonlyMap<string, Address>;
  /** Until describes and tag search show a new resource of Elastic Load Balancing; 0 by default. */
  visibleAfterMs?: number;
  /** Whether calls of Elastic Load Balancing are throttled as AWS says. */
  throttle?: boolean;
  /** Where everything is kept from one start to the next; nothing is written by default. */
  stateFile?: string;
}

export interface LocalAws {
  url: string;
  calls(): CallCount[];
  resetCalls(): void;
  /** Every mutating call that took effect, oldest first. */
  mutations(): Mutation[];
  /** A copy of everything Elastic Load Balancing holds. */
  state(): ElbState;
  /** A copy of what protects load balancers. */
  protections(): ProtectionState;
  /** Where the listener of an active load balancer really listens. */
  listenerAddress(dnsName: string, port: number): { host: string; port: number } | undefined;
  /** Makes a certificate known that is not imported into ACM through this endpoint (those are known by themselves). */
  knowCertificate(arn: string, certPem: string, keyPem: string): void;
  faults: Faults;
  /** Whether it began with nothing. */
  isNew: boolean;
  /** Where targets of the VPC really listen, by `id:port`; may be changed. */
  targets: Map<string, Address>;
  /** Makes it as it would be without a past, moto and state file included; targets are as at the start. */
  reset(): Promise<void>;
  /** What a person should know about the state file, such as a last line that was cut off. */
  notes: string[];
  close(): Promise<void>;
}

/** How long an idle connection is kept, so that clients never meet a closed one. */
const KEEP_ALIVE_MS = 75_000;

const LOOPBACK = '127.0.0.1';

/**
 * Starts the local AWS, from its state file if it has one.
 * @throws Error when the state file cannot be used, in words for a person; it is then left as it is.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const settings = settingsOf(options);
  const { entries, notes } =
    options.stateFile === undefined ? { entries: [], notes: [] } : readStateFile(options.stateFile, settings);
  const start = replay(entries, settings);
  const apiServer = new AwsApi({
    ...settings,
    motoUrl: options.motoUrl,
    start,
    latencyMs: options.latencyMs ?? 0,
    pools: { ipam: options.ipamPools ?? [], coip: options.coipPools ?? [] },
    changed: (action) => plane.changed(action),
    certificateImported: (arn, certPem, keyPem) => plane.knowCertificate(arn, certPem, keyPem),
  });
  apiServer.faults.setVisibleAfter(options.visibleAfterMs ?? 0);
  apiServer.faults.setThrottling(options.throttle ?? false);
  const targets = new Map(options.targets);
  let journal: Journal | undefined;
  const plane = new DataPlane({
    state: apiServer.state,
    world: apiServer.reader.world,
    timeScale: settings.timeScale,
    targetAddress: (target) => targets.get(`${target.id}:${target.port}`) ?? options.targetAddress?.(target),
    healthChanged: (change) => journal?.write(change),
    host: options.host ?? LOOPBACK,
  });
  const know = (arn: string, certPem: string, keyPem: string) => {
    plane.knowCertificate(arn, certPem, keyPem);
    apiServer.reader.addCertificate(arn);
  };
  if (options.stateFile !== undefined) {
    await repeatAccount(apiServer, entries, know);
    journal = openStateFile(options.stateFile, settings, { entries, ...start });
    apiServer.record(journal);
    await plane.changed('CreateListener');
  }
  const { state, callLog, faults } = apiServer;
  const control: ControlApi = {
    ...{ state, callLog, faults, targets },
    listenerAddress: (dnsName, port) => plane.listenerAddress(dnsName, port),
    reset: () => resetAll(apiServer, targets, options.targets ?? new Map()),
    context: () => apiServer.context(),
  };
  const shut = () => shutDown(apiServer, plane, journal);
  const { server, url } = await serve(apiServer, control, options).catch(async (error: unknown) => {
    await shut();
    throw error;
  });
  return {
    url,
    calls: () => apiServer.callLog.calls(),
    resetCalls: () => apiServer.callLog.reset(),
    mutations: () => apiServer.callLog.mutations(),
    state: () => structuredClone(apiServer.state),
    protections: () => structuredClone(apiServer.protections),
    ...{ listenerAddress: control.listenerAddress, reset: control.reset },
    knowCertificate: (arn, certPem, keyPem) => {
      know(arn, certPem, keyPem);
      journal?.write({ kind: 'certificate', arn, certPem, keyPem });
    },
    faults: apiServer.faults,
    isNew: entries.length === 0,
    targets,
    notes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await shut();
    },
  };
}

async function shutDown(apiServer: AwsApi, plane: DataPlane, journal: Journal | undefined): Promise<void> {
  apiServer.reader.close();
  await plane.close();
  journal?.close();
}

async function resetAll(
  apiServer: AwsApi,
  targets: Map<string, Address>,
  atTheStart: ReadonlyMap<string, Address>,
): Promise<void> {
  await apiServer.reset();
  targets.clear();
  for (const [target, address] of atTheStart) targets.set(target, address);
}

const settingsOf = (options: LocalAwsOptions) => ({
  region: options.region ?? 'us-west-2',
  account: options.account ?? '123456789012',
  provisioningMs: options.provisioningMs ?? 0,
  timeScale: options.healthIntervalScale ?? 1,
  limits: { ...DEFAULT_LIMITS, ...options.limits },
});

/** What the state machine does not hold: moto's account, and certificates. */
async function repeatAccount(
  apiServer: AwsApi,
  entries: readonly JournalEntry[],
  know: (arn: string, certPem: string, keyPem: string) => void,
): Promise<void> {
  await apiServer.repeat(entries.filter((entry) => entry.kind === 'passed'));
  for (const entry of entries) if (entry.kind === 'certificate') know(entry.arn, entry.certPem, entry.keyPem);
}

async function serve(
  apiServer: AwsApi,
  control: ControlApi,
  { host = LOOPBACK, port = 0 }: LocalAwsOptions,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    answer(apiServer, control, request, response).catch((error: unknown) => {
      if (error instanceof ConnectionReset) {
        request.socket.resetAndDestroy();
        return;
      }
      // Our bug: say so where the client sees it, as a service that broke.
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { server, url: `http://${inUrl(reachable(host))}:${(server.address() as AddressInfo).port}` };
}

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function answer(
  apiServer: AwsApi,
  control: ControlApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const passed = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body,
  };
  const { status, contentType, body: out } = await answerTo(apiServer, control, passed);
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(out) });
  response.end(out);
}

/** A person, who asks for the page or under `/_local`, or an AWS client. */
function answerTo(
  apiServer: AwsApi,
  control: ControlApi,
  request: RawRequest,
): HttpAnswer | Promise<HttpAnswer> {
  if (isLocal(request)) return answerLocal(control, request);
  const { method, path, headers } = request;
  // Clients sign, name their action, or both.
  if (method === 'GET' && path === '/' && headers.authorization === undefined)
    return { status: 200, contentType: 'text/html; charset=utf-8', body: pageOf(control) };
  return apiServer.handle(request);
}
