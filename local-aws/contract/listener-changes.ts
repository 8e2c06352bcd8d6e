// Rows for listeners that are there: found, changed, deleted, and mutual authentication (aws-limits 2; moto-coverage 3).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aListener, aLoadBalancer, anHttpsListener, aRule, aTargetGroup, fixed, forwardTo } from './steps.ts';

const GONE =
  'arn:aws:elasticloadbalancing:$region:$account:listener/app/gone/0123456789abcdef/0123456789abcdef';
const before: readonly ContractStep[] = [aLoadBalancer(), aListener(), anHttpsListener()];

const modify = (ListenerArn: string, changes: object): ContractStep => ({
  call: 'ModifyListener',
  input: { ListenerArn, ...changes },
});
const row = (
  proves: string[],
  name: string,
  first: readonly ContractStep[],
  step: ContractStep,
  expect: ContractCase['expect'],
): ContractCase => ({ proves, name, before: first, call: step.call, input: step.input, expect });
const invalid = (...says: string[]): ContractCase['expect'] => ({ error: 'ValidationError', says });
const view = (listener: object): ContractCase['expect'] => ({ answer: { Listeners: [listener] } });

const describeThem = (input: object): ContractStep => ({ call: 'DescribeListeners', input });

const found: ContractCase[] = [
  row(
    ['moto 3.12'],
    'an HTTP listener has neither policy nor certificate',
    before,
    describeThem({ ListenerArns: ['$listener'] }),
    view({
      ListenerArn: '$listener',
      LoadBalancerArn: '$lb',
      Port: 80,
      Protocol: 'HTTP',
      SslPolicy: null,
      Certificates: null,
      AlpnPolicy: null,
      MutualAuthentication: null,
    }),
  ),
  {
    ...row(['moto 3.18'], 'an unknown listener alone', before, describeThem({ ListenerArns: [GONE] }), {
      error: 'ListenerNotFound',
      says: ['One or more listeners not found'],
    }),
    onMoto: true,
  },
  row(
    ['moto 3.18', 'moto 1.13'],
    'a known and an unknown listener',
    before,
    describeThem({ ListenerArns: ['$listener', GONE] }),
    { error: 'ListenerNotFound', says: ['One or more listeners not found'] },
  ),
  row(
    ['moto 3.18', '6 resource ARNs'],
    'what is no listener',
    before,
    describeThem({ ListenerArns: ['$lb'] }),
    invalid("'$lb'"),
  ),
  row(['moto 3.18'], 'neither of what', before, describeThem({}), invalid('listener ARNs')),
  row(
    ['moto 3.18', 'moto 1.9'],
    'a page of listeners',
    before,
    describeThem({ LoadBalancerArn: '$lb', PageSize: 1 }),
    { answer: { Listeners: { length: 1, 0: { ListenerArn: '$listener' } }, NextMarker: /./ } },
  ),
  row(
    ['moto 3.18', 'moto 1.9'],
    'the last page of listeners',
    [...before, { ...describeThem({ LoadBalancerArn: '$lb', PageSize: 1 }), save: { marker: 'NextMarker' } }],
    describeThem({ LoadBalancerArn: '$lb', PageSize: 1, Marker: '$marker' }),
    { answer: { Listeners: { length: 1, 0: { ListenerArn: '$https' } }, NextMarker: null } },
  ),
];

const changed: ContractCase[] = [
  row(
    ['N22', 'moto 3.19'],
    'HTTPS to HTTP drops policy and certificate',
    before,
    modify('$https', { Protocol: 'HTTP' }),
    view({ Protocol: 'HTTP', SslPolicy: null, Certificates: null, MutualAuthentication: null }),
  ),
  row(
    ['N22', 'moto 3.19'],
    'HTTP to HTTPS without a certificate',
    before,
    modify('$listener', { Protocol: 'HTTPS' }),
    invalid('certificate'),
  ),
  row(
    ['N22', 'moto 3.19'],
    'HTTP to HTTPS with a certificate',
    before,
    modify('$listener', { Protocol: 'HTTPS', Certificates: [{ CertificateArn: '$cert2' }] }),
    view({ Protocol: 'HTTPS', Certificates: [{ CertificateArn: '$cert2' }] }),
  ),
  row(
    ['N22', 'A4'],
    'HTTPS to HTTP with a rule that authenticates',
    [
      ...before,
      aRule({
        ListenerArn: '$https',
        Actions: [
          {
            Type: 'jwt-validation',
            Order: 1,
            JwtValidationConfig: { JwksEndpoint: 'https://a.example.com/k', Issuer: 'a' },
          },
          { ...fixed(), Order: 2 },
        ],
      }),
    ],
    modify('$https', { Protocol: 'HTTP' }),
    invalid('jwt-validation', 'HTTPS'),
  ),
  row(['N1', 'moto 3.19'], 'another port', before, modify('$listener', { Port: 81 }), view({ Port: 81 })),
  row(['N3', 'moto 3.19'], 'a port that is taken', before, modify('$listener', { Port: 443 }), {
    error: 'DuplicateListener',
    says: ['443'],
  }),
  {
    ...row(
      ['N6', 'moto 3.19'],
      'an unknown certificate instead',
      before,
      modify('$https', {
        Certificates: [
          { CertificateArn: 'arn:aws:acm:$region:$account:certificate/11111111-2222-3333-4444-555555555555' },
        ],
      }),
      { error: 'CertificateNotFound', says: ['11111111-2222'] },
    ),
    onMoto: true,
  },
  row(
    ['N4'],
    'two certificates instead',
    before,
    modify('$https', {
      Certificates: [{ CertificateArn: '$cert1' }, { CertificateArn: '$cert2' }],
    }),
    invalid("Up to '1' certificate ARNs can be specified, but '2' were specified"),
  ),
  row(
    ['N5'],
    'a certificate for HTTP',
    before,
    modify('$listener', {
      Certificates: [{ CertificateArn: '$cert1' }],
    }),
    invalid('A certificate cannot be specified for HTTP listeners'),
  ),
  row(
    ['N11', 'moto 3.10'],
    'a FIPS policy instead',
    before,
    modify('$https', {
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04',
    }),
    view({ SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' }),
  ),
  row(
    ['N11', 'moto 3.10'],
    'an unknown policy instead',
    before,
    modify('$https', {
      SslPolicy: 'ELBSecurityPolicy-TLS14',
    }),
    { error: 'SSLPolicyNotFound', says: ["'ELBSecurityPolicy-TLS14'"] },
  ),
  row(
    ['N12'],
    'a FIPS policy beside another listener',
    [...before, anHttpsListener({ Port: 8443 }, 'other')],
    modify('$https', { SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' }),
    { error: 'InvalidConfigurationRequest', says: ['FIPS', "'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04'"] },
  ),
  row(
    ['N19', 'moto 3.19'],
    'an unknown target group instead',
    before,
    modify('$listener', {
      DefaultActions: [
        forwardTo('arn:aws:elasticloadbalancing:$region:$account:targetgroup/gone/0123456789abcdef'),
      ],
    }),
    { error: 'TargetGroupNotFound', says: ["Target groups 'arn:", '/gone/'] },
  ),
  row(
    ['N19', 'moto 3.19'],
    'a redirect to itself instead',
    before,
    modify('$listener', {
      DefaultActions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }],
    }),
    invalid('loop'),
  ),
  row(
    ['N21'],
    'HTTP for a listener before a GRPC group',
    [
      aLoadBalancer(),
      aTargetGroup({ ProtocolVersion: 'GRPC' }),
      anHttpsListener({ DefaultActions: [forwardTo('$tg')] }),
    ],
    modify('$https', { Protocol: 'HTTP' }),
    { error: 'InvalidLoadBalancerAction', says: ["'GRPC'"] },
  ),
  row(
    ['moto 3.17'],
    'a target group knows its load balancer once',
    [
      aLoadBalancer(),
      aTargetGroup(),
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      aListener({ Port: 81, DefaultActions: [forwardTo('$tg')] }, 'second'),
    ],
    { call: 'DescribeTargetGroups', input: { TargetGroupArns: ['$tg'] } },
    { answer: { TargetGroups: [{ LoadBalancerArns: { length: 1, 0: '$lb' } }] } },
  ),
  row(
    ['moto 3.17', 'moto 3.19'],
    'and forgets it with the last action',
    [
      aLoadBalancer(),
      aTargetGroup(),
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      modify('$listener', { DefaultActions: [fixed()] }),
    ],
    { call: 'DescribeTargetGroups', input: { TargetGroupArns: ['$tg'] } },
    { answer: { TargetGroups: [{ LoadBalancerArns: [] }] } },
  ),
  {
    ...row(
      ['moto 3.20'],
      'an unknown one',
      before,
      { call: 'DeleteListener', input: { ListenerArn: GONE } },
      {
        error: 'ListenerNotFound',
        says: [`Listener '${GONE}' not found`],
      },
    ),
    onMoto: true,
  },
];

export const listenerChangeRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, DescribeListeners', found),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyListener', changed),
];
