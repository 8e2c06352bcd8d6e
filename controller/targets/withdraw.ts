// Withdrawing from a target group that is not ours: what was registered for one object is deregistered, and nothing else.
import { accountOf } from '../aws/assumed-roles.ts';
import type { Next } from '../queue/queue.ts';
import { endpointsOf, keyOfTarget } from './endpoints.ts';
import { deregisterTargets } from './register-targets.ts';
import type { Serving } from './serving.ts';
import type { TargetChangesOptions } from './target-changes.ts';
import type { TargetGroupEntry } from './target-group-entry.ts';
import { inhabitantsOf } from './target-health.ts';
import { leftBehind } from './target-state.ts';

/** Deregisters what is left of it; `done` when nothing is. Throws `AwsFailure`. */
export async function withdrawTargets(
  serving: Serving,
  entry: TargetGroupEntry,
  { aws, world, own }: Pick<TargetChangesOptions, 'aws' | 'world' | 'own'>,
): Promise<Next> {
  const { arn, backend, policy, role } = serving;
  const account = accountOf(aws, role);
  if (policy === 'observe') return 'done';
  const endpoints = endpointsOf(backend, world).map(keyOfTarget);
  const isShared = backend.shared === true;
  if (isShared) entry.own ??= await own.read(serving);
  if (isShared && entry.own === undefined) return 'retry';
  const { registered } = await inhabitantsOf(account, arn);
  const ours =
    entry.own === undefined
      ? leftBehind(entry.state, registered, endpoints)
      : new Set([...endpoints, ...entry.own]);
  const leaving = [...registered].flatMap(([key, target]) => (ours.has(key) ? [target] : []));
  await deregisterTargets(account, arn, leaving);
  if (isShared) await own.forget(serving);
  return 'done';
}
