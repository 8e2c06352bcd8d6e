// reconcile: the program. One group from its bindings to AWS and back to its status.
import { createHash } from 'node:crypto';
import { type Resource, type Seldom, SHARED_TAG } from '../api/aws.ts';
import { keyOf } from '../api/kube.ts';
import { type Applying, apply } from './apply.ts';
import { isFailure } from './aws/errors.ts';
import type { Inventory } from './aws/inventory.ts';
import { type Book, readingsOf } from './bindings.ts';
import { bridge, type Ready } from './bridge.ts';
import { type Desire, desire } from './desire/desire.ts';
import type { Wanted } from './desire/desiring.ts';
import { SHARED_STACK } from './desire/tags.ts';
import { type Drifted, type Drifts, driftIn } from './drift.ts';
import { type Gathering, gather } from './gather.ts';
import { type Group, groupOf, type Told as ToldProblem } from './group.ts';
import { plannables } from './kinds/all.ts';
import type { Found } from './kinds/kind.ts';
import type { Next } from './kube/queue.ts';
import { keep } from './logins/keep.ts';
import { endangered, recall, remember } from './logins/memory.ts';
import { namedBy } from './named.ts';
import { next, WAITING_MS } from './next.ts';
import { match } from './plan/match.ts';
import { logged, type Operation, type Outcome } from './plan/operation.ts';
import { type Plan, plan } from './plan/plan.ts';
import { overruledIn, type Policy, policy, policyOfGroup } from './plan/policy.ts';
import { exposed, foreignShield, withKept } from './protection.ts';
import { judged, type Left, NOTHING_LEFT_OUT, withoutRefused } from './refusals/aftermath.ts';
import type { RefusalMemory } from './refusals/memory.ts';
import { paced } from './refusals/pace.ts';
import {
  beginning,
  known,
  knowsCapacity,
  type Remembered,
  remaining,
  type SetKeys,
} from './resets/memory.ts';

import { reset, withReasons } from './resets/reset.ts';
import { ripe, seldomWanted } from './ripe.ts';
import { settled } from './settled.ts';
import type { Pass } from './status.ts';
import { hasStranger, withoutDeletions } from './strangers.ts';
import { type Sorted, setAside, straying } from './strays.ts';
import { unverified } from './unverified.ts';

/** What deciding about a group needs; none of it changes anything. */
export interface Deciding extends Gathering {
  readonly book: Book;
  readonly inventory: Inventory;
  readonly policy: Policy;
  /** Unset: nobody looks at health, and nothing new is ready for requests that another one has. */
  readonly ready?: Ready;
  /** Unset: nothing was ever refused. */
  readonly refusals?: RefusalMemory;
}

export interface Reconciling extends Deciding {
  readonly aws: Applying['aws'];
  waitsFor: Applying['waitsFor'];
  readonly drifts: Drifts;
  /** Milliseconds since the epoch. */
  now(): number;
  /** What was carried out, for the log; never called when nothing was. */
  log(group: string, outcomes: readonly Record<string, string>[]): void;
  /** What somebody else changed, for log and metric; never called when nothing was. */
  drifted(group: string, drift: readonly Drifted[]): void;
  /**
   * Takes back that everything is as it was applied last, before anything is changed: whoever finds it after a crash must
   * look. Members whose memory of client secrets is endangered forget them, and members remember what is about to be set.
   * False when this could not be written.
   */
  unsettle(bindings: Told['bindings'], endangered: ReadonlySet<string>, toSet: Remembered): Promise<boolean>;
  /** Tells bindings, Ingresses and the targets program what became of a group; true when it was all written. */
  publish(group: Group, pass: Told): Promise<boolean>;
}

/** A pass that has not been told to anybody yet. */
export type Told = Omit<Pass, 'health' | 'now'> & {
  /** What is wanted and cannot be asked for yet. */
  readonly waits?: Decision['waits'];
  readonly handing?: boolean;
};

const UNSETTLING = 'the binding cannot be written at the moment';

/** One pass over one group. Throws only what is our own mistake. */
export async function reconcile(key: string, world: Reconciling): Promise<Next> {
  const bindings = world.book.of(key);
  if (world.book.awaited(key).length > 0) return { afterMs: WAITING_MS };
  if (bindings.length === 0) {
    world.drifts.settle(key);
    return 'done';
  }
  const group = groupOf(key, bindings);
  const pass = await passOver(group, bindings, world).catch((thrown: unknown) =>
    stopped(group, bindings, world, thrown),
  );
  const written = await world.publish(group, pass);
  if (!written) return 'retry';
  return paced(next(pass, group, world.now()), pass, world.refusals?.again(group.id));
}

/** What a group wants, what it has, and the operations between the two. */
export interface Decision {
  readonly wanted: Desire;
  /** The problems of deciding. */
  readonly told: readonly ToldProblem[];
  readonly found: readonly Found[];
  /** What was planned for: the desired resources, as far as they can be asked for now. */
  readonly resources: readonly Resource[];
  readonly planned: Plan;
  /** The policy that holds for the group. */
  readonly policy: Policy;
  /** What of the plan the policy lets be carried out. */
  readonly allowed: readonly Operation[];
  /** What is wanted and cannot be asked for yet. */
  readonly waits: readonly (keyof Seldom)[];
  /** Requests stay with a target group until its successor serves. */
  readonly handing: boolean;
  /** What is left alone, whatever its tags say, and why. */
  readonly sorted: Sorted;
  /** Of the desired resources. */
  readonly hash: string;
  /** Nothing was looked at closely: everything is as it was applied last. */
  readonly settled: boolean;
  /** What AWS refused not long ago and is left out. */
  readonly left: Left;
  /** The desired resources with all that protects them, also what AWS refused. */
  readonly guarded: readonly Resource[];
}

/**
 * Decides about one group, with reading calls only. With `trusting`, what was applied last is taken as there when bulk reads
 * say nothing else. Throws `AwsFailure`.
 */
export async function decide(
  group: Group,
  world: Deciding,
  { trusting }: { readonly trusting: boolean },
): Promise<Decision> {
  const named = namedBy(group, world);
  const seen = world.inventory.glance(group.id);
  const glance = { ...seen, found: setAside(seen.found, named).found };
  const facts = await gather(group, glance.found, world);
  const wanted = desire(group, facts);
  const first = ripe(wanted.resources, glance.found).resources;
  const settledPlan = trusting ? settled(group, first, glance, hashOf(first)) : undefined;
  const bindings = world.book.of(group.id);
  const remembered = known(bindings);
  const all = settledPlan === undefined ? await findAll(world, group, wanted, remembered) : seen.found;
  const sorted = setAside(all, named);
  const found = settledPlan?.found ?? recall(sorted.found, bindings);
  const { resources, waits } = ripe(wanted.resources, found);
  const hash = hashOf(resources);
  const guarded = withKept(resources, found);
  const bridged = bridge(guarded, found, world.ready ?? (() => false));
  const back = reset(group.id, unverified(bridged.resources, found, wanted), found, remembered);
  const possible =
    settledPlan === undefined
      ? withoutRefused(keep(back.resources, found), found, { group, wanted }, world.refusals?.of(group.id))
      : { resources: bridged.resources, left: NOTHING_LEFT_OUT };
  const kept = possible.resources;
  const planned =
    settledPlan ??
    (wanted.undecided ? NOTHING : withReasons(plan(plannables, kept, found, sorted.aside), back));
  const strangers = hasStranger(bindings, (one) => world.book.entry(keyOf(one))?.ingress);
  const operations = strangers ? withoutDeletions(planned.operations) : planned.operations;
  const holds = policyOfGroup(world.policy, bindings);
  const told = [
    ...wanted.problems,
    ...foreignShield(group, guarded, found),
    ...straying(group, sorted),
    ...overruledIn(world.policy, bindings),
    ...possible.left.told,
  ];
  const looks = { sorted, hash, told, settled: settledPlan !== undefined, left: possible.left, guarded };
  const does = { planned, policy: holds, allowed: policy(holds, operations) };
  return { wanted, found, resources: kept, ...does, waits, handing: bridged.waits, ...looks };
}

async function passOver(group: Group, bindings: Told['bindings'], world: Reconciling): Promise<Told> {
  const decision = await decide(group, world, { trusting: true });
  const { wanted, found, resources, planned, allowed, waits, handing, sorted, hash, left, guarded } =
    decision;
  const drift = driftIn(group, decision, world.drifts);
  if (drift.length > 0) world.drifted(group.id, drift);
  const waitsFor = (one: Found) => exposed(guarded, one) ?? world.waitsFor(one);
  const inDanger = endangered(allowed, wanted.origins);
  const toSet = beginning(group.id, bindings, allowed, wanted.backends);
  const unsettled = allowed.length === 0 || (await world.unsettle(bindings, inDanger, toSet));
  const carriedOut = unsettled
    ? await apply(allowed, { ...world, waitsFor, ledger: world.inventory, found, matched: planned.matched })
    : allowed.map((operation): Outcome => ({ operation, result: 'waiting', because: UNSETTLING }));
  const { outcomes, refused, told } = judged(carriedOut, found, { group, wanted });
  if (!wanted.undecided) world.refusals?.note(group.id, left.refusals, refused);
  if (outcomes.length > 0) world.log(group.id, outcomes.map(logged));
  if (outcomes.some(({ result }) => result === 'failed')) world.inventory.forget(group.id);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  const clean = !wanted.undecided && !handing && planned.operations.length === done;
  if (done > 0) world.drifts.acted(group.id);
  // What is left out is asked for again, and that is nobody else's doing.
  if (clean && left.refusals.length === 0) world.drifts.settle(group.id, hash);
  const aside = new Set(sorted.aside.map(({ arn }) => arn));
  const there = [group.id, SHARED_STACK].flatMap((stack) => world.inventory.glance(stack).found);
  // Bulk reads may have brought news meanwhile.
  const after = setAside(there, namedBy(group, world)).found.filter(({ arn }) => !aside.has(arn));
  const became = match(plannables, wanted.resources, after).matched;
  const { operations } = planned;
  const { origins, backends } = wanted;
  return {
    bindings,
    policy: decision.policy,
    told: [...decision.told, ...readingsOf(world.book, bindings), ...told],
    planned: operations,
    drift,
    outcomes,
    found: after,
    backends,
    became,
    ...(wanted.undecided
      ? {}
      : {
          clientSecrets: remember({
            ...{ bindings, resources, origins, planned: operations, outcomes, became, clean },
            endangered: unsettled ? inDanger : new Set(),
          }),
        }),
    ...(wanted.undecided || decision.settled
      ? {}
      : {
          set: remaining({ group: group.id, bindings, outcomes, backends, resources, found: after, became }),
        }),
    decided: !wanted.undecided,
    clean,
    waits,
    handing,
    exposed: [...became.values()].some((one) => exposed(guarded, one) !== undefined),
    // What was told of Shield is only known by looking, and what is left out is asked for again.
    ...(clean &&
    left.refusals.length === 0 &&
    !decision.told.some(({ problem }) => problem.code === 'ForeignProtection')
      ? { appliedHash: hash }
      : {}),
  };
}

/** Equal when nothing that is wanted changed. */
const hashOf = (resources: readonly Resource[]): string =>
  createHash('sha256').update(JSON.stringify(resources)).digest('hex');

const NOTHING: Plan = { operations: [], matched: new Map() };

/** AWS could not be asked: what serves is as it was, and the reason is told. */
function stopped(group: Group, bindings: Told['bindings'], world: Reconciling, thrown: unknown): Told {
  if (!isFailure(thrown)) throw thrown;
  world.inventory.forget(group.id);
  return {
    bindings,
    told: readingsOf(world.book, bindings),
    planned: [],
    outcomes: [],
    failure: thrown,
    found: setAside(world.inventory.glance(group.id).found, namedBy(group, world)).found,
    backends: [],
    became: new Map(),
    decided: false,
    clean: false,
  };
}

/** The group's own resources, and the shared security group when this group wants it or is the last that could. */
async function findAll(
  world: Deciding,
  group: Group,
  wanted: Wanted,
  remembered: SetKeys,
): Promise<readonly Found[]> {
  const back = knowsCapacity(remembered) ? { capacityUnits: 0 } : {};
  const own = await world.inventory.of(group.id, { ...back, ...seldomWanted(wanted.resources) });
  const shared = await world.inventory.of(SHARED_STACK);
  const wants = wanted.resources.some(({ spec }) => SHARED_TAG in spec.tags);
  return wants || deserted(world.book) ? [...own, ...shared] : own;
}

/** Nobody wants anything: all groups that are left, one or several at once, are on their way out. */
const deserted = (book: Book): boolean =>
  book.groups().every((id) => {
    const leaving = book.of(id).every(({ metadata }) => metadata.deletionTimestamp !== undefined);
    return leaving && book.awaited(id).length === 0;
  });
