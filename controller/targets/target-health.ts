// What AWS says about the targets of one target group now, and what that means (aws-model 6.6).

import { createHash } from 'node:crypto';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defined } from '../../api/defined.ts';
import type { Aws } from '../aws/client.ts';

/** What AWS says of one target (Elastic Load Balancing API Reference, TargetHealth). */
export interface TargetHealth {
  /** `healthy`, `unhealthy`, `initial`, `draining`, … */
  readonly state: string;
  /** AWS's code and words; absent when the target is healthy. */
  readonly reason?: string;
  readonly description?: string;
}

/** One registered target. */
export interface TargetSeen extends TargetHealth {
  readonly id: string;
  readonly port: number;
}

/** A target that was just registered, until AWS is asked about it (Elastic Load Balancing: Target groups, "Target health status"). */
export const REGISTERING: TargetHealth = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
};

/** Targets that are on their way out; for the controller they are registered no longer. */
export const leaving = ({ state }: TargetHealth): boolean =>
  state === 'draining' || state === 'unhealthy.draining';

/** One call. Throws `AwsFailure`. */
export async function readHealth(aws: Aws, TargetGroupArn: string): Promise<TargetSeen[]> {
  const { TargetHealthDescriptions } = await aws.elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return (TargetHealthDescriptions ?? []).map(({ Target, TargetHealth: health }) => {
    const { State: state = 'unavailable', Reason: reason, Description: description } = health ?? {};
    return { id: Target?.Id ?? '', port: Target?.Port ?? 0, state, ...defined({ reason, description }) };
  });
}

/** What AWS says, by `id:port`, of the targets that are registered and not draining. */
export type Registered = ReadonlyMap<string, TargetHealth>;

/** One call. Throws `AwsFailure`. */
export async function registeredIn(aws: Aws, arn: string): Promise<Registered> {
  const seen = await readHealth(aws, arn);
  return new Map(
    seen.flatMap(({ id, port, ...health }) => (leaving(health) ? [] : [[`${id}:${port}`, health]])),
  );
}

/** One value for a set of targets, in any order; another version with another idea of a target has another prefix. Pure. */
export const targetsHash = (keys: Iterable<string>): string =>
  createHash('sha256')
    .update(['v1', ...[...keys].sort()].join('\n'))
    .digest('hex');

/**
 * What somebody else did to the targets that we left in a target group: wanted ones that are gone, and ones that are there
 * although nobody wants them; in a shared one these are other clusters' business. Pure.
 */
export function changedByHand(
  left: ReadonlySet<string>,
  registered: Registered,
  wanted: ReadonlySet<string>,
  shared: boolean,
): string[] {
  const gone = [...left].filter((key) => wanted.has(key) && !registered.has(key));
  const strange = shared ? [] : [...registered.keys()].filter((key) => !left.has(key) && !wanted.has(key));
  return [...gone.map((key) => `register ${key}`), ...strange.map((key) => `deregister ${key}`)];
}
