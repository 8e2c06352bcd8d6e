// Carries out operations on an inventory on paper, one after the other, and refuses what AWS would refuse: a name or
// port that is taken, a reference to nothing, the removal of something in use.

import type { Action, Resource, Tags } from '../../api/aws.ts';
import { resourceTagOf, STACK_TAG } from '../../api/aws.ts';
import { withHolders } from '../kinds/associations.ts';
import { arnOf, type Found, type Resolve } from '../kinds/kind.ts';
import { resolved } from '../plan/match.ts';
import type { Operation } from '../plan/operation.ts';
import type { Plan } from '../plan/plan.ts';
import { OUTSIDE } from './paper.ts';

/** What AWS would answer with an error. */
export class Refused extends Error {}

interface Paper {
  readonly found: Map<string, Found>;
  readonly ids: Map<string, string>;
  readonly next: () => number;
}

const LEGACY = /^(kubernetes\.io\/|ingress\.k8s\.aws\/cluster$)/;

const actionsIn = (one: Found): readonly Action[] => {
  if (one.kind === 'listener') return one.spec.defaultActions;
  return one.kind === 'rule' ? one.spec.actions : [];
};

const forwardedBy = (one: Found): string[] =>
  actionsIn(one).flatMap((action) =>
    action.type === 'forward' ? action.targets.map(({ targetGroup }) => arnOf(targetGroup)) : [],
  );

/** ARNs that a resource cannot do without. */
function needs(one: Found): string[] {
  switch (one.kind) {
    case 'loadBalancer':
      return one.spec.securityGroups.map(arnOf).filter((id) => !id.startsWith('sg-'));
    case 'listener':
      return [one.spec.loadBalancer.ref, ...forwardedBy(one)];
    case 'rule':
      return [one.spec.listener.ref, ...forwardedBy(one)];
    default:
      return [];
  }
}

/** What may exist once only: a name of a kind, a port of a load balancer, a priority of a listener. */
function place(one: Found): string {
  if (one.kind === 'listener') return `port ${one.spec.port} of ${one.spec.loadBalancer.ref}`;
  if (one.kind === 'rule') return `priority ${one.spec.priority} of ${one.spec.listener.ref}`;
  return `${one.kind} name ${one.spec.name}`;
}

function check(found: ReadonlyMap<string, Found>): void {
  const places = new Map<string, string>();
  const all = [...found.values()];
  for (const one of all) {
    const other = places.get(place(one));
    if (other !== undefined) throw new Refused(`${place(one)} is taken by ${other}`);
    places.set(place(one), one.arn);
    for (const arn of needs(one)) {
      if (arn !== OUTSIDE && !found.has(arn))
        throw new Refused(`${one.arn} needs ${arn}, which is not there`);
    }
  }
  const balancerOf = (one: Found): string | undefined => {
    if (one.kind === 'listener') return one.spec.loadBalancer.ref;
    const listener = one.kind === 'rule' ? found.get(one.spec.listener.ref) : undefined;
    return listener?.kind === 'listener' ? listener.spec.loadBalancer.ref : undefined;
  };
  const holder = new Map<string, string>();
  for (const one of all) {
    for (const group of forwardedBy(one).filter((arn) => arn !== OUTSIDE)) {
      const balancer = balancerOf(one) ?? '';
      if ((holder.get(group) ?? balancer) !== balancer) throw new Refused(`${group} has two load balancers`);
      holder.set(group, balancer);
    }
  }
}

const stackOf = (tags: Tags): string => tags[STACK_TAG] ?? '';

function create({ found, ids, next }: Paper, resource: Resource, resolve: Resolve): void {
  const arn = `arn:${resource.kind}/${next()}`;
  const spec = resolved(resource.spec, (ref) => resolve({ ref }));
  const identity = { group: stackOf(spec.tags), resourceTag: resourceTagOf(spec.tags) };
  const extra = resource.kind === 'loadBalancer' ? { state: 'active', dnsName: `${arn}.example.com` } : {};
  found.set(arn, { kind: resource.kind, arn, ...identity, spec, extra } as Found);
  ids.set(resource.id, arn);
}

function modify({ found }: Paper, operation: Operation & { verb: 'modify' }, resolve: Resolve): void {
  const now = found.get(operation.found.arn);
  if (now === undefined) throw new Refused(`${operation.found.arn} is not there`);
  const wanted = resolved(operation.resource.spec, (ref) => resolve({ ref })) as object as Record<
    string,
    unknown
  >;
  const spec: Record<string, unknown> = { ...now.spec };
  for (const { field } of operation.change) {
    if (field === 'tags') {
      const kept = Object.entries(now.spec.tags).filter(([key]) => LEGACY.test(key));
      spec.tags = { ...Object.fromEntries(kept), ...operation.resource.spec.tags };
    } else if (field === 'attributes')
      spec.attributes = { ...(spec.attributes as object), ...(wanted.attributes as object) };
    else spec[field] = wanted[field];
  }
  const tags = spec.tags as Tags;
  found.set(now.arn, {
    ...now,
    group: stackOf(tags),
    resourceTag: resourceTagOf(tags),
    spec,
  } as object as Found);
}

function reorder({ found }: Paper, operation: Operation & { verb: 'reorder' }): void {
  for (const { found: one, to } of operation.moves) {
    const now = found.get(one.arn);
    if (now?.kind !== 'rule') throw new Refused(`${one.arn} is not there`);
    found.set(now.arn, { ...now, spec: { ...now.spec, priority: to } });
  }
}

/** A load balancer takes its listeners along, a listener its rules. */
function remove({ found }: Paper, arn: string): void {
  const one = found.get(arn);
  if (one === undefined) throw new Refused(`${arn} is not there`);
  found.delete(arn);
  const inside = [...found.values()].filter(
    (other) =>
      (other.kind === 'listener' && other.spec.loadBalancer.ref === arn) ||
      (other.kind === 'rule' && other.spec.listener.ref === arn),
  );
  for (const other of inside) remove({ found } as Paper, other.arn);
}

/**
 * The inventory after a plan is carried out on `before`.
 * @throws Refused where AWS would refuse a step.
 */
export function interpret({ operations, matched }: Plan, before: readonly Found[]): Found[] {
  const numbers = before.map(({ arn }) => Number(/\/(\d+)$/.exec(arn)?.[1] ?? 0));
  let last = Math.max(0, ...numbers);
  const found = new Map(before.map((one) => [one.arn, one]));
  const ids = new Map([...matched].map(([id, one]) => [id, one.arn]));
  const paper: Paper = { found, ids, next: () => (last += 1) };
  const resolve: Resolve = (ref) => {
    const id = typeof ref === 'string' ? ref : ref.ref;
    return ids.get(id) ?? id;
  };
  for (const operation of operations) {
    if (operation.verb === 'create') create(paper, operation.resource, resolve);
    else if (operation.verb === 'modify') modify(paper, operation, resolve);
    else if (operation.verb === 'reorder') reorder(paper, operation);
    else {
      for (const id of operation.after) {
        if (!ids.has(id)) throw new Refused(`${operation.id} goes before ${id} is there`);
      }
      remove(paper, operation.found.arn);
    }
    check(found);
  }
  return withHolders([...found.values()]);
}
