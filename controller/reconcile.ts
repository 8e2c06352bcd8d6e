// reconcile: the program. One group from its bindings to AWS and back to its status.
import { createHash } from 'node:crypto';
import { SHARED_TAG } from '../api/aws.ts';
import { type Applying, apply } from './apply.ts';
import { isFailure } from './aws/errors.ts';
import type { Inventory } from './aws/inventory.ts';
import type { Book } from './bindings.ts';
import { desire } from './desire/desire.ts';
import type { Wanted } from './desire/desiring.ts';
import { SHARED_STACK } from './desire/tags.ts';
import { type Gathering, gather } from './gather.ts';
import { type Group, groupOf } from './group.ts';
import { plannables } from './kinds/all.ts';
import type { Found } from './kinds/kind.ts';
import type { Next } from './kube/queue.ts';
import { inWords, type Outcome } from './plan/operation.ts';
import { type Plan, plan } from './plan/plan.ts';
import { type Policy, policy } from './plan/policy.ts';
import { settled } from './settled.ts';
import { type Pass, wantedText } from './status.ts';

export interface Reconciling extends Gathering {
  readonly book: Book;
  readonly inventory: Inventory;
  readonly aws: Applying['aws'];
  readonly policy: Policy;
  waitsFor: Applying['waitsFor'];
  /** What was carried out, for the log; never called when nothing was. */
  log(group: string, outcomes: readonly Record<string, string>[]): void;
  /** Tells bindings, Ingresses and the targets program what became of a group; true when it was all written. */
  publish(group: Group, pass: Omit<Pass, 'health' | 'now'>): Promise<boolean>;
}

/** What a superseded or provisioning load balancer, or a resource still in use, is looked at again after. */
const WAITING_MS = 2_000;

/** One pass over one group. Throws only what is our own mistake. */
export async function reconcile(key: string, world: Reconciling): Promise<Next> {
  const bindings = world.book.of(key);
  if (world.book.awaited(key).length > 0) return { afterMs: WAITING_MS };
  if (bindings.length === 0) return 'done';
  const group = groupOf(key, bindings);
  try {
    const glance = world.inventory.glance(key);
    const facts = await gather(group, glance.found, world);
    const wanted = desire(group, facts);
    const hash = createHash('sha256').update(wantedText(wanted.resources)).digest('hex');
    const known = settled(group, wanted.resources, glance, hash);
    const found = known?.found ?? (await findAll(world, group, wanted));
    const planned: Plan =
      known ??
      (wanted.undecided ? { operations: [], matched: new Map() } : plan(plannables, wanted.resources, found));
    const allowed = policy(world.policy, planned.operations);
    const outcomes = await apply(allowed, {
      ...world,
      ledger: world.inventory,
      found,
      matched: planned.matched,
    });
    if (outcomes.length > 0) world.log(key, outcomes.map(logged));
    if (outcomes.some(({ result }) => result === 'failed')) world.inventory.forget(key);
    const after = outcomes.length === 0 ? found : world.inventory.glance(key).found;
    const became = plan(plannables, wanted.resources, after).matched;
    const clean =
      !wanted.undecided &&
      planned.operations.length === outcomes.filter(({ result }) => result === 'done').length;
    const told = [...wanted.problems, ...refusedBy(world.book, group)];
    const written = await world.publish(group, {
      bindings,
      told,
      planned: planned.operations,
      outcomes,
      found: after,
      backends: wanted.backends,
      became,
      decided: !wanted.undecided,
      clean,
      ...(clean ? { appliedHash: hash } : {}),
    });
    return next(outcomes, after, written, wanted.undecided);
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    world.inventory.forget(key);
    const nothing = {
      planned: [],
      outcomes: [],
      backends: [],
      became: new Map(),
      decided: false,
      clean: false,
    };
    const told = refusedBy(world.book, group);
    await world.publish(group, {
      ...nothing,
      bindings,
      told,
      failure: thrown,
      found: world.inventory.glance(key).found,
    });
    return 'retry';
  }
}

/** The group's own resources, and the shared security group when this group wants it or is the last that could. */
async function findAll(world: Reconciling, group: Group, wanted: Wanted): Promise<readonly Found[]> {
  const own = await world.inventory.of(group.id);
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

/** Problems that admission would have refused; what they concern was never accepted. */
const refusedBy = (book: Book, group: Group): Pass['told'][number][] =>
  group.members.flatMap(({ key }) =>
    (book.entry(key)?.refused ?? []).map((problem) => ({ member: key, problem })),
  );

const logged = ({ operation, result, because, failure }: Outcome): Record<string, string> => ({
  operation: inWords(operation),
  result,
  ...(because === undefined ? {} : { because }),
  ...(failure === undefined ? {} : { failure: `${failure.action}: ${failure.code}: ${failure.message}` }),
});

function next(
  outcomes: readonly Outcome[],
  found: readonly Found[],
  written: boolean,
  undecided: boolean,
): Next {
  const failed = outcomes.some(({ result }) => result === 'failed' || result === 'skipped');
  if (failed || !written || undecided) return 'retry';
  const waiting = outcomes.some(({ result }) => result === 'waiting');
  const young = found.some(({ kind, extra }) => kind === 'loadBalancer' && extra.state === 'provisioning');
  return waiting || young ? { afterMs: WAITING_MS } : 'done';
}
