// The frontend network load balancer: values, and what they ask of each other (spec annotations 11; aws-limits 4.1).
import { effectiveListenPorts } from '../../annotations/listener.ts';
import { NLB_ATTRIBUTES } from '../../limits/limits.ts';
import { annotationPath, type Finding, refuse } from '../../problems/finding.ts';
import { type Problem, refusal } from '../../problems/problem.ts';
import { attributeFindings } from './attributes.ts';
import { type Context, isAlone, portsUnsure } from './context.ts';
import { idFindings, repeated } from './items.ts';
import { tagFindings } from './tags.ts';
import type { ValueChecks } from './values.ts';

const PORT = 'an integer from 1 to 65535';
const isPort = (text: string): boolean =>
  /^[+-]?[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;

function mappingFindings(mapping: Readonly<Record<string, string>>): Finding[] {
  const entries = Object.entries(mapping);
  const strange = entries.flatMap(([nlb, alb]): Finding[] => [
    ...(isPort(nlb) ? [] : [refuse('OutOfRange', { value: nlb, allowed: PORT })]),
    ...(isPort(alb) ? [] : [refuse('OutOfRange', { value: alb, at: `[${nlb}]`, allowed: PORT })]),
  ]);
  const twice = repeated(entries.map(([nlb]) => Number(nlb)).filter((port) => !Number.isNaN(port)));
  return [
    ...strange,
    ...twice.map((port) =>
      refuse('Contradiction', { value: String(port), because: 'the port is named twice' }),
    ),
  ];
}

function portFindings(port: string): Finding[] {
  if (port === 'traffic-port' || isPort(port)) return [];
  return [refuse('OutOfRange', { value: port, allowed: `traffic-port or ${PORT}` })];
}

/** HTTP codes that a network load balancer may look for (aws-limits HC8; spec annotations 11.7). */
function codeFindings(codes: string): Finding[] {
  const strange = codes.split(',').find((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return from < 200 || to > 599 || from > 599;
  });
  if (strange === undefined) return [];
  return [refuse('OutOfRange', { value: strange.trim(), allowed: 'made of HTTP codes from 200 to 599' })];
}

/** Checks of one value. */
export const nlbChecks: ValueChecks = {
  'frontend-nlb-subnets': (value) => idFindings(value, 'subnet'),
  'frontend-nlb-security-groups': (value) => idFindings(value, 'sg'),
  'frontend-nlb-eip-allocations': (value) => idFindings(value, 'eipalloc'),
  'frontend-nlb-listener-port-mapping': mappingFindings,
  'frontend-nlb-healthcheck-port': portFindings,
  'frontend-nlb-healthcheck-success-codes': codeFindings,
  'frontend-nlb-attributes': (value) => attributeFindings(value, NLB_ATTRIBUTES),
  'frontend-nlb-tags': tagFindings,
};

/** Why nothing reads `frontend-nlb-*`, or undefined when it is read. */
export function nlbUnread(context: Context): string | undefined {
  const said = context.settings['enable-frontend-nlb'];
  if (said?.value === true || context.refused.has('enable-frontend-nlb')) return undefined;
  const unless = isAlone(context) || said !== undefined ? '' : ' unless another member of the group says so';
  return `enable-frontend-nlb is not true, so nothing reads it${unless}`;
}

/** Checks across annotations; none while the network load balancer is not asked for. */
export function nlbProblems(context: Context): Problem[] {
  const { settings } = context;
  if (settings['enable-frontend-nlb']?.value !== true) return [];
  const found = [...eipProblems(context), ...timeoutProblems(context), ...mappingProblems(context)];
  const addresses = settings['ip-address-type']?.value;
  if (addresses !== 'dualstack-without-public-ipv4') return found;
  const because = 'a frontend network load balancer is ipv4 or dualstack';
  return [...found, contradiction('ip-address-type', addresses, because)];
}

const contradiction = (suffix: string, value: string, because: string): Problem =>
  refusal('Contradiction', annotationPath(suffix), { value, because });

/** Elastic IPs are for internet-facing load balancers, one for each subnet (spec annotations 11.5). */
function eipProblems(context: Context): Problem[] {
  const { settings, options, refused } = context;
  const eips = settings['frontend-nlb-eip-allocations'];
  if (eips === undefined) return [];
  const found: Problem[] = [];
  const said = settings['frontend-nlb-scheme']?.value;
  const scheme = said ?? options.defaultScheme;
  const known = said !== undefined || isAlone(context);
  if (scheme === 'internal' && known && !refused.has('frontend-nlb-scheme')) {
    const because = 'Elastic IPs need frontend-nlb-scheme internet-facing, and it is internal';
    found.push(contradiction('frontend-nlb-eip-allocations', eips.value.join(', '), because));
  }
  const subnets = settings['frontend-nlb-subnets']?.value;
  if (subnets !== undefined && eips.value.length > 0 && subnets.length !== eips.value.length) {
    const because = `each subnet needs one Elastic IP: there are ${eips.value.length} and frontend-nlb-subnets names ${subnets.length}`;
    found.push(contradiction('frontend-nlb-eip-allocations', eips.value.join(', '), because));
  }
  return found;
}

/** The timeout lies below the interval, with the defaults of the LBC where one is not said (aws-limits HC5). */
function timeoutProblems(context: Context): Problem[] {
  const interval = context.settings['frontend-nlb-healthcheck-interval-seconds']?.value;
  const timeout = context.settings['frontend-nlb-healthcheck-timeout-seconds']?.value;
  const [seconds, limit] = [interval ?? 15, timeout ?? 5];
  if (limit < seconds) return [];
  const both = interval !== undefined && timeout !== undefined;
  const [name, value] = timeout === undefined ? ['interval', seconds] : ['timeout', limit];
  const because = `the timeout of ${limit} s must be less than the interval of ${seconds} s`;
  // In a group another member may say the other one.
  const severity = both || isAlone(context) ? 'refuse' : 'warn';
  return [{ ...contradiction(`frontend-nlb-healthcheck-${name}-seconds`, String(value), because), severity }];
}

/** Ports behind the network load balancer are ports of this Ingress; the LBC leaves others out. */
function mappingProblems(context: Context): Problem[] {
  const { settings } = context;
  const mapping = Object.entries(settings['frontend-nlb-listener-port-mapping']?.value ?? {});
  if (portsUnsure(context)) return [];
  const ports = effectiveListenPorts(settings).map(({ port }) => port);
  const severity = isAlone(context) ? 'refuse' : 'warn';
  return mapping
    .filter(([, alb]) => !ports.includes(Number(alb)))
    .map(([nlb, alb]) => ({
      code: 'Contradiction',
      severity,
      path: `${annotationPath('frontend-nlb-listener-port-mapping')}[${nlb}]`,
      value: alb,
      allowed: `a port that the Ingress listens on (${ports.join(', ')})`,
    }));
}
