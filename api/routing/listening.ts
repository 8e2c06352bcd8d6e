// Listening: the rules of all listeners of a group in the order in which they are asked, and which one answers a request.

import type { ListenPort } from '../annotations/listener.ts';
import type { Condition } from '../aws.ts';
import { once } from '../once.ts';
import { type MatchRequest, matchRule } from './match.ts';
import {
  fallbackOf,
  type GroupMember,
  httpsRedirectOf,
  isExempt,
  isMadeOn,
  portsOf,
  type Route,
  type RoutedAction,
  routesOf,
  toHttps,
} from './routes.ts';
import { conditionToWire } from './wire-condition.ts';

/** A rule on one listener, or what it does by default. */
export interface Made {
  readonly port: ListenPort;
  readonly conditions: readonly Condition[];
  readonly action: RoutedAction;
  /** Absent for the redirect to HTTPS that a whole listener does. */
  readonly member?: GroupMember;
  readonly route?: Route;
}

interface PortListener {
  readonly port: ListenPort;
  readonly members: GroupMember[];
  readonly rules: Made[];
  /** Rules that name a host, under it in lower case, and those that take several hosts or any: places in `rules`. */
  readonly byHost: Map<string, number[]>;
  readonly open: number[];
  fallback?: Made;
}

export interface Listening {
  readonly listeners: ReadonlyMap<number, PortListener>;
  /** Whether a rule, or TLS, names this host. */
  names(host: string): boolean;
  madeBy(member: GroupMember): readonly Made[];
}

/** Put together once for each list of members in group order. */
export const listeningOf = once((members: readonly GroupMember[]): Listening => {
  const listeners = new Map<number, PortListener>();
  for (const member of members) {
    for (const port of portsOf(member.spec)) {
      const there = listeners.getOrInsertComputed(port.port, () => emptyListener(port));
      if (there.port.protocol === port.protocol) there.members.push(member);
    }
  }
  const https = httpsRedirectOf(members)?.port;
  for (const listener of listeners.values()) fill(listener, https);
  const byMember = new Map<string, Made[]>();
  for (const made of [...listeners.values()].flatMap(({ rules, fallback }) => [...rules, fallback])) {
    if (made?.member === undefined) continue;
    byMember.getOrInsert(made.member.key, []).push(made);
  }
  const hosts = namedHosts(members);
  const patterns = hosts.filter((host) => PATTERN.test(host));
  const plain = new Set(hosts);
  return {
    listeners,
    names: (host) => plain.has(host) || patterns.some((pattern) => meetsHost(pattern, host)),
    madeBy: ({ key }) => byMember.get(key) ?? [],
  };
});

const emptyListener = (port: ListenPort): PortListener => ({
  port,
  members: [],
  rules: [],
  byHost: new Map(),
  open: [],
});

function fill(listener: PortListener, https: number | undefined): void {
  const { port, members, rules } = listener;
  const redirect = port.protocol === 'HTTP' && https !== undefined ? toHttps(https) : undefined;
  for (const member of members) {
    const { intent } = member.spec;
    if (intent === undefined) continue;
    const redirected = redirect !== undefined && https !== undefined && !isExempt(intent, https);
    for (const route of routesOf(intent)) {
      if (!redirected && !isMadeOn(route, port)) continue;
      const made = { port, conditions: route.conditions(), member, route };
      if (!redirected) rules.push({ ...made, action: route.action });
      // Its place in the order is that of a rule; whose annotation redirects is said elsewhere.
      else rules.push({ port, conditions: made.conditions, action: redirect });
    }
    const fallback = fallbackOf(intent);
    if (redirect === undefined && listener.fallback === undefined && fallback !== undefined)
      listener.fallback = { port, conditions: [], member, route: fallback, action: fallback.action };
  }
  if (redirect !== undefined) listener.fallback = { port, conditions: [], action: redirect };
  for (const [at, { conditions }] of rules.entries()) place(listener, at, conditions);
}

function place({ byHost, open }: PortListener, at: number, conditions: readonly Condition[]): void {
  const hosts = conditions.find((one) => one.field === 'host-header');
  const values = hosts?.field === 'host-header' && hosts.regexValues === undefined ? hosts.values : [];
  if (values.length === 0 || values.some((value) => PATTERN.test(value))) {
    open.push(at);
    return;
  }
  for (const host of new Set(values.map((value) => value.toLowerCase())))
    byHost.getOrInsert(host, []).push(at);
}

/** Hosts of rules and TLS, as patterns in lower case; each once. */
function namedHosts(members: readonly GroupMember[]): string[] {
  const intents = members.flatMap(({ spec }) => spec.intent ?? []);
  const ofRules = intents
    .flatMap(routesOf)
    .flatMap((route) => route.conditions())
    .flatMap((condition) => (condition.field === 'host-header' ? condition.values : []));
  const all = [...intents.flatMap(({ tlsHosts = [] }) => tlsHosts), ...ofRules];
  return [...new Set(all.map((host) => host.toLowerCase()))];
}

const PATTERN = /[*?\\]/;

const meetsHost = (pattern: string, host: string): boolean =>
  matchRule([{ Field: 'host-header', Values: [pattern] }], { ...NOBODY, host });

const NOBODY: MatchRequest = {
  method: 'GET',
  protocol: 'http',
  host: '',
  port: 80,
  path: '/',
  query: '',
  headers: {},
  sourceIp: '192.0.2.1',
};

/** The rule that answers a request, or the default of its listener; undefined where nobody listens. */
export function answerOn({ listeners }: Listening, request: MatchRequest): Made | undefined {
  const listener = listeners.get(request.port);
  if (listener?.port.protocol.toLowerCase() !== request.protocol) return undefined;
  const meets = (at: number): boolean => {
    const made = listener.rules[at];
    return made !== undefined && matchRule(wireOf(made), request);
  };
  // Most rules name one host: those of other hosts are not looked at.
  const named = (listener.byHost.get(request.host) ?? []).find(meets);
  const open = listener.open.find((at) => (named !== undefined && at > named) || meets(at));
  const first = named === undefined || (open !== undefined && open < named) ? open : named;
  return first === undefined ? listener.fallback : listener.rules[first];
}

const wireOf = once(({ conditions }: Made) => conditions.map(conditionToWire));
