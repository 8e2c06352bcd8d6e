// Rows for the attributes of listeners (aws-limits 2.2; moto-coverage 3).
import {
  type AttributeFacts,
  type AttributeOwner,
  among,
  attributeRows,
  pairs,
  setting,
  yesOrNo,
} from './attribute-rows.ts';
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aListener, aLoadBalancer, anHttpsListener } from './steps.ts';

const plain: AttributeOwner = {
  kind: 'Listener',
  arn: '$listener',
  before: [aLoadBalancer(), aListener()],
  section: '2.2',
};
const secure: AttributeOwner = { ...plain, arn: '$https', before: [aLoadBalancer(), anHttpsListener()] };

const refused = (
  owner: AttributeOwner,
  proves: string[],
  name: string,
  Attributes: object[],
  ...says: string[]
): ContractCase => ({
  proves,
  name,
  before: owner.before,
  ...setting(owner, Attributes),
  expect: { error: 'InvalidConfigurationRequest', says },
});

/** Key (between its prefix and its suffix) → AWS's own name of the header. */
const REQUEST_HEADERS = {
  x_amzn_mtls_clientcert_serial_number: 'X-Amzn-Mtls-Clientcert-Serial-Number',
  x_amzn_mtls_clientcert_issuer: 'X-Amzn-Mtls-Clientcert-Issuer',
  x_amzn_mtls_clientcert_subject: 'X-Amzn-Mtls-Clientcert-Subject',
  x_amzn_mtls_clientcert_validity: 'X-Amzn-Mtls-Clientcert-Validity',
  x_amzn_mtls_clientcert_leaf: 'X-Amzn-Mtls-Clientcert-Leaf',
  x_amzn_mtls_clientcert: 'X-Amzn-Mtls-Clientcert',
  x_amzn_tls_version: 'X-Amzn-Tls-Version',
  x_amzn_tls_cipher_suite: 'X-Amzn-Tls-Cipher-Suite',
};

const requests: ContractCase[] = Object.entries(REQUEST_HEADERS).flatMap(([part, unset]) => {
  const key = `routing.http.request.${part}.header_name`;
  return [
    ...attributeRows(secure, {
      key,
      unset,
      good: ['X-Of-Mine', "a!#$%&'*+.^_`|~0-9", 'n'.repeat(1024)],
      bad: ['two words', 'a:b', 'grün', 'a(b)', 'a\tb'].map(
        (value) => [value, `The value of '${key}' contains invalid characters`] as const,
      ),
    }),
    {
      proves: [`2.2 ${key}`],
      name: 'nothing is the name of AWS again',
      before: [...secure.before, setting(secure, pairs({ [key]: 'X-Of-Mine' }))],
      ...setting(secure, pairs({ [key]: '' })),
      expect: { answer: { Attributes: pairs({ [key]: unset }) } },
    },
    refused(plain, [`2.2 ${key}`], 'not on HTTP', pairs({ [key]: 'X-Of-Mine' }), `'${key}'`, 'HTTP'),
  ];
});

const FREE_VALUES: Record<string, string> = {
  strict_transport_security: 'max-age=31536000; includeSubDomains',
  access_control_allow_origin: 'https://shop.example.com:8443',
  access_control_allow_methods: 'GET,POST',
  access_control_allow_headers: 'X-One, X-Two',
  access_control_allow_credentials: 'true',
  access_control_expose_headers: '*',
  access_control_max_age: '86400',
  content_security_policy: "default-src 'self' https://*.example.com; img-src *",
};

const RESPONSES: AttributeFacts[] = [
  yesOrNo('routing.http.response.server.enabled', 'true'),
  among('routing.http.response.x_content_type_options.header_value', '', '', 'nosniff'),
  {
    key: 'routing.http.response.x_frame_options.header_value',
    unset: '',
    good: ['', 'DENY', 'SAMEORIGIN'],
    bad: [
      ['ALLOW-FROM https://example.com', 'DENY'],
      ['deny', 'DENY'],
    ],
  },
  ...Object.entries(FREE_VALUES).map(([part, value]) => ({
    key: `routing.http.response.${part}.header_value`,
    unset: '',
    good: [value, '', 'v'.repeat(1024)],
    bad: ['größer', 'a\u0007b'].map((wrong) => [wrong, 'contains invalid characters'] as const),
  })),
];

const responses = RESPONSES.flatMap((facts) => attributeRows(plain, facts));

const whole: ContractCase[] = [
  {
    proves: ['moto 3.23'],
    name: 'all 19 keys on HTTPS',
    before: secure.before,
    call: 'DescribeListenerAttributes',
    input: { ListenerArn: '$https' },
    expect: { answer: { Attributes: { length: 19 } } },
  },
  {
    proves: ['moto 3.23'],
    name: 'the 11 keys of responses on HTTP',
    before: plain.before,
    call: 'DescribeListenerAttributes',
    input: { ListenerArn: '$listener' },
    expect: { answer: { Attributes: { length: 11 } } },
  },
  {
    proves: ['moto 3.24'],
    name: 'what is set is read back',
    before: [...plain.before, setting(plain, pairs({ 'routing.http.response.server.enabled': 'false' }))],
    call: 'DescribeListenerAttributes',
    input: { ListenerArn: '$listener' },
    expect: { answer: { Attributes: pairs({ 'routing.http.response.server.enabled': 'false' }) } },
  },
  refused(
    plain,
    ['G3', 'moto 3.24'],
    'a listener key given twice',
    Array.from({ length: 2 }, () => ({ Key: 'routing.http.response.server.enabled', Value: 'true' })),
    "'routing.http.response.server.enabled'",
    'more than once',
  ),
  ...['tcp.idle_timeout.seconds', 'send_tcp_reset.on_idle_timeout.enabled'].map((key) =>
    refused(
      plain,
      ['G4', 'moto 3.24', 'moto 1.5'],
      `the listener key ${key}`,
      pairs({ [key]: '1' }),
      'The provided listener attribute is not supported',
    ),
  ),
  {
    ...refused(
      plain,
      ['G4', 'moto 3.24', 'moto 1.5'],
      'the listener key of.nobody',
      pairs({ 'of.nobody': '1' }),
    ),
    expect: {
      error: 'ValidationError',
      says: ["Listener attribute key 'of.nobody' is not recognized"],
    },
  },
];

export const listenerAttributeRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, ListenerAttribute', requests),
  ...from('AWS: Elastic Load Balancing API Reference, ListenerAttribute', responses),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyListenerAttributes', whole),
];
