// What carries our tags and is left alone all the same, because nobody can say what it is for: a person must decide. Pure.
//
//   load balancers of one resource tag ── of one scheme ──▶ the one that serves is planned for, the others are set aside
//         └── of two schemes ──▶ the two sides of a replacement of ours, unless it is known who served and this one did not
//   cluster and stack tag, no resource tag ──▶ set aside (the LBC stops with an error, aws-model 2.4)

import type { Group, Told } from '../../alb/group.ts';
import { arnOf, type Found } from '../../alb/kinds/kind.ts';
import type { Scheme } from '../../api/aws.ts';
import { type Problem, warning } from '../../api/problems/problem.ts';

type Balancer = Found<'loadBalancer'>;

/** By what a load balancer is known as the group's own. */
export interface KnownResources {
  /** ARNs that bindings name. */
  readonly arns: ReadonlySet<string>;
  /** Lower-case DNS names that Ingresses name. */
  readonly addresses: ReadonlySet<string>;
  /** Names that we give unless somebody says another one. */
  readonly names: ReadonlySet<string>;
  /** What resource tag those have that bindings name; somebody may have taken it off. */
  readonly tags: ReadonlyMap<string, string>;
  /** The scheme that is wanted; absent when nobody wants a load balancer. */
  readonly scheme?: Scheme;
}

export interface Sorted {
  /** What is planned for. */
  readonly found: readonly Found[];
  /** What is neither used nor changed nor removed. */
  readonly aside: readonly Found[];
  /** For every member. */
  readonly problems: readonly Problem[];
}

const told = ({ arn, extra }: Balancer, { arns, addresses }: KnownResources): boolean =>
  arns.has(arn) || addresses.has((extra.dnsName ?? '').toLowerCase());

/** The higher, the surer that this is the one that serves; equal ones go by age. */
function worth(balancer: Balancer, found: readonly Found[], named: KnownResources): number {
  const { arn } = balancer;
  const forwards = found.some(
    (one) =>
      (one.kind === 'targetGroup' && (one.extra.loadBalancerArns ?? []).includes(arn)) ||
      (one.kind === 'listener' && one.spec.loadBalancer.ref === arn),
  );
  return (told(balancer, named) ? 4 : 0) + (forwards ? 2 : 0) + (named.names.has(balancer.spec.name) ? 1 : 0);
}

/** For each resource tag the ones that are planned for, and the others, each with the one that is used instead. */
function rivals(found: readonly Found[], named: KnownResources): { one: Balancer; used: Balancer }[] {
  const balancers = found.filter(
    (one): one is Balancer => one.kind === 'loadBalancer' && one.resourceTag !== '',
  );
  return [...Map.groupBy(balancers, ({ resourceTag }) => resourceTag).values()].flatMap((all) => {
    const ordered = all.toSorted(
      (a, b) =>
        worth(b, found, named) - worth(a, found, named) ||
        (a.extra.created ?? '').localeCompare(b.extra.created ?? '') ||
        a.arn.localeCompare(b.arn),
    );
    const isKnown = (one: Balancer): boolean => told(one, named) || named.names.has(one.spec.name);
    const known = ordered.some(isKnown);
    const used = ordered.filter((one, at) => {
      const first = ordered.findIndex(({ spec }) => spec.scheme === one.spec.scheme) === at;
      // What we just made is wanted, and nobody was told of it yet; what we replace was told of.
      return first && (!known || isKnown(one) || one.spec.scheme === named.scheme);
    });
    const instead = used.find(({ spec }) => spec.scheme === named.scheme) ?? used[0];
    return ordered.flatMap((one) =>
      used.includes(one) || instead === undefined ? [] : [{ one, used: instead }],
    );
  });
}

/** How people call it. */
export const nameOf = ({ spec, arn }: Found): string => ('name' in spec ? spec.name : arn);

function duplicate(one: Balancer, used: Balancer): Problem {
  const because = `load balancer ${nameOf(one)} carries the tags of this group as ${nameOf(used)} does, which is the one that is used; it is left as it is: delete it, or take the tags ingress.k8s.aws/* off it`;
  return warning('StrayResource', 'spec', { value: one.arn, because });
}

function untagged(one: Found): Problem {
  const because = `it carries the cluster and stack tags of this group but no ingress.k8s.aws/resource, so nobody can say what it is for; it is left as it is: delete it, or take the tag ingress.k8s.aws/stack off it`;
  return warning('StrayResource', 'spec', { value: one.arn, because });
}

/** Everything that goes with the load balancers that are set aside. */
function belongings(found: readonly Found[], aside: ReadonlySet<string>): Set<string> {
  const all = new Set(aside);
  for (const one of found)
    if (one.kind === 'listener' && all.has(one.spec.loadBalancer.ref)) all.add(one.arn);
  for (const one of found) {
    if (one.kind === 'rule' && all.has(one.spec.listener.ref)) all.add(one.arn);
    if (one.kind === 'targetGroup' && one.extra.loadBalancerArns?.some((arn) => aside.has(arn)))
      all.add(one.arn);
  }
  const users = found.filter((one) => one.kind === 'loadBalancer');
  const usedBy = (id: string, theirs: boolean): boolean =>
    users.some(({ arn, spec }) => aside.has(arn) === theirs && spec.securityGroups.map(arnOf).includes(id));
  for (const { kind, arn } of found)
    if (kind === 'securityGroup' && usedBy(arn, true) && !usedBy(arn, false)) all.add(arn);
  return all;
}

/** What we told of is ours, whatever its resource tag says by now: the plan puts that right. */
function known(all: readonly Found[], { tags }: KnownResources): readonly Found[] {
  const own = ({ arn, resourceTag }: Found): string => tags.get(arn) ?? resourceTag;
  if (all.every((one) => own(one) === one.resourceTag)) return all;
  return all.map((one) => ({ ...one, resourceTag: own(one) }));
}

/** Sorts out what is left alone. */
export function setAside(all: readonly Found[], named: KnownResources): Sorted {
  const found = known(all, named);
  const nameless = found.filter(
    ({ kind, group, resourceTag }) =>
      (kind === 'loadBalancer' || kind === 'targetGroup' || kind === 'securityGroup') &&
      group !== '' &&
      resourceTag === '',
  );
  const duplicates = rivals(found, named);
  if (nameless.length + duplicates.length === 0) return { found, aside: [], problems: [] };
  const arns = belongings(
    found,
    new Set([...nameless, ...duplicates.map(({ one }) => one)].map(({ arn }) => arn)),
  );
  return {
    found: found.filter(({ arn }) => !arns.has(arn)),
    aside: found.filter(({ arn }) => arns.has(arn)),
    problems: [
      ...duplicates.map(({ one, used }) => duplicate(one, used)),
      ...nameless.map((one) => untagged(one)),
    ],
  };
}

/** Everybody hears of what is left alone. */
export const straying = ({ members }: Group, { problems }: Sorted): Told[] =>
  members.flatMap(({ key }) => problems.map((problem) => ({ member: key, problem })));
