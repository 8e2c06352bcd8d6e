// apply: carries out the operations of a plan in order, and says what became of each.
import type { Resource } from '../api/aws.ts';
import { type Aws, CALLS } from './aws/calls.ts';
import { type AwsFailure, isFailure } from './aws/errors.ts';
import { kinds } from './kinds/all.ts';
import type { Found, KindTable, Resolve } from './kinds/kind.ts';
import { setPriorities } from './kinds/rule.ts';
import type { Create, Delete, Modify, Operation, Outcome, Reorder } from './plan/operation.ts';

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

interface Run {
  readonly applying: Applying;
  readonly arns: Map<string, Found>;
  /** By ARN what was modified in this run: another operation may go on from there. */
  readonly modified: Map<string, Found>;
  readonly resolve: Resolve;
}

type Result = Omit<Outcome, 'operation'>;

const done: Result = { result: 'done' };

function run(applying: Applying): Run {
  const arns = new Map(applying.matched);
  const known = new Set(applying.found.map(({ arn }) => arn));
  const resolve: Resolve = (ref) => {
    if (typeof ref === 'string') return ref;
    const arn = arns.get(ref.ref)?.arn ?? (known.has(ref.ref) ? ref.ref : undefined);
    if (arn === undefined) throw new Unresolved(ref.ref);
    return arn;
  };
  return { applying, arns, modified: new Map(), resolve };
}

/** The table of a kind with its type parameter forgotten: an operation carries spec and found of one kind. */
const tableOf = (kind: Resource['kind']): KindTable<never> => kinds[kind] as unknown as KindTable<never>;

async function create({ applying, arns, resolve }: Run, { resource }: Create): Promise<Result> {
  const found: Found = await tableOf(resource.kind).create(applying.aws, resource.spec as never, resolve);
  arns.set(resource.id, found);
  applying.ledger.put(found);
  return done;
}

async function modify(
  { applying, modified, resolve }: Run,
  { resource, found, change }: Modify,
): Promise<Result> {
  const fields = change.map(({ field }) => field as never);
  const after: Found = await tableOf(resource.kind).modify(
    applying.aws,
    (modified.get(found.arn) ?? found) as never,
    resource.spec as never,
    fields,
    resolve,
  );
  modified.set(found.arn, after);
  applying.ledger.put(after);
  return done;
}

async function reorder({ applying }: Run, { moves }: Reorder): Promise<Result> {
  await setPriorities(
    applying.aws,
    moves.map(({ found, to }) => ({ arn: found.arn, priority: to })),
  );
  for (const { found, to } of moves) {
    if (found.kind === 'rule') applying.ledger.put({ ...found, spec: { ...found.spec, priority: to } });
  }
  return done;
}

async function remove({ applying, arns }: Run, { found, after }: Delete): Promise<Result> {
  for (const id of after) {
    const successor = arns.get(id);
    const because = successor === undefined ? `${id} does not exist yet` : applying.waitsFor(successor);
    if (because !== undefined) return { result: 'waiting', because };
  }
  const removed = await tableOf(found.kind).remove(applying.aws, found as never);
  if (removed.outcome === 'waiting') return { result: 'waiting', because: removed.because };
  applying.ledger.remove(found);
  return done;
}

function carryOut(of: Run, operation: Operation): Promise<Result> {
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

async function attempt(of: Run, operation: Operation): Promise<Outcome> {
  try {
    return { operation, ...(await carryOut(of, operation)) };
  } catch (thrown) {
    if (thrown instanceof Unresolved) {
      return { operation, result: 'skipped', because: `${thrown.id}, which it needs, could not be made` };
    }
    if (!isFailure(thrown)) throw thrown;
    if (thrown.kind === 'notYet') return { operation, result: 'waiting', because: thrown.message };
    return { operation, result: 'failed', failure: thrown };
  }
}

/** At a quota, what goes makes room for what comes: leftovers of the same kind are deleted first (aws-model 3.12 step 6). */
async function makingRoom(of: Run, operation: Operation, rest: Operation[]): Promise<Outcome[]> {
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
  return failure.kind === 'denied' || failure.kind === 'throttled' || failure.kind === 'unavailable';
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
