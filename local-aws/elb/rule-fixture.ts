// A listener in memory for tables of rules.
import type { Action, RuleCondition, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2';
import { inMemory } from './in-memory.ts';

export const path = (...Values: string[]): RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});
export const fixed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } };

/** A load balancer with a listener, and ways to make target groups and rules. */
export function setUp(protocol: 'HTTP' | 'HTTPS' = 'HTTP') {
  const aws = inMemory();
  const [lb] = aws.call('CreateLoadBalancer', { Name: 'a', Subnets: ['subnet-a', 'subnet-b'] }).LoadBalancers;
  const group = (Name: string, changes: object = {}) =>
    aws.call('CreateTargetGroup', { Name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', ...changes })
      .TargetGroups[0]?.TargetGroupArn ?? '';
  const certificate = { CertificateArn: 'arn:aws:acm:us-west-2:123456789012:certificate/one' };
  const [listener] = aws.call('CreateListener', {
    LoadBalancerArn: lb?.LoadBalancerArn,
    Port: 80,
    Protocol: protocol,
    ...(protocol === 'HTTPS' ? { Certificates: [certificate] } : {}),
    DefaultActions: [fixed],
  }).Listeners;
  const ListenerArn = listener?.ListenerArn ?? '';
  const create = (
    Conditions: RuleCondition[],
    Actions: Action[] = [fixed],
    Priority = 1,
    Transforms: RuleTransform[] = [],
  ) => {
    const [rule] = aws.call('CreateRule', { ListenerArn, Priority, Conditions, Actions, Transforms }).Rules;
    return { ...rule, arn: rule?.RuleArn ?? '' };
  };
  const described = () => aws.call('DescribeRules', { ListenerArn }).Rules ?? [];
  return { aws, ListenerArn, group, create, described };
}
