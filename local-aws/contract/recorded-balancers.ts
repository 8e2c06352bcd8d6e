// Rows to the letter: what AWS said of load balancers, of their attributes, and of those of listeners.
import { pairs } from './attribute-rows.ts';
import { type RecordedCase, recordedDeployment, type Try, WRONG, withMessage } from './recorded.ts';
import { type ContractRow, from } from './row.ts';
import { aListener, aLoadBalancer } from './steps.ts';

const balancer = (changes: object): Try => ({
  call: 'CreateLoadBalancer',
  input: { Name: '$fresh-lb', Subnets: ['$subnetA', '$subnetB'], ...changes },
});
const setOnBalancer = (values: Record<string, string>): Try => ({
  before: [aLoadBalancer()],
  call: 'ModifyLoadBalancerAttributes',
  input: { LoadBalancerArn: '$lb', Attributes: pairs(values) },
});
const setOnListener = (values: Record<string, string>): Try => ({
  before: [aLoadBalancer(), aListener()],
  call: 'ModifyListenerAttributes',
  input: { ListenerArn: '$listener', Attributes: pairs(values) },
});

const balancers: readonly RecordedCase[] = [
  withMessage(
    'recorded: openshift/installer#1110, giantswarm/aws-operator#1231',
    'L2',
    'facing the internet in a VPC without internet gateway',
    balancer({ Subnets: ['$otherSubnetA', '$otherSubnetB'] }),
    'VPC $otherVpc has no internet gateway',
    'InvalidSubnet',
  ),
  withMessage(
    recordedDeployment('lb-one-subnet-per-az'),
    'L8',
    'two subnets of one zone, to the letter',
    balancer({ Subnets: ['$subnetA', '$sameZone'] }),
    'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    WRONG,
  ),
  withMessage(
    recordedDeployment('lb-sg-vpc-match'),
    'L15',
    'a security group of another VPC, to the letter',
    balancer({ SecurityGroups: ['$sgOther'] }),
    'One or more security groups are invalid',
    WRONG,
  ),
  withMessage(
    recordedDeployment('lb-name'),
    'L1',
    'a name of 33 characters',
    balancer({ Name: 'a'.repeat(33) }),
    `The load balancer name '${'a'.repeat(33)}' cannot be longer than '32' characters`,
  ),
  ...(
    [
      [
        'eip-nlb-only',
        { AllocationId: 'eipalloc-0123456789abcdef0' },
        "Elastic IPs are not supported for load balancers with type 'application'",
      ],
      [
        'private-ipv4-internal-only',
        { PrivateIPv4Address: '10.0.0.10' },
        "You can only specify private IPv4 addresses for Network Load Balancers with scheme 'internal'.",
      ],
    ] as const
  ).map(([rule, mapping, message]) =>
    withMessage(
      recordedDeployment(`lb-${rule}`),
      'L12',
      `a mapping with ${Object.keys(mapping).join()}, to the letter`,
      balancer({
        Subnets: undefined,
        SubnetMappings: [{ SubnetId: '$subnetA', ...mapping }, { SubnetId: '$subnetB' }],
      }),
      message,
      WRONG,
    ),
  ),
];

const attributes: readonly RecordedCase[] = [
  ...(
    [
      ['idle-timeout-range', 'idle_timeout.timeout_seconds', '0', 'cannot be less than 1 characters'],
      [
        'idle-timeout-range',
        'idle_timeout.timeout_seconds',
        '4001',
        'cannot be greater than 4000 characters',
      ],
      [
        'attr-client-keep-alive-range',
        'client_keep_alive.seconds',
        '59',
        'must be an integer between 60 and 604800',
      ],
      [
        'attr-boolean-value',
        'deletion_protection.enabled',
        'yes',
        "must be 'true' or 'false', but was 'yes'",
      ],
    ] as const
  ).map(([rule, key, value, words]) =>
    withMessage(
      recordedDeployment(`lb-${rule}`),
      `1.1 ${key}`,
      `"${value}", to the letter`,
      setOnBalancer({ [key]: value }),
      `The value of '${key}' ${words}`,
      WRONG,
    ),
  ),
  withMessage(
    recordedDeployment('lb-attr-key-known'),
    'G4',
    'a key of no load balancer, to the letter',
    setOnBalancer({ 'routing.http.idle_timeout.seconds': '60' }),
    "Load balancer attribute key 'routing.http.idle_timeout.seconds' is not recognized",
  ),
  withMessage(
    'recorded: badmintoncryer/cdk-preflight, pf-elbv2-lb-attr-count-max',
    '1.1 access_logs.s3.bucket',
    'a bucket that is not there, with logging off',
    setOnBalancer({ 'access_logs.s3.bucket': 'not-there' }),
    'Access Denied for bucket: not-there. Please check S3bucket permission',
    WRONG,
  ),
  withMessage(
    recordedDeployment('lb-attr-access-logs-bucket-required'),
    '1.1 access_logs.s3.enabled',
    'logs without a bucket, to the letter',
    setOnBalancer({ 'access_logs.s3.enabled': 'true' }),
    "The key 'access_logs.s3.bucket' must set in order to enable access logs",
    WRONG,
  ),
];

const listenerAttributes: readonly RecordedCase[] = [
  ...(
    [
      [
        'x-content-type-options-value',
        'routing.http.response.x_content_type_options.header_value',
        'sniff',
        'nosniff',
      ],
      [
        'x-frame-options-value',
        'routing.http.response.x_frame_options.header_value',
        'ALLOW-FROM https://example.com',
        'DENY, SAMEORIGIN',
      ],
    ] as const
  ).map(([name, key, value, allowed]) =>
    withMessage(
      recordedDeployment(`listener-attr-${name}`),
      `2.2 ${key}`,
      `"${value}", to the letter`,
      setOnListener({ [key]: value }),
      `The value of '${key}' must be from the following: [${allowed}], but was '${value}'`,
      WRONG,
    ),
  ),
  withMessage(
    recordedDeployment('listener-attr-key-known'),
    'G4',
    'a key of no listener, to the letter',
    setOnListener({ 'tcp.idle_timeout_seconds': '60' }),
    "Listener attribute key 'tcp.idle_timeout_seconds' is not recognized",
  ),
];

export const recordedBalancerRows: readonly ContractRow[] = from('recorded: badmintoncryer/cdk-preflight', [
  ...balancers,
  ...attributes,
  ...listenerAttributes,
]);
