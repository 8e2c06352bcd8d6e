// Orphans, as they are at one moment: judged as the controller judges them, with the looks that it has written down.

import type { KubeClient } from '../../kube/client.ts';
import type { LeaseName } from '../handover/lease.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { type ControllerOptions, orphanRules } from '../options.ts';
import { judge, type Orphan, protectedIn, type SeenOrphan } from '../ownership/orphans/judge.ts';
import { removals, stacksIn } from '../ownership/orphans/orphans.ts';
import { readNames } from '../ownership/orphans/read.ts';
import { readRecord } from '../ownership/orphans/record.ts';
import { type PlannedStep, type Planning, planGroup } from './planning.ts';

/** All of them, or why they cannot be told. */
export type OrphansSeen<T = Orphan> = { readonly orphans: readonly T[] } | { readonly unknown: string };

export interface OrphansAsked {
  readonly client: Pick<KubeClient, 'request'>;
  readonly inventory: Inventory;
  /** Groups of the Ingresses and bindings that are ours. */
  readonly ours: readonly string[];
  readonly options: ControllerOptions;
  /** The Lease of the controller, beside which its record is; undefined: nobody asks. */
  readonly lease: LeaseName | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Which groups the cluster has had, and when orphans were first seen, as far as that is written down. */
async function recorded({ client, lease, options }: OrphansAsked) {
  const nothing = new Map<string, number>();
  if (lease === undefined) return { owned: { unknown: 'no record is named (--lease)' }, orphans: nothing };
  const { clusterName, awsVpcId: vpcId } = options;
  const read = await readRecord(client, lease, { clusterName, vpcId });
  if (read.ok) return { owned: read.value.groups ?? new Set(), orphans: read.value.orphans };
  const unknown = `cannot read the ConfigMap ${lease.namespace}/${lease.name}: ${read.message}`;
  return { owned: { unknown }, orphans: nothing };
}

/** Looks now. The cluster is asked again only when something in AWS is not ours. */
export async function seeOrphans(asked: OrphansAsked): Promise<OrphansSeen> {
  const { client, inventory, options, now } = asked;
  const ours = new Set(asked.ours);
  const stacks = stacksIn(inventory);
  if ([...stacks.keys()].every((stack) => ours.has(stack))) return { orphans: [] };
  const [read, record] = await Promise.all([readNames(client), recorded(asked)]);
  if ('unknown' in read) return read;
  const { owned } = record;
  const arnsOf = (stack: string) => new Set((stacks.get(stack) ?? []).map(({ arn }) => arn));
  const before = new Map(
    [...record.orphans].map(([stack, at]): [string, SeenOrphan] => [stack, { at, arns: arnsOf(stack) }]),
  );
  const { orphans } = judge({ stacks, names: read.names, ours, owned, now }, orphanRules(options), before);
  return {
    orphans: orphans.map((one) =>
      one.reason === 'SeenOnce' && !record.orphans.has(one.stack)
        ? { ...one, because: 'the controller has not written down that it saw it; two looks are needed' }
        : one,
    ),
  };
}

/** An orphan, and what is done when it goes. */
export type PlannedOrphan = Orphan & { readonly steps: readonly PlannedStep[] };

/** Plans the removal of those that go. Throws `AwsFailure`. */
export async function planOrphans(
  seen: OrphansSeen,
  planning: Planning,
): Promise<OrphansSeen<PlannedOrphan>> {
  if ('unknown' in seen) return seen;
  const orphans = await Promise.all(
    seen.orphans.map(async (one): Promise<PlannedOrphan> => {
      if (one.fate !== 'goes') return { ...one, steps: [] };
      const { steps } = await planGroup(one.stack, planning);
      const kept = protectedIn(await planning.inventory.of(one.stack));
      if (kept !== undefined) return { ...one, fate: 'left', reason: 'Protected', because: kept, steps: [] };
      const going = new Set(removals(steps.map(({ operation }) => operation)));
      return { ...one, steps: steps.filter(({ operation }) => going.has(operation)) };
    }),
  );
  return { orphans };
}
