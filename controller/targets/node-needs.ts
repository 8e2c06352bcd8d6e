// What target groups need of the security groups of nodes, looked up for those that are asked about and for no others.

import type { Tags } from '../../api/aws.ts';
import type { Node } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import { takesOver } from '../bindings/lbc-finalizers.ts';
import type { Lookups } from '../facts/lookups.ts';
import { endpointGroup, type InterfaceOwner, keyOfPlace } from '../facts/network-interfaces.ts';
import { endpointsOf, instanceOf, servingNodes, type World } from './endpoints.ts';
import { placeOf, portsOf, type Reach } from './node-rules.ts';
import type { Serving } from './serving.ts';

/** What one target group needs. */
export interface Need {
  /** In one order, each once. */
  readonly reaches: readonly Reach[];
  /**
   * Instances and addresses whose group for target rules is unclear: nothing has the address, or its network interface has
   * several groups and none, or several, are the cluster's.
   */
  readonly unclear: readonly string[];
  /** AWS did not know an instance: it is gone, or so new that AWS does not tell of it yet. */
  readonly unknown: boolean;
}

export interface NeedsOptions {
  readonly aws: Pick<Aws, 'clusterName'>;
  readonly lookups: Pick<Lookups, 'interfaceGroups'>;
  readonly world: World;
  /** Tags that tell the group for target rules, beside the cluster's, where a network interface has several groups. */
  readonly groupTags?: Readonly<Tags>;
}

interface WantedAccess {
  readonly place: InterfaceOwner;
  readonly source: string;
  readonly ports: readonly number[];
}

function wantedBy(
  { source, backend, policy }: Serving,
  world: World,
  nodes: ReadonlyMap<string, Node>,
): WantedAccess[] {
  if (source === undefined || !takesOver(policy)) return [];
  return endpointsOf(backend, world).flatMap((target) => {
    const place = placeOf(target, backend.targetType, nodes);
    return place === undefined ? [] : [{ source, place, ports: portsOf(backend.reach, [target]) }];
  });
}

/**
 * The needs of target groups, by ARN; one question for all of them. With `ahead`, all nodes that take traffic are looked up
 * as well: the next target group needs no further question. Throws `AwsFailure`.
 */
export async function needsOf(
  serving: readonly Serving[],
  ahead: boolean,
  { aws, lookups, world, groupTags }: NeedsOptions,
): Promise<ReadonlyMap<string, Need>> {
  const nodes = new Map(world.nodes().map((node): [string, Node] => [node.metadata.name, node]));
  const wanted = serving.map((one) => ({ arn: one.arn, wants: wantedBy(one, world, nodes) }));
  const ready = ahead
    ? servingNodes(world.nodes()).map((node) => ({ instance: instanceOf(node) ?? '' }))
    : [];
  const places = [...ready, ...wanted.flatMap(({ wants }) => wants.map(({ place }) => place))];
  const distinct = [...new Map(places.map((place) => [keyOfPlace(place), place])).values()];
  const groups = distinct.length === 0 ? new Map() : await lookups.interfaceGroups(distinct);
  const groupOf = new Map(
    [...groups].map(([key, facts]) => [key, endpointGroup(facts, aws.clusterName, groupTags)]),
  );
  return new Map(wanted.map(({ arn, wants }) => [arn, needOf(wants, groupOf)]));
}

function needOf(wants: readonly WantedAccess[], groupOf: ReadonlyMap<string, string | undefined>): Need {
  const reaches = new Map<string, Reach>();
  const unclear = new Set<string>();
  let unknown = false;
  for (const { place, source, ports } of wants) {
    const key = keyOfPlace(place);
    const nodeGroup = groupOf.get(key);
    if (nodeGroup !== undefined)
      reaches.set([nodeGroup, source, ...ports].join(), { nodeGroup, source, ports });
    // An instance that is gone needs no rule.
    else if (place.instance !== undefined && !groupOf.has(key)) unknown = true;
    else unclear.add(place.address ?? place.instance ?? '');
  }
  const ordered = [...reaches].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reach]) => reach);
  return { reaches: ordered, unclear: [...unclear], unknown };
}
