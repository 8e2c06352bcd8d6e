// carry-out: what may be done is noted in the bindings, done in AWS, and judged.
import { exposed } from '../../alb/amendments/keep-protection.ts';
import { endangered } from '../../alb/amendments/oidc-secret-memory.ts';
import { judged } from '../../alb/amendments/rejected-parts.ts';
import { beginning, type RememberedKeys } from '../../alb/amendments/reset-memory.ts';
import type { Group, Told } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { logged, type Outcome } from '../../alb/plan/operation.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Deciding, Decision } from '../decide.ts';
import type { Drifts } from '../drift/detect.ts';
import { type Applying, apply } from './apply.ts';

export interface CarryingOut extends Deciding {
  readonly aws: Applying['aws'];
  waitsFor: Applying['waitsFor'];
  readonly drifts: Drifts;
  /** What was carried out, for the log; never called when nothing was. */
  log(group: string, outcomes: readonly Record<string, string>[]): void;
  /**
   * Takes back that everything is as it was applied last, in the binding of one member, before anything is changed: whoever
   * finds it after a crash must look. Members whose memory of client secrets is endangered forget them, and members remember
   * what is about to be set. False when this could not be written.
   */
  unsettle(
    bindings: readonly LoadBalancerBinding[],
    member: string | undefined,
    endangered: ReadonlySet<string>,
    toSet: RememberedKeys,
  ): Promise<boolean>;
}

/** What became of the operations that may be done. */
export interface CarriedOut {
  readonly outcomes: readonly Outcome[];
  readonly told: readonly Told[];
  /** Nothing is left to do. */
  readonly clean: boolean;
  /** Nor was anything left out: it is all as it is wanted. */
  readonly complete: boolean;
  /** Members whose memory of client secrets was emptied. */
  readonly emptied: ReadonlySet<string>;
}

const UNSETTLING = 'the binding cannot be written at the moment';

/** Carries out what a decision allows, unless that cannot be noted first. */
export async function carryOut(group: Group, decision: Decision, world: CarryingOut): Promise<CarriedOut> {
  const { wanted, seen, draft, planned, allowed } = decision;
  const bindings = world.book.of(group.id);
  const inDanger = endangered(allowed, wanted.origins);
  const toSet = beginning(group.id, bindings, allowed, wanted.backends);
  const noted =
    allowed.length === 0 || (await world.unsettle(bindings, group.members[0]?.key, inDanger, toSet));
  const applying = {
    ...world,
    waitsFor: (successor: Found) => exposed(draft.protecting, successor) ?? world.waitsFor(successor),
    ledger: world.inventory,
    found: seen.found,
    matched: planned.matched,
  };
  const carriedOut = noted
    ? await apply(allowed, applying)
    : allowed.map((operation): Outcome => ({ operation, result: 'waiting', because: UNSETTLING }));
  const { outcomes, refused, told } = judged(carriedOut, seen.found, { group, wanted });
  if (!wanted.undecided) world.refusals?.note(group.id, draft.leftOut, refused);
  note(group.id, outcomes, world);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  const clean = !wanted.undecided && !draft.cutsOver && planned.operations.length === done;
  // What is left out is asked for again, and that is nobody else's doing.
  const complete = clean && draft.leftOut.length === 0 && decision.unmet.length === 0;
  if (done > 0) world.drifts.acted(group.id);
  if (complete) world.drifts.settle(group.id, seen.hash);
  return { outcomes, told, clean, complete, emptied: noted ? inDanger : new Set() };
}

/** Whether something may have been made or removed though no answer said so. */
const isUnsure = ({ operation: { verb }, failure }: Outcome): boolean =>
  (verb === 'create' || verb === 'delete') && failure?.kind === 'unavailable';

/** Log and inventory learn what became of the operations. */
function note(group: string, outcomes: readonly Outcome[], { inventory, log }: CarryingOut): void {
  if (outcomes.length > 0) log(group, outcomes.map(logged));
  if (outcomes.some(({ result }) => result === 'failed')) inventory.forget(group);
  const unsure = outcomes.filter(isUnsure).map(({ operation }) => operation);
  const removed = unsure.flatMap((one) => (one.verb === 'delete' ? [one.found] : []));
  if (unsure.length > 0) inventory.unsure(group, removed);
}
