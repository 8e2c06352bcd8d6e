// The security group kind: the managed frontend group of a load balancer (aws-model 5.3, 5.4).
import type { Permission } from '../../api/aws.ts';
import { networkOf } from '../../api/validate/cidr.ts';
import { mapEntries } from './attributes.ts';
import { arnOf, type Resolve, type SchemaOf, sameSet } from './kind.ts';
import { sameTagsKeepingLegacy } from './tags.ts';

/** What makes two permissions the same one: not the description (aws-model 5.4), nor how a network is written. */
export function permissionKey(
  { protocol, fromPort, toPort, source }: Permission,
  resolve: Resolve = arnOf,
): string {
  const from =
    'cidr' in source
      ? `IpRange: ${networkOf(source.cidr)}`
      : 'cidr6' in source
        ? `Ipv6Range: ${networkOf(source.cidr6)}`
        : 'prefixList' in source
          ? `PrefixListId: ${source.prefixList}`
          : `UserIdGroupPair: ${resolve(source.group)}`;
  return `IpProtocol: ${protocol}, FromPort: ${fromPort}, ToPort: ${toPort}, ${from}`;
}

export const securityGroup: SchemaOf<'securityGroup'> = {
  kind: 'securityGroup',
  order: 0,
  fields: {
    name: { change: 'createOnly' },
    description: { change: 'createOnly' },
    ingress: {
      change: 'modify',
      equal: (wanted, found) =>
        sameSet(
          wanted.map((one) => permissionKey(one)),
          found.map((one) => permissionKey(one)),
        ),
      entries: (wanted, found = []) => {
        const known = new Set(found.map((one) => permissionKey(one)));
        const all = wanted.map((value) => ({ entry: permissionKey(value), value }));
        return all.filter(({ entry }) => !known.has(entry));
      },
    },
    tags: { change: 'modify', equal: sameTagsKeepingLegacy, entries: mapEntries },
  },
};
