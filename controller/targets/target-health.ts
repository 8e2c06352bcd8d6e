// What AWS says about the targets of one target group now, and what that means (aws-model 6.6).

import { createHash } from 'node:crypto';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defined } from '../../api/defined.ts';
import type { RoleAccount } from '../aws/assumed-roles.ts';
import { keyOfTarget } from './endpoints.ts';

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
  /** As it was registered; `all` for an address outside the VPC. */
  readonly zone?: string;
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
export async function readHealth(aws: RoleAccount, TargetGroupArn: string): Promise<TargetSeen[]> {
  const { TargetHealthDescriptions } = await aws.elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return (TargetHealthDescriptions ?? []).map(({ Target, TargetHealth: health }) => {
    const { State: state = 'unavailable', Reason: reason, Description: description } = health ?? {};
    const { Id: id = '', Port: port = 0, AvailabilityZone: zone } = Target ?? {};
    return { id, port, state, ...defined({ reason, description, zone }) };
  });
}

/** By `id:port`, the targets that are registered and not draining. */
export type Registered = ReadonlyMap<string, TargetSeen>;

/** What a target group holds. */
export interface Inhabitants {
  readonly registered: Registered;
  /** How many more count against its quota: those that drain, and of a shared target group those of other clusters. */
  readonly besides: number;
}

export const NOBODY: Inhabitants = { registered: new Map(), besides: 0 };

/** One call. Throws `AwsFailure`. */
export async function inhabitantsOf(aws: RoleAccount, arn: string): Promise<Inhabitants> {
  const seen = await readHealth(aws, arn);
  const staying = seen.filter((one) => !leaving(one));
  return {
    registered: new Map(staying.map((one) => [keyOfTarget(one), one])),
    besides: seen.length - staying.length,
  };
}

/** Only the targets of a shared target group that are this cluster's. Pure. */
export function onlyOwn({ registered, besides }: Inhabitants, isOwn: (key: string) => boolean): Inhabitants {
  const own = new Map([...registered].filter(([key]) => isOwn(key)));
  return { registered: own, besides: besides + registered.size - own.size };
}

/** One value for a set of targets, in any order; another version with another idea of a target has another prefix. Pure. */
export const targetsHash = (keys: Iterable<string>): string =>
  createHash('sha256')
    .update(['v1', ...[...keys].sort()].join('\n'))
    .digest('hex');

/**
 * What somebody else did to the targets that we left in a target group: wanted ones that are gone, and ones that are there
 * although nobody wants them. Pure.
 */
export function changedByHand(
  left: ReadonlySet<string>,
  registered: Registered,
  wanted: ReadonlySet<string>,
): string[] {
  const gone = [...left].filter((key) => wanted.has(key) && !registered.has(key));
  const strange = [...registered.keys()].filter((key) => !left.has(key) && !wanted.has(key));
  return [...gone.map((key) => `register ${key}`), ...strange.map((key) => `deregister ${key}`)];
}
