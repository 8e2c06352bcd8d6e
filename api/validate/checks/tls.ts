// Checks across the annotations about TLS and listeners: client certificates on own HTTPS ports, requested certificates,
// attributes that only HTTPS listeners have (spec annotations 6.3, 6.6, 6.7, 18.2).
import type { ListenPort } from '../../annotations/listener.ts';
import { RENAMED_HEADERS } from '../../limits/limits.ts';
import { annotationPath } from '../../problems/finding.ts';
import { type Problem, refusal, warning } from '../../problems/problem.ts';
import { type Context, hasHost } from './context.ts';

/** Problems between TLS annotations, hosts and the ports that the Ingress listens on. */
export function tlsProblems(context: Context, ports: readonly ListenPort[]): Problem[] {
  return [...mutualProblems(context, ports), ...requestProblems(context), ...renameProblems(context, ports)];
}

/** An entry for a port that is no HTTPS port of this Ingress does nothing, which nobody means (spec annotations 18.2, R*). */
function mutualProblems({ settings }: Context, ports: readonly ListenPort[]): Problem[] {
  const secure = ports.filter(({ protocol }) => protocol === 'HTTPS').map(({ port }) => port);
  return (settings['mutual-authentication']?.value ?? []).flatMap(({ port }, index): Problem[] => {
    if (secure.includes(port)) return [];
    const allowed = secure.length === 0 ? 'an HTTPS port' : `one of the HTTPS ports ${secure.join(', ')}`;
    const names = ports.map((one) => `${one.protocol} ${one.port}`).join(', ');
    const because = `the Ingress listens on ${names}`;
    const path = `${annotationPath('mutual-authentication')}[${index}].port`;
    return [
      refusal('Contradiction', path, { value: String(port), allowed, because, check: 'MutualPortUnknown' }),
    ];
  });
}

/**
 * A certificate is requested for hosts (spec annotations 6.7). Only a warning: the LBC asks for certificates behind a
 * feature gate that is off by default, and without it the annotation does nothing.
 */
function requestProblems(context: Context): Problem[] {
  const { settings, refused } = context;
  const named = (settings['certificate-arn']?.value.length ?? 0) > 0 || refused.has('certificate-arn');
  if (settings['create-acm-cert']?.value !== true || named || hasHost(context)) return [];
  const because = 'there is no host in rules or tls that a certificate could be requested for';
  return [warning('CertificateNotFound', annotationPath('create-acm-cert'), { value: 'true', because })];
}

/** Request headers that carry what TLS found out are renamed on HTTPS listeners only (aws-limits 2.2). */
function renameProblems({ settings }: Context, ports: readonly ListenPort[]): Problem[] {
  const plain = ports.filter(({ protocol }) => protocol === 'HTTP').map(({ port }) => `HTTP-${port}`);
  const because = 'only HTTPS listeners have this attribute';
  return Object.entries(settings['listener-attributes'] ?? {}).flatMap(([name, { value }]) => {
    const path = annotationPath(`listener-attributes.${name}`);
    const renamed = plain.includes(name) ? RENAMED_HEADERS.filter((key) => Object.hasOwn(value, key)) : [];
    return renamed.map((key) => refusal('Contradiction', `${path}[${key}]`, { value: value[key], because }));
  });
}
