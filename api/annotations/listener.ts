// Descriptors of the listener annotations (spec annotations 6).
import { annotation, onListener, shapes } from '../annotation.ts';
import { type ListenerSpec, sourceText } from '../aws.ts';
import type { AnnotationValues } from '../generated/values.ts';
import { CERTIFICATE_ARN, LISTENER_ATTRIBUTES, SSL_POLICY } from '../limits/limits.ts';
import { once } from '../once.ts';
import { EVERYBODY } from '../validate/cidr.ts';
import { asKept } from '../validate/spelling.ts';

const port = { type: 'integer', minimum: 1, maximum: 65535 } as const;

export const listenPorts = annotation('listen-ports', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    minItems: 1,
    items: { type: 'object', properties: { HTTP: port, HTTPS: port }, additionalProperties: false },
    description: 'a JSON list that names at least one port, such as [{"HTTP":80},{"HTTPS":443}]',
  },
  merge: 'union',
  effect: shapes('listeners: one for each port', {
    listener: { port: names, protocol: names },
    securityGroup: {
      // Nobody says more closely who may reach the port.
      ingress: (ports, { value: { source, fromPort } }) =>
        sourceText(source) === EVERYBODY.ipv4 && listenPortsOf(ports).some(({ port }) => port === fromPort),
    },
  }),
  doc: 'Ports that the load balancer listens on for this Ingress. Without it: 443 when certificate-arn names a certificate, else 80.',
  examples: {
    good: ['[{"HTTP":80}]', '[{"HTTP":8080,"HTTPS":8443}]'],
    bad: [
      '',
      '80',
      '[]',
      '[{}]',
      '[{"http":80}]',
      '[{"HTTP":"80"}]',
      '[{"HTTP":0}]',
      '[{"HTTP":80},{"HTTPS":80}]',
    ],
  },
});

export interface ListenPort {
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly port: number;
}

/** The ports that a `listen-ports` value names, ascending; a port named twice counts once, the later one (spec annotations 6.1). */
export const listenPortsOf = once((value: AnnotationValues['listen-ports']): readonly ListenPort[] => {
  const found = new Map<number, ListenPort>();
  for (const { HTTP, HTTPS } of value) {
    if (HTTP !== undefined) found.set(HTTP, { protocol: 'HTTP', port: HTTP });
    if (HTTPS !== undefined) found.set(HTTPS, { protocol: 'HTTPS', port: HTTPS });
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
});

function names(value: AnnotationValues['listen-ports'], { spec }: { readonly spec: ListenerSpec }): boolean {
  return listenPortsOf(value).some(({ port, protocol }) => port === spec.port && protocol === spec.protocol);
}

/** The ports an Ingress listens on: its `listen-ports`, else 443 with an explicit certificate, else 80 (spec annotations 6.1). */
export function effectiveListenPorts(settings: {
  readonly 'listen-ports'?: { readonly value: AnnotationValues['listen-ports'] };
  readonly 'certificate-arn'?: { readonly value: AnnotationValues['certificate-arn'] };
}): readonly ListenPort[] {
  const said = settings['listen-ports'];
  if (said !== undefined) return listenPortsOf(said.value);
  const certificates = settings['certificate-arn']?.value ?? [];
  return certificates.length > 0 ? [{ protocol: 'HTTPS', port: 443 }] : [{ protocol: 'HTTP', port: 80 }];
}

export const certificateArn = annotation('certificate-arn', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    items: {
      type: 'string',
      pattern: CERTIFICATE_ARN,
      description:
        'the ARN of an ACM certificate or an IAM server certificate (arn:aws:acm:REGION:ACCOUNT:certificate/ID)',
    },
  },
  merge: 'union',
  effect: shapes('HTTPS listeners: the first certificate of the first member is the default one', {
    listener: { certificates: (arns, { entry }) => arns.includes(entry) },
  }),
  protects: true,
  doc: 'Certificates of the HTTPS listeners. Without it they are found in ACM by the host names of rules and TLS entries.',
  examples: {
    good: [
      'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012',
      'arn:aws:iam::123456789012:server-certificate/edge/storefront',
    ],
    bad: ['storefront-cert', 'arn:aws:acm:us-west-2:certificate/abc'],
  },
});

export const sslPolicy = annotation('ssl-policy', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    pattern: SSL_POLICY,
    description: 'the name of a security policy such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
  },
  merge: 'same',
  effect: onListener((listener, policy) => {
    if (listener.protocol === 'HTTPS' && policy !== '') listener.sslPolicy = policy;
  }),
  protects: true,
  doc: 'Security policy of the HTTPS listeners: protocols and ciphers. The default is a setting of the controller.',
  examples: {
    good: ['ELBSecurityPolicy-TLS13-1-2-Res-2021-06'],
    bad: ['elbsecuritypolicy-2016-08', 'ELBSecurityPolicy 2016-08'],
  },
});

export const sslRedirect = annotation('ssl-redirect', {
  on: ['Ingress'],
  schema: port,
  merge: 'same',
  effect: shapes(
    'HTTP listeners of the whole group: they only redirect to this HTTPS port',
    { listener: { defaultActions: (_, { spec }) => spec.protocol === 'HTTP' } },
    'group',
  ),
  protects: true,
  doc: 'HTTPS port that all HTTP listeners of the group redirect to, with status 301.',
  examples: { good: ['443'], bad: ['https', 'true', '70000'] },
});

export const listenerAttributes = annotation('listener-attributes.*', {
  on: ['Ingress'],
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'union',
  effect: shapes('the listener that the name says: HTTP-80, HTTPS-443', {
    listener: {
      attributes: (attributes, { spec, member, entry, value }) =>
        member === `${spec.protocol}-${spec.port}` &&
        asKept(attributes, LISTENER_ATTRIBUTES)[entry] === value,
    },
  }),
  doc: 'Attributes of one listener as key=value pairs. A key that is taken away goes back to what AWS gives, where it was set from here.',
  examples: {
    good: ['routing.http.response.server.enabled=false'],
    bad: [
      'routing.http.response.server.enabled',
      'routing.http.response.server.enabled=no',
      'tcp.idle_timeout.seconds=60',
    ],
  },
});
