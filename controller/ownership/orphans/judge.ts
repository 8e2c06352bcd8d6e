// judge: which stacks in AWS are orphans, and what becomes of each. The rules, for people: docs/orphans.md. Pure.
//
//   stack in AWS, cluster tag ours ── named by an Ingress or a binding ──▶ no orphan
//        └── not named ──▶ orphan: told
//               ├── somebody uses it, or only a person can decide ─────────────────────────────▶ left
//               ├── the policy is not sync, or not everything is seen ─────────────────────────▶ left
//               ├── this cluster is not known to have had it ──────────────────────────────────▶ left
//               ├── too many for one fleet ────────────────────────────────────────────────────▶ left
//               └── seen once ──▶ waits ── a later look sees no more of it and nobody names it ─▶ removed

import { arnOf, type Found } from '../../../alb/kinds/kind.ts';
import type { Policy } from '../../../alb/plan/policy.ts';
import { RESOURCE_TAG, STACK_TAG } from '../../../api/aws.ts';
import { nameOf, setAside } from '../stray-resources.ts';
import type { Names } from './names.ts';
import { clock } from './words.ts';

/** What the operator says about orphans. */
export interface Rules {
  readonly policy: Policy;
  /** How long an orphan must have been one, in milliseconds. */
  readonly graceMs: number;
  /** Percent of the stacks in AWS that may be orphans for any of them to be removed. */
  readonly limit: number;
  /** Set when only a part of the cluster is ours to look at. */
  readonly watchNamespace?: string;
}

/** What is known of the groups that this cluster has had (record.ts); else why that is not known. */
export type OwnedGroups = ReadonlySet<string> | { readonly unknown: string };

/** What one look sees. */
export interface OrphanSight {
  /** Everything in AWS with the cluster's tag and a stack of an Ingress, by stack. */
  readonly stacks: ReadonlyMap<string, readonly Found[]>;
  readonly names: Names;
  /** Groups of Ingresses and bindings that this controller answers for. */
  readonly ours: ReadonlySet<string>;
  readonly owned: OwnedGroups;
  /** Why something may not be seen at the moment. */
  readonly incomplete?: string;
  /** Milliseconds since the epoch, by a clock that never goes back. */
  readonly now: number;
}

/** When a stack was first seen as an orphan, and what it had then. */
export interface SeenOrphan {
  readonly at: number;
  readonly arns: ReadonlySet<string>;
}

export type OrphanReason =
  | 'Stray'
  | 'OtherStack'
  | 'InUse'
  | 'Protected'
  | 'Refused'
  | 'Policy'
  | 'PartlySeen'
  | 'NotKnown'
  | 'TooMany'
  | 'SeenOnce';

export interface Orphan {
  readonly stack: string;
  readonly found: readonly Found[];
  /** When it was first seen as one, in milliseconds since the epoch. */
  readonly since: number;
  /** What becomes of it: `goes` is removed, `waits` may be removed later, `left` stays until something changes. */
  readonly fate: 'goes' | 'waits' | 'left';
  /** Absent when it goes. */
  readonly reason?: OrphanReason;
  /** The same for people, after `left: ` or `waits: `. */
  readonly because: string;
}

export interface OrphanJudgement {
  readonly orphans: readonly Orphan[];
  /** What the next look must be told. */
  readonly seen: ReadonlyMap<string, SeenOrphan>;
}

/**
 * How many of the stacks in AWS may be orphans for any of them to be removed: `limit` percent, but one in any case, and never
 * all of them. 0 percent is none, 100 percent is all.
 */
export function mostOrphans(stacks: number, limit: number): number {
  if (limit === 0) return 0;
  if (limit === 100) return stacks;
  return Math.min(stacks - 1, Math.max(1, Math.floor((stacks * limit) / 100)));
}

/** Stack tags of others: of Services and Gateways of the LBC (aws-model 2.1). */
const OTHER_STACK = /(^|\.)k8s\.aws(\.[a-z]+)?\/stack$/;

const isOther = (key: string): boolean => key !== STACK_TAG && OTHER_STACK.test(key);

type Left = readonly [OrphanReason, string];

/** Whether a text speaks of a resource: by its ARN or id anywhere, or by a target group's or security group's whole name. */
function speaksOf(text: string, one: Found): boolean {
  if (text.includes(one.arn)) return true;
  const named = one.kind === 'targetGroup' || one.kind === 'securityGroup';
  return named && text.split(/[^\w-]+/).includes(one.spec.name);
}

/** Who in the cluster speaks of one of these resources. */
function speaker(found: readonly Found[], { resources, texts }: Names): string | undefined {
  for (const one of found) {
    const said = [one.arn, nameOf(one), one.extra.dnsName ?? one.arn];
    const by =
      said.map((name) => resources.get(name.toLowerCase())).find((who) => who !== undefined) ??
      texts.find(({ text }) => speaksOf(text, one))?.by;
    if (by !== undefined) return `${by} names ${nameOf(one)}`;
  }
  return undefined;
}

/** A load balancer outside of the stack that uses something of it. */
function outsider(
  found: readonly Found[],
  stacks: ReadonlyMap<string, readonly Found[]>,
): string | undefined {
  const own = new Set(found.map(({ arn }) => arn));
  for (const one of found) {
    const user = (one.extra.loadBalancerArns ?? []).find((arn) => !own.has(arn));
    if (user !== undefined) return `the load balancer ${user} forwards to ${nameOf(one)}`;
  }
  for (const one of [...stacks.values()].flat()) {
    if (one.kind !== 'loadBalancer' || own.has(one.arn)) continue;
    const used = one.spec.securityGroups.map(arnOf).find((id) => own.has(id));
    if (used !== undefined) return `the load balancer ${one.spec.name} uses ${used}`;
  }
  return undefined;
}

const NOBODY = {
  arns: new Set<string>(),
  addresses: new Set<string>(),
  names: new Set<string>(),
  tags: new Map(),
};

/** Why this stack is nobody's to remove but a person's. */
function ofItself(found: readonly Found[], { stacks, names }: OrphanSight): Left | undefined {
  const tag = found.flatMap(({ spec }) => Object.keys(spec.tags)).find(isOther);
  if (tag !== undefined) return ['OtherStack', `it carries the tag ${tag}, too`];
  const used = speaker(found, names) ?? outsider(found, stacks);
  if (used !== undefined) return ['InUse', `it is in use: ${used}`];
  const [problem] = setAside(found, NOBODY).problems;
  const stray = found.find(({ arn }) => arn === problem?.value);
  if (stray === undefined) return undefined;
  const why = `${nameOf(stray)} has no tag ${RESOURCE_TAG}, or that of another one`;
  return ['Stray', `${why}: only a person can decide`];
}

/** Why nothing at all is removed. */
function ofAll({ stacks, names, ours, owned }: OrphanSight, rules: Rules): Left | undefined {
  const { policy, watchNamespace, limit } = rules;
  if (policy !== 'sync') return ['Policy', `the policy is ${policy}`];
  if (watchNamespace !== undefined)
    return ['PartlySeen', `--watch-namespace=${watchNamespace} shows only a part of the cluster`];
  if ('unknown' in owned)
    return ['NotKnown', `it is not known which groups this cluster has had: ${owned.unknown}`];
  const all = [...stacks.keys()];
  const orphans = all.filter((stack) => !names.stacks.has(stack) && !ours.has(stack)).length;
  const most = mostOrphans(all.length, limit);
  const what = `--orphan-removal-limit=${limit}`;
  if (limit === 0) return ['TooMany', `${what}: none are removed`];
  if (limit < 100 && !all.some((stack) => ours.has(stack)))
    return ['TooMany', `no Ingress of ours has anything in AWS (${what}): is this the right cluster?`];
  if (orphans <= most) return undefined;
  const number = `${orphans} of ${all.length} groups in AWS are orphans, and more than ${most} of them are too many`;
  return ['TooMany', `${number} (${what}): is this the right cluster?`];
}

/**
 * Judges what one look sees. `before` is what the look before it left; who was not an orphan then, or has something now that
 * it had not, begins anew.
 */
export function judge(
  sight: OrphanSight,
  rules: Rules,
  before: ReadonlyMap<string, SeenOrphan>,
): OrphanJudgement {
  const { stacks, names, ours, owned, incomplete, now } = sight;
  const general = ofAll(sight, rules);
  const seen = new Map<string, SeenOrphan>();
  const orphans: Orphan[] = [];
  for (const [stack, found] of [...stacks].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (names.stacks.has(stack) || ours.has(stack)) continue;
    const known = before.get(stack);
    const arns = new Set(found.map(({ arn }) => arn));
    const first = known !== undefined && arns.isSubsetOf(known.arns) ? known : { at: now, arns };
    seen.set(stack, first);
    const orphan = { stack, found, since: first.at };
    const left =
      ofItself(found, sight) ??
      general ??
      (!('unknown' in owned) && !owned.has(stack)
        ? (['NotKnown', 'this cluster is not known to have had it'] as const)
        : undefined);
    const due = first.at + rules.graceMs;
    const waits = first !== known || now < due;
    if (left !== undefined) orphans.push({ ...orphan, fate: 'left', reason: left[0], because: left[1] });
    else if (waits) {
      const because = `seen once, at ${clock(first.at)}; second look after ${clock(due)}`;
      orphans.push({ ...orphan, fate: 'waits', reason: 'SeenOnce', because });
    } else if (incomplete !== undefined)
      orphans.push({ ...orphan, fate: 'waits', reason: 'PartlySeen', because: incomplete });
    else orphans.push({ ...orphan, fate: 'goes', because: `an orphan since ${clock(first.at)}` });
  }
  return { orphans, seen };
}

/** Who forbids that a load balancer goes; only its details tell. */
export function protectedIn(found: readonly Found[]): string | undefined {
  const one = found.find(
    ({ kind, spec }) =>
      kind === 'loadBalancer' &&
      'attributes' in spec &&
      spec.attributes['deletion_protection.enabled'] === 'true',
  );
  return one === undefined
    ? undefined
    : `${nameOf(one)} has deletion protection, which is never switched off`;
}
