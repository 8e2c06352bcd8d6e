// The book of bindings: every Ingress of ours beside its binding, indexed by group. The effective spec is always what
// `bind()` says of the Ingress that is stored, so a binding that is late, lost or bypassed changes nothing.
//
//   Ingress ──bind()──▶ effective spec ──▶ group index ◀── finalizers of the binding (groups it may still have things in)
//                                               ◀── finalizers of the Ingress, while no binding holds its group
import { defined } from '../../api/defined.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { Policy } from '../../api/policy.ts';
import type { Problem } from '../../api/problems/problem.ts';
import {
  type BookEntry,
  type BookPage,
  derived,
  effective,
  groupsOf,
  isInPlace,
  mustHold,
  type SeenIngress,
  staysWith,
} from './entries.ts';

export interface Book {
  /** Notes an Ingress, or that there is none of this key; returns the groups that this touches. */
  ingress(key: string, seen?: SeenIngress): string[];
  /** Notes a binding, or that there is none of this key; returns the groups that this touches. */
  binding(key: string, binding?: LoadBalancerBinding): string[];
  /** Notes the answer to a write of ours, unless the watch has told meanwhile that the object is another one, or gone. */
  answered(binding: LoadBalancerBinding): void;
  /**
   * Notes whether the API server refuses to store the binding, or to put its finalizer on. Nobody waits for a binding that is
   * refused: its group goes on with those that are there.
   */
  refused(key: string, refused: boolean): void;
  entry(key: string): BookEntry | undefined;
  bindingOf(key: string): LoadBalancerBinding | undefined;
  /** An Ingress that wants nothing any more and still answers for something in AWS. */
  holderOf(key: string): SeenIngress | undefined;
  /** Whether somebody who stays in the group holds it, so that its own passes will clean up after it. */
  stays(groupId: string): boolean;
  /** Effective bindings of a group: members with the spec that holds, and those that are on their way out of it. */
  of(groupId: string): LoadBalancerBinding[];
  /** Keys of Ingresses that want to be in a group but whose binding is not there, or not held where it must be, yet. */
  awaited(groupId: string): string[];
  /** Whether its bindings hold the group's finalizer: we are in charge of it, or were and one of them still answers for it. */
  answers(groupId: string): boolean;
  groups(): string[];
  keys(): string[];
  /** Those of one namespace. */
  keysIn(namespace: string): string[];
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

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** Opens an empty book; `ceiling` is the controller's own policy. Pure bookkeeping: no request is made here. */
export function openBook(ceiling: Policy = 'sync'): Book {
  const pages = new Map<string, BookPage>();
  const index = new Map<string, Set<string>>();
  const namespaces = new Map<string, Set<string>>();

  /** Keeps the keys of each namespace in line; one without any is forgotten. */
  function file(key: string): void {
    const namespace = namespaceOf(key);
    const keys = namespaces.getOrInsertComputed(namespace, () => new Set());
    if (pages.has(key)) keys.add(key);
    else keys.delete(key);
    if (keys.size === 0) namespaces.delete(namespace);
  }

  function turn(key: string, change: (page: BookPage) => BookPage): string[] {
    const before = groupsOf(pages.get(key));
    const page = change(pages.get(key) ?? {});
    if (page.seen === undefined && page.binding === undefined) pages.delete(key);
    else pages.set(key, page);
    file(key);
    const after = groupsOf(page);
    for (const group of before) {
      const members = index.get(group);
      members?.delete(key);
      if (members?.size === 0) index.delete(group);
    }
    for (const group of after) index.getOrInsertComputed(group, () => new Set()).add(key);
    return [...new Set([...before, ...after])];
  }

  const pagesIn = (groupId: string): BookPage[] =>
    [...(index.get(groupId) ?? [])].flatMap((key) => pages.get(key) ?? []);

  function put(key: string, binding?: LoadBalancerBinding): string[] {
    return turn(key, (page) => {
      if (binding !== undefined && isOlder(binding, page.binding)) return page;
      return derived(defined({ ...page, binding }));
    });
  }

  const answers = (groupId: string): boolean => mustHold(pagesIn(groupId), groupId, ceiling);

  return {
    ingress: (key, seen) => turn(key, (page) => derived(defined({ ...page, seen }))),
    binding: put,
    answered(binding) {
      const known = pages.get(keyOf(binding))?.binding;
      if (known !== undefined && known.metadata.uid === binding.metadata.uid) put(keyOf(binding), binding);
    },
    refused(key, refused) {
      const page = pages.get(key);
      if (page?.entry !== undefined) pages.set(key, { ...page, refused });
    },
    entry: (key) => pages.get(key)?.entry,
    bindingOf: (key) => pages.get(key)?.binding,
    holderOf(key) {
      const { entry, seen } = pages.get(key) ?? {};
      return entry === undefined ? seen : undefined;
    },
    stays: (groupId) => pagesIn(groupId).some((page) => staysWith(page, groupId)),
    of: (groupId) => pagesIn(groupId).flatMap((page) => effective(page, groupId, answers(groupId))),
    answers,
    awaited: (groupId) =>
      [...(index.get(groupId) ?? [])].filter((key) => {
        const page = pages.get(key) ?? {};
        return (
          page.entry?.spec.group === groupId &&
          page.refused !== true &&
          !isInPlace(page, groupId, answers(groupId))
        );
      }),
    groups: () => [...index.keys()],
    keys: () => [...pages.keys()],
    keysIn: (namespace) => [...(namespaces.get(namespace) ?? [])],
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
