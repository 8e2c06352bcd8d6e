// Tests of options.
import { expect, test } from 'vitest';
import {
  awsOptions,
  type ControllerOptions,
  clusterSettings,
  DEFAULTS,
  mistakes,
  noticesOf,
} from './options.ts';

const options: ControllerOptions = { ...DEFAULTS, clusterName: 'prod', awsVpcId: 'vpc-1' };

test.each<[Partial<ControllerOptions>, string[]]>([
  [{}, []],
  [{ defaultTags: { team: 'shop' }, externalManagedTags: ['cost'] }, []],
  [
    { defaultTags: { 'elbv2.k8s.aws/cluster': 'x' } },
    ['--default-tags: the tag elbv2.k8s.aws/cluster is ours.'],
  ],
  [
    { externalManagedTags: ['ingress.k8s.aws/stack', 'team'], defaultTags: { team: 'shop' } },
    [
      '--external-managed-tags: the tag ingress.k8s.aws/stack is ours.',
      '--external-managed-tags: the tag team is in --default-tags as well.',
    ],
  ],
  [
    { backendSecurityGroup: 'mine' },
    ['--backend-security-group: "mine" is no id of a security group (sg-…).'],
  ],
  [
    { enableManageBackendSecurityGroupRules: true, enableBackendSecurityGroup: false },
    ['--enable-manage-backend-security-group-rules: it needs --enable-backend-security-group.'],
  ],
  [
    { publishTargetGroupBindings: true, enableTargetGroupBindings: false },
    ['--publish-target-group-bindings: it needs --enable-target-group-bindings.'],
  ],
  [{ featureGates: { ALBSingleSubnet: true } }, []],
  [{ featureGates: { Nonsense: true } }, ['--feature-gates: there is no gate Nonsense.']],
])('%j', (changes, expected) => {
  expect(mistakes({ ...options, ...changes })).toEqual(expected);
});

test.each<[Partial<ControllerOptions>, string[]]>([
  [{}, []],
  [{ awsApiEndpoints: { EC2: 'https://a', ec2imds: 'http://b' } }, []],
  [
    { awsApiEndpoints: { elasticloadbalancing: 'https://a', 'Route 53': 'https://b' } },
    [
      '--aws-api-endpoints: there is no service "elasticloadbalancing"; they are Elastic Load Balancing v2, EC2, ',
      '--aws-api-endpoints: Route 53 is not called here',
    ],
  ],
  [{ awsApiThrottle: { ec2: [] } }, ['--aws-api-throttle: there is no service "ec2"; they are ']],
  [
    { featureGates: { NLBGatewayAPI: true, ALBSingleSubnet: true } },
    ['--feature-gates: NLBGatewayAPI=true: Gateways are not served here'],
  ],
])('of %j is told', (changes, expected) => {
  const told = noticesOf({ ...options, ...changes });
  expect(told.map((words, at) => words.slice(0, expected[at]?.length))).toEqual(expected);
});

test('calls wait as --aws-api-throttle says', () => {
  const limit = { actions: /^Describe/, perSecond: 2, burst: 1 };
  const { throttle } = awsOptions({ ...options, awsApiThrottle: { EC2: [limit] } });
  expect([0, 0, 0].map((now) => throttle.reserve('ec2', 'DescribeVpcs', now))).toEqual([0, 500, 1000]);
});

test.each<[Partial<ControllerOptions>, string]>([
  [{}, 'shared'],
  [{ backendSecurityGroup: 'sg-1' }, 'sg-1'],
  [{ enableBackendSecurityGroup: false }, 'none'],
])('%j is the backend security group %s', (changes, expected) => {
  expect(clusterSettings({ ...options, ...changes }).backendSecurityGroup).toBe(expected);
});
