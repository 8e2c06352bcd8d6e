// Which security groups stand before a target: those of its network interface (aws-model 5.7, 5.8). A pod may have an
// interface of its own (Fargate, security groups for pods) or share one of its node's.
//
//   place ─▶ interface of the instance that holds the address ─▶ else whatever interface in the VPC has it ─▶ else the primary one
import { BlockList, isIPv6 } from 'node:net';
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  type Instance,
  type InstanceNetworkInterface,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { tagMap } from '../../alb/kinds/tags.ts';
import type { Tags } from '../../api/aws.ts';
import { chunks } from '../aws/chunks.ts';
import { type Aws, allPages } from '../aws/client.ts';

export interface SecurityGroupFact {
  readonly id: string;
  readonly tags: Tags;
}

/** Where a target is: on an instance, at an address of its own, or both. */
export interface InterfaceOwner {
  readonly instance?: string;
  readonly address?: string;
}

export const keyOfPlace = ({ instance = '', address = '' }: InterfaceOwner): string =>
  `${instance}/${address}`;

/** One network interface of an instance. */
interface Interface {
  readonly primary: boolean;
  readonly groups: readonly string[];
  readonly holds: BlockList;
}

const KNOWN_MS = 10 * 60_000;
/** Nodes get addresses and interfaces as pods come; nobody is asked more often than this. */
const FRESH_MS = 30_000;
/** Most values of one filter (EC2 API Reference: filtering). */
const FILTER_VALUES = 200;

/** What is known of each key, for a while. */
class TimedCache<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly since: number }>();

  /** The value if it is not older than `age` milliseconds. */
  get(key: string, age: number = KNOWN_MS): V | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && performance.now() - entry.since < age ? entry.value : undefined;
  }

  set(key: string, value: V): void {
    this.#entries.set(key, { value, since: performance.now() });
  }

  /** Lets go of what is too old to be given. */
  sweep(): void {
    const now = performance.now();
    for (const [key, { since }] of this.#entries) if (now - since >= KNOWN_MS) this.#entries.delete(key);
  }
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

function interfaceOf(wire: InstanceNetworkInterface): Interface {
  const holds = new BlockList();
  const addresses = [
    wire.PrivateIpAddress,
    ...(wire.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
    ...(wire.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
  ];
  const prefixes = [
    ...(wire.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
    ...(wire.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
  ];
  for (const address of addresses) if (address !== undefined) holds.addAddress(address, family(address));
  for (const prefix of prefixes) {
    const [address = '', bits] = (prefix ?? '').split('/');
    if (address !== '') holds.addSubnet(address, Number(bits), family(address));
  }
  return { primary: wire.Attachment?.DeviceIndex === 0, groups: groupsOf(wire), holds };
}

const groupsOf = ({ Groups }: Pick<NetworkInterface, 'Groups'>): string[] =>
  (Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []);

/** What it learns it remembers, and what it does not know it asks for in bulk. */
export class InterfaceReader {
  readonly #aws: Aws;
  readonly #instances = new TimedCache<readonly Interface[]>();
  /** Security groups by place, of addresses that no instance holds; none when nothing has the address. */
  readonly #places = new TimedCache<readonly string[]>();
  readonly #tags = new TimedCache<Tags>();

  constructor(aws: Aws) {
    this.#aws = aws;
  }

  /** The security groups of the interface at each place that is known, by `keyOfPlace`. */
  async of(places: readonly InterfaceOwner[]): Promise<Map<string, SecurityGroupFact[]>> {
    for (const known of [this.#instances, this.#places, this.#tags]) known.sweep();
    const instances = new Set(places.flatMap(({ instance }) => instance ?? []));
    await this.#readInstances([...instances].filter((id) => this.#instances.get(id) === undefined));
    const astray = places.filter((place) => this.#isLost(place));
    const stale = new Set(astray.flatMap(({ instance }) => instance ?? []));
    await this.#readInstances([...stale].filter((id) => this.#instances.get(id, FRESH_MS) === undefined));
    await this.#readAddresses(astray.filter((place) => this.#isLost(place)));
    const found = places.flatMap((place) => {
      const groups = this.#groupsOf(place);
      return groups === undefined ? [] : [[keyOfPlace(place), groups] as const];
    });
    // Tags decide only where an interface has several groups.
    await this.#readTags(found.flatMap(([, groups]) => (groups.length > 1 ? groups : [])));
    const fact = (id: string) => ({ id, tags: this.#tags.get(id) ?? {} });
    return new Map(found.map(([key, groups]) => [key, groups.map(fact)]));
  }

  #holder({ instance, address }: InterfaceOwner): Interface | undefined {
    if (instance === undefined || address === undefined) return undefined;
    return this.#instances.get(instance)?.find(({ holds }) => holds.check(address, family(address)));
  }

  /** Nothing that is known has the address. */
  #isLost(place: InterfaceOwner): boolean {
    if (place.address === undefined || this.#holder(place) !== undefined) return false;
    const known = this.#places.get(keyOfPlace(place));
    return (
      known === undefined ||
      (known.length === 0 && this.#places.get(keyOfPlace(place), FRESH_MS) === undefined)
    );
  }

  #groupsOf(place: InterfaceOwner): readonly string[] | undefined {
    const holder = this.#holder(place);
    if (holder !== undefined) return holder.groups;
    const own = place.address === undefined ? undefined : this.#places.get(keyOfPlace(place));
    if (own !== undefined && own.length > 0) return own;
    return this.#instances.get(place.instance ?? '')?.find(({ primary }) => primary)?.groups;
  }

  async #readInstances(ids: readonly string[]): Promise<void> {
    for (const Values of chunks(ids, FILTER_VALUES)) {
      const Filters = [{ Name: 'instance-id', Values }];
      const instances = await allPages(
        async (NextToken): Promise<{ items: Instance[] | undefined; token: string | undefined }> => {
          const page = await this.#aws.ec2.send(new DescribeInstancesCommand({ Filters, NextToken }));
          return {
            items: page.Reservations?.flatMap(({ Instances }) => Instances ?? []),
            token: page.NextToken,
          };
        },
      );
      for (const { InstanceId, NetworkInterfaces } of instances)
        this.#instances.set(InstanceId ?? '', (NetworkInterfaces ?? []).map(interfaceOf));
    }
  }

  async #readAddresses(places: readonly InterfaceOwner[]): Promise<void> {
    const byFamily = Map.groupBy(places, ({ address = '' }) => family(address));
    for (const [which, of] of byFamily) {
      const Name = which === 'ipv4' ? 'addresses.private-ip-address' : 'ipv6-addresses.ipv6-address';
      for (const part of chunks(of, FILTER_VALUES)) await this.#readPart(Name, part);
    }
  }

  async #readPart(Name: string, places: readonly InterfaceOwner[]): Promise<void> {
    const Filters = [
      { Name: 'vpc-id', Values: [this.#aws.vpcId] },
      { Name, Values: [...new Set(places.flatMap(({ address }) => address ?? []))] },
    ];
    const interfaces = await allPages(async (NextToken) => {
      const page = await this.#aws.ec2.send(new DescribeNetworkInterfacesCommand({ Filters, NextToken }));
      return { items: page.NetworkInterfaces, token: page.NextToken };
    });
    const having = new Map(
      interfaces.flatMap((one) => addressesOf(one).map((address) => [address, groupsOf(one)] as const)),
    );
    for (const place of places) this.#places.set(keyOfPlace(place), having.get(place.address ?? '') ?? []);
  }

  async #readTags(ids: readonly string[]): Promise<void> {
    const GroupIds = [...new Set(ids)].filter((id) => this.#tags.get(id) === undefined);
    if (GroupIds.length === 0) return;
    const { SecurityGroups } = await this.#aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    for (const { GroupId, Tags } of SecurityGroups ?? []) this.#tags.set(GroupId ?? '', tagMap(Tags));
  }
}

const addressesOf = ({ PrivateIpAddresses, Ipv6Addresses }: NetworkInterface): string[] => [
  ...(PrivateIpAddresses ?? []).flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
  ...(Ipv6Addresses ?? []).flatMap(({ Ipv6Address }) => Ipv6Address ?? []),
];

/**
 * The one group that target rules are written to: the only one, or the only one that is tagged for the cluster and has all
 * of `also` (aws-model 5.7). Pure.
 */
export function endpointGroup(
  groups: readonly SecurityGroupFact[],
  clusterName: string,
  also: Readonly<Tags> = {},
): string | undefined {
  if (groups.length === 1) return groups[0]?.id;
  const fits = ({ tags }: SecurityGroupFact): boolean =>
    `kubernetes.io/cluster/${clusterName}` in tags &&
    Object.entries(also).every(([key, value]) => tags[key] === value);
  const tagged = groups.filter(fits);
  return tagged.length === 1 ? tagged[0]?.id : undefined;
}
