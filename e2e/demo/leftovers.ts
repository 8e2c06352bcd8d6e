// What is left of a cluster's load balancers in the local AWS, asked from outside.
import { DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CLUSTER_TAG } from '../../api/aws.ts';
import { CLUSTER_NAME, type Stage } from '../harness/stage.ts';

/** Names of load balancers, target groups and security groups of ours, and rules on the nodes' security group. */
export async function leftovers({ aws, account }: Stage): Promise<string[]> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const ec2 = new EC2Client({ endpoint: aws.url, region: account.region, credentials });
  const ours = [{ Name: `tag:${CLUSTER_TAG}`, Values: [CLUSTER_NAME] }];
  const [groups, nodes] = await Promise.all([
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: ours })),
    ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [account.nodeSecurityGroupId] })),
  ]);
  ec2.destroy();
  const { loadBalancers, targetGroups } = aws.state();
  const rules = nodes.SecurityGroups?.[0]?.IpPermissions ?? [];
  return [
    ...[...loadBalancers.values()].map(({ name }) => `load balancer ${name}`),
    ...[...targetGroups.values()].map(({ name }) => `target group ${name}`),
    ...(groups.SecurityGroups ?? []).map(({ GroupName }) => `security group ${GroupName}`),
    ...rules.map(({ FromPort, ToPort }) => `a rule for ports ${FromPort} to ${ToPort} on the nodes`),
  ];
}
