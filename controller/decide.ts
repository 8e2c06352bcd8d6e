// decide: what a group wants, what it has, and the operations between the two. Reads and changes nothing.
//
//   desired ─ripe─▶ what can be asked for now ─withKept─▶ protected as it is ─bridge─▶ requests stay until the new one serves
//     ─closeNew─▶ nothing new without what protects it ─unverified─▶ no client unseen ─reset─▶ what nobody says any more goes back ─keep─▶ logins without a Secret
//     ─withoutRefused─▶ without what AWS refuses ─plan─▶ operations ─withoutDeletions, policy─▶ what may be done
import { createHash } from 'node:crypto';
import { closeNew } from '../alb/amendments/close-new-routes.ts';
import { ripe, seldomWanted } from '../alb/amendments/defer-until-active.ts';
import { foreignShield, withKept } from '../alb/amendments/keep-protection.ts';
import { keep } from '../alb/amendments/missing-oidc-secret.ts';
import { unverified } from '../alb/amendments/missing-trust-store.ts';
import { recall } from '../alb/amendments/oidc-secret-memory.ts';
import { type Left, NOTHING_LEFT_OUT, withoutRefused } from '../alb/amendments/rejected-parts.ts';
import type { RefusalMemory } from '../alb/amendments/rejection-memory.ts';
import { known, knownSeldom, type SetKeys } from '../alb/amendments/reset-memory.ts';
import { reset, withReasons } from '../alb/amendments/reset-to-default.ts';
import { bridge, type Ready } from '../alb/amendments/target-group-cutover.ts';
import { unprotected } from '../alb/amendments/unmet-protections.ts';
import { type Desire, desire } from '../alb/desire/desire.ts';
import type { Unmet, Wanted } from '../alb/desire/desiring.ts';
import { SHARED_STACK } from '../alb/desire/tags.ts';
import type { Group, Told } from '../alb/group.ts';
import type { Found } from '../alb/kinds/kind.ts';
import { schemas } from '../alb/kinds/kinds.ts';
import type { Operation } from '../alb/plan/operation.ts';
import { type Plan, plan } from '../alb/plan/plan.ts';
import { overruledIn, type Policy, policy, policyOfGroup } from '../alb/plan/policy.ts';
import { type Resource, type Seldom, SHARED_TAG } from '../api/aws.ts';
import { keyOf } from '../api/kube.ts';
import { placed } from '../api/place.ts';
import { routingOfGroup } from '../api/routing/warnings.ts';
import type { Inventory } from './aws/inventory.ts';
import type { Book } from './bindings.ts';
import { type Gathering, gather } from './gather.ts';
import { namedBy } from './named.ts';
import { settled } from './settled.ts';
import { hasStranger, withoutDeletions } from './strangers.ts';
import { type Sorted, setAside, straying } from './strays.ts';

/** What deciding about a group needs; none of it changes anything. */
export interface Deciding extends Gathering {
  readonly book: Book;
  readonly inventory: Inventory;
  readonly policy: Policy;
  /** Unset: nobody looks at health, and nothing new is ready for requests that another one has. */
  readonly ready?: Ready;
  /** Unset: nothing was ever refused. */
  readonly refusals?: RefusalMemory;
}

/** What a group wants, what it has, and the operations between the two. */
export interface Decision {
  readonly wanted: Desire;
  /** The problems of deciding. */
  readonly told: readonly Told[];
  readonly found: readonly Found[];
  /** What was planned for: the desired resources, as far as they can be asked for now. */
  readonly resources: readonly Resource[];
  readonly planned: Plan;
  /** The policy that holds for the group. */
  readonly policy: Policy;
  /** What of the plan the policy lets be carried out. */
  readonly allowed: readonly Operation[];
  /** What is wanted and cannot be asked for yet. */
  readonly waits: readonly (keyof Seldom)[];
  /** Requests stay with a target group until its successor serves. */
  readonly handing: boolean;
  /** Wishes for protection that AWS does not meet yet: what is new of these members is closed. */
  readonly unmet: readonly Unmet[];
  /** What is left alone, whatever its tags say, and why. */
  readonly sorted: Sorted;
  /** Of the desired resources. */
  readonly hash: string;
  /** Nothing was looked at closely: everything is as it was applied last. */
  readonly settled: boolean;
  /** What AWS refused not long ago and is left out. */
  readonly left: Left;
  /** The desired resources with all that protects them, also what AWS refused. */
  readonly guarded: readonly Resource[];
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
  const { inventory, book, refusals } = world;
  const named = namedBy(group, world);
  const seen = inventory.glance(group.id);
  const glance = { ...seen, found: setAside(seen.found, named).found };
  const facts = await gather(group, glance.found, world);
  const wanted = desire(group, facts);
  const first = ripe(wanted.resources, glance.found).resources;
  const settledPlan = trusting ? settled(group, first, glance, hashOf(first)) : undefined;
  const bindings = book.of(group.id);
  const remembered = known(bindings);
  const all = settledPlan === undefined ? await findAll(world, group, wanted, remembered) : seen.found;
  const sorted = setAside(all, named);
  const found = settledPlan?.found ?? recall(sorted.found, bindings);
  const { resources, waits } = ripe(wanted.resources, found);
  const hash = hashOf(resources);
  const guarded = withKept(resources, found);
  const bridged = bridge(guarded, found, world.ready ?? (() => false));
  const unmet = settledPlan === undefined ? unprotected(group, wanted, found) : [];
  const closed = closeNew(bridged.resources, found, wanted.origins, unmet);
  const back = reset(group.id, unverified(closed, found, wanted), found, remembered);
  const possible =
    settledPlan === undefined
      ? withoutRefused(keep(back.resources, found), found, { group, wanted }, refusals?.of(group.id))
      : { resources: bridged.resources, left: NOTHING_LEFT_OUT };
  const kept = possible.resources;
  const planned =
    settledPlan ?? (wanted.undecided ? NOTHING : withReasons(plan(schemas, kept, found, sorted.aside), back));
  const strangers = hasStranger(bindings, (one) => book.entry(keyOf(one))?.ingress);
  const operations = strangers ? withoutDeletions(planned.operations) : planned.operations;
  const holds = policyOfGroup(world.policy, bindings);
  const told = placedFor(group, [
    ...wanted.problems,
    ...routingOfGroup(
      group.members.map(({ key, binding: { spec } }) => ({ key, spec })),
      opening(resources, found),
    ),
    ...foreignShield(group, guarded, found),
    ...straying(group, sorted),
    ...overruledIn(world.policy, bindings),
    ...possible.left.told,
  ]);
  const looks = { sorted, hash, told, settled: settledPlan !== undefined, left: possible.left, guarded };
  const does = { planned, policy: holds, allowed: policy(holds, operations) };
  return { wanted, found, resources: kept, ...does, waits, handing: bridged.waits, unmet, ...looks };
}

/** Says of an HTTPS port whether it is open or can be opened: it has a certificate. */
function opening(wanted: readonly Resource[], found: readonly Found[]): (port: number) => boolean {
  const https = new Set(
    [...found, ...wanted].flatMap((one) => {
      if (one.kind !== 'listener' || one.spec.protocol !== 'HTTPS') return [];
      return 'arn' in one || one.spec.certificates.length > 0 ? [one.spec.port] : [];
    }),
  );
  return (port) => https.has(port);
}

/** What is told names the object that says it: the Ingress, its class or a Service. */
function placedFor({ members }: Group, told: readonly Told[]): Told[] {
  const known = new Map(members.map((member) => [member.key, member]));
  return told.map(({ member, problem }) => {
    const found = known.get(member);
    return {
      member,
      problem: found === undefined ? problem : placed(problem, found.intent, found.namespace),
    };
  });
}

/** Equal when nothing that is wanted changed. */
const hashOf = (resources: readonly Resource[]): string =>
  createHash('sha256').update(JSON.stringify(resources)).digest('hex');

const NOTHING: Plan = { operations: [], matched: new Map() };

/** The group's own resources, and the shared security group when this group wants it or is the last that could. */
async function findAll(
  world: Deciding,
  group: Group,
  wanted: Wanted,
  remembered: SetKeys,
): Promise<readonly Found[]> {
  const own = await world.inventory.of(group.id, {
    ...knownSeldom(remembered),
    ...seldomWanted(wanted.resources),
  });
  const shared = await world.inventory.of(SHARED_STACK);
  const wants = wanted.resources.some(({ spec }) => SHARED_TAG in spec.tags);
  return wants || deserted(world.book) ? [...own, ...shared] : own;
}

/**
 * Nobody who stays holds any group, so what the cluster shares goes with the last of those that leave. Who wants a group and
 * does not hold it yet has made nothing: would it be waited for and never come, nobody would answer for what is shared.
 */
const deserted = ({ groups, stays }: Book): boolean => !groups().some(stays);
