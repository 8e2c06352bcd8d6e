// What AWS says about the targets of one target group now.
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from '../aws/calls.ts';

/** One registered target. */
export interface TargetSeen {
  readonly id: string;
  readonly port: number;
  /** `healthy`, `unhealthy`, `initial`, `draining`, … (Elastic Load Balancing API Reference, TargetHealth). */
  readonly state: string;
  /** AWS's code and words; absent when the target is healthy. */
  readonly reason?: string;
  readonly description?: string;
}

/** Targets that are on their way out; for the controller they are registered no longer. */
export const leaving = ({ state }: TargetSeen): boolean =>
  state === 'draining' || state === 'unhealthy.draining';

/** One call. Throws `AwsFailure`. */
export async function readHealth(aws: Aws, TargetGroupArn: string): Promise<TargetSeen[]> {
  const { TargetHealthDescriptions } = await aws.elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return (TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
    id: Target?.Id ?? '',
    port: Target?.Port ?? 0,
    state: TargetHealth?.State ?? 'unavailable',
    ...(TargetHealth?.Reason === undefined ? {} : { reason: TargetHealth.Reason }),
    ...(TargetHealth?.Description === undefined ? {} : { description: TargetHealth.Description }),
  }));
}
