// A group as one load balancer sees it: what all members together say about it and about its listeners. Pure.
import type { AnyAnnotation } from './annotation.ts';
import { effectiveListenPorts, type ListenPort } from './annotations/listener.ts';
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
  /** Whether plain HTTP only redirects. */
  readonly redirect: boolean;
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
    return { scheme: undefined, said: new Map(), managed: false, redirect: false, listeners: new Map() };
  }
  const first = members
    .filter(({ spec }) => spec.intent !== undefined)
    .reduce((least, next) => (isBefore(next, least) ? next : least));
  const settings = together(asking, first.spec.intent?.first ?? {});
  const said = saidIn(settings, OF_WHOLE, { scheme: options.defaultScheme });
  const listeners = listenersOf(asking);
  const wanted = Number(said.get('ssl-redirect') ?? 0);
  return {
    scheme: said.get('scheme'),
    said,
    managed: (said.get('security-groups') ?? '') === '',
    redirect: listeners.get(wanted)?.protocol === 'HTTPS',
    listeners,
  };
}

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
  if (mutual !== undefined) hear('mutual-authentication', canonicalText(mutual));
}

/** What a status knows to be there; several bindings of one group know the same load balancer. */
export interface Standing {
  readonly loadBalancer: boolean;
  readonly ports: ReadonlySet<number>;
}

export function standing(bindings: readonly LoadBalancerBinding[]): Standing {
  const ports = new Set<number>();
  let loadBalancer = false;
  for (const { status } of bindings) {
    loadBalancer ||= status?.loadBalancer !== undefined;
    for (const { port } of status?.listeners ?? []) ports.add(port);
  }
  return { loadBalancer, ports };
}

/** What is taken away and keeps its last value in AWS: keys of attributes (spec annotations 5.7), protections (8). */
const KEPT =
  /^((load-balancer-attributes|listener-attributes|attributes|minimum-load-balancer-capacity)\[|wafv2-acl-|shield-)/;

/** Annotation names under which two texts differ, each once. */
export function differing(before: Said, after: Said): string[] {
  const entries = [...new Set([...before.keys(), ...after.keys()])].filter(
    (entry) => before.get(entry) !== after.get(entry) && (after.has(entry) || !KEPT.test(entry)),
  );
  return [...new Set(entries.map((entry) => entry.replace(/\[.*$/s, '')))];
}
