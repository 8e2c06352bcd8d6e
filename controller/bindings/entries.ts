// pages: one Ingress of the book beside its binding, and what that means for each group that it has to do with. Pure.
//
//   Ingress wants the group   binding in place ──▶ member      binding missing, going, not held ──▶ awaited, or refused
//   Ingress does not want it  binding or Ingress holds it ──▶ leaving, until AWS is clean

import { bind, bindingFor } from '../../api/binding/bind.ts';
import { type Holding, heldGroups } from '../../api/binding/finalizers.ts';
import { defined } from '../../api/defined.ts';
import type { BindingSpec, LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Reading } from '../../api/ingress/read.ts';
import type { Ingress } from '../../api/kube.ts';
import { mayWrite, type Policy, policyOf } from '../../api/policy.ts';
import type { Problem } from '../../api/problems/problem.ts';

/** An Ingress that is ours, read. */
export interface BookEntry {
  readonly ingress: Ingress;
  readonly spec: BindingSpec;
  /** What its binding tells: what a webhook would have refused and was not accepted, and what has no effect, yet or ever. */
  readonly told: readonly Problem[];
}

/** An Ingress as it was seen last. */
export interface SeenIngress {
  readonly ingress: Ingress;
  /** What it says; absent when it is not ours. */
  readonly reading?: Reading;
  /** It is being deleted, or its namespace is: it wants nothing any more. */
  readonly leaving?: boolean;
  /** What it answers for itself (lbc-finalizers.ts). */
  readonly held?: readonly Holding[];
}

export interface BookPage {
  readonly seen?: SeenIngress;
  readonly binding?: LoadBalancerBinding;
  readonly entry?: BookEntry;
  /** Storing its binding is refused. */
  readonly refused?: boolean;
}

/** What was refused leaves what the binding says in force, so the entry depends on both. */
export function derived({ seen, binding, refused = false }: Omit<BookPage, 'entry'>): BookPage {
  const known = binding === undefined ? {} : { binding };
  if (seen?.reading === undefined || seen.leaving === true)
    return (seen?.held ?? []).length === 0 ? known : { ...known, ...(seen === undefined ? {} : { seen }) };
  const { ingress, reading } = seen;
  const spec = bind(ingress, reading, binding?.spec);
  const told = reading.problems.filter(
    ({ severity, code }) => severity === 'refuse' || code === 'NotYetApplied' || code === 'ServiceEnded',
  );
  return { ...known, seen, entry: { ingress, spec, told }, refused };
}

const heldByIngress = ({ seen }: BookPage): string[] => (seen?.held ?? []).map(({ group }) => group);

/** The groups that a page answers for: by its binding, by its Ingress, or by both. */
const heldBy = (page: BookPage): string[] => [
  ...(page.binding === undefined ? [] : heldGroups(page.binding)),
  ...heldByIngress(page),
];

/** The groups that one page is part of. */
export function groupsOf(page: BookPage | undefined): string[] {
  if (page === undefined) return [];
  const wanted = page.entry === undefined ? [] : [page.entry.spec.group];
  return [...new Set([...wanted, ...heldBy(page)])];
}

/** Whether who goes to another group is still served here: the binding says nothing else yet, and is not held there. */
const staysIn = (groupId: string, entry: BookEntry, binding: LoadBalancerBinding): boolean =>
  binding.metadata.deletionTimestamp === undefined &&
  binding.spec.group === groupId &&
  !heldGroups(binding).includes(entry.spec.group);

/** In place of a binding that is not there: of an Ingress that answers for itself, or whose binding is refused. */
function standIn({ ingress, reading }: SeenIngress, group: string): LoadBalancerBinding {
  const { name, uid, deletionTimestamp, creationTimestamp } = ingress.metadata;
  const ingressRef = { name, hash: '', ...(uid === undefined ? {} : { uid }) };
  const spec = reading === undefined ? { ingressRef, group, order: 0 } : bind(ingress, reading);
  const of = bindingFor(ingress, spec);
  return { ...of, metadata: { ...of.metadata, ...defined({ creationTimestamp, deletionTimestamp }) } };
}

/** Shows that it is leaving, whatever its own spec says. */
function goingFrom(binding: LoadBalancerBinding): LoadBalancerBinding {
  const gone = binding.metadata.deletionTimestamp ?? binding.metadata.creationTimestamp ?? '';
  return { ...binding, metadata: { ...binding.metadata, deletionTimestamp: gone } };
}

/** A page in a group that its Ingress does not want, or not any more. */
function leavingFrom(page: BookPage, groupId: string): LoadBalancerBinding[] {
  const { entry, binding, seen } = page;
  if (binding !== undefined && heldGroups(binding).includes(groupId)) {
    return entry !== undefined && staysIn(groupId, entry, binding) ? [binding] : [goingFrom(binding)];
  }
  // With an entry the binding takes over what the Ingress holds first (sync.ts).
  if (entry !== undefined || seen === undefined || !heldByIngress(page).includes(groupId)) return [];
  return [goingFrom(binding ?? standIn(seen, groupId))];
}

/** Whose binding is refused takes part with what is held, and without any intent where nothing is. */
function refusedMember(page: BookPage, { ingress, spec }: BookEntry): LoadBalancerBinding {
  const of = page.binding ?? bindingFor(ingress, spec);
  const { deletionTimestamp: _, ...metadata } = of.metadata;
  const { intent: __, ...bare } = spec;
  return { ...of, metadata, spec: heldBy(page).includes(spec.group) ? spec : bare };
}

/** Whether the binding of a page is there to stay, and holds the group where it must. */
export const isInPlace = ({ binding }: BookPage, groupId: string, mustHold: boolean): boolean =>
  binding !== undefined &&
  binding.metadata.deletionTimestamp === undefined &&
  (!mustHold || heldGroups(binding).includes(groupId));

/**
 * A member shows the spec that holds; who left shows that it is leaving. `mustHold`: bindings of the group hold its finalizer.
 */
export function effective(page: BookPage, groupId: string, mustHold: boolean): LoadBalancerBinding[] {
  const { entry, binding } = page;
  if (entry?.spec.group !== groupId) return leavingFrom(page, groupId);
  if (page.refused === true && !isInPlace(page, groupId, mustHold))
    return [aged(refusedMember(page, entry), entry)];
  if (binding === undefined || binding.metadata.deletionTimestamp !== undefined) return [];
  return [aged({ ...binding, spec: entry.spec }, entry, binding)];
}

/** Seniority in a group is the Ingress's age: it survives a binding that is made anew. */
function aged(
  member: LoadBalancerBinding,
  entry: BookEntry,
  binding: LoadBalancerBinding = member,
): LoadBalancerBinding {
  const { creationTimestamp } = entry.ingress.metadata;
  const { generation: _, ...metadata } = member.metadata;
  const generation = generationOf(binding, entry);
  return { ...member, metadata: { ...metadata, ...defined({ creationTimestamp, generation }) } };
}

/**
 * The generation that what we do is about: the webhook may have recorded a version of the Ingress that we do not see yet, and
 * whoever waits for that one (`kubectl wait`) must not be told of the one before.
 */
function generationOf({ metadata, spec, status }: LoadBalancerBinding, entry: BookEntry): number | undefined {
  const same = spec.ingressRef.hash === entry.spec.ingressRef.hash;
  return same ? metadata.generation : status?.observedGeneration;
}

/** Whether the bindings of a group hold its finalizer: we are in charge of it, or were, and somebody still answers for it. */
export function mustHold(pages: readonly BookPage[], groupId: string, ceiling: Policy): boolean {
  const said = pages.map(({ entry, binding }) => (entry ?? binding)?.spec.policy);
  const inCharge = mayWrite('bindingFinalizers', policyOf(said, ceiling));
  return inCharge || pages.some((page) => heldBy(page).includes(groupId));
}

/** Whether who stays in a group holds it. */
export const staysWith = (page: BookPage, groupId: string): boolean =>
  heldBy(page).includes(groupId) &&
  (page.entry?.spec.group === groupId ||
    effective(page, groupId, true).some(({ metadata }) => metadata.deletionTimestamp === undefined));
