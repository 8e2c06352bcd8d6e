// Rules of one member of a group that an earlier member takes wholly, so that no request gets there: both are told.
//
//   earlier member:  a.example.com/*  ──takes──▶  a.example.com/abc/*  of a later member, on the ports they share

import type { ListenPort } from '../annotations/listener.ts';
import { canonicalText } from '../binding/bind.ts';
import { once } from '../once.ts';
import { type Problem, warning } from '../problems/problem.ts';
import { hostsAbove, isTooDeep, takenBy, takes } from './reach.ts';
import {
  type GroupMember,
  type HttpsRedirect,
  inGroupOrder,
  isMadeOn,
  nameOf,
  ownPortsOf,
  placeOf,
  portWords,
  type Route,
  routesOf,
} from './routes.ts';

interface Placed {
  readonly member: GroupMember;
  readonly route: Route;
}

/** Host, what of the paths, and the rules there in group order. */
type ByReach = Map<string, Map<string, Placed[]>>;

interface Index {
  /** Rules that ask for nothing but host and path, under what they take. */
  readonly takers: ByReach;
  /** All rules, under everything that would take them. */
  readonly takeable: ByReach;
}

function add(to: ByReach, host: string, key: string, placed: Placed): void {
  const ofHost = to.getOrInsertComputed(host, () => new Map<string, Placed[]>());
  ofHost.getOrInsert(key, []).push(placed);
}

const hostOf = ({ source: { host = '' } }: Route): string => host.toLowerCase();

const reaching = ({ source: { path, pathType }, isRegex }: Route) => ({ path, pathType, isRegex });

/** Made once for each list of members in group order. */
const indexOf = once((members: readonly GroupMember[]): Index => {
  const index: Index = { takers: new Map(), takeable: new Map() };
  for (const member of members) {
    for (const route of member.spec.intent === undefined ? [] : routesOf(member.spec.intent)) {
      if (isTooDeep(route.source.path ?? '')) continue;
      const placed = { member, route };
      const host = hostOf(route);
      if (route.isBare) add(index.takers, host, takes(reaching(route)), placed);
      for (const key of takenBy(reaching(route))) add(index.takeable, host, key, placed);
    }
  }
  return index;
});

/** The ports on which `earlier` leaves `later` no request; none where both do the same with it, or sent it on its way. */
function takenOn(earlier: Placed, later: Placed, https: number | undefined): readonly ListenPort[] {
  const own = ownPortsOf(later.member.spec, https).filter((port) => isMadeOn(later.route, port));
  const theirs = ownPortsOf(earlier.member.spec, https).filter((port) => isMadeOn(earlier.route, port));
  const ports = own.filter(({ port }) => theirs.some((one) => one.port === port));
  if (earlier.route.action.type !== 'redirect') return ports;
  // A redirect on one port leads to the rule on another one: that is how plain HTTP is closed without ssl-redirect.
  const same = canonicalText(earlier.route.action) === canonicalText(later.route.action);
  return same || ports.length < own.length ? [] : ports;
}

interface RoutePair {
  readonly earlier: Placed;
  readonly later: Placed;
  readonly ports: readonly ListenPort[];
}

/** So many rules with the same host and path are looked at, so that the cost grows with the group and no faster. */
const LOOKED_AT_MAX = 50;

/** The first rule of an earlier member that takes all requests of a rule. */
function takerOf(later: Placed, { takers }: Index, https: number | undefined): RoutePair | undefined {
  const keys = takenBy(reaching(later.route));
  for (const host of hostsAbove(hostOf(later.route))) {
    const ofHost = takers.get(host);
    for (const key of ofHost === undefined ? [] : keys) {
      const pair = firstPair((ofHost?.get(key) ?? []).slice(0, LOOKED_AT_MAX), later, https);
      if (pair !== undefined) return pair;
    }
  }
  return undefined;
}

function firstPair(
  takers: readonly Placed[],
  later: Placed,
  https: number | undefined,
): RoutePair | undefined {
  for (const earlier of takers) {
    if (inGroupOrder(earlier.member, later.member) > 0) return undefined;
    const ports = earlier.member.key === later.member.key ? [] : takenOn(earlier, later, https);
    if (ports.length > 0) return { earlier, later, ports };
  }
  return undefined;
}

/** So many rules of others are named for each rule. */
const SHOWN_MAX = 3;

/** Some rules of later members that a rule leaves no request. */
function takenByRule(earlier: Placed, { takeable }: Index, https: number | undefined): RoutePair[] {
  if (!earlier.route.isBare) return [];
  const host = hostOf(earlier.route);
  const key = takes(reaching(earlier.route));
  const below = host === '' || host.startsWith('*.') ? [...takeable.keys()] : [host];
  const found: RoutePair[] = [];
  for (const one of below) {
    if (!hostsAbove(one).includes(host)) continue;
    const placed = takeable.get(one)?.get(key) ?? [];
    const from = firstAfter(placed, earlier.member);
    for (const later of placed.slice(from, from + LOOKED_AT_MAX)) {
      if (later.member.key === earlier.member.key) continue;
      const ports = takenOn(earlier, later, https);
      if (ports.length > 0) found.push({ earlier, later, ports });
      if (found.length > SHOWN_MAX) return found;
    }
  }
  return found;
}

/** Where in a list in group order those begin that come after a member. */
function firstAfter(placed: readonly Placed[], member: GroupMember): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = placed[middle];
    if (there !== undefined && inGroupOrder(there.member, member) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const COMES_FIRST = 'group.order, then the name, says who comes first';

function onWords({ later, ports }: RoutePair, https: number | undefined): string {
  const all = ownPortsOf(later.member.spec, https).filter((port) => isMadeOn(later.route, port));
  return ports.length === all.length ? '' : ` on ${portWords(ports)}`;
}

/** What an earlier member's rule does with the requests, told to the later one. */
function toLater(pair: RoutePair, https: number | undefined): Problem {
  const { member, route } = pair.earlier;
  const place = member.hidden === true ? 'all of them' : placeOf(route);
  const does = route.action.type === 'redirect' ? 'redirects' : 'takes';
  return warning('GroupConflict', 'spec.rules', {
    value: placeOf(pair.later.route),
    because: `${nameOf(member)} comes first in the group and ${does} ${place}, so no request gets here${onWords(pair, https)}; ${COMES_FIRST}: give this Ingress a smaller group.order, or the rule a host or path that the other does not take`,
  });
}

/** Told to the earlier one, once for each of its rules. */
function toEarlier(pairs: readonly RoutePair[], https: number | undefined): Problem[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const more = pairs.length > SHOWN_MAX ? ['and of others'] : [];
  const shown = pairs.slice(0, SHOWN_MAX).map((pair) => {
    const place = pair.later.member.hidden === true ? 'rules' : placeOf(pair.later.route);
    return `${place}${onWords(pair, https)} of ${nameOf(pair.later.member)}`;
  });
  const whom = [...new Set([...shown, ...more])].join(', ');
  const does = first.earlier.route.action.type === 'redirect' ? 'redirect' : 'rule';
  return [
    warning('GroupConflict', 'spec.rules', {
      value: placeOf(first.earlier.route),
      because: `this ${does} takes every request for ${whom}, later in the group; ${COMES_FIRST}: a larger group.order here lets them answer first`,
    }),
  ];
}

/**
 * Warnings to one member about rules that the other members leave no request, and about those that it leaves none.
 * `others` are in group order and may hold an older version of the member, which does not count.
 */
export function takenProblems(
  member: GroupMember,
  others: readonly GroupMember[],
  redirect: HttpsRedirect | undefined,
): Problem[] {
  const { intent } = member.spec;
  if (intent === undefined || others.length === 0) return [];
  const index = indexOf(others);
  const https = redirect?.port;
  return routesOf(intent).flatMap((route) => {
    if (isTooDeep(route.source.path ?? '')) return [];
    const placed = { member, route };
    const taker = takerOf(placed, index, https);
    return taker === undefined
      ? toEarlier(takenByRule(placed, index, https), https)
      : [toLater(taker, https)];
  });
}
