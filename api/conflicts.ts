// What a new member of a group asks for and another member excludes: the admission half of a group conflict (spec
// annotations 2.3). The controller leaves out what slips through.
import { effectiveListenPorts } from './annotations/listener.ts';
import { canonicalText } from './bind.ts';
import { CLASS_PARAMS_KIND } from './classparams.ts';
import { annotationPath, step } from './finding.ts';
import type { BindingSpec, Intent, Settings } from './generated/binding.ts';
import type { Problem } from './problem.ts';

/** One member of a group as its binding says. */
export interface GroupMember {
  /** `namespace/name` of the Ingress. */
  readonly key: string;
  readonly spec: BindingSpec;
  /** It lives where the asking person may not look: neither its name nor its values are told. */
  readonly hidden?: boolean;
}

/** Settings of the load balancer that all members which say them must agree on. */
const OF_LOAD_BALANCER = [
  'scheme',
  'subnets',
  'load-balancer-name',
  'ip-address-type',
  'ssl-redirect',
  'security-groups',
] as const;
/** Settings of a listener: members that share a port must agree. */
const OF_LISTENER = ['ssl-policy', 'inbound-cidrs', 'security-group-prefix-lists'] as const;
/** Maps that are merged key by key. */
const OF_KEYS = ['load-balancer-attributes', 'tags'] as const;

/** Conflicts of one member with the others of its group; members of other groups are left aside. All refuse. */
export function conflictProblems(member: GroupMember, others: readonly GroupMember[]): Problem[] {
  const together = others.filter(
    (other) => other.spec.group === member.spec.group && other.key !== member.key,
  );
  const [leader] = [member, ...together].toSorted(inGroupOrder);
  const settled = leader?.spec.intent?.first ?? {};
  return together.flatMap((other) => {
    const [mine, theirs] = [member.spec.intent, other.spec.intent];
    if (mine === undefined || theirs === undefined) return [];
    const found = between(mine, theirs, other.key, settled);
    return other.hidden === true ? found.map(veiled) : found;
  });
}

/** By `group.order`, then by name (spec annotations 14.3). */
const inGroupOrder = (a: GroupMember, b: GroupMember): number =>
  a.spec.order - b.spec.order || (a.key < b.key ? -1 : 1);

/** The conflict without what only the other's namespace may know. */
const veiled = (problem: Problem): Problem => ({
  ...problem,
  because: 'an Ingress of another namespace in the same group asks for something else and was there first',
});

/** `settled`: what the class of the first member says, about which members need not agree (spec annotations 2.3, K+). */
function between(mine: Intent, theirs: Intent, key: string, settled: Partial<Settings>): Problem[] {
  return [
    ...OF_LOAD_BALANCER.flatMap((name) => valueConflict(name, mine, theirs, key)),
    ...subnetConflicts(mine, theirs, key),
    ...OF_KEYS.flatMap((name) => keyConflicts(name, mine, theirs, key, settled)),
    ...portConflicts(mine, theirs, key),
  ];
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

const conflict = (path: string, value: unknown, key: string, says: string): Problem => ({
  code: 'GroupConflict',
  severity: 'refuse',
  path,
  value: shown(value),
  because: `Ingress ${key} of the same group ${says}`,
});

type Single = (typeof OF_LOAD_BALANCER)[number] | (typeof OF_LISTENER)[number];

function valueConflict(name: Single, mine: Intent, theirs: Intent, key: string): Problem[] {
  const [a, b] = [mine.settings[name]?.value, theirs.settings[name]?.value];
  if (a === undefined || b === undefined) return [];
  // The order of security groups is the load balancer's; other lists are sets.
  const comparable = (value: unknown) =>
    Array.isArray(value) && name !== 'security-groups'
      ? canonicalText(value.toSorted())
      : canonicalText(value);
  return comparable(a) === comparable(b) ? [] : [conflict(annotationPath(name), a, key, `says ${shown(b)}`)];
}

const bySubnetsOf = ({ settings, subnetTags }: Intent): 'class' | 'tags' | 'annotation' | undefined => {
  if (subnetTags !== undefined) return 'tags';
  if (settings.subnets === undefined) return undefined;
  return settings.subnets.from.startsWith(CLASS_PARAMS_KIND) ? 'class' : 'annotation';
};

/** The class of one member picks the subnets and something else does it for the other (spec annotations 17.3). */
function subnetConflicts(mine: Intent, theirs: Intent, key: string): Problem[] {
  const [a, b] = [bySubnetsOf(mine), bySubnetsOf(theirs)];
  if (a === undefined || b === undefined) return [];
  const tags = canonicalText(mine.subnetTags) === canonicalText(theirs.subnetTags);
  if (a === b && tags) return [];
  const words = {
    class: 'its class name them',
    tags: 'its class pick them by tags',
    annotation: 'an annotation name them',
  };
  const said = mine.settings.subnets?.value ?? Object.keys(mine.subnetTags ?? {});
  return [conflict(annotationPath('subnets'), said, key, `lets ${words[b]}`)];
}

function keyConflicts(
  name: (typeof OF_KEYS)[number],
  mine: Intent,
  theirs: Intent,
  key: string,
  settled: Partial<Settings>,
): Problem[] {
  const held = new Map(Object.entries(theirs.settings[name]?.value ?? {}));
  return Object.entries(mine.settings[name]?.value ?? {}).flatMap(([entry, value]) => {
    const other = held.get(entry);
    if (other === undefined || other === value) return [];
    if (Object.hasOwn(settled[name]?.value ?? {}, entry)) return [];
    return [conflict(`${annotationPath(name)}${step(entry)}`, value, key, `says ${other}`)];
  });
}

function portConflicts(mine: Intent, theirs: Intent, key: string): Problem[] {
  const held = new Map(effectiveListenPorts(theirs.settings).map((one) => [one.port, one.protocol]));
  const shared = effectiveListenPorts(mine.settings).filter((one) => held.has(one.port));
  const found = shared
    .filter((one) => held.get(one.port) !== one.protocol)
    .map(({ port, protocol }) =>
      conflict(
        annotationPath('listen-ports'),
        `${protocol} ${port}`,
        key,
        `has ${held.get(port)} on port ${port}`,
      ),
    );
  const secure = shared.some((one) => one.protocol === 'HTTPS');
  for (const name of OF_LISTENER) {
    if (name === 'ssl-policy' ? secure : shared.length > 0)
      found.push(...valueConflict(name, mine, theirs, key));
  }
  const [first] = shared;
  if (first !== undefined && mine.defaultBackend !== undefined && theirs.defaultBackend !== undefined) {
    const name = mine.defaultBackend.service?.name ?? mine.defaultBackend.action;
    found.push(
      conflict('spec.defaultBackend', name, key, `has a default backend on port ${first.port}, too`),
    );
  }
  return found;
}
