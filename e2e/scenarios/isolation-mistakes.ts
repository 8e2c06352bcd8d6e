// What can be wrong with an Ingress by itself, and what only AWS knows to be wrong, each with what its binding must say.

export interface Way {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly hosts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly className?: string;
  readonly spec?: object;
  /** Condition, reason, and words of its message. */
  readonly says: readonly [condition: string, reason: string, words: string];
  /** The conflict is told to the other side, too. */
  readonly toldTo?: readonly string[];
}

export interface Ground {
  /** Of a target group that another load balancer has. */
  readonly taken: string;
}

export const TENTH = { 'tenth.example.net': { '/': 'web:80' } };
export const uses = (name: string) => ({ 'tenth.example.net': { '/': `${name}:use-annotation` } });
export const forward = (...targetGroups: object[]): string =>
  JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } });
export const redirect = (host: string): string =>
  JSON.stringify({ type: 'redirect', redirectConfig: { statusCode: 'HTTP_301', host } });
export const HTTPS = '[{"HTTP":80},{"HTTPS":443}]';
export const ARN = (service: string, rest: string): string =>
  `arn:aws:${service}:us-west-2:123456789012:${rest}`;
export const NO_CERTIFICATE = ARN('acm', 'certificate/00000000-1111-2222-3333-444444444444');
const NO_GROUP = ARN('elasticloadbalancing', 'targetgroup/gone/0123456789abcdef');

/** What the Ingress itself gets wrong: nothing of it is taken over. */
export const unreadable: readonly Way[] = [
  {
    name: 'ports that are no JSON',
    annotations: { 'listen-ports': '[{HTTP:80}]' },
    says: ['Accepted', 'Malformed', 'listen-ports'],
  },
  {
    name: 'an action that is no JSON',
    annotations: { 'actions.a': '{' },
    hosts: uses('a'),
    says: ['Accepted', 'Malformed', 'actions.a'],
  },
  {
    name: 'conditions that are no JSON',
    annotations: { 'conditions.web': '[{' },
    says: ['Accepted', 'Malformed', 'conditions.web'],
  },
  {
    name: 'an unknown scheme',
    annotations: { scheme: 'public' },
    says: ['Accepted', 'NotAllowed', 'public'],
  },
  {
    name: 'a forward to six target groups',
    annotations: {
      'actions.a': forward(
        ...[1, 2, 3, 4, 5, 6].map((n) => ({ serviceName: `s${n}`, servicePort: 80, weight: 1 })),
      ),
    },
    hosts: uses('a'),
    says: ['Accepted', 'OutOfRange', 'actions.a'],
  },
  {
    name: 'a weight beyond 999',
    annotations: { 'actions.a': forward({ serviceName: 'web', servicePort: 80, weight: 1000 }) },
    hosts: uses('a'),
    says: ['Accepted', 'OutOfRange', '1000'],
  },
  {
    name: 'too many values in a condition',
    annotations: {
      'conditions.web': JSON.stringify([
        { field: 'path-pattern', pathPatternConfig: { values: [1, 2, 3, 4, 5, 6].map((n) => `/${n}`) } },
      ]),
    },
    says: ['Accepted', 'OutOfRange', 'conditions.web'],
  },
  {
    name: 'a path of 129 characters',
    hosts: { 'tenth.example.net': { [`/${'a'.repeat(128)}`]: 'web:80' } },
    says: ['Accepted', 'OutOfRange', '128'],
  },
  {
    name: 'a regular expression that AWS does not take',
    annotations: { 'use-regex-path-match': 'true' },
    hosts: { 'tenth.example.net': { '/(?=a)b ImplementationSpecific': 'web:80' } },
    says: ['Accepted', 'InvalidFormat', '(?=a)'],
  },
  {
    name: 'an order beyond 1000',
    annotations: { 'group.order': '1001' },
    says: ['Accepted', 'OutOfRange', '1001'],
  },
  {
    name: 'an order that is no number',
    annotations: { 'group.order': 'last' },
    says: ['Accepted', 'Malformed', 'last'],
  },
  {
    name: 'tokens and a login at once',
    annotations: {
      'listen-ports': HTTPS,
      'auth-type': 'cognito',
      'auth-idp-cognito': JSON.stringify({
        userPoolARN: ARN('cognito-idp', 'userpool/us-west-2_a'),
        userPoolClientID: 'a',
        userPoolDomain: 'a',
      }),
      'jwt-validation': '{"jwksEndpoint":"https://login.example.net/keys","issuer":"shop"}',
    },
    hosts: { 'tenth.example.org': { '/': 'web:80' } },
    says: ['Accepted', 'Contradiction', 'jwt-validation'],
  },
  {
    name: 'a class that does not exist',
    className: 'nowhere',
    says: ['ResolvedRefs', 'IngressClassNotFound', 'nowhere'],
  },
  {
    name: 'a class that is closed to its namespace',
    className: 'closed',
    says: ['Accepted', 'ClassNotUsable', 'namespaceSelector'],
  },
];

/** What only AWS knows to be wrong. */
export const refused = ({ taken }: Ground): readonly Way[] => [
  {
    name: 'an attribute that AWS does not know, among good ones',
    annotations: { 'load-balancer-attributes': 'idle_timeout.secs=3,routing.http2.enabled=true,zz.last=1' },
    says: ['Programmed', 'AwsRefused', 'idle_timeout.secs'],
  },
  {
    name: 'a certificate that does not exist',
    annotations: { 'listen-ports': HTTPS, 'certificate-arn': NO_CERTIFICATE },
    says: ['Programmed', 'AwsRefused', 'CertificateNotFound'],
  },
  {
    name: 'the same, first in the group',
    annotations: { 'listen-ports': HTTPS, 'certificate-arn': NO_CERTIFICATE, 'group.order': '-1000' },
    says: ['Programmed', 'AwsRefused', 'CertificateNotFound'],
  },
  {
    name: 'the same on a port of its own',
    annotations: { 'listen-ports': '[{"HTTPS":9443}]', 'certificate-arn': NO_CERTIFICATE },
    says: ['Programmed', 'AwsRefused', 'CertificateNotFound'],
  },
  {
    name: 'a target group that does not exist, first in the group',
    annotations: { 'actions.a': forward({ targetGroupARN: NO_GROUP, weight: 1 }), 'group.order': '-1000' },
    hosts: uses('a'),
    says: ['Programmed', 'AwsRefused', 'TargetGroupNotFound'],
  },
  {
    name: 'the target group of another load balancer',
    annotations: { 'actions.a': forward({ targetGroupARN: taken, weight: 1 }) },
    hosts: uses('a'),
    says: ['Programmed', 'AwsRefused', 'TargetGroupAssociationLimit'],
  },
  {
    name: 'a trust store that does not exist',
    annotations: {
      'listen-ports': HTTPS,
      'mutual-authentication': JSON.stringify([
        {
          port: 443,
          mode: 'verify',
          trustStore: ARN('elasticloadbalancing', 'truststore/gone/0123456789abcdef'),
        },
      ]),
    },
    hosts: { 'tenth.example.org': { '/': 'web:80' } },
    says: ['Programmed', 'AwsRefused', 'TrustStoreNotFound'],
  },
  {
    name: 'more rules than there may be, first in the group',
    annotations: { 'group.order': '-1000' },
    hosts: {
      'tenth.example.net': Object.fromEntries(
        Array.from({ length: 120 }, (_, n) => [`/p${n} Exact`, 'web:80']),
      ),
    },
    says: ['Programmed', 'AwsRefused', 'TooManyRules'],
  },
];
