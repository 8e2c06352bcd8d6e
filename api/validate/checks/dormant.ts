// Why nothing reads an annotation that needs something beside it: a listener, security groups, targets of one type, the
// frontend network load balancer (spec annotations 18.1, lazily reached).
import { effectiveListenPorts } from '../../annotations/listener.ts';
import { effectiveTargetGroupSettings } from '../../ingress/effective-settings.ts';
import { type BackendTarget, type Context, isAlone, portsUnsure } from './context.ts';
import { nlbUnread } from './frontend-nlb.ts';
import { hasHttps } from './guarded.ts';

const LISTENER = 'listener-attributes.';
const CONTROL_PORT = 'target-control-port.';

/** The reason, or undefined when it is read or when this is no such annotation. */
export function dormantReason(suffix: string, context: Context): string | undefined {
  if (suffix.startsWith('frontend-nlb-')) return nlbUnread(context);
  if (suffix.startsWith(LISTENER)) return strangeListener(suffix.slice(LISTENER.length), context);
  if (suffix.startsWith(CONTROL_PORT)) return strangeTarget(suffix.slice(CONTROL_PORT.length), context);
  switch (suffix) {
    case 'manage-backend-security-group-rules':
      return withoutSecurityGroups(context);
    case 'target-node-labels':
      return withoutInstances(context);
    case 'acm-pca-arn':
      return context.settings['create-acm-cert']?.value === true || context.refused.has('create-acm-cert')
        ? undefined
        : 'create-acm-cert is not true, so nothing reads it';
    case 'certificate-arn':
      // Without listen-ports it is what makes the listener HTTPS.
      return context.settings['listen-ports'] === undefined ? undefined : withoutHttps(context);
    case 'ssl-policy':
      return withoutHttps(context);
    case 'security-group-prefix-lists':
      return (context.settings['security-groups']?.value.length ?? 0) > 0
        ? 'security-groups takes the place of the managed security group that this would open'
        : undefined;
    case 'wafv2-acl-arn':
      return hasText(context.settings['wafv2-acl-name']?.value)
        ? 'wafv2-acl-name takes its place, so nothing reads it'
        : undefined;
    case 'web-acl-id':
      return context.settings['waf-acl-id'] === undefined
        ? undefined
        : 'waf-acl-id takes its place, so nothing reads it';
    default:
      return undefined;
  }
}

const withoutHttps = (context: Context): string | undefined =>
  hasHttps(context) === false ? 'the Ingress has no HTTPS listener, so nothing reads it' : undefined;

const hasText = (text: string | undefined): boolean => text !== undefined && text !== '';

function strangeListener(name: string, context: Context): string | undefined {
  if (portsUnsure(context)) return undefined;
  const names = effectiveListenPorts(context.settings).map(({ protocol, port }) => `${protocol}-${port}`);
  if (names.includes(name)) return undefined;
  return `the Ingress has no listener ${name}, only ${names.join(', ')}, so nothing reads it`;
}

/** Targets are not known while an action cannot be read. */
const unsure = ({ refused }: Context): boolean => [...refused].some((name) => name.startsWith('actions.'));

function strangeTarget(name: string, context: Context): string | undefined {
  if (unsure(context) || context.targets.some((target) => controlName(target) === name)) return undefined;
  const names = [...new Set(context.targets.map(controlName))];
  const known = names.length === 0 ? 'no rule forwards to a Service' : `rules forward to ${names.join(', ')}`;
  return `${known}, so nothing reads it`;
}

/** SERVICE.PORT as the name of a target-control-port has it: the port as the backend writes it. */
export const controlName = ({ name, port }: BackendTarget): string => `${name}.${port}`;

function withoutSecurityGroups(context: Context): string | undefined {
  const { settings, refused } = context;
  if ((settings['security-groups']?.value.length ?? 0) > 0 || refused.has('security-groups'))
    return undefined;
  const unless = isAlone(context) ? '' : ' unless another member of the group says them';
  return `there are no security-groups, so nothing reads it${unless}`;
}

function withoutInstances(context: Context): string | undefined {
  const { settings, refused, options, targets } = context;
  if (unsure(context) || refused.has('target-type') || targets.length === 0) return undefined;
  const types = targets.map(
    ({ reading }) =>
      effectiveTargetGroupSettings(settings, reading?.settings ?? {})['target-type']?.value ??
      options.defaultTargetType,
  );
  return types.includes('instance') ? undefined : 'all targets have the type ip, so nothing reads it';
}
