// orphans: the net below the finalizers. Looks for what nobody in the cluster names, and removes it when a second look agrees.
//
//   start, sweep ─look─▶ judge ─▶ told; what goes ─▶ queue of groups ─remove─▶ plan of a group without members
//                                                         ─▶ everything listed and judged again ─▶ apply

import { SHARED_STACK } from '../../../alb/desire/tags.ts';
import { isFailure } from '../../../alb/failures/failure.ts';
import { groupOf } from '../../../alb/group.ts';
import type { Found } from '../../../alb/kinds/kind.ts';
import { logged, type Operation, type Outcome } from '../../../alb/plan/operation.ts';
import { policyOfGroup } from '../../../alb/plan/policy.ts';
import { SHARED_TAG } from '../../../api/aws.ts';
import type { KubeClient } from '../../../kube/client.ts';
import { apply } from '../../apply/apply.ts';
import type { Aws } from '../../aws/client.ts';
import { type Deciding, decide } from '../../decide.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import type { Next } from '../../queue/queue.ts';
import { judge, type Orphan, type OrphanSight, protectedIn, type Rules, type SeenOrphan } from './judge.ts';
import { readNames } from './read.ts';
import type { GroupsRecord } from './record.ts';
import type { OrphanReport } from './report.ts';
import { KINDS } from './words.ts';

export interface OrphansOptions {
  readonly client: Pick<KubeClient, 'request'>;
  readonly aws: Aws;
  /** What deciding about any group needs. */
  readonly deciding: Deciding;
  readonly rules: Rules;
  readonly record: GroupsRecord;
  readonly report: OrphanReport;
  /** Why something of the cluster may not be seen at the moment. */
  incomplete(): string | undefined;
  /** Milliseconds since the epoch, by a clock that never goes back. */
  now(): number;
  /** Has `remove` called for a stack, while nothing else is done about a group of that name. */
  enqueue(stack: string): void;
  /** What was seen is to be written down. */
  recorded(): void;
}

/** What is in AWS on its own of every stack; listeners and rules are known only of those whose details were read. */
export function stacksIn(inventory: Pick<Inventory, 'groups' | 'glance'>): Map<string, readonly Found[]> {
  const stacks = inventory.groups().filter((group) => group !== SHARED_STACK);
  return new Map(
    stacks.map((stack) => [
      stack,
      inventory.glance(stack).found.filter(({ kind }) => KINDS.some((one) => one === kind)),
    ]),
  );
}

/** What of a plan for an orphan is done. The group that load balancers share is no part of any stack: it goes with the last Ingress. */
export const removals = (operations: readonly Operation[]): Operation[] =>
  operations.filter(({ verb, ...one }) => verb === 'delete' && 'found' in one && !isShared(one.found));

const isShared = ({ spec }: Found): boolean => SHARED_TAG in spec.tags;

export class Orphans {
  readonly #options: OrphansOptions;
  #seen: ReadonlyMap<string, SeenOrphan> = new Map();
  /** Stacks that the last look let go. */
  readonly #due = new Set<string>();
  /** Why AWS or somebody's word kept a stack that was to go. */
  readonly #kept = new Map<string, Pick<Orphan, 'reason' | 'because'>>();

  constructor(options: OrphansOptions) {
    this.#options = options;
  }

  /** Looks at everything that was read of AWS last, and tells. */
  async look(): Promise<void> {
    const { report, record, enqueue, recorded } = this.#options;
    const sight = await this.#sight();
    if ('unknown' in sight) {
      report.cannot(sight.unknown);
      return;
    }
    const { orphans, seen } = judge(sight, this.#options.rules, this.#seen);
    this.#seen = seen;
    this.#due.clear();
    for (const { stack, fate } of orphans) if (fate === 'goes') this.#due.add(stack);
    for (const stack of [...this.#kept.keys()]) if (!this.#due.has(stack)) this.#kept.delete(stack);
    report.tell(orphans.map((one) => this.#withKept(one)));
    this.#remember(sight);
    record.seen(new Map([...seen].map(([stack, { at }]) => [stack, at])));
    recorded();
    for (const stack of this.#due) enqueue(stack);
  }

  /** Removes a stack if it may go. */
  async remove(stack: string): Promise<Next> {
    if (!this.#due.has(stack)) return 'done';
    try {
      return await this.#removeDue(stack);
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      this.#options.deciding.inventory.forget(stack);
      this.#keep(stack, 'Refused', `${thrown.action} answered ${thrown.code}: ${thrown.message}`);
      return 'done';
    }
  }

  /** Notes whether this cluster answers for a group now. */
  note(group: string): void {
    const { deciding, rules, record, recorded } = this.#options;
    const bindings = deciding.book.of(group);
    if (bindings.length === 0) return;
    // Who asked that nothing be removed meant it also for the time when nobody remembers that.
    const ours = policyOfGroup(rules.policy, bindings) === 'sync';
    if (record.note(group, ours)) recorded();
  }

  /** Writes the record. */
  async write(): Promise<Next> {
    const { next, failed } = await this.#options.record.write();
    this.#options.report.unwritten(failed?.ok === false ? failed.message : undefined);
    return next;
  }

  #withKept(orphan: Orphan): Orphan {
    const kept = orphan.fate === 'goes' ? this.#kept.get(orphan.stack) : undefined;
    return kept === undefined ? orphan : { ...orphan, fate: 'left', ...kept };
  }

  /** The next look tells of it and tries again. */
  #keep(stack: string, reason: 'Protected' | 'Refused' | 'Stray', because: string): void {
    this.#kept.set(stack, { reason, because });
  }

  async #removeDue(stack: string): Promise<Next> {
    const { deciding, aws, report } = this.#options;
    // Somebody may have switched protection on or off meanwhile.
    deciding.inventory.doubt(stack);
    const decision = await decide(groupOf(stack, []), deciding, { trusting: false });
    const { planned, allowed } = decision;
    const { found, sorted } = decision.seen;
    const protection = protectedIn(found);
    if (protection !== undefined) {
      this.#keep(stack, 'Protected', protection);
      return 'done';
    }
    const [stray] = sorted.aside;
    if (stray !== undefined) {
      this.#keep(stack, 'Stray', `${stray.arn} makes no sense in it: only a person can decide`);
      return 'done';
    }
    // Directly before anything is done, and by everything that is there now.
    const sight = await this.#sight();
    const again = 'unknown' in sight ? [] : judge(sight, this.#options.rules, this.#seen).orphans;
    if (!again.some((one) => one.stack === stack && one.fate === 'goes')) {
      this.#due.delete(stack);
      return 'done';
    }
    const applying = { aws, ledger: deciding.inventory, found, matched: planned.matched };
    const outcomes = await apply(removals(allowed), { ...applying, waitsFor: () => undefined });
    return this.#told(stack, outcomes, report);
  }

  #told(stack: string, outcomes: readonly Outcome[], report: OrphanReport): Next {
    const isDone = ({ result }: Outcome): boolean => result === 'done';
    const done = outcomes.filter(isDone).map((one) => logged(one).operation ?? '');
    if (done.length > 0) report.removed(stack, done);
    const [open] = outcomes.filter((one) => !isDone(one));
    if (open === undefined) return 'done';
    const { failure, because } = open;
    if (failure !== undefined) this.#options.deciding.inventory.forget(stack);
    const why =
      failure === undefined ? because : `${failure.action} answered ${failure.code}: ${failure.message}`;
    this.#keep(stack, 'Refused', `AWS does not let it go: ${why ?? 'it is still in use'}`);
    // What a load balancer held is free some seconds after it is gone.
    return 'retry';
  }

  /** Everything that is looked at, or why it cannot be. The cluster is asked only when there is something to ask about. */
  async #sight(): Promise<OrphanSight | { readonly unknown: string }> {
    const { client, deciding, record, incomplete, now } = this.#options;
    await record.load();
    const ours = new Set(deciding.book.groups());
    const suspects = [...stacksIn(deciding.inventory).keys()].some((stack) => !ours.has(stack));
    const nobody = { names: { stacks: new Map(), resources: new Map(), texts: [] } };
    const read = suspects ? await readNames(client) : nobody;
    if ('unknown' in read) return read;
    const why = incomplete();
    return {
      // Anew: something may have been made or removed while the cluster was asked.
      stacks: stacksIn(deciding.inventory),
      names: read.names,
      ours: new Set(deciding.book.groups()),
      owned: record.owned(),
      ...(why === undefined ? {} : { incomplete: why }),
      now: now(),
    };
  }

  /** What is gone needs no memory; what others name and we do not is theirs now. */
  #remember({ stacks, names, ours }: OrphanSight): void {
    this.#options.record.keep((group) => ours.has(group) || (stacks.has(group) && !names.stacks.has(group)));
  }
}
