// The attributes that AWS knows: their keys, their values, and the messages with which AWS refuses others.
// The tables are data: aws-limits.json. The words are those of recorded deployments (contract/attribute-words.ts) where there is one.
import aws from './aws-limits.json' with { type: 'json' };
import { invalid, refuse } from './refusal.ts';

export interface AttributeSchema {
  key: string;
  type: string;
  enum?: string[];
  min?: number;
  max?: number;
  ranges?: number[][];
  pattern?: string;
  notPattern?: string;
  notContains?: string[];
  maxBytes?: number;
  targetTypes?: string[];
  listenerProtocols?: string[];
  /** Of keys that an Application Load Balancer's own targets do not have; the others are in api/defaults.ts. */
  default?: string;
}

/** The attributes of one kind of resource. */
export interface AttributeTable {
  /** Begins AWS's sentences about keys. */
  readonly noun: string;
  readonly byKey: ReadonlyMap<string, AttributeSchema>;
  /** AWS's sentence about keys that are given twice. */
  readonly repeated: (key: string) => string;
  /** Refuses a value that is not the key's; what it lets through is judged by the general rules. */
  readonly words: Readonly<Record<string, Words>>;
}

/** AWS's own sentence about a wrong value; undefined when AWS says what it says of every attribute of that type. */
type Words = (key: string, value: string) => string | undefined;

const table = (all: readonly AttributeSchema[]) =>
  new Map(all.map((attribute) => [attribute.key, attribute]));

const within: Words = (key, value) => {
  const { min, max, ranges } = TARGET_GROUP.byKey.get(key) ?? {};
  const [low, high] = ranges?.at(-1) ?? [min, max];
  return `'${key}' value '${value}' must be between '${low}-${high}' inclusive`;
};
const orOff: Words = (key, value) =>
  Number(value) > 100 && key.endsWith('.percentage')
    ? `'${key}' must be 'off' or an integer from 1 to 100 inclusive`
    : `The value of '${key}' must be 'off' or a positive integer`;
const say =
  (sentence: string): Words =>
  () =>
    sentence;

const LOAD_BALANCER_WORDS: Readonly<Record<string, Words>> = {
  'load_balancing.cross_zone.enabled': (key, value) =>
    value === 'false'
      ? `The value for '${key}' must always be 'true' for an Application Load Balancer`
      : `The value of '${key}' must be 'true' or 'false', but was '${value}'`,
  // The service says characters where it counts seconds.
  'idle_timeout.timeout_seconds': (key, value) => {
    if (!/^-?\d+$/.test(value)) return undefined;
    return Number(value) < 1
      ? `The value of '${key}' cannot be less than 1 characters`
      : `The value of '${key}' cannot be greater than 4000 characters`;
  },
  'routing.http.desync_mitigation_mode': (_key, value) =>
    `'${value}' must be one of [defensive, monitor, strictest]`,
  'routing.http.xff_header_processing.mode': say(
    "'routing.http.xff_header_processing.mode' must be set as 'preserve', 'append', or 'remove'",
  ),
};

const HEALTH = 'target_group_health';
const TARGET_GROUP_WORDS: Readonly<Record<string, Words>> = {
  'deregistration_delay.timeout_seconds': within,
  'slow_start.duration_seconds': within,
  'stickiness.app_cookie.duration_seconds': within,
  'stickiness.lb_cookie.duration_seconds': within,
  'stickiness.type': (key, value) =>
    value.startsWith('source_ip')
      ? `Stickiness type '${value}' is not supported for target groups with the HTTP protocol`
      : `'${key}' must be one of [lb_cookie, app_cookie]`,
  'load_balancing.cross_zone.enabled': (key) =>
    `'${key}' must be one of use_load_balancer_configuration,true,false`,
  'load_balancing.algorithm.type': say(
    "'Load balancer algorithm' must be one of [round_robin, weighted_random, least_outstanding_requests]",
  ),
  'load_balancing.algorithm.anomaly_mitigation': (key) => `'${key}' must be one of [off, on]`,
  [`${HEALTH}.dns_failover.minimum_healthy_targets.count`]: orOff,
  [`${HEALTH}.dns_failover.minimum_healthy_targets.percentage`]: orOff,
  [`${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count`]: orOff,
  [`${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage`]: orOff,
};

const repeatedKey = (key: string) => `Attribute key '${key}' has been specified more than once`;

export const LOAD_BALANCER: AttributeTable = {
  noun: 'Load balancer attribute',
  byKey: table(aws.loadBalancerAttributes),
  repeated: repeatedKey,
  words: LOAD_BALANCER_WORDS,
};
export const TARGET_GROUP: AttributeTable = {
  noun: 'Target group attribute',
  byKey: table(aws.targetGroupAttributes),
  repeated: (key) => `Target group attribute keys must be unique: '[${key}]'`,
  words: TARGET_GROUP_WORDS,
};
export const LISTENER: AttributeTable = {
  noun: 'Listener attribute',
  byKey: table(aws.listenerAttributes),
  repeated: repeatedKey,
  words: {},
};

type AttributePair = { Key?: string | undefined; Value?: string | undefined };

/**
 * Reads the pairs of a modify call. `foreign` refuses keys that AWS knows of other kinds of load balancers.
 * @throws AwsRefusal ValidationError for a key that is not known (aws-limits G4), InvalidConfigurationRequest for one
 * given twice (G3) and for a value that the key does not take (G5, G6).
 */
export function checkedAttributes(
  { noun, byKey, repeated, words }: AttributeTable,
  given: readonly AttributePair[],
  foreign: (key: string) => void = () => undefined,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of given) {
    const attribute = byKey.get(key);
    if (attribute === undefined) {
      foreign(key);
      invalid(`${noun} key '${key}' is not recognized`);
    }
    if (Object.hasOwn(out, key)) refuse('InvalidConfigurationRequest', repeated(key));
    const wrong = wrongValue(attribute, value);
    if (wrong !== undefined)
      refuse('InvalidConfigurationRequest', words[key]?.(key, value) ?? `The value of '${key}' ${wrong}`);
    out[key] = value;
  }
  return out;
}

/** How a value breaks the rules of its attribute, as the end of a sentence; undefined when it does not. */
function wrongValue(attribute: AttributeSchema, value: string): string | undefined {
  const { type, enum: values, pattern, notPattern, notContains = [], maxBytes } = attribute;
  if (type === 'boolean' && values?.includes(value) === false)
    return `must be 'true' or 'false', but was '${value}'`;
  if (type === 'integer' || (type === 'integerOrOff' && value !== 'off')) {
    const number = wrongNumber(attribute, value);
    if (number !== undefined) return number;
  } else if (values !== undefined && !values.includes(value))
    return `must be from the following: [${values.filter((one) => one !== '').join(', ')}], but was '${value}'`;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return 'contains invalid characters';
  if (notPattern !== undefined && new RegExp(notPattern).test(value))
    return `must not begin with a reserved prefix, but was '${value}'`;
  for (const part of notContains)
    if (value.includes(part)) return `must not contain '${part}', but was '${value}'`;
  if (maxBytes !== undefined && Buffer.byteLength(value) > maxBytes)
    return `must be at most ${maxBytes} bytes`;
  return undefined;
}

function wrongNumber({ ranges, min = 0, max }: AttributeSchema, value: string): string | undefined {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  const allowed = ranges ?? [[min, max ?? Number.POSITIVE_INFINITY]];
  if (allowed.some(([low = 0, high = 0]) => number >= low && number <= high)) return undefined;
  const [low, high] = allowed.at(-1) ?? [];
  return `must be an integer between ${low} and ${high}`;
}
