// The targets program: registers and deregisters the targets of each target group, with its own queue and key, so that
// a pod restart never plans a group again. What it finds out goes to the status of a binding (target-status.ts).
//
//   endpoints ─▶ change what is registered (target-changes.ts) ─▶ ask for health until all are healthy ─▶ ask now and then
//
// What is registered is remembered in the binding's status as a hash, taken off before it changes and put back after, so
// that a new process asks AWS only about target groups whose endpoints are others than those.
import { isDeepStrictEqual } from 'node:util';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import { accountOf } from '../aws/assumed-roles.ts';
import type { Next } from '../queue/queue.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import { endpointsOf, keyOfTarget } from './endpoints.ts';
import type { Serving } from './serving.ts';
import { changeTargets, type TargetChangesOptions, type TargetChanging } from './target-changes.ts';
import { newEntry, type TargetGroupEntry } from './target-group-entry.ts';
import { TargetGroupIndex } from './target-group-index.ts';
import { changedByHand, inhabitantsOf, onlyOwn, type TargetHealth } from './target-health.ts';
import { newsOf, standingOf, type TargetNews, type TargetStanding } from './target-standing.ts';
import {
  confirmed,
  doubted,
  dueIn,
  hastened,
  healthOf,
  isAsLeft,
  leftIn,
  NEW,
  recalled,
  registeredOf,
  trustedFor,
  UNKNOWN,
} from './target-state.ts';
import { withdrawTargets } from './withdraw.ts';

export interface TargetsOptions extends TargetChangesOptions {
  /** What somebody else registered or deregistered, in words. */
  drifted(serving: Serving, lines: readonly string[]): void;
  /** What people are to hear of. */
  tell(serving: Serving, news: TargetNews): void;
  /** From 0 to less than 1: spreads what need not be done at once. */
  random(): number;
  /** Has a target group worked on. */
  enqueue(arn: string, urgent: boolean): void;
  /** Others are served than before, or otherwise: by ARN, also those that are served no longer. */
  served(arns: readonly string[]): void;
  /** What is told of its targets changed; `awaited`: the pass over its group waits for that. */
  changed(serving: Serving, awaited: boolean): void;
  /** The target group is gone: its group must be looked at again. */
  lost(serving: Serving): void;
  failed(serving: Serving, failure: AwsFailure): void;
  /** AWS may have been asked about its targets; `someUnhealthy`: it says of some that they are not healthy. */
  seen(serving: Serving, someUnhealthy: boolean): void;
  /** Nothing that was registered for it is registered any more. */
  withdrawn(serving: Serving): void;
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
    const hastens = awaited && this.#groups.get(group) !== true;
    this.#groups.set(group, awaited);
    const named = new Set(serving.map(({ arn }) => arn));
    const gone = this.served.ofGroup(group).filter(({ arn }) => !named.has(arn));
    for (const { arn } of gone) {
      this.served.delete(arn);
      this.#entries.delete(arn);
    }
    for (const one of serving) {
      this.#put(one);
      if (hastens) this.#hasten(one.arn);
    }
    this.#options.served([...gone, ...serving].map(({ arn }) => arn));
  }

  /** What the process before looked after is served until a pass over its group says what the target groups are. */
  recall(serving: readonly Serving[]): void {
    const news = serving.filter(({ arn, group }) => !this.knows(group) && this.served.get(arn) === undefined);
    for (const one of news) this.#put(one);
    this.#options.served(news.map(({ arn }) => arn));
  }

  #put(one: Serving): void {
    const { now, random, enqueue } = this.#options;
    const before = this.served.get(one.arn);
    this.served.put(one);
    if (before === undefined) {
      const state = one.made ? NEW : recalled(one.remembered, now(), random());
      this.#entries.set(one.arn, newEntry(state, !one.made, one.toldDown === true));
    }
    // It was told by less than is known now: no news.
    const entry = this.#entries.get(one.arn);
    if (before?.recalled && entry !== undefined) entry.standing = undefined;
    // Another Service, or choice of nodes, is another set of targets.
    const same = isDeepStrictEqual(before?.backend, one.backend);
    this.#unshare(before, one);
    // One that is about to go is watched: others wait for it, and it for them.
    const left = one.leaving !== before?.leaving || one.withdrawn !== before?.withdrawn;
    const asks = isDeepStrictEqual(before?.role, one.role);
    if (!same || left || !asks || one.policy !== before?.policy) enqueue(one.arn, true);
  }

  /** Whether it is shared may change; what was noted for that is of no more use then. */
  #unshare(before: Serving | undefined, { arn, backend }: Serving): void {
    const entry = this.#entries.get(arn);
    if (entry === undefined || before === undefined || before.backend.shared === backend.shared) return;
    entry.own = undefined;
    entry.state = UNKNOWN;
    if (before.backend.shared === true) void this.#options.own.forget(before);
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
    for (const { arn } of this.served.ofGroup(group)) this.#doubt(arn, false);
  }

  /** Has AWS asked about each target where only counts are remembered: `seen` tells when it has answered. */
  ask(arn: string): void {
    if (this.#entries.get(arn)?.state.kind === 'remembered') this.#doubt(arn, true);
  }

  #doubt(arn: string, urgent: boolean): void {
    const entry = this.#entries.get(arn);
    if (entry !== undefined) entry.state = doubted(entry.state, this.#options.now());
    this.#options.enqueue(arn, urgent);
  }

  /** Something waits until its targets are healthy: those that are not are asked about as if they had just been registered. */
  #hasten(arn: string): void {
    const entry = this.#entries.get(arn);
    if (entry === undefined) return;
    const before = entry.state;
    entry.state = hastened(before, this.#options.now());
    if (entry.state !== before) this.#options.enqueue(arn, false);
  }

  /** Whether a change of nodes may matter; of pods' nodes only when none of the pods is ready. */
  #onNodes({ arn, backend }: Serving): boolean {
    if (backend.targetType === 'instance') return true;
    const registered = registeredOf(this.#entries.get(arn)?.state ?? UNKNOWN);
    const endpoints = endpointsOf(backend, this.#options.world);
    return endpoints.some((one) => registered?.has(keyOfTarget(one)) === false);
  }

  health(arn: string): TargetGroupHealth | undefined {
    const { state = UNKNOWN, unclear = [] } = this.#entries.get(arn) ?? {};
    const health = healthOf(state);
    return health === undefined || unclear.length === 0 ? health : { ...health, unclear };
  }

  /** It is unclear which security groups let the load balancer reach its targets, and why; none: it is clear. */
  unclear(serving: Serving, why: readonly string[]): void {
    const entry = this.#entries.get(serving.arn);
    if (entry === undefined) return;
    entry.unclear = why;
    this.#options.changed(serving, false);
  }

  /** What AWS said last of one target, by `id:port`; undefined of one that is not registered, or while only counts are known. */
  healthOfTarget(arn: string, target: string): TargetHealth | undefined {
    return registeredOf(this.#entries.get(arn)?.state ?? UNKNOWN)?.get(target);
  }

  /** What can be told of its targets; undefined when it is not served. */
  standing(arn: string): TargetStanding | undefined {
    const [serving, entry] = [this.served.get(arn), this.#entries.get(arn)];
    if (serving === undefined || entry === undefined) return undefined;
    return standingOf(serving, entry, this.#options.world);
  }

  /** What AWS answered last, where that was no success. */
  failure(arn: string): AwsFailure | undefined {
    return this.#entries.get(arn)?.failure;
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
    if (!this.#groups.has(group) && this.served.ofGroup(group).length === 0) return;
    this.serve(group, [], false);
    this.#groups.delete(group);
  }

  /** Works on one target group. */
  async reconcile(arn: string): Promise<Next> {
    const { world, now, changed, tell, seen } = this.#options;
    const serving = this.served.get(arn);
    const entry = this.#entries.get(arn);
    if (serving === undefined || entry === undefined) return 'done';
    const wanted = () => endpointsOf(serving.backend, world).map(keyOfTarget);
    const left = serving.withdrawn ? undefined : trustedFor(entry.state, wanted, now());
    if (left !== undefined) return { afterMs: left };
    const before = entry.standing ?? standingOf(serving, entry, world);
    const next = await this.#attempt(serving, entry);
    const after = standingOf(serving, entry, world);
    entry.standing = after;
    for (const news of newsOf(before, after, serving, entry.down)) tell(serving, news);
    entry.down = after.down || (entry.down && (after.health?.healthy ?? 0) === 0);
    seen(serving, after.unhealthy.length > 0);
    if (!isDeepStrictEqual(before, after)) changed(serving, this.#groups.get(serving.group) === true);
    return next;
  }

  async #attempt(serving: Serving, entry: TargetGroupEntry): Promise<Next> {
    try {
      const next = serving.withdrawn
        ? await this.#withdraw(serving, entry)
        : await this.#settle(serving, entry);
      entry.failure = undefined;
      return next;
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      // What is to be deregistered stays known.
      if (!serving.withdrawn) entry.state = UNKNOWN;
      entry.failure = thrown;
      if (thrown.kind === 'notFound' && thrown.code === 'TargetGroupNotFound') this.#options.lost(serving);
      else this.#options.failed(serving, thrown);
      return 'retry';
    }
  }

  async #settle(serving: Serving, entry: TargetGroupEntry): Promise<Next> {
    const { own, now } = this.#options;
    if (serving.backend.shared === true) entry.own ??= await own.read(serving);
    if (serving.backend.shared === true && entry.own === undefined) return 'retry';
    const known = registeredOf(entry.state) !== undefined;
    if (!known) await this.#look(serving, entry);
    let result: TargetChanging = await changeTargets(serving, entry, this.#options);
    // Somebody may have changed it by hand.
    if (result.kind === 'none' && known && dueIn(entry.state, now()) === 0) {
      await this.#look(serving, entry);
      result = await changeTargets(serving, entry, this.#options);
    }
    if (result.kind === 'unwritten') return 'retry';
    const due = result.kind === 'joined' ? result.afterMs : dueIn(entry.state, now());
    return { afterMs: Math.min(due, result.afterMs) };
  }

  async #withdraw(serving: Serving, entry: TargetGroupEntry): Promise<Next> {
    const next = await withdrawTargets(serving, entry, this.#options);
    if (next === 'done') this.#options.withdrawn(serving);
    return next;
  }

  /** Asks AWS what is registered, and tells what is not as it was left. */
  async #look(serving: Serving, entry: TargetGroupEntry): Promise<void> {
    const { aws, world, drifted, now, waiting } = this.#options;
    const all = await inhabitantsOf(accountOf(aws, serving.role), serving.arn);
    const wanted = new Set(endpointsOf(serving.backend, world).map(keyOfTarget));
    const { own } = entry;
    // Whose pods they were is forgotten; that they were pods of the Service is not.
    if (isAsLeft(entry.state, all.registered))
      entry.behind = new Map(all.registered.keys().map((key) => [key, {}]));
    // What other clusters registered in a shared one is their own business.
    const here = own === undefined ? all : onlyOwn(all, (key) => own.has(key) || wanted.has(key));
    const left = leftIn(entry.state, wanted);
    const lines = left === undefined ? [] : changedByHand(left, here.registered, wanted);
    if (lines.length > 0) drifted(serving, lines);
    const leaving = serving.leaving === true || entry.over > 0;
    const isAwaited = this.#groups.get(serving.group) === true;
    const before = isAwaited && entry.state.kind === 'remembered' ? UNKNOWN : entry.state;
    entry.state = confirmed(before, here, now(), leaving, waiting(serving));
  }
}
