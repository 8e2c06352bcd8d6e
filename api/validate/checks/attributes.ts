// Attribute maps: values of known keys, keys of other load balancer kinds, and attributes that need each other
// (aws-limits 1.1, 4.2). Unknown keys only draw a warning, since AWS adds some.

import {
  type AttributeValue,
  COUNT_MAX,
  FOREIGN_ATTRIBUTES,
  LISTENER_ATTRIBUTES,
  LOAD_BALANCER_ATTRIBUTES,
  LOGS,
  NLB_ATTRIBUTES,
  TARGET_GROUP_ATTRIBUTES,
} from '../../limits/limits.ts';
import { once } from '../../once.ts';
import { type Finding, refuse, warn } from '../../problems/finding.ts';
import { suggest } from '../../problems/suggest.ts';

type AttributeValues = Readonly<Record<string, string>>;

const KEY = /^[a-zA-Z0-9._]{1,256}$/;
const VALUE_MAX = 1024;

/** Each key and value for itself. */
export function attributeFindings(
  attributes: AttributeValues,
  known: ReadonlyMap<string, AttributeValue>,
): Finding[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    const rule = known.get(key);
    return rule === undefined ? keyFindings(key, known) : valueFindings(key, value, rule);
  });
}

/** Attributes by the annotation that has them. */
const HOMES: readonly (readonly [annotation: string, keys: ReadonlyMap<string, AttributeValue>])[] = [
  ['load-balancer-attributes', LOAD_BALANCER_ATTRIBUTES],
  ['target-group-attributes', TARGET_GROUP_ATTRIBUTES],
  ['listener-attributes.PROTOCOL-PORT', LISTENER_ATTRIBUTES],
  ['frontend-nlb-attributes', NLB_ATTRIBUTES],
];

/** Known to be an attribute of something else, which AWS refuses here. */
const isForeign = (key: string, known: ReadonlyMap<string, AttributeValue>): boolean =>
  (FOREIGN_ATTRIBUTES.has(key) || HOMES.some(([, keys]) => keys.has(key))) && !known.has(key);

/** Where an attribute can be said that has no place here. */
function homeOf(key: string): string | undefined {
  const homes = HOMES.filter(([, keys]) => keys.has(key)).map(([annotation]) => annotation);
  return homes.length === 0 ? undefined : `it is said in ${homes.join(' or ')}`;
}

/** Listed once for each kind of attributes, however many keys are asked for. */
const namesOf = once((known: ReadonlyMap<string, AttributeValue>): readonly string[] => [...known.keys()]);

function keyFindings(key: string, known: ReadonlyMap<string, AttributeValue>): Finding[] {
  if (isForeign(key, known)) {
    const allowed = 'an attribute that can be set here';
    return [refuse('NotAllowed', { value: key, allowed, because: homeOf(key) })];
  }
  if (!KEY.test(key)) {
    const allowed = 'an attribute key of letters, digits, "." and "_"';
    return [refuse('InvalidFormat', { value: key, allowed })];
  }
  const because = 'this attribute key is not known here; AWS refuses keys it does not know';
  return [warn('NotAllowed', { value: key, because, suggestion: suggest(key, namesOf(known)) })];
}

function valueFindings(key: string, value: string, rule: AttributeValue): Finding[] {
  const at = `[${key}]`;
  const no = (code: Finding['code'], allowed: string, suggestion?: string): Finding[] => [
    refuse(code, { at, value, allowed, suggestion }),
  ];
  if (value.length > VALUE_MAX) return no('OutOfRange', `a text of at most ${VALUE_MAX} characters`);
  switch (rule.kind) {
    case 'text':
      if (rule.pattern?.test(value) === false) return no('InvalidFormat', rule.allowed ?? 'allowed');
      if (rule.usual === undefined || rule.usual.pattern.test(value)) return [];
      return [warn('InvalidFormat', { at, value, because: rule.usual.words })];
    case 'integer':
      return integerFindings(at, value, rule);
    default: {
      const values = rule.kind === 'bool' ? ['true', 'false'] : rule.values;
      if (values.includes(value)) return [];
      const lower = value.toLowerCase();
      if (values.includes(lower) && (lower === 'true' || lower === 'false'))
        return [spelling(at, value, lower)];
      const words = values.map((one) => (one === '' ? 'empty' : one));
      const allowed = words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`;
      return no('NotAllowed', allowed, suggest(value, values));
    }
  }
}

const spelling = (at: string, value: string, suggestion: string): Finding =>
  warn('InvalidFormat', { at, value, because: 'AWS may not accept this spelling', suggestion });

function integerFindings(at: string, value: string, rule: AttributeValue & { kind: 'integer' }): Finding[] {
  if (rule.also?.includes(value) === true) return [];
  const number = /^[+-]?[0-9]{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= rule.least && number <= rule.most) {
    return String(number) === value ? [] : [spelling(at, value, String(number))];
  }
  const range = rule.most === COUNT_MAX ? `of at least ${rule.least}` : `from ${rule.least} to ${rule.most}`;
  const also = rule.also === undefined ? '' : ` or ${rule.also.join(' or ')}`;
  return [refuse('OutOfRange', { at, value, allowed: `an integer ${range}${also}` })];
}

/** One attribute asks for something of another: `key` is the one to blame. */
const contradiction = (attributes: AttributeValues, key: string, because: string): Finding =>
  refuse('Contradiction', { at: `[${key}]`, value: attributes[key] ?? '', because });

/** Log attributes need a bucket (aws-limits log-bucket). */
export function logFindings(attributes: AttributeValues): Finding[] {
  return LOGS.flatMap((log) => {
    const [enabled, bucket, prefix] = [`${log}.enabled`, `${log}.bucket`, `${log}.prefix`];
    const found: Finding[] = [];
    const bare = (attributes[bucket] ?? '') === '';
    if (attributes[enabled] === 'true' && bare)
      found.push(contradiction(attributes, enabled, `it needs ${bucket}`));
    if ((attributes[prefix] ?? '') !== '' && bare)
      found.push(contradiction(attributes, prefix, `it needs ${bucket}`));
    const value = attributes[prefix];
    if (value?.includes('AWSLogs') === true)
      found.push(
        refuse('NotAllowed', { at: `[${prefix}]`, value, because: 'a prefix must not contain AWSLogs' }),
      );
    return found;
  });
}

const ALGORITHM = 'load_balancing.algorithm.type';
const SLOW_START = 'slow_start.duration_seconds';
const COOKIE = 'stickiness.app_cookie.cookie_name';

/** Target group attributes that exclude or need each other (aws-limits 4.2, Dependencies). */
export function targetGroupFindings(attributes: AttributeValues): Finding[] {
  const found: Finding[] = [];
  const blame = (key: string, because: string) => found.push(contradiction(attributes, key, because));
  const algorithm = attributes[ALGORITHM] ?? 'round_robin';
  const sticky = attributes['stickiness.enabled'] === 'true';
  if (Number(attributes[SLOW_START] ?? '0') > 0 && algorithm !== 'round_robin') {
    blame(SLOW_START, `it works with ${ALGORITHM}=round_robin only, not with ${algorithm}`);
  }
  if (attributes['load_balancing.algorithm.anomaly_mitigation'] === 'on' && algorithm !== 'weighted_random') {
    blame('load_balancing.algorithm.anomaly_mitigation', `it needs ${ALGORITHM}=weighted_random`);
  }
  if (sticky && algorithm === 'weighted_random') {
    blame('stickiness.enabled', `stickiness does not work with ${ALGORITHM}=weighted_random`);
  }
  if (sticky && attributes['load_balancing.cross_zone.enabled'] === 'false') {
    blame('stickiness.enabled', 'stickiness does not work with load_balancing.cross_zone.enabled=false');
  }
  if (sticky && attributes['stickiness.type'] === 'app_cookie' && (attributes[COOKIE] ?? '') === '') {
    blame('stickiness.type', `app_cookie needs ${COOKIE}`);
  }
  if (attributes[COOKIE]?.startsWith('AWSALB') === true) {
    blame(COOKIE, 'names that start with AWSALB are reserved');
  }
  return [
    ...found,
    ...doubtful(attributes),
    ...['count', 'percentage'].flatMap((unit) => thresholdFindings(attributes, unit)),
  ];
}

const ROUTING_COUNT = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count';
const FAILOVER_COUNT = 'target_group_health.dns_failover.minimum_healthy_targets.count';

/** What AWS documents nothing about (aws-limits 4.2, level W). */
function doubtful(attributes: AttributeValues): Finding[] {
  const found: Finding[] = [];
  const doubt = (key: string, because: string) =>
    found.push(warn('InvalidFormat', { at: `[${key}]`, value: attributes[key] ?? '', because }));
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(attributes[COOKIE] ?? ''))
    doubt(COOKIE, 'it is no name that a cookie can have; AWS may refuse it');
  if (attributes[ROUTING_COUNT] === 'off') doubt(ROUTING_COUNT, 'AWS documents a count of at least 1 here');
  if (Number(attributes[ROUTING_COUNT]) > 1 && attributes[FAILOVER_COUNT] === undefined)
    doubt(ROUTING_COUNT, `${FAILOVER_COUNT} is 1 unless it is set, and must not be below it`);
  return found;
}

/** The failover threshold is not below the routing threshold (aws-limits tgh-order). */
function thresholdFindings(attributes: AttributeValues, unit: string): Finding[] {
  const key = `target_group_health.dns_failover.minimum_healthy_targets.${unit}`;
  const other = `target_group_health.unhealthy_state_routing.minimum_healthy_targets.${unit}`;
  const least = Number(attributes[other]);
  if (!(Number(attributes[key]) < least)) return [];
  return [contradiction(attributes, key, `it must not be below ${other}=${least}`)];
}
