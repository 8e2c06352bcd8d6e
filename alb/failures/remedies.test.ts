// Remedies: each answer of AWS that a first try may meet, and what it is told to mean.
import { describe, expect, test } from 'vitest';
import { answerOf, failureOf } from './failure.ts';
import { readable, remedyOf } from './remedies.ts';

const OTHER = 'arn:aws:acm:eu-west-1:123456789012:certificate/1';

test.each<[code: string, message: string, ...words: string[]]>([
  [
    'InvalidSubnet',
    'VPC vpc-0a1 has no internet gateway',
    'attach an internet gateway to vpc-0a1',
    'scheme to internal',
  ],
  [
    'InvalidSubnet',
    'Not enough IP space available in subnet-0a1. ELB requires at least 8 free IP addresses in each subnet.',
    '8 free addresses',
    'subnet-0a1',
  ],
  [
    'InvalidConfigurationRequest',
    'Access Denied for bucket: my.logs-1. Please check S3bucket permission',
    'the bucket my.logs-1 is not there',
    'its policy does not let',
    'while logging is off',
  ],
  [
    'UnsupportedCertificate',
    "The certificate 'x' must have a …",
    'not issued yet',
    'expired',
    'size',
    'in ACM',
  ],
  ['ValidationError', `Certificate ARN '${OTHER}' is not valid`, 'own Region', 'eu-west-1'],
  ['CertificateNotFound', "Certificate 'x' not found", 'account and Region'],
  [
    'ValidationError',
    'At least two subnets in two different Availability Zones must be specified',
    'second zone',
    'kubernetes.io/role/elb',
  ],
  [
    'InvalidConfigurationRequest',
    'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    'one subnet for each zone',
  ],
  ['TooManyLoadBalancers', 'reached', '"Application Load Balancers per Region"', 'Service Quotas'],
  ['TooManyCertificates', 'reached', '"Certificates per Application Load Balancer"'],
  ['RulesPerSecurityGroupLimitExceeded', 'reached', '"Inbound or outbound rules per security group"'],
  ['TooManySomethingNew', 'reached', 'a quota is reached'],
  [
    'AccessDenied',
    'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: elasticloadbalancing:AddTags on resource: x because no identity-based policy allows the elasticloadbalancing:AddTags action',
    'allow elasticloadbalancing:AddTags in the IAM policy',
  ],
  [
    'AccessDenied',
    'User: x is not authorized to perform: ec2:CreateTags on resource: y with an explicit deny in a service control policy',
    'a service control policy of the account denies ec2:CreateTags',
  ],
  [
    'UnauthorizedOperation',
    'You are not authorized to perform this operation.',
    'allow the action CreateListener',
  ],
  [
    'OperationNotPermitted',
    'This AWS account currently does not support creating load balancers.',
    'AWS Support',
  ],
  ['ExpiredToken', 'The security token included in the request is expired', 'credentials', 'clock'],
])('%s: %s', (code, message, ...words) => {
  const remedy = remedyOf({ action: 'CreateListener', code, message }) ?? 'none';
  for (const word of words) expect(remedy).toContain(word);
  // It stands in the middle of a sentence, and its end is the caller's.
  expect(remedy).not.toMatch(/\.$|undefined/);
});

test.each([
  ['InvalidSubnet', 'The subnet is of another kind'],
  ['ValidationError', 'A listener port must be specified'],
  ['Throttling', 'Rate exceeded'],
  ['TooManyRequests', 'Rate exceeded'],
  ['LoadBalancerNotFound', 'One or more load balancers not found'],
])('%s "%s" speaks for itself', (code, message) => {
  expect(remedyOf({ action: 'CreateListener', code, message })).toBeUndefined();
});

describe('what only AWS can read', () => {
  const blob = 'wGJZ_2Bx-4fQ';
  const words = `You are not authorized to perform this operation. User: u is not authorized to perform: ec2:CreateTags. Encoded authorization failure message: ${blob}`;
  test('is left out', () => {
    expect(readable(words)).toBe(
      'You are not authorized to perform this operation. User: u is not authorized to perform: ec2:CreateTags.',
    );
    const thrown = Object.assign(new Error(words), {
      name: 'UnauthorizedOperation',
      $metadata: { httpStatusCode: 403 },
    });
    const answer = answerOf(failureOf('CreateTags', thrown));
    expect(answer).not.toContain(blob);
    expect(answer).toMatch(
      /^CreateTags answered UnauthorizedOperation: You are .*: allow ec2:CreateTags in the IAM policy/,
    );
  });
});
