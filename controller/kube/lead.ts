// Leader election by a Lease (coordination.k8s.io): of several controllers one works, the others wait.
//
//   waiting ──free, expired, released, or its process is dead──▶ leading ──renewed every 2 s──▶ leading
//                                                                   └── not renewed for 10 s, or taken ──▶ lost: the process ends
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, KubeOutcome } from './client.ts';
import { microTime } from './events.ts';

export interface Lease {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface LeadOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  readonly identity: string;
  /** Called once when the lease is lost: nothing may be written any more, the process must end. */
  onLost(because: string): void;
  /** Called when somebody else leads, once for each other leader. */
  onWaiting?(holder: string): void;
  /** Seconds; defaults 15, 10, 2 (as Kubernetes' own controllers). */
  readonly timing?: { readonly lease: number; readonly deadline: number; readonly retry: number };
}

export interface Lead {
  /** Resolves when this process leads. */
  readonly acquired: Promise<void>;
  leading(): boolean;
  /** Stops, and gives the lease back so that the next one leads at once. */
  release(): Promise<void>;
}

const TIMING = { lease: 15, deadline: 10, retry: 2 };

/**
 * A name of this process alone, so that two controllers started by mistake never both lead. Its parts say on which booted
 * machine and in which process namespace the process runs, so that a later one there can tell that it is dead.
 */
export function identityOfProcess(): string {
  return [hostname(), placeOfProcess(), process.pid, randomBytes(4).toString('hex')].join('_');
}

/** Boot of the machine and process namespace; a pid means one process within it. Random where the system does not tell. */
function placeOfProcess(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
    return `${boot}-${namespace}`;
  } catch {
    return randomBytes(16).toString('hex');
  }
}

/** True when `holder` names a process of our own place that no longer runs: its lease need not run out (kill -9, then start). */
export function isDead(holder: string, own: string, alive: (pid: number) => boolean = isAlive): boolean {
  const [, ownPlace, ownPid] = own.split('_');
  const [, place, pid, nonce] = holder.split('_');
  if (nonce === undefined || place !== ownPlace || holder === own) return false;
  return pid === ownPid || !alive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

/** Starts to stand for election. */
export function standForElection(options: LeadOptions): Lead {
  const { client, identity } = options;
  const timing = options.timing ?? TIMING;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(options.namespace)}/leases`;
  const path = `${collection}/${encodeURIComponent(options.name)}`;
  const { promise: acquired, resolve } = Promise.withResolvers<void>();
  const stopping = new AbortController();
  /** The lease as last seen, and when by our own clock: other machines' clocks are not trusted. */
  let seen: { version: string | undefined; at: number } = { version: undefined, at: 0 };
  let waitingFor: string | undefined;
  let renewedAt: number | undefined;

  function held(lease: Lease): boolean {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder === '' || holder === identity) return false;
    const version = lease.metadata.resourceVersion;
    if (version !== seen.version) seen = { version, at: performance.now() };
    if (isDead(holder, identity)) return false;
    const seconds = lease.spec?.leaseDurationSeconds ?? timing.lease;
    if (performance.now() - seen.at > seconds * 1000) return false;
    if (waitingFor !== holder) options.onWaiting?.(holder);
    waitingFor = holder;
    return true;
  }

  function take(before: Lease | undefined): Promise<KubeOutcome<Lease>> {
    const now = microTime(new Date());
    const mine = before?.spec?.holderIdentity === identity;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: timing.lease,
      acquireTime: mine ? before.spec?.acquireTime : now,
      renewTime: now,
      leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + (mine || before === undefined ? 0 : 1),
    };
    const metadata = { name: options.name, namespace: options.namespace, ...resourceVersion(before) };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    return before === undefined
      ? client.request({ method: 'POST', path: collection, body })
      : client.request({ method: 'PUT', path, body });
  }

  /** One try to get or keep the lease: `held` by another, `unsure` when nobody answered or somebody was faster. */
  async function attempt(): Promise<'mine' | 'held' | 'unsure'> {
    const sentAt = performance.now();
    const read = await client.request<Lease>({ method: 'GET', path });
    if (!read.ok && read.reason !== 'notFound') return 'unsure';
    const before = read.ok ? read.object : undefined;
    if (before !== undefined && held(before)) return 'held';
    if (stopping.signal.aborted) return 'unsure';
    const wrote = await take(before);
    if (!wrote.ok || stopping.signal.aborted) return 'unsure';
    renewedAt = sentAt;
    return 'mine';
  }

  function lose(because: string): void {
    if (stopping.signal.aborted || renewedAt === undefined) return;
    renewedAt = undefined;
    stopping.abort();
    options.onLost(because);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const result = await attempt();
      if (result === 'mine') resolve();
      if (result === 'held') lose(`${waitingFor} leads`);
      await sleep(timing.retry * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  // Beside the loop, for a request may hang longer than the deadline.
  const watchdog = setInterval(() => {
    if (renewedAt !== undefined && performance.now() - renewedAt > timing.deadline * 1000) {
      lose(`not renewed for ${timing.deadline} seconds`);
    }
  }, 250);
  stopping.signal.addEventListener('abort', () => clearInterval(watchdog));
  return {
    acquired,
    leading: () => renewedAt !== undefined && performance.now() - renewedAt < timing.lease * 1000,
    async release() {
      const leads = renewedAt !== undefined;
      renewedAt = undefined;
      stopping.abort();
      await running;
      if (!leads) return;
      const read = await client.request<Lease>({ method: 'GET', path });
      if (!read.ok || read.object.spec?.holderIdentity !== identity) return;
      const spec = { ...read.object.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      await client.request({ method: 'PUT', path, body: { ...read.object, spec } });
    },
  };
}

const resourceVersion = (lease: Lease | undefined): object =>
  lease?.metadata.resourceVersion === undefined ? {} : { resourceVersion: lease.metadata.resourceVersion };
