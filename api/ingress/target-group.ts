// The target group before any annotation speaks: every field here is decided by a descriptor's `unset` or by the Service.
import type { IpAddressType, TargetGroupSpec } from '../aws.ts';
import type { Service, ServicePort } from '../kube.ts';

/** What a Service and the target type decide (aws-model 6.2, 6.3). */
export const blankTargetGroup = (
  of: Pick<TargetGroupSpec, 'targetType' | 'port' | 'ipAddressType'>,
): TargetGroupSpec => ({
  ...of,
  name: '',
  protocol: 'HTTP',
  protocolVersion: 'HTTP1',
  healthCheck: {
    port: 'traffic-port',
    protocol: 'HTTP',
    path: '/',
    intervalSeconds: 15,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    matcher: '200',
  },
  attributes: {},
  tags: {},
});

/** Port to send with CreateTargetGroup: node port, numeric target port, or 1 for a named one (aws-model 6.2); 0 or undefined: none. */
export function targetPortOf(
  port: ServicePort,
  targetType: TargetGroupSpec['targetType'],
): number | undefined {
  if (targetType === 'instance') return port.nodePort;
  const target = port.targetPort ?? port.port;
  return typeof target === 'number' ? target : 1;
}

/**
 * The family of its targets: IPv6 where the Service has it and the load balancer too; undefined when they have nothing in
 * common. A Service with both is served by its IPv4 addresses behind a load balancer of IPv4, where the LBC stops (aws-model 6.2).
 */
export function familyOf(
  service: Service,
  ofLoadBalancer: IpAddressType | undefined,
): TargetGroupSpec['ipAddressType'] | undefined {
  const families = service.spec?.ipFamilies ?? [];
  if (!families.includes('IPv6')) return 'ipv4';
  if ((ofLoadBalancer ?? 'ipv4') !== 'ipv4') return 'ipv6';
  return families.includes('IPv4') ? 'ipv4' : undefined;
}

/** Resolves `healthcheck-port` when it names a Service port (spec annotations 9.5). */
export function healthPortOf(
  said: string,
  service: Service,
  targetType: TargetGroupSpec['targetType'],
): string | undefined {
  if (said === 'traffic-port') return said;
  // As AWS keeps it: without sign and leading zeros.
  if (/^[+-]?[0-9]+$/.test(said)) return String(Number(said));
  const port = service.spec?.ports?.find(({ name }) => (name ?? '') === said);
  if (port === undefined) return undefined;
  const number = targetType === 'instance' ? port.nodePort : (port.targetPort ?? port.port);
  return typeof number === 'number' && number > 0 ? String(number) : undefined;
}
