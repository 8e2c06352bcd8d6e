// Group: the bindings that share one load balancer, with the settings they agree on and what is left out.
import { type AnnotationName, type AnyAnnotation, type Setting, scopeOf } from '../api/annotation.ts';
import { setsNothing } from '../api/effects.ts';
import type { Intent, LoadBalancerBinding, Settings } from '../api/generated/binding.ts';
import { keyOf } from '../api/kube.ts';
import type { Problem } from '../api/problems/problem.ts';
import { REGISTRY } from '../api/registry.ts';
import { agree, type MemberSetting, settingOf, unite } from './merge.ts';
import { type GroupWebAcl, webAclOf } from './web-acl.ts';

/** A binding that wants something: it is not being deleted and something of it was accepted. */
export interface Member {
  /** `namespace/name`, of the binding and of its Ingress. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  readonly binding: LoadBalancerBinding;
  readonly intent: Intent;
}

/** A problem told to one member. */
export interface Told {
  readonly member: string;
  readonly problem: Problem;
}

export interface Group {
  /** `shop` for an explicit group, `namespace/name` for an Ingress of its own. */
  readonly id: string;
  /** In group order: `group.order`, then `namespace/name` by bytes (spec annotations 14.3). */
  readonly members: readonly Member[];
  /** Bindings on their way out: their finalizer goes once nothing of theirs is left in AWS. */
  readonly leaving: readonly LoadBalancerBinding[];
  /** What holds for the whole load balancer; settings of a listener or target group are merged in `desire/`. */
  readonly settings: Settings;
  /** What the class picks subnets by; then `settings` name none. */
  readonly subnetTags?: Readonly<Record<string, readonly string[]>>;
  /** Web ACL of the load balancer; absent when nobody says anything about it. */
  readonly webAcl?: GroupWebAcl;
  /** What was left out so that the rest is served, told to both sides. */
  readonly leftOut: readonly Told[];
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function memberOf(binding: LoadBalancerBinding): Member[] {
  if (binding.metadata.deletionTimestamp !== undefined || binding.spec.intent === undefined) return [];
  return [
    {
      key: keyOf(binding),
      namespace: binding.metadata.namespace ?? '',
      name: binding.metadata.name,
      created: binding.metadata.creationTimestamp ?? '',
      binding,
      intent: binding.spec.intent,
    },
  ];
}

/** Everything the members say about one annotation. */
export function saidBy(members: readonly Member[], name: AnnotationName): MemberSetting<unknown>[] {
  return members.flatMap((member) => {
    const setting = settingOf(member.intent.settings, name);
    return setting === undefined ? [] : [{ member, name, setting }];
  });
}

/** Merges what members say about one annotation, as its descriptor says; conflicts go to `leftOut`. */
export function mergeSaid(
  descriptor: AnyAnnotation,
  members: readonly Member[],
  leftOut: Told[],
): Setting<unknown> | undefined {
  const settled = members[0]?.intent.first ?? {};
  const ofClass = settingOf(settled, descriptor.name);
  if (ofClass !== undefined && descriptor.merge !== 'union') return ofClass;
  const said = saidBy(members, descriptor.name);
  if (ofClass !== undefined) return overlaid(ofClass as Setting<Map>, said as MemberSetting<Map>[], leftOut);
  if (descriptor.merge === 'union') return unite(said as MemberSetting<Record<string, string>>[], leftOut);
  if (descriptor.merge === 'first') return said[0]?.setting;
  return agree(
    said.filter(({ setting }) => !saysNothing(descriptor, setting.value)),
    leftOut,
  );
}

/** An empty list says nothing, nor does what sets nothing, such as an empty pool (spec annotations 5.6, 7.3). */
const saysNothing = (descriptor: AnyAnnotation, value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) ||
  (descriptor.effect.on === 'loadBalancer' && setsNothing(descriptor, value));

type Map = Record<string, string>;

/** The class of the first member decides about its keys; the members need not agree about them (spec annotations 2.3, K+). */
function overlaid(ofClass: Setting<Map>, said: readonly MemberSetting<Map>[], leftOut: Told[]): Setting<Map> {
  const open = said.map((one): MemberSetting<Map> => {
    const rest = Object.entries(one.setting.value).filter(([key]) => !Object.hasOwn(ofClass.value, key));
    return { ...one, setting: { ...one.setting, value: Object.fromEntries(rest) } };
  });
  const others = unite(open, leftOut);
  return { value: { ...others?.value, ...ofClass.value }, from: ofClass.from };
}

/** Subnets by name, or by the tags of a class: one of the two for all. */
function subnetsOf(members: readonly Member[], leftOut: Told[]): Setting<unknown> | undefined {
  const byTags = members.flatMap((member): MemberSetting<unknown>[] => {
    const { subnetTags } = member.intent;
    if (subnetTags === undefined) return [];
    return [{ member, name: 'subnets', setting: { value: subnetTags, from: 'IngressClassParams' } }];
  });
  return agree([...saidBy(members, 'subnets'), ...byTags], leftOut);
}

/** The annotations about which a group agrees as a whole. */
const OF_GROUP = REGISTRY.filter((descriptor) => scopeOf(descriptor) === 'group');

/** The annotations about which somebody says something: about the others there is nothing to agree. */
function namesSaid(members: readonly Member[]): ReadonlySet<string> {
  const said = new Set(members.some(({ intent }) => intent.subnetTags !== undefined) ? ['subnets'] : []);
  for (const { intent } of members)
    for (const settings of [intent.settings, intent.first ?? {}])
      for (const name of Object.keys(settings)) said.add(name);
  return said;
}

/** What the members agree on for the group as a whole. */
function settingsOf(members: readonly Member[], leftOut: Told[]): Settings {
  const said = namesSaid(members);
  const settings: Record<string, Setting<unknown>> = {};
  for (const descriptor of OF_GROUP) {
    if (!said.has(descriptor.name)) continue;
    const setting =
      descriptor.name === 'subnets' ? subnetsOf(members, leftOut) : mergeSaid(descriptor, members, leftOut);
    if (setting !== undefined) settings[descriptor.name] = setting;
  }
  return settings as Settings;
}

/** Puts the bindings of one group together. Pure; `bindings` are all bindings whose `spec.group` is `id`. */
export function groupOf(id: string, bindings: readonly LoadBalancerBinding[]): Group {
  const members = bindings
    .flatMap(memberOf)
    .sort((a, b) => a.binding.spec.order - b.binding.spec.order || byBytes(a.key, b.key));
  const leaving = bindings.filter((binding) => binding.metadata.deletionTimestamp !== undefined);
  const leftOut: Told[] = [];
  if (members.length === 0) return { id, members, leaving, leftOut, settings: {} };
  const settings = settingsOf(members, leftOut);
  const webAcl = webAclOf(members, leftOut);
  const group = { id, members, leaving, leftOut, ...(webAcl === undefined ? {} : { webAcl }) };
  const subnets = settings.subnets?.value;
  if (subnets === undefined || Array.isArray(subnets)) return { ...group, settings };
  const { subnets: _tags, ...named } = settings;
  return { ...group, settings: named, subnetTags: subnets };
}
