// The book of bindings: every Ingress of ours beside its binding, indexed by group. The effective spec is always what
// `bind()` says of the Ingress that is stored, so a binding that is late, lost or bypassed changes nothing.
//
//   Ingress ──bind()──▶ effective spec ──▶ group index ◀── finalizers of the binding (groups it may still have things in)
import { bind } from '../api/bind.ts';
import type { BindingSpec, LoadBalancerBinding } from '../api/generated/binding.ts';
import { type Ingress, keyOf } from '../api/kube.ts';
import { mayWrite, type Policy, policyOf } from '../api/policy.ts';
import type { Problem } from '../api/problem.ts';
import type { Reading } from '../api/read.ts';

/** An Ingress that is ours, read. */
export interface Entry {
  readonly ingress: Ingress;
  readonly spec: BindingSpec;
  /** What its binding tells: what a webhook would have refused and was not accepted, and what has no effect, yet or ever. */
  readonly told: readonly Problem[];
}

const FINALIZER = 'albatross.dev/resources';
const GROUP_FINALIZER = 'group.albatross.dev/';

/** The finalizer that a binding holds while something of it may exist in the load balancer of a group. */
export function finalizerOf(groupId: string): string {
  return groupId.includes('/') ? FINALIZER : `${GROUP_FINALIZER}${groupId}`;
}

/** The groups in which a binding may still have something. */
export function heldGroups(binding: LoadBalancerBinding): string[] {
  return (binding.metadata.finalizers ?? []).flatMap((finalizer) => {
    if (finalizer === FINALIZER) return [keyOf(binding)];
    return finalizer.startsWith(GROUP_FINALIZER) ? [finalizer.slice(GROUP_FINALIZER.length)] : [];
  });
}

export interface Book {
  /** Notes an Ingress that is ours, or that there is none of this key; returns the groups that this touches. */
  ingress(key: string, read?: { readonly ingress: Ingress; readonly reading: Reading }): string[];
  /** Notes a binding, or that there is none of this key; returns the groups that this touches. */
  binding(key: string, binding?: LoadBalancerBinding): string[];
  entry(key: string): Entry | undefined;
  bindingOf(key: string): LoadBalancerBinding | undefined;
  /** Effective bindings of a group: members with the spec that holds, and those that are on their way out of it. */
  of(groupId: string): LoadBalancerBinding[];
  /** Keys of Ingresses that want to be in a group but whose binding is not there, or not held where it must be, yet. */
  awaited(groupId: string): string[];
  /** Whether its bindings hold the group's finalizer: we are in charge of it, or were and one of them still answers for it. */
  answers(groupId: string): boolean;
  groups(): string[];
  keys(): string[];
}

interface Page {
  readonly read?: { readonly ingress: Ingress; readonly reading: Reading };
  readonly binding?: LoadBalancerBinding;
  readonly entry?: Entry;
}

/** What was refused leaves what the binding says in force, so the entry depends on both. */
function derived({ read, binding }: Omit<Page, 'entry'>): Page {
  const known = binding === undefined ? {} : { binding };
  if (read === undefined) return known;
  const spec = bind(read.ingress, read.reading, binding?.spec);
  const told = read.reading.problems.filter(
    ({ severity, code }) => severity === 'refuse' || code === 'NotYetApplied' || code === 'ServiceEnded',
  );
  return { ...known, read, entry: { ingress: read.ingress, spec, told } };
}

/**
 * Whether an object was replaced by one that is known: the answer to a write of ours may come after the watch has told of what
 * somebody wrote later. Versions of one object are comparable (Kubernetes: API Concepts, "Resource versions").
 */
function isOlder(one: LoadBalancerBinding, known: LoadBalancerBinding | undefined): boolean {
  const [a, b] = [one.metadata.resourceVersion ?? '', known?.metadata.resourceVersion ?? ''];
  if (one.metadata.uid !== known?.metadata.uid || !/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return BigInt(a) < BigInt(b);
}

/** The groups that one page is part of. */
function groupsOf(page: Page | undefined): string[] {
  if (page === undefined) return [];
  const wanted = page.entry === undefined ? [] : [page.entry.spec.group];
  return [...new Set([...wanted, ...(page.binding === undefined ? [] : heldGroups(page.binding))])];
}

/** Whether who goes to another group is still served here: the binding says nothing else yet, and is not held there. */
const staysIn = (groupId: string, entry: Entry, binding: LoadBalancerBinding): boolean =>
  binding.metadata.deletionTimestamp === undefined &&
  binding.spec.group === groupId &&
  !heldGroups(binding).includes(entry.spec.group);

/** A member shows the spec that holds; a binding that left shows that it is leaving, whatever its own spec says. */
function effective({ entry, binding }: Page, groupId: string): LoadBalancerBinding[] {
  if (binding === undefined) return [];
  const deleted = binding.metadata.deletionTimestamp !== undefined;
  if (entry !== undefined && entry.spec.group !== groupId && staysIn(groupId, entry, binding))
    return [binding];
  if (entry === undefined || entry.spec.group !== groupId) {
    const gone = binding.metadata.deletionTimestamp ?? binding.metadata.creationTimestamp ?? '';
    return [{ ...binding, metadata: { ...binding.metadata, deletionTimestamp: gone } }];
  }
  if (deleted) return [];
  // Seniority in a group is the Ingress's age: it survives a binding that is made anew.
  const created = entry.ingress.metadata.creationTimestamp;
  const { generation: _, ...metadata } = binding.metadata;
  const generation = generationOf(binding, entry);
  return [
    {
      ...binding,
      metadata: {
        ...metadata,
        ...(created === undefined ? {} : { creationTimestamp: created }),
        ...(generation === undefined ? {} : { generation }),
      },
      spec: entry.spec,
    },
  ];
}

/**
 * The generation that what we do is about: the webhook may have recorded a version of the Ingress that we do not see yet, and
 * whoever waits for that one (`kubectl wait`) must not be told of the one before.
 */
function generationOf({ metadata, spec, status }: LoadBalancerBinding, entry: Entry): number | undefined {
  const same = spec.ingressRef.hash === entry.spec.ingressRef.hash;
  return same ? metadata.generation : status?.observedGeneration;
}

/** Opens an empty book; `ceiling` is the controller's own policy. Pure bookkeeping: no request is made here. */
export function openBook(ceiling: Policy = 'sync'): Book {
  const pages = new Map<string, Page>();
  const index = new Map<string, Set<string>>();

  function turn(key: string, change: (page: Page) => Page): string[] {
    const before = groupsOf(pages.get(key));
    const page = change(pages.get(key) ?? {});
    if (page.entry === undefined && page.binding === undefined) pages.delete(key);
    else pages.set(key, page);
    const after = groupsOf(page);
    for (const group of before) {
      const members = index.get(group);
      members?.delete(key);
      if (members?.size === 0) index.delete(group);
    }
    for (const group of after) index.set(group, (index.get(group) ?? new Set()).add(key));
    return [...new Set([...before, ...after])];
  }

  function answers(groupId: string): boolean {
    const all = [...(index.get(groupId) ?? [])].flatMap((key) => pages.get(key) ?? []);
    const said = all.map(({ entry, binding }) => (entry ?? binding)?.spec.policy);
    return (
      mayWrite('bindingFinalizers', policyOf(said, ceiling)) ||
      all.some(({ binding }) => binding !== undefined && heldGroups(binding).includes(groupId))
    );
  }

  const without = <K extends 'read' | 'binding'>(page: Page, member: K): Page => {
    const { [member]: _, ...rest } = page;
    return rest;
  };

  return {
    ingress: (key, read) =>
      turn(key, (page) => derived(read === undefined ? without(page, 'read') : { ...page, read })),
    binding: (key, binding) =>
      turn(key, (page) => {
        if (binding !== undefined && isOlder(binding, page.binding)) return page;
        return derived(binding === undefined ? without(page, 'binding') : { ...page, binding });
      }),
    entry: (key) => pages.get(key)?.entry,
    bindingOf: (key) => pages.get(key)?.binding,
    of: (groupId) =>
      [...(index.get(groupId) ?? [])].flatMap((key) => effective(pages.get(key) ?? {}, groupId)),
    answers,
    awaited: (groupId) =>
      [...(index.get(groupId) ?? [])].filter((key) => {
        const { entry, binding } = pages.get(key) ?? {};
        if (entry?.spec.group !== groupId) return false;
        return (
          binding === undefined ||
          binding.metadata.deletionTimestamp !== undefined ||
          (answers(groupId) && !heldGroups(binding).includes(groupId))
        );
      }),
    groups: () => [...index.keys()],
    keys: () => [...pages.keys()],
  };
}

/** What was found when the Ingresses of these bindings were read. */
export const readingsOf = (
  book: Pick<Book, 'entry'>,
  bindings: readonly LoadBalancerBinding[],
): { readonly member: string; readonly problem: Problem }[] =>
  bindings
    .map(keyOf)
    .flatMap((member) => (book.entry(member)?.told ?? []).map((problem) => ({ member, problem })));
