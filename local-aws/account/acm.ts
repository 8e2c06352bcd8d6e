// Certificates as ACM lists and describes them, where moto answers otherwise (moto-coverage 8; AWS Certificate Manager API Reference).
import { refuse } from '../elb/refusal.ts';
import type { ElbState } from '../elb/state.ts';
import type { RawRequest } from '../moto/moto-proxy.ts';
import { maybeText, numberOf, structureOf, textsOf } from '../protections/input.ts';
import { type HttpAnswer, json } from '../protocol/answer.ts';
import type { AwsCall } from '../protocol/call.ts';

/** ListCertificates, Filters.keyTypes: what is listed unless other types are asked for. */
const LISTED_KEY_TYPES = ['RSA_1024', 'RSA_2048'];
const PAGE = { min: 1, max: 1000, unset: 1000 };

/**
 * Answers ListCertificates and DescribeCertificate; undefined for every other call. `pass` asks moto.
 * @throws AwsRefusal ValidationException for a page that ACM would not give.
 */
export async function serveCertificates(
  state: ElbState,
  call: AwsCall,
  request: RawRequest,
  pass: (request: RawRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer | undefined> {
  if (call.service !== 'acm') return undefined;
  if (call.action === 'ListCertificates') {
    const body = Buffer.from(JSON.stringify(listRequest(call.json)));
    const answer = await pass({ ...request, body });
    if (answer.status >= 300) return answer;
    const { CertificateSummaryList: list } = structureOf(JSON.parse(answer.body.toString()));
    return json(certificatePage(Array.isArray(list) ? list : [], call.json, state));
  }
  if (call.action !== 'DescribeCertificate') return undefined;
  const answer = await pass(request);
  if (answer.status >= 300) return answer;
  const certificate = structureOf(structureOf(JSON.parse(answer.body.toString())).Certificate);
  const InUseBy = usersOf(state, String(certificate.CertificateArn));
  return json({ Certificate: { ...certificate, InUseBy } });
}

/** The call that moto gets: all pages at once, of the key types that are meant. */
export function listRequest(input: Readonly<Record<string, unknown>>): object {
  const { MaxItems: _size, NextToken: _token, ...rest } = input;
  const includes = structureOf(input.Includes);
  const asked = textsOf(includes.keyTypes);
  return { ...rest, Includes: { ...includes, keyTypes: asked.length > 0 ? asked : LISTED_KEY_TYPES } };
}

/** One page of moto's list; the token is the last ARN and its place, which holds when that certificate is gone. */
export function certificatePage(
  list: readonly unknown[],
  input: Readonly<Record<string, unknown>>,
  state: ElbState,
): object {
  const all = list.map((one) => structureOf(one));
  const size = numberOf(input, 'MaxItems', PAGE, 'ValidationException');
  const start = startOf(all, maybeText(input, 'NextToken', 'ValidationException'));
  const cut = all.slice(start, start + size);
  const end = start + cut.length;
  const token = Buffer.from(`${end} ${String(cut.at(-1)?.CertificateArn)}`).toString('base64url');
  return {
    CertificateSummaryList: cut.map((one) => ({
      ...one,
      InUse: usersOf(state, String(one.CertificateArn)).length > 0,
    })),
    ...(end < all.length ? { NextToken: token } : {}),
  };
}

function startOf(all: readonly Readonly<Record<string, unknown>>[], token: string | undefined): number {
  if (token === undefined) return 0;
  const [, place, arn] = /^(\d+) (arn:\S+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (place === undefined) return refuse('ValidationException', 'The NextToken is not valid');
  const at = all.findIndex((one) => one.CertificateArn === arn);
  return at < 0 ? Number(place) - 1 : at + 1;
}

/** The load balancers whose listeners have a certificate. */
export function usersOf(state: ElbState, arn: string): string[] {
  const users = new Set<string>();
  for (const { certificate, extraCertificates, loadBalancerArn } of state.listeners.values())
    if (certificate === arn || extraCertificates.includes(arn)) users.add(loadBalancerArn);
  return [...users];
}
