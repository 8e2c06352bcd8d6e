// What a TargetGroupBinding says about others: its Service, and a target group that something else has its targets in.
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../generated/target-group-binding.ts';
import { lacksTargets, portOf } from '../ingress/references.ts';
import type { Service } from '../kube.ts';
import { type Problem, refusal, warning } from '../problems/problem.ts';
import { targetGroupArnOf } from './arn.ts';
import { said } from './problems.ts';

/** Why nothing can be registered, as far as the Service shows it; without the target type only what both have in common. */
export function serviceProblem(
  { metadata: { namespace = '' }, spec }: TargetGroupBinding,
  service: Service | undefined,
  targetType: 'instance' | 'ip' | undefined,
): Problem | undefined {
  const { name = '', port = 0 } = spec?.serviceRef ?? {};
  const object = `Service ${namespace}/${name}`;
  if (service === undefined) {
    const because = `there is no ${object}; nothing is registered until there is`;
    return refusal('ServiceNotFound', 'spec.serviceRef.name', { value: name, because });
  }
  const found = portOf(service, port);
  if (found === undefined) {
    const known = (service.spec?.ports ?? []).map((one) => one.name ?? String(one.port));
    const because = `${object} has no such port; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
    return refusal('ServicePortNotFound', 'spec.serviceRef.port', { value: String(port), because });
  }
  if (service.spec?.type === 'ExternalName') {
    const because = `${object} ${lacksTargets(service, 'ip')}`;
    return refusal('UnsupportedBackend', 'spec.serviceRef.name', { value: name, because });
  }
  // The API server gives out node ports when it stores the Service.
  const willHaveOne = service.spec?.type === 'NodePort' || service.spec?.type === 'LoadBalancer';
  if (targetType !== 'instance' || willHaveOne || (found.nodePort ?? 0) !== 0) return undefined;
  const because = `the target type is instance, and ${object} has no node port: make it type NodePort or LoadBalancer`;
  return refusal('NodePortMissing', 'spec.serviceRef.name', { value: name, because });
}

/** Something that has its targets in a target group. */
export interface Occupant {
  /** `TargetGroupBinding shop/web`; as the author may know it. */
  readonly who: string;
  readonly spec: Pick<
    TargetGroupBindingSpec,
    'targetGroupARN' | 'targetGroupName' | 'multiClusterTargetGroup' | 'iamRoleArnToAssume'
  >;
}

/** How sure it is that two mean the same target group: names are of one account and Region, which nobody says. */
function sameTargetGroup(one: Occupant['spec'], other: Occupant['spec']): 'yes' | 'likely' | 'no' {
  const [a, b] = [said(one.targetGroupARN), said(other.targetGroupARN)];
  if (a !== undefined && b !== undefined) return a === b ? 'yes' : 'no';
  const nameIn = (spec: Occupant['spec']) =>
    targetGroupArnOf(spec.targetGroupARN ?? '')?.name ?? said(spec.targetGroupName);
  if (nameIn(one) === undefined || nameIn(one) !== nameIn(other)) return 'no';
  const byName = a === undefined && b === undefined;
  return byName && said(one.iamRoleArnToAssume) === said(other.iamRoleArnToAssume) ? 'yes' : 'likely';
}

/**
 * Others that have their targets in the same target group: each would deregister those of the others, unless all of them say
 * that they share it (aws-model 6.11).
 */
export function occupantProblems(spec: TargetGroupBindingSpec, occupants: readonly Occupant[]): Problem[] {
  const [path, value] =
    said(spec.targetGroupARN) === undefined
      ? (['spec.targetGroupName', spec.targetGroupName] as const)
      : (['spec.targetGroupARN', spec.targetGroupARN] as const);
  const found = occupants.map((one) => ({ ...one, same: sameTargetGroup(spec, one.spec) }));
  const tell = (same: 'yes' | 'likely'): string[] =>
    found.filter((one) => one.same === same).map(({ who }) => who);
  const sure = tell('yes');
  const allShare = [{ spec }, ...found.filter(({ same }) => same === 'yes')].every(
    (one) => one.spec.multiClusterTargetGroup === true,
  );
  const likely = tell('likely');
  const taken = `it has the targets of ${sure.join(', ')} already`;
  // One that is shared is shared by clusters: within one the LBC serves both, and here the older one is.
  const inThisCluster = warning('TargetGroupTaken', path, {
    value,
    because: `${taken}, in this cluster: the oldest of them is served, and the others wait until it goes`,
  });
  const refused = refusal('TargetGroupTaken', path, {
    value,
    because: `${taken}: choose another target group, or set multiClusterTargetGroup on all of them`,
  });
  return [
    ...(sure.length === 0 ? [] : [allShare ? inThisCluster : refused]),
    ...(likely.length === 0
      ? []
      : [
          warning('TargetGroupTaken', path, {
            value,
            because: `it may be the target group of ${likely.join(', ')}, of which the name is the same`,
          }),
        ]),
  ];
}
