// Place: where a person finds what was said. Problems name settings by the path of their annotation; the setting's origin
// decides which object and which field that is, so that a value of a class or a Service is never told as an annotation of
// an Ingress that has none.

import type { Setting } from '../annotation.ts';
import type { FirstSettings, Settings } from '../generated/binding.ts';
import { memberOf } from '../routing/rules.ts';
import { isObject } from '../validate/type-guards.ts';
import { annotationPath } from './finding.ts';
import type { Problem } from './problem.ts';

export const CLASS_PARAMS_KIND = 'IngressClassParams';

/** The field of IngressClassParams that says what an annotation says (spec annotations 13.2); families by their stem. */
export const CLASS_FIELDS = {
  'group.name': 'group.name',
  'load-balancer-name': 'loadBalancerName',
  scheme: 'scheme',
  'ip-address-type': 'ipAddressType',
  subnets: 'subnets',
  tags: 'tags',
  'target-type': 'targetType',
  'certificate-arn': 'certificateArn',
  'ssl-policy': 'sslPolicy',
  'ssl-redirect': 'sslRedirectPort',
  'inbound-cidrs': 'inboundCIDRs',
  'security-group-prefix-lists': 'prefixListsIDs',
  'load-balancer-attributes': 'loadBalancerAttributes',
  'listener-attributes': 'listeners',
  'minimum-load-balancer-capacity': 'minimumLoadBalancerCapacity.capacityUnits',
  'ipam-ipv4-pool-id': 'ipamConfiguration.ipv4IPAMPoolId',
  'wafv2-acl-arn': 'wafv2AclArn',
  'wafv2-acl-name': 'wafv2AclName',
} as const;

/** What one Ingress says, with what its class adds. */
export interface Saying {
  readonly settings: Settings;
  readonly first?: FirstSettings;
  readonly classTags?: Readonly<Record<string, string>>;
  readonly subnetTags?: Readonly<Record<string, readonly string[]>>;
}

/** A field of an object; without `object` it is the Ingress under review. */
export interface ProblemPlace {
  readonly path: string;
  readonly object?: string;
}

/**
 * Where a setting is said that has this origin (`Setting.from`). `at` leads to a part of its value; `namespace` is that of
 * the Ingress, in which its Services are.
 */
export function placeOf(suffix: string, from: string | undefined, namespace: string, at = ''): ProblemPlace {
  const path = `${annotationPath(suffix)}${at}`;
  if (from?.startsWith('Service ') === true)
    return { path, object: `Service ${namespace}/${from.slice('Service '.length)}` };
  if (from?.startsWith(CLASS_PARAMS_KIND) !== true) return { path };
  const fields = new Map<string, string>(Object.entries(CLASS_FIELDS));
  const field = fields.get(suffix) ?? fields.get(suffix.split('.')[0] ?? '');
  return field === undefined ? { path } : { path: `spec.${field}${at}`, object: from };
}

/** The problem at the place where its setting is said. One that names an object, or no setting, is at its place already. */
export function placed(problem: Problem, saying: Saying, namespace: string): Problem {
  const named = problem.object === undefined ? settingNamed(problem.path) : undefined;
  if (named === undefined) return problem;
  return { ...problem, ...placeOf(named.suffix, originOf(named, saying), namespace, named.at) };
}

interface NamedPlace {
  readonly suffix: string;
  readonly at: string;
}

const HEAD = annotationPath('').slice(0, -1);

function settingNamed(path: string): NamedPlace | undefined {
  const end = path.startsWith(HEAD) ? path.indexOf(']') : -1;
  return end < 0 ? undefined : { suffix: path.slice(HEAD.length, end), at: path.slice(end + 1) };
}

/** Maps have an origin for each key: the class adds to what the Ingress says. */
function originOf({ suffix, at }: NamedPlace, { settings, first, classTags, subnetTags }: Saying) {
  const said = settingIn(settings, suffix);
  const ofFirst = settingIn(first, suffix);
  if (suffix === 'tags' && classTags !== undefined) {
    return hasKey(classTags, at) || at === '' ? said?.from : undefined;
  }
  if (suffix === 'subnets' && said === undefined && subnetTags !== undefined)
    return paramsOf({ ...settings, ...first });
  if (ofFirst !== undefined && (said === undefined || hasKey(ofFirst.value, at))) return ofFirst.from;
  return said?.from;
}

/** The parameters that some setting comes from. */
function paramsOf(settings: object): string {
  const ofClass = Object.values(settings).find(
    (one) => isSaid(one) && one.from.startsWith(CLASS_PARAMS_KIND),
  );
  return isSaid(ofClass) ? ofClass.from : `${CLASS_PARAMS_KIND} of its class`;
}

/** Whether a part of a value, `.key` or `[key]`, is an entry of a map. */
const hasKey = (map: unknown, at: string): boolean =>
  typeof map === 'object' &&
  map !== null &&
  Object.keys(map).some((key) => at === `.${key}` || at === `[${key}]`);

/** A setting by the name of its annotation; members of families lie under their stem. */
function settingIn(settings: object | undefined, suffix: string): Setting<unknown> | undefined {
  const members = new Map<string, unknown>(Object.entries(settings ?? {}));
  const single = members.get(suffix);
  if (isSaid(single)) return single;
  const dot = suffix.indexOf('.');
  const family = dot < 0 ? undefined : members.get(suffix.slice(0, dot));
  const member = isObject(family) ? memberOf(family, suffix.slice(dot + 1)) : undefined;
  return isSaid(member) ? member : undefined;
}

const isSaid = (value: unknown): value is Setting<unknown> =>
  isObject(value) && 'value' in value && 'from' in value;
