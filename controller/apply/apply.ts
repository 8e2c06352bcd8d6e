// apply: carries out the operations of a plan in order, and says what became of each.

import {
  forbids,
  isJudgement,
  partsOf,
  partsOfNew,
  type Refusal,
  specWith,
} from '../../alb/amendments/parts.ts';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import type { Found, Resolve } from '../../alb/kinds/kind.ts';
import type { Create, Delete, Modify, Operation, Outcome, Reorder } from '../../alb/plan/operation.ts';
import { changesIn } from '../../alb/plan/plan.ts';
import type { Resource } from '../../api/aws.ts';
import { type Aws, CALLS } from '../aws/client.ts';
import { MadeInPart } from '../aws/kinds/kind.ts';
import { callsOf } from '../aws/kinds/kinds.ts';
import { setPriorities } from '../aws/kinds/rule.ts';

/** What apply needs of the inventory: it is written through, so that the next plan sees our own changes. */
export interface Ledger {
  put(found: Found): void;
  remove(found: Found): void;
}

export interface Applying {
  readonly aws: Aws;
  readonly ledger: Ledger;
  /** Everything that was found for the group, including what the group shares with others. */
  readonly found: readonly Found[];
  /** Desired id → the found resource that it is. */
  readonly matched: ReadonlyMap<string, Found>;
  /** Why a successor does not serve yet, or undefined when it does. */
  waitsFor(successor: Found): string | undefined;
}

/** A desired resource that does not exist, because creating it failed or was not allowed. */
class Unresolved extends Error {
  readonly id: string;
  constructor(id: string) {
    super(id);
    this.id = id;
  }
}

interface ApplyRun {
  readonly applying: Applying;
  readonly arns: Map<string, Found>;
  /** By ARN what was modified in this run: another operation may go on from there. */
  readonly modified: Map<string, Found>;
  /** ARNs of what is gone already, because it had to make room. */
  readonly gone: Set<string>;
  readonly resolve: Resolve;
}

type OperationResult = Omit<Outcome, 'operation'>;

const done: OperationResult = { result: 'done' };

function run(applying: Applying): ApplyRun {
  const arns = new Map(applying.matched);
  const known = new Set(applying.found.map(({ arn }) => arn));
  const resolve: Resolve = (ref) => {
    if (typeof ref === 'string') return ref;
    const arn = arns.get(ref.ref)?.arn ?? (known.has(ref.ref) ? ref.ref : undefined);
    if (arn === undefined) throw new Unresolved(ref.ref);
    return arn;
  };
  return { applying, arns, modified: new Map(), gone: new Set(), resolve };
}

async function create(of: ApplyRun, { kind, id, resource }: Create): Promise<OperationResult> {
  const { applying, arns, resolve } = of;
  const made = (found: Found): void => {
    arns.set(id, found);
    applying.ledger.put(found);
  };
  try {
    made(await callsOf(kind).create(applying.aws, resource.spec, resolve));
    return done;
  } catch (thrown) {
    if (!(thrown instanceof MadeInPart)) throw thrown;
    const { found, fields, failure } = thrown;
    made(found);
    const change = changesIn(fields, resource, found);
    return inParts(of, { verb: 'modify', kind, id, resource, found, change, because: [] }, failure);
  }
}

async function send(
  { applying, modified, resolve }: ApplyRun,
  found: Found,
  spec: Resource['spec'],
  fields: readonly string[],
): Promise<Found> {
  const from = modified.get(found.arn) ?? found;
  const after = await callsOf(found.kind).modify(applying.aws, from, spec, fields, resolve);
  modified.set(found.arn, after);
  applying.ledger.put(after);
  return after;
}

/** The parts of a change that AWS refuses, once it refused it as a whole; the others are made. Throws what is no judgement on a part. */
async function refusedParts(of: ApplyRun, operation: Modify, failure: AwsFailure): Promise<Refusal[]> {
  const parts = partsOf(operation);
  if (parts.length === 1) return parts.map((part) => ({ part, failure }));
  const refused: Refusal[] = [];
  let { found } = operation;
  for (const part of parts) {
    try {
      found = await send(of, found, specWith(found, operation, part), [part.field]);
    } catch (thrown) {
      // A part that was made before the whole was refused.
      if (isFailure(thrown, 'duplicate')) continue;
      if (!isFailure(thrown) || !isJudgement(thrown, operation.resource)) throw thrown;
      refused.push({ part, failure: thrown });
    }
  }
  return refused;
}

/** A change that AWS refuses as a whole is made part by part, so that one wrong part keeps no other from being made. */
async function inParts(of: ApplyRun, operation: Modify, failure: AwsFailure): Promise<OperationResult> {
  if (!isJudgement(failure, operation.resource)) throw failure;
  const refused = await refusedParts(of, operation, failure);
  // New rules wait for the next pass: those that ask for certificates of clients must not be open.
  if (refused.some(({ part }) => part.field === 'mutualAuthentication')) of.arns.delete(operation.id);
  return { result: 'failed', failure: refused[0]?.failure ?? failure, refused };
}

async function modify(of: ApplyRun, operation: Modify): Promise<OperationResult> {
  const { resource, found, change } = operation;
  const fields = change.map(({ field }) => field);
  try {
    await send(of, found, resource.spec, fields);
    return done;
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    return inParts(of, operation, thrown);
  }
}

async function reorder({ applying, gone }: ApplyRun, { moves }: Reorder): Promise<OperationResult> {
  const there = moves.filter(({ found }) => !gone.has(found.arn));
  await setPriorities(
    applying.aws,
    there.map(({ found, to }) => ({ arn: found.arn, priority: to })),
  );
  for (const { found, to } of there) {
    if (found.kind === 'rule') applying.ledger.put({ ...found, spec: { ...found.spec, priority: to } });
  }
  return done;
}

async function remove(
  { applying, arns, gone }: ApplyRun,
  { found, after }: Delete,
): Promise<OperationResult> {
  for (const id of after) {
    const successor = arns.get(id);
    const because = successor === undefined ? `${id} does not exist yet` : applying.waitsFor(successor);
    if (because !== undefined) return { result: 'waiting', because };
  }
  const removed = await callsOf(found.kind).remove(applying.aws, found);
  if (removed.outcome === 'waiting') return { result: 'waiting', because: removed.because };
  applying.ledger.remove(found);
  gone.add(found.arn);
  return done;
}

function carryOut(of: ApplyRun, operation: Operation): Promise<OperationResult> {
  switch (operation.verb) {
    case 'create':
      return create(of, operation);
    case 'modify':
      return modify(of, operation);
    case 'reorder':
      return reorder(of, operation);
    case 'delete':
      return remove(of, operation);
  }
}

async function attempt(of: ApplyRun, operation: Operation): Promise<Outcome> {
  try {
    return { operation, ...(await carryOut(of, operation)) };
  } catch (thrown) {
    if (thrown instanceof Unresolved) {
      return { operation, result: 'skipped', because: `${thrown.id}, which it needs, could not be made` };
    }
    if (!isFailure(thrown)) throw thrown;
    if (thrown.kind === 'notYet') return { operation, result: 'waiting', because: thrown.message };
    const judged = operation.verb === 'create' && isJudgement(thrown, operation.resource);
    const parts = judged ? partsOfNew(operation.resource, thrown) : [];
    const refused = parts.map((part) => ({ part, failure: thrown }));
    return { operation, result: 'failed', failure: thrown, ...(refused.length === 0 ? {} : { refused }) };
  }
}

/** At a quota, what goes makes room for what comes: leftovers of the same kind are deleted first (aws-model 3.12 step 6). */
async function makingRoom(of: ApplyRun, operation: Operation, rest: Operation[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (;;) {
    const outcome = await attempt(of, operation);
    const full = outcome.failure?.kind === 'limit' && operation.verb === 'create';
    const index = full
      ? rest.findIndex(
          (one) => one.verb === 'delete' && one.kind === operation.kind && one.after.length === 0,
        )
      : -1;
    const [leftover] = index < 0 ? [] : rest.splice(index, 1);
    if (leftover === undefined) return [...outcomes, outcome];
    outcomes.push(await attempt(of, leftover));
  }
}

/** A failure after which every further call would fail the same way. What protects is another service, and asked last. */
function hopeless(failure: AwsFailure): boolean {
  const service = CALLS.get(failure.action)?.service;
  if (service === 'wafv2' || service === 'shield') return false;
  if (failure.kind === 'denied') return !forbids(failure);
  return failure.kind === 'throttled' || failure.kind === 'unavailable';
}

/**
 * Carries out a plan. One failure stops only what depends on it: a successor that was not made keeps its predecessor,
 * and AWS itself refuses to delete what is still in use.
 */
export async function apply(operations: readonly Operation[], applying: Applying): Promise<Outcome[]> {
  const of = run(applying);
  const rest = [...operations];
  const outcomes: Outcome[] = [];
  let stop: string | undefined;
  for (let operation = rest.shift(); operation !== undefined; operation = rest.shift()) {
    if (stop !== undefined) outcomes.push({ operation, result: 'skipped', because: stop });
    else outcomes.push(...(await makingRoom(of, operation, rest)));
    const failed = outcomes.find(({ failure }) => failure !== undefined && hopeless(failure));
    stop ??= failed === undefined ? undefined : `${failed.failure?.code}: nothing more is tried in this pass`;
  }
  return outcomes;
}
