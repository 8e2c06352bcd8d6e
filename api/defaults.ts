// What AWS gives an attribute that nobody sets (aws-limits 1.1, 2.2, 4.2), as the limits say it.
import type { Attributes, Scheme } from './aws.ts';
import {
  type AttributeValue,
  LISTENER_ATTRIBUTES,
  LOAD_BALANCER_ATTRIBUTES,
  RENAMED_HEADERS,
  TARGET_GROUP_ATTRIBUTES,
} from './limits/limits.ts';

const unsetIn = (known: ReadonlyMap<string, AttributeValue>): Readonly<Attributes> =>
  Object.fromEntries([...known].map(([key, { unset }]) => [key, unset]));

/** Of an Application Load Balancer. */
export const loadBalancerDefaults = (scheme: Scheme): Readonly<Attributes> => ({
  ...unsetIn(LOAD_BALANCER_ATTRIBUTES),
  'ipv6.deny_all_igw_traffic': scheme === 'internal' ? 'true' : 'false',
});

/** Of a listener; only those with HTTPS rename headers. */
export function listenerDefaults(protocol: 'HTTP' | 'HTTPS'): Readonly<Attributes> {
  const all = Object.entries(unsetIn(LISTENER_ATTRIBUTES));
  return Object.fromEntries(all.filter(([key]) => protocol === 'HTTPS' || !RENAMED_HEADERS.includes(key)));
}

/** Of a target group with instances or addresses. */
export const TARGET_GROUP_DEFAULTS = unsetIn(TARGET_GROUP_ATTRIBUTES);
