// Checks of the Services that rules forward to, with the settings of Ingress and Service together (spec annotations 9, 18.3).

import { portReference, targetsOf } from '../../annotations/actions.ts';
import { effectiveTargetGroupSettings, type ServiceSettings } from '../../ingress/effective-settings.ts';
import { actionNameOf, backendsOf, lacksTargets, portOf } from '../../ingress/references.ts';
import { annotationPath, step } from '../../problems/finding.ts';
import { placeOf } from '../../problems/place.ts';
import { distinct, type Problem, warning } from '../../problems/problem.ts';
import { descriptorOf } from '../../registry.ts';
import { memberOf } from '../../routing/rules.ts';
import { isObject } from '../type-guards.ts';
import { type BackendTarget, type Context, isAlone, portsUnsure } from './context.ts';
import { controlName } from './dormant.ts';
import { openOf } from './served.ts';
import { backendNames } from './unread-rules.ts';

/** What an Ingress says where its Services say nothing. */
const SILENT: ServiceSettings = {};

interface Spoken {
  readonly target: BackendTarget;
  /** What its Service says. */
  readonly said: ServiceSettings;
}

/** Problems of every Service that a rule forwards to, each once. */
export function targetProblems(context: Context): readonly Problem[] {
  const spoken = context.targets.map(
    (target): Spoken => ({ target, said: target.reading?.settings ?? SILENT }),
  );
  const settingsOf = (said: ServiceSettings) => effectiveTargetGroupSettings(context.settings, said);
  // However many paths lead to a Service, its texts are looked at once: they may be long.
  const services = new Map(spoken.map((one) => [one.target.name, one]));
  const each = new Set(spoken.map(({ said }) => said));
  const found = [
    ...spoken.flatMap(({ target, said }) => [
      ...referenceProblems(context, target, settingsOf(said)),
      ...controlPortProblems(context, target, settingsOf(said)),
      ...familyProblems(context, target),
    ]),
    ...[...services.values()].flatMap(({ target, said }) =>
      healthCheckProblems(context, target, settingsOf(said)),
    ),
    ...[...each]
      .map(settingsOf)
      .flatMap((settings) => [...codeProblems(context, settings), ...callProblems(context, settings)]),
    ...versionProblems(context, spoken, settingsOf),
    ...stickinessProblems(context),
  ];
  return distinct(found);
}

/** Missing Services, ports and node ports. They may come later, so they only draw warnings. */
function referenceProblems(context: Context, target: BackendTarget, settings: ServiceSettings): Problem[] {
  const { service, name, port, path } = target;
  const object = `Service ${context.ingress.metadata.namespace ?? ''}/${name}`;
  if (service === undefined) {
    const because =
      'no Service of this name exists in the namespace; requests are answered with 503 until it does';
    return [warning('ServiceNotFound', `${path}.name`, { value: name, because })];
  }
  const found = portOf(service, port);
  if (found === undefined) {
    const known = (service.spec?.ports ?? []).map((one) => one.name ?? String(one.port));
    const because = `${object} has no such port; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
    return [warning('ServicePortNotFound', `${path}.port`, { value: String(port), because })];
  }
  const type = settings['target-type']?.value ?? context.options.defaultTargetType;
  const lacks = context.refused.has('target-type') ? undefined : lacksTargets(service, type);
  if (lacks !== undefined) {
    const code = service.spec?.type === 'ExternalName' ? 'UnsupportedBackend' : 'NoTargets';
    const because = `${object} ${lacks}; without targets, requests are answered with 503`;
    return [warning(code, path, { value: name, because })];
  }
  if (type !== 'instance' || found.nodePort !== undefined || context.refused.has('target-type')) return [];
  // The API server gives out node ports when it stores the Service.
  if (service.spec?.type === 'NodePort' || service.spec?.type === 'LoadBalancer') return [];
  const because = `the target type is instance, and ${object} has no node port: make it type NodePort or LoadBalancer, or set target-type to ip`;
  return [warning('NodePortMissing', path, { value: name, because })];
}

type SettingOrigin = { readonly from?: string } | undefined;

/** Where one of the settings that count for a Service is said: by itself, by the Ingress or by its class. */
const placeIn = ({ ingress }: Context, suffix: string, setting: SettingOrigin) =>
  placeOf(suffix, setting?.from, ingress.metadata.namespace ?? '');

/** Said by the Ingress: refuse. Said by the Service: the author of the Ingress may not be the one to mend it. */
const severityOf = (...settings: readonly SettingOrigin[]) =>
  settings.some((setting) => setting?.from?.startsWith('Service') === true) ? 'warn' : 'refuse';

const INTERVAL = 'healthcheck-interval-seconds';
const TIMEOUT = 'healthcheck-timeout-seconds';

/** What a setting of seconds says or leaves at its default; by name, so that the descriptor stays its only home. */
function secondsOf(settings: ServiceSettings, name: string): { value: number; from?: string } | undefined {
  const said = new Map<string, unknown>(Object.entries(settings)).get(name);
  if (isObject(said) && typeof said.value === 'number') return { value: said.value, from: String(said.from) };
  const unset = descriptorOf(name)?.descriptor.unset;
  return typeof unset === 'number' ? { value: unset } : undefined;
}

/** The timeout lies below the interval, defaults counted (aws-limits HC5). */
function timeoutProblems(context: Context, settings: ServiceSettings): Problem[] {
  const [interval, timeout] = [secondsOf(settings, INTERVAL), secondsOf(settings, TIMEOUT)];
  if (interval === undefined || timeout === undefined || timeout.value < interval.value) return [];
  const [name, said] = timeout.from === undefined ? [INTERVAL, interval] : [TIMEOUT, timeout];
  const because = `the timeout of ${timeout.value} s must be less than the interval of ${interval.value} s`;
  const severity = severityOf(interval, timeout);
  const place = placeIn(context, name, said);
  return [{ code: 'Contradiction', severity, ...place, value: String(said.value), because }];
}

function healthCheckProblems(context: Context, target: BackendTarget, settings: ServiceSettings): Problem[] {
  const found = timeoutProblems(context, settings);
  const port = settings['healthcheck-port']?.value;
  const named =
    port !== undefined && port !== 'traffic-port' && !/^[+-]?[0-9]+$/.test(port) ? port : undefined;
  if (named === undefined || target.service === undefined) return found;
  const servicePort = target.service.spec?.ports?.find((one) => (one.name ?? '') === named);
  const type = settings['target-type']?.value ?? context.options.defaultTargetType;
  const textual = type === 'ip' && typeof servicePort?.targetPort === 'string';
  if (servicePort !== undefined && !textual) return found;
  const because =
    servicePort === undefined
      ? `Service ${target.name} has no port of this name`
      : `the target port of this port of Service ${target.name} is itself a name, so there is no number for ip targets`;
  const place = placeIn(context, 'healthcheck-port', settings['healthcheck-port']);
  return [...found, { code: 'ServicePortNotFound', severity: 'warn', ...place, value: named, because }];
}

/** IPv6 targets need a load balancer with IPv6 addresses (spec annotations 5.3, Cross-field). */
function familyProblems(context: Context, { service, name, path }: BackendTarget): Problem[] {
  const { settings, refused } = context;
  const said = settings['ip-address-type']?.value;
  const ipv4 = said === 'ipv4' || (said === undefined && isAlone(context));
  const families = service?.spec?.ipFamilies ?? [];
  // One that has both families is served by IPv4.
  if (!ipv4 || refused.has('ip-address-type') || families.join() !== 'IPv6') return [];
  // The Service may change before anything is made, as with its ports.
  const because = `Service ${name} has only the family IPv6, which needs ip-address-type dualstack`;
  return [warning('Contradiction', path, { value: name, because })];
}

/** Target control ports: ip targets, round robin and no stickiness (spec annotations 9.15; aws-limits TG8). */
function controlPortProblems(context: Context, target: BackendTarget, settings: ServiceSettings): Problem[] {
  const { options, refused } = context;
  const name = controlName(target);
  const port = settings['target-control-port']?.[name];
  if (port === undefined || refused.has('target-type')) return [];
  const type = settings['target-type'];
  const attributes = settings['target-group-attributes'];
  const because = (said: typeof type | typeof attributes, words: string): Problem => ({
    code: 'Contradiction',
    severity: severityOf(port, said),
    ...placeIn(context, `target-control-port.${name}`, port),
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
function codeProblems(context: Context, settings: ServiceSettings): Problem[] {
  const { refused } = context;
  const codes = settings['success-codes'];
  const version = settings['backend-protocol-version'];
  if (codes === undefined || refused.has('backend-protocol-version')) return [];
  const [least, most] = version?.value === 'GRPC' ? [0, 99] : [200, 499];
  const about = { ...placeIn(context, 'success-codes', codes), value: codes.value };
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

/** gRPC health checks call a method (aws-limits HC3). */
function callProblems(context: Context, settings: ServiceSettings): Problem[] {
  const path = settings['healthcheck-path'];
  if (settings['backend-protocol-version']?.value !== 'GRPC' || path === undefined) return [];
  if (/^\/[^/]+\/[^/]+$/.test(path.value)) return [];
  const because = 'the protocol version is GRPC, whose health checks have the form /package.service/method';
  const about = { ...placeIn(context, 'healthcheck-path', path), value: path.value, because };
  return [{ ...about, code: 'InvalidFormat', severity: 'warn' }];
}

/** HTTP2 and GRPC targets need HTTPS listeners; one that only redirects does not forward (aws-limits N21, TG6). */
function versionProblems(
  context: Context,
  spoken: readonly Spoken[],
  settingsOf: (said: ServiceSettings) => ServiceSettings,
): Problem[] {
  const newer = spoken.flatMap(({ target, said }) => {
    const version = settingsOf(said)['backend-protocol-version'];
    return version === undefined || version.value === 'HTTP1' ? [] : [{ target, version }];
  });
  if (newer.length === 0 || portsUnsure(context)) return [];
  const open = openOf(context);
  if (open === undefined) return [];
  const names = servicesBehind(open.backends, context);
  return newer
    .filter(({ target }) => names.has(target.name))
    .map(({ version }) => ({
      code: 'Contradiction',
      severity: isAlone(context) ? severityOf(version) : 'warn',
      ...placeIn(context, 'backend-protocol-version', version),
      value: version.value,
      because: `it needs HTTPS listeners, and the listener on port ${open.port} is HTTP without ssl-redirect`,
    }));
}

/** Services that the backends at these field paths forward to. */
function servicesBehind(paths: ReadonlySet<string>, { ingress, settings }: Context): Set<string> {
  const backends = backendsOf(ingress).filter(({ path }) => paths.has(path));
  return new Set(
    backends.flatMap(({ backend }) => {
      const action = actionNameOf(backend);
      if (action === undefined) return backend.service?.name ?? [];
      const said = memberOf(settings.actions, action);
      return (said === undefined ? [] : targetsOf(said.value)).flatMap((one) =>
        'service' in one ? one.service.name : [],
      );
    }),
  );
}

/** Several target groups of which one is sticky need a sticky action (aws-limits 3.3, forward). */
function stickinessProblems(context: Context): Problem[] {
  return Object.entries(context.settings.actions ?? {}).flatMap(([name, { value }]): Problem[] => {
    if (!backendNames(context).actions.has(name)) return [];
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
