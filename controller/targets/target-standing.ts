// Standing: what can be told of the targets of one target group, and what of a change people should hear. Pure.
import type { Backend } from '../../alb/desire/desiring.ts';
import { answerOf } from '../../alb/failures/failure.ts';
import { defined } from '../../api/defined.ts';
import type { News } from '../../kube/events.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import { earlyEndings } from './early-endings.ts';
import { instanceOf, keyOfTarget, type World } from './endpoints.ts';
import { whyNotHealthy } from './health-words.ts';
import { HOLD_MS, REFUSED_MS } from './intervals.ts';
import type { Serving } from './serving.ts';
import type { TargetGroupEntry } from './target-group-entry.ts';
import type { TargetSeen } from './target-health.ts';
import { healthOf, registeredOf } from './target-state.ts';
import { unusableEndpoints } from './unusable-endpoints.ts';

/** Unhealthy targets, and names in a sentence, beyond which only their number is told. */
const SHOWN = 10;

/** A target that gets no requests, and why. */
export interface UnhealthyTarget {
  readonly address: string;
  readonly port: number;
  readonly pod?: string;
  readonly node?: string;
  /** AWS's word: `unhealthy`, `unused`, `unavailable`. */
  readonly state: string;
  readonly message: string;
}

export interface TargetStanding {
  readonly health: TargetGroupHealth | undefined;
  /** Which targets are registered is known; if not, what follows was not looked at. */
  readonly known: boolean;
  readonly unhealthy: readonly UnhealthyTarget[];
  /** How many more are not healthy. */
  readonly more: number;
  /** Every target has failed: none is healthy, and none may still become so. */
  readonly down: boolean;
  /** What is not as the Service says, and why: sentences. */
  readonly notes: readonly string[];
  /** Those of the notes that say that pods end too soon. */
  readonly endings?: readonly string[];
}

/** On its way to be healthy: that it is not yet is no news. */
const isYoung = ({ state }: TargetSeen): boolean => state === 'initial';

type TargetPlace = Pick<UnhealthyTarget, 'pod' | 'node'>;

/** Where the targets of a backend are: pod and node by address, or node by instance. */
function locations(
  { targetType, namespace, service }: Backend,
  world: World,
): ReadonlyMap<string, TargetPlace> {
  if (targetType === 'instance')
    return new Map(world.nodes().map((node) => [instanceOf(node) ?? '', { node: node.metadata.name }]));
  const endpoints = world.slices(namespace, service).flatMap((slice) => slice.endpoints ?? []);
  return new Map(
    endpoints.flatMap(({ addresses: [address = ''], targetRef, nodeName }) => {
      const pod = targetRef?.kind === 'Pod' ? targetRef.name : undefined;
      return [[address, defined({ pod, node: nodeName })] as const];
    }),
  );
}

const some = (names: readonly string[]): string =>
  names.length > SHOWN
    ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
    : names.join(', ');

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

function heldNote({ held }: TargetGroupEntry): string[] {
  if (held === undefined) return [];
  const { keys, registered, unseen } = held;
  const waits =
    unseen === undefined
      ? `${HOLD_MS / 1000} seconds, in case they come back`
      : `until the cluster is seen again (${unseen})`;
  return [
    `${keys.length} of ${count(registered, 'target')} are no endpoints of the Service any more, although nothing says that their pods or nodes end; they stay registered for ${waits}: ${some(keys)}`,
  ];
}

function refusedNotes({ refused }: TargetGroupEntry): string[] {
  const byAnswer = Map.groupBy(refused, ([, { failure }]) => answerOf(failure));
  return [...byAnswer].map(
    ([answer, of]) =>
      `${count(of.length, 'target')} cannot be registered and will be tried again within ${REFUSED_MS / 1000} seconds; the others are served: ${some(of.map(([key]) => key))}: ${answer}`,
  );
}

function failureNote({ failure }: TargetGroupEntry): string[] {
  return failure === undefined ? [] : [`targets are left as they are, and tried again: ${answerOf(failure)}`];
}

function overNote({ over }: TargetGroupEntry): string[] {
  if (over === 0) return [];
  return [`${count(over, 'endpoint')} not registered: --max-targets-per-target-group is reached`];
}

/** What can be told of a target group. */
export function standingOf(
  { backend, check }: Pick<Serving, 'backend' | 'check'>,
  entry: TargetGroupEntry,
  world: World,
): TargetStanding {
  const registered = registeredOf(entry.state);
  const all = [...(registered?.values() ?? [])];
  const failing = all.filter((one) => one.state !== 'healthy' && !isYoung(one)).sort(byKey);
  const shown = failing.slice(0, SHOWN);
  const endings = earlyEndings(backend, world);
  const located = shown.length === 0 ? new Map<string, TargetPlace>() : locations(backend, world);
  return {
    health: healthOf(entry.state),
    known: registered !== undefined,
    unhealthy: shown.map((target) => ({
      address: target.id,
      port: target.port,
      ...located.get(target.id),
      state: target.state,
      message: whyNotHealthy(target, check),
    })),
    more: failing.length - shown.length,
    down: all.length > 0 && failing.length === all.length,
    notes: [
      ...failureNote(entry),
      ...heldNote(entry),
      ...refusedNotes(entry),
      ...overNote(entry),
      ...unusableEndpoints(backend, world),
      ...endings,
    ],
    endings,
  };
}

const byKey = (a: TargetSeen, b: TargetSeen): number => (keyOfTarget(a) < keyOfTarget(b) ? -1 : 1);

/** A change that people should hear of, as an event. */
export type TargetNews = Pick<News, 'type' | 'reason' | 'note'>;

const first = ({ unhealthy: [one], more }: TargetStanding, total: number): string => {
  if (one === undefined) return '';
  const where = one.pod === undefined ? (one.node ?? one.address) : `pod ${one.pod}`;
  const others = total > 1 || more > 0 ? `, for example ${where}` : `, ${where}`;
  return `${others}: ${one.message}`;
};

/** What people should hear of a change from one standing to the next; `wasDown`: they heard that no target is healthy. */
export function newsOf(
  before: TargetStanding,
  after: TargetStanding,
  { name, backend: { service, port } }: Pick<Serving, 'name' | 'backend'>,
  wasDown: boolean,
): TargetNews[] {
  const of = `target group ${name} of Service ${service} port ${port}`;
  const { healthy = 0, total = 0 } = after.health ?? {};
  const news: TargetNews[] = after.notes
    .filter((note) => !before.notes.includes(note))
    .map((note) => ({
      type: 'Warning',
      reason: after.endings?.includes(note) === true ? 'EndsTooSoon' : 'TargetsLeftOut',
      note: `${of}: ${note}`,
    }));
  if (after.down && !wasDown) {
    const note = `${of}: none of ${count(total, 'target')} is healthy${first(after, total)}`;
    news.push({ type: 'Warning', reason: 'TargetsUnhealthy', note });
  }
  if (wasDown && healthy > 0)
    news.push({
      type: 'Normal',
      reason: 'TargetsHealthy',
      note: `${of}: ${healthy} of ${total} are healthy again`,
    });
  return news;
}
