// What an Ingress would do in AWS, told before it is stored: the group as recorded, without and with the new intent. Pure.
//
//   recorded bindings (spec, status) ──→ before ─┐
//   the same with the new intent     ──→ after  ─┴─→ would make, change, replace, remove
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from './defaults.ts';
import type { BindingSpec, LoadBalancerBinding } from './generated/binding.ts';
import { keyOf } from './kube.ts';
import { compareRules, NOTHING, type OwnPart, ownPart, type Said, type Stock } from './own-part.ts';
import type { Surroundings } from './read.ts';
import { sharedIntentKey } from './shared-intent-key.ts';
import {
  differing,
  type Held,
  heldBy,
  isBefore,
  type Listener,
  type Part,
  standing,
  type Whole,
  wholeOf,
} from './whole.ts';

export interface PreviewAround extends Pick<Surroundings, 'options' | 'service'> {
  /** Recorded bindings of a group. */
  readonly recordedOf: (group: string) => readonly LoadBalancerBinding[];
}

/** The member that is asked about: its Ingress, and what its binding would say. */
export interface Proposal {
  readonly namespace: string;
  readonly name: string;
  readonly spec: BindingSpec;
}

type Verb = 'make' | 'change' | 'replace' | 'remove';
const VERBS: readonly Verb[] = ['make', 'change', 'replace', 'remove'];
type Changes = Readonly<Record<Verb, string[]>>;

/** More than this in one line does not help anybody. */
const SHOWN_MAX = 8;

/**
 * One to four lines in plain words. What members of other namespaces say is never told. `recorded` is the binding that the
 * Ingress has now.
 */
export function previewLines(
  proposal: Proposal,
  recorded: LoadBalancerBinding | undefined,
  around: PreviewAround,
): string[] {
  const { spec } = proposal;
  const stays = recorded === undefined || recorded.spec.group === spec.group;
  const told = stays
    ? [{ group: spec.group, changes: changesIn(spec.group, proposal, recorded, spec, around) }]
    : [
        { group: spec.group, changes: changesIn(spec.group, proposal, undefined, spec, around) },
        {
          group: recorded.spec.group,
          changes: changesIn(recorded.spec.group, proposal, recorded, undefined, around),
        },
      ];
  const lines = VERBS.flatMap((verb) => {
    const parts = told
      .filter(({ changes }) => changes[verb].length > 0)
      .map(({ group, changes }) => `${listed(changes[verb])}${stays ? '' : ` (${groupWords(group)})`}`);
    return parts.length === 0 ? [] : [`would ${verb}: ${parts.join('; ')}`];
  });
  return lines.length === 0 ? [NOTHING_CHANGES] : lines;
}

export const NOTHING_CHANGES = 'nothing changes in AWS';

const listed = (items: readonly string[]): string => {
  const rest = items.length - SHOWN_MAX;
  return rest > 0 ? `${items.slice(0, SHOWN_MAX).join(', ')} and ${rest} more` : items.join(', ');
};

const groupWords = (group: string): string => (group.includes('/') ? `Ingress ${group}` : `group ${group}`);

interface Known extends Part {
  readonly gist: string;
}

const known = new WeakMap<readonly LoadBalancerBinding[], readonly Known[]>();

/** Found once for each list, which nobody changes. */
function partsOf(bindings: readonly LoadBalancerBinding[]): readonly Known[] {
  const before = known.get(bindings);
  if (before !== undefined) return before;
  const parts = bindings
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((one): Known[] => {
      const { spec, metadata } = one;
      if (spec.intent === undefined) return [];
      return [{ key: keyOf(one), spec, gist: `${metadata.namespace ?? ''} ${sharedIntentKey(spec.intent)}` }];
    });
  known.set(bindings, parts);
  return parts;
}

/** The other members; of those in one namespace that say the same, the first in group order stands for all. */
function distinct(bindings: readonly LoadBalancerBinding[], key: string): readonly Part[] {
  const found = new Map<string, Known>();
  for (const part of partsOf(bindings)) {
    if (part.key === key) continue;
    const held = found.get(part.gist);
    if (held === undefined || isBefore(part, held)) found.set(part.gist, part);
  }
  return [...found.values()];
}

/** What one group sees: its member `before` and `after`, one of them at the least. */
function changesIn(
  group: string,
  { namespace, name }: Proposal,
  before: LoadBalancerBinding | undefined,
  after: BindingSpec | undefined,
  around: PreviewAround,
): Changes {
  const key = `${namespace}/${name}`;
  const bindings = around.recordedOf(group);
  const others = distinct(bindings, key);
  const wholeWith = (spec: BindingSpec | undefined): Whole =>
    wholeOf(spec === undefined ? others : [...others, { key, spec }], around.options);
  const [old, next] = [wholeWith(before?.spec), wholeWith(after)];
  const stock: Stock = { options: around.options, service: (service) => around.service(namespace, service) };
  const known = before === undefined || bindings.includes(before) ? bindings : [...bindings, before];
  const { loadBalancer, listeners } = standing(known);
  const served = loadBalancer !== undefined;
  const changes: Changes = { make: [], change: [], replace: [], remove: [] };
  const held = heldBy(
    loadBalancerDefaults(old.scheme === 'internet-facing' ? old.scheme : 'internal'),
    known,
    loadBalancer,
  );
  loadBalancerChanges(changes, served ? old : { ...old, scheme: undefined }, next, group, held);
  const there = new Map([...old.listeners].filter(([port]) => served && listeners.has(port)));
  const heldOn = (port: number, { protocol }: Listener): Held =>
    heldBy(listenerDefaults(protocol), known, listeners.get(port));
  listenerChanges(changes, there, next.listeners, namespace, heldOn);
  const compared = served && before !== undefined && after !== undefined;
  const was = served ? partOf(before?.spec, old, stock, compared) : NOTHING;
  const own = partOf(after, next, stock, compared);
  const moved = before !== undefined && after !== undefined && before.spec.order !== after.order;
  ruleChanges(changes, was, own, moved && others.length > 0);
  targetGroupChanges(changes, standingOf(was, before), own.targetGroups, before);
  return changes;
}

const partOf = (spec: BindingSpec | undefined, whole: Whole, stock: Stock, compared: boolean): OwnPart =>
  spec?.intent === undefined ? NOTHING : ownPart(spec.intent, whole, stock, compared);

/** Target groups that the status of the binding knows. */
function standingOf(
  { targetGroups }: OwnPart,
  binding: LoadBalancerBinding | undefined,
): OwnPart['targetGroups'] {
  const made = new Set(
    (binding?.status?.targetGroups ?? []).map(({ service, port }) => `${service}:${port}`),
  );
  return new Map([...targetGroups].filter(([id]) => made.has(id)));
}

function loadBalancerChanges(changes: Changes, old: Whole, next: Whole, group: string, held: Held): void {
  const whose = group.includes('/') ? '' : ` for group ${group}`;
  if (next.scheme === undefined) {
    if (old.scheme !== undefined) changes.remove.push(`the load balancer${whose}`);
    return;
  }
  const kind = `an ${next.scheme} load balancer`;
  if (old.scheme === undefined) {
    changes.make.push(`${kind}${whose}`);
    if (next.managed) changes.make.push('its security group');
    return;
  }
  if (old.scheme !== next.scheme) {
    changes.replace.push(`the load balancer${whose} by ${kind}, with its listeners, rules and target groups`);
  }
  if (next.managed && !old.managed) changes.make.push('a security group for the load balancer');
  if (old.managed && !next.managed)
    changes.remove.push('the security group that was made for the load balancer');
  const names = differing(old.said, next.said, held);
  for (const [what, about] of PLACES) {
    const mine = names.filter(
      (suffix) => (PLACE_OF[suffix] ?? 'load balancer') === what && !IN_PLACE_NEVER.has(suffix),
    );
    if (mine.length > 0 && (what !== 'security group' || (old.managed && next.managed))) {
      changes.change.push(`${about} (${mine.join(', ')})`);
    }
  }
}

/** A running load balancer keeps these; `scheme` replaces it. */
const IN_PLACE_NEVER: ReadonlySet<string> = new Set([
  'scheme',
  'load-balancer-name',
  'customer-owned-ipv4-pool',
]);

const PLACES = [
  ['load balancer', 'the load balancer'],
  ['security group', 'the security group of the load balancer'],
  ['redirect', 'the HTTP listeners'],
] as const;

/** Where a setting of the whole group ends, when that is not the load balancer. */
const PLACE_OF: Readonly<Record<string, string>> = {
  'inbound-cidrs': 'security group',
  'security-group-prefix-lists': 'security group',
  'ssl-redirect': 'redirect',
};

function listenerChanges(
  changes: Changes,
  old: ReadonlyMap<number, Listener>,
  next: ReadonlyMap<number, Listener>,
  namespace: string,
  heldOn: (port: number, listener: Listener) => Held,
): void {
  let hidden = 0;
  for (const port of [...new Set([...old.keys(), ...next.keys()])].sort((a, b) => a - b)) {
    const [before, after] = [old.get(port), next.get(port)];
    const seen = [before, after].some((one) => one?.namespaces.has(namespace) === true);
    const says = (one: Listener) => `listener ${one.protocol} ${port}`;
    if (before === undefined && after !== undefined && seen) changes.make.push(`a ${says(after)}`);
    if (before !== undefined && after === undefined && seen) changes.remove.push(says(before));
    if (before === undefined || after === undefined) continue;
    const names = differing(before.said, after.said, heldOn(port, before));
    if (before.protocol !== after.protocol) names.unshift('protocol');
    if (names.length === 0) continue;
    if (seen) changes.change.push(`${says(after)} (${names.join(', ')})`);
    else hidden += 1;
  }
  if (hidden > 0)
    changes.change.push(counted(hidden, 'listener of other namespaces', 'listeners of other namespaces'));
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

function ruleChanges(changes: Changes, was: OwnPart, own: OwnPart, moved: boolean): void {
  const total = { make: 0, change: 0, remove: 0 };
  let reordered = moved;
  for (const port of new Set([...was.rules.keys(), ...own.rules.keys()])) {
    const found = compareRules(was.rules.get(port) ?? [], own.rules.get(port) ?? []);
    total.make += found.make;
    total.change += found.change;
    total.remove += found.remove;
    reordered ||= found.reordered;
  }
  const most = was.redirects || own.redirects ? ' at most' : '';
  for (const verb of ['make', 'change', 'remove'] as const) {
    if (total[verb] > 0) changes[verb].push(`${counted(total[verb], 'rule')}${most}`);
  }
  if (reordered && total.make + total.change + total.remove === 0)
    changes.change.push('the order of the rules');
}

/** AWS takes these at creation only, so another value is another target group (spec annotations 19). */
const REPLACING: ReadonlySet<string> = new Set([
  'target type',
  'protocol',
  'protocol version',
  'control port',
  'IP address type',
]);

function targetGroupChanges(
  changes: Changes,
  was: ReadonlyMap<string, Said>,
  own: ReadonlyMap<string, Said>,
  binding: LoadBalancerBinding | undefined,
): void {
  const arns = new Map(
    (binding?.status?.targetGroups ?? []).map(({ service, port, arn }) => [`${service}:${port}`, arn]),
  );
  const mine = binding === undefined ? [] : [binding];

  for (const [id, said] of own) {
    const before = was.get(id);
    if (before === undefined) {
      changes.make.push(`a target group for ${id}`);
      continue;
    }
    const names = differing(before, said, heldBy(TARGET_GROUP_DEFAULTS, mine, arns.get(id)));
    const forced = names.filter((name) => REPLACING.has(name));
    if (forced.length > 0) changes.replace.push(`the target group for ${id} (${forced.join(', ')})`);
    else if (names.length > 0) changes.change.push(`the target group for ${id} (${names.join(', ')})`);
  }
  for (const id of was.keys()) {
    if (!own.has(id)) changes.remove.push(`the target group for ${id}`);
  }
}
