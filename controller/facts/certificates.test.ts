// Certificates of ACM: which are described, and those of named authorities only (aws-model 7.1).
import { DescribeCertificateCommand, ListCertificatesCommand } from '@aws-sdk/client-acm';
import { expect, test } from 'vitest';
import type { Aws } from '../aws/client.ts';
import { certificateReader } from './certificates.ts';

const AUTHORITY = 'arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/a';
const ISSUED: Readonly<Record<string, string | undefined>> = {
  public: undefined,
  ours: AUTHORITY,
  theirs: `${AUTHORITY}b`,
};

async function send(command: object): Promise<object> {
  if (command instanceof ListCertificatesCommand) {
    return {
      CertificateSummaryList: Object.keys(ISSUED).map((CertificateArn) => ({
        CertificateArn,
        SubjectAlternativeNameSummaries: ['example.com'],
        HasAdditionalSubjectAlternativeNames: false,
      })),
    };
  }
  if (!(command instanceof DescribeCertificateCommand)) throw new Error('unexpected');
  const arn = command.input.CertificateArn ?? '';
  return {
    Certificate: {
      CertificateArn: arn,
      SubjectAlternativeNames: ['example.com'],
      CertificateAuthorityArn: ISSUED[arn],
    },
  };
}
const found = async (authorities?: string[]) =>
  (await certificateReader({ acm: { send } } as unknown as Aws, authorities)()).map(({ arn }) => arn);

test('all issued ones count', async () => {
  expect(await found()).toEqual(['public', 'ours', 'theirs']);
});

test('where authorities are named, only theirs', async () => {
  expect(await found([AUTHORITY])).toEqual(['ours']);
});
