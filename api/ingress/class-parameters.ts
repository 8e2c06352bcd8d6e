// IngressClassParams (elbv2.k8s.aws/v1beta1): what a class says for all its Ingresses, read as if annotations had said it
// (spec annotations 13.2). One table leads from field to annotation; types, checks and words are the annotation's own.

import type { FirstSettings, Settings } from '../generated/binding.ts';
import type { ObjectMeta } from '../kube.ts';
import type { Finding } from '../problems/finding.ts';
import { CLASS_FIELDS, CLASS_PARAMS_KIND } from '../problems/place.ts';
import { type Problem, refusal, worstFirst } from '../problems/problem.ts';
import { descriptorOf, stemOf } from '../registry.ts';
import { check } from '../validate/check.ts';
import { repeated } from '../validate/checks/items.ts';
import type { LabelSelector } from '../validate/selector.ts';

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
  readonly hides?: readonly string[];
}

const list = (items: readonly string[] | undefined): string | undefined =>
  items === undefined || items.length === 0 ? undefined : items.join(',');

const map = (pairs: readonly KeyValue[] | undefined): string | undefined =>
  list(pairs?.map(({ key, value }) => `${key}=${value}`.replace(/[\\,]/g, (c) => `\\${c}`)));

/** Of several entries for one listener the first counts (spec annotations 6.3). */
function listenersOf({ listeners = [] }: IngressClassParamsSpec) {
  const all = listeners.map(({ protocol, port, listenerAttributes: attributes }, at) => ({
    at,
    name: `${protocol}-${port}`,
    attributes,
  }));
  return all.filter(({ name, at }) => all.findIndex((one) => one.name === name) === at);
}

/** What a field says as an annotation of this name; its field is that of the table unless it is another one. */
interface ParameterText {
  readonly text: string | undefined;
  readonly field?: string;
  readonly hides?: readonly string[];
}

/** Everything that the fields say. Empty texts and lists mean "not set". */
function wordsOf(spec: IngressClassParamsSpec): ParameterWord[] {
  const units = spec.minimumLoadBalancerCapacity?.capacityUnits;
  const prefixLists = list(spec.prefixListsIDs);
  const said: Readonly<Record<Exclude<keyof typeof CLASS_FIELDS, 'listener-attributes'>, ParameterText>> = {
    'group.name': { text: spec.group?.name },
    'load-balancer-name': { text: spec.loadBalancerName },
    scheme: { text: spec.scheme },
    'ip-address-type': { text: spec.ipAddressType },
    subnets: { field: 'subnets.ids', text: list(spec.subnets?.ids) },
    tags: { text: map(spec.tags) },
    'target-type': { text: spec.targetType },
    'certificate-arn': { text: list(spec.certificateArn) },
    'ssl-policy': { text: spec.sslPolicy },
    'ssl-redirect': { text: spec.sslRedirectPort },
    'inbound-cidrs': { text: list(spec.inboundCIDRs) },
    'security-group-prefix-lists':
      prefixLists === undefined
        ? { field: 'PrefixListsIDs', text: list(spec.PrefixListsIDs) }
        : { text: prefixLists },
    'load-balancer-attributes': { text: map(spec.loadBalancerAttributes) },
    'minimum-load-balancer-capacity': { text: units === undefined ? undefined : `CapacityUnits=${units}` },
    'ipam-ipv4-pool-id': { text: spec.ipamConfiguration?.ipv4IPAMPoolId },
    // A name would win over the ARN (webacl.ts), and nobody is to escape what the class pins.
    'wafv2-acl-arn': { text: spec.wafv2AclArn, hides: ['wafv2-acl-name'] },
    'wafv2-acl-name': { text: spec.wafv2AclName, hides: ['wafv2-acl-arn'] },
  };
  const fields = new Map<string, string>(Object.entries(CLASS_FIELDS));
  const single = Object.entries(said).map(
    ([suffix, { text, field = fields.get(suffix) ?? suffix, ...more }]) => ({
      suffix,
      field,
      text,
      ...more,
    }),
  );
  const listeners = listenersOf(spec).map(({ at, name, attributes }) => ({
    suffix: `listener-attributes.${name}`,
    field: `listeners[${at}].listenerAttributes`,
    text: map(attributes),
  }));
  return [...single, ...listeners].flatMap((word) =>
    word.text === undefined || word.text === '' ? [] : [{ ...word, text: word.text }],
  );
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
