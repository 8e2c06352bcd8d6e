// Target groups: one per Ingress, Service and port as referenced (aws-model 6.1 to 6.3).

import { PREFIX } from '../../api/annotation.ts';
import type { Ref, TargetGroupSpec } from '../../api/aws.ts';
import { defined } from '../../api/defined.ts';
import { applyEffects } from '../../api/effects.ts';
import { effectiveTargetGroupSettings } from '../../api/ingress/read.ts';
import { lacksTargets, portOf } from '../../api/ingress/references.ts';
import { blankTargetGroup, familyOf, healthPortOf, targetPortOf } from '../../api/ingress/target-group.ts';
import type { ServicePort } from '../../api/kube.ts';
import { placeOf } from '../../api/problems/place.ts';
import { type Problem, type ProblemCode, warning } from '../../api/problems/problem.ts';
import type { Member } from '../group.ts';
import { type Backend, type Desiring, tell } from './desiring.ts';
import type { ServiceFact } from './facts.ts';
import { targetGroupName } from './names.ts';
import { tagsOf, targetGroupTag } from './tags.ts';

/** A backend that cannot be served says why; its rule answers 503 so that no later rule gets its requests. */
export type Backed = { readonly ref: Ref } | Missing;
export interface Missing {
  readonly missing: 'Service' | 'port';
}

/** The id is structured: the LBC's tag value is ambiguous when names contain hyphens (spec annotations 19). */
const idOf = (member: Member, service: string, port: number | string): string =>
  `targetGroup/${member.namespace}/${member.name}/${service}:${port}`;

/** What is the matter with a backend; its requests are answered 503 meanwhile. */
const unserved = (code: ProblemCode, value: string, because: string): Problem =>
  warning(code, 'spec.rules', { value, because });

function specOf(
  desiring: Desiring,
  member: Member,
  fact: ServiceFact,
  reference: number | string,
  port: ServicePort,
): TargetGroupSpec | Problem {
  const { cluster } = desiring.facts;
  const service = fact.service.metadata;
  const settings = effectiveTargetGroupSettings(member.intent.settings, fact.settings);
  const targetType = settings['target-type']?.value ?? cluster.defaultTargetType;
  const number = targetPortOf(port, targetType);
  if (number === undefined || number === 0) {
    return unserved(
      'NodePortMissing',
      service.name,
      `Service ${service.name} has no node port for port ${reference}: make it type NodePort, or set ${PREFIX}target-type to ip; requests are answered 503 meanwhile`,
    );
  }
  const family = familyOf(fact.service, desiring.group.settings['ip-address-type']?.value);
  if (family === undefined) {
    return unserved(
      'Contradiction',
      service.name,
      `Service ${service.name} has only the family IPv6, which needs ${PREFIX}ip-address-type dualstack; requests are answered 503 meanwhile`,
    );
  }
  const spec = blankTargetGroup({ targetType, port: number, ipAddressType: family });
  applyEffects('targetGroup', spec, settings);
  const controlPort = settings['target-control-port']?.[`${service.name}.${reference}`]?.value;
  if (controlPort !== undefined && targetType === 'ip') spec.targetControlPort = controlPort;
  const wantedHealthPort = settings['healthcheck-port']?.value ?? 'traffic-port';
  const resolved = healthPortOf(wantedHealthPort, fact.service, targetType);
  if (resolved === undefined) {
    tell(desiring, member.key, {
      code: 'ServicePortNotFound',
      severity: 'warn',
      ...placeOf('healthcheck-port', settings['healthcheck-port']?.from, member.namespace),
      value: wantedHealthPort,
      because: `Service ${service.name} has no numeric port of that name; health checks go to the traffic port`,
    });
  }
  spec.healthCheck.port = resolved ?? 'traffic-port';
  spec.tags = tagsOf(cluster, desiring.group.id, targetGroupTag(member.key, service.name, reference), {
    ...settings.tags?.value,
    ...member.intent.classTags,
  });
  spec.name = targetGroupName({
    cluster: cluster.name,
    groupId: desiring.group.id,
    ingress: [member.namespace, member.name],
    service: { namespace: member.namespace, name: service.name, uid: service.uid ?? '' },
    portReference: String(reference),
    port: number,
    targetType,
    protocol: spec.protocol,
    protocolVersion: spec.protocolVersion,
    ...(spec.targetControlPort === undefined ? {} : { controlPort: spec.targetControlPort }),
  });
  return spec;
}

/** Labels that choose nodes, an empty map chooses all; and whether other clusters register targets (spec annotations 9.2, 9.14). */
function targetsOf(
  member: Member,
  fact: ServiceFact,
  targetType: TargetGroupSpec['targetType'],
): Pick<Backend, 'nodeLabels' | 'shared'> {
  const settings = effectiveTargetGroupSettings(member.intent.settings, fact.settings);
  const nodeLabels = settings['target-node-labels']?.value ?? {};
  return {
    ...(targetType === 'instance' && Object.keys(nodeLabels).length > 0 ? { nodeLabels } : {}),
    ...(settings['multi-cluster-target-group']?.value === true ? { shared: true } : {}),
  };
}

/** Ports that node and pod security groups must open for a target group (aws-model 5.6). */
function reachOf(spec: TargetGroupSpec, port: ServicePort): (number | string)[] {
  const traffic = spec.targetType === 'instance' ? spec.port : (port.targetPort ?? port.port);
  const also = spec.targetControlPort === undefined ? [] : [spec.targetControlPort];
  return spec.healthCheck.port === 'traffic-port'
    ? [traffic, ...also]
    : [traffic, Number(spec.healthCheck.port), ...also];
}

/** Only what annotations say is in the attributes. */
function drainSecondsOf({ attributes }: TargetGroupSpec): number | undefined {
  const said = attributes['deregistration_delay.timeout_seconds'];
  return said === undefined ? undefined : Number(said);
}

/** Wants the target group behind one Service port of one member; the same reference twice shares it. */
export function targetGroupFor(
  desiring: Desiring,
  member: Member,
  service: string,
  reference: number | string,
): Backed {
  const id = idOf(member, service, reference);
  if (desiring.backends.some((backend) => backend.id === id)) return { ref: { ref: id } };
  const fact = desiring.facts.service(member.namespace, service);
  if (fact === undefined) {
    const because = `Service ${member.namespace}/${service} does not exist; requests for it are answered 503 until it does`;
    tell(desiring, member.key, unserved('ServiceNotFound', service, because));
    return { missing: 'Service' };
  }
  const port = portOf(fact.service, reference);
  if (port === undefined) {
    const ports = (fact.service.spec?.ports ?? []).map((one) => one.name ?? String(one.port)).join(', ');
    const because = `Service ${service} has the ports ${ports}; requests are answered 503 meanwhile`;
    tell(desiring, member.key, unserved('ServicePortNotFound', `${service}:${reference}`, because));
    return { missing: 'port' };
  }
  const spec = specOf(desiring, member, fact, reference, port);
  if ('code' in spec) {
    tell(desiring, member.key, spec);
    return { missing: 'port' };
  }
  desiring.resources.push({ kind: 'targetGroup', id, spec });
  desiring.backends.push({
    id,
    member: member.key,
    namespace: member.namespace,
    service,
    port: reference,
    targetType: spec.targetType,
    ipAddressType: spec.ipAddressType,
    ...targetsOf(member, fact, spec.targetType),
    ...defined({ lacks: lacksTargets(fact.service, spec.targetType), drainSeconds: drainSecondsOf(spec) }),
    reach: reachOf(spec, port),
  });
  return { ref: { ref: id } };
}
