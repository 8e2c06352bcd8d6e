// Certificates of ACM, for finding one by host name (aws-model 7.1, 11.3).
import {
  type CertificateSummary,
  DescribeCertificateCommand,
  type KeyAlgorithm,
  ListCertificatesCommand,
} from '@aws-sdk/client-acm';
import { type Aws, allPages, unlessGone } from '../aws/client.ts';
import { remember } from './cache.ts';
import type { Certificate } from './certificate-choice.ts';

const LIST_MS = 60_000;
const IMPORTED_MS = 5 * 60_000;
/** The names of a certificate that AWS issued never change. */
const ISSUED_MS = 10 * 60 * 60_000;

const KEY_TYPES: KeyAlgorithm[] = [
  'RSA_1024',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'EC_prime256v1',
  'EC_secp384r1',
  'EC_secp521r1',
];

interface Described extends Certificate {
  readonly imported: boolean;
  /** ARN of the private authority that issued it. */
  readonly authority: string | undefined;
}

/**
 * Reads all issued certificates with their names: one call a page, and one for each certificate not yet known. Where
 * `authorities` are named, only those that one of them issued.
 */
export function certificateReader(
  aws: Aws,
  authorities: readonly string[] = [],
): () => Promise<Certificate[]> {
  const described = remember<Described | undefined>(
    (value) => (value === undefined ? 0 : value.imported ? IMPORTED_MS : ISSUED_MS),
    async (arn) => {
      const answer = await unlessGone(aws.acm.send(new DescribeCertificateCommand({ CertificateArn: arn })));
      if (answer === undefined) return undefined;
      const {
        DomainName,
        SubjectAlternativeNames = [],
        Type,
        CertificateAuthorityArn,
      } = answer.Certificate ?? {};
      const domains = [DomainName, ...SubjectAlternativeNames].flatMap((domain) => domain ?? []);
      const imported = Type === 'IMPORTED';
      return { arn, domains: [...new Set(domains)], imported, authority: CertificateAuthorityArn };
    },
  );
  const summaries = remember<CertificateSummary[]>(LIST_MS, () =>
    allPages(async (NextToken) => {
      const page = await aws.acm.send(
        new ListCertificatesCommand({
          CertificateStatuses: ['ISSUED'],
          Includes: { keyTypes: KEY_TYPES },
          NextToken,
        }),
      );
      return { items: page.CertificateSummaryList, token: page.NextToken };
    }),
  );
  return async () => {
    const list = await summaries.get('all');
    const reading = list.map((summary) => {
      // Only a description names the authority.
      const known = authorities.length === 0 ? fromSummary(summary) : undefined;
      return known ?? described.get(summary.CertificateArn ?? '');
    });
    const all = (await Promise.all(reading)).filter((one) => one !== undefined);
    if (authorities.length === 0) return all;
    return all.filter((one) => 'authority' in one && authorities.includes(one.authority ?? ''));
  };
}

/** The list itself names up to 100 names, which is nearly always all of them. */
function fromSummary(summary: CertificateSummary): Certificate | undefined {
  const {
    CertificateArn,
    SubjectAlternativeNameSummaries: names,
    HasAdditionalSubjectAlternativeNames: more,
  } = summary;
  if (CertificateArn === undefined || names === undefined || more !== false) return undefined;
  return { arn: CertificateArn, domains: names };
}
