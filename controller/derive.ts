// derive: keeps the binding object of one Ingress as `bind()` says, with its owner and finalizer, and lets it go.
//
//   Ingress there ──▶ binding applied ──▶ claimed (finalizer of its group, owner) ──▶ the group is reconciled
//   Ingress gone  ──▶ binding deleted ──▶ Deleting until its groups are clean
//   Ingress of the same name is back while Deleting ──▶ finalizers dropped, made anew: AWS keeps everything
//   Ingress with finalizers of the LBC ──▶ the binding holds ours for the same groups ──▶ the LBC's are taken off
import { canonicalText } from '../api/bind.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import { mayWrite, type Policy, policyOfIngress } from '../api/policy.ts';
import { type Book, type Entry, finalizerOf, heldGroups } from './bindings.ts';
import { lbcGroups, withoutLbc } from './exchange.ts';
import type { KubeOutcome } from './kube/client.ts';
import type { Next } from './kube/queue.ts';
import type { OwnerReference, Writer } from './kube/write.ts';
import { deletingStatus } from './status.ts';

/** A binding without an Ingress and without an owner may belong to an Ingress that is just being stored. */
const UNBORN_MS = 30_000;

export interface Deriving {
  readonly book: Book;
  readonly write: Writer;
  /** Of the controller; with what the Ingress asks for it decides whether finalizers of the LBC are exchanged for ours. */
  readonly ceiling: Policy;
  /** Milliseconds since the epoch. */
  now(): number;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

function ownerOf(entry: Entry): OwnerReference | undefined {
  const { name, uid } = entry.ingress.metadata;
  return uid === undefined ? undefined : { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name, uid };
}

const hasOwner = ({ metadata }: LoadBalancerBinding): boolean =>
  'ownerReferences' in metadata &&
  Array.isArray(metadata.ownerReferences) &&
  metadata.ownerReferences.length > 0;

/** Everyday answers end the step: the informer brings what is true now, and with it the key again. */
function settle(deriving: Deriving, key: string, step: string, outcome: KubeOutcome | undefined): Next {
  if (outcome === undefined || outcome.ok) return 'done';
  if (outcome.reason === 'notFound' || outcome.reason === 'conflict') return { afterMs: 200 };
  deriving.failed(key, step, outcome);
  return 'retry';
}

async function letGo(deriving: Deriving, key: string, binding: LoadBalancerBinding): Promise<Next> {
  if (binding.metadata.deletionTimestamp === undefined) {
    const age = deriving.now() - Date.parse(binding.metadata.creationTimestamp ?? '');
    if (!hasOwner(binding) && age < UNBORN_MS) return { afterMs: UNBORN_MS - age };
    const deleted = await deriving.write.deleteBinding(binding);
    if (!deleted.ok) return settle(deriving, key, 'delete binding', deleted);
  }
  if (heldGroups(binding).length === 0 || binding.status?.state === 'Deleting') return 'done';
  // Said at once: the group's own pass may take a while, or be waiting for another one.
  const told = deletingStatus(binding, new Date(deriving.now()).toISOString());
  return settle(deriving, key, 'tell deletion', await deriving.write.patchStatus(binding, told));
}

async function keep(
  deriving: Deriving,
  key: string,
  entry: Entry,
  binding?: LoadBalancerBinding,
  held = deriving.book.answers(entry.spec.group),
): Promise<Next> {
  const { namespace = '', name } = entry.ingress.metadata;
  if (binding === undefined || canonicalText(binding.spec) !== canonicalText(entry.spec)) {
    const applied = await deriving.write.applyBinding({ namespace, name }, entry.spec);
    if (!applied.ok) return settle(deriving, key, 'record binding', applied);
    return claim(deriving, key, entry, applied.object, held);
  }
  return claim(deriving, key, entry, binding, held);
}

async function claim(
  deriving: Deriving,
  key: string,
  entry: Entry,
  binding: LoadBalancerBinding,
  held: boolean,
): Promise<Next> {
  const ours = mayWrite('ingressFinalizers', policyOfIngress(entry.ingress.metadata, deriving.ceiling));
  const inherited = ours ? lbcGroups(entry.ingress) : [];
  const finalizers = [...new Set([...(held ? [entry.spec.group] : []), ...inherited])].map(finalizerOf);
  const claimed = await deriving.write.claim(binding, finalizers, ownerOf(entry));
  if (inherited.length === 0 || claimed?.ok === false) return settle(deriving, key, 'claim binding', claimed);
  // Only now: somebody must answer for what is in AWS at every moment.
  const left = withoutLbc(entry.ingress, claimed?.object ?? binding);
  const exchanged = await deriving.write.writeFinalizers(entry.ingress, left);
  return settle(deriving, key, 'exchange finalizers', exchanged);
}

/** The Ingress of a deleted binding is back in the same group: what AWS has is handed over. */
async function handOver(
  deriving: Deriving,
  key: string,
  entry: Entry,
  binding: LoadBalancerBinding,
): Promise<Next> {
  const mine = finalizerOf(entry.spec.group);
  const held = deriving.book.answers(entry.spec.group);
  // What it still has in other groups is cleaned up there first.
  if (heldGroups(binding).some((group) => group !== entry.spec.group)) return 'done';
  const released = await deriving.write.releaseBinding(binding, (finalizer) => finalizer === mine);
  if (released !== undefined && !released.ok && released.reason !== 'notFound') {
    return settle(deriving, key, 'hand over binding', released);
  }
  return keep(deriving, key, entry, undefined, held);
}

/** Brings the binding of one Ingress in line. `key` is `namespace/name`. */
export async function derive(key: string, deriving: Deriving): Promise<Next> {
  const entry = deriving.book.entry(key);
  const binding = deriving.book.bindingOf(key);
  if (entry === undefined) return binding === undefined ? 'done' : letGo(deriving, key, binding);
  if (binding?.metadata.deletionTimestamp !== undefined) return handOver(deriving, key, entry, binding);
  return keep(deriving, key, entry, binding);
}
