// look: what a group has in AWS, without what is left alone. After a restart a glance is enough for a group that is as it was
// applied last.
//
//   glance (bulk reads) ── all is as the bindings remember it ──▶ settled: no details are read
//           └── anything else ──▶ details are read ── what nobody can account for ──▶ aside
import { createHash } from 'node:crypto';
import { ripe, seldomWanted } from '../../alb/amendments/defer-until-active.ts';
import { recall } from '../../alb/amendments/oidc-secret-memory.ts';
import { known, knownSeldom, type SetKeys } from '../../alb/amendments/reset-memory.ts';
import type { WantedGroup } from '../../alb/desire/desiring.ts';
import { SHARED_STACK } from '../../alb/desire/tags.ts';
import type { Group } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { type Matching, match } from '../../alb/plan/match.ts';
import { type Resource, SHARED_TAG } from '../../api/aws.ts';
import type { Book } from '../bindings/store.ts';
import { namedBy } from '../ownership/known-resources.ts';
import { type KnownResources, type Sorted, setAside } from '../ownership/stray-resources.ts';
import type { Glance, Inventory } from './inventory.ts';
import { settled } from './settled.ts';

/** What a group has. */
export interface Seen {
  /** What is planned for. */
  readonly found: readonly Found[];
  /** What is left alone, whatever its tags say, and why. */
  readonly sorted: Sorted;
  /** Which found resource each desired one is. */
  readonly matching: Matching;
  /** Nothing was looked at closely: everything is as it was applied last. */
  readonly settled: boolean;
  /** What we set before, as the bindings remember it. */
  readonly set: SetKeys;
  /** Of the desired resources, as far as they can be asked for now. */
  readonly hash: string;
}

type LookingWorld = Parameters<typeof namedBy>[1] & { readonly book: Book; readonly inventory: Inventory };

/** What bulk reads show of a group, without what is left alone. */
export interface GroupGlance extends Glance {
  /** By what its load balancers are known as its own. */
  readonly named: KnownResources;
  readonly sorted: Sorted;
}

export function glanceAt(group: Group, world: LookingWorld): GroupGlance {
  const named = namedBy(group, world);
  const glance = world.inventory.glance(group.id);
  const sorted = setAside(glance.found, named);
  return { ...glance, found: sorted.found, named, sorted };
}

/**
 * Reads what a group has. With `trusting`, what was applied last is taken as there when bulk reads say nothing else. Throws
 * `AwsFailure`.
 */
export async function look(
  group: Group,
  wanted: WantedGroup,
  glance: GroupGlance,
  world: LookingWorld,
  trusting: boolean,
): Promise<Seen> {
  const bindings = world.book.of(group.id);
  const set = known(bindings);
  const first = ripe(wanted.resources, glance.found).resources;
  const there = trusting ? settled(group, first, glance, hashOf(first)) : undefined;
  const sorted =
    there === undefined ? setAside(await findAll(world, group, wanted, set), glance.named) : glance.sorted;
  const found = there ?? recall(sorted.found, bindings);
  const hash = hashOf(ripe(wanted.resources, found).resources);
  const matching = match(schemas, wanted.resources, found);
  return { found, sorted, matching, settled: there !== undefined, set, hash };
}

/** Equal when nothing that is wanted changed. */
const hashOf = (resources: readonly Resource[]): string =>
  createHash('sha256').update(JSON.stringify(resources)).digest('hex');

/** The group's own resources, and the shared security group when this group wants it or is the last that could. */
async function findAll(
  world: LookingWorld,
  group: Group,
  wanted: WantedGroup,
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

/** What the group has after a pass; bulk reads may have brought news meanwhile. */
export function lookAgain(
  group: Group,
  world: LookingWorld,
  { sorted }: Pick<Seen, 'sorted'>,
): readonly Found[] {
  const aside = new Set(sorted.aside.map(({ arn }) => arn));
  const there = [group.id, SHARED_STACK].flatMap((stack) => world.inventory.glance(stack).found);
  return setAside(there, namedBy(group, world)).found.filter(({ arn }) => !aside.has(arn));
}
