// Access: the managed security group of a load balancer and the one shared by the cluster (aws-model 5.1, 5.3).

import { isIPv6 } from 'node:net';
import type { Permission, Ref, Resource } from '../../api/aws.ts';
import { once } from '../../api/once.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { warning } from '../../api/problems/problem.ts';
import { EVERYBODY, networkOf } from '../../api/validate/cidr.ts';
import { type Group, saidBy } from '../group.ts';
import { type Desiring, tell, tellUnfound } from './desiring.ts';
import type { ClusterSettings } from './facts.ts';
import { backendSecurityGroupName, managedSecurityGroupName } from './names.ts';
import { type DesiredPort, onPort } from './ports.ts';
import { sharedTagsOf, tagsOf } from './tags.ts';

export const MANAGED_GROUP = 'securityGroup/managed';
export const SHARED_GROUP = 'securityGroup/shared';

const ANYWHERE: readonly string[] = [EVERYBODY.ipv4, EVERYBODY.ipv6];

/** Each network once, by family: EC2 refuses a rule that is asked for twice. Sorted out once for each list. */
const networksIn = once((cidrs: readonly string[]) => {
  const each = [...new Map(cidrs.toReversed().map((cidr) => [networkOf(cidr), cidr])).values()].toReversed();
  const isSix = (cidr: string): boolean => isIPv6(cidr.split('/')[0] ?? '');
  return { four: each.filter((cidr) => !isSix(cidr)), six: each.filter(isSix) };
});

/** Who may reach one port: what the members say, else everybody. Prefix lists alone close the default. */
function sourcesOn(desiring: Desiring, port: DesiredPort, dualStack: boolean): Permission['source'][] {
  const cidrs = (onPort(desiring, port, 'inbound-cidrs')?.value ?? []) as string[];
  const prefixLists = (onPort(desiring, port, 'security-group-prefix-lists')?.value ?? []) as string[];
  const { four, six } = networksIn(cidrs.length === 0 && prefixLists.length === 0 ? ANYWHERE : cidrs);
  return [
    ...four.map((cidr) => ({ cidr })),
    ...(dualStack ? six.map((cidr6) => ({ cidr6 })) : []),
    ...[...new Set(prefixLists)].map((prefixList) => ({ prefixList })),
  ];
}

function permissionsOn(desiring: Desiring, port: DesiredPort, dualStack: boolean): Permission[] {
  return sourcesOn(desiring, port, dualStack).map((source) => ({
    protocol: 'tcp',
    fromPort: port.port,
    toPort: port.port,
    source,
  }));
}

function managed(
  desiring: Desiring,
  ports: readonly DesiredPort[],
  dualStack: boolean,
): Resource<'securityGroup'> {
  const { cluster } = desiring.facts;
  const { id, settings } = desiring.group;
  return {
    kind: 'securityGroup',
    id: MANAGED_GROUP,
    spec: {
      name: managedSecurityGroupName(cluster.name, id),
      description: '[k8s] Managed SecurityGroup for LoadBalancer',
      ingress: ports.flatMap((port) => permissionsOn(desiring, port, dualStack)),
      tags: tagsOf(cluster, id, 'ManagedLBSecurityGroup', settings.tags?.value ?? {}),
    },
  };
}

/** The group that targets let in; made by whichever load balancer needs it first. */
export function sharedSecurityGroup(desiring: Pick<Desiring, 'facts'>): Resource<'securityGroup'> {
  const { cluster } = desiring.facts;
  return {
    kind: 'securityGroup',
    id: SHARED_GROUP,
    spec: {
      name: backendSecurityGroupName(cluster.name),
      description: '[k8s] Shared Backend SecurityGroup for LoadBalancer',
      ingress: [],
      tags: sharedTagsOf(cluster),
    },
  };
}

export interface FrontendAccess {
  readonly resources: Resource<'securityGroup'>[];
  /** Security groups of the load balancer, in the order to send. */
  readonly groups: (string | Ref)[];
}

/** Whether targets are opened for a load balancer with named groups: what the members say, else the operator (spec annotations 7.4). */
export const managesBackendRules = ({ settings }: Group, { manageBackendRules }: ClusterSettings): boolean =>
  settings['manage-backend-security-group-rules']?.value ?? manageBackendRules;

/** Sources are those of the managed group, so a member's word about them is lost where another one names groups, as with the LBC. */
function tellUnreadSources(desiring: Desiring): void {
  for (const name of ['inbound-cidrs', 'security-group-prefix-lists'] as const) {
    for (const { member } of saidBy(desiring.group.members, name)) {
      if (member.intent.settings['security-groups'] !== undefined) continue;
      const because =
        'another Ingress of the group names security groups, and these alone say who may reach its load balancer';
      tell(desiring, member.key, warning('Unused', annotationPath(name), { because }));
    }
  }
}

/** Named groups alone, or with the group that targets let in when they shall be opened for it (spec annotations 7.4). */
function besideNamed(desiring: Desiring, named: readonly string[]): FrontendAccess {
  tellUnreadSources(desiring);
  const { group, facts } = desiring;
  if (!managesBackendRules(group, facts.cluster)) return { resources: [], groups: [...named] };
  const name = 'manage-backend-security-group-rules';
  const because = 'the controller runs without a shared security group, so targets are not opened';
  const inVain = facts.cluster.backendSecurityGroup === 'none' ? saidBy(group.members, name) : [];
  for (const { member } of inVain)
    tell(desiring, member.key, warning('Contradiction', annotationPath(name), { because }));
  const { resources, groups } = backendAccess(desiring);
  return { resources, groups: [...named, ...groups] };
}

/** The security group that targets let in, if there is one. */
function backendAccess(desiring: Desiring): FrontendAccess {
  const { backendSecurityGroup } = desiring.facts.cluster;
  if (backendSecurityGroup === 'none') return { resources: [], groups: [] };
  if (backendSecurityGroup !== 'shared') return { resources: [], groups: [backendSecurityGroup] };
  const shared = sharedSecurityGroup(desiring);
  return { resources: [shared], groups: [{ ref: shared.id }] };
}

/** Named groups when the members name some, else a managed one and the shared one. Absent when they cannot be found. */
export function accessFor(
  desiring: Desiring,
  ports: readonly DesiredPort[],
  dualStack: boolean,
): FrontendAccess | undefined {
  const named = desiring.facts.securityGroups;
  if (named !== undefined) {
    tellUnfound(desiring, 'security-groups', named);
    const until = 'the security groups that are named are found';
    const lacking = named.problem === undefined ? [] : saidBy(desiring.group.members, 'security-groups');
    for (const { member } of lacking) desiring.unmet.push({ member: member.key, staysOpen: true, until });
    if (!('value' in named)) return undefined;
    if (named.value.length > 0) return besideNamed(desiring, named.value);
  }
  const own = managed(desiring, ports, dualStack);
  const { resources, groups } = backendAccess(desiring);
  return { resources: [own, ...resources], groups: [{ ref: own.id }, ...groups] };
}
