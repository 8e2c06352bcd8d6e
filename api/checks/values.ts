// What AWS asks of a value beyond its schema: one function per annotation (aws-limits, sections named below).
import type { AnnotationName } from '../annotation.ts';
import { listenPortsOf } from '../annotations/listener.ts';
import { CLUSTER_TAG, RESOURCE_TAG, STACK_TAG } from '../aws.ts';
import { cidrOf } from '../cidr.ts';
import type { Finding } from '../finding.ts';
import type { AnnotationValues } from '../generated/values.ts';
import * as limits from '../limits.ts';
import { suggest } from '../suggest.ts';
import { actionFindings } from './actions.ts';
import { attributeFindings, targetGroupFindings } from './attributes.ts';

const refuse = (code: Finding['code'], value: string, more: Partial<Finding>): Finding => ({
  code,
  severity: 'refuse',
  value,
  ...more,
});
const warn = (code: Finding['code'], value: string, because: string): Finding => ({
  code,
  severity: 'warn',
  value,
  because,
});

/** Items that occur more than once, each once. */
function repeated<T>(items: readonly T[]): T[] {
  const seen = new Set<T>();
  const again = new Set<T>();
  for (const item of items) (seen.has(item) ? again : seen).add(item);
  return [...again];
}

/** Malformed and repeated ids in a list that may also hold Name tags; names are never refused (aws-limits 6). */
function idFindings(items: readonly string[], prefix: string): Finding[] {
  const id = new RegExp(`^${prefix}-[0-9a-f]+$`);
  const malformed = items
    .filter((item) => item.startsWith(`${prefix}-`) && !id.test(item))
    .map((item) => refuse('InvalidFormat', item, { allowed: `an id: ${prefix}- and hexadecimal digits` }));
  return [
    ...malformed,
    ...repeated(items.filter((item) => id.test(item))).map((item) =>
      refuse('Contradiction', item, { because: 'it is named twice' }),
    ),
  ];
}

/** Tags (aws-limits 5; spec annotations 18.2). */
function tagFindings(tags: AnnotationValues['tags']): Finding[] {
  const entries = Object.entries(tags);
  const each = entries.flatMap(([key, value]): Finding[] => {
    const at = `[${key}]`;
    if (/^aws:/i.test(key))
      return [refuse('NotAllowed', key, { because: 'keys that start with aws: are reserved' })];
    if ([CLUSTER_TAG, STACK_TAG, RESOURCE_TAG].includes(key)) {
      return [refuse('NotAllowed', key, { because: 'this key marks what the controller owns' })];
    }
    if ([...key].length > limits.TAG_KEY_MAX) {
      return [
        refuse('OutOfRange', key, { allowed: `a tag key of at most ${limits.TAG_KEY_MAX} characters` }),
      ];
    }
    if ([...value].length > limits.TAG_VALUE_MAX) {
      return [
        refuse('OutOfRange', value, {
          at,
          allowed: `a tag value of at most ${limits.TAG_VALUE_MAX} characters`,
        }),
      ];
    }
    const allowed = 'made of letters, digits, blanks and _ . : / = + - @';
    if (!limits.TAG_TEXT.test(key)) return [refuse('InvalidFormat', key, { allowed })];
    return limits.TAG_TEXT.test(value) ? [] : [refuse('InvalidFormat', value, { at, allowed })];
  });
  if (entries.length <= limits.TAGS_MAX) return each;
  return [
    ...each,
    warn('OutOfRange', String(entries.length), `AWS allows ${limits.TAGS_MAX} tags on one resource`),
  ];
}

/** A port named twice, and a list that names none (spec annotations 18.2). */
function listenPortFindings(value: AnnotationValues['listen-ports']): Finding[] {
  const ports = value.flatMap(({ HTTP, HTTPS }) => [HTTP, HTTPS].filter((port) => port !== undefined));
  if (ports.length === 0) {
    return [refuse('OutOfRange', JSON.stringify(value), { allowed: 'a list that names at least one port' })];
  }
  if (listenPortsOf(value).length === ports.length) return [];
  return repeated(ports).map((port) =>
    refuse('Contradiction', String(port), { because: 'the port is named twice; a port has one listener' }),
  );
}

function sslPolicyFindings(policy: string): Finding[] {
  if (policy === '') return [warn('Unused', policy, 'an empty name stands for the default of AWS')];
  if (limits.SSL_POLICIES.includes(policy)) return [];
  const suggestion = suggest(policy, limits.SSL_POLICIES);
  const finding = warn(
    'NotAllowed',
    policy,
    'no security policy of this name is known here; AWS may have added it',
  );
  return [suggestion === undefined ? finding : { ...finding, suggestion }];
}

function cidrFindings(cidrs: readonly string[]): Finding[] {
  return cidrs.flatMap((text): Finding[] => {
    const cidr = cidrOf(text);
    if (cidr === undefined) {
      return [refuse('InvalidFormat', text, { allowed: 'a CIDR such as 10.0.0.0/8 or 2001:db8::/32' })];
    }
    return cidr.hostBits
      ? [warn('InvalidFormat', text, 'bits behind the prefix are set; AWS clears them')]
      : [];
  });
}

function healthCheckPortFindings(port: string): Finding[] {
  if (port === '') return [warn('Unused', port, 'an empty value stands for a Service port without a name')];
  if (!/^[+-]?[0-9]+$/.test(port)) return [];
  const number = Number(port);
  return number >= 1 && number <= 65535
    ? []
    : [
        refuse('OutOfRange', port, {
          allowed: 'traffic-port, an integer from 1 to 65535 or the name of a Service port',
        }),
      ];
}

function nameFindings(name: string): Finding[] {
  if (!name.startsWith('internal-')) return [];
  return [refuse('NotAllowed', name, { because: 'names that start with internal- are reserved' })];
}

/** Security groups of one load balancer: five by default, raisable (aws-limits L15). */
const SECURITY_GROUPS_USUAL = 5;

function securityGroupFindings(groups: readonly string[]): Finding[] {
  const found = idFindings(groups, 'sg');
  if (groups.length <= SECURITY_GROUPS_USUAL) return found;
  const because = `AWS allows ${SECURITY_GROUPS_USUAL} security groups unless the quota was raised`;
  return [...found, warn('OutOfRange', String(groups.length), because)];
}

type ValueChecks = { readonly [N in AnnotationName]?: (value: AnnotationValues[N]) => readonly Finding[] };

const CHECKS: ValueChecks = {
  subnets: (value) => idFindings(value, 'subnet'),
  'load-balancer-name': nameFindings,
  'load-balancer-attributes': (value) => attributeFindings(value, limits.LOAD_BALANCER_ATTRIBUTES),
  tags: tagFindings,
  'listen-ports': listenPortFindings,
  'ssl-policy': sslPolicyFindings,
  'security-groups': securityGroupFindings,
  'inbound-cidrs': cidrFindings,
  'target-group-attributes': (value) => [
    ...attributeFindings(value, limits.TARGET_GROUP_ATTRIBUTES),
    ...targetGroupFindings(value),
  ],
  'healthcheck-port': healthCheckPortFindings,
  'actions.*': actionFindings,
};

/** What is wrong or doubtful with a value that its schema accepts. */
export function valueFindings(name: AnnotationName, value: unknown): readonly Finding[] {
  // The schema has decided that the value is one of this annotation.
  const findings = CHECKS[name] as ((value: unknown) => readonly Finding[]) | undefined;
  return findings === undefined ? [] : findings(value);
}
