// The load balancer kind (aws-model 3.3, 3.4).
import { sameAttributes } from './attributes.ts';
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
    attributes: { change: 'modify', equal: sameAttributes },
    customerOwnedPool: { change: 'createOnly' },
    ipamPool: { change: 'modify' },
    capacityUnits: { change: 'modify', equal: unwantedOrSame },
    webAcl: { change: 'modify', equal: unwantedOrSame, apart: true },
    shield: {
      change: 'modify',
      // On or off: what somebody else protects is left as it is.
      equal: (wanted, found) => unwantedOrSame(wanted, found) || found === 'foreign',
      apart: true,
    },
    tags: { change: 'modify', equal: sameTagsKeepingLegacy },
  },
  successor: (spec, predecessors) => ({ ...spec, name: freeName(spec.name, predecessors) }),
};
