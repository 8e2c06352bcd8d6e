// publish: tells the world what became of a group: the targets program, the bindings, the Ingresses, and people through events.

import type { RememberedKeys } from '../../alb/amendments/reset-memory.ts';
import type { ClusterSettings } from '../../alb/desire/facts.ts';
import type { Group } from '../../alb/group.ts';
import { inWords } from '../../alb/plan/operation.ts';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import { defined } from '../../api/defined.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import type { Events, Regarding } from '../../kube/events.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { Writer } from '../../kube/write.ts';
import { withoutHoldings } from '../bindings/lbc-finalizers.ts';
import type { Book } from '../bindings/store.ts';
import { driftNews } from '../drift/report.ts';
import { servingOf } from '../targets/serving.ts';
import type { Targets } from '../targets/targets.ts';
import { addressed, isAddressOf, toldAddresses } from './address.ts';
import { newsOf } from './news.ts';
import type { Pass, Untold } from './pass-result.ts';
import { statusOf } from './status.ts';
import type { StatusWrites } from './writes.ts';

export interface Publishing {
  readonly book: Book;
  readonly write: Writer;
  readonly events: Events;
  readonly statuses: Pick<StatusWrites, 'update'>;
  readonly targets: Pick<Targets, 'serve' | 'health'>;
  readonly cluster: ClusterSettings;
  /** A group was looked at, and the target groups of these members (`namespace/name`) are known. */
  published(group: string, members: readonly string[]): void;
  now(): Date;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

/** True when a write ended in what was wanted, or in something that an informer will tell of. */
function fine(publishing: Publishing, key: string, step: string, outcome: KubeOutcome | undefined): boolean {
  if (outcome === undefined || outcome.ok || outcome.reason === 'notFound') return true;
  if (outcome.reason !== 'conflict') publishing.failed(key, step, outcome);
  return false;
}

/** The object of an event about an Ingress; its binding where the policy of the Ingress keeps us away from it. */
export const regardingOf = ({ metadata }: Ingress, binding: LoadBalancerBinding | undefined): Regarding => ({
  apiVersion: KINDS.ingresses.apiVersion,
  kind: KINDS.ingresses.kind,
  metadata,
  ...(binding === undefined
    ? {}
    : { instead: { apiVersion: binding.apiVersion, kind: binding.kind, metadata: binding.metadata } }),
});

/** One event for all that somebody else changed in AWS since the last look. */
async function tellDrift(
  { events, book }: Publishing,
  ingress: Ingress,
  { drift, outcomes }: Pass,
): Promise<void> {
  const mine = (drift ?? []).filter(({ members }) => members.includes(keyOf(ingress)));
  if (mine.length === 0) return;
  const became = mine.map(({ operation }) => outcomes.find((one) => one.operation === operation)?.result);
  const undone = became.every((result) => result === 'done') ? 'put right' : 'to be put right';
  const then = became.every((result) => result === undefined) ? 'left so by the policy' : undone;
  const lines = mine.map(({ operation }) => inWords(operation));
  await events.tell(regardingOf(ingress, book.bindingOf(keyOf(ingress))), driftNews(lines, then));
}

/** What is new in the conditions. */
async function tellPeople(
  { events, book }: Publishing,
  binding: LoadBalancerBinding,
  status: BindingStatus,
): Promise<void> {
  const ingress = book.entry(keyOf(binding))?.ingress;
  if (ingress === undefined) return;
  const regarding = regardingOf(ingress, binding);
  for (const news of newsOf(binding.status?.conditions ?? [], status.conditions ?? []))
    await events.tell(regarding, news);
}

/** What became of the address in the status of an Ingress. */
interface Addressed {
  readonly written: boolean;
  /** The host name that is there now. */
  readonly address: string | undefined;
}

async function tellIngress(
  publishing: Publishing,
  pass: Pick<Pass, 'found'>,
  ingress: Ingress,
  status: BindingStatus,
): Promise<Addressed> {
  const known = publishing.book.bindingOf(keyOf(ingress))?.status;
  const former = toldAddresses(known)[0];
  const hostname = status.loadBalancer?.dnsName;
  if (hostname === undefined || hostname === '' || status.loadBalancer?.state === 'provisioning')
    return { written: true, address: former };
  const ports = (status.listeners ?? []).map(({ port }) => port);
  const outcome = await publishing.write.writeAddress(ingress, { hostname, ports }, (one) =>
    isAddressOf(one, pass.found, known),
  );
  const written = fine(publishing, keyOf(ingress), 'write address', outcome);
  return { written, address: written ? hostname : former };
}

async function tellMember(
  publishing: Publishing,
  pass: Pass,
  effective: LoadBalancerBinding,
): Promise<boolean> {
  const { book, statuses } = publishing;
  const key = keyOf(effective);
  const binding = book.bindingOf(key);
  if (binding === undefined) return true;
  const { metadata, spec } = effective;
  const became = (of: LoadBalancerBinding): BindingStatus => statusOf(pass, { ...of, metadata, spec });
  const entry = book.entry(key);
  // One of which nothing was ever accepted is not served here: with our address it would look as if somebody else served it.
  const { written: isAddressed, address } =
    entry === undefined || spec.intent === undefined
      ? { written: true, address: toldAddresses(binding.status)[0] }
      : await tellIngress(publishing, pass, entry.ingress, became(binding));
  if (entry !== undefined) await tellDrift(publishing, entry.ingress, pass);
  await tellPeople(publishing, binding, became(binding));
  const written = await statuses.update(key, 'write status', (of) => ({
    ...became(of),
    ...(address === undefined ? {} : { address }),
  }));
  return written === 'written' && isAddressed;
}

/**
 * A binding, and an Ingress that answers for itself, may go or leave this group once nothing of it is left here; its Ingress's
 * old address goes with it.
 */
async function release(
  publishing: Publishing,
  group: Group,
  effective: LoadBalancerBinding,
): Promise<boolean> {
  const { book, write } = publishing;
  const key = keyOf(effective);
  const now = book.of(group.id).find((one) => keyOf(one) === key);
  // Back, or about to be handed over, since this pass began.
  if (now?.metadata.deletionTimestamp === undefined) return true;
  const binding = book.bindingOf(key);
  for (const address of book.entry(key) === undefined ? toldAddresses(binding?.status) : []) {
    // Before the finalizer goes: somebody must answer for it until it is done.
    const taken = await write.takeAddress(effective.metadata, address);
    if (!fine(publishing, key, 'take address', taken)) return false;
  }
  if (binding !== undefined) {
    const mine = finalizerOf(group.id);
    const released = await write.releaseBinding(binding, (one) => one === mine);
    // Known at once: whoever comes back is not served before the finalizer is on again.
    if (released?.ok) book.answered(released.object);
    if (!fine(publishing, key, 'release binding', released)) return false;
  }
  const holder = book.holderOf(key);
  if (holder?.held === undefined) return true;
  const left = withoutHoldings(holder.ingress, holder.held, [group.id]);
  return fine(publishing, key, 'release Ingress', await write.writeFinalizers(holder.ingress, left));
}

/**
 * Takes the hash of what was applied off one member's binding, empties the memory of client secrets that are endangered, and
 * notes what is about to be set; true when it is all written. A group is settled when every member has the hash, so that one
 * without it is enough.
 */
export async function unsettle(
  publishing: Publishing,
  bindings: readonly LoadBalancerBinding[],
  member: string | undefined,
  endangered: ReadonlySet<string>,
  toSet: RememberedKeys,
): Promise<boolean> {
  const written = await Promise.all(
    bindings.map((effective) => {
      const key = keyOf(effective);
      const set = toSet.get(key);
      return publishing.statuses.update(key, 'unsettle binding', ({ status = {} }) => {
        const { appliedHash, ...rest } = status;
        return {
          ...rest,
          ...(key === member ? {} : defined({ appliedHash })),
          ...(endangered.has(key) ? { clientSecrets: {} } : {}),
          ...(set === undefined ? {} : { set }),
        };
      });
    }),
  );
  return written.every((one) => one === 'written');
}

/** Whether something of a group waits until targets are healthy: requests, what is replaced, or the address that is told. */
function waitsForTargets(pass: Untold & Pick<Pass, 'health'>): boolean {
  const leaving = pass.outcomes.some(
    ({ result, operation }) => result === 'waiting' && operation.verb === 'delete',
  );
  const told = addressed(pass);
  const isWanted = [...pass.became.values()].some(({ arn }) => arn === told?.arn);
  return pass.handing === true || leaving || (told !== undefined && !isWanted);
}

/** Publishes one pass; true when everything was written. */
export async function publish(publishing: Publishing, group: Group, of: Untold): Promise<boolean> {
  const { targets, book } = publishing;
  const health: Pass['health'] = (arn) => targets.health(arn);
  if (of.decided)
    targets.serve(group.id, servingOf(publishing, group, of), waitsForTargets({ ...of, health }));
  const pass: Pass = { ...of, health, now: publishing.now().toISOString() };
  const leaving = new Set(group.leaving.map(keyOf));
  const goes = (binding: LoadBalancerBinding): boolean => of.clean && leaving.has(keyOf(binding));
  // Who moves to another group is told by that one.
  const moves = (key: string): boolean => leaving.has(key) && book.entry(key) !== undefined;
  const telling = of.bindings.filter((binding) => !moves(keyOf(binding)) && !goes(binding));
  const told = Promise.all(telling.map((binding) => tellMember(publishing, pass, binding)));
  // Not before it is known what the group needs: rules on nodes that nobody is known to need are taken away.
  if (of.decided) publishing.published(group.id, telling.map(keyOf));
  const written = await told;
  // Who goes takes its memory along, so those that stay have theirs before.
  const released = await Promise.all(
    of.bindings.filter(goes).map((binding) => release(publishing, group, binding)),
  );
  return [...written, ...released].every((one) => one);
}
