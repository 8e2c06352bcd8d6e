// Descriptors of the annotations about client certificates and certificates that are requested (spec annotations 6.6 to 6.8).
import { annotation, later, shapes } from '../annotation.ts';
import type { MutualAuthentication } from '../aws.ts';
import type { AnnotationValues } from '../generated/values.ts';

/** One port's entry in mutual-authentication. */
export type MutualAuthenticationEntry = AnnotationValues['mutual-authentication'][number];

/** Whether it asks for this; a trust store that is named, and not by its ARN, may be any. */
const asksFor = (said: MutualAuthenticationEntry, value: MutualAuthentication): boolean =>
  said.mode === value.mode &&
  (said.mode !== 'verify' ||
    ((said.trustStore === value.trustStoreArn || said.trustStore?.startsWith('arn:') !== true) &&
      (said.ignoreClientCertificateExpiry ?? false) === (value.ignoreExpiry ?? false) &&
      (said.advertiseTrustStoreCaNames ?? 'off') === (value.advertiseCaNames ?? 'off')));

export const mutualAuthentication = annotation('mutual-authentication', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      properties: {
        port: { type: 'integer', minimum: 1, maximum: 65535 },
        mode: { type: 'string', enum: ['off', 'passthrough', 'verify'] },
        trustStore: { type: 'string' },
        ignoreClientCertificateExpiry: { type: 'boolean' },
        advertiseTrustStoreCaNames: { type: 'string', enum: ['on', 'off'] },
      },
      required: ['port', 'mode'],
    },
    description: 'a JSON list with an entry for each port, such as [{"port":443,"mode":"passthrough"}]',
  },
  merge: 'same',
  effect: shapes('HTTPS listeners: whether and how clients must show a certificate', {
    listener: {
      mutualAuthentication(entries, { spec, value }) {
        const said = entries.findLast(({ port }) => port === spec.port);
        return said !== undefined && asksFor(said, value);
      },
    },
  }),
  protects: true,
  doc: 'Client certificates on HTTPS ports. Mode verify names a trust store, by ARN or by name, and may have the two options.',
  examples: {
    good: [
      '[{"port":443,"mode":"passthrough"}]',
      '[{"port":443,"mode":"verify","trustStore":"arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore/clients/0123456789abcdef"}]',
      '[{"port":443,"mode":"verify","trustStore":"corp","ignoreClientCertificateExpiry":true}]',
    ],
    bad: [
      '',
      '[]',
      '{"port":443,"mode":"off"}',
      '[{"port":443}]',
      '[{"port":443,"mode":"verify"}]',
      '[{"port":443,"mode":"off","trustStore":"clients"}]',
      '[{"port":443,"mode":"off"},{"port":443,"mode":"passthrough"}]',
      '[{"port":8443,"mode":"off"}]',
    ],
  },
});

export const createCertificate = annotation('create-acm-cert', {
  on: ['Ingress'],
  schema: { type: 'boolean' },
  merge: 'each',
  effect: later('certificates are found or named, not requested, in this version'),
  doc: 'Request a certificate for the hosts of the Ingress from ACM.',
  examples: { good: ['true', 'F'], bad: ['yes', ''] },
});

export const privateAuthority = annotation('acm-pca-arn', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    pattern: '^(arn:[^:]+:acm-pca:[^:]*:[0-9]{12}:certificate-authority/.+)?$',
    description:
      'the ARN of a private certificate authority (arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID)',
  },
  merge: 'each',
  effect: later('certificates are found or named, not requested, in this version'),
  doc: 'Private certificate authority that create-acm-cert requests from. Empty: Amazon issues the certificate.',
  examples: {
    good: ['arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/12345678-1234', ''],
    bad: ['private-ca', 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234'],
  },
});
