// Rows to the letter: what AWS said of target groups, their attributes and targets.
import { pairs } from './attribute-rows.ts';
import { type RecordedCase, recordedDeployment, type Try, WRONG, withMessage } from './recorded.ts';
import { type ContractRow, from } from './row.ts';
import { aLambdaGroup, aTargetGroup } from './steps.ts';

const setOnGroup = (values: Record<string, string>, group = aTargetGroup()): Try => ({
  before: [group],
  call: 'ModifyTargetGroupAttributes',
  input: { TargetGroupArn: '$tg', Attributes: pairs(values) },
});
const group = (changes: object): Try => ({
  call: 'CreateTargetGroup',
  input: { Name: '$fresh-tg', Protocol: 'HTTP', Port: 80, VpcId: '$vpc', ...changes },
});

const groupAttributes: readonly RecordedCase[] = [
  ...(
    [
      [
        'deregistration-delay-range',
        'deregistration_delay.timeout_seconds',
        '3601',
        "'deregistration_delay.timeout_seconds' value '3601' must be between '0-3600' inclusive",
      ],
      [
        'slow-start-range',
        'slow_start.duration_seconds',
        '901',
        "'slow_start.duration_seconds' value '901' must be between '30-900' inclusive",
      ],
      [
        'attr-lb-cookie-duration-range',
        'stickiness.lb_cookie.duration_seconds',
        '0',
        "'stickiness.lb_cookie.duration_seconds' value '0' must be between '1-604800' inclusive",
      ],
      [
        'attr-algorithm-type',
        'load_balancing.algorithm.type',
        'random',
        "'Load balancer algorithm' must be one of [round_robin, weighted_random, least_outstanding_requests]",
      ],
      [
        'attr-anomaly-mitigation-value',
        'load_balancing.algorithm.anomaly_mitigation',
        'true',
        "'load_balancing.algorithm.anomaly_mitigation' must be one of [off, on]",
      ],
      [
        'attr-cross-zone-value',
        'load_balancing.cross_zone.enabled',
        'on',
        "'load_balancing.cross_zone.enabled' must be one of use_load_balancer_configuration,true,false",
      ],
      [
        'attr-health-count-value',
        'target_group_health.dns_failover.minimum_healthy_targets.count',
        '0',
        "The value of 'target_group_health.dns_failover.minimum_healthy_targets.count' must be 'off' or a positive integer",
      ],
      [
        'attr-health-percentage-range',
        'target_group_health.dns_failover.minimum_healthy_targets.percentage',
        '101',
        "'target_group_health.dns_failover.minimum_healthy_targets.percentage' must be 'off' or an integer from 1 to 100 inclusive",
      ],
    ] as const
  ).map(([rule, key, value, message]) =>
    withMessage(
      recordedDeployment(`tg-${rule}`),
      `4.2 ${key}`,
      `"${value}", to the letter`,
      setOnGroup({ [key]: value }),
      message,
      WRONG,
    ),
  ),
  withMessage(
    recordedDeployment('tg-attr-lambda-scope'),
    '4.2 lambda.multi_value_headers.enabled',
    'not for HTTP, to the letter',
    setOnGroup({ 'lambda.multi_value_headers.enabled': 'true' }),
    'A target group with HTTP protocol does not support the attribute lambda.multi_value_headers.enabled',
    WRONG,
  ),
  withMessage(
    recordedDeployment('tg-attr-dereg-delay-lambda'),
    '4.2 deregistration_delay.timeout_seconds',
    'not for a function, to the letter',
    setOnGroup({ 'deregistration_delay.timeout_seconds': '1' }, aLambdaGroup({}, 'tg')),
    "A target group with target type 'lambda' does not support the attribute deregistration_delay.timeout_seconds",
    WRONG,
  ),
  withMessage(
    recordedDeployment('tg-attr-key-known'),
    'G4',
    'a key of no target group, to the letter',
    setOnGroup({ 'stickiness.duration_seconds': '1' }),
    "Target group attribute key 'stickiness.duration_seconds' is not recognized",
  ),
];

const groups: readonly RecordedCase[] = [
  withMessage(
    recordedDeployment('tg-matcher-range-alb'),
    'HC8',
    'the end of a range, to the letter',
    group({ Matcher: { HttpCode: '200-599' } }),
    "Health check matcher HTTP code '599' must be within '200-499' inclusive",
  ),
  withMessage(
    recordedDeployment('tg-name'),
    'TG1',
    'a name in hyphens',
    group({ Name: `-${'a'.repeat(30)}-` }),
    `1 validation error detected: Value '-${'a'.repeat(30)}-' at 'targetGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^-)(?!.*-$$)^[A-Za-z0-9-]+$$`,
  ),
  withMessage(
    recordedDeployment('tg-lambda-no-vpc'),
    'TG5',
    'a VPC for a function, to the letter',
    { call: 'CreateTargetGroup', input: { Name: '$fresh-tg', TargetType: 'lambda', VpcId: '$vpc' } },
    "VPC ID cannot be specified for target groups with target type 'lambda'",
  ),
  withMessage(
    recordedDeployment('tg-ipv6-with-lambda'),
    'TG7',
    'IPv6 for a function, to the letter',
    { call: 'CreateTargetGroup', input: { Name: '$fresh-tg', TargetType: 'lambda', IpAddressType: 'ipv6' } },
    "Target type 'lambda' is not supported with an IPv6 target group",
  ),
  withMessage(
    recordedDeployment('tg-protocol-version-values'),
    'TG6',
    'a version that is none, to the letter',
    group({ ProtocolVersion: 'HTTP/2' }),
    "Target group protocol version 'HTTP/2' must be one of '[HTTP2, HTTP1, GRPC]'",
  ),
  withMessage(
    'recorded: aws-samples/service-screener-v2#212',
    '6 resource ARNs',
    'a target group that is not there, to the letter',
    {
      call: 'DescribeTargetGroups',
      input: {
        TargetGroupArns: ['arn:aws:elasticloadbalancing:$region:$account:targetgroup/none/0123456789abcdef'],
      },
    },
    'One or more target groups not found',
    'TargetGroupNotFound',
  ),
  withMessage(
    'moto: tests/test_elbv2/test_elbv2_target_groups.py::test_describe_invalid_target_group',
    'moto 5.11',
    'a target group by a name that nobody has, to the letter',
    { call: 'DescribeTargetGroups', input: { Names: ['nobody'] } },
    'One or more target groups not found',
    'TargetGroupNotFound',
  ),
  withMessage(
    recordedDeployment('tg-lambda-single-target'),
    'TG11',
    'two functions in one group',
    {
      before: [aLambdaGroup({}, 'tg')],
      call: 'RegisterTargets',
      input: {
        TargetGroupArn: '$tg',
        Targets: ['a', 'b'].map((name) => ({ Id: `arn:aws:lambda:$region:$account:function:${name}` })),
      },
    },
    "Up to '1' Lambda function target(s) can be registered, but '2' were specified",
    'TooManyTargets',
  ),
  {
    source: 'recorded: getmoto/moto#6812',
    proves: ['moto 5.11'],
    name: 'groups are listed by their names',
    before: [
      aTargetGroup({ Name: 'zebra' }, 'z'),
      aTargetGroup({ Name: 'ant' }, 'a'),
      aTargetGroup({ Name: 'Mole' }, 'm'),
    ],
    call: 'DescribeTargetGroups',
    input: {},
    expect: {
      answer: {
        TargetGroups: {
          length: 3,
          0: { TargetGroupName: 'Mole' },
          1: { TargetGroupName: 'ant' },
          2: { TargetGroupName: 'zebra' },
        },
      },
    },
  },
];

export const recordedTargetGroupRows: readonly ContractRow[] = from(
  'recorded: badmintoncryer/cdk-preflight',
  [...groupAttributes, ...groups],
);
