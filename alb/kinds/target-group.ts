// The target group kind (aws-model 3.3, 3.6, 6.2, 6.3).
import { TARGET_GROUP_DEFAULTS } from '../../api/defaults.ts';
import { mapEntries, sameAttributes } from './attributes.ts';
import { freeName, type SchemaOf } from './kind.ts';
import { sameTagsKeepingLegacy } from './tags.ts';

export const targetGroup: SchemaOf<'targetGroup'> = {
  kind: 'targetGroup',
  order: 1,
  fields: {
    name: { change: 'createOnly' },
    targetType: { change: 'replace' },
    port: { change: 'createOnly' },
    protocol: { change: 'replace' },
    protocolVersion: { change: 'replace' },
    // Addresses of the other family cannot be registered.
    ipAddressType: { change: 'replace' },
    targetControlPort: { change: 'replace', optional: false },
    healthCheck: { change: 'modify' },
    attributes: {
      change: 'modify',
      equal: sameAttributes,
      entries: mapEntries,
      unsaid: () => TARGET_GROUP_DEFAULTS,
      action: 'ModifyTargetGroupAttributes',
    },
    tags: { change: 'modify', equal: sameTagsKeepingLegacy, entries: mapEntries },
  },
  /** AWS: a target group belongs to one load balancer at most (aws-limits TG9, `TargetGroupAssociationLimit`). */
  heldBy: ({ extra }) => extra.loadBalancerArns ?? [],
  successor: (spec, predecessors) => ({ ...spec, name: freeName(spec.name, predecessors) }),
};
