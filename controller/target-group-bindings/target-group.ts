// The target group that a TargetGroupBinding names, as AWS has it.
import { DescribeTargetGroupsCommand, type TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import { said } from '../../api/targetgroupbinding/problems.ts';
import type { RoleAccount } from '../aws/assumed-roles.ts';
import { unlessGone } from '../aws/client.ts';

/** One that is not there may come at any time; until then it is looked for this often, in milliseconds. */
export const ABSENT_MS = 60_000;

/** What counts of a target group for its targets. */
export interface TargetGroupFact {
  readonly arn: string;
  readonly name: string;
  /** `instance`, `ip`, `lambda` or `alb`. */
  readonly targetType: string;
  readonly ipAddressType: 'ipv4' | 'ipv6';
  readonly protocol: string | undefined;
  readonly vpcId: string | undefined;
}

const factOf = (found: TargetGroup): TargetGroupFact => ({
  arn: found.TargetGroupArn ?? '',
  name: found.TargetGroupName ?? '',
  targetType: found.TargetType ?? '',
  ipAddressType: found.IpAddressType === 'ipv6' ? 'ipv6' : 'ipv4',
  protocol: found.Protocol,
  vpcId: found.VpcId,
});

/** One call; undefined when there is none. By its ARN, and by its name only where no ARN is given. Throws `AwsFailure`. */
export async function readTargetGroup(
  { elbv2 }: RoleAccount,
  spec: Pick<TargetGroupBindingSpec, 'targetGroupARN' | 'targetGroupName'>,
): Promise<TargetGroupFact | undefined> {
  const arn = said(spec.targetGroupARN);
  const query = arn === undefined ? { Names: [spec.targetGroupName ?? ''] } : { TargetGroupArns: [arn] };
  const answer = await unlessGone(elbv2.send(new DescribeTargetGroupsCommand(query)));
  const [found] = answer?.TargetGroups ?? [];
  return found === undefined ? undefined : factOf(found);
}
