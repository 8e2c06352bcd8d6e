// What AWS has registered in a target group and is not draining, by `id:port` (aws-model 6.6).
import { createHash } from 'node:crypto';
import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from './aws/calls.ts';
import type { Health } from './pass.ts';

/** One value for a set of targets, in any order; another version with another idea of a target has another prefix. Pure. */
export const targetsHash = (keys: Iterable<string>): string =>
  createHash('sha256')
    .update(['v1', ...[...keys].sort()].join('\n'))
    .digest('hex');

/** How many there are, and how many of them are healthy. */
export const healthOf = (registered: ReadonlyMap<string, string>): Health => ({
  healthy: [...registered.values()].filter((state) => state === 'healthy').length,
  total: registered.size,
});

const stateOf = (description: TargetHealthDescription): string =>
  description.TargetHealth?.State ?? 'unavailable';

/** State by `id:port`. */
export async function registeredIn(aws: Aws, arn: string): Promise<Map<string, string>> {
  const answer = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
  const living = (answer.TargetHealthDescriptions ?? []).filter(
    (one) => !['draining', 'unhealthy.draining'].includes(stateOf(one)),
  );
  return new Map(living.map((one) => [`${one.Target?.Id ?? ''}:${one.Target?.Port ?? ''}`, stateOf(one)]));
}

/**
 * What somebody else did to the targets that we left in a target group: wanted ones that are gone, and ones that are there
 * although nobody wants them; in a shared one these are other clusters' business. Pure.
 */
export function changedByHand(
  left: ReadonlySet<string>,
  registered: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string>,
  shared: boolean,
): string[] {
  const gone = [...left].filter((key) => wanted.has(key) && !registered.has(key));
  const strange = shared ? [] : [...registered.keys()].filter((key) => !left.has(key) && !wanted.has(key));
  return [...gone.map((key) => `register ${key}`), ...strange.map((key) => `deregister ${key}`)];
}
