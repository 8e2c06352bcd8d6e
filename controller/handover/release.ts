// release: gives Ingresses back to the LBC. Its finalizers are put on, then the binding goes, and AWS is left as it is.
//
//   Ingress: LBC's finalizers on ──▶ binding: ours off ──▶ binding deleted        (each step may be the last before a crash)

import { finalizerOf, heldGroups } from '../../api/binding/finalizers.ts';
import { defined } from '../../api/defined.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import type { Writer } from '../../kube/write.ts';
import { lbcFinalizerOf, withLbc } from '../bindings/lbc-finalizers.ts';
import { outstanding, unfinishedGroups } from './adoption.ts';
import { type CleanupResult, failureOf, oneByOne } from './cleanup.ts';
import type { Survey } from './survey.ts';

/** What giving back one Ingress means, or why it is not possible. */
export interface Release {
  /** `namespace/name` */
  readonly key: string;
  readonly binding: LoadBalancerBinding;
  readonly ingress?: Ingress;
  /** The LBC's finalizers for what the binding holds. */
  readonly finalizers: readonly string[];
  /** Why it cannot be given back; undefined when it can. */
  readonly stays?: string;
  /** What the LBC will find unfinished. */
  readonly warning?: string;
}

/** Pure. */
function releaseOf(
  binding: LoadBalancerBinding,
  ingress: Ingress | undefined,
  groups: ReadonlySet<string>,
): Release {
  const finalizers = heldGroups(binding).map(lbcFinalizerOf);
  const state = binding.status?.state ?? 'Pending';
  const left = outstanding(binding, groups);
  const leaving = binding.metadata.deletionTimestamp !== undefined || ingress === undefined;
  const stays = leaving
    ? 'its Ingress is gone, and only Albatross knows what is left in AWS: let the controller finish'
    : ingress.metadata.deletionTimestamp !== undefined
      ? 'its Ingress is being deleted: let the controller finish'
      : undefined;
  const unfinished = state !== 'Ready' || left !== 0;
  const warning = unfinished ? `${state}, planned operations not done: ${left ?? 'not known'}` : undefined;
  return { key: keyOf(binding), binding, finalizers, ...defined({ ingress, stays, warning }) };
}

/** What giving back means for all bindings of a survey, or for one of them. Pure. */
export function releases({ ingresses, bindings }: Survey, key?: string): Release[] {
  const byKey = new Map(ingresses.map((one) => [keyOf(one), one]));
  const groups = unfinishedGroups(bindings);
  return bindings
    .filter((binding) => key === undefined || keyOf(binding) === key)
    .map((binding) => releaseOf(binding, byKey.get(keyOf(binding)), groups))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Every step may be done again: what is done already is not asked for. Gives why one failed. */
async function giveBack(
  write: Writer,
  binding: LoadBalancerBinding,
  ingress: Ingress,
): Promise<string | undefined> {
  const given = await write.writeFinalizers(ingress, withLbc(ingress, binding));
  // Without the LBC's finalizer nobody would answer for what is in AWS.
  if (given?.ok === false) return given.message;
  const ours = new Set(heldGroups(binding).map(finalizerOf));
  const freed = await write.releaseBinding(binding, (finalizer) => ours.has(finalizer));
  return failureOf(freed) ?? failureOf(await write.deleteBinding(binding));
}

/** Gives back what can be given back; `still` is asked before each: while it says true, no Albatross controller acts. */
export const release = (
  write: Writer,
  all: readonly Release[],
  still: () => boolean,
): Promise<CleanupResult[]> =>
  oneByOne(
    all,
    ({ key }) => key,
    still,
    async ({ binding, ingress, stays }) =>
      ingress === undefined ? stays : giveBack(write, binding, ingress),
  );
