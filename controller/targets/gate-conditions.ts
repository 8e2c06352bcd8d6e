// Brings the conditions of one pod's readiness gates in line with the health of its targets: a program of its own, by the pod's
// key, so that a pod that waits for many target groups is written once. What they say is decided in readiness-gates.ts.
import {
  CONTAINERS_READY,
  holds,
  readinessGateOf,
  targetGroupOfGate,
  targetHealthGates,
  unmetGates,
} from '../../alb/readiness-gates.ts';
import { heldGroups } from '../../api/binding/finalizers.ts';
import type { Pod, PodCondition } from '../../api/kube.ts';
import { isPublished } from '../../api/targetgroupbinding/made-by.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { readObject } from '../../kube/objects.ts';
import type { Writer } from '../../kube/write.ts';
import type { Book } from '../bindings/store.ts';
import type { Next } from '../queue/queue.ts';
import type { World } from './endpoints.ts';
import { isEnding, type PodIndex } from './pod-index.ts';
import {
  conditionOf,
  type GateStanding,
  type GateWorld,
  goneTargetGroup,
  secondsWaited,
  standingOf,
} from './readiness-gates.ts';
import type { Serving } from './serving.ts';
import type { TargetGroupIndex } from './target-group-index.ts';
import type { Targets } from './targets.ts';

/** A gate that is left to somebody else is looked at again after this time, in milliseconds: they may have gone. */
const OTHERS_MS = 60_000;

export interface GateConditionsOptions {
  readonly world: World;
  readonly book: Pick<Book, 'keysIn' | 'entry' | 'bindingOf'>;
  readonly targets: Pick<Targets, 'served' | 'healthOfTarget' | 'ask' | 'knows'>;
  readonly write: Pick<Writer, 'writePodConditions'>;
  readonly client: Pick<KubeClient, 'request'>;
  now(): Date;
  /** A gate was met by the health of its target: for how many seconds it had waited. */
  met(namespace: string, targetGroup: string, seconds: number): void;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

/**
 * Whether it is known that no binding of a namespace has a target group of this name. Before the first pass over its group, what
 * the status of a binding says is all that is known.
 */
export function isNobodys(
  { book, targets }: Pick<GateConditionsOptions, 'book' | 'targets'>,
  namespace: string,
  targetGroup: string,
): boolean {
  return book.keysIn(namespace).every((key) => {
    const [entry, binding] = [book.entry(key), book.bindingOf(key)];
    const wanted = entry === undefined ? [] : [entry.spec.group];
    const held = binding === undefined ? [] : heldGroups(binding);
    if ([...wanted, ...held].every((group) => targets.knows(group))) return true;
    const told = binding?.status?.targetGroups;
    return told !== undefined && !told.some(({ name }) => name === targetGroup);
  });
}

/** Brings one pod in line; `key` is its `namespace/name`. */
export async function reconcileGates(key: string, options: GateConditionsOptions): Promise<Next> {
  const { world, targets, write, now, met, failed } = options;
  const [namespace = '', name = ''] = key.split('/');
  const pod = world.pod(namespace, name);
  // Before its containers are ready no gate holds it up, and one that ends needs none.
  if (pod === undefined || isEnding(pod) || !holds(pod, CONTAINERS_READY)) return 'done';
  const around: GateWorld = {
    ...world,
    served: (...of) => targets.served.named(...of),
    health: (...of) => targets.healthOfTarget(...of),
    isNobodys: (...of) => isNobodys(options, ...of),
  };
  const changes: GateChange[] = [];
  let again: Next = 'done';
  for (const gate of targetHealthGates(pod)) {
    const standing = standingOf(pod, gate, around);
    if (standing.kind === 'targets' && standing.health.includes(undefined)) targets.ask(standing.arn);
    const judged =
      standing.kind === 'unserved' ? await unserved(pod, standing.targetGroup, options) : standing;
    if (judged === 'others') again = { afterMs: OTHERS_MS };
    else if (judged === 'failed') return 'retry';
    else changes.push(...changeOfGate(pod, gate, judged, now()));
  }
  if (changes.length === 0) return again;
  const conditions = changes.map(({ condition }) => condition);
  const outcome = await write.writePodConditions(pod, conditions);
  if (outcome?.ok) tellMet(namespace, changes, met);
  // Another one of its name, or none: the watch tells.
  if (outcome === undefined || outcome.ok || outcome.reason === 'notFound' || outcome.reason === 'conflict')
    return again;
  failed(key, 'write readiness gates', outcome);
  return 'retry';
}

interface GateChange {
  readonly condition: PodCondition;
  /** How many seconds the gate waited until it was met; undefined where it was not, or nobody knows. */
  readonly seconds: number | undefined;
}

function changeOfGate(pod: Pod, gate: string, standing: GateStanding, now: Date): GateChange[] {
  const before = pod.status?.conditions?.find(({ type }) => type === gate);
  const condition = conditionOf(gate, standing, before, now.toISOString());
  return condition === undefined ? [] : [{ condition, seconds: secondsWaited(pod, standing, condition) }];
}

function tellMet(namespace: string, changes: readonly GateChange[], met: GateConditionsOptions['met']): void {
  for (const { condition, seconds } of changes)
    if (seconds !== undefined) met(namespace, targetGroupOfGate(condition.type) ?? '', seconds);
}

/** A TargetGroupBinding of this name is the LBC's, or a user's: its gates are left to whoever serves it. */
async function unserved(
  pod: Pod,
  targetGroup: string,
  { client, failed }: GateConditionsOptions,
): Promise<GateStanding | 'others' | 'failed'> {
  if (!unmetGates(pod).includes(readinessGateOf(targetGroup))) return { kind: 'open' };
  const { namespace = '', name } = pod.metadata;
  const found = await readObject(client, KINDS.targetGroupBindings, { namespace, name: targetGroup });
  // On its way out nobody sets its gates any more.
  const metadata = found.ok ? found.object.metadata : undefined;
  if (metadata !== undefined && metadata.deletionTimestamp === undefined && !isPublished(metadata))
    return 'others';
  if (found.ok || found.reason === 'notFound')
    return { kind: 'released', release: goneTargetGroup(targetGroup) };
  failed(`${namespace}/${name}`, `look for TargetGroupBinding ${targetGroup}`, found);
  return 'failed';
}

/** How many target groups of ours pods wait for, when pods whose containers are ready wait for this one; else 0. */
export function waitingFor(
  pods: Pick<PodIndex, 'isAwaited' | 'awaited'>,
  served: Pick<TargetGroupIndex, 'named'>,
  { name, backend: { namespace } }: Serving,
): number {
  if (!pods.isAwaited(namespace, readinessGateOf(name))) return 0;
  const ours = pods
    .awaited()
    .filter((one) => served.named(one.namespace, targetGroupOfGate(one.gate) ?? '') !== undefined);
  return Math.max(1, ours.length);
}

/** The gate that is set on the pods of a target group; undefined where no pod is a target, or nothing is written. */
export const gatePromised = ({ name, policy, backend }: Serving): string | undefined =>
  backend.targetType === 'ip' && policy !== 'observe' ? readinessGateOf(name) : undefined;

/** Pods whose gates may be others once it is known of a target group what its targets are; by `namespace/name`. */
export function podsConcerned(
  pods: Pick<PodIndex, 'withGate' | 'waitingFor'>,
  { name, backend: { namespace } }: Serving,
  someUnhealthy: boolean,
): readonly string[] {
  const gate = readinessGateOf(name);
  return someUnhealthy ? pods.withGate(namespace, gate) : pods.waitingFor(namespace, gate);
}
