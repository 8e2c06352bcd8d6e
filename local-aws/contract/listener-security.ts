// Rows for certificates, security policies and target groups of new listeners (aws-limits 2; moto-coverage 3).
import { onBalancer as before, made, refused } from './create-listener.ts';
import { type ContractCase, type ContractRow, from } from './row.ts';
import {
  aListener,
  aLoadBalancer,
  anHttpsListener,
  aPendingCertificate,
  aTargetGroup,
  forwardTo,
} from './steps.ts';

const CERTIFICATES = [{ CertificateArn: '$cert1' }];

const security: ContractCase[] = [
  refused(
    ['N4', 'moto 3.6'],
    'HTTPS without a certificate',
    anHttpsListener({ Certificates: undefined }),
    'ValidationError',
    ['certificate'],
  ),
  refused(
    ['N4', 'moto 3.9'],
    'two default certificates',
    anHttpsListener({ Certificates: [...CERTIFICATES, { CertificateArn: '$cert2' }] }),
    'ValidationError',
    ["Up to '1' certificate ARNs can be specified, but '2' were specified"],
  ),
  refused(
    ['N4'],
    'IsDefault said of the default one',
    anHttpsListener({ Certificates: [{ CertificateArn: '$cert1', IsDefault: true }] }),
    'ValidationError',
    ['IsDefault'],
  ),
  refused(
    ['N5', 'moto 3.11'],
    'a certificate on HTTP',
    aListener({ Certificates: CERTIFICATES }),
    'ValidationError',
    ['A certificate cannot be specified for HTTP listeners'],
  ),
  refused(
    ['N5', 'moto 3.11'],
    'a policy on HTTP',
    aListener({ SslPolicy: 'ELBSecurityPolicy-2016-08' }),
    'ValidationError',
    ['SSL policy', 'HTTP listeners'],
  ),
  made(
    ['N6', '6 IAM certificate'],
    'a certificate of IAM',
    anHttpsListener({
      Certificates: [{ CertificateArn: '$iamCert' }],
    }),
    { Certificates: [{ CertificateArn: '$iamCert' }] },
  ),
  ...(
    [
      [
        ['N6', 'moto 3.7'],
        'unknown to ACM',
        'arn:aws:acm:$region:$account:certificate/11111111-2222-3333-4444-555555555555',
      ],
      [
        ['N6', 'moto 3.8', '6 IAM certificate'],
        'unknown to IAM',
        'arn:aws:iam::$account:server-certificate/nobody',
      ],
      [['N6'], 'of another service', 'arn:aws:s3:::bucket'],
      [['N6'], 'that is no ARN', 'shop.example.com'],
      [
        ['N7'],
        'of another partition',
        'arn:aws-cn:acm:$region:$account:certificate/11111111-2222-3333-4444-555555555555',
      ],
    ] as const
  ).map(([proves, what, CertificateArn]) =>
    refused(
      [...proves, '6 ACM certificate'],
      `a certificate ${what}`,
      anHttpsListener({ Certificates: [{ CertificateArn }] }),
      'CertificateNotFound',
      [`'${CertificateArn}'`],
    ),
  ),
  refused(
    ['N7'],
    'a certificate of another Region',
    anHttpsListener({
      Certificates: [
        { CertificateArn: 'arn:aws:acm:eu-west-1:$account:certificate/11111111-2222-3333-4444-555555555555' },
      ],
    }),
    'ValidationError',
    ["Certificate ARN 'arn:aws:acm:eu-west-1:", 'is not valid'],
  ),
  refused(
    ['N8'],
    'a certificate that is not issued yet',
    anHttpsListener({ Certificates: [{ CertificateArn: '$pendingCert' }] }),
    'UnsupportedCertificate',
    ["'$pendingCert'", 'fully-qualified domain name'],
    [...before, aPendingCertificate],
  ),
  {
    ...refused(
      ['moto 3.7'],
      'a certificate that ACM does not know',
      anHttpsListener({
        Certificates: [
          { CertificateArn: 'arn:aws:acm:$region:$account:certificate/11111111-2222-3333-4444-555555555555' },
        ],
      }),
      'CertificateNotFound',
      [],
    ),
    onMoto: true,
  },
  made(['N11'], 'no policy named', anHttpsListener(), { SslPolicy: 'ELBSecurityPolicy-2016-08' }),
  ...[
    'TLS13-1-2-Res-PQ-2025-09',
    'TLS13-1-3-FIPS-2023-04',
    'TLS13-1-2-RFC9151-FIPS-2023-07',
    'FS-1-2-Res-2020-10',
    'TLS-1-0-2015-04',
  ].map((name) =>
    made(
      ['N11', 'moto 3.10'],
      `the policy ${name}`,
      anHttpsListener({ SslPolicy: `ELBSecurityPolicy-${name}` }),
      { SslPolicy: `ELBSecurityPolicy-${name}` },
    ),
  ),
  ...['ELBSecurityPolicy-TLS14', 'TLS13-1-2-2021-06', 'elbsecuritypolicy-2016-08'].map((SslPolicy) =>
    refused(
      ['N11', 'moto 3.10'],
      `the policy ${SslPolicy}`,
      anHttpsListener({ SslPolicy }),
      'SSLPolicyNotFound',
      [`'${SslPolicy}'`],
    ),
  ),
  ...(
    [
      ['TLS13-1-2-FIPS-2023-04', '2016-08'],
      ['2016-08', 'TLS13-1-2-FIPS-2023-04'],
      ['2016-08', 'TLS13-1-2-RFC9151-FIPS-2023-07'],
    ] as const
  ).map(([there, asked]) =>
    refused(
      ['N12'],
      `${asked} beside ${there}`,
      anHttpsListener({ Port: 8443, SslPolicy: `ELBSecurityPolicy-${asked}` }),
      'InvalidConfigurationRequest',
      ['FIPS', `'ELBSecurityPolicy-${asked}'`],
      [...before, anHttpsListener({ SslPolicy: `ELBSecurityPolicy-${there}` })],
    ),
  ),
  made(
    ['N12'],
    'FIPS beside FIPS, and HTTP beside both',
    anHttpsListener({ Port: 8443, SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04' }),
    { Port: 8443 },
    [...before, aListener(), anHttpsListener({ SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' })],
  ),
];

const groups: ContractCase[] = [
  ...['HTTP2', 'GRPC'].flatMap((ProtocolVersion) => [
    refused(
      ['N21'],
      `${ProtocolVersion} behind HTTP`,
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      'InvalidLoadBalancerAction',
      ["'HTTP'", `'${ProtocolVersion}'`],
      [...before, aTargetGroup({ ProtocolVersion })],
    ),
    made(
      ['N21'],
      `${ProtocolVersion} behind HTTPS`,
      anHttpsListener({ DefaultActions: [forwardTo('$tg')] }),
      { DefaultActions: [{ TargetGroupArn: '$tg' }] },
      [...before, aTargetGroup({ ProtocolVersion })],
    ),
  ]),
  ...['HTTP', 'HTTPS'].map((Protocol) =>
    made(
      ['N21'],
      `an ${Protocol} group behind HTTP`,
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      { DefaultActions: [{ TargetGroupArn: '$tg' }] },
      [...before, aTargetGroup({ Protocol })],
    ),
  ),
  refused(
    ['moto 3.16', 'TG9'],
    'a target group of another load balancer',
    aListener({ LoadBalancerArn: '$lb2', DefaultActions: [forwardTo('$tg')] }),
    'TargetGroupAssociationLimit',
    ['$tg'],
    [...before, aLoadBalancer({}, 'lb2'), aTargetGroup(), aListener({ DefaultActions: [forwardTo('$tg')] })],
  ),
  {
    ...refused(
      ['moto 3.4'],
      'an unknown target group',
      aListener({
        DefaultActions: [
          forwardTo('arn:aws:elasticloadbalancing:$region:$account:targetgroup/gone/0123456789abcdef'),
        ],
      }),
      'TargetGroupNotFound',
      ["Target groups 'arn:", '/gone/'],
    ),
    onMoto: true,
  },
];

export const listenerSecurityRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateListener', security),
  ...from(
    'AWS: Application Load Balancers User Guide, Target groups for your Application Load Balancers: Protocol version',
    groups,
  ),
];
