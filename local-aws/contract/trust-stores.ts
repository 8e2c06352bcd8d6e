// Rows for trust stores, their revocation lists, and the listeners that verify with them (aws-limits N15 to N18; moto-coverage 2).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aLoadBalancer, anHttpsListener, times } from './steps.ts';

const GONE = 'arn:aws:elasticloadbalancing:$region:$account:truststore/gone/0123456789abcdef';

const bundle = (key: string) => ({
  CaCertificatesBundleS3Bucket: 'pki',
  CaCertificatesBundleS3Key: key,
});
const aTrustStore = (changes: object = {}, as = 'store'): ContractStep => ({
  call: 'CreateTrustStore',
  input: { Name: `$fresh-${as}`, ...bundle('ca.pem'), ...changes },
  save: { [as]: 'TrustStores.0.TrustStoreArn' },
});
const verifying = (changes: object = {}) => ({
  MutualAuthentication: { Mode: 'verify', TrustStoreArn: '$store', ...changes },
});

const row = (
  proves: string[],
  name: string,
  before: readonly ContractStep[],
  { call, input }: ContractStep,
  expect: ContractCase['expect'],
): ContractCase => ({ proves, name, before, call, input, expect });
const refused = (error: string, ...says: string[]): ContractCase['expect'] => ({ error, says });

const stores: ContractCase[] = [
  row(
    ['moto 2.30', '6 trust store', 'moto 1.10'],
    'a trust store of two certificates',
    [],
    aTrustStore(bundle('two.pem')),
    {
      answer: {
        TrustStores: [
          {
            Name: '$fresh-store',
            TrustStoreArn:
              /^arn:aws:elasticloadbalancing:$region:$account:truststore\/$fresh-store\/[0-9a-f]{16}$/,
            Status: 'CREATING',
            NumberOfCaCertificates: 2,
            TotalRevokedEntries: 0,
          },
        ],
      },
    },
  ),
  row(
    ['moto 2.30'],
    'it becomes active',
    [aTrustStore()],
    { call: 'DescribeTrustStores', input: { TrustStoreArns: ['$store'] } },
    { answer: { TrustStores: { length: 1, 0: { Status: 'ACTIVE', NumberOfCaCertificates: 1 } } } },
  ),
  ...['a', 'a-b', 'abcdefghijklmnopqrstuvwxyz-01234'].map((Name) =>
    row(['N15'], `the trust store name ${Name}`, [], aTrustStore({ Name }), {
      answer: { TrustStores: [{ Name }] },
    }),
  ),
  ...['', '-a', 'a-', 'a--b', 'a_b', 'abcdefghijklmnopqrstuvwxyz-012345'].map((Name) =>
    row(
      ['N15'],
      `the trust store name "${Name}"`,
      [],
      aTrustStore({ Name }),
      refused('ValidationError', `'${Name}'`),
    ),
  ),
  row(
    ['moto 2.30'],
    'the same name again',
    [aTrustStore()],
    aTrustStore(),
    refused('DuplicateTrustStoreName', "'$fresh-store'"),
  ),
  row(
    ['moto 2.30'],
    'a bundle that is not there',
    [],
    aTrustStore(bundle('nothing.pem')),
    refused('CaCertificatesBundleNotFound', 'nothing.pem'),
  ),
  ...(
    [
      ['no certificate', 'junk.pem', 'no PEM certificate'],
      ['26 certificates', 'many.pem', '25'],
    ] as const
  ).map(([what, key, word]) =>
    row(
      ['moto 2.30'],
      `a bundle with ${what}`,
      [],
      aTrustStore(bundle(key)),
      refused('InvalidCaCertificatesBundle', word),
    ),
  ),
  row(
    ['moto 2.30', 'moto 1.8'],
    'the twenty-first trust store',
    times(20, (n) => aTrustStore({}, `store${n}`)),
    aTrustStore(),
    refused('TooManyTrustStores', '20'),
  ),
  row(
    ['moto 2.30'],
    'another bundle',
    [aTrustStore()],
    { call: 'ModifyTrustStore', input: { TrustStoreArn: '$store', ...bundle('two.pem') } },
    { answer: { TrustStores: [{ TrustStoreArn: '$store', NumberOfCaCertificates: 2 }] } },
  ),
  ...['DescribeTrustStoreAssociations', 'DeleteTrustStore', 'DescribeTrustStoreRevocations'].map((call) =>
    row(
      ['moto 2.30', '6 trust store'],
      `${call} of an unknown one`,
      [],
      { call, input: { TrustStoreArn: GONE } },
      refused('TrustStoreNotFound', 'One or more trust stores not found'),
    ),
  ),
];

const lists: ContractCase[] = [
  row(
    ['moto 2.30'],
    'a list of revoked certificates',
    [aTrustStore()],
    {
      call: 'AddTrustStoreRevocations',
      input: { TrustStoreArn: '$store', RevocationContents: [{ S3Bucket: 'pki', S3Key: 'revoked.pem' }] },
    },
    { answer: { TrustStoreRevocations: [{ RevocationType: 'CRL', NumberOfRevokedEntries: 2 }] } },
  ),
  row(
    ['moto 2.30'],
    'what is no list',
    [aTrustStore()],
    {
      call: 'AddTrustStoreRevocations',
      input: { TrustStoreArn: '$store', RevocationContents: [{ S3Bucket: 'pki', S3Key: 'ca.pem' }] },
    },
    refused('InvalidRevocationContent', 'CERTIFICATE'),
  ),
  row(
    ['moto 2.30'],
    'an unknown list is removed',
    [aTrustStore()],
    { call: 'RemoveTrustStoreRevocations', input: { TrustStoreArn: '$store', RevocationIds: [7] } },
    refused('RevocationIdNotFound', "'7'"),
  ),
];

const users: ContractCase[] = [
  row(
    ['N15', 'moto 3.13', 'moto 1.10'],
    'verify with a trust store',
    [aLoadBalancer(), aTrustStore()],
    anHttpsListener(verifying()),
    {
      answer: {
        Listeners: [
          {
            MutualAuthentication: {
              Mode: 'verify',
              TrustStoreArn: '$store',
              IgnoreClientCertificateExpiry: false,
              AdvertiseTrustStoreCaNames: 'off',
            },
          },
        ],
      },
    },
  ),
  row(
    ['N16', 'N17'],
    'verify, with expired certificates and advertised names',
    [aLoadBalancer(), aTrustStore()],
    anHttpsListener(verifying({ IgnoreClientCertificateExpiry: true, AdvertiseTrustStoreCaNames: 'on' })),
    {
      answer: {
        Listeners: [
          { MutualAuthentication: { IgnoreClientCertificateExpiry: true, AdvertiseTrustStoreCaNames: 'on' } },
        ],
      },
    },
  ),
  row(
    ['N18'],
    'two listeners verify',
    [aLoadBalancer(), aTrustStore(), anHttpsListener(verifying())],
    anHttpsListener({ ...verifying(), Port: 8443 }),
    { answer: { Listeners: [{ Port: 8443 }] } },
  ),
  row(
    ['N18', 'moto 1.8'],
    'a third listener that verifies',
    [
      aLoadBalancer(),
      aTrustStore(),
      anHttpsListener(verifying()),
      anHttpsListener({ ...verifying(), Port: 8443 }, 'second'),
    ],
    anHttpsListener({ ...verifying(), Port: 9443 }),
    refused('InvalidConfigurationRequest', '2', 'verify'),
  ),
  row(
    ['N18'],
    'a third that is changed to verify',
    [
      aLoadBalancer(),
      aTrustStore(),
      anHttpsListener(verifying()),
      anHttpsListener({ ...verifying(), Port: 8443 }, 'second'),
      anHttpsListener({ Port: 9443 }, 'third'),
    ],
    { call: 'ModifyListener', input: { ListenerArn: '$third', ...verifying() } },
    refused('InvalidConfigurationRequest', '2', 'verify'),
  ),
  row(
    ['moto 2.30'],
    'who uses it',
    [aLoadBalancer(), aTrustStore(), anHttpsListener(verifying())],
    { call: 'DescribeTrustStoreAssociations', input: { TrustStoreArn: '$store' } },
    { answer: { TrustStoreAssociations: { length: 1, 0: { ResourceArn: '$https' } } } },
  ),
  row(
    ['moto 2.30', 'moto 1.7'],
    'one that is used stays',
    [aLoadBalancer(), aTrustStore(), anHttpsListener(verifying())],
    { call: 'DeleteTrustStore', input: { TrustStoreArn: '$store' } },
    refused('TrustStoreInUse', '$store'),
  ),
];

export const trustStoreRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateTrustStore', stores),
  ...from('AWS: Elastic Load Balancing API Reference, AddTrustStoreRevocations', lists),
  ...from('AWS: Elastic Load Balancing API Reference, DeleteTrustStore', users),
];
