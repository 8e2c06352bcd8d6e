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
import { isFailure } from './aws/errors.ts';
import type { Backend } from './desire/desiring.ts';
import { endpointsOf, keyOfTarget, type Target, type World } from './endpoints.ts';
import type { Next } from './kube/queue.ts';
import type { Health } from './status.ts';

/** Targets per call (aws-model 6.7). */
const CHUNK = 200;
/** Waits between two questions about health while some target is not healthy yet, in milliseconds. */
const HEALTH_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Health is asked again after this time when everything is healthy: it may change without a word from Kubernetes. */
const STEADY_MS = 300_000;

/** A target group that exists, and what it is for. */
export interface Serving {
  readonly arn: string;
  readonly group: string;
  readonly backend: Backend;
  /** Security group that the load balancer comes from; absent when the users look after the rules themselves. */
  readonly source?: string;
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

const stateOf = (description: TargetHealthDescription): string => description.TargetHealth?.State ?? 'unavailable';

async function describe(aws: Aws, arn: string): Promise<Map<string, string>> {
  const answer = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
  const living = (answer.TargetHealthDescriptions ?? []).filter((one) => !['draining', 'unhealthy.draining'].includes(stateOf(one)));
  return new Map(living.map((one) => [`${one.Target?.Id ?? ''}:${one.Target?.Port ?? ''}`, stateOf(one)]));
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

const splitKey = (key: string): TargetDescription => {
  const colon = key.lastIndexOf(':');
  return { Id: key.slice(0, colon), Port: Number(key.slice(colon + 1)) };
};

/** Starts the program; it works when `reconcile` is called. */
export function targetsProgram(options: TargetsOptions): Targets {
  const { aws } = options;
  const served = new Map<string, Serving>();
  const known = new Map<string, Known>();

  async function describeTarget({ id, port }: Target, backend: Backend): Promise<TargetDescription> {
    const outside = backend.targetType === 'ip' && !(await options.inVpc(id));
    return { Id: id, Port: port, ...(outside ? { AvailabilityZone: 'all' } : {}) };
  }

  async function change(arn: string, backend: Backend, registered: Map<string, string>): Promise<boolean> {
    const wanted = new Map(endpointsOf(backend, options.world).map((target) => [keyOfTarget(target), target]));
    const missing = [...wanted].filter(([key]) => !registered.has(key));
    const extra = [...registered.keys()].filter((key) => !wanted.has(key));
    if (!options.writing) return false;
    for (const part of chunks(missing)) {
      const Targets = await Promise.all(part.map(([, target]) => describeTarget(target, backend)));
      await aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
      for (const [key] of part) registered.set(key, 'initial');
    }
    for (const part of chunks(extra)) {
      await aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: part.map(splitKey) }));
      for (const key of part) registered.delete(key);
    }
    return missing.length + extra.length > 0;
  }

  const healthOf = (registered: ReadonlyMap<string, string>): Health => ({
    healthy: [...registered.values()].filter((state) => state === 'healthy').length,
    total: registered.size,
  });

  async function settle(serving: Serving, state: Known): Promise<Next> {
    const { arn, group, backend } = serving;
    const before = state.registered;
    const shown = before === undefined ? undefined : healthOf(before);
    const registered = before ?? (await describe(aws, arn));
    state.registered = registered;
    const changed = await change(arn, backend, registered);
    if (changed) state.asked = 0;
    else if (before !== undefined) state.registered = await describe(aws, arn);
    const health = healthOf(state.registered);
    if (shown?.healthy !== health.healthy || shown.total !== health.total) options.changed(group);
    if (health.healthy === health.total && !changed) return { afterMs: STEADY_MS };
    const wait = HEALTH_MS[Math.min(state.asked, HEALTH_MS.length - 1)] ?? STEADY_MS;
    state.asked += 1;
    return { afterMs: wait };
  }

  return {
    serve(group, serving) {
      const now = new Set(serving.map(({ arn }) => arn));
      for (const one of served.values()) {
        if (one.group !== group || now.has(one.arn)) continue;
        served.delete(one.arn);
        known.delete(one.arn);
      }
      for (const one of serving) {
        const fresh = !served.has(one.arn);
        served.set(one.arn, one);
        if (fresh) options.enqueue(one.arn, true);
      }
    },
    touch(namespace, service) {
      for (const { arn, backend } of served.values()) {
        const about = namespace === undefined ? backend.targetType === 'instance' : backend.namespace === namespace && backend.service === service;
        if (about) options.enqueue(arn, true);
      }
    },
    health: (arn) => {
      const registered = known.get(arn)?.registered;
      return registered === undefined ? undefined : healthOf(registered);
    },
    all: () => [...served.values()],
    async reconcile(arn) {
      const serving = served.get(arn);
      if (serving === undefined) return 'done';
      const state = known.get(arn) ?? { asked: 0 };
      known.set(arn, state);
      try {
        return await settle(serving, state);
      } catch (thrown) {
        if (!isFailure(thrown)) throw thrown;
        delete state.registered;
        if (thrown.kind === 'notFound' && thrown.code === 'TargetGroupNotFound') options.lost(serving);
        return 'retry';
      }
    },
  };
}
