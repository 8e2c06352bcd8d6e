// What AWS has registered in a target group and is not draining (aws-model 6.6).
import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from './aws/calls.ts';

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
