// The targets program: registers and deregisters the targets of each target group, with its own queue and key, so that
// a pod restart never plans a group again.
//
//   endpoints ─▶ missing: register ─▶ extra: deregister ─▶ ask for health until all are healthy ─▶ ask now and then
//
// What is registered is remembered in the binding's status as a hash, taken off before it changes and put back after, so
// that a new process asks AWS only about target groups whose endpoints are others than those.
import { isDeepStrictEqual } from 'node:util';
import {
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Backend } from '../../alb/desire/desiring.ts';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import type { Aws } from '../aws/calls.ts';
import { chunks } from '../chunks.ts';
import type { Health } from '../pass.ts';
import type { Next } from '../queue.ts';
import { endpointsOf, keyOfTarget, oursAmong, type Target, targetOfKey, type World } from './endpoints.ts';
import { FIRST_LOOK_MS, HEALTH_MS, LEAVING_MS, STEADY_MS } from './intervals.ts';
import { changedByHand, healthOf, registeredIn, targetsHash } from './target-health.ts';

/** Targets in one call (aws-model 6.7). */
const PER_CALL = 200;

/** A target group that exists, and what it is for. */
export interface Serving {
  readonly arn: string;
  readonly group: string;
  readonly backend: Backend;
  /** Security group that the load balancer comes from; absent when the users look after the rules themselves. */
  readonly source?: string;
  /** Of its group: under `observe` nothing is registered. */
  readonly policy: Policy;
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
  /** Takes the memory of what is registered off the binding; false when this could not be written. */
  unsettle(serving: Serving): Promise<boolean>;
  /** What somebody else registered or deregistered, in words. */
  drifted(serving: Serving, lines: readonly string[]): void;
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
  /** Has AWS asked what is registered in the target groups of a group. */
  look(group: string): void;
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
  /** AWS said after our last change that these are registered: what is different later, somebody else changed. */
  confirmed?: true;
  /** What is registered is what should be; absent while that changes, when nobody can say what is registered. */
  inLine?: true;
}

/** Nothing was asked yet, and the binding may say what is registered. */
const UNKNOWN = (): Known => ({ asked: 0, told: true, own: new Set() });

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
      const other = one.policy !== before?.policy;
      if (fresh || !chosen || left || other) this.#options.enqueue(one.arn, true);
    }
  }

  touch(namespace?: string, service?: string): void {
    for (const { arn, backend } of this.#served.values()) {
      const named = backend.namespace === namespace && backend.service === service;
      if (namespace === undefined ? this.#onNodes(arn, backend) : named) this.#options.enqueue(arn, true);
    }
  }

  look(group: string): void {
    for (const one of this.#served.values()) {
      if (one.group !== group) continue;
      const state = this.#known.get(one.arn);
      if (state?.remembered !== undefined)
        state.remembered = { ...state.remembered, until: this.#options.now() };
      this.#options.enqueue(one.arn, false);
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
    const { group } = serving;
    const before = state.registered;
    const shown = before === undefined ? state.remembered?.health : healthOf(before);
    state.registered = before ?? (await this.#look(serving, state));
    delete state.remembered;
    let changed = await this.#change(serving, state, state.registered);
    if (changed === 'none' && before !== undefined) {
      state.registered = await this.#look(serving, state);
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

  /** Asks AWS what is registered, and tells what is not as it was left. */
  async #look(serving: Serving, state: Known): Promise<Map<string, string>> {
    const { aws, world, drifted } = this.#options;
    const wanted = new Set(endpointsOf(serving.backend, world).map(keyOfTarget));
    const trusted = state.remembered?.health.hash === targetsHash(wanted) ? wanted : undefined;
    const left = state.confirmed ? state.registered?.keys() : trusted;
    const registered = await registeredIn(aws, serving.arn);
    const lines =
      left === undefined
        ? []
        : changedByHand(new Set(left), registered, wanted, serving.backend.shared === true);
    if (lines.length > 0) drifted(serving, lines);
    state.confirmed = true;
    return registered;
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
    const { world, unsettle } = this.#options;
    const wanted = new Map(
      endpointsOf(serving.backend, world).map((target) => [keyOfTarget(target), target]),
    );
    const missing = [...wanted.values()].filter((target) => !registered.has(keyOfTarget(target)));
    const isOurs = serving.backend.shared ? oursAmong(state.own, wanted) : () => true;
    const extra = [...registered.keys()].filter((key) => !wanted.has(key) && isOurs(key));
    if (serving.policy === 'observe' || missing.length + extra.length === 0) return 'none';
    delete state.inLine;
    delete state.confirmed;
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
    for (const part of chunks(missing, PER_CALL)) {
      const Targets = await Promise.all(part.map((target) => this.#describeTarget(target, backend)));
      await elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
      for (const target of part) registered.set(keyOfTarget(target), 'initial');
    }
    for (const part of chunks(extra, PER_CALL)) {
      await elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: part.map(targetOfKey) }));
      for (const key of part) registered.delete(key);
    }
  }

  async #describeTarget({ id, port }: Target, backend: Backend): Promise<TargetDescription> {
    const outside = backend.targetType === 'ip' && !(await this.#options.inVpc(id));
    return { Id: id, Port: port, ...(outside ? { AvailabilityZone: 'all' } : {}) };
  }
}
