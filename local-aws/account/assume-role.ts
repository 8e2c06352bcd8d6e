// Whether a role can be assumed: moto hands out credentials for any text. Roles of other accounts are nowhere here, and AWS tells
// nobody whether a role that he may not assume exists.
import { AwsRefusal } from '../elb/refusal.ts';
import type { AwsCall } from '../protocol/call.ts';
import { credentialScope } from './scope.ts';

interface TrustStatement {
  readonly Effect?: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The name at the end of the ARN of a role of an account. */
const nameIn = (arn: string, account: string): string | undefined =>
  new RegExp(`^arn:aws[a-z-]*:iam::${account}:role/(?:.*/)?([^/]+)$`).exec(arn)?.[1];

/** The trust policy of a role, as IAM has it; undefined when there is no such role. */
async function trustOf(
  motoUrl: string,
  arn: string,
  name: string,
): Promise<readonly TrustStatement[] | undefined> {
  const response = await fetch(motoUrl, {
    method: 'POST',
    headers: { authorization: credentialScope('iam') },
    body: new URLSearchParams({ Action: 'GetRole', Version: '2010-05-08', RoleName: name }),
  });
  const body = await response.text();
  if (body.includes('<Code>NoSuchEntity</Code>')) return undefined;
  if (!response.ok) throw new Error(`IAM answered ${response.status} for role ${name}: ${body}`);
  if (!body.includes(`<Arn>${arn}</Arn>`)) return undefined;
  const text = /<AssumeRolePolicyDocument>([^<]*)</.exec(body)?.[1] ?? '';
  const { Statement = [] } = JSON.parse(decodeURIComponent(text).replaceAll('&quot;', '"')) as {
    Statement?: TrustStatement | TrustStatement[];
  };
  return [Statement].flat();
}

/** IAM User Guide, "Access to AWS accounts owned by third parties": the external id that a trust policy asks for must be given. */
export function admitsExternalId({ Effect, Condition = {} }: TrustStatement, given: string | null): boolean {
  const asked = Condition.StringEquals?.['sts:ExternalId'];
  return Effect === 'Allow' && (asked === undefined || [asked].flat().includes(given ?? ''));
}

/** @throws AwsRefusal AccessDenied where the role is not there, or asks for another external id. */
export async function checkAssumable(
  motoUrl: string,
  account: string,
  { service, action, form }: AwsCall,
): Promise<void> {
  if (service !== 'sts' || action !== 'AssumeRole') return;
  const arn = form.get('RoleArn') ?? '';
  const name = nameIn(arn, account);
  const trust = name === undefined ? undefined : await trustOf(motoUrl, arn, name);
  if (trust?.some((statement) => admitsExternalId(statement, form.get('ExternalId'))) === true) return;
  throw new AwsRefusal(
    'AccessDenied',
    `User: arn:aws:iam::${account}:user/local is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    403,
  );
}
