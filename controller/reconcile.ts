// reconcile: the program. One group from its bindings to AWS and back to its status.
import { createHash } from 'node:crypto';
import { type Resource, type Seldom, SHARED_TAG } from '../api/aws.ts';
import { keyOf } from '../api/kube.ts';
import type { ProblemCode } from '../api/problem.ts';
import { type Applying, apply } from './apply.ts';
import { isFailure } from './aws/errors.ts';
import type { Inventory } from './aws/inventory.ts';
import type { Book } from './bindings.ts';
import { bridge, type Ready } from './bridge.ts';
import { type Desire, desire } from './desire/desire.ts';
import type { Wanted } from './desire/desiring.ts';
import { SHARED_STACK } from './desire/tags.ts';
import { type Gathering, gather } from './gather.ts';
import { type Group, groupOf, type Told as ToldProblem } from './group.ts';
import { plannables } from './kinds/all.ts';
import type { Found } from './kinds/kind.ts';
import type { Next } from './kube/queue.ts';
import { keep } from './logins/keep.ts';
import { endangered, recall, remember } from './logins/memory.ts';
import { match } from './plan/match.ts';
import { inWords, type Operation, type Outcome } from './plan/operation.ts';
import { type Plan, plan } from './plan/plan.ts';
import { type Policy, policy } from './plan/policy.ts';
import { exposed, foreignShield, withKept } from './protection.ts';
import {
  beginning,
  known,
  knowsCapacity,
  type Remembered,
  remaining,
  type SetKeys,
} from './resets/memory.ts';
import { reset, withReasons } from './resets/reset.ts';
import { ripe, seldomWanted } from './ripe.ts';
import { settled } from './settled.ts';
import { type Pass, wantedText } from './status.ts';
import { hasStranger, withoutDeletions } from './strangers.ts';
import { unverified } from './unverified.ts';

/** What deciding about a group needs; none of it changes anything. */
export interface Deciding extends Gathering {
  readonly book: Book;
  readonly inventory: Inventory;
  readonly policy: Policy;
  /** Unset: nobody looks at health, and nothing new is ready for requests that another one has. */
  readonly ready?: Ready;
}

export interface Reconciling extends Deciding {
  readonly aws: Applying['aws'];
  waitsFor: Applying['waitsFor'];
  /** Milliseconds since the epoch. */
  now(): number;
  /** What was carried out, for the log; never called when nothing was. */
  log(group: string, outcomes: readonly Record<string, string>[]): void;
  /**
   * Takes back that everything is as it was applied last, before anything is changed: whoever finds it after a crash must
   * look. Members whose memory of client secrets is endangered forget them, and members remember what is about to be set.
   * False when this could not be written.
   */
  unsettle(bindings: Told['bindings'], endangered: ReadonlySet<string>, toSet: Remembered): Promise<boolean>;
  /** Tells bindings, Ingresses and the targets program what became of a group; true when it was all written. */
  publish(group: Group, pass: Told): Promise<boolean>;
}

/** A pass that has not been told to anybody yet. */
type Told = Omit<Pass, 'health' | 'now'> & {
  /** What is wanted and cannot be asked for yet. */
  readonly waits?: Decision['waits'];
  readonly handing?: boolean;
};

/** What waits for something else is looked at again after this long, in milliseconds. */
const WAITING_MS = 2_000;
/** A load balancer that is being provisioned takes minutes: shortest and longest wait between two looks. */
const PROVISIONING_MS = { shortest: 500, longest: 15_000 };

/** What was not found in AWS may be made without anybody telling us: it is looked for again after this long, in milliseconds. */
const UNFOUND_MS = 60_000;
const UNFOUND: ReadonlySet<ProblemCode> = new Set([
  'SubnetsNotFound',
  'SecurityGroupNotFound',
  'CertificateNotFound',
  'TargetGroupNotFound',
  'TrustStoreNotFound',
  'WebAclNotFound',
]);

const UNSETTLING = 'the binding cannot be written at the moment';

/** One pass over one group. Throws only what is our own mistake. */
export async function reconcile(key: string, world: Reconciling): Promise<Next> {
  const bindings = world.book.of(key);
  if (world.book.awaited(key).length > 0) return { afterMs: WAITING_MS };
  if (bindings.length === 0) return 'done';
  const group = groupOf(key, bindings);
  const pass = await passOver(group, bindings, world).catch((thrown: unknown) =>
    stopped(group, bindings, world, thrown),
  );
  const written = await world.publish(group, pass);
  return written ? next(pass, group, world.now()) : 'retry';
}

/** What a group wants, what it has, and the operations between the two. */
export interface Decision {
  readonly wanted: Desire;
  /** The problems of deciding. */
  readonly told: readonly ToldProblem[];
  readonly found: readonly Found[];
  /** What was planned for: the desired resources, as far as they can be asked for now. */
  readonly resources: readonly Resource[];
  readonly planned: Plan;
  /** What of the plan the policy lets be carried out. */
  readonly allowed: readonly Operation[];
  /** What is wanted and cannot be asked for yet. */
  readonly waits: readonly (keyof Seldom)[];
  /** Requests stay with a target group until its successor serves. */
  readonly handing: boolean;
  /** Of the desired resources. */
  readonly hash: string;
  /** Nothing was looked at closely: everything is as it was applied last. */
  readonly settled: boolean;
}

/**
 * Decides about one group, with reading calls only. With `trusting`, what was applied last is taken as there when bulk reads
 * say nothing else. Throws `AwsFailure`.
 */
export async function decide(
  group: Group,
  world: Deciding,
  { trusting }: { readonly trusting: boolean },
): Promise<Decision> {
  const glance = world.inventory.glance(group.id);
  const facts = await gather(group, glance.found, world);
  const wanted = desire(group, facts);
  const first = ripe(wanted.resources, glance.found).resources;
  const settledPlan = trusting ? settled(group, first, glance, hashOf(first)) : undefined;
  const bindings = world.book.of(group.id);
  const remembered = known(bindings);
  const found = settledPlan?.found ?? recall(await findAll(world, group, wanted, remembered), bindings);
  const { resources, waits } = ripe(wanted.resources, found);
  const hash = hashOf(resources);
  const guarded = withKept(resources, found);
  const bridged = bridge(guarded, found, world.ready ?? (() => false));
  const back = reset(group.id, unverified(bridged.resources, found, wanted), found, remembered);
  const kept = settledPlan === undefined ? keep(back.resources, found) : bridged.resources;
  const planned =
    settledPlan ?? (wanted.undecided ? NOTHING : withReasons(plan(plannables, kept, found), back));
  const strangers = hasStranger(bindings, (one) => world.book.entry(keyOf(one))?.ingress);
  const possible = strangers ? withoutDeletions(planned.operations) : planned.operations;
  const allowed = policy(world.policy, possible);
  const handing = bridged.waits;
  const isSettled = settledPlan !== undefined;
  const told = [...wanted.problems, ...foreignShield(group, guarded, found)];
  return { wanted, told, found, resources: kept, planned, allowed, waits, handing, hash, settled: isSettled };
}

async function passOver(group: Group, bindings: Told['bindings'], world: Reconciling): Promise<Told> {
  const decision = await decide(group, world, { trusting: true });
  const { wanted, found, resources, planned, allowed, waits, handing, hash } = decision;
  const waitsFor = (one: Found) => exposed(resources, one) ?? world.waitsFor(one);
  const inDanger = endangered(allowed, wanted.origins);
  const toSet = beginning(group.id, bindings, allowed, wanted.backends);
  const unsettled = allowed.length === 0 || (await world.unsettle(bindings, inDanger, toSet));
  const outcomes = unsettled
    ? await apply(allowed, { ...world, waitsFor, ledger: world.inventory, found, matched: planned.matched })
    : allowed.map((operation): Outcome => ({ operation, result: 'waiting', because: UNSETTLING }));
  if (outcomes.length > 0) world.log(group.id, outcomes.map(logged));
  if (outcomes.some(({ result }) => result === 'failed')) world.inventory.forget(group.id);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  const clean = !wanted.undecided && !handing && planned.operations.length === done;
  const after = [group.id, SHARED_STACK].flatMap((stack) => world.inventory.glance(stack).found);
  const became = match(plannables, wanted.resources, after).matched;
  const { operations } = planned;
  const { origins, backends } = wanted;
  return {
    bindings,
    told: [...decision.told, ...readingsOf(world.book, bindings)],
    planned: operations,
    outcomes,
    found: after,
    backends,
    became,
    ...(wanted.undecided
      ? {}
      : {
          clientSecrets: remember({
            ...{ bindings, resources, origins, planned: operations, outcomes, became, clean },
            endangered: unsettled ? inDanger : new Set(),
          }),
        }),
    ...(wanted.undecided || decision.settled
      ? {}
      : {
          set: remaining({ group: group.id, bindings, outcomes, backends, resources, found: after, became }),
        }),
    decided: !wanted.undecided,
    clean,
    waits,
    handing,
    exposed: [...became.values()].some((one) => exposed(resources, one) !== undefined),
    // What was told of Shield is only known by looking.
    ...(clean && !decision.told.some(({ problem }) => problem.code === 'ForeignProtection')
      ? { appliedHash: hash }
      : {}),
  };
}

const hashOf = (resources: readonly Resource[]): string =>
  createHash('sha256').update(wantedText(resources)).digest('hex');

const NOTHING: Plan = { operations: [], matched: new Map() };

/** AWS could not be asked: what serves is as it was, and the reason is told. */
function stopped(group: Group, bindings: Told['bindings'], world: Reconciling, thrown: unknown): Told {
  if (!isFailure(thrown)) throw thrown;
  world.inventory.forget(group.id);
  return {
    bindings,
    told: readingsOf(world.book, bindings),
    planned: [],
    outcomes: [],
    failure: thrown,
    found: world.inventory.glance(group.id).found,
    backends: [],
    became: new Map(),
    decided: false,
    clean: false,
  };
}

/** The group's own resources, and the shared security group when this group wants it or is the last that could. */
async function findAll(
  world: Deciding,
  group: Group,
  wanted: Wanted,
  remembered: SetKeys,
): Promise<readonly Found[]> {
  const back = knowsCapacity(remembered) ? { capacityUnits: 0 } : {};
  const own = await world.inventory.of(group.id, { ...back, ...seldomWanted(wanted.resources) });
  const shared = await world.inventory.of(SHARED_STACK);
  const wants = wanted.resources.some(({ spec }) => SHARED_TAG in spec.tags);
  return wants || deserted(world.book) ? [...own, ...shared] : own;
}

/** Nobody wants anything: all groups that are left, one or several at once, are on their way out. */
const deserted = (book: Book): boolean =>
  book.groups().every((id) => {
    const leaving = book.of(id).every(({ metadata }) => metadata.deletionTimestamp !== undefined);
    return leaving && book.awaited(id).length === 0;
  });

/** What was found when the Ingresses were read (bindings.ts). */
export const readingsOf = (book: Book, bindings: Told['bindings']): Told['told'] =>
  bindings
    .map(keyOf)
    .flatMap((member) => (book.entry(member)?.told ?? []).map((problem) => ({ member, problem })));

const logged = ({ operation, result, because, failure }: Outcome): Record<string, string> => ({
  operation: inWords(operation),
  result,
  ...(because === undefined ? {} : { because }),
  ...(failure === undefined ? {} : { failure: `${failure.action}: ${failure.code}: ${failure.message}` }),
});

/** Told of what could not be looked up (gather.ts): it is asked for again. */
const AGAIN: ReadonlySet<ProblemCode> = new Set(['AwsRefused', 'AwsUnavailable']);

/** When to look again. What is being provisioned is asked for ever more seldom, by how long it has been so. */
export function next(
  { outcomes, found, decided, failure, waits = [], handing, told }: Omit<Told, 'bindings'>,
  group: Pick<Group, 'members'>,
  now: number,
): Next {
  const failed = outcomes.some(({ result }) => result === 'failed' || result === 'skipped');
  const again = told.some(({ problem }) => AGAIN.has(problem.code));
  if (failed || again || failure !== undefined || !decided) return 'retry';
  const young = found.some(({ kind, extra }) => kind === 'loadBalancer' && extra.state === 'provisioning');
  if (young || waits.length > 0) {
    const conditions = group.members[0]?.binding.status?.conditions ?? [];
    const since = Date.parse(conditions.find(({ type }) => type === 'Programmed')?.lastTransitionTime ?? '');
    const age = Number.isNaN(since) ? 0 : now - since;
    return { afterMs: Math.min(PROVISIONING_MS.longest, Math.max(PROVISIONING_MS.shortest, age / 4)) };
  }
  const waiting = handing === true || outcomes.some(({ result }) => result === 'waiting');
  if (waiting) return { afterMs: WAITING_MS };
  return told.some(({ problem }) => UNFOUND.has(problem.code)) ? { afterMs: UNFOUND_MS } : 'done';
}
