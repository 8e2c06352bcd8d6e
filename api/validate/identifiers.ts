// Identifiers of AWS resources in annotations of other resources: what a text is, and where it is said here.

interface IdentifierKind {
  readonly form: RegExp;
  readonly what: string;
  /** The annotation that names such resources, if one does. */
  readonly home?: string;
}

const ofService = (service: string, resource = ''): RegExp =>
  new RegExp(`^arn:aws[a-z-]*:${service}:[^:]*:[^:]*:${resource}`);

const KINDS: readonly IdentifierKind[] = [
  { form: ofService('acm', 'certificate/'), what: 'the ARN of an ACM certificate', home: 'certificate-arn' },
  {
    form: ofService('iam', 'server-certificate/'),
    what: 'the ARN of an IAM server certificate',
    home: 'certificate-arn',
  },
  { form: ofService('acm-pca'), what: 'the ARN of a private certificate authority', home: 'acm-pca-arn' },
  {
    form: ofService('wafv2', 'global/'),
    what: 'the ARN of a web ACL of CloudFront; load balancers have regional ones',
  },
  { form: ofService('wafv2'), what: 'the ARN of a web ACL', home: 'wafv2-acl-arn' },
  {
    form: ofService('elasticloadbalancing', 'targetgroup/'),
    what: 'the ARN of a target group',
    home: 'actions.NAME, as targetGroupARN',
  },
  {
    form: ofService('elasticloadbalancing', 'truststore/'),
    what: 'the ARN of a trust store',
    home: 'mutual-authentication',
  },
  { form: ofService('elasticloadbalancing', 'loadbalancer/'), what: 'the ARN of a load balancer' },
  { form: ofService('cognito-idp', 'userpool/'), what: 'the ARN of a user pool', home: 'auth-idp-cognito' },
  {
    form: ofService('ec2', 'subnet/'),
    what: 'the ARN of a subnet, of which the id alone is expected',
    home: 'subnets',
  },
  {
    form: ofService('ec2', 'security-group/'),
    what: 'the ARN of a security group, of which the id alone is expected',
    home: 'security-groups',
  },
  { form: ofService('s3'), what: 'the ARN of a bucket, of which the name alone is expected' },
  { form: /^arn:/, what: 'an ARN' },
  { form: /^sg-[0-9a-f]{8,17}$/, what: 'the id of a security group', home: 'security-groups' },
  { form: /^subnet-[0-9a-f]{8,17}$/, what: 'the id of a subnet', home: 'subnets' },
  { form: /^pl-[0-9a-f]{8,17}$/, what: 'the id of a prefix list', home: 'security-group-prefix-lists' },
  {
    form: /^eipalloc-[0-9a-f]{8,17}$/,
    what: 'the id of an Elastic IP',
    home: 'frontend-nlb-eip-allocations',
  },
  { form: /^ipam-pool-[0-9a-f]{8,17}$/, what: 'the id of an IPAM pool', home: 'ipam-ipv4-pool-id' },
  { form: /^vpc-[0-9a-f]{8,17}$/, what: 'the id of a VPC' },
  { form: /^i-[0-9a-f]{8,17}$/, what: 'the id of an instance' },
];

/**
 * What a text is, when it is an identifier that the annotation `name` does not take: `this is the id of a subnet, which is
 * said in subnets`.
 */
export function misplaced(name: string, text: string): string | undefined {
  const kind = KINDS.find(({ form }) => form.test(text));
  if (kind === undefined || (kind.home === name && !kind.what.includes(' alone '))) return undefined;
  const { what, home } = kind;
  return home === undefined || home === name
    ? `this is ${what}`
    : `this is ${what}, which is said in ${home}`;
}
