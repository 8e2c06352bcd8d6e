// Rows for mutual authentication of HTTPS listeners (aws-limits N14 to N18; moto-coverage 3).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aListener, aLoadBalancer, anHttpsListener } from './steps.ts';

const GONE = 'arn:aws:elasticloadbalancing:$region:$account:truststore/gone/0123456789abcdef';
const before: readonly ContractStep[] = [aLoadBalancer()];

const row = (
  proves: string[],
  name: string,
  MutualAuthentication: object,
  expect: ContractCase['expect'],
  first: readonly ContractStep[] = before,
  step = anHttpsListener,
): ContractCase => ({
  proves,
  name,
  before: first,
  call: 'CreateListener',
  input: step({ MutualAuthentication }).input,
  expect,
});
const invalid = (...says: string[]): ContractCase['expect'] => ({ error: 'ValidationError', says });
const view = (MutualAuthentication: object): ContractCase['expect'] => ({
  answer: { Listeners: [{ MutualAuthentication }] },
});

export const mutualAuthenticationRows: readonly ContractRow[] = from(
  'AWS: Elastic Load Balancing API Reference, MutualAuthenticationAttributes',
  [
    {
      ...row(['N14', 'moto 3.13', 'moto 1.10'], 'off when nothing is said', {}, view({ Mode: 'off' })),
      input: anHttpsListener().input,
    },
    ...['off', 'passthrough'].map((Mode) =>
      row(['N14', 'moto 3.13', 'moto 1.10'], `the mode ${Mode}`, { Mode }, view({ Mode })),
    ),
    row(['N14'], 'an unknown mode', { Mode: 'on' }, invalid('Mutual Authentication mode on not found')),
    row(
      ['N14'],
      'passthrough on HTTP',
      { Mode: 'passthrough' },
      invalid('non secure listeners'),
      before,
      aListener,
    ),
    row(
      ['N15'],
      'verify without a trust store',
      { Mode: 'verify' },
      invalid('mode verify requires a trust store arn'),
    ),
    row(
      ['N15', '6 trust store'],
      'verify with an unknown trust store',
      { Mode: 'verify', TrustStoreArn: GONE },
      { error: 'TrustStoreNotFound', says: ['One or more trust stores not found'] },
    ),
    row(
      ['N15', '6 trust store'],
      'verify with what is no trust store',
      { Mode: 'verify', TrustStoreArn: 'store' },
      invalid("'store'"),
    ),
    ...['off', 'passthrough'].flatMap((Mode) => [
      row(
        ['N15'],
        `a trust store with ${Mode}`,
        { Mode, TrustStoreArn: GONE },
        invalid(`mode ${Mode}`, 'trust store'),
      ),
      row(
        ['N16'],
        `expired certificates with ${Mode}`,
        { Mode, IgnoreClientCertificateExpiry: true },
        invalid(`mode ${Mode} does not support ignoring client certificate expiry`),
      ),
      row(
        ['N16'],
        `expired certificates not ignored with ${Mode}`,
        { Mode, IgnoreClientCertificateExpiry: false },
        view({ Mode }),
      ),
      row(
        ['N17'],
        `advertised names with ${Mode}`,
        { Mode, AdvertiseTrustStoreCaNames: 'on' },
        invalid(`mode ${Mode} does not support advertise trust store ca names`),
      ),
      row(
        ['N17'],
        `names not advertised with ${Mode}`,
        { Mode, AdvertiseTrustStoreCaNames: 'off' },
        view({ Mode }),
      ),
    ]),
    row(
      ['N17'],
      'advertised names that are neither on nor off',
      { Mode: 'off', AdvertiseTrustStoreCaNames: 'yes' },
      invalid("'yes'"),
    ),
    {
      proves: ['moto 3.13'],
      name: 'a mode is changed',
      before: [aLoadBalancer(), anHttpsListener()],
      call: 'ModifyListener',
      input: { ListenerArn: '$https', MutualAuthentication: { Mode: 'passthrough' } },
      expect: view({ Mode: 'passthrough' }),
    },
  ],
);
