// The load balancer kind (aws-model 3.3, 3.4).
import { loadBalancerDefaults } from '../../api/defaults.ts';
import { mapEntries, sameAttributes } from './attributes.ts';
import { arnOf, freeName, type SchemaOf, sameSet } from './kind.ts';
import { sameTagsKeepingLegacy } from './tags.ts';

/** What is not wanted is left as it is. */
const unwantedOrSame = <T>(wanted: T | undefined, found: T | undefined): boolean =>
  wanted === undefined || wanted === found;

export const loadBalancer: SchemaOf<'loadBalancer'> = {
  kind: 'loadBalancer',
  order: 2,
  fields: {
    name: { change: 'createOnly' },
    scheme: { change: 'replace' },
    ipAddressType: { change: 'modify' },
    subnets: { change: 'modify', equal: sameSet },
    securityGroups: {
      change: 'modify',
      equal: (wanted, found) => sameSet(wanted.map(arnOf), found.map(arnOf)),
    },
    attributes: {
      change: 'modify',
      equal: sameAttributes,
      entries: mapEntries,
      unsaid: ({ scheme }) => loadBalancerDefaults(scheme),
      action: 'ModifyLoadBalancerAttributes',
    },
    customerOwnedPool: { change: 'createOnly', optional: true },
    ipamPool: { change: 'modify', optional: true },
    capacityUnits: {
      change: 'modify',
      equal: unwantedOrSame,
      optional: true,
      since: 'active',
      unsaid: () => 0,
      action: 'ModifyCapacityReservation',
    },
    // What protects is asked for until it is there.
    webAcl: { change: 'modify', equal: unwantedOrSame, apart: true, optional: false, since: 'existing' },
    shield: {
      change: 'modify',
      optional: false,
      since: 'existing',
      // On or off: what somebody else protects is left as it is.
      equal: (wanted, found) => unwantedOrSame(wanted, found) || found === 'foreign',
      apart: true,
    },
    tags: { change: 'modify', equal: sameTagsKeepingLegacy, entries: mapEntries },
  },
  successor: (spec, predecessors) => ({ ...spec, name: freeName(spec.name, predecessors) }),
};
