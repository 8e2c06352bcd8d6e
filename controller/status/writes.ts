// Writes to the status of bindings, one after another for each binding: several programs write there, and each decides on what
// the one before has left. A binding that somebody else wrote to meanwhile is a conflict, and nothing of it is overwritten.
//
//   pass over the group ──┐
//   target status ────────┼─▶ in turn ─▶ newest known binding ─▶ what differs, for this version ─▶ the answer is known at once
//   targets about to change ─┘
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import type { Writer } from '../../kube/write.ts';
import type { Book } from '../bindings/store.ts';

/** `written`: it is as wanted, or the binding is gone. `conflict`: its newest version is not known yet. */
export type WriteOutcome = 'written' | 'conflict' | 'failed';

type StatusWrite = (binding: LoadBalancerBinding) => Promise<KubeOutcome<LoadBalancerBinding> | undefined>;

export interface StatusWritesOptions {
  readonly book: Pick<Book, 'bindingOf' | 'answered'>;
  readonly write: Pick<Writer, 'patchStatus' | 'forgetTargets'>;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

export class StatusWrites {
  readonly #options: StatusWritesOptions;
  /** The last write to each binding that has not ended. */
  readonly #last = new Map<string, Promise<WriteOutcome>>();

  constructor(options: StatusWritesOptions) {
    this.#options = options;
  }

  /** Makes the status of the binding `key` (`namespace/name`) what `change` gives for its newest version. */
  update(
    key: string,
    step: string,
    change: (binding: LoadBalancerBinding) => BindingStatus,
  ): Promise<WriteOutcome> {
    const { write } = this.#options;
    return this.#inTurn(key, step, (binding) => write.patchStatus(binding, change(binding)));
  }

  /** Takes the hash of what is registered in a target group off, whatever else was written to the binding meanwhile. */
  forgetTargets(key: string, targetGroupArn: string): Promise<WriteOutcome> {
    const { write } = this.#options;
    return this.#inTurn(key, 'forget targets', (binding) => write.forgetTargets(binding, targetGroupArn));
  }

  #inTurn(key: string, step: string, write: StatusWrite): Promise<WriteOutcome> {
    const run = (): Promise<WriteOutcome> => this.#write(key, step, write);
    const before = this.#last.get(key);
    const now = before === undefined ? run() : before.then(run, run);
    this.#last.set(key, now);
    const ended = (): void => {
      if (this.#last.get(key) === now) this.#last.delete(key);
    };
    now.then(ended, ended);
    return now;
  }

  async #write(key: string, step: string, write: StatusWrite): Promise<WriteOutcome> {
    const { book, failed } = this.#options;
    const binding = book.bindingOf(key);
    const outcome = binding === undefined ? undefined : await write(binding);
    // Whoever comes next may come before the informer tells of our own write.
    if (outcome?.ok) book.answered(outcome.object);
    if (outcome === undefined || outcome.ok || outcome.reason === 'notFound') return 'written';
    if (outcome.reason === 'conflict') return 'conflict';
    failed(key, step, outcome);
    return 'failed';
  }
}
