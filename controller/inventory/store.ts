// The memory of the inventory: what is known to exist, on one shelf for each group. No call is made here, the clock is given.

import { isDeepStrictEqual } from 'node:util';
import type { Found } from '../../alb/kinds/kind.ts';
import { defined } from '../../api/defined.ts';

export interface Shelf {
  readonly found: Map<string, Found>;
  /** Whether listeners, rules and attributes are known as well. */
  detailed: boolean;
  /** What is known is not to be trusted: whatever was applied last, the details must be looked at. */
  doubted?: true;
}

/** AWS may show our own changes this much later in bulk reads (late visibility), in milliseconds. */
const SETTLING_MS = 60_000;

const inside = ({ kind }: Found): boolean => kind === 'listener' || kind === 'rule';

/** What a listener or rule lives in. */
function parentOf(found: Found): string | undefined {
  if (found.kind === 'listener') return found.spec.loadBalancer.ref;
  return found.kind === 'rule' ? found.spec.listener.ref : undefined;
}

/** Attributes, reserved capacity and protections are not in bulk reads, which leave them as they are known. */
function withKnownDetails(found: Found, known: Found | undefined): Found {
  if (found.kind === 'loadBalancer' && known?.kind === 'loadBalancer') {
    const { attributes, capacityUnits, webAcl, shield } = known.spec;
    return { ...found, spec: { ...found.spec, attributes, ...defined({ capacityUnits, webAcl, shield }) } };
  }
  if (found.kind === 'targetGroup' && known?.kind === 'targetGroup') {
    return { ...found, spec: { ...found.spec, attributes: known.spec.attributes } };
  }
  return found;
}

export class Shelves {
  /** Groups that may have what is on no shelf, until the next bulk read. */
  readonly unsure = new Set<string>();
  readonly #now: () => number;
  readonly #shelves = new Map<string, Shelf>();
  /** Group of every resource by ARN. */
  readonly #groupOf = new Map<string, string>();
  /** When we last put or removed something ourselves, by ARN. */
  readonly #putAt = new Map<string, number>();
  readonly #removedAt = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(group: string): Shelf | undefined {
    return this.#shelves.get(group);
  }

  groups(): string[] {
    return [...this.#shelves.keys()];
  }

  /** Notes what we made or changed. */
  put(found: Found): void {
    const before = this.#groupOf.get(found.arn);
    if (before !== undefined && before !== found.group) this.#drop(found.arn);
    this.#store(found);
    this.#putAt.set(found.arn, this.#now());
    this.#removedAt.delete(found.arn);
  }

  /** Notes what we removed; listeners and rules inside go with it. */
  remove(arn: string): void {
    this.#drop(arn);
    this.#putAt.delete(arn);
    this.#removedAt.set(arn, this.#now());
  }

  /** Nobody knows all that the group has; of what may be removed the next bulk read tells, however lately we changed it. */
  doubtAll(group: string, removed: readonly Pick<Found, 'arn'>[]): void {
    this.unsure.add(group);
    for (const { arn } of removed) this.#putAt.delete(arn);
  }

  forget(group: string): void {
    const shelf = this.#shelves.get(group);
    if (shelf === undefined) return;
    shelf.detailed = false;
    for (const { arn } of [...shelf.found.values()]) this.bare(arn);
  }

  /** Has what protects a load balancer read again when it is wanted. */
  bare(arn: string): void {
    const group = this.#groupOf.get(arn);
    const found = group === undefined ? undefined : this.#shelves.get(group)?.found;
    const known = found?.get(arn);
    if (known?.kind !== 'loadBalancer') return;
    const { webAcl: _, shield: __, ...spec } = known.spec;
    found?.set(arn, { ...known, spec });
  }

  /** Load balancers that we did not change lately. */
  settledBalancers(): Found<'loadBalancer'>[] {
    const balancers = this.#all().filter((one) => one.kind === 'loadBalancer');
    return balancers.filter(({ arn }) => !this.#recent(this.#putAt, arn));
  }

  /** The same, and what was applied last is not trusted either. */
  doubt(group: string): void {
    this.forget(group);
    const shelf = this.#shelves.get(group);
    if (shelf !== undefined) shelf.doubted = true;
  }

  /** Replaces a shelf by what a reading of the details gave. What lives in the group's load balancer is the group's. */
  complete(group: string, found: readonly Found[]): void {
    for (const arn of [...(this.#shelves.get(group)?.found.keys() ?? [])]) this.#drop(arn);
    for (const one of found) this.#store({ ...one, group });
  }

  /**
   * Brings a bulk reading in: everything but listeners and rules, and the group of each listener and rule where tags may
   * be searched. What we changed in the last minute stays as we know it. Gives the groups with news.
   */
  take(seen: readonly Found[], children: ReadonlyMap<string, string> | undefined): Set<string> {
    const news = new Set<string>();
    for (const found of seen) if (this.#meet(found)) news.add(found.group);
    const arns = new Set(seen.map(({ arn }) => arn));
    for (const found of this.#all()) {
      if (inside(found) || arns.has(found.arn) || this.#recent(this.#putAt, found.arn)) continue;
      this.#drop(found.arn);
      news.add(found.group);
    }
    for (const group of children === undefined ? [] : this.#strayed(children)) {
      this.doubt(group);
      news.add(group);
    }
    for (const times of [this.#putAt, this.#removedAt]) {
      for (const arn of [...times.keys()]) if (!this.#recent(times, arn)) times.delete(arn);
    }
    return news;
  }

  #all(): Found[] {
    return [...this.#shelves.values()].flatMap(({ found }) => [...found.values()]);
  }

  #recent(times: ReadonlyMap<string, number>, arn: string): boolean {
    const at = times.get(arn);
    return at !== undefined && this.#now() - at < SETTLING_MS;
  }

  #shelfOf(group: string): Shelf {
    // A group that bulk reads did not show has nothing, so its details are known.
    return this.#shelves.getOrInsertComputed(group, () => ({ found: new Map(), detailed: true }));
  }

  #store(found: Found): void {
    this.#shelfOf(found.group).found.set(found.arn, found);
    this.#groupOf.set(found.arn, found.group);
  }

  #drop(arn: string): void {
    const group = this.#groupOf.get(arn);
    this.#groupOf.delete(arn);
    const shelf = group === undefined ? undefined : this.#shelves.get(group);
    if (group === undefined || shelf === undefined) return;
    shelf.found.delete(arn);
    for (const one of [...shelf.found.values()]) if (parentOf(one) === arn) this.#drop(one.arn);
    if (shelf.found.size === 0) this.#shelves.delete(group);
  }

  /** Brings one bulk-read resource in; true when it is news. */
  #meet(found: Found): boolean {
    if (this.#recent(this.#removedAt, found.arn) || this.#recent(this.#putAt, found.arn)) return false;
    const known = this.#shelves.get(found.group)?.found.get(found.arn);
    if (known === undefined) this.#drop(found.arn);
    const next = withKnownDetails(found, known);
    this.#store(next);
    if (known === undefined && found.kind !== 'securityGroup') this.forget(found.group);
    return known === undefined || !isDeepStrictEqual(known.spec, next.spec);
  }

  /** Groups whose remembered listeners and rules are not those that tag search saw. */
  #strayed(seen: ReadonlyMap<string, string>): string[] {
    const strange = [...seen].filter(
      ([arn, group]) =>
        this.#shelves.get(group)?.detailed === true &&
        !this.#groupOf.has(arn) &&
        !this.#recent(this.#removedAt, arn),
    );
    const missing = this.#all().filter(
      (one) =>
        inside(one) && one.resourceTag !== '' && !seen.has(one.arn) && !this.#recent(this.#putAt, one.arn),
    );
    return [...strange.map(([, group]) => group), ...missing.map(({ group }) => group)];
  }
}
