// The controller's decisions without the controller, wired: one look at cluster and AWS, an answer, and no write anywhere.
import { Registry } from 'prom-client';
import { type KubeClient, kubeClient } from '../../kube/client.ts';
import { kubeConfigOf, ownNamespace } from '../../kube/config.ts';
import { type Aws, connectAws } from '../aws/client.ts';
import { lookups } from '../facts/lookups.ts';
import { Secrets } from '../facts/oidc-secrets.ts';
import type { LeaseName } from '../handover/lease.ts';
import { createInventory, type Inventory } from '../inventory/inventory.ts';
import { awsOptions, type ControllerOptions, clusterSettings, lookupOptions } from '../options.ts';
import { type Orphan, protectedIn } from '../ownership/orphans/judge.ts';
import { stacksIn } from '../ownership/orphans/orphans.ts';
import { fateWords } from '../ownership/orphans/words.ts';
import {
  type ClusterSeen,
  clusterSeen,
  type GroupSelection,
  groupsAsked,
  readObjects,
  Unanswered,
} from './cluster.ts';
import { type OrphansSeen, type PlannedOrphan, planOrphans, seeOrphans } from './orphans.ts';
import { onceForAll, type PlannedGroup, type Planning, planGroup } from './planning.ts';
import { type GroupTree, readTree } from './tree.ts';

/** What was asked, with the namespace of the kubeconfig's context where none is said. */
type InspectionQuestion = Omit<GroupSelection, 'namespace'> & { readonly namespace?: string };

/** Works on several at once, in order of `items`. */
async function each<T, R>(items: readonly T[], workers: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}

/** One look is all that is needed: longer than any of them takes. */
const WHILE_LOOKING_MS = 600_000;

interface InspectionSources {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly secrets: Secrets;
  /** The cluster, read when it is needed, and the groups that a question is about. */
  cluster(
    question: InspectionQuestion,
  ): Promise<{ readonly seen: ClusterSeen; readonly groups: readonly string[] }>;
  /** What nobody in the cluster names. */
  orphans(seen: ClusterSeen, record: LeaseRecord): Promise<OrphansSeen>;
}

/** Connects, and lets go of AWS whatever happens. */
async function looking<T>(
  options: ControllerOptions,
  look: (sight: InspectionSources) => Promise<T>,
): Promise<T> {
  const aws = connectAws({
    ...awsOptions(options),
    registry: new Registry(),
    // The last lock: whoever only looks has no call that writes.
    mayWrite: () => Promise.reject(new Error('whoever only looks writes nothing')),
  });
  const { externalManagedTags, clusterName } = options;
  // Connected when it is first asked for: a kubeconfig is not always needed.
  let client: KubeClient | undefined;
  const connected = (): KubeClient => {
    client ??= kubeClient(kubeConfigOf(options.kubeconfig));
    return client;
  };
  const secrets = new Secrets({
    client: { request: (call) => connected().request(call) },
    clusterName,
    everyMs: WHILE_LOOKING_MS,
    requiredLabel: options.requiredSecretsLabel,
    changed: () => undefined,
  });
  const inventory = createInventory(aws, { externalManagedTags });
  try {
    return await look({
      aws,
      inventory,
      secrets,
      orphans: ({ book }, { lease }) =>
        seeOrphans({ client: connected(), inventory, ours: book.groups(), options, lease, now: Date.now() }),
      async cluster(question) {
        const seen = clusterSeen(await readObjects(connected(), options.watchNamespace), options);
        const namespace = question.namespace ?? ownNamespace(connected().kubeConfig);
        return { seen, groups: groupsAsked(seen, { ...question, namespace }) };
      },
    });
  } finally {
    secrets.stop();
    aws.close();
  }
}

/** Where the controller writes down what it has had and seen: beside its Lease. */
interface LeaseRecord {
  readonly lease: LeaseName | undefined;
}

/**
 * Plans groups as the controller would now; orphans are looked for when every group is asked for. Throws `AwsFailure` when AWS cannot be read at all, `Unanswered` when the cluster
 * cannot be read or there is no such Ingress.
 */
export function planOnce(
  options: ControllerOptions,
  question: InspectionQuestion & LeaseRecord,
): Promise<{ readonly groups: readonly PlannedGroup[]; readonly orphans?: OrphansSeen<PlannedOrphan> }> {
  return looking(options, async ({ aws, inventory, secrets, cluster, orphans }) => {
    const [{ seen, groups }] = await Promise.all([cluster(question), inventory.load()]);
    const planning: Planning = {
      aws,
      inventory,
      book: seen.book,
      world: seen.world,
      service: seen.world.service,
      lookups: lookups(aws, lookupOptions(options)),
      secrets: (group, named) => secrets.of(group, named),
      cluster: clusterSettings(options),
      policy: options.policy,
    };
    const workers = options.ingressMaxConcurrentReconciles;
    const planned = onceForAll(await each(groups, workers, (group) => planGroup(group, planning)));
    if (!question.all) return { groups: planned };
    return { groups: planned, orphans: await planOrphans(await orphans(seen, question), planning) };
  });
}

/**
 * Reads what groups have in AWS. A group by its name, or all groups, need no cluster. Throws as `planOnce`.
 */
export function treeOnce(
  options: ControllerOptions,
  question: InspectionQuestion & { readonly group?: string },
): Promise<GroupTree[]> {
  return looking(options, async ({ aws, inventory, cluster }) => {
    const { group, all, ingress, namespace } = question;
    const everywhere = all && ingress === undefined && namespace === undefined;
    const [groups] = await Promise.all([
      group !== undefined ? [group] : everywhere ? undefined : (await cluster(question)).groups,
      inventory.load(),
    ]);
    const workers = options.ingressMaxConcurrentReconciles;
    const own = (): string[] => [...stacksIn(inventory).keys()].sort();
    return each(groups ?? own(), workers, (one) => readTree(one, aws, inventory));
  });
}

/**
 * Reads what orphans have in AWS, and what becomes of them. Throws as `planOnce`; also `Unanswered` when it cannot be told
 * which they are.
 */
export function orphanTrees(options: ControllerOptions, record: LeaseRecord): Promise<GroupTree[]> {
  return looking(options, async ({ aws, inventory, cluster, orphans }) => {
    const [{ seen }] = await Promise.all([cluster({ all: true }), inventory.load()]);
    const found = await orphans(seen, record);
    if ('unknown' in found) throw new Unanswered(found.unknown);
    const workers = options.ingressMaxConcurrentReconciles;
    return each(found.orphans, workers, async (one) => {
      const tree = await readTree(one.stack, aws, inventory);
      const kept = one.fate === 'goes' ? protectedIn(await inventory.of(one.stack)) : undefined;
      const then: Orphan = kept === undefined ? one : { ...one, fate: 'left', because: kept };
      return { ...tree, orphan: fateWords(then) };
    });
  });
}
