// Rows to the letter: what AWS said of listeners, their actions and certificates.
import { recordedDeployment, type Try, WRONG, withMessage } from './recorded.ts';
import { type ContractCase, type ContractRow, from } from './row.ts';
import {
  aListener,
  aLoadBalancer,
  anHttpsListener,
  aPendingCertificate,
  aTargetGroup,
  fixed,
  forwardTo,
} from './steps.ts';

const GONE = 'arn:aws:elasticloadbalancing:$region:$account:targetgroup/gone/0123456789abcdef';
const listener = (changes: object, ...before: ContractCase['before'] & object): Try => ({
  before: [aLoadBalancer(), ...before],
  call: 'CreateListener',
  input: aListener(changes).input,
});
const secure = (changes: object, ...before: ContractCase['before'] & object): Try => ({
  before: [aLoadBalancer(), ...before],
  call: 'CreateListener',
  input: anHttpsListener(changes).input,
});
const redirect = (config: object): Try =>
  listener({
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', ...config } }],
  });
const oidc = (changes: object) => ({
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://idp.example.com',
    AuthorizationEndpoint: 'https://idp.example.com/authorize',
    TokenEndpoint: 'https://idp.example.com/token',
    UserInfoEndpoint: 'https://idp.example.com/me',
    ClientId: 'shop',
    ClientSecret: 'secret',
    ...changes,
  },
});
const last = { ...fixed(), Order: 2 };
/** Of the rules of cdk-preflight: rule, what it proves, what is tried, the call, AWS's sentence. */
const TABLE: readonly (readonly [rule: string, proves: string, name: string, step: Try, message: string])[] =
  [
    [
      'listener-port-required',
      'N1',
      'no port',
      listener({ Port: undefined }),
      'A listener port must be specified',
    ],
    [
      'listener-protocol-lb-type',
      'N2',
      'TCP',
      listener({ Protocol: 'TCP' }),
      "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'",
    ],
    [
      'listener-sslpolicy-secure-only',
      'N5',
      'a policy on HTTP',
      listener({ SslPolicy: 'ELBSecurityPolicy-2016-08' }),
      'An SSL policy cannot be specifed for HTTP listeners',
    ],
    [
      'listener-cert-exactly-one',
      'N4',
      'two certificates',
      secure({ Certificates: [{ CertificateArn: '$cert1' }, { CertificateArn: '$cert2' }] }),
      "Up to '1' certificate ARNs can be specified, but '2' were specified",
    ],
    [
      'listener-alpn-tls-only',
      'N13',
      'an ALPN policy',
      secure({ AlpnPolicy: ['HTTP2Preferred'] }),
      "You cannot set ALPN policy on load balancers of type 'application'",
    ],
    [
      'listener-mtls-https-only',
      'N14',
      'mutual authentication on HTTP',
      listener({ MutualAuthentication: { Mode: 'passthrough' } }),
      'Mutual Authentication cannot be set for non secure listeners',
    ],
    [
      'action-forward-weight-range',
      '3.3 forward',
      'a weight of 1000',
      listener(
        {
          DefaultActions: [
            { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: '$tg', Weight: 1000 }] } },
          ],
        },
        aTargetGroup(),
      ),
      'The weight for the target group must be between 1 and 999, inclusive',
    ],
    [
      'action-forward-tgarn-conflict',
      '3.3 forward',
      'two ARNs that differ',
      listener({
        DefaultActions: [
          {
            Type: 'forward',
            TargetGroupArn: GONE,
            ForwardConfig: { TargetGroups: [{ TargetGroupArn: `${GONE}0` }] },
          },
        ],
      }),
      'You can specify both a target group list and a top-level target group ARN only if the ARNs match',
    ],
    [
      'action-redirect-path-leading-slash',
      '3.3 redirect',
      'a path without a slash',
      redirect({ Path: 'p' }),
      "The Path parameter must be a valid path, should start with a '/', and may contain up to one of each of these placeholders: '#{path}', '#{host}', '#{port}'.",
    ],
    [
      'action-redirect-port-value',
      '3.3 redirect',
      'a port that is a word',
      redirect({ Port: 'http' }),
      "The Port parameter must be either an integer between 1 and 65535 or '#{port}'.",
    ],
    [
      'action-redirect-no-change',
      '3.3 redirect',
      'a redirect to itself',
      redirect({ Query: 'a=b' }),
      'The redirect configuration is not valid because it creates a loop.',
    ],
    [
      'listener-action-config-type-match',
      'A5',
      'the configuration of another type',
      listener({ DefaultActions: [{ Type: 'fixed-response', RedirectConfig: { StatusCode: 'HTTP_301' } }] }),
      "For actions of type 'fixed-response', you must specify the following fields: 'FixedResponseConfig'",
    ],
    [
      'listener-action-order-required',
      'A3',
      'two actions without an order',
      secure({ DefaultActions: [{ ...oidc({}), Order: undefined }, fixed()] }),
      'When you specify multiple actions, you must specify an order for each action',
    ],
    [
      'action-cognito-userpool-region',
      '3.3 authenticate-cognito',
      'a user pool of another Region',
      secure({
        DefaultActions: [
          {
            Type: 'authenticate-cognito',
            Order: 1,
            AuthenticateCognitoConfig: {
              UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:$account:userpool/eu-west-1_aaaaaaaaa',
              UserPoolClientId: 'shop',
              UserPoolDomain: 'shop',
            },
          },
          last,
        ],
      }),
      "'arn:aws:cognito-idp:eu-west-1:$account:userpool/eu-west-1_aaaaaaaaa' is not a valid user pool ARN",
    ],
    [
      'action-oidc-endpoint-https',
      '3.3 authenticate-oidc',
      'an endpoint that is no URL',
      secure({ DefaultActions: [oidc({ AuthorizationEndpoint: 'idp.example.com/authorize' }), last] }),
      "The 'idp.example.com/authorize' URL is not valid",
    ],
    [
      'action-session-timeout-range',
      '3.3 authenticate-oidc',
      'a session above a week',
      secure({ DefaultActions: [oidc({ SessionTimeout: 700_000 }), last] }),
      "'Session timeout' value '700000' must be between 1 and 604800 inclusive",
    ],
    [
      'listener-certificate-secure-listener',
      'N5',
      'another certificate on HTTP',
      {
        before: [aLoadBalancer(), aListener()],
        call: 'AddListenerCertificates',
        input: { ListenerArn: '$listener', Certificates: [{ CertificateArn: '$cert2' }] },
      },
      'A certificate cannot be specified for HTTP listeners',
    ],
  ];

const others = [
  withMessage(
    'recorded: hashicorp/terraform-provider-aws#41789',
    'N8',
    'a certificate that is not issued, to the letter',
    secure({ Certificates: [{ CertificateArn: '$pendingCert' }] }, aPendingCertificate),
    "The certificate '$pendingCert' must have a fully-qualified domain name, a supported signature, and a supported key size.",
    'UnsupportedCertificate',
  ),
  withMessage(
    'recorded: hashicorp/terraform-provider-aws#40022',
    'A2',
    'no action, to the letter',
    listener({ DefaultActions: [] }),
    'An action must be specified',
  ),
  withMessage(
    'recorded: aws/copilot-cli#3833',
    '3.3 forward',
    'a target group that is not there, to the letter',
    listener({ DefaultActions: [forwardTo(GONE)] }),
    `Target groups '${GONE}' not found`,
    'TargetGroupNotFound',
  ),
  withMessage(
    recordedDeployment('listener-tg-vpc-match'),
    '3.3 forward',
    'a target group of another VPC, to the letter',
    listener({ DefaultActions: [forwardTo('$tg')] }, aTargetGroup({ VpcId: '$otherVpc' })),
    "The following target groups are in a different VPC than load balancer '$lb': $tg",
    WRONG,
  ),
  ...['HTTP2', 'GRPC'].map((ProtocolVersion) =>
    withMessage(
      'recorded: public code that quotes the refusal of GRPC with its code, and that of HTTP2 without',
      'N21',
      `${ProtocolVersion} behind HTTP, to the letter`,
      listener({ DefaultActions: [forwardTo('$tg')] }, aTargetGroup({ ProtocolVersion })),
      `Listener protocol 'HTTP' is not supported with a target group with the protocol-version '${ProtocolVersion}'`,
      'InvalidLoadBalancerAction',
    ),
  ),
  withMessage(
    'recorded: kubernetes-sigs/aws-load-balancer-controller#1187',
    '6 resource ARNs',
    'rules of a listener that is not there, to the letter',
    {
      before: [aLoadBalancer(), aListener(), { call: 'DeleteListener', input: { ListenerArn: '$listener' } }],
      call: 'DescribeRules',
      input: { ListenerArn: '$listener' },
    },
    'One or more listeners not found',
    'ListenerNotFound',
  ),
  withMessage(
    'recorded: a public trace of RemoveListenerCertificates with 25 ARNs',
    'N9',
    'more than ten certificates are not removed at once',
    {
      before: [aLoadBalancer(), anHttpsListener()],
      call: 'RemoveListenerCertificates',
      input: {
        ListenerArn: '$https',
        Certificates: Array.from({ length: 25 }, (_, at) => ({ CertificateArn: `$extra${at + 1}` })),
      },
    },
    "Up to '10' certificate ARNs can be specified, but '25' were specified",
  ),
];

export const recordedListenerRows: readonly ContractRow[] = from('recorded: badmintoncryer/cdk-preflight', [
  ...TABLE.map(([name, proves, what, step, message]) =>
    withMessage(recordedDeployment(name), proves, `${what}, to the letter`, step, message),
  ),
  ...others,
]);
