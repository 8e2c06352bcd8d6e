// Footprint: what members of a group, or an Ingress alone, ask one load balancer to have, in the units in which AWS counts.
// From the intents alone: certificates that are looked for in ACM, and Services that do not exist, cannot be seen here.

import { targetsOf } from '../annotations/actions.ts';
import { effectiveListenPorts, type ListenPort } from '../annotations/listener.ts';
import { CAPACITY_UNITS } from '../annotations/pools.ts';
import type { Intent, IntentBackend } from '../generated/binding.ts';
import { once } from '../once.ts';
import { isExempt, routesOf, toHttps } from '../routing/routes.ts';
import { memberOf } from '../routing/rules.ts';
import { madeOf } from '../routing/unreachable-rules.ts';
import { networkOf } from '../validate/cidr.ts';

/** Rules of the managed security group, by family: each has a quota of its own. */
export interface SourceCount {
  readonly ipv4: number;
  readonly ipv6: number;
  /** Ports with prefix lists of which the size is not known: each counts at least one rule, of one of the families. */
  readonly unsized: readonly string[];
}

export interface Footprint {
  readonly listeners: number;
  /** Over all listeners, without default rules. */
  readonly rules: number;
  /** Named ones, without the default certificate of each listener. */
  readonly certificates: number;
  /** Different ones. */
  readonly targetGroups: number;
  /** Named ones, and the one that targets let in where the members ask for it. */
  readonly securityGroups: number;
  readonly sources: SourceCount;
  readonly capacityUnits: number;
  /** HTTPS ports whose clients are verified. */
  readonly verifying: readonly number[];
}

/** What one member adds. */
export function shareIn(intent: Intent) {
  const { settings, rules } = intent;
  const targets = targetGroupsOf(intent);
  const units = settings['minimum-load-balancer-capacity']?.value[CAPACITY_UNITS];
  return {
    intent,
    ports: effectiveListenPorts(settings),
    paths: rules.reduce((sum, { paths }) => sum + paths.length, 0),
    /** Services and ports: a target group of its own each. */
    own: targets.own.size,
    /** Target groups that somebody else made: the same for all members that name them. */
    foreign: targets.foreign,
    certificates: settings['certificate-arn']?.value ?? [],
    /** Some action is a redirect. */
    redirects: Object.values(settings.actions ?? {}).some(({ value }) => value.type === 'redirect'),
    https: settings['ssl-redirect']?.value,
    cidrs: settings['inbound-cidrs']?.value ?? [],
    prefixLists: settings['security-group-prefix-lists']?.value ?? [],
    securityGroups: settings['security-groups']?.value ?? [],
    /** Targets are opened for the named security groups. */
    opens: settings['manage-backend-security-group-rules']?.value === true,
    addresses: settings['ip-address-type']?.value,
    capacityUnits: units === undefined ? undefined : Number(units),
    verifying: (settings['mutual-authentication']?.value ?? []).flatMap(({ mode, port }) =>
      mode === 'verify' ? [port] : [],
    ),
  };
}

export type Share = ReturnType<typeof shareIn>;

/** Counted once for each intent. */
export const shareOf = once(shareIn);

/** What the rules and the default backend of one Ingress forward to. */
function targetGroupsOf({ rules, defaultBackend, settings }: Intent) {
  const [own, foreign] = [new Set<string>(), new Set<string>()];
  const add = ({ service, action }: IntentBackend): void => {
    if (service !== undefined) own.add(`${service.name}:${service.port}`);
    const said = action === undefined ? undefined : memberOf(settings.actions, action);
    for (const target of said === undefined ? [] : targetsOf(said.value)) {
      if ('service' in target) own.add(`${target.service.name}:${target.service.port}`);
      else foreign.add('targetGroupARN' in target ? target.targetGroupARN : target.targetGroupName);
    }
  };
  for (const { paths } of rules) for (const { backend } of paths) add(backend);
  if (defaultBackend !== undefined) add(defaultBackend);
  return { own, foreign };
}

interface CountedPort {
  readonly protocol: ListenPort['protocol'];
  readonly certificates: Set<string>;
  cidrs: readonly string[];
  prefixLists: readonly string[];
}

/** `intents` are in group order. */
export const footprintOf = (intents: readonly Intent[]): Footprint =>
  footprintOfShares(intents.map(shareOf), () => intents);

/** `all`: the intents of all members, where each rule has to be looked at. */
export function footprintOfShares(shares: readonly Share[], all: () => readonly Intent[]): Footprint {
  const ports = new Map<number, CountedPort>();
  const foreign = new Set<string>();
  const https = redirectPort(shares);
  let [rules, own, exact] = [0, 0, true];
  for (const share of shares) {
    const closed = https !== undefined && !isExempt(share.intent, https);
    for (const port of share.ports) {
      gather(ports, port, share);
      if (!closed || port.protocol === 'HTTPS') rules += share.paths;
      else exact &&= share.paths === 0;
    }
    exact &&= !share.redirects;
    own += share.own;
    for (const one of share.foreign) foreign.add(one);
  }
  return {
    listeners: ports.size,
    rules: exact ? rules : rulesOf(all(), ports, https),
    certificates: certificatesIn(ports),
    targetGroups: own + foreign.size,
    securityGroups: securityGroupsOf(shares),
    sources: sourcesOf(shares, ports),
    capacityUnits: shares.find(({ capacityUnits }) => capacityUnits !== undefined)?.capacityUnits ?? 0,
    verifying: [...new Set(shares.flatMap(({ verifying }) => verifying))],
  };
}

/** The first member that names networks, or prefix lists, decides about a port: others may not say anything else. */
function gather(ports: Map<number, CountedPort>, { port, protocol }: ListenPort, share: Share): void {
  const { certificates, cidrs, prefixLists } = share;
  const there = ports.get(port);
  if (there === undefined) {
    const own = new Set(protocol === 'HTTPS' ? certificates : []);
    ports.set(port, { protocol, certificates: own, cidrs, prefixLists });
    return;
  }
  if (there.protocol === 'HTTPS') for (const arn of certificates) there.certificates.add(arn);
  if (there.cidrs.length === 0) there.cidrs = cidrs;
  if (there.prefixLists.length === 0) there.prefixLists = prefixLists;
}

function redirectPort(shares: readonly Share[]): number | undefined {
  const wanted = shares.find(({ https }) => https !== undefined)?.https;
  if (wanted === undefined) return undefined;
  const isThere = shares.some(({ ports }) =>
    ports.some(({ port, protocol }) => port === wanted && protocol === 'HTTPS'),
  );
  return isThere ? wanted : undefined;
}

/** Each listener's first certificate is its default one, which has no quota. */
function certificatesIn(ports: ReadonlyMap<number, CountedPort>): number {
  const all = new Set<string>();
  for (const { certificates } of ports.values()) {
    if (certificates.size > 1) for (const arn of [...certificates].slice(1)) all.add(arn);
  }
  return all.size;
}

const named = (shares: readonly Share[]): readonly string[] =>
  shares.find(({ securityGroups }) => securityGroups.length > 0)?.securityGroups ?? [];

function securityGroupsOf(shares: readonly Share[]): number {
  const groups = named(shares);
  return groups.length === 0 ? 0 : new Set(groups).size + (shares.some(({ opens }) => opens) ? 1 : 0);
}

/** CloudFront's addresses towards origins: one list for each Region, IPv4 (Amazon CloudFront: Locations and IP address ranges of CloudFront edge servers). */
const CLOUDFRONT: ReadonlySet<string> = new Set(
  [
    'pl-3b927c52 pl-b6a144df pl-4ea04527 pl-82a045eb pl-38a64351 pl-5da64334 pl-4fa04526 pl-93a247fa',
    'pl-75b1541c pl-a3a144ca pl-fab65393 pl-58a04531 pl-22a6434b pl-31a34658 pl-b8a742d1 pl-9aa247f3',
  ].flatMap((line) => line.split(' ')),
);
/** What that list counts in a security group, whatever it holds (the same page: weight). */
const CLOUDFRONT_WEIGHT = 55;

const NO_SOURCES: SourceCount = { ipv4: 0, ipv6: 0, unsized: [] };
const EVERYBODY = ['0.0.0.0/0', '::/0'];

/** A prefix list counts as its largest number of entries (Amazon VPC quotas: prefix lists). */
function sourcesOf(shares: readonly Share[], ports: ReadonlyMap<number, CountedPort>): SourceCount {
  if (named(shares).length > 0) return NO_SOURCES;
  const addresses = shares.find((one) => one.addresses !== undefined)?.addresses ?? 'ipv4';
  let [ipv4, ipv6] = [0, 0];
  const unsized = new Set<string>();
  for (const { cidrs, prefixLists } of ports.values()) {
    const networks = networksOf(cidrs.length === 0 && prefixLists.length === 0 ? EVERYBODY : cidrs);
    ipv4 += networks.ipv4;
    if (addresses !== 'ipv4') ipv6 += networks.ipv6;
    for (const list of new Set(prefixLists)) {
      ipv4 += CLOUDFRONT.has(list) ? CLOUDFRONT_WEIGHT : 1;
      if (!CLOUDFRONT.has(list)) unsized.add(list);
    }
  }
  return { ipv4, ipv6, unsized: [...unsized] };
}

/** EC2 keeps one rule for each network, however it is written. Counted once for each list. */
const networksOf = once((cidrs: readonly string[]): Pick<SourceCount, 'ipv4' | 'ipv6'> => {
  const networks = [...new Map(cidrs.map((one) => [networkOf(one), one])).values()];
  const ipv6 = networks.filter((network) => network.includes(':')).length;
  return { ipv4: networks.length - ipv6, ipv6 };
});

/**
 * Rules where redirects decide: those that lead to themselves and those behind a redirect are not made, and beside a member
 * that a redirect to HTTPS does not concern the others are redirected by rules (spec annotations 15.8, 15.9).
 */
function rulesOf(
  intents: readonly Intent[],
  ports: ReadonlyMap<number, CountedPort>,
  https: number | undefined,
): number {
  let count = 0;
  for (const [port, { protocol }] of ports) {
    const here = intents.filter(({ settings }) =>
      effectiveListenPorts(settings).some((one) => one.port === port && one.protocol === protocol),
    );
    const redirects = protocol === 'HTTP' && https !== undefined;
    if (redirects && here.every((intent) => !isExempt(intent, https))) continue;
    count += madeOn({ port, protocol }, here, redirects ? https : undefined);
  }
  return count;
}

function madeOn(port: ListenPort, intents: readonly Intent[], https: number | undefined): number {
  const rules = intents.flatMap((intent) => {
    const closed = https !== undefined && !isExempt(intent, https);
    return routesOf(intent).map((route) => ({
      conditions: route.conditions(),
      action: closed ? toHttps(https) : route.action,
    }));
  });
  return madeOf(rules, port).length;
}
