// The targets program: registers and deregisters the targets of each target group, with its own queue and key, so that
// a pod restart never plans a group again.
//
//   endpoints ─▶ missing: register ─▶ extra: deregister ─▶ ask for health until all are healthy ─▶ ask now and then
//
// What is registered is remembered in the binding's status as a hash, taken off before it changes and put back after, so
// that a new process asks AWS only about target groups whose endpoints are others than those.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from './aws/calls.ts';
import { type AwsFailure, isFailure } from './aws/errors.ts';
import type { Backend } from './desire/desiring.ts';
import { endpointsOf, keyOfTarget, oursAmong, type Target, targetOfKey, type World } from './endpoints.ts';
import type { Next } from './kube/queue.ts';
import { registeredIn } from './registered.ts';
import type { Health } from './status.ts';

/** Targets per call (aws-model 6.7). */
const CHUNK = 200;
/**
 * Waits between two questions about health while some target is not healthy, in milliseconds: most are within seconds, and
 * those that never will be must not be asked about for ever.
 */
const HEALTH_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 30_000, 60_000, 120_000];
/** Health is asked again after this time when everything is healthy: it may change without a word from Kubernetes. */
const STEADY_MS = 300_000;
/** The same for a target group that serves until its successor does, and no longer than it serves well. */
const LEAVING_MS = 15_000;
/**
 * When a new process first asks about a target group that is remembered as it should be: spread over this span, so that a
 * restart is no burst; at once where not all were healthy, since that is what changes.
 */
const FIRST_LOOK_MS = {
  healthy: { from: 60_000, to: STEADY_MS },
  unhealthy: { from: 200, to: 2_000 },
};

/** A target group that exists, and what it is for. */
export interface Serving {
  readonly arn: string;
  readonly group: string;
  readonly backend: Backend;
  /** Security group that the load balancer comes from; absent when the users look after the rules themselves. */
  readonly source?: string;
  /** It was made in this pass: nothing is registered yet, and nobody needs to ask. */
  readonly made: boolean;
  /** A predecessor that serves until its successor does. */
  readonly leaving?: true;
  /** What the binding's status says of it; only read when the target group is new to this process. */
  readonly remembered?: Health;
}

export interface TargetsOptions {
  readonly aws: Aws;
  readonly world: World;
  /** False: nothing is registered (policy observe). */
  readonly writing: boolean;
  /** Takes the memory of what is registered off the binding; false when this could not be written. */
  unsettle(serving: Serving): Promise<boolean>;
  /** Milliseconds, from any fixed point. */
  now(): number;
  /** From 0 to less than 1: spreads what need not be done at once. */
  random(): number;
  /** True when an address lies in the VPC; others are registered with availability zone `all` (aws-model 6.7). */
  inVpc(address: string): Promise<boolean>;
  /** Has a target group worked on. */
  enqueue(arn: string, urgent: boolean): void;
  /** The health of a group's targets changed. */
  changed(group: string): void;
  /** The target group is gone: its group must be looked at again. */
  lost(serving: Serving): void;
  failed(serving: Serving, failure: AwsFailure): void;
}

export interface Targets {
  /** What a group's target groups are now; those no longer named are forgotten. */
  serve(group: string, serving: readonly Serving[]): void;
  /** A Service, its endpoints or (without arguments) the nodes changed. */
  touch(namespace?: string, service?: string): void;
  health(arn: string): Health | undefined;
  all(): readonly Serving[];
  /** Works on one target group. */
  reconcile(arn: string): Promise<Next>;
}

interface Known {
  /** Registered and not draining, by `id:port`; undefined until asked. */
  registered?: Map<string, string>;
  asked: number;
  /** What the process before knew, until AWS is asked, and when that is due. */
  remembered?: { readonly health: Health; readonly until: number };
  /** The binding may say what is registered: it must not any more once that changes. */
  told: boolean;
  /** Targets of a shared target group that were to be registered here, by `id:port`. */
  readonly own: Set<string>;
  /** What is registered is what should be; absent while that changes, when nobody can say what is registered. */
  inLine?: true;
}

/** Nothing was asked yet, and the binding may say what is registered. */
const UNKNOWN = (): Known => ({ asked: 0, told: true, own: new Set() });

/** One value for a set of targets, in any order; another version with another idea of a target has another prefix. Pure. */
export const targetsHash = (keys: Iterable<string>): string =>
  createHash('sha256')
    .update(['v1', ...[...keys].sort()].join('\n'))
    .digest('hex');

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

const healthOf = (registered: ReadonlyMap<string, string>): Health => ({
  healthy: [...registered.values()].filter((state) => state === 'healthy').length,
  total: registered.size,
});

/** Starts the program; it works when `reconcile` is called. */
export function targetsProgram(options: TargetsOptions): Targets {
  return new Program(options);
}

class Program implements Targets {
  readonly #options: TargetsOptions;
  readonly #served = new Map<string, Serving>();
  readonly #known = new Map<string, Known>();

  constructor(options: TargetsOptions) {
    this.#options = options;
  }

  serve(group: string, serving: readonly Serving[]): void {
    const now = new Set(serving.map(({ arn }) => arn));
    for (const one of this.#served.values()) {
      if (one.group !== group || now.has(one.arn)) continue;
      this.#served.delete(one.arn);
      this.#known.delete(one.arn);
    }
    for (const one of serving) {
      const before = this.#served.get(one.arn);
      this.#served.set(one.arn, one);
      const fresh = before === undefined;
      if (fresh && one.made) this.#known.set(one.arn, { ...UNKNOWN(), registered: new Map(), told: false });
      else if (fresh) this.#known.set(one.arn, this.#recall(one));
      // Another choice of nodes is another set of targets.
      const chosen = isDeepStrictEqual(before?.backend.nodeLabels, one.backend.nodeLabels);
      // One that is about to go is watched: others wait for it, and it for them.
      const left = one.leaving !== before?.leaving;
      if (fresh || !chosen || left) this.#options.enqueue(one.arn, true);
    }
  }

  touch(namespace?: string, service?: string): void {
    for (const { arn, backend } of this.#served.values()) {
      const named = backend.namespace === namespace && backend.service === service;
      if (namespace === undefined ? this.#onNodes(arn, backend) : named) this.#options.enqueue(arn, true);
    }
  }

  /** Whether a change of nodes may matter; of pods' nodes only when none of the pods is ready. */
  #onNodes(arn: string, backend: Backend): boolean {
    if (backend.targetType === 'instance') return true;
    const registered = this.#known.get(arn)?.registered;
    const endpoints = endpointsOf(backend, this.#options.world);
    return endpoints.some((one) => registered?.has(keyOfTarget(one)) === false);
  }

  health(arn: string): Health | undefined {
    const state = this.#known.get(arn);
    if (state?.registered === undefined) return state?.remembered?.health;
    const health = healthOf(state.registered);
    if (!state.inLine) return health;
    state.told = true;
    return { ...health, hash: targetsHash(state.registered.keys()) };
  }

  /** What the process before remembered, to be trusted until a moment of its own. */
  #recall({ remembered: health }: Serving): Known {
    // What the binding says may be about targets that nobody can name any more: it is taken off before any change.
    if (health?.hash === undefined) return UNKNOWN();
    const { from, to } = FIRST_LOOK_MS[health.healthy === health.total ? 'healthy' : 'unhealthy'];
    const until = this.#options.now() + from + this.#options.random() * (to - from);
    return { ...UNKNOWN(), remembered: { health, until } };
  }

  all(): readonly Serving[] {
    return [...this.#served.values()];
  }

  async reconcile(arn: string): Promise<Next> {
    const serving = this.#served.get(arn);
    if (serving === undefined) return 'done';
    const state: Known = this.#known.get(arn) ?? UNKNOWN();
    this.#known.set(arn, state);
    try {
      return this.#asRemembered(serving, state) ?? (await this.#settle(serving, state));
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      delete state.registered;
      if (thrown.kind === 'notFound' && thrown.code === 'TargetGroupNotFound') this.#options.lost(serving);
      else this.#options.failed(serving, thrown);
      return 'retry';
    }
  }

  /** When to look, while the endpoints are those that the process before registered and it is not time to ask AWS yet. */
  #asRemembered({ backend }: Serving, { remembered }: Known): Next | undefined {
    if (remembered === undefined) return undefined;
    const left = remembered.until - this.#options.now();
    const wanted = targetsHash(endpointsOf(backend, this.#options.world).map(keyOfTarget));
    return left > 0 && wanted === remembered.health.hash ? { afterMs: left } : undefined;
  }

  async #settle(serving: Serving, state: Known): Promise<Next> {
    const { arn, group } = serving;
    const before = state.registered;
    const shown = before === undefined ? state.remembered?.health : healthOf(before);
    state.registered = before ?? (await registeredIn(this.#options.aws, arn));
    delete state.remembered;
    let changed = await this.#change(serving, state, state.registered);
    if (changed === 'none' && before !== undefined) {
      state.registered = await registeredIn(this.#options.aws, arn);
      // Somebody may have changed it by hand.
      changed = await this.#change(serving, state, state.registered);
    }
    if (changed === 'unwritten') return 'retry';
    state.inLine = true;
    if (changed === 'done') state.asked = 0;
    const health = healthOf(state.registered);
    const news = shown?.healthy !== health.healthy || shown.total !== health.total;
    if (news || changed === 'done') this.#options.changed(group);
    if (health.healthy === health.total && changed === 'none')
      return { afterMs: serving.leaving === true ? LEAVING_MS : STEADY_MS };
    const wait = HEALTH_MS[Math.min(state.asked, HEALTH_MS.length - 1)] ?? STEADY_MS;
    state.asked += 1;
    return { afterMs: wait };
  }

  /**
   * Registers what is missing, then deregisters what is extra. The memory of what was registered goes first: whoever finds
   * it after a crash in between must ask AWS.
   */
  async #change(
    serving: Serving,
    state: Known,
    registered: Map<string, string>,
  ): Promise<'none' | 'done' | 'unwritten'> {
    const { world, writing, unsettle } = this.#options;
    const wanted = new Map(
      endpointsOf(serving.backend, world).map((target) => [keyOfTarget(target), target]),
    );
    const missing = [...wanted.values()].filter((target) => !registered.has(keyOfTarget(target)));
    const isOurs = serving.backend.shared ? oursAmong(state.own, wanted) : () => true;
    const extra = [...registered.keys()].filter((key) => !wanted.has(key) && isOurs(key));
    if (!writing || missing.length + extra.length === 0) return 'none';
    delete state.inLine;
    if (state.told && !(await unsettle(serving))) return 'unwritten';
    state.told = false;
    await this.#write(serving, missing, extra, registered);
    return 'done';
  }

  async #write(
    { arn, backend }: Serving,
    missing: readonly Target[],
    extra: readonly string[],
    registered: Map<string, string>,
  ): Promise<void> {
    const { elbv2 } = this.#options.aws;
    for (const part of chunks(missing)) {
      const Targets = await Promise.all(part.map((target) => this.#describeTarget(target, backend)));
      await elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
      for (const target of part) registered.set(keyOfTarget(target), 'initial');
    }
    for (const part of chunks(extra)) {
      await elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: part.map(targetOfKey) }));
      for (const key of part) registered.delete(key);
    }
  }

  async #describeTarget({ id, port }: Target, backend: Backend): Promise<TargetDescription> {
    const outside = backend.targetType === 'ip' && !(await this.#options.inVpc(id));
    return { Id: id, Port: port, ...(outside ? { AvailabilityZone: 'all' } : {}) };
  }
}
