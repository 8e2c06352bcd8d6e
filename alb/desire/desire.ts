// desire: a group and its facts become the AWS resources it wants. Pure; a group without members wants nothing.
import type { LoadBalancerSpec } from '../../api/aws.ts';
import { applyEffects } from '../../api/effects.ts';
import type { Group } from '../group.ts';
import { accessFor } from './access.ts';
import { closeRoutes } from './closed.ts';
import { type Desiring, tellUnfound, type WantedGroup } from './desiring.ts';
import type { Facts } from './facts.ts';
import { listenerFor } from './listeners.ts';
import { lostIn } from './lost.ts';
import { loadBalancerName } from './names.ts';
import { portsOfGroup } from './ports.ts';
import { protect } from './protections.ts';
import { openRedirect } from './redirects.ts';
import { tagsOf, tellExternalTags } from './tags.ts';

export const LOAD_BALANCER = 'loadBalancer';

/** The desired resources, or `undecided` when a fact is missing that everything hangs on: then AWS stays as it is. */
export type Desire = WantedGroup & { readonly undecided: boolean };

function loadBalancer({ group, facts }: Desiring, subnets: string[]): LoadBalancerSpec {
  const scheme = group.settings.scheme?.value ?? facts.cluster.defaultScheme;
  const spec: LoadBalancerSpec = {
    name:
      group.settings['load-balancer-name']?.value ?? loadBalancerName(facts.cluster.name, group.id, scheme),
    scheme,
    ipAddressType: 'ipv4',
    subnets,
    securityGroups: [],
    attributes: {},
    tags: tagsOf(facts.cluster, group.id, 'LoadBalancer', group.settings.tags?.value ?? {}),
  };
  applyEffects('loadBalancer', spec, group.settings);
  if (!facts.cluster.gates.LBCapacityReservation) delete spec.capacityUnits;
  return spec;
}

/** Decides what the group wants. Problems are told to members; what they concern is left out as small as possible. */
export function desire(group: Group, facts: Facts): Desire {
  const desiring: Desiring = {
    group,
    facts,
    resources: [],
    backends: [],
    origins: [],
    unfound: [],
    unmet: [],
    uncertified: new Set(),
    problems: [...group.leftOut],
  };
  if (group.members.length === 0) return { undecided: false, ...desiring };
  tellExternalTags(desiring);
  tellUnfound(desiring, 'subnets', facts.subnets);
  if (!('value' in facts.subnets)) return { undecided: true, ...desiring };
  const spec = loadBalancer(desiring, facts.subnets.value);
  protect(desiring, spec);
  const ports = portsOfGroup(group.members, desiring.problems);
  const access = accessFor(desiring, ports, spec.ipAddressType !== 'ipv4');
  if (access === undefined) return { undecided: true, ...desiring };
  spec.securityGroups = access.groups;
  const redirect = openRedirect(desiring, ports);
  desiring.resources.push(...access.resources, { kind: 'loadBalancer', id: LOAD_BALANCER, spec });
  for (const port of ports) desiring.resources.push(...listenerFor(desiring, port, LOAD_BALANCER, redirect));
  desiring.unmet.push(...lostIn(desiring, ports));
  const lost = desiring.unmet.filter(({ staysOpen }) => !staysOpen);
  const resources = [...closeRoutes(desiring.resources, desiring.origins, lost)];
  return { undecided: false, ...desiring, resources };
}
