// Remedies: what an answer of AWS means to the person who runs the controller, and what to do about it. Pure, one table.
// AWS's own words are quoted before them. Sources: Elastic Load Balancing API Reference (errors of each call), Application
// Load Balancers User Guide, Amazon EC2 API Reference (Error codes), IAM User Guide (Troubleshoot access denied errors).

/** What is known of a refusal. */
export interface ErrorAnswer {
  /** The call: `CreateListener`. */
  readonly action: string;
  /** Without the SDK's suffix: `InvalidSubnet`. */
  readonly code: string;
  readonly message: string;
}

interface Remedy {
  readonly code: RegExp;
  /** What AWS's words must contain; its groups are handed to `say`. */
  readonly words?: RegExp;
  /** One sentence without its full stop: the meaning if it does not go without saying, then what to do. */
  readonly say: (of: ErrorAnswer, groups: readonly string[]) => string;
}

const QUOTA_NAMES: Readonly<Record<string, string>> = {
  TooManyLoadBalancers: 'Application Load Balancers per Region',
  TooManyTargetGroups: 'Target Groups per Region',
  TooManyListeners: 'Listeners per Application Load Balancer',
  TooManyRules: 'Rules per Application Load Balancer',
  TooManyCertificates: 'Certificates per Application Load Balancer',
  TooManyTargets: 'Targets per Target Group per Region, or Targets per Application Load Balancer',
  TooManyRegistrationsForTargetId: 'Number of times a target can be registered per Application Load Balancer',
  TooManyUniqueTargetGroupsPerLoadBalancer: 'Target Groups per Application Load Balancer',
  SecurityGroupLimitExceeded: 'VPC security groups per Region',
  RulesPerSecurityGroupLimitExceeded: 'Inbound or outbound rules per security group',
  SecurityGroupsPerInterfaceLimitExceeded: 'Security groups per network interface',
};

/** The first that fits is taken: what AWS's words tell more of stands before what only the code tells. */
const REMEDIES: readonly Remedy[] = [
  {
    code: /^AccessDenied$/,
    words: /sts:AssumeRole/,
    say: () =>
      "three things must agree: the trust policy of the role names the controller's role, and its external id if it asks for one, " +
      'and the policy of the controller allows sts:AssumeRole for it',
  },
  {
    code: /^InvalidSubnet$/,
    words: /VPC (vpc-\w+) has no internet gateway/,
    say: (_of, [vpc]) =>
      `what is internet-facing needs a way to the internet: attach an internet gateway to ${vpc} and route the subnets to it, ` +
      'or set the annotation scheme to internal',
  },
  {
    code: /^InvalidSubnet$/,
    words: /Not enough IP space available in (subnet-\w+)/,
    say: (_of, [subnet]) =>
      `a load balancer needs 8 free addresses in each subnet: free some in ${subnet}, or name larger subnets with the annotation subnets`,
  },
  {
    code: /^InvalidConfigurationRequest$/,
    words: /Access Denied for bucket: (.+?)\. Please check/,
    say: (_of, [bucket]) =>
      `the bucket ${bucket} is not there, lies in another Region, or its policy does not let Elastic Load Balancing write ` +
      '(s3:PutObject for the service principal logdelivery.elasticloadbalancing.amazonaws.com); AWS looks also while logging is off: ' +
      'make the bucket or mend its policy, or take the bucket out of load-balancer-attributes',
  },
  {
    code: /^UnsupportedCertificate$/,
    say: () =>
      'the certificate is not issued yet (its domain waits to be validated), has expired or was revoked, or its key is of a kind or ' +
      'size that load balancers do not take (RSA 2048 to 4096 bits and ECDSA P-256 to P-521 are taken): look at its status in ACM',
  },
  {
    code: /^ValidationError$/,
    words: /Certificate ARN '(arn:[^']+)' is not valid/,
    say: (_of, [arn]) =>
      `a load balancer uses certificates of its own Region only: request or import the one of ${regionOf(arn)} there as well`,
  },
  {
    code: /^CertificateNotFound$/,
    say: () =>
      'the certificate must be in ACM or IAM of the account and Region of the load balancer: name one that is there, or leave ' +
      'certificate-arn out to have one found by its host',
  },
  {
    code: /^ValidationError$/,
    words: /At least two subnets in two different Availability Zones/,
    say: () =>
      'name subnets of a second zone with the annotation subnets, or tag them (kubernetes.io/role/elb for internet-facing, ' +
      'kubernetes.io/role/internal-elb for internal)',
  },
  {
    code: /^InvalidConfigurationRequest$/,
    words: /multiple subnets in the same Availability Zone/,
    say: () => 'name one subnet for each zone with the annotation subnets, or tag only one of each zone',
  },
  {
    code: /^InvalidConfigurationRequest$/,
    words: /One or more security groups are invalid/,
    say: () => 'name security groups of the VPC of the load balancer',
  },
  {
    code: /^OperationNotPermitted$/,
    words: /does not support creating load balancers/,
    say: () => 'the account is new or restricted: AWS Support must enable load balancers for it',
  },
  {
    code: /^AvailabilityZoneNotSupported$/,
    say: () =>
      'this zone has no Application Load Balancers: name subnets of other zones with the annotation subnets',
  },
  {
    code: /^TargetGroupAssociationLimit$/,
    say: () =>
      'a target group serves one load balancer: take it out of the other one, or use a target group of its own',
  },
  {
    code: /^(TooMany(?!Requests|Actions|Tags)\w+|\w+LimitExceeded)$/,
    say: ({ code }) => {
      const name = QUOTA_NAMES[code];
      const quota = name === undefined ? 'a quota' : `the quota "${name}"`;
      return `${quota} is reached: remove what nobody needs, or ask for more in Service Quotas`;
    },
  },
  {
    code: /^(AccessDenied|UnauthorizedOperation)$/,
    say: ({ action, message }) => {
      const missing = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z*]+)/.exec(message)?.[1];
      const allowed = missing ?? `the action ${action}`;
      const where = /with an explicit deny in an? ([a-z -]+)/.exec(message)?.[1];
      if (where !== undefined)
        return `a ${where.trim()} of the account denies ${allowed}: its administrator must lift that`;
      return `allow ${allowed} in the IAM policy of the controller's role (config/controller/iam-policy.json has all it needs)`;
    },
  },
  {
    code: /^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|AuthFailure|SignatureDoesNotMatch|MissingAuthenticationToken|CredentialsProviderError)$/,
    say: () =>
      "AWS does not accept the controller's credentials: look at the role of its service account, at AWS_REGION and at the clock of the node",
  },
];

const regionOf = (arn = ''): string => arn.split(':')[3] || 'another one';

/** What to do about an answer of AWS, as one sentence without its full stop; undefined when its own words must do. */
export function remedyOf(of: ErrorAnswer): string | undefined {
  for (const { code, words, say } of REMEDIES) {
    if (!code.test(of.code)) continue;
    const found = words === undefined ? [''] : words.exec(of.message);
    if (found !== null) return say(of, found.slice(1));
  }
  return undefined;
}

/** AWS's words without what only AWS can read (Amazon EC2 API Reference: DecodeAuthorizationMessage). */
export const readable = (message: string): string =>
  message.replace(/\s*Encoded authorization failure message: ?\S*/g, '').trim();
