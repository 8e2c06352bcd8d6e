// Memory of what we set: names of attributes and the like, never values, in the status of the members (hack/decisions/0011).
// It is written before AWS is asked, so that no crash loses it, and a name is forgotten once its value is AWS's default. Pure.
//
//   operation ─ about to set keys ─▶ remembered (unsettle) ─▶ carried out ─▶ not at the default: remembered
//                                                                            at the default, or gone: forgotten
import type { Resource } from '../../api/aws.ts';
import { heldGroups } from '../../api/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { Backend } from '../desire/desiring.ts';
import type { Found } from '../kinds/kind.ts';
import type { Operation, Outcome } from '../plan/operation.ts';
import { CAPACITY, defaultsOf, isAttribute, isMoved, valuesOf } from './resettable.ts';

/** Keys by ARN of a resource, or by group and desired id of one that is about to be made. */
export type SetKeys = Readonly<Record<string, string[]>>;

/** What each member remembers, by `namespace/name`. */
export type Remembered = ReadonlyMap<string, SetKeys>;

const beforeItIsMade = (group: string, id: string): string => `${group} ${id}`;

/** The keys of one resource. */
export const keysOf = (set: SetKeys, group: string, id: string, arn: string): string[] =>
  joined(set[arn], set[beforeItIsMade(group, id)]);

const joined = (a: readonly string[] = [], b: readonly string[] = []): string[] =>
  [...new Set([...a, ...b])].sort();

function union(...all: readonly SetKeys[]): SetKeys {
  const keys: Record<string, string[]> = {};
  for (const [name, list] of all.flatMap((one) => Object.entries(one))) keys[name] = joined(keys[name], list);
  return keys;
}

/** What the bindings of a group remember together. */
export const known = (bindings: readonly LoadBalancerBinding[]): SetKeys =>
  union(...bindings.map(({ status }) => status?.set ?? {}));

/** Whether a reservation was made by us, so that it must be looked at. */
export const knowsCapacity = (set: SetKeys): boolean =>
  Object.values(set).some((keys) => keys.includes(CAPACITY));

/** Keys that an operation sets to something else than AWS's default. */
function settingOf(operation: Operation): string[] {
  if (operation.verb !== 'create' && operation.verb !== 'modify') return [];
  const { resource } = operation;
  const [said, defaults] = [valuesOf(resource), defaultsOf(resource)];
  const news = Object.keys(said).filter((key) => isMoved(said, defaults, key));
  // Capacity is reserved later, when the load balancer is active.
  if (operation.verb === 'create') return news.filter((key) => key !== CAPACITY);
  const now = valuesOf(operation.found);
  const fields = new Set(operation.change.map(({ field }) => field));
  return news.filter((key) => (isAttribute(key) ? said[key] !== now[key] : fields.has(key)));
}

/** Keys of one resource: of a member when it is its target group, else of all. */
interface Entry {
  readonly name: string;
  readonly keys: string[];
  readonly owner?: string | undefined;
}

const setOf = (entries: readonly Entry[], of: string): SetKeys =>
  union(
    ...entries.flatMap(({ name, keys, owner = of }) =>
      owner === of && keys.length > 0 ? [{ [name]: keys }] : [],
    ),
  );

type Backends = readonly Pick<Backend, 'id' | 'member'>[];

const owners = (backends: Backends): ReadonlyMap<string, string> =>
  new Map(backends.map(({ id, member }) => [id, member]));

const staying = (bindings: readonly LoadBalancerBinding[]): LoadBalancerBinding[] =>
  bindings.filter(({ metadata }) => metadata.deletionTimestamp === undefined);

const nameOf = (group: string, operation: Operation): string =>
  operation.verb === 'modify' ? operation.found.arn : beforeItIsMade(group, operation.id);

/** What members must remember before the operations are begun; without those for whom nothing is new. */
export function beginning(
  group: string,
  bindings: readonly LoadBalancerBinding[],
  operations: readonly Operation[],
  backends: Backends,
): Remembered {
  const owner = owners(backends);
  const entries = operations.map((one): Entry => {
    return { name: nameOf(group, one), keys: settingOf(one), owner: owner.get(one.id) };
  });
  return new Map(
    staying(bindings).flatMap((binding) => {
      const mine = setOf(entries, keyOf(binding));
      return Object.keys(mine).length === 0
        ? []
        : [[keyOf(binding), union(binding.status?.set ?? {}, mine)] as const];
    }),
  );
}

/** What an action that AWS refused has certainly not set: itself, and what comes after it (aws-model 3.4 to 3.8). */
const UNSET: Readonly<Record<string, (key: string) => boolean>> = {
  ModifyLoadBalancerAttributes: () => true,
  ModifyCapacityReservation: (key) => key === CAPACITY,
  ModifyListener: () => true,
  ModifyListenerAttributes: isAttribute,
  ModifyTargetGroupAttributes: () => true,
};

/** Keys that an operation has set, or may have set. */
function begunBy({ operation, result, failure }: Outcome): string[] {
  if (result === 'skipped' || result === 'waiting') return [];
  const keys = settingOf(operation);
  if (failure === undefined || failure.kind === 'unavailable') return keys;
  const unset = UNSET[failure.action];
  return unset === undefined ? keys : keys.filter((key) => !unset(key));
}

export interface Ending {
  readonly group: string;
  /** As they were before the pass. */
  readonly bindings: readonly LoadBalancerBinding[];
  readonly outcomes: readonly Outcome[];
  readonly backends: Backends;
  readonly resources: readonly Resource[];
  /** Everything that the group has after the operations. */
  readonly found: readonly Found[];
  /** Desired id → what it became. */
  readonly became: ReadonlyMap<string, Found>;
}

/** What members remember after a pass: what we set and is not at AWS's default. */
export function remaining(ending: Ending): Remembered {
  const { group, bindings, outcomes, found, became, resources, backends } = ending;
  const before = known(bindings);
  const begun = (of: readonly Outcome[]): SetKeys =>
    union(...of.map((one) => ({ [nameOf(group, one.operation)]: begunBy(one) })));
  const set = union(before, begun(outcomes));
  // Of what failed it is not known how far it came.
  const uncertain = begun(outcomes.filter(({ result }) => result === 'failed'));
  const ids = new Map([...became].map(([id, { arn }]) => [arn, id]));
  const owner = owners(backends);
  const there = found.map((one): Entry => {
    const id = ids.get(one.arn) ?? '';
    const [now, defaults] = [valuesOf(one), defaultsOf(one)];
    // What is not known of a resource that we just made is as AWS makes it.
    const moved = keysOf(set, group, id, one.arn).filter((key) => isMoved(now, defaults, key));
    const keys = joined(moved, keysOf(uncertain, group, id, one.arn));
    return { name: one.arn, keys, owner: owner.get(id) };
  });
  const missing = resources.filter(({ id }) => !became.has(id));
  const toCome = missing.map(({ id }): Entry => {
    const name = beforeItIsMade(group, id);
    return { name, keys: set[name] ?? [], owner: owner.get(id) };
  });
  const here = new Set(found.map(({ arn }) => arn));
  return new Map(
    staying(bindings).map((binding) => {
      const mine = setOf([...there, ...toCome], keyOf(binding));
      return [keyOf(binding), union(mine, elsewhere(binding, here, group))] as const;
    }),
  );
}

/** What a member that is still leaving another group remembers of that one. */
function elsewhere(binding: LoadBalancerBinding, here: ReadonlySet<string>, group: string): SetKeys {
  if (heldGroups(binding).length < 2) return {};
  const own = Object.entries(binding.status?.set ?? {});
  return Object.fromEntries(own.filter(([name]) => !here.has(name) && !name.startsWith(`${group} `)));
}
