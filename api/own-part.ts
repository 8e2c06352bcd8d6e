// The part of a group that is one member's alone: its rules and its target groups, as texts that can be compared. Pure.
import { type AnyAnnotation, isApplied } from './annotation.ts';
import { targetsOf } from './annotations/actions.ts';
import { effectiveListenPorts } from './annotations/listener.ts';
import { effectiveAuth, soleService } from './authentication.ts';
import type { IpAddressType, TargetGroupSpec } from './aws.ts';
import { canonicalText } from './bind.ts';
import { effectiveTargetGroupSettings, type ServiceSettings } from './effective.ts';
import { applyEffects } from './effects.ts';
import type { Intent, IntentBackend } from './generated/binding.ts';
import type { Service } from './kube.ts';
import { type ControllerDefaults, readService } from './read.ts';
import { portOf } from './references.ts';
import { REGISTRY, stemOf } from './registry.ts';
import { isExempt } from './routing/routes.ts';
import { conditionsOf, memberOf, transformsOf } from './rules.ts';
import { isObject } from './shape.ts';
import { blankTargetGroup, familyOf, healthPortOf, targetPortOf } from './targetgroup.ts';

/** Texts by annotation name, or by field of a target group; one entry of a map is `name[key]`. */
export type Said = ReadonlyMap<string, string>;

/** A rule: whom it takes, and what it does with them. */
export interface RuleText {
  readonly when: string;
  readonly act: string;
}

export interface OwnPart {
  /** By port. */
  readonly rules: ReadonlyMap<number, readonly RuleText[]>;
  /** A redirect may cover rules behind it, which are then not made. */
  readonly redirects: boolean;
  /** By `SERVICE:PORT`. */
  readonly targetGroups: ReadonlyMap<string, Said>;
}

/** What the whole group decides about the part of one member. */
export interface Shared {
  /** The HTTPS port that plain HTTP is redirected to. */
  readonly redirect: number | undefined;
  readonly addresses: IpAddressType | undefined;
}

/** What a member may look at: its namespace's Services and the controller's flags. */
export interface Stock {
  readonly options: ControllerDefaults;
  readonly service: (name: string) => Service | undefined;
}

export const NOTHING: OwnPart = { rules: new Map(), redirects: false, targetGroups: new Map() };

/**
 * Rules and target groups of an intent. Where plain HTTP is redirected it has no rules (spec annotations 15.9). Unless they are
 * to be `compared`, rules are without texts.
 */
export function ownPart(intent: Intent, whole: Shared, stock: Stock, compared: boolean): OwnPart {
  const redirected = whole.redirect !== undefined && !isExempt(intent, whole.redirect);
  const ports = effectiveListenPorts(intent.settings).filter(
    ({ protocol }) => !redirected || protocol === 'HTTPS',
  );
  if (ports.length === 0) return NOTHING;
  const known = new Map<string, ServiceSettings>();
  const read = (name: string): ServiceSettings => {
    const held = known.get(name);
    if (held !== undefined) return held;
    const service = stock.service(name);
    const settings = service === undefined ? {} : readService(service).settings;
    known.set(name, settings);
    return settings;
  };
  return {
    rules: new Map(
      ports.map(({ port, protocol }) => [
        port,
        compared
          ? rulesOf(intent, protocol, read)
          : intent.rules.flatMap(({ paths }) => paths.map(() => UNREAD)),
      ]),
    ),
    redirects: Object.values(intent.settings.actions ?? {}).some(({ value }) => value.type === 'redirect'),
    targetGroups: targetGroupsOf(intent, whole, stock, read),
  };
}

/** What to compare with tells apart; without it rules are only counted. */
const UNREAD: RuleText = { when: '', act: '' };

function rulesOf(
  { rules, settings }: Intent,
  protocol: 'HTTP' | 'HTTPS',
  read: (service: string) => ServiceSettings,
): RuleText[] {
  return rules.flatMap(({ host, paths }) =>
    paths.map(({ path, pathType, backend }): RuleText => {
      const source = { host, path, pathType, backend: backend.service?.name ?? backend.action ?? '' };
      const sole = soleService(backend, settings);
      const auth = effectiveAuth(settings, sole === undefined ? undefined : read(sole));
      // Plain HTTP never asks who somebody is (spec annotations 10).
      const guard = protocol === 'HTTP' ? [] : [auth, settings['jwt-validation']?.value];
      const action =
        backend.action === undefined ? backend.service : memberOf(settings.actions, backend.action)?.value;
      return {
        when: canonicalText(conditionsOf(source, settings)),
        act: canonicalText([transformsOf(source, settings), action ?? 'nothing', guard]),
      };
    }),
  );
}

/** Rules with the same conditions are the same rule. */
export function compareRules(old: readonly RuleText[], next: readonly RuleText[]) {
  const count = { make: 0, change: 0, remove: 0 };
  const held = new Map<string, string[]>();
  for (const { when, act } of old) held.set(when, [...(held.get(when) ?? []), act]);
  for (const { when, act } of next) {
    const before = held.get(when)?.shift();
    if (before === undefined) count.make += 1;
    else if (before !== act) count.change += 1;
  }
  for (const left of held.values()) count.remove += left.length;
  return {
    ...count,
    reordered: old.length === next.length && old.some(({ when }, at) => when !== next[at]?.when),
  };
}

/** Services and ports that an intent forwards to, each once. */
function backendsOf({ rules, defaultBackend, settings }: Intent): Map<string, [string, number | string]> {
  const all: IntentBackend[] = rules.flatMap(({ paths }) => paths.map(({ backend }) => backend));
  if (defaultBackend !== undefined) all.push(defaultBackend);
  const found = new Map<string, [string, number | string]>();
  for (const { service, action } of all) {
    if (service !== undefined) found.set(`${service.name}:${service.port}`, [service.name, service.port]);
    const said = action === undefined ? undefined : memberOf(settings.actions, action);
    for (const target of said === undefined ? [] : targetsOf(said.value)) {
      if ('service' in target) {
        const { name, port } = target.service;
        found.set(`${name}:${port}`, [name, port]);
      }
    }
  }
  return found;
}

/** A Service or port that is not there has no target group: its rule answers 503. */
function targetGroupsOf(
  intent: Intent,
  { addresses }: Shared,
  { service, options }: Stock,
  read: (service: string) => ServiceSettings,
): Map<string, Said> {
  const all = new Map<string, Said>();
  for (const [id, [name, port]] of backendsOf(intent)) {
    const there = service(name);
    const found = there === undefined ? undefined : portOf(there, port);
    if (there === undefined || found === undefined) continue;
    const settings = effectiveTargetGroupSettings(intent.settings, read(name));
    const spec = specOf(settings, options, there, addresses);
    if (spec === undefined || (targetPortOf(found, spec.targetType) ?? 0) === 0) continue;
    Object.assign(spec.tags, intent.classTags);
    const said = fieldsOf(spec);
    const control = memberOf(settings['target-control-port'], `${name}.${port}`);
    if (control !== undefined && spec.targetType === 'ip') said.set('control port', String(control.value));
    for (const [key, value] of Object.entries(settings['target-node-labels']?.value ?? {}))
      said.set(`node labels[${key}]`, value);
    all.set(id, said);
  }
  return all;
}

/** The target group as annotations want it; undefined when Service and load balancer have no family of addresses in common. */
function specOf(
  settings: ServiceSettings,
  { defaultTargetType }: ControllerDefaults,
  service: Service,
  addresses: IpAddressType | undefined,
): TargetGroupSpec | undefined {
  const targetType = settings['target-type']?.value ?? defaultTargetType;
  const ipAddressType = familyOf(service, addresses);
  if (ipAddressType === undefined) return undefined;
  const spec = blankTargetGroup({ targetType, port: 1, ipAddressType });
  const health = settings['healthcheck-port']?.value ?? 'traffic-port';
  spec.healthCheck.port = healthPortOf(health, service, targetType) ?? 'traffic-port';
  spec.tags = { ...settings.tags?.value };
  applyEffects('targetGroup', spec, settings);
  return spec;
}

/** Fields in plain words. */
function fieldsOf(spec: TargetGroupSpec): Map<string, string> {
  const maps = Object.entries({ attributes: spec.attributes, tags: spec.tags });
  return new Map([
    ['target type', spec.targetType],
    ['protocol', spec.protocol],
    ['protocol version', spec.protocolVersion],
    ['IP address type', spec.ipAddressType],
    ['health check', canonicalText(spec.healthCheck)],
    ...maps.flatMap(([name, map]) =>
      Object.entries(map).map(([key, value]): [string, string] => [`${name}[${key}]`, value]),
    ),
  ]);
}

/** Single annotations that a version of ours does something with. */
const APPLIED = REGISTRY.filter(({ name, effect }) => isApplied(effect) && stemOf(name) === undefined);

/** Annotations that hold for the load balancer as a whole: no member's own and of no single listener. */
export const OF_WHOLE = APPLIED.filter(
  ({ name, merge, on }) =>
    merge !== 'each' &&
    (name === 'tags' || !on.includes('Service')) &&
    !['listen-ports', 'certificate-arn', 'ssl-policy', 'mutual-authentication'].includes(name),
);

/** What settings say about these annotations, their defaults included. */
export function saidIn(
  settings: object,
  about: readonly AnyAnnotation[],
  defaults: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const held = new Map<string, unknown>(Object.entries(settings));
  const found = new Map<string, string>();
  for (const { name, unset } of about) {
    const setting = held.get(name);
    const value = (isObject(setting) ? setting.value : undefined) ?? unset ?? defaults[name];
    if (isObject(value)) {
      for (const [key, entry] of Object.entries(value)) found.set(`${name}[${key}]`, String(entry));
    } else if (value !== undefined) found.set(name, textOf(name, value));
  }
  return found;
}

/** Lists are sets, but for security groups. */
function textOf(name: string, value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const items = value.map((item) => (typeof item === 'string' ? item : canonicalText(item)));
  return (name.endsWith('security-groups') ? items : items.sort()).join(',');
}
