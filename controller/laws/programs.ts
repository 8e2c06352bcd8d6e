// The controller's programs for the laws: derive, reconcile, publish and the status of targets, wired to each other as `workers.ts`
// does it, with neither queues nor timers. Targets are never registered.

import { refusalMemory } from '../../alb/amendments/rejection-memory.ts';
import { CLUSTER } from '../../alb/laws/paper.ts';
import { readIngress, type Surroundings } from '../../api/ingress/read.ts';
import { type Ingress, keyOf, type Namespace, type Service } from '../../api/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import { eventTeller } from '../../kube/events.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import type { Aws } from '../aws/client.ts';
import { seenIngress } from '../bindings/read-ingress.ts';
import { type Book, openBook } from '../bindings/store.ts';
import { derive } from '../bindings/sync.ts';
import { Drifts } from '../drift/detect.ts';
import type { Lookups } from '../facts/lookups.ts';
import { createInventory, type Inventory } from '../inventory/inventory.ts';
import type { Next } from '../queue/queue.ts';
import { type Reconciling, reconcile } from '../reconcile.ts';
import type { TargetGroupHealth, Untold } from '../status/pass-result.ts';
import { type Publishing, publish, unsettle } from '../status/publish.ts';
import { StatusWrites } from '../status/writes.ts';
import { TargetStatuses } from '../targets/target-status.ts';
import { Targets } from '../targets/targets.ts';

export interface Wiring {
  readonly aws: Aws;
  readonly client: KubeClient;
  readonly lookups: Lookups;
  readonly secrets: Reconciling['secrets'];
  service(namespace: string, name: string): Service | undefined;
  /** What AWS says of the targets of a target group; unset: nothing is known that nobody registered. */
  health?(arn: string): TargetGroupHealth | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The status of the targets of these members is to be brought in line. */
  published(members: readonly string[]): void;
  /** What every pass found out, before it is told to anybody. */
  passed?(pass: Untold): void;
}

export interface Programs {
  readonly book: Book;
  readonly inventory: Inventory;
  /** Works on one Ingress and its binding. */
  derive(key: string): Promise<Next>;
  /** Works on one group. */
  reconcile(group: string): Promise<Next>;
  /** Works on the target status of one member. */
  targetStatus(member: string): Promise<Next>;
}

const nothing = (): void => undefined;

export function wirePrograms(wiring: Wiring): Programs {
  const { aws, client, now: millis } = wiring;
  const book = openBook();
  const may = underPolicy('sync');
  const write = new Writer(client, may);
  const inventory = createInventory(aws, { now: millis });
  const program = new Targets({
    world: {
      service: wiring.service,
      slices: () => [],
      pod: () => undefined,
      isPodAt: () => false,
      nodes: () => [],
    },
    ...{ aws, now: millis, seen: nothing, waiting: () => 0 },
    ...{ random: () => 0, inVpc: async () => true, forget: async () => true, served: nothing },
    ...{ enqueue: nothing, changed: nothing, lost: nothing, failed: nothing, drifted: nothing },
    ...{ tell: nothing, withdrawn: nothing, maxTargets: 0, unseen: () => undefined },
    own: { read: async () => new Set(), write: async () => true, forget: async () => undefined },
  });
  const targets = {
    serve: program.serve.bind(program),
    recording: program.recording.bind(program),
    health: wiring.health ?? program.health.bind(program),
    standing: program.standing.bind(program),
    served: program.served,
  };
  const statuses = new StatusWrites({ book, write, failed: nothing });
  const now = () => new Date(millis());
  const publishing: Publishing = {
    ...{ book, write, statuses, targets, cluster: CLUSTER, failed: nothing, now },
    published: (_, members) => wiring.published(members),
    events: eventTeller(client, 'law', may),
  };
  const reconciling: Reconciling = {
    ...{ book, inventory, aws, cluster: CLUSTER, lookups: wiring.lookups, policy: 'sync' },
    ...{ refusals: refusalMemory(millis), drifts: new Drifts(), drifted: nothing, log: nothing },
    ...{ ready: () => true, waitsFor: () => undefined, service: wiring.service, now: millis },
    secrets: wiring.secrets,
    unsettle: (...args) => unsettle(publishing, ...args),
    publish(group, pass) {
      wiring.passed?.(pass);
      return publish(publishing, group, pass);
    },
  };
  return {
    book,
    inventory,
    derive: (key) =>
      derive(key, { book, write, ceiling: 'sync', now: millis, failed: nothing, refused: nothing }),
    reconcile: (group) => reconcile(group, reconciling),
    targetStatus: (member) =>
      new TargetStatuses({ targets, statuses, now, clusterName: CLUSTER.name }).reconcile(member),
  };
}

/** Notes in the book what an Ingress says, or that it is gone. Gives the groups that this changes. */
export function note(
  book: Book,
  ingress: Ingress,
  around: Pick<Surroundings, 'service' | 'ingressClass' | 'classParams' | 'namespaceLabels'> & {
    readonly gone: boolean;
    readonly namespace: Namespace | undefined;
  },
): readonly string[] {
  const { gone, namespace, ...surroundings } = around;
  const key = keyOf(ingress);
  if (gone) return [...book.ingress(key)];
  const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
  const reading = readIngress(ingress, { ...surroundings, options });
  return [...book.ingress(key, seenIngress(ingress, { reading, namespace, ceiling: 'sync' }))];
}
