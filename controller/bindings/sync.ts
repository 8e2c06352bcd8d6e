// derive: keeps the binding object of one Ingress as `bind()` says, with its owner and finalizer, and lets it go.
//
//   Ingress there ──▶ binding applied ──▶ claimed (finalizer of its group, owner) ──▶ the group is reconciled
//   Ingress gone  ──▶ binding deleted ──▶ Deleting until its groups are clean
//   Ingress with finalizers for groups (the LBC's, or ours) ──▶ the binding holds ours for the same ones ──▶ they are taken off
//
// A binding that is deleted under a living Ingress is handed over: AWS keeps everything. Who answers for it at each step:
//
//   binding held ──deleted──▶ binding held, going ──1──▶ both ──2──▶ Ingress held ──3──▶ both ──4──▶ new binding held
//                                     │                    └─────────────┴── Ingress deleted: its group is cleaned up, then the
//                                     └── Ingress deleted, or its namespace:                    finalizers go (publish.ts)
//                                         nothing is handed over
//   1 our finalizer on the Ingress, which the API server refuses on one that is being deleted   2 the binding's taken off
//   3 a binding made anew and claimed; while that is refused the Ingress goes on answering      4 the Ingress's taken off
import { canonicalText } from '../../api/binding/bind.ts';
import { finalizerOf, heldGroups } from '../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { mayWrite, type Policy, policyOfIngress } from '../../api/policy.ts';
import type { KubeFailure, KubeOutcome } from '../../kube/client.ts';
import type { News } from '../../kube/events.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { OwnerReference, Writer } from '../../kube/write.ts';
import type { Next } from '../queue/queue.ts';
import { deletingStatus } from '../status/status.ts';
import type { BookEntry } from './entries.ts';
import { holdingsOf, withoutHoldings } from './lbc-finalizers.ts';
import type { Book } from './store.ts';

/** A binding without an Ingress and without an owner may belong to an Ingress that is just being stored. */
const UNBORN_MS = 30_000;

/** What the watch is about to tell of is looked at again after this long, in milliseconds. */
const AGAIN_MS = 200;

export interface Deriving {
  readonly book: Book;
  readonly write: Writer;
  /** Of the controller; with what the Ingress asks for it decides whether finalizers of the LBC are exchanged for ours. */
  readonly ceiling: Policy;
  /** Milliseconds since the epoch. */
  now(): number;
  failed(key: string, step: string, outcome: KubeOutcome): void;
  /** Tells people that the API server takes no binding of an Ingress, and what that means. */
  refused(entry: BookEntry, news: News): void;
}

/** Answers that trying again does not change; `notFound` of an apply, which makes what is not there: the kind is gone. */
const REFUSED: ReadonlySet<KubeFailure> = new Set(['forbidden', 'invalid', 'notFound']);

function ownerOf(entry: BookEntry): OwnerReference | undefined {
  const { name, uid } = entry.ingress.metadata;
  const { apiVersion, kind } = KINDS.ingresses;
  return uid === undefined ? undefined : { apiVersion, kind, name, uid };
}

const hasOwner = ({ metadata }: LoadBalancerBinding): boolean =>
  'ownerReferences' in metadata &&
  Array.isArray(metadata.ownerReferences) &&
  metadata.ownerReferences.length > 0;

/** What is done about one binding. */
class Sync {
  readonly #key: string;
  readonly #deriving: Deriving;

  constructor(key: string, deriving: Deriving) {
    this.#key = key;
    this.#deriving = deriving;
  }

  async run(): Promise<Next> {
    const { book } = this.#deriving;
    const entry = book.entry(this.#key);
    const binding = book.bindingOf(this.#key);
    if (entry === undefined) return binding === undefined ? 'done' : this.#letGo(binding);
    if (binding?.metadata.deletionTimestamp !== undefined) return this.#handOver(entry, binding);
    return this.#keep(entry, binding);
  }

  /** Whether finalizers of this Ingress are ours to write. */
  #mayExchange({ ingress }: BookEntry): boolean {
    return mayWrite('ingressFinalizers', policyOfIngress(ingress.metadata, this.#deriving.ceiling));
  }

  /** Everyday answers end the step: the informer brings what is true now, and with it the key again. */
  #settle(step: string, outcome: KubeOutcome | undefined): Next {
    if (outcome === undefined || outcome.ok) return 'done';
    if (outcome.reason === 'notFound' || outcome.reason === 'conflict') return { afterMs: AGAIN_MS };
    this.#deriving.failed(this.#key, step, outcome);
    return 'retry';
  }

  /** The same of a write that makes or claims a binding. Nobody waits for one that is refused (entries.ts). */
  #settleBinding(entry: BookEntry, step: string, outcome: KubeOutcome | undefined): Next {
    const { book, refused, failed } = this.#deriving;
    const refusal = outcome?.ok === false && REFUSED.has(outcome.reason) ? outcome : undefined;
    book.refused(this.#key, refusal !== undefined);
    if (refusal === undefined) return this.#settle(step, outcome);
    const stays = book.stays(entry.spec.group);
    const then = stays ? 'what the load balancer has stays as it is' : 'nothing is made for it in AWS';
    refused(entry, {
      type: 'Warning',
      reason: 'BindingRefused',
      action: 'Record',
      note: `LoadBalancerBinding ${this.#key} is refused: ${refusal.message}. Until it is taken, ${then}.`,
    });
    failed(this.#key, step, refusal);
    return 'retry';
  }

  async #letGo(binding: LoadBalancerBinding): Promise<Next> {
    const { write, now } = this.#deriving;
    if (binding.metadata.deletionTimestamp === undefined) {
      const age = now() - Date.parse(binding.metadata.creationTimestamp ?? '');
      if (!hasOwner(binding) && age < UNBORN_MS) return { afterMs: UNBORN_MS - age };
      const deleted = await write.deleteBinding(binding);
      if (!deleted.ok) return this.#settle('delete binding', deleted);
    }
    if (heldGroups(binding).length === 0 || binding.status?.state === 'Deleting') return 'done';
    // Said at once: the group's own pass may take a while, or be waiting for another one.
    const told = deletingStatus(binding, new Date(now()).toISOString());
    return this.#settle('tell deletion', await write.patchStatus(binding, told));
  }

  /** `former` is the binding whose place the new one takes. */
  async #keep(entry: BookEntry, binding?: LoadBalancerBinding, former?: LoadBalancerBinding): Promise<Next> {
    const { book, write } = this.#deriving;
    const holds = former !== undefined || book.answers(entry.spec.group);
    const { namespace = '', name } = entry.ingress.metadata;
    if (binding !== undefined && canonicalText(binding.spec) === canonicalText(entry.spec))
      return this.#claim(entry, binding, holds);
    const applied = await write.applyBinding({ namespace, name }, entry.spec);
    if (!applied.ok) return this.#settleBinding(entry, 'record binding', applied);
    const { set } = former?.status ?? {};
    if (set === undefined) return this.#claim(entry, applied.object, holds);
    // What was set in AWS is remembered by the binding alone (hack/decisions/0011).
    const made = await write.patchStatus(applied.object, { ...applied.object.status, set });
    if (made?.ok === false) return this.#settle('hand over memory', made);
    return this.#claim(entry, made?.object ?? applied.object, holds);
  }

  async #claim(entry: BookEntry, binding: LoadBalancerBinding, held: boolean): Promise<Next> {
    const { book, write } = this.#deriving;
    // It was deleted meanwhile: it can hold nothing new, and is handed over when the watch tells of it.
    if (binding.metadata.deletionTimestamp !== undefined) return { afterMs: AGAIN_MS };
    const inherited = this.#mayExchange(entry) ? holdingsOf(entry.ingress, { lbc: true }) : [];
    const groups = new Set([...(held ? [entry.spec.group] : []), ...inherited.map(({ group }) => group)]);
    const finalizers = [...groups].map(finalizerOf);
    const claimed = await write.claim(binding, finalizers, ownerOf(entry));
    if (inherited.length === 0 || claimed?.ok === false)
      return this.#settleBinding(entry, 'claim binding', claimed);
    book.refused(this.#key, false);
    // Only now: somebody must answer for what is in AWS at every moment.
    const left = withoutHoldings(entry.ingress, inherited, heldGroups(claimed?.object ?? binding));
    return this.#settle('exchange finalizers', await write.writeFinalizers(entry.ingress, left));
  }

  /** The binding of a living Ingress is being deleted: what AWS has is handed over, by way of the Ingress (see above). */
  async #handOver(entry: BookEntry, binding: LoadBalancerBinding): Promise<Next> {
    const { book, write } = this.#deriving;
    const { group } = entry.spec;
    const mine = finalizerOf(group);
    const held = heldGroups(binding);
    // What it still has in other groups is cleaned up there first. With none of ours it only waits for others to let it go.
    if (held.some((one) => one !== group) || held.length === 0) return 'done';
    if (!this.#mayExchange(entry)) {
      // Nothing of the Ingress is written, so nobody could answer meanwhile: the binding stays, and its group is not held up.
      book.refused(this.#key, true);
      return 'done';
    }
    const secured = await write.holdIngress(entry.ingress, mine);
    if (!secured.ok) return this.#settle('hold Ingress', secured);
    const released = await write.releaseBinding(binding, (finalizer) => finalizer === mine);
    if (released !== undefined && !released.ok && released.reason !== 'notFound')
      return this.#settle('hand over binding', released);
    return this.#keep({ ...entry, ingress: secured.object }, undefined, binding);
  }
}

/** Brings the binding of one Ingress in line. `key` is `namespace/name`. */
export const derive = (key: string, deriving: Deriving): Promise<Next> => new Sync(key, deriving).run();
