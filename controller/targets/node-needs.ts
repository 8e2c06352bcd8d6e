// What target groups need of the security groups of nodes, looked up for those that are asked about and for no others.

import type { Backend } from '../../alb/desire/desiring.ts';
import type { Tags } from '../../api/aws.ts';
import type { Node } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import { takesOver } from '../bindings/lbc-finalizers.ts';
import type { Lookups } from '../facts/lookups.ts';
import {
  endpointGroup,
  type InterfaceOwner,
  keyOfPlace,
  type SecurityGroupFact,
} from '../facts/network-interfaces.ts';
import { endpointsOf, instanceOf, servingNodes, type Target, type World } from './endpoints.ts';
import { type AdmittedTraffic, placeOf, portsOf, type Reach, senderOf } from './node-rules.ts';
import type { Serving } from './serving.ts';

/** What one target group needs. */
export interface Need {
  /** In one order, each once. */
  readonly reaches: readonly Reach[];
  /** Where it is unclear which of several groups the rules belong to: sentences. */
  readonly unclear: readonly string[];
  /** Addresses that nothing in the VPC has, so that no group stands before them that we know of. */
  readonly nowhere: readonly string[];
  /** AWS did not know an instance: it is gone, or so new that AWS does not tell of it yet. */
  readonly unknown: boolean;
}

export interface NeedsOptions {
  readonly aws: Pick<Aws, 'clusterName'>;
  readonly lookups: Pick<Lookups, 'interfaceGroups'>;
  readonly world: World;
  /** False: one rule for all ports of a load balancer. */
  readonly restricted?: boolean;
  /** Tags that tell the group for target rules, beside the cluster's, where a network interface has several groups. */
  readonly groupTags?: Readonly<Tags>;
}

interface WantedAccess extends AdmittedTraffic {
  readonly place: InterfaceOwner;
  readonly ports: readonly number[] | 'all';
}

/** The traffic of the load balancer. */
function trafficOf({ source, backend: { reach } }: Serving, restricted: boolean): AdmittedTraffic[] {
  if (source === undefined) return [];
  return [{ protocol: 'tcp', source: { group: source }, ports: restricted ? reach : 'all' }];
}

const isName = (port: number | string): port is string => typeof port === 'string';

/** The numbers that a port name stands for, by address: what the Service ports lead to there whose target port has this name. */
function numbersOf(name: string, backend: Backend, world: World): ReadonlyMap<string, readonly Target[]> {
  const service = world.service(backend.namespace, backend.service);
  const leading = (service?.spec?.ports ?? []).filter(({ targetPort }) => targetPort === name);
  const targets = leading.flatMap(({ port }) => endpointsOf({ ...backend, port }, world));
  return Map.groupBy(targets, ({ id }) => id);
}

function wantedBy(
  serving: Serving,
  { world, restricted = true }: Pick<NeedsOptions, 'world' | 'restricted'>,
  nodes: ReadonlyMap<string, Node>,
): WantedAccess[] {
  const { backend, policy, admitted = [] } = serving;
  const own = trafficOf(serving, restricted);
  if (!takesOver(policy) || own.length + admitted.length === 0) return [];
  const names = admitted.flatMap(({ ports }) => (ports === 'all' ? [] : ports.filter(isName)));
  const numbers = new Map([...new Set(names)].map((name) => [name, numbersOf(name, backend, world)]));
  return endpointsOf(backend, world).flatMap((target): WantedAccess[] => {
    const place = placeOf(target, backend.targetType, nodes);
    if (place === undefined) return [];
    const named = (port: number | string): number[] =>
      typeof port === 'number' ? [port] : (numbers.get(port)?.get(target.id) ?? []).map((one) => one.port);
    return [
      ...own.map(({ ports, ...of }) => ({
        ...of,
        place,
        ports: ports === 'all' ? ports : portsOf(ports, [target]),
      })),
      ...admitted.map(({ ports, ...of }) => ({
        ...of,
        place,
        ports: ports === 'all' ? ports : ports.flatMap(named),
      })),
    ];
  });
}

/**
 * The needs of target groups, by ARN; one question for all of them. With `ahead`, all nodes that take traffic are looked up
 * as well: the next target group needs no further question. Throws `AwsFailure`.
 */
export async function needsOf(
  serving: readonly Serving[],
  ahead: boolean,
  options: NeedsOptions,
): Promise<ReadonlyMap<string, Need>> {
  const { aws, lookups, world, groupTags } = options;
  const nodes = new Map(world.nodes().map((node): [string, Node] => [node.metadata.name, node]));
  const wanted = serving.map((one) => ({ arn: one.arn, wants: wantedBy(one, options, nodes) }));
  const ready = ahead
    ? servingNodes(world.nodes()).map((node) => ({ instance: instanceOf(node) ?? '' }))
    : [];
  const places = [...ready, ...wanted.flatMap(({ wants }) => wants.map(({ place }) => place))];
  const distinct = [...new Map(places.map((place) => [keyOfPlace(place), place])).values()];
  const groups: GroupsByPlace = distinct.length === 0 ? new Map() : await lookups.interfaceGroups(distinct);
  return new Map(wanted.map(({ arn, wants }) => [arn, needOf(wants, groups, aws.clusterName, groupTags)]));
}

/** Security groups of the network interface at each place that is known, by `keyOfPlace`. */
type GroupsByPlace = ReadonlyMap<string, readonly SecurityGroupFact[]>;

/** Why it is unclear which group the rules belong to. */
function whyUnclear(
  { address, instance = '' }: InterfaceOwner,
  groups: readonly SecurityGroupFact[],
  clusterName: string,
  groupTags: Readonly<Tags>,
): string {
  const where = address ?? instance;
  const more = Object.entries(groupTags).map(([key, value]) => ` and ${key}=${value}`);
  const tags = `kubernetes.io/cluster/${clusterName}${more.join('')}`;
  const ids = groups.map(({ id }) => id).join(', ');
  return `the network interface of ${where} has the security groups ${ids}, and not exactly one of them is tagged ${tags}`;
}

function needOf(
  wants: readonly WantedAccess[],
  groups: GroupsByPlace,
  clusterName: string,
  groupTags: Readonly<Tags> = {},
): Need {
  const reaches = new Map<string, Reach>();
  const unclear = new Set<string>();
  const nowhere = new Set<string>();
  let unknown = false;
  for (const { place, ...traffic } of wants) {
    const facts = groups.get(keyOfPlace(place));
    const nodeGroup = facts === undefined ? undefined : endpointGroup(facts, clusterName, groupTags);
    if (nodeGroup !== undefined)
      reaches.set(`${nodeGroup} ${senderOf(traffic)} ${traffic.ports}`, { nodeGroup, ...traffic });
    // An instance that is gone needs no rule.
    else if (place.instance !== undefined && facts === undefined) unknown = true;
    else if (facts === undefined || facts.length === 0) nowhere.add(place.address ?? place.instance ?? '');
    else unclear.add(whyUnclear(place, facts, clusterName, groupTags));
  }
  const ordered = [...reaches].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reach]) => reach);
  return { reaches: ordered, unclear: [...unclear], nowhere: [...nowhere], unknown };
}
