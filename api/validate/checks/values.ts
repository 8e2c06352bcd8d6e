// What AWS asks of a value beyond its schema: one function per annotation (aws-limits, sections named below).
import type { AnnotationName } from '../../annotation.ts';
import { listenPortsOf } from '../../annotations/listener.ts';
import type { AnnotationValues } from '../../generated/values.ts';
import * as limits from '../../limits/limits.ts';
import type { Finding } from '../../problems/finding.ts';
import { suggest } from '../../problems/suggest.ts';
import { cidrOf } from '../cidr.ts';
import { actionFindings } from './actions.ts';
import { addonChecks } from './addons.ts';
import { attributeFindings, targetGroupFindings } from './attributes.ts';
import { conditionFindings } from './conditions.ts';
import { nlbChecks } from './frontend-nlb.ts';
import { idFindings, refuse, repeated, warn } from './items.ts';
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
      refuse('OutOfRange', JSON.stringify(value), {
        allowed: 'a list that names at least one port',
        check: 'ListenPortsEmpty',
      }),
    ];
  }
  if (listenPortsOf(value).length === ports.length) return [];
  return repeated(ports).map((port) =>
    refuse('Contradiction', String(port), {
      because: 'the port is named twice; a port has one listener',
      check: 'ListenPortTwice',
    }),
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

/** A DNS label, as the Kubernetes API says of `ServicePort.name`: no Service has a port of another name. */
const SERVICE_PORT_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function healthCheckPortFindings(port: string): Finding[] {
  if (port === '') return [warn('Unused', port, 'an empty value stands for a Service port without a name')];
  const allowed = 'traffic-port, an integer from 1 to 65535 or the name of a Service port';
  if (!/^[+-]?[0-9]+$/.test(port)) {
    if (SERVICE_PORT_NAME.test(port)) return [];
    const suggestion = suggest(port, ['traffic-port']);
    return [refuse('InvalidFormat', port, { allowed, ...(suggestion === undefined ? {} : { suggestion }) })];
  }
  const number = Number(port);
  return number >= 1 && number <= 65535 ? [] : [refuse('OutOfRange', port, { allowed })];
}

function nameFindings(name: string): Finding[] {
  if (!name.startsWith('internal-')) return [];
  return [refuse('NotAllowed', name, { because: 'names that start with internal- are reserved' })];
}

const securityGroupFindings = (groups: readonly string[]): Finding[] =>
  groups.length === 0 ? [warn('Unused', '', 'an empty list says nothing')] : idFindings(groups, 'sg');

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
