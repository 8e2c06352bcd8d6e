// decide: what a group wants, what it has, and the operations between the two. Reads and changes nothing.
import type { Draft } from '../alb/amendments/amendment.ts';
import { amend } from '../alb/amendments/amendments.ts';
import { foreignShield } from '../alb/amendments/keep-protection.ts';
import type { RefusalMemory } from '../alb/amendments/rejection-memory.ts';
import { withReasons } from '../alb/amendments/reset-to-default.ts';
import type { Ready } from '../alb/amendments/target-group-cutover.ts';
import { unprotected } from '../alb/amendments/unmet-protections.ts';
import { type Desire, desire } from '../alb/desire/desire.ts';
import type { Unmet } from '../alb/desire/desiring.ts';
import { routingOf } from '../alb/desire/routing.ts';
import type { Group, Told } from '../alb/group.ts';
import { schemas } from '../alb/kinds/kinds.ts';
import type { Operation } from '../alb/plan/operation.ts';
import { type Plan, plan } from '../alb/plan/plan.ts';
import { overruledIn, type Policy, policy, policyOfGroup } from '../alb/plan/policy.ts';
import { keyOf } from '../api/kube.ts';
import { placed } from '../api/problems/place.ts';
import type { Book } from './bindings/store.ts';
import { type Gathering, gather } from './facts/gather.ts';
import type { Inventory } from './inventory/inventory.ts';
import { glanceAt, look, type Seen } from './inventory/look.ts';
import { straying } from './ownership/stray-resources.ts';
import { hasStranger, withoutDeletions } from './ownership/unadopted.ts';

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
  readonly seen: Seen;
  /** What was planned for. */
  readonly draft: Draft;
  /** Wishes for protection that AWS does not meet yet: what is new of these members is closed. */
  readonly unmet: readonly Unmet[];
  readonly planned: Plan;
  /** The policy that holds for the group. */
  readonly policy: Policy;
  /** What of the plan may be carried out. */
  readonly allowed: readonly Operation[];
  /** The problems of deciding. */
  readonly told: readonly Told[];
}

const NOTHING: Plan = { operations: [], matched: new Map() };

/**
 * Decides about one group, with reading calls only. With `trusting`, what was applied last is taken as there when bulk reads
 * say nothing else. Throws `AwsFailure`.
 */
export async function decide(
  group: Group,
  world: Deciding,
  { trusting }: { readonly trusting: boolean },
): Promise<Decision> {
  const glance = glanceAt(group, world);
  const wanted = desire(group, await gather(group, glance.found, world));
  const seen = await look(group, wanted, glance, world, trusting);
  const unmet = seen.settled ? [] : unprotected(group, wanted, seen.found, seen.matching);
  const draft = amend({ group, wanted, ...seen, unmet, ...remembered(group, world) }, seen.settled);
  const planned = seen.settled || wanted.undecided ? NOTHING : planOf(draft, seen);
  const bindings = world.book.of(group.id);
  const holds = policyOfGroup(world.policy, bindings);
  const strangers = hasStranger(bindings, (one) => world.book.entry(keyOf(one))?.ingress);
  const allowed = policy(holds, strangers ? withoutDeletions(planned.operations) : planned.operations);
  const told = [
    ...problemsOf(group, wanted, seen, draft),
    ...overruledIn(world.policy, bindings),
    ...draft.told,
  ];
  return { wanted, seen, draft, unmet, planned, policy: holds, allowed, told: placedFor(group, told) };
}

/** What only this process knows: whose targets are healthy, and what AWS refused. */
const remembered = (group: Group, { ready, refusals }: Deciding) => ({
  ready: ready ?? (() => false),
  refused: refusals?.of(group.id) ?? new Map(),
});

const planOf = (draft: Draft, { found, sorted, matching }: Seen): Plan =>
  withReasons(plan(schemas, draft.resources, found, sorted.aside, matching), { back: draft.resets });

/** What is told to members, before anything was tried. */
function problemsOf(group: Group, wanted: Desire, { found, sorted }: Seen, draft: Draft): Told[] {
  return [
    ...wanted.problems,
    ...routingOf(group, draft.protecting, found),
    ...foreignShield(group, draft.protecting, found),
    ...straying(group, sorted),
  ];
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
