// Checks across the annotations of one Ingress (spec annotations 18.2, 18.3).
import { effectiveListenPorts, type ListenPort } from '../../annotations/listener.ts';
import { annotationPath, problemOf } from '../../problems/finding.ts';
import { type Problem, refusal, warning } from '../../problems/problem.ts';
import { logFindings } from './attributes.ts';
import { type Context, hasHost, isAlone, portsUnsure } from './context.ts';
import { nlbProblems } from './frontend-nlb.ts';
import { tlsProblems } from './tls.ts';
import { OF_HTTPS } from './unread.ts';

/** Everything that two annotations, or an annotation and the hosts of the Ingress, get wrong together. */
export function crossProblems(context: Context): Problem[] {
  const found = [
    ...loadBalancerProblems(context),
    ...accessProblems(context),
    ...poolProblems(context),
    ...nlbProblems(context),
  ];
  if (portsUnsure(context)) return found;
  const ports = effectiveListenPorts(context.settings);
  return [
    ...found,
    ...portProblems(context, ports),
    ...tlsProblems(context, ports),
    ...downgradeProblems(context, ports),
  ];
}

const unused = (suffix: string, because: string): Problem =>
  warning('Unused', annotationPath(suffix), { because });

function loadBalancerProblems(context: Context): Problem[] {
  const { settings, first, options, refused } = context;
  const found: Problem[] = [];
  const attributes = settings['load-balancer-attributes']?.value;
  if (attributes !== undefined) {
    // In a group another member may name the bucket.
    const severity = isAlone(context) ? 'refuse' : 'warn';
    const all = { ...attributes, ...first?.['load-balancer-attributes']?.value };
    found.push(
      ...logFindings(all).map((finding) => problemOf({ ...finding, severity }, 'load-balancer-attributes')),
    );
  }
  const scheme = settings.scheme?.value ?? options.defaultScheme;
  const addresses = settings['ip-address-type']?.value;
  if (addresses === 'dualstack-without-public-ipv4' && scheme === 'internal' && !refused.has('scheme')) {
    const because = 'it is meant for internet-facing load balancers, and the scheme is internal';
    found.push(warning('Contradiction', annotationPath('ip-address-type'), { value: addresses, because }));
  }
  return found;
}

/** IPAM pools give public addresses (aws-limits L17). */
function poolProblems(context: Context): Problem[] {
  const { settings, options, refused } = context;
  const pool = settings['ipam-ipv4-pool-id']?.value ?? '';
  if (pool === '') return [];
  const found: Problem[] = [];
  const blame = (because: string) =>
    found.push(refusal('Contradiction', annotationPath('ipam-ipv4-pool-id'), { value: pool, because }));
  // In a group another member may say the scheme.
  const scheme = settings.scheme?.value ?? (isAlone(context) ? options.defaultScheme : undefined);
  if (scheme === 'internal' && !refused.has('scheme'))
    blame('it gives public addresses, and the scheme is internal');
  if (settings['ip-address-type']?.value === 'dualstack-without-public-ipv4')
    blame('it gives public IPv4 addresses, and ip-address-type excludes them');
  return found;
}

function accessProblems({ settings, refused }: Context): Problem[] {
  const found: Problem[] = [];
  const groups = settings['security-groups']?.value ?? [];
  // The LBC reads the networks all the same; prefix lists it leaves unread (dormant.ts).
  if (groups.length > 0 && settings['inbound-cidrs'] !== undefined) {
    const because = 'security-groups takes the place of the managed security group that this would open';
    found.push(unused('inbound-cidrs', because));
  }
  const cidrs = settings['inbound-cidrs']?.value ?? [];
  const ipv4 = (settings['ip-address-type']?.value ?? 'ipv4') === 'ipv4' && !refused.has('ip-address-type');
  if (ipv4 && cidrs.length > 0 && cidrs.every((cidr) => cidr.includes(':'))) {
    const because = 'it has IPv6 networks only and the load balancer is ipv4, so it opens nothing';
    found.push(unused('inbound-cidrs', because));
  }
  return found;
}

function portProblems(context: Context, ports: readonly ListenPort[]): Problem[] {
  const { settings, refused } = context;
  const secure = ports.filter((one) => one.protocol === 'HTTPS');
  const found: Problem[] = [];
  const redirect = settings['ssl-redirect']?.value;
  if (redirect !== undefined && isAlone(context) && !secure.some((one) => one.port === redirect)) {
    const names = ports.map((one) => `${one.protocol} ${one.port}`).join(', ');
    const allowed =
      secure.length === 0 ? 'an HTTPS port' : `one of ${secure.map((one) => one.port).join(', ')}`;
    const because = `the load balancer listens on ${names}${openIt(context, redirect, secure.length)}`;
    const about = { value: String(redirect), allowed, because };
    found.push(refusal('Contradiction', annotationPath('ssl-redirect'), about));
  }
  const explicit = settings['certificate-arn']?.value.length ?? 0;
  if (
    secure.length > 0 &&
    isAlone(context) &&
    explicit === 0 &&
    settings['create-acm-cert']?.value !== true &&
    !refused.has('certificate-arn') &&
    !hasHost(context)
  ) {
    const value = secure.map((one) => `HTTPS ${one.port}`).join(', ');
    const because =
      'there is no certificate-arn, and no host in rules or tls by which a certificate could be found';
    found.push(refusal('CertificateNotFound', annotationPath('listen-ports'), { value, because }));
  }
  return found;
}

/** What to add where no HTTPS port is opened: the other settings of HTTPS wait for the same. */
function openIt({ settings }: Context, port: number, secure: number): string {
  if (secure > 0) return '';
  const waiting = [...OF_HTTPS].filter((name) => Object.hasOwn(settings, name));
  const also = waiting.length === 0 ? '' : `, so ${waiting.join(' and ')} have no effect either`;
  return `${also}: add {"HTTPS":${port}} to listen-ports`;
}

/** A redirect from HTTPS to HTTP is refused by AWS; the action may be meant for another listener (aws-limits 3.3). */
function downgradeProblems({ settings }: Context, ports: readonly ListenPort[]): Problem[] {
  const secure = ports.find((one) => one.protocol === 'HTTPS');
  if (secure === undefined) return [];
  return Object.entries(settings.actions ?? {})
    .filter(([, { value }]) => value.redirectConfig?.protocol === 'HTTP')
    .map(([name]) => {
      const because = `AWS does not redirect from HTTPS to HTTP, and the Ingress has an HTTPS listener on port ${secure.port}`;
      const path = `${annotationPath(`actions.${name}`)}.redirectConfig.protocol`;
      return warning('Contradiction', path, { value: 'HTTP', because });
    });
}
