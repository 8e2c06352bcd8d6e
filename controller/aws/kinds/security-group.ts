// The security group kind: the managed frontend group of a load balancer (aws-model 5.3, 5.4).
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { isFailure } from '../../../alb/failures/failure.ts';
import type { Found, Resolve } from '../../../alb/kinds/kind.ts';
import { permissionKey } from '../../../alb/kinds/security-group.ts';
import { identity, type TagChange, tagChange, tagList, tagMap, tagsAfter } from '../../../alb/kinds/tags.ts';
import type { Permission } from '../../../api/aws.ts';
import type { Aws } from '../client.ts';
import { kindCalls, present, removing } from './kind.ts';

type FoundGroup = Found<'securityGroup'>;

/** One wire permission for one source. */
export function permissionToAws(
  { protocol, fromPort, toPort, source, description }: Permission,
  resolve: Resolve,
): IpPermission {
  const Description = description === undefined || description === '' ? {} : { Description: description };
  const ports = { IpProtocol: protocol, FromPort: fromPort, ToPort: toPort };
  if ('cidr' in source) return { ...ports, IpRanges: [{ CidrIp: source.cidr, ...Description }] };
  if ('cidr6' in source) return { ...ports, Ipv6Ranges: [{ CidrIpv6: source.cidr6, ...Description }] };
  if ('prefixList' in source)
    return { ...ports, PrefixListIds: [{ PrefixListId: source.prefixList, ...Description }] };
  return { ...ports, UserIdGroupPairs: [{ GroupId: resolve(source.group), ...Description }] };
}

/** Expands described permissions to one source each; missing ports count as 0. */
export function permissionsFromAws(list: readonly IpPermission[] | undefined): Permission[] {
  return (list ?? []).flatMap((wire) => {
    const one = (source: Permission['source'], description: string | undefined): Permission => ({
      protocol: wire.IpProtocol ?? '',
      fromPort: wire.FromPort ?? 0,
      toPort: wire.ToPort ?? 0,
      source,
      ...(description === undefined || description === '' ? {} : { description }),
    });
    return [
      ...(wire.IpRanges ?? []).map((range) => one({ cidr: range.CidrIp ?? '' }, range.Description)),
      ...(wire.Ipv6Ranges ?? []).map((range) => one({ cidr6: range.CidrIpv6 ?? '' }, range.Description)),
      ...(wire.PrefixListIds ?? []).map((list) =>
        one({ prefixList: list.PrefixListId ?? '' }, list.Description),
      ),
      ...(wire.UserIdGroupPairs ?? []).map((pair) => one({ group: pair.GroupId ?? '' }, pair.Description)),
    ];
  });
}

/** A described security group as we know it. */
export function fromAws(wire: SecurityGroup): FoundGroup {
  const tags = tagMap(wire.Tags);
  return {
    kind: 'securityGroup',
    arn: present(wire.GroupId, 'GroupId'),
    ...identity(tags),
    spec: {
      name: wire.GroupName ?? '',
      description: wire.Description ?? '',
      ingress: permissionsFromAws(wire.IpPermissions),
      tags,
    },
    extra: wire.VpcId === undefined ? {} : { vpcId: wire.VpcId },
  };
}

/** Writes the tags of a security group: changed pairs only, additions first. */
export async function writeGroupTags(aws: Aws, id: string, change: TagChange): Promise<void> {
  if (change.add.length > 0) await aws.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: change.add }));
  if (change.remove.length > 0)
    await aws.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: change.remove }));
}

/** Lets in by these rules; no call for none. */
export async function authorize(
  aws: Aws,
  GroupId: string,
  list: readonly Permission[],
  resolve: Resolve,
): Promise<void> {
  const IpPermissions = list.map((one) => permissionToAws(one, resolve));
  if (list.length > 0)
    await aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

/** Takes these rules away; no call for none. */
export async function revoke(
  aws: Aws,
  GroupId: string,
  list: readonly Permission[],
  resolve: Resolve,
): Promise<void> {
  const IpPermissions = list.map((one) => permissionToAws(one, resolve));
  if (list.length > 0) await aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

/** Authorizes what is missing, then revokes what is too much; the other way round when the group is full (aws-model 5.4). */
async function writePermissions(
  aws: Aws,
  found: FoundGroup,
  wanted: readonly Permission[],
  resolve: Resolve,
): Promise<void> {
  const have = new Set(found.spec.ingress.map((permission) => permissionKey(permission, resolve)));
  const want = new Set(wanted.map((permission) => permissionKey(permission, resolve)));
  const missing = wanted.filter((permission) => !have.has(permissionKey(permission, resolve)));
  const extra = found.spec.ingress.filter((permission) => !want.has(permissionKey(permission, resolve)));
  try {
    await authorize(aws, found.arn, missing, resolve);
  } catch (thrown) {
    if (!isFailure(thrown, 'limit') || extra.length === 0) throw thrown;
    await revoke(aws, found.arn, extra, resolve);
    await authorize(aws, found.arn, missing, resolve);
    return;
  }
  await revoke(aws, found.arn, extra, resolve);
}

export const securityGroupCalls = kindCalls({
  kind: 'securityGroup',
  nameOf: ({ name }) => `security group ${name}`,
  way: 'delete that one, or name groups of your own with alb.ingress.kubernetes.io/security-groups',
  async make(aws, wanted) {
    const { GroupId } = await aws.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: wanted.name,
        Description: wanted.description,
        VpcId: aws.vpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tagList(wanted.tags) }],
      }),
    );
    return {
      kind: 'securityGroup',
      arn: present(GroupId, 'GroupId'),
      ...identity(wanted.tags),
      spec: { ...wanted, ingress: [] },
      extra: { vpcId: aws.vpcId },
    };
  },
  later: ['ingress'],
  async twin(aws, { name }) {
    const Filters = [
      { Name: 'vpc-id', Values: [aws.vpcId] },
      { Name: 'group-name', Values: [name] },
    ];
    const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const [wire] = SecurityGroups ?? [];
    if (wire === undefined) return undefined;
    const found = fromAws(wire);
    return { tags: found.spec.tags, read: async () => found };
  },
  async modify(aws, found, wanted, changed, resolve) {
    const change = tagChange(wanted.tags, found.spec.tags, 'keepLegacy');
    if (changed.includes('tags')) await writeGroupTags(aws, found.arn, change);
    if (changed.includes('ingress')) await writePermissions(aws, found, wanted.ingress, resolve);
    const ingress = wanted.ingress.map((one) =>
      'group' in one.source ? { ...one, source: { group: resolve(one.source.group) } } : one,
    );
    const tags = changed.includes('tags') ? tagsAfter(found.spec.tags, change) : found.spec.tags;
    return {
      ...found,
      ...identity(tags),
      spec: { ...found.spec, tags, ingress: changed.includes('ingress') ? ingress : found.spec.ingress },
    };
  },
  remove: (aws, found) =>
    removing(() => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: found.arn }))),
});
