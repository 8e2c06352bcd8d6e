// The status of a binding as far as its targets go: a program of its own, by the binding's key, so that a pod's restart plans no
// group. It alone writes `targetGroups`, `targets` and `registered`; the pass over the group leaves them as they are. Both say
// in `Ready` what has nothing behind it, in the same words.

import { isDeepStrictEqual } from 'node:util';
import type { Backend } from '../../alb/desire/desiring.ts';
import { type ConditionReason, REASONS, setCondition } from '../../api/binding/conditions.ts';
import { defined } from '../../api/defined.ts';
import type { BindingStatus } from '../../api/generated/binding.ts';
import type { Next } from '../queue/queue.ts';
import { readyBy, servedBy, type ToldTargetGroup } from '../status/conditions.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { StatusWrites } from '../status/writes.ts';
import { gatePromised } from './gate-conditions.ts';
import { type JoinWindow, OPEN, STATUS_WRITES, windowAfter } from './intervals.ts';
import type { Serving } from './serving.ts';
import type { TargetStanding } from './target-standing.ts';
import type { Targets } from './targets.ts';

/** Somebody else wrote to the binding: the watch tells of it within this time, in milliseconds. */
const CONFLICT_MS = 50;

type TargetFields = Pick<BindingStatus, 'targetGroups' | 'targets' | 'registered' | 'cluster'>;

/** What a status says about the targets of a target group; undefined when it does not name it. */
export function rememberedHealth(
  status: TargetFields | undefined,
  arn: string,
): TargetGroupHealth | undefined {
  const said = status?.targetGroups?.find((one) => one.arn === arn);
  if (said === undefined) return undefined;
  return defined({ healthy: said.healthy, total: said.total, hash: status?.registered?.[arn] });
}

/** Whether a status says of every target of a target group that it is not healthy; then people have heard of it. */
export function toldDown(status: TargetFields | undefined, arn: string): true | undefined {
  const {
    total = 0,
    unhealthy = [],
    moreUnhealthy = 0,
  } = status?.targetGroups?.find((one) => one.arn === arn) ?? {};
  return total > 0 && unhealthy.length + moreUnhealthy === total ? true : undefined;
}

/** What the targets program knows of target groups. */
interface Known extends Pick<Targets, 'health' | 'standing'> {
  readonly clusterName: string;
}

type TargetGroupStatus = NonNullable<TargetFields['targetGroups']>[number];

/** What is told beside the counts; as it was told last while nothing is known. */
function detailsOf(
  standing: TargetStanding | undefined,
  before: TargetGroupStatus | undefined,
): Pick<TargetGroupStatus, 'unhealthy' | 'moreUnhealthy' | 'notes'> {
  const { unhealthy = [], moreUnhealthy = 0, notes = [] } = before ?? {};
  const isKnown = standing?.known === true;
  const list = isKnown ? standing.unhealthy : unhealthy;
  const more = isKnown ? standing.more : moreUnhealthy;
  const said = standing?.notes ?? notes;
  return {
    ...(list.length === 0 ? {} : { unhealthy: [...list] }),
    ...(more === 0 ? {} : { moreUnhealthy: more }),
    ...(said.length === 0 ? {} : { notes: [...said] }),
  };
}

/** What its targets are: a new process serves them by that before it looks at any group (recall.ts). */
function backendFields({
  targetType,
  ipAddressType,
  nodeLabels,
  shared,
}: Backend): Pick<TargetGroupStatus, 'targetType' | 'ipAddressType' | 'nodeLabels' | 'shared'> {
  return { targetType, ipAddressType, ...defined({ nodeLabels: nodeLabels && { ...nodeLabels }, shared }) };
}

/** Target groups with their health, as it was told last where it is not known yet, and `healthy/total` over all. Pure. */
export function targetFields(
  serving: readonly Serving[],
  known: Known,
  before: TargetFields | undefined,
): TargetFields {
  const registered: Record<string, string> = {};
  const targetGroups = serving.map((one) => {
    const { arn, name, backend } = one;
    const { service, port } = backend;
    const health = known.health(arn) ?? rememberedHealth(before, arn) ?? { healthy: 0, total: 0 };
    if (health.hash !== undefined) registered[arn] = health.hash;
    const told = before?.targetGroups?.find((one) => one.arn === arn);
    const { healthy, total } = health;
    const promised = defined({ readinessGate: gatePromised(one) });
    const details = detailsOf(known.standing(arn), told);
    const kept = backendFields(backend);
    return { name, arn, service, port, ...kept, ...promised, healthy, total, ...details };
  });
  const sum = (of: 'healthy' | 'total'): number => targetGroups.reduce((all, one) => all + one[of], 0);
  return {
    targetGroups,
    targets: `${sum('healthy')}/${sum('total')}`,
    cluster: known.clusterName,
    ...(Object.keys(registered).length === 0 ? {} : { registered }),
  };
}

const isReason = (reason: string): reason is ConditionReason => reason in REASONS;

/** A status with `Ready` as it is with these targets; as it was before the first pass over the group has told. Pure. */
function withReady(
  status: BindingStatus,
  targetGroups: readonly ToldTargetGroup[],
  now: string,
): BindingStatus {
  const { conditions = [] } = status;
  const three = (['Accepted', 'ResolvedRefs', 'Programmed'] as const).flatMap((type) => {
    const one = conditions.find((condition) => condition.type === type);
    return one !== undefined && isReason(one.reason) ? [{ ...one, type, reason: one.reason }] : [];
  });
  if (three.length < 3) return status;
  const { type, status: holds, reason, message } = servedBy(readyBy(three), targetGroups);
  const seen = defined({ observedGeneration: three.at(-1)?.observedGeneration });
  return {
    ...status,
    conditions: setCondition(conditions, { type, status: holds, reason, message, ...seen }, now),
  };
}

/** A status with what is known of its targets now; everything else stays. Pure. */
export function withTargets(
  status: BindingStatus,
  serving: readonly Serving[],
  known: Known,
  now: string,
): BindingStatus {
  const wanted = serving.filter(({ leaving }) => leaving !== true);
  const { targetGroups: _, targets: __, registered: ___, cluster: ____, ...rest } = status;
  const told = wanted.map(({ arn, backend }) => ({ backend, health: known.health(arn) }));
  return { ...withReady(rest, told, now), ...targetFields(wanted, known, status) };
}

export interface TargetStatusOptions {
  readonly clusterName: string;
  readonly targets: Pick<Targets, 'served' | 'health' | 'standing' | 'recording'>;
  readonly statuses: Pick<StatusWrites, 'update'>;
  now(): Date;
}

/** Brings the status of bindings in line with their targets; health that flaps is no storm of writes. */
export class TargetStatuses {
  readonly #options: TargetStatusOptions;
  /** By member, of those whose status was written not long ago. */
  readonly #windows = new Map<string, JoinWindow>();

  constructor(options: TargetStatusOptions) {
    this.#options = options;
  }

  /** `member` is `namespace/name`. */
  async reconcile(member: string): Promise<Next> {
    const { targets, statuses, now, clusterName } = this.#options;
    const known: Known = {
      clusterName,
      health: (arn) => targets.health(arn),
      standing: (arn) => targets.standing(arn),
    };
    const window = this.#windows.get(member) ?? OPEN;
    const closed = window.until - now().getTime();
    if (closed > 0) return { afterMs: closed };
    let differs = false;
    const outcome = await statuses.update(member, 'write target health', ({ status = {} }) => {
      const next = withTargets(status, targets.served.ofMember(member), known, now().toISOString());
      for (const arn of Object.keys(next.registered ?? {})) targets.recording(arn);
      differs = !isDeepStrictEqual(next, status);
      return next;
    });
    if (outcome !== 'written') return outcome === 'conflict' ? { afterMs: CONFLICT_MS } : 'retry';
    if (differs) this.#windows.set(member, windowAfter(window, STATUS_WRITES, now().getTime()));
    if (targets.served.ofMember(member).length === 0) this.#windows.delete(member);
    return 'done';
  }
}
