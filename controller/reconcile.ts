// reconcile: the program. One group from its bindings to AWS and back to its status.
//
//   bindings ─groupOf─▶ group ─gather─▶ facts ─desire─▶ wanted ─look─▶ found ─amend, plan, policy─▶ operations
//            status ◀─publish─ pass ◀─ found again ◀─ outcomes ◀─unsettle, apply──────────────────────────┘
import { exposed } from '../alb/amendments/keep-protection.ts';
import { remember } from '../alb/amendments/oidc-secret-memory.ts';
import { remaining } from '../alb/amendments/reset-memory.ts';
import { isFailure } from '../alb/failures/failure.ts';
import { type Group, groupOf } from '../alb/group.ts';
import { schemas } from '../alb/kinds/kinds.ts';
import { match } from '../alb/plan/match.ts';
import { type CarriedOut, type CarryingOut, carryOut } from './apply/carry-out.ts';
import { readingsOf } from './bindings/store.ts';
import { type Decision, decide } from './decide.ts';
import { type Drifted, driftIn } from './drift/detect.ts';
import { glanceAt, lookAgain } from './inventory/look.ts';
import type { Next } from './queue/queue.ts';
import type { Untold } from './status/pass-result.ts';
import { next, paced, WAITING_MS } from './status/requeue.ts';

export interface Reconciling extends CarryingOut {
  /** Milliseconds since the epoch. */
  now(): number;
  /** What somebody else changed, for log and metric; never called when nothing was. */
  drifted(group: string, drift: readonly Drifted[]): void;
  /** What is done about a key that no Ingress and no binding names; unset: nothing. */
  unclaimed?(key: string): Promise<Next>;
  /** Tells bindings, Ingresses and the targets program what became of a group; true when it was all written. */
  publish(group: Group, pass: Untold): Promise<boolean>;
}

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

type Bindings = Untold['bindings'];

async function passOver(group: Group, bindings: Bindings, world: Reconciling): Promise<Untold> {
  const decision = await decide(group, world, { trusting: true });
  const drift = driftIn(group, decision, world.drifts);
  if (drift.length > 0) world.drifted(group.id, drift);
  const carriedOut = await carryOut(group, decision, world);
  return { bindings, drift, ...passOf(group, bindings, world, decision, carriedOut) };
}

/** What a pass found out; `bindings` as they were before it. */
function passOf(
  group: Group,
  bindings: Bindings,
  world: Reconciling,
  { wanted, seen, draft, unmet, planned: { operations: planned }, policy, told }: Decision,
  { outcomes, told: toldAfter, clean, complete, emptied }: CarriedOut,
): Omit<Untold, 'bindings'> {
  const found = lookAgain(group, world, seen);
  const became = match(schemas, wanted.resources, found).matched;
  const { origins, backends, undecided } = wanted;
  const { resources, waits, cutsOver, protecting } = draft;
  const all = { bindings, resources, origins, backends, planned, outcomes, found, became, clean };
  // What was told of Shield is only known by looking.
  const looked = told.some(({ problem }) => problem.code === 'ForeignProtection');
  return {
    ...{ policy, planned, outcomes, found, backends, became, clean, waits, unmet },
    told: [...told, ...readingsOf(world.book, bindings), ...toldAfter],
    decided: !undecided,
    handing: cutsOver,
    exposed: [...became.values()].some((one) => exposed(protecting, one) !== undefined),
    ...(undecided ? {} : { clientSecrets: remember({ ...all, endangered: emptied }) }),
    ...(undecided || seen.settled ? {} : { set: remaining({ ...all, group: group.id }) }),
    ...(complete && !looked ? { appliedHash: seen.hash } : {}),
  };
}

/** AWS could not be asked: what serves is as it was, and the reason is told. */
function stopped(group: Group, bindings: Bindings, world: Reconciling, thrown: unknown): Untold {
  if (!isFailure(thrown)) throw thrown;
  world.inventory.forget(group.id);
  const nothing = {
    planned: [],
    outcomes: [],
    backends: [],
    became: new Map(),
    decided: false,
    clean: false,
  };
  const { found } = glanceAt(group, world);
  return { ...nothing, bindings, told: readingsOf(world.book, bindings), failure: thrown, found };
}
