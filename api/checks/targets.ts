// Checks of the Services that rules forward to, with the settings of Ingress and Service together (spec annotations 9, 18.3).

import { portReference, targetsOf } from '../annotations/actions.ts';
import { effectiveListenPorts } from '../annotations/listener.ts';
import { effectiveTargetGroupSettings, type ServiceSettings } from '../effective.ts';
import { annotationPath, step } from '../finding.ts';
import type { Problem } from '../problem.ts';
import { portOf } from '../references.ts';
import { type Context, isAlone, type Target } from './context.ts';
import { controlName } from './dormant.ts';

/** Problems of every Service that a rule forwards to, each once. */
export function targetProblems(context: Context): Problem[] {
  const found = context.targets.flatMap((target) => {
    const settings = effectiveTargetGroupSettings(context.settings, target.reading?.settings ?? {});
    return [
      ...referenceProblems(context, target, settings),
      ...healthCheckProblems(context, target, settings),
      ...codeProblems(context, settings),
      ...versionProblems(context, settings),
      ...controlPortProblems(context, target, settings),
      ...familyProblems(context, target),
    ];
  });
  const each = new Map(
    [...found, ...stickinessProblems(context)].map((problem) => [JSON.stringify(problem), problem]),
  );
  return [...each.values()];
}

/** Missing Services, ports and node ports. They may come later, so they only draw warnings. */
function referenceProblems(context: Context, target: Target, settings: ServiceSettings): Problem[] {
  const { service, name, port, path } = target;
  const object = `Service ${context.ingress.metadata.namespace ?? ''}/${name}`;
  if (service === undefined) {
    const because =
      'no Service of this name exists in the namespace; requests are answered with 503 until it does';
    return [{ code: 'ServiceNotFound', severity: 'warn', path: `${path}.name`, value: name, because }];
  }
  const found = portOf(service, port);
  if (found === undefined) {
    const known = (service.spec?.ports ?? []).map((one) => one.name ?? String(one.port));
    const because = `${object} has no such port; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
    return [
      { code: 'ServicePortNotFound', severity: 'warn', path: `${path}.port`, value: String(port), because },
    ];
  }
  const type = settings['target-type']?.value ?? context.options.defaultTargetType;
  if (type !== 'instance' || found.nodePort !== undefined || context.refused.has('target-type')) return [];
  // The API server gives out node ports when it stores the Service.
  if (service.spec?.type === 'NodePort' || service.spec?.type === 'LoadBalancer') return [];
  const because = `the target type is instance, and ${object} has no node port: make it type NodePort or LoadBalancer, or set target-type to ip`;
  return [{ code: 'NodePortMissing', severity: 'warn', path, value: name, because }];
}

/** Said by the Ingress: refuse. Said by the Service: the author of the Ingress may not be the one to mend it. */
const severityOf = (...settings: readonly ({ readonly from: string } | undefined)[]) =>
  settings.some((setting) => setting?.from.startsWith('Service')) ? 'warn' : 'refuse';

function healthCheckProblems({ options }: Context, target: Target, settings: ServiceSettings): Problem[] {
  const { 'healthcheck-interval-seconds': interval, 'healthcheck-timeout-seconds': timeout } = settings;
  const found: Problem[] = [];
  const [seconds, limit] = [interval?.value ?? 15, timeout?.value ?? 5];
  if (limit >= seconds) {
    found.push({
      code: 'Contradiction',
      severity: severityOf(interval, timeout),
      path: annotationPath(
        timeout === undefined ? 'healthcheck-interval-seconds' : 'healthcheck-timeout-seconds',
      ),
      value: String(timeout === undefined ? seconds : limit),
      because: `the timeout of ${limit} s must be less than the interval of ${seconds} s`,
    });
  }
  const port = settings['healthcheck-port']?.value;
  const named =
    port !== undefined && port !== 'traffic-port' && !/^[+-]?[0-9]+$/.test(port) ? port : undefined;
  if (named === undefined || target.service === undefined) return found;
  const servicePort = target.service.spec?.ports?.find((one) => (one.name ?? '') === named);
  const type = settings['target-type']?.value ?? options.defaultTargetType;
  const textual = type === 'ip' && typeof servicePort?.targetPort === 'string';
  if (servicePort !== undefined && !textual) return found;
  const because =
    servicePort === undefined
      ? `Service ${target.name} has no port of this name`
      : `the target port of this port of Service ${target.name} is itself a name, so there is no number for ip targets`;
  const path = annotationPath('healthcheck-port');
  return [...found, { code: 'ServicePortNotFound', severity: 'warn', path, value: named, because }];
}

/** IPv6 targets need a load balancer with IPv6 addresses (spec annotations 5.3, Cross-field). */
function familyProblems(context: Context, { service, name, path }: Target): Problem[] {
  const { settings, refused } = context;
  const said = settings['ip-address-type']?.value;
  const ipv4 = said === 'ipv4' || (said === undefined && isAlone(context));
  if (!ipv4 || refused.has('ip-address-type') || service?.spec?.ipFamilies?.includes('IPv6') !== true)
    return [];
  // The Service may change before anything is made, as with its ports.
  const because = `Service ${name} has the family IPv6, which needs ip-address-type dualstack`;
  return [{ code: 'Contradiction', severity: 'warn', path, value: name, because }];
}

/** Target control ports: ip targets, round robin and no stickiness (spec annotations 9.15; aws-limits TG8). */
function controlPortProblems(
  { options, refused }: Context,
  target: Target,
  settings: ServiceSettings,
): Problem[] {
  const name = controlName(target);
  const port = settings['target-control-port']?.[name];
  if (port === undefined || refused.has('target-type')) return [];
  const type = settings['target-type'];
  const attributes = settings['target-group-attributes'];
  const because = (said: typeof type | typeof attributes, words: string): Problem => ({
    code: 'Contradiction',
    severity: severityOf(port, said),
    path: annotationPath(`target-control-port.${name}`),
    value: String(port.value),
    because: words,
  });
  const algorithm = attributes?.value['load_balancing.algorithm.type'] ?? 'round_robin';
  return [
    ...((type?.value ?? options.defaultTargetType) === 'instance'
      ? [because(type, 'only targets of type ip have one, and target-type is instance')]
      : []),
    ...(algorithm === 'round_robin'
      ? []
      : [because(attributes, `it needs load_balancing.algorithm.type=round_robin, which is ${algorithm}`)]),
    ...(attributes?.value['stickiness.enabled'] === 'true'
      ? [because(attributes, 'it does not work with stickiness.enabled=true')]
      : []),
  ];
}

/** HTTP codes for HTTP1 and HTTP2, gRPC codes for GRPC (aws-limits HC8, HC9). */
function codeProblems({ refused }: Context, settings: ServiceSettings): Problem[] {
  const codes = settings['success-codes'];
  const version = settings['backend-protocol-version'];
  if (codes === undefined || refused.has('backend-protocol-version')) return [];
  const [least, most] = version?.value === 'GRPC' ? [0, 99] : [200, 499];
  const about = { path: annotationPath('success-codes'), value: codes.value };
  for (const range of codes.value.split(',')) {
    const [from = 0, to = from] = range.split('-').map(Number);
    if (from < least || to > most || from > most) {
      const allowed = `made of ${version?.value === 'GRPC' ? 'gRPC' : 'HTTP'} codes from ${least} to ${most}`;
      const because = `the protocol version is ${version?.value ?? 'HTTP1'}`;
      return [{ ...about, code: 'OutOfRange', severity: severityOf(codes, version), allowed, because }];
    }
    if (to < from || / /.test(range)) {
      const because = 'AWS may not accept blanks or a range that falls';
      return [{ ...about, code: 'InvalidFormat', severity: 'warn', because }];
    }
  }
  return [];
}

/** HTTP2 and GRPC targets need HTTPS listeners; one that only redirects does not forward (aws-limits N21, TG6). */
function versionProblems(context: Context, settings: ServiceSettings): Problem[] {
  const version = settings['backend-protocol-version'];
  const unsure =
    context.refused.has('listen-ports') ||
    context.refused.has('ssl-redirect') ||
    context.refused.has('certificate-arn');
  if (version === undefined || version.value === 'HTTP1' || unsure) return [];
  const plain = effectiveListenPorts(context.settings).find((one) => one.protocol === 'HTTP');
  if (plain === undefined || context.settings['ssl-redirect'] !== undefined) return [];
  return [
    {
      code: 'Contradiction',
      severity: isAlone(context) ? severityOf(version) : 'warn',
      path: annotationPath('backend-protocol-version'),
      value: version.value,
      because: `it needs HTTPS listeners, and the listener on port ${plain.port} is HTTP without ssl-redirect`,
    },
  ];
}

/** Several target groups of which one is sticky need a sticky action (aws-limits 3.3, forward). */
function stickinessProblems(context: Context): Problem[] {
  return Object.entries(context.settings.actions ?? {}).flatMap(([name, { value }]): Problem[] => {
    const targets = targetsOf(value);
    if (targets.length < 2 || value.forwardConfig?.targetGroupStickinessConfig?.enabled === true) return [];
    const sticky = context.targets.find(
      (target) =>
        targets.some(
          (one) =>
            'service' in one &&
            one.service.name === target.name &&
            portReference(one.service.port) === target.port,
        ) &&
        effectiveTargetGroupSettings(context.settings, target.reading?.settings ?? {})[
          'target-group-attributes'
        ]?.value['stickiness.enabled'] === 'true',
    );
    if (sticky === undefined) return [];
    const attributes =
      sticky.reading?.settings['target-group-attributes'] ?? context.settings['target-group-attributes'];
    return [
      {
        code: 'Contradiction',
        severity: severityOf(attributes),
        path: `${annotationPath(`actions.${name}`)}.forwardConfig${step('targetGroupStickinessConfig')}`,
        because: `the target group of Service ${sticky.name} has stickiness.enabled=true, so the action needs stickiness too`,
      },
    ];
  });
}
