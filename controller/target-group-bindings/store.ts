// The TargetGroupBindings of a cluster, as the watch and our own writes know them; found by name, by Service and by target group.
import { hash } from 'node:crypto';
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { keyOf } from '../../api/kube.ts';

/** What of one our work depends on; its status and the hash of its targets are our own writing. */
const meaning = ({ metadata, spec }: TargetGroupBinding): string =>
  hash(
    'sha256',
    JSON.stringify([spec, metadata.uid, metadata.deletionTimestamp, metadata.finalizers, metadata.labels]),
    'base64',
  );

export class TargetGroupBindings {
  readonly #all = new Map<string, TargetGroupBinding>();
  /** As the watch told it last. */
  readonly #meanings = new Map<string, string>();

  get(key: string): TargetGroupBinding | undefined {
    return this.#all.get(key);
  }

  keys(): readonly string[] {
    return [...this.#all.keys()];
  }

  /** Notes what the watch tells; true when it means work. */
  told(object: TargetGroupBinding, gone: boolean): boolean {
    const key = keyOf(object);
    const before = this.#meanings.get(key);
    if (gone) {
      this.#all.delete(key);
      this.#meanings.delete(key);
      return true;
    }
    const now = meaning(object);
    this.#all.set(key, object);
    this.#meanings.set(key, now);
    return before !== now;
  }

  /** Notes the answer to a write of ours, unless it is another object by now, or gone. */
  answered(object: TargetGroupBinding): void {
    const key = keyOf(object);
    if (this.#all.get(key)?.metadata.uid === object.metadata.uid) this.#all.set(key, object);
  }

  /** Keys of those for a Service. */
  ofService(namespace: string, service: string): string[] {
    return this.#keysOf(
      ({ metadata, spec }) => metadata.namespace === namespace && spec?.serviceRef.name === service,
    );
  }

  /** Keys of those that name a target group by its ARN. */
  ofTargetGroup(arn: string): string[] {
    return this.#keysOf(({ spec }) => spec?.targetGroupARN === arn);
  }

  #keysOf(among: (one: TargetGroupBinding) => boolean): string[] {
    return [...this.#all].flatMap(([key, one]) => (among(one) ? [key] : []));
  }
}
