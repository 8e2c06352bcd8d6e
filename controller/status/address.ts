// addressed: which of a group's load balancers people are told the address of, and which addresses are ours. Pure.

import type { Found } from '../../alb/kinds/kind.ts';
import type { BindingStatus } from '../../api/generated/binding.ts';
import type { Pass } from './pass-result.ts';

/** Whether every target group that has targets has a healthy one. */
const healthy = ({ backends, became, health }: Pick<Pass, 'backends' | 'became' | 'health'>): boolean =>
  backends.every(({ id }) => {
    const known = health(became.get(id)?.arn ?? '');
    return known !== undefined && (known.total === 0 || known.healthy > 0);
  });

/** The load balancer whose address is shown: the wanted one, or its predecessor while that one still serves alone. */
export function addressed(
  pass: Pick<Pass, 'became' | 'found' | 'backends' | 'health' | 'exposed'>,
): Found<'loadBalancer'> | undefined {
  const all = pass.found.filter((one) => one.kind === 'loadBalancer');
  const wanted = all.find(({ arn }) => [...pass.became.values()].some((one) => one.arn === arn));
  const serving = (one: Found | undefined): boolean =>
    one?.extra.state === 'active' || one?.extra.state === 'active_impaired';
  const predecessor = all.find((one) => one !== wanted && serving(one));
  if (predecessor === undefined || (serving(wanted) && healthy(pass) && pass.exposed !== true)) return wanted;
  return predecessor;
}

/**
 * The host name of a load balancer of this name, be it one that was deleted by hand since: a name is had by one load balancer of
 * an account and Region at a time (Elastic Load Balancing API reference, CreateLoadBalancer), and the number behind it is AWS's.
 */
const named = (name: string, hostname: string): boolean => {
  const [label = '', ...domain] = hostname.split('.');
  return (
    label.replace(/^internal-/, '').replace(/-\d+$/, '-') === `${name.toLowerCase()}-` &&
    /^[a-z0-9-]+\.elb\.amazonaws\./.test(domain.join('.'))
  );
};

/** Host names (lower case) that a binding says were told last; two while another load balancer is about to take over. */
export function toldAddresses(told: Pick<BindingStatus, 'address' | 'loadBalancer'> | undefined): string[] {
  const names = [told?.address ?? '', told?.loadBalancer?.dnsName ?? ''].map((one) => one.toLowerCase());
  return [...new Set(names)].filter((one) => one !== '');
}

/**
 * Whether a host name (lower case) in the status of an Ingress is one that we told: that of a load balancer of the group, or one
 * that the binding was told last. Everything else there is somebody else's.
 */
export function isAddressOf(
  hostname: string,
  found: readonly Found[],
  told: Pick<BindingStatus, 'address' | 'loadBalancer'> | undefined,
): boolean {
  if (toldAddresses(told).includes(hostname)) return true;
  return found
    .filter((one) => one.kind === 'loadBalancer')
    .some(({ spec, extra }) => extra.dnsName?.toLowerCase() === hostname || named(spec.name, hostname));
}
