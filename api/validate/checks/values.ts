// What AWS asks of a value beyond its schema: one function per annotation (aws-limits, sections named below).
import type { AnnotationName } from '../../annotation.ts';
import { listenPortsOf } from '../../annotations/listener.ts';
import type { AnnotationValues } from '../../generated/values.ts';
import { dnsLabel } from '../../kubernetes/names.ts';
import * as limits from '../../limits/limits.ts';
import { type Finding, refuse, warn } from '../../problems/finding.ts';
import { suggest } from '../../problems/suggest.ts';
import { cidrOf } from '../cidr.ts';
import { actionFindings } from './actions.ts';
import { addonChecks } from './addons.ts';
import { attributeFindings, targetGroupFindings } from './attributes.ts';
import { conditionFindings } from './conditions.ts';
import { nlbChecks } from './frontend-nlb.ts';
import { idFindings, repeated } from './items.ts';
import { jwtFindings } from './jwt.ts';
import { labelFindings } from './labels.ts';
import { mutualAuthenticationFindings } from './mutual.ts';
import { capacityFindings } from './pools.ts';
import { tagFindings } from './tags.ts';
import { transformFindings } from './transforms.ts';

/** A port named twice, and a list that names none (spec annotations 18.2). */
function listenPortFindings(value: AnnotationValues['listen-ports']): Finding[] {
  const ports = value.flatMap(({ HTTP, HTTPS }) => [HTTP, HTTPS].filter((port) => port !== undefined));
  if (ports.length === 0) {
    return [
      refuse('OutOfRange', {
        value: JSON.stringify(value),
        allowed: 'a list that names at least one port',
        check: 'ListenPortsEmpty',
      }),
    ];
  }
  if (listenPortsOf(value).length === ports.length) return [];
  return repeated(ports).map((port) =>
    refuse('Contradiction', {
      value: String(port),
      because: 'the port is named twice; a port has one listener',
      check: 'ListenPortTwice',
    }),
  );
}

function sslPolicyFindings(policy: string): Finding[] {
  if (policy === '')
    return [warn('Unused', { value: policy, because: 'an empty name stands for the default of AWS' })];
  if (limits.SSL_POLICIES.includes(policy)) return [];
  const because = 'no security policy of this name is known here; AWS may have added it';
  return [warn('NotAllowed', { value: policy, because, suggestion: suggest(policy, limits.SSL_POLICIES) })];
}

function cidrFindings(cidrs: readonly string[]): Finding[] {
  return cidrs.flatMap((text): Finding[] => {
    const cidr = cidrOf(text);
    if (cidr === undefined) {
      return [
        refuse('InvalidFormat', { value: text, allowed: 'a CIDR such as 10.0.0.0/8 or 2001:db8::/32' }),
      ];
    }
    const because = 'bits behind the prefix are set; AWS clears them';
    return cidr.hostBits ? [warn('InvalidFormat', { value: text, because })] : [];
  });
}

function healthCheckPortFindings(port: string): Finding[] {
  if (port === '')
    return [
      warn('Unused', { value: port, because: 'an empty value stands for a Service port without a name' }),
    ];
  const allowed = 'traffic-port, an integer from 1 to 65535 or the name of a Service port';
  if (!/^[+-]?[0-9]+$/.test(port)) {
    // As the Kubernetes API says of `ServicePort.name`: no Service has a port of another name.
    if (dnsLabel(port) === undefined) return [];
    return [refuse('InvalidFormat', { value: port, allowed, suggestion: suggest(port, ['traffic-port']) })];
  }
  const number = Number(port);
  return number >= 1 && number <= 65535 ? [] : [refuse('OutOfRange', { value: port, allowed })];
}

function nameFindings(name: string): Finding[] {
  if (!name.startsWith('internal-')) return [];
  return [refuse('NotAllowed', { value: name, because: 'names that start with internal- are reserved' })];
}

const securityGroupFindings = (groups: readonly string[]): Finding[] =>
  groups.length === 0
    ? [warn('Unused', { value: '', because: 'an empty list says nothing' })]
    : idFindings(groups, 'sg');

export type ValueChecks = {
  readonly [N in AnnotationName]?: (value: AnnotationValues[N]) => readonly Finding[];
};

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
  'listener-attributes.*': (value) => attributeFindings(value, limits.LISTENER_ATTRIBUTES),
  'minimum-load-balancer-capacity': capacityFindings,
  'mutual-authentication': mutualAuthenticationFindings,
  'target-node-labels': labelFindings,
  ...addonChecks,
  ...nlbChecks,
  'actions.*': actionFindings,
  'conditions.*': conditionFindings,
  'transforms.*': transformFindings,
  'jwt-validation': jwtFindings,
};

/** What is wrong or doubtful with a value that its schema accepts. */
export function valueFindings(name: AnnotationName, value: unknown): readonly Finding[] {
  // The schema has decided that the value is one of this annotation.
  const findings = CHECKS[name] as ((value: unknown) => readonly Finding[]) | undefined;
  return findings === undefined ? [] : findings(value);
}
