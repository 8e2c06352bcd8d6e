// A group as one load balancer sees it: what all members together say about it and about its listeners. Pure.
import type { AnyAnnotation } from './annotation.ts';
import { effectiveListenPorts, type ListenPort } from './annotations/listener.ts';
import { CAPACITY_UNITS } from './annotations/pools.ts';
import type { IpAddressType } from './aws.ts';
import { canonicalText } from './bind.ts';
import type { BindingSpec, Intent, LoadBalancerBinding, Settings } from './generated/binding.ts';
import { OF_WHOLE, type Said, saidIn } from './own-part.ts';
import type { ControllerDefaults } from './read.ts';
import { memberOf } from './rules.ts';
import { isObject } from './shape.ts';

export interface Listener {
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly said: Said;
  /** Of the members that listen here. */
  readonly namespaces: ReadonlySet<string>;
}

export interface Whole {
  /** Undefined when the group has no members. */
  readonly scheme: string | undefined;
  readonly said: Said;
  /** Whether the load balancer has a security group of its own, because nobody names any. */
  readonly managed: boolean;
  /** The HTTPS port that plain HTTP is redirected to. */
  readonly redirect: number | undefined;
  readonly addresses: IpAddressType | undefined;
  readonly listeners: ReadonlyMap<number, Listener>;
}

/** One member as its binding says; `key` is `namespace/name`. */
export interface Part {
  readonly key: string;
  readonly spec: BindingSpec;
}

/** What the members ask for together. They are taken to agree: conflicts are refused before anybody gets here. */
export function wholeOf(members: readonly Part[], options: ControllerDefaults): Whole {
  const asking = members.flatMap(({ key, spec: { intent } }): Asking[] =>
    intent === undefined ? [] : [{ key, intent }],
  );
  if (asking.length === 0) {
    const shared = { redirect: undefined, addresses: undefined };
    return { scheme: undefined, said: new Map(), managed: false, listeners: new Map(), ...shared };
  }
  const first = members
    .filter(({ spec }) => spec.intent !== undefined)
    .reduce((least, next) => (isBefore(next, least) ? next : least));
  const settings = together(asking, first.spec.intent?.first ?? {});
  const said = saidIn(settings, OF_WHOLE, { scheme: options.defaultScheme, [OPENS]: 'false' });
  const managed = (said.get('security-groups') ?? '') === '';
  // Read with named security groups only (spec annotations 7.4).
  if (managed) said.set(OPENS, 'false');
  const listeners = listenersOf(asking);
  const wanted = Number(said.get('ssl-redirect') ?? 0);
  return {
    scheme: said.get('scheme'),
    said,
    managed,
    redirect: listeners.get(wanted)?.protocol === 'HTTPS' ? wanted : undefined,
    addresses: asking.find(({ intent }) => intent.settings['ip-address-type'] !== undefined)?.intent.settings[
      'ip-address-type'
    ]?.value,
    listeners,
  };
}

const OPENS = 'manage-backend-security-group-rules';

/** By `group.order`, then by name (spec annotations 14.3). */
export const isBefore = (a: Part, b: Part): boolean =>
  a.spec.order < b.spec.order || (a.spec.order === b.spec.order && a.key < b.key);

/** A member that asks for something. */
interface Asking {
  readonly key: string;
  readonly intent: Intent;
}

const WHOLE_NAMES: ReadonlyMap<string, AnyAnnotation> = new Map(OF_WHOLE.map((one) => [one.name, one]));

/** Settings of all members as one; maps are merged. What the class of the first member says stands above them. */
function together(asking: readonly Asking[], settled: Partial<Settings>): Record<string, { value: unknown }> {
  const held: Record<string, { value: unknown }> = {};
  const add = (settings: object): void => {
    for (const [name, setting] of Object.entries(settings)) {
      const descriptor = WHOLE_NAMES.get(name);
      if (descriptor === undefined || !isObject(setting)) continue;
      const [value, before] = [setting.value, held[name]?.value];
      const empty = value === '' || (Array.isArray(value) && value.length === 0);
      if (isObject(value) && isObject(before)) held[name] = { value: { ...value, ...before } };
      else if (before === undefined && !empty) held[name] = { value };
    }
  };
  add(settled);
  for (const { intent } of asking) add(intent.settings);
  return held;
}

interface Gathered {
  readonly protocol: ListenPort['protocol'];
  readonly said: Map<string, string>;
  readonly certificates: Set<string>;
  readonly namespaces: Set<string>;
}

function listenersOf(asking: readonly Asking[]): Map<number, Listener> {
  const found = new Map<number, Gathered>();
  for (const { key, intent } of asking) {
    for (const { port, protocol } of effectiveListenPorts(intent.settings)) {
      const held = found.get(port);
      const listener = held ?? {
        protocol,
        said: new Map<string, string>(),
        certificates: new Set<string>(),
        namespaces: new Set<string>(),
      };
      if (held === undefined) found.set(port, listener);
      listener.namespaces.add(key.slice(0, key.indexOf('/')));
      if (listener.protocol === protocol) gather(listener, intent, port);
    }
  }
  for (const { said, certificates } of found.values()) {
    if (certificates.size > 0) said.set('certificate-arn', [...certificates].sort().join(','));
  }
  return found;
}

/** Who speaks first is heard. */
function gather(
  { protocol, said, certificates }: Gathered,
  { settings, defaultBackend }: Intent,
  port: number,
): void {
  const hear = (name: string, value: string): void => {
    if (!said.has(name)) said.set(name, value);
  };
  if (defaultBackend !== undefined) hear('spec.defaultBackend', canonicalText(defaultBackend));
  const attributes = memberOf(settings['listener-attributes'], `${protocol}-${port}`)?.value ?? {};
  for (const [key, value] of Object.entries(attributes)) hear(`listener-attributes[${key}]`, String(value));
  if (protocol === 'HTTP') return;
  for (const arn of settings['certificate-arn']?.value ?? []) certificates.add(arn);
  const policy = settings['ssl-policy']?.value ?? '';
  if (policy !== '') hear('ssl-policy', policy);
  const mutual = settings['mutual-authentication']?.value.find((one) => one.port === port);
  if (mutual !== undefined)
    hear('mutual-authentication', mutual.mode === 'off' ? 'off' : canonicalText(mutual));
}

/** What a status knows to be there; several bindings of one group know the same load balancer. */
export interface Standing {
  /** ARN of the load balancer. */
  readonly loadBalancer: string | undefined;
  /** ARNs of the listeners by port. */
  readonly listeners: ReadonlyMap<number, string>;
}

export function standing(bindings: readonly LoadBalancerBinding[]): Standing {
  const listeners = new Map<number, string>();
  let loadBalancer: string | undefined;
  for (const { status } of bindings) {
    loadBalancer ??= status?.loadBalancer?.arn;
    for (const { port, arn } of status?.listeners ?? []) listeners.set(port, arn);
  }
  return { loadBalancer, listeners };
}

/** What is known of a resource beside what is said now. */
export interface Held {
  /** AWS's values of what nobody says, by key. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Whether we set a key: only then it goes back when nobody says it any more (hack/decisions/0011). */
  set(key: string): boolean;
}

/** Nothing of it goes back. */
export const UNKNOWN: Held = { defaults: {}, set: () => false };

/** What the bindings remember of one resource: keys that we set. */
export const heldBy = (
  defaults: Held['defaults'],
  bindings: readonly LoadBalancerBinding[],
  arn: string | undefined,
): Held => ({
  defaults: { ...defaults, ...DEFAULTS },
  set: (key) =>
    arn !== undefined && bindings.some(({ status }) => status?.set?.[arn]?.includes(key) === true),
});

const MUTUAL = 'mutualAuthentication';
const CAPACITY = 'capacityUnits';
const DEFAULTS = { [MUTUAL]: 'off', [CAPACITY]: '0' };

/** The key under which it is remembered that we set an entry; undefined for what does not go back to a value of AWS. */
function keyOf(entry: string): string | undefined {
  if (entry === 'mutual-authentication') return MUTUAL;
  if (entry === `minimum-load-balancer-capacity[${CAPACITY_UNITS}]`) return CAPACITY;
  return /^(?:load-balancer-attributes|listener-attributes|attributes)\[(.*)\]$/s.exec(entry)?.[1];
}

/** What keeps its last value when nobody says it any more: protections (spec annotations 8). */
const KEPT = /^(wafv2-acl-|shield-)/;

function differs(entry: string, before: Said, after: Said, { defaults, set }: Held): boolean {
  const [old, next] = [before.get(entry), after.get(entry)];
  const key = keyOf(entry);
  if (key === undefined) return old !== next && (next !== undefined || !KEPT.test(entry));
  const usual = defaults[key];
  if (next !== undefined) return next !== (old ?? usual);
  return usual !== undefined && old !== usual && set(key);
}

/** Annotation names under which two texts differ, each once. */
export function differing(before: Said, after: Said, held: Held = UNKNOWN): string[] {
  const entries = [...new Set([...before.keys(), ...after.keys()])].filter((entry) =>
    differs(entry, before, after, held),
  );
  return [...new Set(entries.map((entry) => entry.replace(/\[.*$/s, '')))];
}
