// The inventory: what exists in AWS for this cluster, read in bulk and shared by all groups, written through by our own changes.
//
//   load() ─ bulk reads ─▶ shelves by group ─ of(group) ─▶ details read once, then remembered
//                              ▲  put, remove: our own changes     forget: read the details again
import { isDeepStrictEqual } from 'node:util';
import type { Tags } from '../../api/aws.ts';
import type { Found } from '../kinds/kind.ts';
import * as loadBalancers from '../kinds/load-balancer.ts';
import * as securityGroups from '../kinds/security-group.ts';
import * as targetGroups from '../kinds/target-group.ts';
import { type Bulk, readBulk } from './bulk.ts';
import type { Aws } from './calls.ts';
import { readDetails, readStates } from './details.ts';
import { isFailure } from './errors.ts';

export type { Found } from '../kinds/kind.ts';

export interface Inventory {
  /** Reads in bulk, at start and in every sweep. Gives the groups in which something is not as it was known. Throws `AwsFailure`. */
  load(): Promise<string[]>;
  /** Every group that has something in AWS. */
  groups(): string[];
  /** Whether bulk reads saw it; undefined for a listener or rule when tags may not be searched. */
  exists(arn: string): boolean | undefined;
  /** What bulk reads and our own changes know of a group, without a call. */
  glance(group: string): Glance;
  /** All that a group has in AWS, details included; those not known yet are read now. Throws `AwsFailure`. */
  of(group: string): Promise<readonly Found[]>;
  /** Notes what we made or changed. */
  put(found: Found): void;
  /** Notes what we removed; listeners and rules inside go with it. */
  remove(found: Pick<Found, 'arn'>): void;
  /** Has the details of a group read again: after a failed or uncertain call, and by the sweep. */
  forget(group: string): void;
}

export interface Glance {
  /** Without listeners and rules, unless the details are known. */
  readonly found: readonly Found[];
  /** Whether `of` needs no call. */
  readonly detailed: boolean;
  /** How many listeners and rules the group has; undefined when tags may not be searched. */
  readonly inside?: number;
}

export interface InventoryOptions {
  /** Tag keys that others write: they are never seen here. */
  readonly externalManagedTags?: readonly string[];
  /** Milliseconds; for tests. */
  now?(): number;
}

/** AWS may show our own changes this much later in bulk reads (late visibility). */
const SETTLING_MS = 60_000;
/** A load balancer that is being provisioned is looked at again after this long at the earliest. */
const STATE_AGE_MS = 1_000;

interface Shelf {
  readonly found: Map<string, Found>;
  /** Whether listeners, rules and attributes are known as well. */
  detailed: boolean;
}

/** An empty inventory; nothing is read before `load`. */
export function createInventory(aws: Aws, options: InventoryOptions = {}): Inventory {
  const now = options.now ?? (() => performance.now());
  const shelves = new Map<string, Shelf>();
  /** Group of every resource by ARN. */
  const groupOf = new Map<string, string>();
  /** When we last put or removed something, by ARN. */
  const putAt = new Map<string, number>();
  const removedAt = new Map<string, number>();
  let children: ReadonlyMap<string, string> | undefined;
  /** How many listeners and rules bulk reads saw, by group. */
  const insideOf = new Map<string, number>();
  let statesAt = Number.NEGATIVE_INFINITY;

  const recent = (times: ReadonlyMap<string, number>, arn: string): boolean =>
    now() - (times.get(arn) ?? Number.NEGATIVE_INFINITY) < SETTLING_MS;
  const clean = withoutTags(new Set(options.externalManagedTags));

  function shelfOf(group: string): Shelf {
    // A group that bulk reads did not show has nothing, so its details are known.
    const shelf = shelves.get(group) ?? { found: new Map(), detailed: true };
    shelves.set(group, shelf);
    return shelf;
  }

  function store(found: Found): void {
    shelfOf(found.group).found.set(found.arn, found);
    groupOf.set(found.arn, found.group);
  }

  function drop(arn: string): void {
    const group = groupOf.get(arn);
    const shelf = shelves.get(group ?? '');
    groupOf.delete(arn);
    putAt.delete(arn);
    if (group === undefined || shelf === undefined) return;
    shelf.found.delete(arn);
    for (const one of shelf.found.values()) if (parentOf(one) === arn) drop(one.arn);
    if (shelf.found.size === 0) shelves.delete(group);
  }

  /** Brings one bulk-read resource in; true when it is news. */
  function meet(found: Found): boolean {
    if (recent(removedAt, found.arn) || recent(putAt, found.arn)) return false;
    const before = shelves.get(groupOf.get(found.arn) ?? '')?.found.get(found.arn);
    if (before !== undefined && before.group !== found.group) drop(found.arn);
    const known = before?.group === found.group ? before : undefined;
    const next = withKnownAttributes(found, known);
    store(next);
    if (known === undefined)
      shelfOf(found.group).detailed = found.kind === 'securityGroup' && shelfOf(found.group).detailed;
    return known === undefined || !isDeepStrictEqual(known.spec, next.spec);
  }

  /** Compares listeners and rules that tag search saw with those remembered; a difference has the details read again. */
  function checkChildren(seen: ReadonlyMap<string, string>): string[] {
    const strange = [...seen].flatMap(([arn, group]) =>
      shelves.get(group)?.detailed === true && !groupOf.has(arn) && !recent(removedAt, arn) ? [group] : [],
    );
    const missing = [...groupOf].flatMap(([arn, group]) => {
      const found = shelves.get(group)?.found.get(arn);
      const inside = found?.kind === 'listener' || found?.kind === 'rule';
      return inside && found.resourceTag !== '' && !seen.has(arn) && !recent(putAt, arn) ? [group] : [];
    });
    return [...strange, ...missing];
  }

  function forget(group: string): void {
    const shelf = shelves.get(group);
    if (shelf !== undefined) shelf.detailed = false;
  }

  async function load(): Promise<string[]> {
    const bulk = await readBulk(aws);
    const seen = foundIn(bulk, clean);
    const changed = new Set<string>();
    for (const found of seen) if (meet(found)) changed.add(found.group);
    const arns = new Set(seen.map(({ arn }) => arn));
    for (const shelf of [...shelves.values()]) {
      for (const { arn, kind, group } of [...shelf.found.values()]) {
        if (kind === 'listener' || kind === 'rule' || arns.has(arn) || recent(putAt, arn)) continue;
        drop(arn);
        changed.add(group);
      }
    }
    children = bulk.children;
    insideOf.clear();
    for (const group of bulk.children?.values() ?? []) insideOf.set(group, (insideOf.get(group) ?? 0) + 1);
    for (const group of bulk.children === undefined ? [] : checkChildren(bulk.children)) {
      forget(group);
      changed.add(group);
    }
    for (const times of [putAt, removedAt]) {
      for (const arn of [...times.keys()]) if (!recent(times, arn)) times.delete(arn);
    }
    return [...changed];
  }

  /** Looks at load balancers that were not ready when we last saw them. */
  async function refreshStates(shelf: Shelf): Promise<void> {
    const young = [...shelf.found.values()].filter(
      (one) => one.kind === 'loadBalancer' && one.extra.state === 'provisioning',
    );
    if (young.length === 0 || now() - statesAt < STATE_AGE_MS) return;
    statesAt = now();
    const states = await readStates(
      aws,
      young.map(({ arn }) => arn),
    );
    for (const one of young)
      shelf.found.set(one.arn, { ...one, extra: { ...one.extra, state: states.get(one.arn) ?? '' } });
  }

  async function of(group: string): Promise<readonly Found[]> {
    const shelf = shelves.get(group);
    if (shelf === undefined) return [];
    if (!shelf.detailed) {
      shelf.detailed = true;
      try {
        const complete = (await readDetails(aws, [...shelf.found.values()])).map(clean);
        for (const arn of [...shelf.found.keys()]) drop(arn);
        // What lives in a load balancer of the group is the group's, whatever its own tags say.
        for (const found of complete) store({ ...found, group });
      } catch (thrown) {
        shelf.detailed = false;
        throw thrown;
      }
    }
    const current = shelves.get(group);
    if (current === undefined) return [];
    try {
      await refreshStates(current);
    } catch (thrown) {
      if (!isFailure(thrown, 'notFound')) throw thrown;
    }
    return withHolders([...current.found.values()]);
  }

  function glance(group: string): Glance {
    const shelf = shelves.get(group);
    const inside = children === undefined ? {} : { inside: insideOf.get(group) ?? 0 };
    return {
      found: withHolders([...(shelf?.found.values() ?? [])]),
      detailed: shelf?.detailed ?? true,
      ...inside,
    };
  }

  return {
    load,
    glance,
    groups: () => [...shelves.keys()],
    exists: (arn) => {
      if (groupOf.has(arn)) return true;
      return /:listener(-rule)?\//.test(arn) ? children?.has(arn) : false;
    },
    of,
    put: (found) => {
      const before = groupOf.get(found.arn);
      if (before !== undefined && before !== found.group) drop(found.arn);
      store(found);
      putAt.set(found.arn, now());
      removedAt.delete(found.arn);
    },
    remove: ({ arn }) => {
      drop(arn);
      removedAt.set(arn, now());
    },
    forget,
  };
}

/** What a listener or rule lives in. */
function parentOf(found: Found): string | undefined {
  if (found.kind === 'listener') return found.spec.loadBalancer.ref;
  return found.kind === 'rule' ? found.spec.listener.ref : undefined;
}

/** Attributes come from details only: bulk reads leave them as they are known. */
function withKnownAttributes(found: Found, known: Found | undefined): Found {
  if (found.kind === 'loadBalancer' && known?.kind === 'loadBalancer') {
    return { ...found, spec: { ...found.spec, attributes: known.spec.attributes } };
  }
  if (found.kind === 'targetGroup' && known?.kind === 'targetGroup') {
    return { ...found, spec: { ...found.spec, attributes: known.spec.attributes } };
  }
  return found;
}

function foundIn(bulk: Bulk, clean: (found: Found) => Found): Found[] {
  return [
    ...bulk.securityGroups.map((wire) => securityGroups.fromAws(wire)),
    ...bulk.targetGroups.map(({ wire, tags }) => targetGroups.fromAws(wire, tags, {})),
    ...bulk.loadBalancers.map(({ wire, tags }) => loadBalancers.fromAws(wire, tags, {})),
  ].map(clean);
}

/** Hides tags that others write. */
function withoutTags(keys: ReadonlySet<string>): (found: Found) => Found {
  if (keys.size === 0) return (found) => found;
  return (found) => {
    const tags: Tags = Object.fromEntries(Object.entries(found.spec.tags).filter(([key]) => !keys.has(key)));
    return { ...found, spec: { ...found.spec, tags } } as Found;
  };
}

/** Load balancers that forward to each target group, from the listeners and rules of the group where they are known. Pure. */
export function withHolders(all: readonly Found[]): Found[] {
  const balancerOf = new Map<string, string>();
  for (const one of all) if (one.kind === 'listener') balancerOf.set(one.arn, one.spec.loadBalancer.ref);
  const balancers = new Set(all.flatMap((one) => (one.kind === 'loadBalancer' ? [one.arn] : [])));
  const holders = new Map<string, Set<string>>();
  for (const one of all) {
    if (one.kind !== 'listener' && one.kind !== 'rule') continue;
    const balancer = balancerOf.get(one.kind === 'listener' ? one.arn : one.spec.listener.ref);
    const actions = one.kind === 'listener' ? one.spec.defaultActions : one.spec.actions;
    for (const action of balancer === undefined ? [] : actions) {
      if (action.type !== 'forward') continue;
      for (const { targetGroup } of action.targets) {
        const arn = typeof targetGroup === 'string' ? targetGroup : targetGroup.ref;
        holders.set(arn, (holders.get(arn) ?? new Set()).add(balancer ?? ''));
      }
    }
  }
  if (balancerOf.size === 0) return [...all];
  return all.map((one) => {
    if (one.kind !== 'targetGroup') return one;
    const elsewhere = (one.extra.loadBalancerArns ?? []).filter((arn) => !balancers.has(arn));
    return {
      ...one,
      extra: { ...one.extra, loadBalancerArns: [...elsewhere, ...(holders.get(one.arn) ?? [])] },
    };
  });
}
