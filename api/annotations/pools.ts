// Descriptors of the annotations about address pools and reserved capacity (spec annotations 5.5, 5.6, 5.8).
import { annotation, onLoadBalancer } from '../annotation.ts';

/** The only key of minimum-load-balancer-capacity. */
export const CAPACITY_UNITS = 'CapacityUnits';

export const customerOwnedPool = annotation('customer-owned-ipv4-pool', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    maxLength: 256,
    pattern: '^ipv4pool-coip-[a-zA-Z0-9]+$',
    description: 'the id of a customer-owned address pool: ipv4pool-coip- and letters and digits',
  },
  merge: 'same',
  effect: onLoadBalancer((lb, pool) => {
    lb.customerOwnedPool = pool;
  }),
  doc: 'Pool of customer-owned addresses, for load balancers on Outposts. A running load balancer keeps its pool.',
  examples: { good: ['ipv4pool-coip-0123456789abcdef0'], bad: ['', 'ipv4pool-coip-12_34', 'coip-1'] },
});

export const ipamPool = annotation('ipam-ipv4-pool-id', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    maxLength: 1000,
    pattern: '^(ipam-pool-[a-zA-Z0-9]+)?$',
    description: 'the id of an IPAM pool: ipam-pool- and letters and digits',
  },
  merge: 'same',
  effect: onLoadBalancer((lb, pool) => {
    if (pool !== '') lb.ipamPool = pool;
  }),
  doc: 'IPAM pool that the public IPv4 addresses of an internet-facing load balancer come from. Empty: none.',
  examples: { good: ['ipam-pool-0123456789abcdef0', ''], bad: ['pool-0f1e', 'ipam-pool-'] },
});

export const minimumCapacity = annotation('minimum-load-balancer-capacity', {
  on: ['Ingress'],
  schema: {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: `${CAPACITY_UNITS}=N, where N is 0 or an integer of at least 100`,
  },
  merge: 'union',
  effect: onLoadBalancer((lb, capacity) => {
    const units = capacity[CAPACITY_UNITS];
    if (units !== undefined) lb.capacityUnits = Number(units);
  }),
  doc: 'Load balancer capacity units that stay reserved, as CapacityUnits=N; 0 gives a reservation back, and so does taking it away when it was reserved for it.',
  examples: {
    good: ['CapacityUnits=1500', 'CapacityUnits=0', ''],
    bad: ['1500', 'CapacityUnits=lots', 'CapacityUnits=-5', 'CapacityUnits=50', 'Burst=100'],
  },
});
