// Certificates of HTTPS listeners: the default one, and the list for server name indication.
import type {
  AddListenerCertificatesInput,
  Certificate,
  DescribeListenerCertificatesInput,
  DescribeListenerCertificatesOutput,
  RemoveListenerCertificatesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { held, listenerOf } from './find.ts';
import { page } from './page.ts';
import { invalid, refuse } from './refusal.ts';
import type { CallContext, ElbState } from './state.ts';

/** aws-limits N4, N6: exactly one default certificate, and it exists. */
export function defaultCertificate(
  asked: readonly Certificate[] | undefined,
  present: string | undefined,
  { world, region }: CertificateScope,
): string {
  if (asked === undefined && present !== undefined) return present;
  const [first, second] = asked ?? [];
  if (first === undefined) invalid('A certificate must be specified for HTTPS listeners');
  if (second !== undefined) tooManyArns(1, asked ?? []);
  if (first.IsDefault !== undefined) invalid('IsDefault cannot be specified for the default certificate');
  return existing(first, { world, region });
}

/** Of RemoveListenerCertificates; of the call that adds, no limit is recorded. */
const ARNS_MAX = 10;

const tooManyArns = (most: number, asked: readonly unknown[]): never =>
  invalid(`Up to '${most}' certificate ARNs can be specified, but '${asked.length}' were specified`);

/** aws-limits N6 to N8: of ACM in this Region or of IAM; there; and issued. */
function existing(certificate: Certificate, { world, region }: CertificateScope): string {
  const arn = certificate.CertificateArn ?? '';
  if (world.certificates.has(arn)) return arn;
  const elsewhere = /^arn:[^:]+:acm:([^:]*):/.exec(arn)?.[1];
  if (elsewhere !== undefined && elsewhere !== region) invalid(`Certificate ARN '${arn}' is not valid`);
  if (world.unissued?.has(arn))
    refuse(
      'UnsupportedCertificate',
      `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    );
  return refuse('CertificateNotFound', `Certificate '${arn}' not found`);
}

type CertificateScope = Pick<CallContext, 'world' | 'region'>;

/** aws-limits N9, N10: 25 per load balancer without defaults; adding what is there has no effect. */
export function addListenerCertificates(
  state: ElbState,
  input: AddListenerCertificatesInput,
  context: CallContext,
): { Certificates: Certificate[] } {
  const listener = listenerOf(state, input.ListenerArn);
  if (listener.protocol !== 'HTTPS') invalid('A certificate cannot be specified for HTTP listeners');
  const given = input.Certificates ?? [];
  const asked = given.map((certificate) => existing(certificate, context));
  if (asked.length === 0) invalid('At least one certificate must be specified');
  const lb = held(state.loadBalancers, listener.loadBalancerArn);
  const result = [...new Set([...listener.extraCertificates, ...asked])];
  const limit = context.limits['certificates-per-application-load-balancer'];
  let total = result.length - listener.extraCertificates.length;
  for (const arn of Object.values(lb.listeners)) total += held(state.listeners, arn).extraCertificates.length;
  if (total > limit)
    refuse(
      'TooManyCertificates',
      `You've reached the limit of ${limit} certificates for load balancer '${lb.arn}'`,
    );
  listener.extraCertificates = result;
  return { Certificates: asked.map((arn) => ({ CertificateArn: arn, IsDefault: false })) };
}

/** The default certificate cannot be removed this way, unless it was added to the list as well (moto-coverage 3). */
export function removeListenerCertificates(
  state: ElbState,
  input: RemoveListenerCertificatesInput,
): Record<never, never> {
  const listener = listenerOf(state, input.ListenerArn);
  const asked = (input.Certificates ?? []).map((certificate) => certificate.CertificateArn ?? '');
  if (asked.length === 0) invalid('At least one certificate must be specified');
  if (asked.length > ARNS_MAX) tooManyArns(ARNS_MAX, asked);
  for (const arn of asked)
    if (arn === listener.certificate && !listener.extraCertificates.includes(arn))
      refuse(
        'OperationNotPermitted',
        `Certificate '${arn}' is the default of the listener and cannot be removed`,
      );
  listener.extraCertificates = listener.extraCertificates.filter((arn) => !asked.includes(arn));
  return {};
}

export function describeListenerCertificates(
  state: ElbState,
  input: DescribeListenerCertificatesInput,
): DescribeListenerCertificatesOutput {
  const listener = listenerOf(state, input.ListenerArn);
  const all: Certificate[] = [
    ...(listener.certificate === undefined
      ? []
      : [{ CertificateArn: listener.certificate, IsDefault: true }]),
    ...listener.extraCertificates.map((arn) => ({ CertificateArn: arn, IsDefault: false })),
  ];
  const { items, marker } = page(all, (_certificate, at) => at, input);
  return { Certificates: items, ...marker };
}
