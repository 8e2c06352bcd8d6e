// The IAM policy: read from the source, and no changing call without a decision about its reach.
import { expect, test } from 'vitest';
import { actionsIn, policyOf } from './iam.ts';

test('commands are found in imports of one line and of many, types are not', () => {
  const source = `
import { ACMClient } from '@aws-sdk/client-acm';
import { DescribeSecurityGroupsCommand, type SecurityGroup } from '@aws-sdk/client-ec2';
import {
  CreateRuleCommand,
  type Rule,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
`;
  expect(actionsIn(source)).toEqual([
    'ec2:DescribeSecurityGroups',
    'elasticloadbalancing:CreateRule',
    'elasticloadbalancing:SetRulePriorities',
  ]);
});

test('a client or a changing call that nobody decided about is our bug', () => {
  expect(() => actionsIn("import { PutObjectCommand } from '@aws-sdk/client-s3'")).toThrow(/client-s3/);
  expect(() => policyOf(['elasticloadbalancing:DeleteEverything'])).toThrow(/DeleteEverything/);
});

test('what AWS looks at in our name is allowed with the call that makes it look', () => {
  const reads = (action: string): unknown => JSON.stringify(policyOf([action]));
  expect(reads('elasticloadbalancing:CreateRule')).toContain('cognito-idp:DescribeUserPoolClient');
  expect(reads('elasticloadbalancing:DeleteRule')).not.toContain('cognito-idp');
});

test('what is ours is told by the cluster tag', () => {
  const policy = policyOf([
    'elasticloadbalancing:DeleteLoadBalancer',
    'elasticloadbalancing:DescribeLoadBalancers',
  ]);
  expect(policy).toMatchObject({
    Statement: expect.arrayContaining([
      { Sid: 'Read', Effect: 'Allow', Action: ['elasticloadbalancing:DescribeLoadBalancers'], Resource: '*' },
      {
        Sid: 'ChangeOurs',
        Effect: 'Allow',
        Action: ['elasticloadbalancing:DeleteLoadBalancer'],
        Resource: '*',
        Condition: { Null: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'false' } },
      },
    ]),
  });
});

test('no role may be assumed before somebody names it', () => {
  expect(JSON.stringify(policyOf(['sts:AssumeRole']))).not.toContain('AssumeRole');
});
