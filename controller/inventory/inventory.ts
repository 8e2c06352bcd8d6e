// The inventory: what exists in AWS for this cluster, read in bulk and shared by all groups, written through by our own changes.
//
//   load() ─ bulk reads ─▶ shelves by group ─ of(group) ─▶ details read once, then remembered
//                              ▲  put, remove: our own changes     forget: read the details again

import { withHolders } from '../../alb/kinds/associations.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Seldom, Tags } from '../../api/aws.ts';
import { type Aws, unlessGone } from '../aws/client.ts';
import * as loadBalancers from '../aws/kinds/load-balancer.ts';
import * as securityGroups from '../aws/kinds/security-group.ts';
import * as targetGroups from '../aws/kinds/target-group.ts';
import { type Bulk, readBulk } from './bulk-read.ts';
import { readDetails, readStates } from './details.ts';
import { type Protections, protections } from './protections.ts';
import { type Shelf, Shelves } from './store.ts';

export interface Inventory {
  /** Reads in bulk, at start and in every sweep. Gives the groups in which something is not as it was known. Throws `AwsFailure`. */
  load(): Promise<string[]>;
  /** Every group that has something in AWS. */
  groups(): string[];
  /** What bulk reads and our own changes know of a group, without a call. */
  glance(group: string): Glance;
  /**
   * All that a group has in AWS, details included; those not known yet are read now. What few want is read only when it is
   * wanted, here as `also`. Throws `AwsFailure`.
   */
  of(group: string, also?: Seldom): Promise<readonly Found[]>;
  /** Notes what we made or changed. */
  put(found: Found): void;
  /** Notes what we removed; listeners and rules inside go with it. */
  remove(found: Pick<Found, 'arn'>): void;
  /** Has the details of a group read again: after a failed or uncertain call. */
  forget(group: string): void;
  /**
   * Calls that make or remove something for a group ended without an answer: AWS may have done it. Everything is read in bulk
   * before the group is told again what it has, for what nobody knows nobody would remove. `removed` is what may be gone.
   */
  unsure(group: string, removed: readonly Pick<Found, 'arn'>[]): void;
  /** The same as `forget`, though nothing that is known calls for it: somebody may have changed what bulk reads do not show. */
  doubt(group: string): void;
}

export interface Glance {
  /** Without listeners and rules, unless the details are known. */
  readonly found: readonly Found[];
  /** Whether `of` needs no call. */
  readonly detailed: boolean;
  /** The details must be looked at, whatever was applied last. */
  readonly doubted?: true;
  /** How many listeners and rules the group has; undefined when tags may not be searched. */
  readonly inside?: number;
}

export interface InventoryOptions {
  /** Tag keys that others write: they are never seen here. */
  readonly externalManagedTags?: readonly string[];
  /** Milliseconds; for tests. */
  now?(): number;
}

/** A load balancer that is being provisioned is looked at again after this long at the earliest, in milliseconds. */
const STATE_AGE_MS = 1_000;

/** An empty inventory; nothing is read before `load`. */
export function createInventory(aws: Aws, options: InventoryOptions = {}): Inventory {
  const now = options.now ?? (() => performance.now());
  const shelves = new Shelves(now);
  const clean = withoutTags(new Set(options.externalManagedTags));
  let children: ReadonlyMap<string, string> | undefined;
  /** How many listeners and rules bulk reads saw, by group. */
  let insideOf = new Map<string, number>();
  const statesAt = new Map<string, number>();
  const protection = protections(aws);

  async function load(): Promise<string[]> {
    // What ends without an answer while this is read is not in it.
    const unsure = [...shelves.unsure];
    const bulk = await readBulk(aws);
    for (const group of unsure) shelves.unsure.delete(group);
    children = bulk.children;
    insideOf = new Map();
    for (const group of children?.values() ?? []) insideOf.set(group, (insideOf.get(group) ?? 0) + 1);
    const news = shelves.take(foundIn(bulk).map(clean), children);
    const bereft = await protection.bereft(shelves.settledBalancers());
    for (const { arn } of bereft) shelves.bare(arn);
    return [...new Set([...news, ...bereft.map(({ group }) => group)])];
  }

  /** Looks at load balancers that were not ready when we last saw them. */
  async function refreshStates(group: string, { found }: Shelf): Promise<void> {
    const young = [...found.values()].filter(
      (one) => one.kind === 'loadBalancer' && one.extra.state === 'provisioning',
    );
    if (young.length === 0 || now() - (statesAt.get(group) ?? Number.NEGATIVE_INFINITY) < STATE_AGE_MS)
      return;
    statesAt.set(group, now());
    const arns = young.map(({ arn }) => arn);
    const states = await unlessGone(readStates(aws, arns));
    // One that is gone is noticed by the next bulk read.
    for (const one of states === undefined ? [] : young)
      found.set(one.arn, { ...one, extra: { ...one.extra, state: states?.get(one.arn) ?? '' } });
    if (young.every(({ arn }) => found.get(arn)?.extra.state !== 'provisioning')) statesAt.delete(group);
  }

  async function of(group: string, also: Seldom = {}): Promise<readonly Found[]> {
    if (shelves.unsure.has(group)) await load();
    const shelf = shelves.get(group);
    if (shelf === undefined) return [];
    if (!shelf.detailed) {
      const details = await readDetails(aws, [...shelf.found.values()]);
      shelves.complete(group, details.map(clean));
    }
    const complete = shelves.get(group);
    if (complete === undefined) return [];
    await refreshStates(group, complete);
    await readSeldom(complete, also, { aws, protection });
    return withHolders([...complete.found.values()]);
  }

  return {
    load,
    of,
    groups: () => shelves.groups(),
    glance(group) {
      const inside = children === undefined ? {} : { inside: insideOf.get(group) ?? 0 };
      return { ...glanceAt(shelves, group), ...inside };
    },
    put(found) {
      if (found.kind === 'loadBalancer') protection.changed();
      shelves.put(found);
    },
    remove: ({ arn }) => shelves.remove(arn),
    forget: (group) => shelves.forget(group),
    unsure: (group, removed) => shelves.doubtAll(group, removed),
    doubt: (group) => shelves.doubt(group),
  };
}

function glanceAt(shelves: Shelves, group: string): Glance {
  const shelf = shelves.get(group);
  const found = withHolders([...(shelf?.found.values() ?? [])]);
  const doubted = shelf?.doubted === true || shelves.unsure.has(group);
  return { found, detailed: shelf?.detailed ?? true, ...(doubted ? { doubted } : {}) };
}

interface InventoryReading {
  readonly aws: Aws;
  readonly protection: Protections;
}

/** What few want, where it is wanted and not known yet. */
async function readSeldom(
  { found }: Shelf,
  also: Seldom,
  { aws, protection }: InventoryReading,
): Promise<void> {
  for (const one of [...found.values()]) {
    if (one.kind !== 'loadBalancer') continue;
    const spec = { ...one.spec };
    if (also.capacityUnits !== undefined && spec.capacityUnits === undefined)
      spec.capacityUnits = await loadBalancers.readCapacity(aws, one.arn);
    found.set(one.arn, await protection.complete({ ...one, spec }, also));
  }
}

function foundIn(bulk: Bulk): Found[] {
  return [
    ...bulk.securityGroups.map((wire) => securityGroups.fromAws(wire)),
    ...bulk.targetGroups.map(({ wire, tags }) => targetGroups.fromAws(wire, tags, {})),
    ...bulk.loadBalancers.map(({ wire, tags }) => loadBalancers.fromAws(wire, tags, {})),
  ];
}

/** Hides tags that others write. */
function withoutTags(keys: ReadonlySet<string>): (found: Found) => Found {
  if (keys.size === 0) return (found) => found;
  return (found) => {
    const tags: Tags = Object.fromEntries(Object.entries(found.spec.tags).filter(([key]) => !keys.has(key)));
    return { ...found, spec: { ...found.spec, tags } } as Found;
  };
}
