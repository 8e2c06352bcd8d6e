// reconcile: the program. One group from its bindings to AWS and back to its status.
//
//   bindings ─groupOf─▶ group ─decide─▶ operations ─unsettle, apply─▶ outcomes ─publish─▶ bindings, Ingresses, targets, people

import { exposed } from '../alb/amendments/keep-protection.ts';
import { endangered, remember } from '../alb/amendments/oidc-secret-memory.ts';
import { judged } from '../alb/amendments/rejected-parts.ts';
import { beginning, type Remembered, remaining } from '../alb/amendments/reset-memory.ts';
import { SHARED_STACK } from '../alb/desire/tags.ts';
import { isFailure } from '../alb/failures/failure.ts';
import { type Group, groupOf } from '../alb/group.ts';
import type { Found } from '../alb/kinds/kind.ts';
import { schemas } from '../alb/kinds/kinds.ts';
import { match } from '../alb/plan/match.ts';
import { logged, type Outcome } from '../alb/plan/operation.ts';
import { type Applying, apply } from './apply.ts';
import { readingsOf } from './bindings.ts';
import { type Deciding, type Decision, decide } from './decide.ts';
import { type Drifted, type Drifts, driftIn } from './drift.ts';
import { namedBy } from './named.ts';
import { next, WAITING_MS } from './next.ts';
import type { Untold } from './pass.ts';
import type { Next } from './queue.ts';
import { paced } from './refusals/pace.ts';
import { setAside } from './strays.ts';

type Bindings = Untold['bindings'];

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
  unsettle(bindings: Bindings, endangered: ReadonlySet<string>, toSet: Remembered): Promise<boolean>;
  /** What is done about a key that no Ingress and no binding names; unset: nothing. */
  unclaimed?(key: string): Promise<Next>;
  /** Tells bindings, Ingresses and the targets program what became of a group; true when it was all written. */
  publish(group: Group, pass: Untold): Promise<boolean>;
}

const UNSETTLING = 'the binding cannot be written at the moment';

/** One pass over one group. Throws only what is our own mistake. */
export async function reconcile(key: string, world: Reconciling): Promise<Next> {
  const bindings = world.book.of(key);
  if (world.book.awaited(key).length > 0) return { afterMs: WAITING_MS };
  if (bindings.length === 0) {
    world.drifts.settle(key);
    return (await world.unclaimed?.(key)) ?? 'done';
  }
  const group = groupOf(key, bindings);
  const pass = await passOver(group, bindings, world).catch((thrown: unknown) =>
    stopped(group, bindings, world, thrown),
  );
  const written = await world.publish(group, pass);
  if (!written) return 'retry';
  return paced(next(pass, group, world.now()), pass, world.refusals?.again(group.id));
}

/** What became of the operations that may be done. */
interface Done {
  readonly outcomes: readonly Outcome[];
  readonly told: Untold['told'];
  /** Nothing is left to do. */
  readonly clean: boolean;
  /** Nor was anything left out: it is all as it is wanted. */
  readonly whole: boolean;
  /** Members whose memory of client secrets was emptied. */
  readonly emptied: ReadonlySet<string>;
}

/** Whether something may have been made or removed though no answer said so. */
const isUnsure = ({ operation: { verb }, failure }: Outcome): boolean =>
  (verb === 'create' || verb === 'delete') && failure?.kind === 'unavailable';

/** Notes down what is about to be done, does it, and judges what became of it. */
async function carryOut(group: Group, world: Reconciling, decision: Decision): Promise<Done> {
  const { wanted, found, planned, allowed, guarded, left, hash } = decision;
  const bindings = world.book.of(group.id);
  const waitsFor = (one: Found) => exposed(guarded, one) ?? world.waitsFor(one);
  const inDanger = endangered(allowed, wanted.origins);
  const toSet = beginning(group.id, bindings, allowed, wanted.backends);
  const noted = allowed.length === 0 || (await world.unsettle(bindings, inDanger, toSet));
  const carriedOut = noted
    ? await apply(allowed, { ...world, waitsFor, ledger: world.inventory, found, matched: planned.matched })
    : allowed.map((operation): Outcome => ({ operation, result: 'waiting', because: UNSETTLING }));
  const { outcomes, refused, told } = judged(carriedOut, found, { group, wanted });
  if (!wanted.undecided) world.refusals?.note(group.id, left.refusals, refused);
  if (outcomes.length > 0) world.log(group.id, outcomes.map(logged));
  if (outcomes.some(({ result }) => result === 'failed')) world.inventory.forget(group.id);
  const unsure = outcomes.filter(isUnsure).map(({ operation }) => operation);
  const removed = unsure.flatMap((one) => (one.verb === 'delete' ? [one.found] : []));
  if (unsure.length > 0) world.inventory.unsure(group.id, removed);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  const clean = !wanted.undecided && !decision.handing && planned.operations.length === done;
  // What is left out is asked for again, and that is nobody else's doing.
  const whole = clean && left.refusals.length === 0 && decision.unmet.length === 0;
  if (done > 0) world.drifts.acted(group.id);
  if (whole) world.drifts.settle(group.id, hash);
  return { outcomes, told, clean, whole, emptied: noted ? inDanger : new Set() };
}

/** What the group has now, without what is left alone; bulk reads may have brought news meanwhile. */
function foundAfter(group: Group, world: Reconciling, { sorted }: Decision): Found[] {
  const aside = new Set(sorted.aside.map(({ arn }) => arn));
  const there = [group.id, SHARED_STACK].flatMap((stack) => world.inventory.glance(stack).found);
  return setAside(there, namedBy(group, world)).found.filter(({ arn }) => !aside.has(arn));
}

async function passOver(group: Group, bindings: Bindings, world: Reconciling): Promise<Untold> {
  const decision = await decide(group, world, { trusting: true });
  const { wanted, resources, guarded, hash } = decision;
  const drift = driftIn(group, decision, world.drifts);
  if (drift.length > 0) world.drifted(group.id, drift);
  const { outcomes, told, clean, whole, emptied } = await carryOut(group, world, decision);
  const found = foundAfter(group, world, decision);
  const became = match(schemas, wanted.resources, found).matched;
  const planned = decision.planned.operations;
  const { origins, backends, undecided } = wanted;
  const all = { bindings, resources, origins, backends, planned, outcomes, found, became, clean };
  // What was told of Shield is only known by looking.
  const looked = decision.told.some(({ problem }) => problem.code === 'ForeignProtection');
  return {
    ...{ bindings, planned, drift, outcomes, found, backends, became, clean },
    policy: decision.policy,
    told: [...decision.told, ...readingsOf(world.book, bindings), ...told],
    decided: !undecided,
    waits: decision.waits,
    handing: decision.handing,
    unmet: decision.unmet,
    exposed: [...became.values()].some((one) => exposed(guarded, one) !== undefined),
    ...(undecided ? {} : { clientSecrets: remember({ ...all, endangered: emptied }) }),
    ...(undecided || decision.settled ? {} : { set: remaining({ ...all, group: group.id }) }),
    ...(whole && !looked ? { appliedHash: hash } : {}),
  };
}

/** AWS could not be asked: what serves is as it was, and the reason is told. */
function stopped(group: Group, bindings: Bindings, world: Reconciling, thrown: unknown): Untold {
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
