// The writes to TargetGroupBindings of users: the finalizer that keeps one until its targets are deregistered, what AWS has of what it
// leaves open, the hash of what is registered, and its status. Each is one request, or none when nothing differs.
import type {
  TargetGroupBinding,
  TargetGroupBindingSpec,
  TargetGroupBindingStatus,
} from '../../api/generated/target-group-binding.ts';
import { keyOf } from '../../api/kube.ts';
import { OWN_PREFIX } from '../../api/policy.ts';
import { SERVED_FINALIZER } from '../../api/targetgroupbinding/made-by.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import { claimOf, mergePatch, type Writer, withoutFinalizers } from '../../kube/write.ts';
import type { TargetGroupBindings } from './store.ts';

/** The AWS Load Balancer Controller's: whoever of the two serves an object can let go of it (aws-model 6.9). */
export const FINALIZER = SERVED_FINALIZER;

/** Says what is registered. In an annotation, since the definition that the AWS Load Balancer Controller brings keeps no such field. */
const REGISTERED = `${OWN_PREFIX}registered`;

export const hashOf = ({ metadata }: TargetGroupBinding): string | undefined =>
  metadata.annotations?.[REGISTERED];

/** `done`: it is as wanted, the object is gone, or the policy forbids it. */
export type Written = 'done' | 'conflict' | 'failed';

export interface WritesOptions {
  readonly write: Pick<Writer, 'patchTargetGroupBinding'>;
  readonly store: TargetGroupBindings;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

export class TargetGroupBindingWrites {
  readonly #options: WritesOptions;

  constructor(options: WritesOptions) {
    this.#options = options;
  }

  /** Puts the finalizer on, and fills in what was left open. */
  async claim(object: TargetGroupBinding, defaults: Partial<TargetGroupBindingSpec>): Promise<Written> {
    const { resourceVersion } = object.metadata;
    const claimed = claimOf(object.metadata, [FINALIZER], undefined);
    const open = Object.keys(defaults).length > 0;
    if (claimed === undefined && !open) return 'done';
    const metadata = claimed ?? { resourceVersion };
    return this.#patch(object, 'claim', { metadata, ...(open ? { spec: defaults } : {}) });
  }

  /** Takes the finalizer off: nothing of it is registered any more. */
  async release(object: TargetGroupBinding): Promise<Written> {
    const change = withoutFinalizers(object.metadata, (one) => one === FINALIZER);
    return change === undefined ? 'done' : this.#patch(object, 'release', { metadata: change });
  }

  /** Notes what is registered, or takes the note off before that changes. */
  async note(object: TargetGroupBinding, hash: string | undefined): Promise<Written> {
    if (hashOf(object) === hash) return 'done';
    const annotations = { [REGISTERED]: hash ?? null };
    return this.#patch(object, 'note what is registered', { metadata: { annotations } });
  }

  async status(object: TargetGroupBinding, after: TargetGroupBindingStatus): Promise<Written> {
    const status = mergePatch(object.status ?? {}, after);
    return status === undefined ? 'done' : this.#patch(object, 'write status', { status }, 'status');
  }

  async #patch(
    object: TargetGroupBinding,
    step: string,
    change: object,
    subresource?: 'status',
  ): Promise<Written> {
    const { write, store, failed } = this.#options;
    const outcome = await write.patchTargetGroupBinding(object, change, subresource);
    if (outcome?.ok) store.answered(outcome.object);
    if (outcome === undefined || outcome.ok || outcome.reason === 'notFound') return 'done';
    if (outcome.reason === 'conflict') return 'conflict';
    failed(keyOf(object), step, outcome);
    return 'failed';
  }
}
