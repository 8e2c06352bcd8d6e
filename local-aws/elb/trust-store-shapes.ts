// Shapes of the inputs of trust store calls; the action table takes them in. Source of ranges and names: the API reference.

import { integer, list, oneOf, structure, text } from './shape.ts';
import { arn, paged, string, strings, tags } from './shape-parts.ts';

/** The CA certificates of a trust store: an S3 object. */
const bundle = {
  CaCertificatesBundleS3Bucket: string,
  CaCertificatesBundleS3Key: string,
  CaCertificatesBundleS3ObjectVersion: string,
};
const bundleRequired = ['CaCertificatesBundleS3Bucket', 'CaCertificatesBundleS3Key'];

export const TRUST_STORE_ACTIONS = {
  CreateTrustStore: structure(
    {
      Name: text({ min: 1, max: 32, pattern: /^([a-zA-Z0-9]+-)*[a-zA-Z0-9]+$/ }), // N15
      ...bundle,
      Tags: tags,
    },
    'Name',
    ...bundleRequired,
  ),
  DescribeTrustStores: structure({ TrustStoreArns: strings, Names: strings, ...paged }),
  ModifyTrustStore: structure({ TrustStoreArn: string, ...bundle }, 'TrustStoreArn', ...bundleRequired),
  DeleteTrustStore: arn('TrustStoreArn'),
  DescribeTrustStoreAssociations: structure({ TrustStoreArn: string, ...paged }, 'TrustStoreArn'),
  DeleteSharedTrustStoreAssociation: structure(
    { TrustStoreArn: string, ResourceArn: string },
    'TrustStoreArn',
    'ResourceArn',
  ),
  GetTrustStoreCaCertificatesBundle: arn('TrustStoreArn'),
  GetResourcePolicy: arn('ResourceArn'),
  AddTrustStoreRevocations: structure(
    {
      TrustStoreArn: string,
      RevocationContents: list(
        structure({
          S3Bucket: string,
          S3Key: string,
          S3ObjectVersion: string,
          RevocationType: oneOf('CRL'),
        }),
      ),
    },
    'TrustStoreArn',
  ),
  DescribeTrustStoreRevocations: structure(
    { TrustStoreArn: string, RevocationIds: list(integer()), ...paged },
    'TrustStoreArn',
  ),
  GetTrustStoreRevocationContent: structure(
    { TrustStoreArn: string, RevocationId: integer() },
    'TrustStoreArn',
    'RevocationId',
  ),
  RemoveTrustStoreRevocations: structure(
    { TrustStoreArn: string, RevocationIds: list(integer()) },
    'TrustStoreArn',
    'RevocationIds',
  ),
} as const;
