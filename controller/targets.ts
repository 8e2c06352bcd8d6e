// The targets program: registers and deregisters the targets of each target group, with its own queue and key, so that
// a pod restart never plans a group again.
//
//   endpoints ─▶ missing: register ─▶ extra: deregister ─▶ ask for health until all are healthy
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
  type TargetDescription,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from './aws/calls.ts';
import { type AwsFailure, isFailure } from './aws/errors.ts';
import type { Backend } from './desire/desiring.ts';
import { endpointsOf, keyOfTarget, type Target, type World } from './endpoints.ts';
import type { Next } from './kube/queue.ts';
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

/** A target group that exists, and what it is for. */
export interface Serving {
  readonly arn: string;
  readonly group: string;
  readonly backend: Backend;
  /** Security group that the load balancer comes from; absent when the users look after the rules themselves. */
  readonly source?: string;
  /** It was made in this pass: nothing is registered yet, and nobody needs to ask. */
  readonly made: boolean;
}

export interface TargetsOptions {
  readonly aws: Aws;
  readonly world: World;
  /** False: nothing is registered (policy observe). */
  readonly writing: boolean;
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
}

const stateOf = (description: TargetHealthDescription): string =>
  description.TargetHealth?.State ?? 'unavailable';

async function describe(aws: Aws, arn: string): Promise<Map<string, string>> {
  const answer = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
  const living = (answer.TargetHealthDescriptions ?? []).filter(
    (one) => !['draining', 'unhealthy.draining'].includes(stateOf(one)),
  );
  return new Map(living.map((one) => [`${one.Target?.Id ?? ''}:${one.Target?.Port ?? ''}`, stateOf(one)]));
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

const splitKey = (key: string): TargetDescription => {
  const colon = key.lastIndexOf(':');
  return { Id: key.slice(0, colon), Port: Number(key.slice(colon + 1)) };
};

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
      const fresh = !this.#served.has(one.arn);
      this.#served.set(one.arn, one);
      if (fresh && one.made) this.#known.set(one.arn, { registered: new Map(), asked: 0 });
      if (fresh) this.#options.enqueue(one.arn, true);
    }
  }

  touch(namespace?: string, service?: string): void {
    for (const { arn, backend } of this.#served.values()) {
      const named = backend.namespace === namespace && backend.service === service;
      if (namespace === undefined ? backend.targetType === 'instance' : named)
        this.#options.enqueue(arn, true);
    }
  }

  health(arn: string): Health | undefined {
    const registered = this.#known.get(arn)?.registered;
    return registered === undefined ? undefined : healthOf(registered);
  }

  all(): readonly Serving[] {
    return [...this.#served.values()];
  }

  async reconcile(arn: string): Promise<Next> {
    const serving = this.#served.get(arn);
    if (serving === undefined) return 'done';
    const state = this.#known.get(arn) ?? { asked: 0 };
    this.#known.set(arn, state);
    try {
      return await this.#settle(serving, state);
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      delete state.registered;
      if (thrown.kind === 'notFound' && thrown.code === 'TargetGroupNotFound') this.#options.lost(serving);
      else this.#options.failed(serving, thrown);
      return 'retry';
    }
  }

  async #settle(serving: Serving, state: Known): Promise<Next> {
    const { arn, group, backend } = serving;
    const before = state.registered;
    const shown = before === undefined ? undefined : healthOf(before);
    state.registered = before ?? (await describe(this.#options.aws, arn));
    const changed = this.#options.writing && (await this.#change(arn, backend, state.registered));
    if (changed) state.asked = 0;
    else if (before !== undefined) state.registered = await describe(this.#options.aws, arn);
    const health = healthOf(state.registered);
    if (shown?.healthy !== health.healthy || shown.total !== health.total) this.#options.changed(group);
    if (health.healthy === health.total && !changed) return { afterMs: STEADY_MS };
    const wait = HEALTH_MS[Math.min(state.asked, HEALTH_MS.length - 1)] ?? STEADY_MS;
    state.asked += 1;
    return { afterMs: wait };
  }

  /** Registers what is missing, then deregisters what is extra; true when there was something to do. */
  async #change(arn: string, backend: Backend, registered: Map<string, string>): Promise<boolean> {
    const { aws, world } = this.#options;
    const wanted = new Map(endpointsOf(backend, world).map((target) => [keyOfTarget(target), target]));
    const missing = [...wanted].filter(([key]) => !registered.has(key));
    const extra = [...registered.keys()].filter((key) => !wanted.has(key));
    for (const part of chunks(missing)) {
      const Targets = await Promise.all(part.map(([, target]) => this.#describeTarget(target, backend)));
      await aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
      for (const [key] of part) registered.set(key, 'initial');
    }
    for (const part of chunks(extra)) {
      await aws.elbv2.send(
        new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: part.map(splitKey) }),
      );
      for (const key of part) registered.delete(key);
    }
    return missing.length + extra.length > 0;
  }

  async #describeTarget({ id, port }: Target, backend: Backend): Promise<TargetDescription> {
    const outside = backend.targetType === 'ip' && !(await this.#options.inVpc(id));
    return { Id: id, Port: port, ...(outside ? { AvailabilityZone: 'all' } : {}) };
  }
}
