// The targets program: registers and deregisters the targets of each target group, with its own queue and key, so that
// a pod restart never plans a group again. What it finds out goes to the status of a binding (target-status.ts).
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
import { chunks } from '../aws/chunks.ts';
import type { Aws } from '../aws/client.ts';
import type { Next } from '../queue/queue.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import { endpointsOf, keyOfTarget, type Target, targetOfKey, type World } from './endpoints.ts';
import { steadyLook, unsettledLook } from './intervals.ts';
import type { Serving } from './serving.ts';
import { TargetGroupIndex } from './target-group-index.ts';
import { changedByHand, REGISTERING, type Registered, registeredIn } from './target-health.ts';
import {
  changeOf,
  confirmed,
  healthOf,
  leftIn,
  NEW,
  recalled,
  registeredOf,
  sameHealth,
  type TargetChange,
  type TargetState,
  trustedFor,
  UNKNOWN,
  written,
} from './target-state.ts';

/** Targets in one call (aws-model 6.7). */
const PER_CALL = 200;

export interface TargetsOptions {
  readonly aws: Aws;
  readonly world: World;
  /** Takes the hash of what is registered off the binding; false when this could not be written. */
  forget(serving: Serving): Promise<boolean>;
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
  /** Others are served than before, or otherwise: by ARN, also those that are served no longer. */
  served(arns: readonly string[]): void;
  /** The health of its targets changed; `awaited`: the pass over its group waits for that. */
  changed(serving: Serving, awaited: boolean): void;
  /** The target group is gone: its group must be looked at again. */
  lost(serving: Serving): void;
  failed(serving: Serving, failure: AwsFailure): void;
}

/** One target group that is served. */
interface TargetGroupEntry {
  state: TargetState;
  /** The binding may hold a hash of what is registered. */
  recorded: boolean;
  /** Targets of a shared target group that were to be registered here, by `id:port`; others may be of other clusters. */
  own: ReadonlySet<string>;
}

/** The program; it works when `reconcile` is called. */
export class Targets {
  readonly #options: TargetsOptions;
  readonly served = new TargetGroupIndex();
  readonly #entries = new Map<string, TargetGroupEntry>();
  /** Group → whether its pass waits for healthy targets. */
  readonly #groups = new Map<string, boolean>();

  constructor(options: TargetsOptions) {
    this.#options = options;
  }

  /**
   * What a group's target groups are now; those no longer named are forgotten. `awaited`: something of the group waits until
   * targets are healthy, and the group is to be looked at again when that changes.
   */
  serve(group: string, serving: readonly Serving[], awaited: boolean): void {
    this.#groups.set(group, awaited);
    const named = new Set(serving.map(({ arn }) => arn));
    const gone = this.served.ofGroup(group).filter(({ arn }) => !named.has(arn));
    for (const { arn } of gone) {
      this.served.delete(arn);
      this.#entries.delete(arn);
    }
    for (const one of serving) this.#put(one);
    this.#options.served([...gone, ...serving].map(({ arn }) => arn));
  }

  #put(one: Serving): void {
    const { now, random, enqueue } = this.#options;
    const before = this.served.get(one.arn);
    this.served.put(one);
    if (before === undefined) {
      const state = one.made ? NEW : recalled(one.remembered, now(), random());
      this.#entries.set(one.arn, { state, recorded: !one.made, own: new Set() });
    }
    // Another choice of nodes is another set of targets.
    const chosen = isDeepStrictEqual(before?.backend.nodeLabels, one.backend.nodeLabels);
    // One that is about to go is watched: others wait for it, and it for them.
    const left = one.leaving !== before?.leaving;
    if (before === undefined || !chosen || left || one.policy !== before.policy) enqueue(one.arn, true);
  }

  /** A Service or its endpoints changed. Gives the ARNs of its target groups. */
  touchService(namespace: string, service: string): readonly string[] {
    const arns = this.served.ofService(namespace, service).map(({ arn }) => arn);
    for (const arn of arns) this.#options.enqueue(arn, true);
    return arns;
  }

  touchNodes(): void {
    for (const one of this.served.all()) if (this.#onNodes(one)) this.#options.enqueue(one.arn, true);
  }

  /** Has AWS asked what is registered in the target groups of a group. */
  look(group: string): void {
    for (const { arn } of this.served.ofGroup(group)) {
      const entry = this.#entries.get(arn);
      if (entry?.state.kind === 'remembered') entry.state = { ...entry.state, until: this.#options.now() };
      this.#options.enqueue(arn, false);
    }
  }

  /** Whether a change of nodes may matter; of pods' nodes only when none of the pods is ready. */
  #onNodes({ arn, backend }: Serving): boolean {
    if (backend.targetType === 'instance') return true;
    const registered = registeredOf(this.#entries.get(arn)?.state ?? UNKNOWN);
    const endpoints = endpointsOf(backend, this.#options.world);
    return endpoints.some((one) => registered?.has(keyOfTarget(one)) === false);
  }

  health(arn: string): TargetGroupHealth | undefined {
    return healthOf(this.#entries.get(arn)?.state ?? UNKNOWN);
  }

  /** The hash of what is registered is about to be written to the binding: it is taken off before that changes. */
  recording(arn: string): void {
    const entry = this.#entries.get(arn);
    if (entry !== undefined) entry.recorded = true;
  }

  /** Whether it was said what the target groups of a group are. */
  knows(group: string): boolean {
    return this.#groups.has(group);
  }

  /** The group is no more. */
  forgetGroup(group: string): void {
    if (!this.#groups.has(group)) return;
    this.serve(group, [], false);
    this.#groups.delete(group);
  }

  /** Works on one target group. */
  async reconcile(arn: string): Promise<Next> {
    const serving = this.served.get(arn);
    const entry = this.#entries.get(arn);
    if (serving === undefined || entry === undefined) return 'done';
    const wanted = endpointsOf(serving.backend, this.#options.world).map(keyOfTarget);
    const left = trustedFor(entry.state, wanted, this.#options.now());
    if (left !== undefined) return { afterMs: left };
    try {
      return await this.#settle(serving, entry);
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      entry.state = UNKNOWN;
      if (thrown.kind === 'notFound' && thrown.code === 'TargetGroupNotFound') this.#options.lost(serving);
      else this.#options.failed(serving, thrown);
      return 'retry';
    }
  }

  async #settle(serving: Serving, entry: TargetGroupEntry): Promise<Next> {
    const before = entry.state;
    const known = registeredOf(before);
    const registered = known ?? (await this.#look(serving, entry));
    let result = await this.#change(serving, entry, registered);
    // Somebody may have changed it by hand.
    if (result === 'none' && known !== undefined)
      result = await this.#change(serving, entry, await this.#look(serving, entry));
    if (result === 'unwritten') return 'retry';
    if (result === 'done' || !sameHealth(before, entry.state))
      this.#options.changed(serving, this.#groups.get(serving.group) === true);
    const health = healthOf(entry.state);
    if (health?.healthy === health?.total && result === 'none')
      return { afterMs: steadyLook(serving.leaving === true) };
    if (entry.state.kind !== 'settled') return 'retry';
    const { looks } = entry.state;
    entry.state = { ...entry.state, looks: looks + 1 };
    return { afterMs: unsettledLook(looks) };
  }

  /** Asks AWS what is registered, and tells what is not as it was left. */
  async #look(serving: Serving, entry: TargetGroupEntry): Promise<Registered> {
    const { aws, world, drifted } = this.#options;
    const wanted = new Set(endpointsOf(serving.backend, world).map(keyOfTarget));
    const left = leftIn(entry.state, wanted);
    const registered = await registeredIn(aws, serving.arn);
    const shared = serving.backend.shared === true;
    const lines = left === undefined ? [] : changedByHand(left, registered, wanted, shared);
    if (lines.length > 0) drifted(serving, lines);
    entry.state = confirmed(entry.state, registered);
    return registered;
  }

  /**
   * Registers what is missing, then deregisters what is extra. The hash of what was registered goes first: whoever finds it
   * after a crash in between must ask AWS.
   */
  async #change(
    serving: Serving,
    entry: TargetGroupEntry,
    registered: Registered,
  ): Promise<'none' | 'done' | 'unwritten'> {
    const wanted = endpointsOf(serving.backend, this.#options.world);
    if (serving.backend.shared) entry.own = new Set([...entry.own, ...wanted.map(keyOfTarget)]);
    const change = changeOf(registered, wanted, serving.backend.shared ? entry.own : undefined);
    if (serving.policy === 'observe' || change.missing.length + change.extra.length === 0) return 'none';
    entry.state = { kind: 'changing', registered };
    if (entry.recorded && !(await this.#options.forget(serving))) return 'unwritten';
    entry.recorded = false;
    entry.state = written(await this.#write(serving, change, registered));
    return 'done';
  }

  /** Gives what is registered then. */
  async #write(
    { arn, backend }: Serving,
    { missing, extra }: TargetChange,
    before: Registered,
  ): Promise<Registered> {
    const { elbv2 } = this.#options.aws;
    for (const part of chunks(missing, PER_CALL)) {
      const Targets = await Promise.all(part.map((target) => this.#describeTarget(target, backend)));
      await elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
    }
    for (const part of chunks(extra, PER_CALL))
      await elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: part.map(targetOfKey) }));
    const gone = new Set(extra);
    const stays = [...before].filter(([key]) => !gone.has(key));
    return new Map([...stays, ...missing.map((target) => [keyOfTarget(target), REGISTERING] as const)]);
  }

  async #describeTarget({ id, port }: Target, backend: Backend): Promise<TargetDescription> {
    const outside = backend.targetType === 'ip' && !(await this.#options.inVpc(id));
    return { Id: id, Port: port, ...(outside ? { AvailabilityZone: 'all' } : {}) };
  }
}
