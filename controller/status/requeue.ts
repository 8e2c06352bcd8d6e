// next: when a group is looked at again after a pass. Pure.

import type { Group } from '../../alb/group.ts';
import type { ProblemCode } from '../../api/problems/problem.ts';
import type { Next } from '../queue/queue.ts';
import type { Untold } from './pass-result.ts';

/** What waits for something else is looked at again after this long, in milliseconds. */
export const WAITING_MS = 2_000;
/** What protects is there: the pass that opens what waited for it. */
const OPENING_MS = 50;
/** After something was refused: the pass that leaves it out. */
const LEAVING_OUT_MS = 50;
/** What may not be looked up now may be allowed one day; rights are seldom given. */
const PERMISSION_MS = 300_000;
/** A load balancer that is being provisioned takes minutes: shortest and longest wait between two looks. */
const PROVISIONING_MS = { shortest: 500, longest: 15_000 };

/** What was not found in AWS may be made without anybody telling us: it is looked for again after this long, in milliseconds. */
const UNFOUND_MS = 60_000;
const UNFOUND: ReadonlySet<ProblemCode> = new Set([
  'SubnetsNotFound',
  'SecurityGroupNotFound',
  'CertificateNotFound',
  'TargetGroupNotFound',
  'TrustStoreNotFound',
  'WebAclNotFound',
]);

/** Told of what could not be looked up (gather.ts): it is asked for again. What AWS refuses has its own pace (`paced`). */
const AGAIN: ReadonlySet<ProblemCode> = new Set(['AwsUnavailable']);

/** When to look again. What is being provisioned is asked for ever more seldom, by how long it has been so. */
export function next(
  { outcomes, found, decided, failure, waits = [], handing, told, unmet = [] }: Omit<Untold, 'bindings'>,
  group: Pick<Group, 'members'>,
  now: number,
): Next {
  const failed = outcomes.some(({ result }) => result === 'failed' || result === 'skipped');
  const again = told.some(({ problem }) => AGAIN.has(problem.code));
  if (failed || again || failure !== undefined || !decided) return 'retry';
  // What it waited for has just been done, or more of it.
  if (unmet.length > 0 && outcomes.some(({ result }) => result === 'done')) return { afterMs: OPENING_MS };
  const young = found.some(({ kind, extra }) => kind === 'loadBalancer' && extra.state === 'provisioning');
  if (young || waits.length > 0) {
    const conditions = group.members[0]?.binding.status?.conditions ?? [];
    const since = Date.parse(conditions.find(({ type }) => type === 'Programmed')?.lastTransitionTime ?? '');
    const age = Number.isNaN(since) ? 0 : now - since;
    return { afterMs: Math.min(PROVISIONING_MS.longest, Math.max(PROVISIONING_MS.shortest, age / 4)) };
  }
  const waiting = handing === true || outcomes.some(({ result }) => result === 'waiting');
  if (waiting) return { afterMs: WAITING_MS };
  return told.some(({ problem }) => UNFOUND.has(problem.code)) ? { afterMs: UNFOUND_MS } : 'done';
}

/** At once when all that failed is left out from now on; else as `next` says, or when something is asked for once more. */
export function paced(
  next: Next,
  { outcomes, told }: Pick<Untold, 'outcomes' | 'told'>,
  again: number | undefined,
): Next {
  const failed = outcomes.filter(({ result }) => result === 'failed');
  if (failed.length > 0 && failed.every(({ refused = [] }) => refused.length > 0))
    return { afterMs: LEAVING_OUT_MS };
  const denied = told.some(({ problem }) => problem.code === 'AwsRefused') ? PERMISSION_MS : undefined;
  const soonest = again ?? denied;
  if (soonest === undefined || next === 'retry') return next;
  return { afterMs: next === 'done' ? soonest : Math.min(next.afterMs, soonest) };
}
