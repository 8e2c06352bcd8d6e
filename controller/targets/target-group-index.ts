// The target groups that are looked after, found by ARN, by group, by the Ingress they are for, and by Service,
// and by their name: what changes
// in the cluster names one of these, and nothing is searched for.

import type { Serving } from './serving.ts';
import { serviceKey } from './slice-index.ts';

/** Sets of ARNs by one property of their target groups; a key without any is forgotten. */
class Lookup {
  readonly #arns = new Map<string, Set<string>>();

  add(key: string, arn: string): void {
    this.#arns.getOrInsertComputed(key, () => new Set()).add(arn);
  }

  delete(key: string, arn: string): void {
    const known = this.#arns.get(key);
    known?.delete(arn);
    if (known?.size === 0) this.#arns.delete(key);
  }

  get(key: string): readonly string[] {
    return [...(this.#arns.get(key) ?? [])];
  }
}

export class TargetGroupIndex {
  readonly #all = new Map<string, Serving>();
  readonly #groups = new Lookup();
  readonly #members = new Lookup();
  readonly #services = new Lookup();
  readonly #names = new Lookup();

  get(arn: string): Serving | undefined {
    return this.#all.get(arn);
  }

  all(): readonly Serving[] {
    return [...this.#all.values()];
  }

  put(one: Serving): void {
    this.delete(one.arn);
    this.#all.set(one.arn, one);
    for (const [lookup, key] of this.#keysOf(one)) lookup.add(key, one.arn);
  }

  delete(arn: string): void {
    const one = this.#all.get(arn);
    if (one === undefined) return;
    this.#all.delete(arn);
    for (const [lookup, key] of this.#keysOf(one)) lookup.delete(key, arn);
  }

  /** Those of one load balancer's group. */
  ofGroup(group: string): readonly Serving[] {
    return this.#named(this.#groups.get(group));
  }

  /** Those for the backends of one Ingress, by its `namespace/name`. */
  ofMember(member: string): readonly Serving[] {
    return this.#named(this.#members.get(member));
  }

  /** Those for one Service. */
  ofService(namespace: string, service: string): readonly Serving[] {
    return this.#named(this.#services.get(serviceKey(namespace, service)));
  }

  /** The one of this name for a Service of the namespace: readiness gates name it so. */
  named(namespace: string, name: string): Serving | undefined {
    return this.#named(this.#names.get(`${namespace}/${name}`))[0];
  }

  #named(arns: readonly string[]): Serving[] {
    return arns.flatMap((arn) => this.#all.get(arn) ?? []);
  }

  #keysOf({ group, name, backend }: Serving): (readonly [Lookup, string])[] {
    return [
      [this.#groups, group],
      [this.#members, backend.member],
      [this.#services, serviceKey(backend.namespace, backend.service)],
      [this.#names, `${backend.namespace}/${name}`],
    ];
  }
}
