// Memory of what we set: names of attributes and the like, never values, in the status of the members (hack/decisions/0011).
// It is written before AWS is asked, so that no crash loses it, and a name is forgotten once its value is AWS's default. Pure.
//
//   operation ─ about to set keys ─▶ remembered (unsettle) ─▶ carried out ─▶ not at the default: remembered
//                                                                            at the default, or gone: forgotten

import type { Kind, Seldom } from '../../api/aws.ts';
import { heldGroups } from '../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { Backend } from '../desire/desiring.ts';
import type { Found } from '../kinds/kind.ts';
import { fieldsOf } from '../kinds/kinds.ts';
import type { Operation, Outcome } from '../plan/operation.ts';
import type { Remembering } from './oidc-secret-memory.ts';
import { defaultsOf, fieldOfKey, isField, isMoved, valuesOf } from './resettable.ts';

/** Keys by ARN of a resource, or by group and desired id of one that is about to be made. */
export type SetKeys = Readonly<Record<string, string[]>>;

/** What each member remembers, by `namespace/name`. */
export type RememberedKeys = ReadonlyMap<string, SetKeys>;

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

/** What only few load balancers want and was set by us, so that it must be looked at. */
export function knownSeldom(set: SetKeys): Seldom {
  const keys = new Set(Object.values(set).flat());
  const fields = Object.entries(fieldsOf('loadBalancer')).filter(
    ([name, { since, unsaid }]) => since !== undefined && unsaid !== undefined && keys.has(name),
  );
  // Which of them counts, not with which value.
  return Object.fromEntries(fields.map(([name, { unsaid }]) => [name, unsaid?.({})]));
}

/** Keys that an operation sets to something else than AWS's default. */
function settingOf(operation: Operation): string[] {
  if (operation.verb !== 'create' && operation.verb !== 'modify') return [];
  const { resource } = operation;
  const { kind } = resource;
  const [said, defaults] = [valuesOf(resource), defaultsOf(resource)];
  const news = Object.keys(said).filter((key) => isMoved(kind, said, defaults, key));
  // What can be asked for later only is not set by creating it.
  if (operation.verb === 'create') return news.filter((key) => fieldsOf(kind)[key]?.since === undefined);
  const now = valuesOf(operation.found);
  const fields = new Set(operation.change.map(({ field }) => field));
  return news.filter((key) => (isField(kind, key) ? fields.has(key) : said[key] !== now[key]));
}

/** Keys of one resource: of a member when it is its target group, else of all. */
interface ResourceKeys {
  readonly name: string;
  readonly keys: string[];
  readonly owner?: string | undefined;
}

const setOf = (entries: readonly ResourceKeys[], of: string): SetKeys =>
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
): RememberedKeys {
  const owner = owners(backends);
  const entries = operations.map((one): ResourceKeys => {
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

/** Whether an action that AWS refused has certainly not set a key: it sets it itself, or comes before (aws-model 3.4 to 3.8). */
function isUnset(kind: Kind, action: string, key: string): boolean {
  const set = Object.entries(fieldsOf(kind)).filter(([, field]) => field.action !== undefined);
  const from = set.findIndex(([, field]) => field.action === action);
  return from >= 0 && set.slice(from).some(([name]) => name === fieldOfKey(kind, key));
}

/** Keys that an operation has set, or may have set. */
function begunBy({ operation, result, failure }: Outcome): string[] {
  if (result === 'skipped' || result === 'waiting') return [];
  const keys = settingOf(operation);
  if (failure === undefined || failure.kind === 'unavailable') return keys;
  return keys.filter((key) => !isUnset(operation.kind, failure.action, key));
}

export interface Ending extends Pick<Remembering, 'bindings' | 'resources' | 'outcomes' | 'became'> {
  readonly group: string;
  readonly backends: Backends;
  /** Everything that the group has after the operations. */
  readonly found: readonly Found[];
}

/** What members remember after a pass: what we set and is not at AWS's default. */
export function remaining(ending: Ending): RememberedKeys {
  const { group, bindings, outcomes, found, became, resources, backends } = ending;
  const before = known(bindings);
  const begun = (of: readonly Outcome[]): SetKeys =>
    union(...of.map((one) => ({ [nameOf(group, one.operation)]: begunBy(one) })));
  const set = union(before, begun(outcomes));
  // Of what failed it is not known how far it came.
  const uncertain = begun(outcomes.filter(({ result }) => result === 'failed'));
  const ids = new Map([...became].map(([id, { arn }]) => [arn, id]));
  const owner = owners(backends);
  const there = found.map((one): ResourceKeys => {
    const id = ids.get(one.arn) ?? '';
    const [now, defaults] = [valuesOf(one), defaultsOf(one)];
    // What is not known of a resource that we just made is as AWS makes it.
    const moved = keysOf(set, group, id, one.arn).filter((key) => isMoved(one.kind, now, defaults, key));
    const keys = joined(moved, keysOf(uncertain, group, id, one.arn));
    return { name: one.arn, keys, owner: owner.get(id) };
  });
  const missing = resources.filter(({ id }) => !became.has(id));
  const toCome = missing.map(({ id }): ResourceKeys => {
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
