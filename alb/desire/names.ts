// Names of AWS resources, exactly as the LBC gives them (aws-model 1). Names are used at creation only; matching is by tags.
import { hash } from 'node:crypto';
import type { Scheme } from '../../api/aws.ts';

/** Lower-case hex SHA-256 of the plain concatenation, no separators (aws-model, Notation). */
function digest(...parts: string[]): string {
  return hash('sha256', parts.join(''), 'hex').slice(0, 10);
}

const clean = (text: string): string => text.replace(/[^0-9A-Za-z]/g, '');
const first = (length: number, text: string): string => clean(text).slice(0, length);

/** The name of a cluster that is not known, as beside the controller: what is named after it has no name that AWS would know. */
export const UNKNOWN_CLUSTER = '\u0000';

/** An explicit group is a bare name; an implicit one is `namespace/name` of its only Ingress. */
function shape(groupId: string, cluster: string, ...parts: string[]): string {
  // As different as the names would be.
  if (cluster === UNKNOWN_CLUSTER) return parts.join('');
  const hash = digest(cluster, ...parts);
  const slash = groupId.indexOf('/');
  if (slash < 0) return `k8s-${first(17, groupId)}-${hash}`;
  return `k8s-${first(8, groupId.slice(0, slash))}-${first(8, groupId.slice(slash + 1))}-${hash}`;
}

/** aws-model 1.1. */
export function loadBalancerName(cluster: string, groupId: string, scheme: Scheme): string {
  return shape(groupId, cluster, groupId, scheme);
}

/** aws-model 1.3. */
export function managedSecurityGroupName(cluster: string, groupId: string): string {
  return shape(groupId, cluster, groupId);
}

/** aws-model 1.4. */
export function backendSecurityGroupName(cluster: string): string {
  if (cluster === UNKNOWN_CLUSTER) return '';
  return `k8s-traffic-${first(232, cluster)}-${digest(cluster)}`;
}

export interface TargetGroupIdentity {
  readonly cluster: string;
  readonly groupId: string;
  /** `namespace/name` of the Ingress. */
  readonly ingress: readonly [namespace: string, name: string];
  readonly service: { readonly namespace: string; readonly name: string; readonly uid: string };
  /** As the backend wrote it: decimal number or port name. */
  readonly portReference: string;
  readonly port: number;
  readonly targetType: string;
  readonly protocol: string;
  readonly protocolVersion: string;
  readonly controlPort?: number;
}

/** aws-model 1.2. */
export function targetGroupName(of: TargetGroupIdentity): string {
  const parts = [
    of.groupId,
    of.ingress[0],
    of.ingress[1],
    of.service.uid,
    of.portReference,
    String(of.port),
    of.targetType,
    of.protocol,
    of.protocolVersion,
    ...(of.controlPort === undefined ? [] : [String(of.controlPort)]),
  ];
  if (of.cluster === UNKNOWN_CLUSTER) return parts.join('');
  const hash = digest(of.cluster, ...parts);
  return `k8s-${first(8, of.service.namespace)}-${first(8, of.service.name)}-${hash}`;
}

/** aws-model 1.6: the ConfigMap with the targets that a cluster has in a target group of several clusters. */
export const multiClusterConfigMap = (targetGroup: string): string => `aws-lbc-targets-${targetGroup}`;
