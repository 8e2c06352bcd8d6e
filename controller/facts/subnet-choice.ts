// Which subnets a load balancer gets: named ones checked, or discovered ones chosen, one for each zone (aws-model 4). Pure.
import type { IpAddressType, Scheme, Tags } from '../../api/aws.ts';

export interface Subnet {
  readonly id: string;
  /** Availability zone by name and by id. */
  readonly zone: string;
  readonly zoneId: string;
  readonly tags: Tags;
  readonly freeAddresses: number;
  /** Has an associated IPv6 network. */
  readonly ipv6: boolean;
  readonly outpost: boolean;
  /** A route to an internet gateway; undefined when route tables were not read. */
  readonly reachable?: boolean;
}

export interface SubnetNeed {
  readonly clusterName: string;
  readonly scheme: Scheme;
  readonly ipAddressType: IpAddressType;
  /** One subnet in an ordinary zone is enough (gate ALBSingleSubnet). */
  readonly one?: boolean;
  /** Subnets tagged for other clusters only are taken as well (gate SubnetsClusterTagCheck off). */
  readonly ofAnyCluster?: boolean;
  /** Without role tags nothing is discovered (gate SubnetDiscoveryByReachability off). */
  readonly byRoleOnly?: boolean;
}

/** Type of each zone by zone id, in EC2's words: `availability-zone`, `local-zone`, `wavelength-zone`. */
export type ZoneTypes = ReadonlyMap<string, string>;

/** Subnet ids in the order to send, or why there are none, as a clause for people. */
export type Choice = { readonly ids: string[] } | { readonly because: string };

/** A load balancer needs this many free addresses in a subnet (aws-limits: subnets of an Application Load Balancer). */
const FREE_ADDRESSES = 8;

const ROLE = {
  internal: 'kubernetes.io/role/internal-elb',
  'internet-facing': 'kubernetes.io/role/elb',
} as const;

const CLUSTER_PREFIX = 'kubernetes.io/cluster';

const byId = (a: Subnet, b: Subnet): number => (a.id < b.id ? -1 : 1);

/** Subnets that carry the role tag of the scheme with the value 1 or none. */
export function withRole(subnets: readonly Subnet[], scheme: Scheme): Subnet[] {
  return subnets.filter(({ tags }) => tags[ROLE[scheme]] === '' || tags[ROLE[scheme]] === '1');
}

/** Finds named subnets in the order they are named: `subnet-…` is an id, all else a Name tag. */
export function findNamed(
  named: readonly string[],
  subnets: readonly Subnet[],
): { found: Subnet[]; missing: string[] } {
  const mentions = new Map<string, number>();
  const found: Subnet[] = [];
  const missing: string[] = [];
  for (const entry of named) {
    const nth = mentions.get(entry) ?? 0;
    mentions.set(entry, nth + 1);
    const subnet = entry.startsWith('subnet-')
      ? subnets.find(({ id }) => id === entry)
      : subnets.filter(({ tags }) => tags.Name === entry).sort(byId)[nth];
    if (subnet === undefined) missing.push(entry);
    else found.push(subnet);
  }
  return { found, missing };
}

/** Checks the subnets that somebody named; cluster tags and free addresses are their own affair (aws-model 4.2). */
export function chooseNamed(
  named: readonly string[],
  subnets: readonly Subnet[],
  need: SubnetNeed,
  zones: ZoneTypes,
): Choice {
  const { found, missing } = findNamed(named, subnets);
  if (missing.length > 0) return { because: `${missing.join(', ')} not found in the VPC` };
  if (found.length === 0) return { because: 'the list is empty' };
  const twice = found.find((subnet, index) => found.findIndex(({ zone }) => zone === subnet.zone) < index);
  if (twice !== undefined) return { because: `two of them are in zone ${twice.zone}, one is allowed` };
  const without = dualStack(need) ? found.filter(({ ipv6 }) => !ipv6).map(({ id }) => id) : [];
  if (without.length > 0)
    return { because: `${without.join(', ')} without the IPv6 network that ${need.ipAddressType} needs` };
  return enough(found, need, zones);
}

type SubnetReason = 'otherCluster' | 'addresses' | 'ipv6';

const WORDS: Readonly<Record<SubnetReason, string>> = {
  otherCluster: 'tagged for other clusters only',
  addresses: `with fewer than ${FREE_ADDRESSES} free addresses`,
  ipv6: 'without an IPv6 network',
};

function rejection(subnet: Subnet, need: SubnetNeed): SubnetReason | undefined {
  const own = `${CLUSTER_PREFIX}/${need.clusterName}` in subnet.tags;
  const others = Object.keys(subnet.tags).some((key) => key.startsWith(CLUSTER_PREFIX));
  if (others && !own && need.ofAnyCluster !== true) return 'otherCluster';
  if (subnet.freeAddresses < FREE_ADDRESSES) return 'addresses';
  return dualStack(need) && !subnet.ipv6 ? 'ipv6' : undefined;
}

/**
 * Chooses among all subnets of the VPC (aws-model 4.4–4.6): those with the role tag, or, when none has it, those that
 * can or cannot be reached from the internet; of each zone the one of this cluster, else the one with the lowest id.
 */
export function chooseDiscovered(subnets: readonly Subnet[], need: SubnetNeed, zones: ZoneTypes): Choice {
  const tagged = withRole(subnets, need.scheme);
  const open = need.scheme === 'internet-facing';
  const byRole = tagged.length > 0 || need.byRoleOnly === true;
  const candidates = byRole ? tagged : subnets.filter(({ reachable }) => reachable === open);
  return chooseAmong(candidates, need, zones, inWords(candidates.length, need.scheme, byRole));
}

/** A value of an EC2 filter: `*` stands for any characters, `?` for one or none, a backslash takes the next literally. */
export function fitsFilter(text: string, pattern: string): boolean {
  const parts = pattern.match(/\\[\s\S]|[\s\S]/g) ?? [];
  const literal = (sign: string): string => sign.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const expression = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*';
    return part === '?' ? '[\\s\\S]?' : literal(part.length > 1 ? part.slice(1) : part);
  });
  return new RegExp(`^${expression.join('')}$`).test(text);
}

/**
 * Chooses among the subnets that have, for each key, one of its values; the role tag is not asked for (aws-model 4.3). The
 * LBC hands the values to EC2 as they are (EC2 API: filtering, wildcards).
 */
export function chooseTagged(
  tags: Readonly<Record<string, readonly string[]>>,
  subnets: readonly Subnet[],
  need: SubnetNeed,
  zones: ZoneTypes,
): Choice {
  const keys = Object.entries(tags);
  const fitting = subnets.filter((subnet) =>
    keys.every(([key, values]) => {
      const text = subnet.tags[key];
      return text !== undefined && values.some((value) => fitsFilter(text, value));
    }),
  );
  const words = keys.map(([key, values]) => `${key}=${values.join('|')}`).join(', ');
  const none =
    fitting.length === 0 ? 'no subnet has' : `none of ${fitting.length} subnets is usable that have`;
  return chooseAmong(fitting, need, zones, `${none} the tags ${words}`);
}

/** `nothing` says why, when none of them can be used. */
function chooseAmong(
  candidates: readonly Subnet[],
  need: SubnetNeed,
  zones: ZoneTypes,
  nothing: string,
): Choice {
  const rejected = new Map<SubnetReason, number>();
  const chosen = new Map<string, Subnet>();
  const own = `${CLUSTER_PREFIX}/${need.clusterName}`;
  for (const subnet of [...candidates].sort(byId)) {
    const reason = rejection(subnet, need);
    if (reason !== undefined) {
      rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
      continue;
    }
    const before = chosen.get(subnet.zone);
    if (before === undefined || (own in subnet.tags && !(own in before.tags)))
      chosen.set(subnet.zone, subnet);
  }
  if (chosen.size === 0) return { because: `${nothing}${counted(rejected)}` };
  const choice = enough([...chosen.values()].sort(byId), need, zones);
  return 'ids' in choice ? choice : { because: `${choice.because}${counted(rejected)}` };
}

function inWords(count: number, scheme: Scheme, byRole: boolean): string {
  const kind = byRole
    ? `with the tag ${ROLE[scheme]}`
    : `that the internet can${scheme === 'internal' ? 'not' : ''} reach`;
  if (count > 0) return `none of ${count} subnets ${kind} is usable`;
  return byRole
    ? `no subnet has the tag ${ROLE[scheme]}`
    : `no subnet has the tag ${ROLE[scheme]}, and there is none ${kind}`;
}

function counted(rejected: ReadonlyMap<SubnetReason, number>): string {
  if (rejected.size === 0) return '';
  return ` (left out: ${[...rejected].map(([reason, count]) => `${count} ${WORDS[reason]}`).join(', ')})`;
}

const dualStack = ({ ipAddressType }: SubnetNeed): boolean => ipAddressType !== 'ipv4';

/** One kind of zone for all; ordinary zones need two subnets, the others one (aws-model 4.6). */
function enough(subnets: readonly Subnet[], { one = false }: SubnetNeed, zones: ZoneTypes): Choice {
  const locales = new Set(
    subnets.map(({ outpost, zoneId }) => (outpost ? 'outpost' : (zones.get(zoneId) ?? 'availability-zone'))),
  );
  if (locales.size > 1)
    return { because: `they are in zones of different kinds: ${[...locales].sort().join(', ')}` };
  if (locales.has('availability-zone') && subnets.length < 2 && !one) {
    const [only] = subnets;
    return {
      because: `a load balancer needs subnets in two zones, and only ${only?.id ?? 'none'} in ${only?.zone ?? 'no zone'} is usable`,
    };
  }
  return { ids: subnets.map(({ id }) => id) };
}
