// Rows for the certificates of HTTPS listeners beyond the default one (aws-limits N9, N10; moto-coverage 3).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aListener, aLoadBalancer, anHttpsListener } from './steps.ts';

const before: readonly ContractStep[] = [aLoadBalancer(), anHttpsListener()];
const UNKNOWN = 'arn:aws:acm:$region:$account:certificate/11111111-2222-3333-4444-555555555555';

const certificates = (...arns: string[]) => arns.map((CertificateArn) => ({ CertificateArn }));
const change = (verb: 'Add' | 'Remove', ListenerArn: string, ...arns: string[]): ContractStep => ({
  call: `${verb}ListenerCertificates`,
  input: { ListenerArn, Certificates: certificates(...arns) },
});
const list = (input: object = {}): ContractStep => ({
  call: 'DescribeListenerCertificates',
  input: { ListenerArn: '$https', ...input },
});

/** Names of certificates that only fill lists. */
const extras = (count: number, from = 1) => Array.from({ length: count }, (_, at) => `$extra${from + at}`);

const row = (
  proves: string[],
  name: string,
  first: readonly ContractStep[],
  step: ContractStep,
  expect: ContractCase['expect'],
): ContractCase => ({ proves, name, before: first, call: step.call, input: step.input, expect });

const added: ContractCase[] = [
  row(['moto 3.21'], 'one more', before, change('Add', '$https', '$cert2'), {
    answer: { Certificates: [{ CertificateArn: '$cert2', IsDefault: false }] },
  }),
  row(
    ['N10', 'moto 3.21'],
    'one that is there',
    [...before, change('Add', '$https', '$cert2')],
    change('Add', '$https', '$cert2'),
    {
      answer: { Certificates: [{ CertificateArn: '$cert2' }] },
    },
  ),
  row(
    ['N10', 'moto 3.21'],
    'one added twice is listed once',
    [...before, change('Add', '$https', '$cert2'), change('Add', '$https', '$cert2')],
    list(),
    { answer: { Certificates: { length: 2 } } },
  ),
  row(['N10'], 'the default one, too', [...before, change('Add', '$https', '$cert1')], list(), {
    answer: {
      Certificates: [
        { CertificateArn: '$cert1', IsDefault: true },
        { CertificateArn: '$cert1', IsDefault: false },
      ],
    },
  }),
  row(['N6', 'moto 3.21'], 'an unknown one is not added', before, change('Add', '$https', UNKNOWN), {
    error: 'CertificateNotFound',
    says: [`'${UNKNOWN}'`],
  }),
  row(
    ['N5', 'moto 3.21'],
    'not to HTTP',
    [aLoadBalancer(), aListener()],
    change('Add', '$listener', '$cert2'),
    { error: 'ValidationError', says: ['A certificate cannot be specified for HTTP listeners'] },
  ),
  row(['moto 3.21'], 'none at all', before, change('Add', '$https'), {
    error: 'ValidationError',
    says: ['certificate'],
  }),
  row(['N9', 'moto 3.21'], '25 besides the default one', before, change('Add', '$https', ...extras(25)), {
    answer: { Certificates: { length: 25 } },
  }),
  row(
    ['N9', 'moto 3.21', 'moto 1.8'],
    'the twenty-sixth, on another listener',
    [
      ...before,
      anHttpsListener({ Port: 8443 }, 'other'),
      change('Add', '$https', ...extras(20)),
      change('Add', '$other', ...extras(5)),
    ],
    change('Add', '$other', '$extra25'),
    { error: 'TooManyCertificates', says: ['25'] },
  ),
];

const listed: ContractCase[] = [
  row(
    ['moto 3.22'],
    'the default one first, and marked',
    [...before, change('Add', '$https', '$cert2')],
    list(),
    {
      answer: {
        Certificates: [
          { CertificateArn: '$cert1', IsDefault: true },
          { CertificateArn: '$cert2', IsDefault: false },
        ],
      },
    },
  ),
  row(
    ['moto 3.22', 'moto 1.9'],
    'a page of certificates',
    [...before, change('Add', '$https', ...extras(5))],
    list({ PageSize: 4 }),
    { answer: { Certificates: { length: 4 }, NextMarker: /./ } },
  ),
  row(
    ['moto 3.22', 'moto 1.9'],
    'the next page of certificates',
    [
      ...before,
      change('Add', '$https', ...extras(5)),
      { ...list({ PageSize: 4 }), save: { marker: 'NextMarker' } },
    ],
    list({ PageSize: 4, Marker: '$marker' }),
    {
      answer: {
        Certificates: { length: 2, 0: { CertificateArn: '$extra4' }, 1: { CertificateArn: '$extra5' } },
        NextMarker: null,
      },
    },
  ),
  row(
    ['moto 3.22'],
    'one that is removed',
    [...before, change('Add', '$https', '$cert2'), change('Remove', '$https', '$cert2')],
    list(),
    { answer: { Certificates: { length: 1, 0: { CertificateArn: '$cert1', IsDefault: true } } } },
  ),
  row(['moto 3.22'], 'the default one stays', before, change('Remove', '$https', '$cert1'), {
    error: 'OperationNotPermitted',
    says: ["'$cert1'"],
  }),
  row(
    ['N22'],
    'an HTTPS listener that became HTTP has none',
    [
      ...before,
      change('Add', '$https', '$cert2'),
      { call: 'ModifyListener', input: { ListenerArn: '$https', Protocol: 'HTTP' } },
    ],
    list(),
    { answer: { Certificates: [] } },
  ),
  row(
    ['moto 1.7'],
    'one that is in use is not deleted',
    [...before, change('Add', '$https', '$cert2')],
    { call: 'acm DeleteCertificate', input: { CertificateArn: '$cert2' } },
    { error: 'ResourceInUseException', says: [] },
  ),
];

export const certificateRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, AddListenerCertificates', added),
  ...from('AWS: Elastic Load Balancing API Reference, DescribeListenerCertificates', listed),
];
