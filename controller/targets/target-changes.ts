// Changes of one target group: what is registered becomes what should be, as far as policy, limits and caution let it.
//
//   endpoints ─▶ missing, extra ─▶ held back, refused, over the limit: left out ─▶ window: joined ─▶ register ─▶ deregister
import { accountOf } from '../aws/assumed-roles.ts';
import type { Aws } from '../aws/client.ts';
import { absences } from './absences.ts';
import { endpointsOf, keyOfTarget, type Target, type World } from './endpoints.ts';
import { heldBack } from './held-back.ts';
import { CHANGES, NODE_ZONE_MS, REFUSED_MS, UNSEEN_MS, windowAfter } from './intervals.ts';
import type { OwnTargets } from './own-targets.ts';
import { deregisterTargets, type OfferedTarget, registerTargets } from './register-targets.ts';
import type { Serving } from './serving.ts';
import type { TargetGroupEntry } from './target-group-entry.ts';
import { type Inhabitants, REGISTERING } from './target-health.ts';
import { changeOf, fitting, inhabitants, written } from './target-state.ts';

export interface TargetChangesOptions {
  readonly aws: Aws;
  readonly world: World;
  readonly own: OwnTargets;
  /** Most targets of one target group; 0: no limit. */
  readonly maxTargets: number;
  /** Takes the hash of what is registered off the binding; false when this could not be written. */
  forget(serving: Serving): Promise<boolean>;
  /** True when an address lies in the VPC; others are registered with availability zone `all` (aws-model 6.7). */
  inVpc(address: string, vpcId: string | undefined): Promise<boolean>;
  /** Why something of the cluster may not be seen at the moment. */
  unseen(): string | undefined;
  /** How many target groups pods wait for, when they wait for this one's health; else 0. */
  waiting(serving: Serving): number;
  /** Milliseconds, from any fixed point. */
  now(): number;
}

/** `none`: nothing is to be done before `afterMs`. `joined`: it is done then, with what comes meanwhile. */
export type TargetChanging =
  | { readonly kind: 'none' | 'joined' | 'done'; readonly afterMs: number }
  | { readonly kind: 'unwritten' };

/** What is to be changed now. */
interface Todo {
  readonly offered: readonly Target[];
  /** By `id:port`. */
  readonly going: readonly string[];
  /** When there may be more to do, in milliseconds from now. */
  readonly afterMs: number;
}

/** Decides what is to be done, and notes what is not and why. */
function decide(
  wanted: readonly Target[],
  { backend }: Serving,
  entry: TargetGroupEntry,
  here: Inhabitants,
  { world, maxTargets, unseen, now: clock }: TargetChangesOptions,
): Todo {
  const now = clock();
  const { missing, extra } = changeOf(here.registered, wanted);
  const keys = new Set(missing.map(keyOfTarget));
  entry.refused = new Map(entry.refused.entries().filter(([key, { until }]) => until > now && keys.has(key)));
  const acceptable = missing.filter((target) => !entry.refused.has(keyOfTarget(target)));
  const offered = fitting(acceptable, here, maxTargets);
  entry.over = acceptable.length - offered.length;
  const still = entry.behind.entries().filter(([key]) => here.registered.has(key));
  entry.behind = new Map([...still, ...wanted.map((target) => [keyOfTarget(target), target] as const)]);
  const explains = absences(backend, world, entry.behind);
  const why = unseen();
  const { going, held, until } = heldBack({
    ...{ extra, registered: here.registered.size, wanted: wanted.length, now },
    ...{ unseen: why, since: entry.held?.since },
    explained(key) {
      const target = here.registered.get(key);
      return target !== undefined && explains(target);
    },
  });
  const since = entry.held?.since ?? now;
  const registered = here.registered.size;
  entry.held = held.length === 0 ? undefined : { since, keys: held, registered, unseen: why };
  const holding = held.length === 0 ? Number.POSITIVE_INFINITY : (until ?? now + UNSEEN_MS);
  const refused = entry.refused.values().map((one) => one.until);
  return { offered, going, afterMs: Math.max(0, Math.min(holding, ...refused) - now) };
}

/** Brings what is registered in line; `entry` holds what is known of it, before and after. Throws `AwsFailure`. */
export async function changeTargets(
  serving: Serving,
  entry: TargetGroupEntry,
  options: TargetChangesOptions,
): Promise<TargetChanging> {
  const { world, now, forget, waiting } = options;
  const here = inhabitants(entry.state);
  if (here === undefined || serving.policy === 'observe')
    return { kind: 'none', afterMs: Number.POSITIVE_INFINITY };
  const wanted = endpointsOf(serving.backend, world);
  const todo = decide(wanted, serving, entry, here, options);
  // Before anything is registered, so that a process after a crash knows it for ours.
  if (!(await remember(serving, entry, wanted, options))) return { kind: 'unwritten' };
  const { offered, going, afterMs } = todo;
  if (offered.length + going.length === 0) return { kind: 'none', afterMs };
  const closed = entry.window.until - now();
  if (closed > 0) return { kind: 'joined', afterMs: closed };
  entry.state = { kind: 'changing', here };
  // A process after a crash in between is not to trust the hash of what was registered before: where it finds none it asks AWS.
  // Who registers does not wait for that: in the worst case a target that is no endpoint any more stays until the next look.
  const forgetting = entry.recorded ? forget(serving) : true;
  const [isForgotten, more] = await Promise.all([forgetting, register(serving, entry, here, todo, options)]);
  entry.recorded &&= !isForgotten;
  const after = isForgotten ? await deregister(serving, entry, more, todo, options) : more;
  entry.window = windowAfter(entry.window, CHANGES, now());
  entry.state = written(after, now(), waiting(serving));
  return isForgotten ? { kind: 'done', afterMs } : { kind: 'unwritten' };
}

/** Notes what a cluster is about to register in a target group that it shares; false when this could not be written. */
async function remember(
  serving: Serving,
  entry: TargetGroupEntry,
  wanted: readonly Target[],
  { own }: TargetChangesOptions,
): Promise<boolean> {
  const { own: before } = entry;
  if (before === undefined) return true;
  const keys = wanted.map(keyOfTarget).filter((key) => !before.has(key));
  if (keys.length === 0) return true;
  const more = new Set([...before, ...keys]);
  if (!(await own.write(serving, more))) return false;
  entry.own = more;
  return true;
}

/** The same for what it deregistered; one that stays noted for want of an answer does no harm, and goes with the next. */
async function release(
  serving: Serving,
  entry: TargetGroupEntry,
  going: readonly string[],
  { own }: TargetChangesOptions,
): Promise<void> {
  if (entry.own === undefined || going.length === 0) return;
  const fewer = entry.own.difference(new Set(going));
  if (await own.write(serving, fewer)) entry.own = fewer;
}

/** Gives what the target group holds then. */
async function register(
  serving: Serving,
  entry: TargetGroupEntry,
  here: Inhabitants,
  { offered, going }: Todo,
  options: TargetChangesOptions,
): Promise<Inhabitants> {
  const { aws, now } = options;
  const offers = await offersOf(offered, serving, options);
  const zoned = entry.byNodeZoneUntil > now();
  const { taken, refused, byNodeZone } = await registerTargets(
    accountOf(aws, serving.role),
    serving.arn,
    offers,
    zoned,
  );
  if (byNodeZone && !zoned) entry.byNodeZoneUntil = now() + NODE_ZONE_MS;
  const fresh = refused.map(({ target, failure }) => {
    // Those that leave may make room.
    const retryMs = failure.kind === 'limit' && going.length > 0 ? 0 : REFUSED_MS;
    return [keyOfTarget(target), { failure, until: now() + retryMs }] as const;
  });
  entry.refused = new Map([...entry.refused, ...fresh]);
  const more = taken.map((target) => [keyOfTarget(target), { ...target, ...REGISTERING }] as const);
  return { ...here, registered: new Map([...here.registered, ...more]) };
}

/** Gives what the target group holds then. */
async function deregister(
  serving: Serving,
  entry: TargetGroupEntry,
  { registered, besides }: Inhabitants,
  { going }: Todo,
  options: TargetChangesOptions,
): Promise<Inhabitants> {
  const leaving = going.flatMap((key) => registered.get(key) ?? []);
  await deregisterTargets(accountOf(options.aws, serving.role), serving.arn, leaving);
  await release(serving, entry, going, options);
  const gone = new Set(going);
  return {
    registered: new Map([...registered].filter(([key]) => !gone.has(key))),
    besides: besides + leaving.length,
  };
}

/** The label of a node's zone (Kubernetes: Well-Known Labels, Annotations and Taints). */
const ZONE_LABEL = 'topology.kubernetes.io/zone';

async function offersOf(
  targets: readonly Target[],
  { backend: { targetType }, vpcId, role }: Serving,
  { inVpc, world }: TargetChangesOptions,
): Promise<OfferedTarget[]> {
  if (targetType === 'instance') return targets.map((target) => ({ target, outside: false }));
  const within = await Promise.all(targets.map(({ id }) => inVpc(id, vpcId)));
  if (within.every((is) => is)) return targets.map((target) => ({ target, outside: false }));
  // Zones are named after the account, and those of another one are others (EC2: Availability Zone IDs).
  const nodes = role === undefined ? world.nodes() : [];
  const zones = new Map(nodes.map(({ metadata: { name, labels } }) => [name, labels?.[ZONE_LABEL]]));
  return targets.map((target, at) =>
    within[at] === true
      ? { target, outside: false }
      : { target, outside: true, nodeZone: zones.get(target.node) },
  );
}
