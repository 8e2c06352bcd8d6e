// Leader election by a Lease (coordination.k8s.io): of several controllers one works, the others wait.
// By hand: the library has no leader election.
//
//   waiting ──free, expired, released, or its process is dead──▶ leading ──renewed every 2 s──▶ leading
//                                                                │   ▲ └── taken ──▶ lost: the process ends
//                                                 not renewed for 10 s │ still ours
//                                                                ▼   │
//                                                               pausing ── taken ──▶ lost
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectMeta } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { microTime } from './events.ts';
import { KINDS, type KubeKind, type ObjectName } from './kinds.ts';
import { createObject, readObject, replaceObject } from './objects.ts';

const KIND: KubeKind<Lease> = KINDS.leases;

export interface Lease {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** Reads one. */
export const readLease = (
  client: Pick<KubeClient, 'request'>,
  name: ObjectName,
): Promise<KubeOutcome<Lease>> => readObject(client, KIND, name);

export interface LeadOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  readonly identity: string;
  /** Called once when another one took the lease: nothing may be written any more, the process must end. */
  onLost(because: string): void;
  /** Called when somebody else leads, once for each other leader. */
  onWaiting?(holder: string): void;
  /** Called when the lease cannot be read or written, once for each reason. */
  onTrouble?(message: string): void;
  /** Seconds; defaults 15, 10, 2 (as Kubernetes' own controllers). */
  readonly timing?: { readonly lease: number; readonly deadline: number; readonly retry: number };
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

/** Stands for election from when it is made. */
export class Lead {
  readonly #options: LeadOptions;
  readonly #timing: NonNullable<LeadOptions['timing']>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** The lease as last seen, and when by our own clock: other machines' clocks are not trusted. */
  #seen: { version: string | undefined; at: number } = { version: undefined, at: 0 };
  #waitingFor: string | undefined;
  /** When the last renewal that succeeded was sent; undefined while not leading. */
  #trouble: string | undefined;
  #renewedAt: number | undefined;
  /** Resolved while leading, another one while not. */
  #gate = Promise.withResolvers<void>();
  /** Whether this process led before: what it knows is true only if nobody else did since. */
  #led = false;

  constructor(options: LeadOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#running = this.#run();
    // Beside the loop, for a request may hang longer than the deadline.
    const watchdog = setInterval(() => this.#watch(), 250);
    this.#stopping.signal.addEventListener('abort', () => clearInterval(watchdog));
  }

  /** Resolves at once while this process leads, else when it leads (again): nothing may be written before. */
  whenLeading(): Promise<void> {
    return this.#gate.promise;
  }

  leading(): boolean {
    return this.#renewedAt !== undefined && performance.now() - this.#renewedAt < this.#timing.lease * 1000;
  }

  /** Stops, and gives the lease back so that the next one leads at once. */
  async release(): Promise<void> {
    const { client, identity } = this.#options;
    this.#renewedAt = undefined;
    this.#stopping.abort();
    await this.#running;
    if (!this.#led) return;
    const read = await readLease(client, this.#options);
    if (!read.ok || read.object.spec?.holderIdentity !== identity) return;
    const { holderIdentity: _, ...spec } = { ...read.object.spec, leaseDurationSeconds: 1 };
    await replaceObject(client, KIND, { ...read.object, spec });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const result = await this.#attempt();
      if (result === 'held' && this.#led) this.#lose(`${this.#waitingFor} leads`);
      await sleep(this.#timing.retry * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Nobody renewed the lease in time, maybe because nobody could: work pauses until it is known whose it is. */
  #watch(): void {
    const { deadline } = this.#timing;
    if (this.#renewedAt === undefined || performance.now() - this.#renewedAt < deadline * 1000) return;
    this.#renewedAt = undefined;
    this.#gate = Promise.withResolvers<void>();
    this.#options.onTrouble?.(`not renewed for ${deadline} seconds; nothing is done until it is`);
  }

  #lose(because: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#renewedAt = undefined;
    this.#stopping.abort();
    this.#options.onLost(because);
  }

  /** A conflict is somebody faster, an everyday answer; anything else is told once. */
  #unsure(outcome: KubeOutcome & { ok: false }): 'unsure' {
    const told = outcome.message === this.#trouble;
    this.#trouble = outcome.message;
    if (outcome.reason !== 'conflict' && !told) this.#options.onTrouble?.(outcome.message);
    return 'unsure';
  }

  /** One try to get or keep the lease: `held` by another, `unsure` when nobody answered or somebody was faster. */
  async #attempt(): Promise<'mine' | 'held' | 'unsure'> {
    const sentAt = performance.now();
    const read = await readLease(this.#options.client, this.#options);
    if (!read.ok && read.reason !== 'notFound') return this.#unsure(read);
    const before = read.ok ? read.object : undefined;
    if (before !== undefined && this.#held(before)) return 'held';
    if (this.#stopping.signal.aborted) return 'unsure';
    const wrote = await this.#take(before);
    if (!wrote.ok) return this.#unsure(wrote);
    if (this.#stopping.signal.aborted) return 'unsure';
    this.#renewedAt = sentAt;
    this.#led = true;
    this.#gate.resolve();
    return 'mine';
  }

  #held({ metadata, spec }: Lease): boolean {
    const holder = spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.#options.identity) return false;
    const version = metadata.resourceVersion;
    if (version !== this.#seen.version) this.#seen = { version, at: performance.now() };
    if (isDead(holder, this.#options.identity)) return false;
    const seconds = spec?.leaseDurationSeconds ?? this.#timing.lease;
    if (performance.now() - this.#seen.at > seconds * 1000) return false;
    if (this.#waitingFor !== holder) this.#options.onWaiting?.(holder);
    this.#waitingFor = holder;
    return true;
  }

  #take(before: Lease | undefined): Promise<KubeOutcome<Lease>> {
    const { client, identity, name, namespace } = this.#options;
    const now = microTime(new Date());
    const mine = before?.spec?.holderIdentity === identity;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: this.#timing.lease,
      acquireTime: mine ? before.spec?.acquireTime : now,
      renewTime: now,
      leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + (mine || before === undefined ? 0 : 1),
    };
    if (before === undefined)
      return createObject(client, KIND, { metadata: { name, namespace }, spec }, namespace);
    const { resourceVersion } = before.metadata;
    const version = resourceVersion === undefined ? {} : { resourceVersion };
    return replaceObject(client, KIND, { metadata: { name, namespace, ...version }, spec } as Lease);
  }
}
