// The status of a binding as far as its targets go: a program of its own, by the binding's key, so that a pod's restart plans no
// group. It alone writes `targetGroups`, `targets` and `registered`; the pass over the group leaves them as they are. Both say
// in `Ready` what has nothing behind it, in the same words.

import { type ConditionReason, REASONS, setCondition } from '../../api/binding/conditions.ts';
import { defined } from '../../api/defined.ts';
import type { BindingStatus } from '../../api/generated/binding.ts';
import type { Next } from '../queue/queue.ts';
import { readyBy, servedBy, withoutTargets } from '../status/conditions.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { StatusWrites } from '../status/writes.ts';
import type { Serving } from './serving.ts';
import type { Targets } from './targets.ts';

/** Somebody else wrote to the binding: the watch tells of it within this time, in milliseconds. */
const CONFLICT_MS = 50;

type TargetFields = Pick<BindingStatus, 'targetGroups' | 'targets' | 'registered'>;

/** What a status says about the targets of a target group; undefined when it does not name it. */
export function rememberedHealth(
  status: TargetFields | undefined,
  arn: string,
): TargetGroupHealth | undefined {
  const said = status?.targetGroups?.find((one) => one.arn === arn);
  if (said === undefined) return undefined;
  return defined({ healthy: said.healthy, total: said.total, hash: status?.registered?.[arn] });
}

/** Target groups with their health, as it was told last where it is not known yet, and `healthy/total` over all. Pure. */
export function targetFields(
  serving: readonly Serving[],
  health: (arn: string) => TargetGroupHealth | undefined,
  before: TargetFields | undefined,
): TargetFields {
  const registered: Record<string, string> = {};
  const targetGroups = serving.map(({ arn, name, backend: { service, port } }) => {
    const known = health(arn) ?? rememberedHealth(before, arn) ?? { healthy: 0, total: 0 };
    if (known.hash !== undefined) registered[arn] = known.hash;
    return { name, arn, service, port, healthy: known.healthy, total: known.total };
  });
  const sum = (of: 'healthy' | 'total'): number => targetGroups.reduce((all, one) => all + one[of], 0);
  return {
    targetGroups,
    targets: `${sum('healthy')}/${sum('total')}`,
    ...(Object.keys(registered).length === 0 ? {} : { registered }),
  };
}

const isReason = (reason: string): reason is ConditionReason => reason in REASONS;

/** A status with `Ready` as it is with these targets; as it was before the first pass over the group has told. Pure. */
function withReady(status: BindingStatus, empty: readonly string[], now: string): BindingStatus {
  const { conditions = [] } = status;
  const three = (['Accepted', 'ResolvedRefs', 'Programmed'] as const).flatMap((type) => {
    const one = conditions.find((condition) => condition.type === type);
    return one !== undefined && isReason(one.reason) ? [{ ...one, type, reason: one.reason }] : [];
  });
  if (three.length < 3) return status;
  const { type, status: holds, reason, message } = servedBy(readyBy(three), empty);
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
  health: (arn: string) => TargetGroupHealth | undefined,
  now: string,
): BindingStatus {
  const wanted = serving.filter(({ leaving }) => leaving !== true);
  const { targetGroups: _, targets: __, registered: ___, ...rest } = status;
  const empty = withoutTargets(wanted.map(({ arn, backend }) => ({ backend, health: health(arn) })));
  return { ...withReady(rest, empty, now), ...targetFields(wanted, health, status) };
}

export interface TargetStatusOptions {
  readonly targets: Pick<Targets, 'served' | 'health' | 'recording'>;
  readonly statuses: StatusWrites;
  now(): Date;
}

/** Brings the status of one binding in line with its targets. `member` is `namespace/name`. */
export async function reconcileTargetStatus(
  member: string,
  { targets, statuses, now }: TargetStatusOptions,
): Promise<Next> {
  const outcome = await statuses.update(member, 'write target health', ({ status = {} }) => {
    const next = withTargets(
      status,
      targets.served.ofMember(member),
      (arn) => targets.health(arn),
      now().toISOString(),
    );
    for (const arn of Object.keys(next.registered ?? {})) targets.recording(arn);
    return next;
  });
  if (outcome === 'written') return 'done';
  return outcome === 'conflict' ? { afterMs: CONFLICT_MS } : 'retry';
}
