// IngressClassParams (elbv2.k8s.aws/v1beta1): what a class says for all its Ingresses, read as if annotations had said it
// (spec annotations 13.2). One table leads from field to annotation; types, checks and words are the annotation's own.

import { CAPACITY_UNITS } from '../annotations/pools.ts';
import type { FirstSettings, Settings } from '../generated/binding.ts';
import type { ObjectMeta } from '../kube.ts';
import type { Finding } from '../problems/finding.ts';
import { CLASS_FIELDS, CLASS_PARAMS_KIND } from '../problems/place.ts';
import { type Problem, refusal, worstFirst } from '../problems/problem.ts';
import { descriptorOf, stemOf } from '../registry.ts';
import { check } from '../validate/check.ts';
import { repeated } from '../validate/checks/items.ts';
import type { LabelSelector } from '../validate/selector.ts';
import { isObject } from '../validate/type-guards.ts';

export const CLASS_PARAMS_GROUP = 'elbv2.k8s.aws';

interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface IngressClassParamsSpec {
  readonly namespaceSelector?: LabelSelector;
  readonly group?: { readonly name: string };
  readonly loadBalancerName?: string;
  readonly scheme?: string;
  readonly ipAddressType?: string;
  readonly subnets?: {
    readonly ids?: readonly string[];
    readonly tags?: Record<string, string[]>;
  };
  readonly tags?: readonly KeyValue[];
  readonly targetType?: string;
  readonly certificateArn?: readonly string[];
  readonly sslPolicy?: string;
  readonly sslRedirectPort?: string;
  readonly inboundCIDRs?: readonly string[];
  readonly prefixListsIDs?: readonly string[];
  /** The older spelling, read when the newer one says nothing. */
  readonly PrefixListsIDs?: readonly string[];
  readonly loadBalancerAttributes?: readonly KeyValue[];
  readonly listeners?: readonly {
    readonly protocol?: string;
    readonly port?: number;
    readonly listenerAttributes?: readonly KeyValue[];
  }[];
  readonly minimumLoadBalancerCapacity?: { readonly capacityUnits: number };
  readonly ipamConfiguration?: { readonly ipv4IPAMPoolId?: string };
  readonly wafv2AclArn?: string;
  readonly wafv2AclName?: string;
}

export interface IngressClassParams {
  readonly metadata: ObjectMeta;
  readonly spec?: IngressClassParamsSpec;
}

/** What one field says, as the text of the annotation that it stands for. */
interface ParameterWord {
  readonly field: string;
  /** The annotation's name without prefix. */
  readonly suffix: string;
  readonly text: string;
  /** Other annotations that are not read either. */
  readonly hides?: readonly string[] | undefined;
}

const itemText = (item: unknown): string =>
  isObject(item) ? `${item.key}=${item.value}`.replace(/[\\,]/g, (c) => `\\${c}`) : String(item);

/** A value as the text of an annotation: items and pairs with commas; the only number is that of capacity units. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return `${CAPACITY_UNITS}=${value}`;
  return Array.isArray(value) ? value.map(itemText).join(',') : String(value ?? '');
}

/** Of several entries for one listener the first counts (spec annotations 6.3). */
function listenersOf({ listeners = [] }: IngressClassParamsSpec) {
  const all = listeners.map(({ protocol, port, listenerAttributes: attributes }, at) => ({
    at,
    name: `${protocol}-${port}`,
    attributes,
  }));
  return all.filter(({ name, at }) => all.findIndex((one) => one.name === name) === at);
}

/** Other annotations that a class keeps from being read: a name would win over the ARN (web-acl.ts) that the class pins. */
const HIDES: Readonly<Record<string, readonly string[]>> = {
  'wafv2-acl-arn': ['wafv2-acl-name'],
  'wafv2-acl-name': ['wafv2-acl-arn'],
};

/** Everything that the fields say. Empty texts and lists mean "not set". */
function wordsOf(spec: IngressClassParamsSpec): ParameterWord[] {
  const { 'listener-attributes': _, ...fields } = {
    ...CLASS_FIELDS,
    subnets: 'subnets.ids',
    'security-group-prefix-lists': spec.prefixListsIDs?.length ? 'prefixListsIDs' : 'PrefixListsIDs',
  };
  const single = Object.entries(fields).map(([suffix, field]) => {
    const value = field.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), spec);
    return { suffix, field, text: textOf(value), hides: HIDES[suffix] };
  });
  const listeners = listenersOf(spec).map(({ at, name, attributes }) => ({
    suffix: `listener-attributes.${name}`,
    field: `listeners[${at}].listenerAttributes`,
    text: textOf(attributes),
  }));
  return [...single, ...listeners].filter(({ text }) => text !== '');
}

/** What counts only when the class is that of the group's first member (spec annotations 13.2). */
export const FIRST_MEMBER = [
  'load-balancer-attributes',
  'listener-attributes',
  'minimum-load-balancer-capacity',
  'ipam-ipv4-pool-id',
] as const;

export interface ClassReading {
  /** What counts for every Ingress of the class. */
  readonly settings: Partial<Settings>;
  /** What counts when the Ingress is the first of its group. */
  readonly first: FirstSettings;
  /** Tags that pick the subnets: a subnet fits that has, for each key, one of its values. */
  readonly subnetTags?: Record<string, string[]>;
  /** Field by annotation: that annotation is not read on an Ingress of this class. Maps are merged key by key instead. */
  readonly hides: ReadonlyMap<string, string>;
  /** Worst first; paths lie in the parameters. */
  readonly problems: readonly Problem[];
}

/**
 * What is wrong with parameters that somebody applies. Networks with host bits are refused here, while the annotation and
 * parameters that are stored already may have them (spec annotations 13.2, last paragraph).
 */
export const classProblems = (params: IngressClassParams): Problem[] =>
  worstFirst(
    readClassParams(params).problems.map((problem): Problem => {
      const network = problem.path.startsWith('spec.inboundCIDRs');
      return network ? { ...problem, severity: 'refuse' } : problem;
    }),
  );

/** Annotations whose value is a map that the class adds to. */
export const isMerged = (suffix: string): boolean =>
  suffix === 'tags' || suffix === 'load-balancer-attributes' || suffix.startsWith('listener-attributes.');

/** Reads the parameters of a class. Never throws, whatever they say. */
export function readClassParams(params: IngressClassParams): ClassReading {
  const spec = params.spec ?? {};
  const from = `${CLASS_PARAMS_KIND} ${params.metadata.name}`;
  const words = wordsOf(spec).map((word) => ({ ...word, ...judged(word) }));
  const hides = new Map(
    words.flatMap(({ field, suffix, hides: also = [] }) =>
      [suffix, ...also].filter((one) => !isMerged(one)).map((one) => [one, `spec.${field}`] as const),
    ),
  );
  const problems = [...subnetProblems(spec), ...words.flatMap((word) => word.problems)];
  const subnetTags = spec.subnets?.tags ?? {};
  const picks = Object.keys(subnetTags).length > 0;
  if (picks) hides.set('subnets', 'spec.subnets.tags');
  return {
    settings: settingsOf(
      words.filter((word) => !isFirst(word)),
      from,
    ),
    first: settingsOf(words.filter(isFirst), from),
    ...(picks ? { subnetTags } : {}),
    hides,
    problems: worstFirst(problems),
  };
}

const isFirst = ({ suffix }: ParameterWord): boolean =>
  FIRST_MEMBER.some((name) => suffix === name || suffix.startsWith(`${name}.`));

type JudgedParameter = ParameterWord & { readonly value?: unknown; readonly problems: readonly Problem[] };

function judged(word: ParameterWord): Omit<JudgedParameter, keyof ParameterWord> {
  const known = descriptorOf(word.suffix);
  if (known === undefined) return { problems: [] };
  const { value, findings } = check(known.descriptor, word.text);
  return { value, problems: findings.map((finding) => problemOfField(word.field, finding)) };
}

function settingsOf(words: readonly JudgedParameter[], from: string): Partial<Settings> {
  const settings = new Map<string, unknown>();
  for (const { suffix, value } of words) {
    const known = descriptorOf(suffix);
    if (known === undefined || value === undefined) continue;
    const stem = stemOf(known.descriptor.name);
    if (stem === undefined || known.member === undefined) settings.set(suffix, { value, from });
    else
      settings.set(stem, { ...(settings.get(stem) as object | undefined), [known.member]: { value, from } });
  }
  // Each value has passed the check of the annotation that it stands for.
  return Object.fromEntries(settings) as Partial<Settings>;
}

/** A class is nobody's text of old: its checks cannot be switched. */
function problemOfField(field: string, { at, check: _, ...rest }: Finding): Problem {
  const problem: Problem = { ...rest, path: `spec.${field}${at ?? ''}` };
  // The LBC then serves without redirect, so it is not refused (spec annotations 13.2).
  return field === 'sslRedirectPort'
    ? { ...problem, severity: 'warn', because: 'nothing is redirected then' }
    : problem;
}

/** `subnets` names ids or tags, not both, nothing twice (spec annotations 13.2, last paragraph). */
function subnetProblems({ subnets }: IngressClassParamsSpec): Problem[] {
  if (subnets === undefined) return [];
  const { ids = [], tags = {} } = subnets;
  const path = 'spec.subnets';
  const twice = (at: string, items: readonly string[]): Problem[] =>
    repeated(items).map((value) =>
      refusal('Contradiction', `${path}.${at}`, { value, because: 'it is named twice' }),
    );
  const keys = Object.keys(tags);
  if (ids.length > 0 && subnets.tags !== undefined)
    return [
      refusal('Contradiction', path, {
        because: 'ids and tags exclude each other: name the subnets, or let tags pick them',
      }),
    ];
  if (ids.length === 0 && keys.length === 0)
    return [
      refusal('Contradiction', path, { because: 'it needs ids that name subnets or tags that pick them' }),
    ];
  return [...twice('ids', ids), ...keys.flatMap((key) => twice(`tags[${key}]`, tags[key] ?? []))];
}
