// Whether a certificate that a listener names can be used: issued by ACM, or uploaded to IAM.
import { type ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { credentialScope } from './scope.ts';

/** `unissued`: of ACM, and pending, expired, revoked or failed. */
export type CertificateUse = 'usable' | 'unissued' | 'absent';

/** aws-limits N6, N8: of ACM certificates only issued ones can be used; other services have none. */
export async function certificateUse(acm: ACMClient, motoUrl: string, arn: string): Promise<CertificateUse> {
  if (arn.includes(':acm:')) return inAcm(acm, arn);
  return arn.includes(':iam:') && (await uploaded(motoUrl, arn)) ? 'usable' : 'absent';
}

async function inAcm(acm: ACMClient, arn: string): Promise<CertificateUse> {
  try {
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
    return Certificate?.Status === 'ISSUED' ? 'usable' : 'unissued';
  } catch (error) {
    // An ARN that ACM does not know is an answer: the certificate is absent.
    const name = error instanceof Error ? error.name : '';
    if (name !== 'ResourceNotFoundException' && name !== 'InvalidArnException') throw error;
    return 'absent';
  }
}

/** IAM is asked by name, in the Query protocol; the ARN that it answers tells account and path. */
async function uploaded(motoUrl: string, arn: string): Promise<boolean> {
  const name = /:server-certificate\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (name === undefined) return false;
  const response = await fetch(motoUrl, {
    method: 'POST',
    headers: { authorization: credentialScope('iam') },
    body: new URLSearchParams({
      Action: 'GetServerCertificate',
      Version: '2010-05-08',
      ServerCertificateName: name,
    }),
  });
  const body = await response.text();
  if (response.ok) return body.includes(`<Arn>${arn}</Arn>`);
  if (body.includes('<Code>NoSuchEntity</Code>')) return false;
  throw new Error(`IAM answered ${response.status} for server certificate ${name}: ${body}`);
}
