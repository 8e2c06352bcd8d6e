// Which calls the local AWS accepts, and what it says of the others.
import { expect, test } from 'vitest';
import { AwsRefusal } from '../elb/refusal.ts';
import { readCall } from '../protocol/call.ts';
import { checkAdmitted } from './admitted.ts';

interface RequestParts {
  service?: string;
  region?: string;
  form?: Record<string, string>;
  target?: string;
  method?: string;
  path?: string;
}

/** The code and words of the refusal of a call, or `let in`. */
function answerTo({
  service,
  region = 'us-west-2',
  form,
  target,
  method = 'POST',
  path = '/',
}: RequestParts): string {
  const scope = `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, Signature=0`;
  const headers = {
    ...(service === undefined ? {} : { authorization: scope }),
    ...(target === undefined ? {} : { 'x-amz-target': target }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const body = Buffer.from(new URLSearchParams(form ?? {}).toString());
  try {
    checkAdmitted(readCall(method, path, headers, body), 'us-west-2');
  } catch (error) {
    if (error instanceof AwsRefusal) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'let in';
}

const stack = (TemplateBody: string) => ({ Action: 'CreateStack', Version: '2010-05-15', TemplateBody });

test.each<[string, RequestParts]>([
  ['load balancing of this Region', { service: 'elasticloadbalancing', form: { Action: 'DescribeRules' } }],
  ['the same without a signature', { form: { Action: 'DescribeRules', Version: '2015-12-01' } }],
  ['IAM, which has one Region', { service: 'iam', region: 'us-east-1', form: { Action: 'ListRoles' } }],
  [
    'S3 of another Region: names are shared',
    { service: 's3', region: 'eu-west-1', method: 'GET', path: '/logs' },
  ],
  [
    'web ACLs of CloudFront',
    { service: 'wafv2', region: 'us-east-1', target: 'AWSWAF_20190729.ListWebACLs' },
  ],
  ['a file of S3 by its address alone', { method: 'GET', path: '/logs/a.gz' }],
  [
    'STS without a signature, as service accounts of EKS call it',
    { form: { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' } },
  ],
  [
    'a stack of a network',
    { service: 'cloudformation', form: stack('{"Type": "AWS::EC2::VPC", "Ref": "AWS::Region"}') },
  ],
])('%s is let in', (_what, asked) => {
  expect(answerTo(asked)).toBe('let in');
});

test.each<[string, RequestParts, RegExp]>([
  [
    'load balancing of another Region',
    { service: 'elasticloadbalancing', region: 'eu-west-1', form: { Action: 'DescribeLoadBalancers' } },
    /^SignatureDoesNotMatch: .*not 'eu-west-1'.*us-west-2.*--region eu-west-1/,
  ],
  [
    'EC2 of another Region',
    { service: 'ec2', region: 'eu-west-1', form: { Action: 'DescribeVpcs' } },
    /^AuthFailure: .*'eu-west-1'/,
  ],
  [
    'ACM of another Region',
    { service: 'acm', region: 'eu-west-1', target: 'CertificateManager.ListCertificates' },
    /^InvalidSignatureException: .*'eu-west-1'/,
  ],
  [
    'a presigned call of another Region',
    {
      method: 'GET',
      path: '/?Action=DescribeVpcs&X-Amz-Credential=local%2F20260101%2Feu-west-1%2Fec2%2Faws4_request',
    },
    /^AuthFailure: .*'eu-west-1'/,
  ],
  [
    'Classic Load Balancers',
    { service: 'elasticloadbalancing', form: { Action: 'DescribeLoadBalancers', Version: '2012-06-01' } },
    /Classic Load Balancers \(API version 2012-06-01\)/,
  ],
  [
    'Classic Load Balancers without a signature',
    { form: { Action: 'CreateLoadBalancer', Version: '2012-06-01' } },
    /Classic Load Balancers/,
  ],
  [
    'a service that attaches target groups',
    { service: 'autoscaling', form: { Action: 'AttachLoadBalancerTargetGroups' } },
    /autoscaling.*would know nothing.*acm, /,
  ],
  [
    'a stack with a load balancer',
    {
      service: 'cloudformation',
      form: stack('Resources: {lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}}'),
    },
    /AWS::ElasticLoadBalancingV2::LoadBalancer/,
  ],
  [
    'a stack with what attaches to one',
    { service: 'cloudformation', form: stack('{"Type": "AWS::ECS::Service"}') },
    /AWS::ECS::Service/,
  ],
  [
    'a stack that cannot be looked at',
    { service: 'cloudformation', form: { Action: 'CreateStack', TemplateURL: 'https://s3/x' } },
    /TemplateBody only/,
  ],
  ['moto itself', { method: 'GET', path: '/moto-api/data.json' }, /^NotFound: .*\/_local\/reset/],
])('%s is refused', (_what, asked, words) => {
  expect(answerTo(asked)).toMatch(words);
});
