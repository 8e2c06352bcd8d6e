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
import type { Context, ElbState, World } from './state.ts';

/** aws-limits N4, N6: exactly one default certificate, and it exists. */
export function defaultCertificate(
  asked: readonly Certificate[] | undefined,
  present: string | undefined,
  world: World,
): string {
  if (asked === undefined && present !== undefined) return present;
  const [first, second] = asked ?? [];
  if (first === undefined) invalid('A certificate must be specified for HTTPS listeners');
  if (second !== undefined)
    invalid(
      `You can specify only one certificate as the default of a listener, but there are ${asked?.length}`,
    );
  if (first.IsDefault !== undefined) invalid('IsDefault cannot be specified for the default certificate');
  return existing(first, world);
}

function existing(certificate: Certificate, world: World): string {
  const arn = certificate.CertificateArn ?? '';
  if (!world.certificates.has(arn)) refuse('CertificateNotFound', `Certificate '${arn}' not found`);
  return arn;
}

/** aws-limits N9, N10: 25 per load balancer without defaults; adding what is there has no effect. */
export function addListenerCertificates(
  state: ElbState,
  input: AddListenerCertificatesInput,
  context: Context,
): { Certificates: Certificate[] } {
  const listener = listenerOf(state, input.ListenerArn);
  if (listener.protocol !== 'HTTPS')
    invalid(
      `Certificates can be added to HTTPS listeners only, but listener '${listener.arn}' is an HTTP listener`,
    );
  const asked = (input.Certificates ?? []).map((certificate) => existing(certificate, context.world));
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
