// All annotation descriptors in the order in which their effects apply: a later one may override what an earlier one set
// (backend-protocol sets the health check protocol that healthcheck-protocol then replaces).
import type { AnnotationName, AnyAnnotation } from './annotation.ts';
import * as access from './annotations/access.ts';
import * as group from './annotations/group.ts';
import * as healthCheck from './annotations/healthcheck.ts';
import * as listener from './annotations/listener.ts';
import * as loadBalancer from './annotations/loadbalancer.ts';
import * as rule from './annotations/rule.ts';
import * as targetGroup from './annotations/targetgroup.ts';

export const REGISTRY: readonly AnyAnnotation[] = [
  group.groupName,
  group.groupOrder,
  loadBalancer.scheme,
  loadBalancer.subnets,
  loadBalancer.loadBalancerName,
  loadBalancer.ipAddressType,
  loadBalancer.loadBalancerAttributes,
  loadBalancer.tags,
  listener.listenPorts,
  listener.certificateArn,
  listener.sslPolicy,
  listener.sslRedirect,
  access.securityGroups,
  access.inboundCidrs,
  access.prefixLists,
  targetGroup.targetType,
  targetGroup.backendProtocol,
  targetGroup.backendProtocolVersion,
  targetGroup.targetGroupAttributes,
  healthCheck.healthCheckPort,
  healthCheck.healthCheckProtocol,
  healthCheck.healthCheckPath,
  healthCheck.healthCheckInterval,
  healthCheck.healthCheckTimeout,
  healthCheck.healthyThreshold,
  healthCheck.unhealthyThreshold,
  healthCheck.successCodes,
  rule.actions,
];

/** The stem of a family: `actions` of `actions.*`. Its members are kept under it in settings. */
export type Stem = AnnotationName extends infer N ? (N extends `${infer S}.*` ? S : never) : never;

/** The stem of a family such as `actions.*`, or undefined for a single annotation. */
export function stemOf(name: AnnotationName): Stem | undefined {
  return isFamily(name) ? (name.slice(0, -2) as Stem) : undefined;
}

const isFamily = (name: AnnotationName): name is `${Stem}.*` => name.endsWith('.*');

export const STEMS: readonly Stem[] = REGISTRY.flatMap(({ name }) => stemOf(name) ?? []);

/** The descriptor for an annotation's suffix (the key without the prefix), and the NAME part when it belongs to a family. */
export function descriptorOf(suffix: string): { descriptor: AnyAnnotation; member?: string } | undefined {
  for (const descriptor of REGISTRY) {
    if (descriptor.name === suffix) return { descriptor };
    const stem = stemOf(descriptor.name);
    if (stem !== undefined && suffix.startsWith(`${stem}.`) && suffix.length > stem.length + 1) {
      return { descriptor, member: suffix.slice(stem.length + 1) };
    }
  }
  return undefined;
}
