// The load balancer kind (aws-model 3.3, 3.4).
import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeCapacityReservationCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  type LoadBalancer,
  ModifyCapacityReservationCommand,
  ModifyIpPoolsCommand,
  ModifyLoadBalancerAttributesCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { attributeChange } from '../../../alb/kinds/attributes.ts';
import type { Found } from '../../../alb/kinds/kind.ts';
import { identity, tagList } from '../../../alb/kinds/tags.ts';
import type { Attributes, IpAddressType, Tags } from '../../../api/aws.ts';
import type { Aws } from '../client.ts';
import { attributeMap, writeAttributes } from './attributes.ts';
import { kindCalls, present, removing } from './kind.ts';
import { writeShield, writeWebAcl } from './protections.ts';
import { readTagsOf, writeTags } from './tags.ts';

type FoundLoadBalancer = Found<'loadBalancer'>;

/** A described load balancer as we know it; `attributes` and `tags` come from their own calls. */
export function fromAws(wire: LoadBalancer, tags: Tags, attributes: Attributes): FoundLoadBalancer {
  return {
    kind: 'loadBalancer',
    arn: present(wire.LoadBalancerArn, 'LoadBalancerArn'),
    ...identity(tags),
    spec: {
      name: wire.LoadBalancerName ?? '',
      scheme: wire.Scheme === 'internet-facing' ? 'internet-facing' : 'internal',
      ipAddressType: addressType(wire.IpAddressType),
      subnets: (wire.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
      securityGroups: wire.SecurityGroups ?? [],
      attributes,
      ...pool('customerOwnedPool', wire.CustomerOwnedIpv4Pool),
      ...pool('ipamPool', wire.IpamPools?.Ipv4IpamPoolId),
      tags,
    },
    extra: {
      dnsName: wire.DNSName ?? '',
      hostedZoneId: wire.CanonicalHostedZoneId ?? '',
      state: wire.State?.Code ?? '',
      ...(wire.VpcId === undefined ? {} : { vpcId: wire.VpcId }),
      ...(wire.CreatedTime === undefined ? {} : { created: wire.CreatedTime.toISOString() }),
    },
  };
}

function addressType(type: string | undefined): IpAddressType {
  return type === 'dualstack' || type === 'dualstack-without-public-ipv4' ? type : 'ipv4';
}

const pool = <N extends string>(name: N, id: string | undefined): { [P in N]?: string } =>
  id === undefined || id === '' ? {} : ({ [name]: id } as { [P in N]?: string });

/** The reserved capacity of a load balancer, in load balancer capacity units; 0 without a reservation. */
export async function readCapacity(aws: Aws, arn: string): Promise<number> {
  const answer = await aws.elbv2.send(new DescribeCapacityReservationCommand({ LoadBalancerArn: arn }));
  return answer.MinimumLoadBalancerCapacity?.CapacityUnits ?? 0;
}

/** Asks for a reservation, or gives it back with 0 (aws-model 8.4). */
async function writeCapacity(aws: Aws, LoadBalancerArn: string, units: number): Promise<void> {
  const wanted =
    units === 0
      ? { ResetCapacityReservation: true }
      : { MinimumLoadBalancerCapacity: { CapacityUnits: units } };
  await aws.elbv2.send(new ModifyCapacityReservationCommand({ LoadBalancerArn, ...wanted }));
}

/** The attributes of a load balancer. */
export async function readAttributes(aws: Aws, arn: string): Promise<Attributes> {
  const answer = await aws.elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }));
  return attributeMap(answer.Attributes);
}

const subnetMappings = (subnets: readonly string[]) => subnets.map((SubnetId) => ({ SubnetId }));

export const loadBalancerCalls = kindCalls({
  kind: 'loadBalancer',
  nameOf: ({ name }) => `load balancer ${name}`,
  way: 'delete that one, or say another name with alb.ingress.kubernetes.io/load-balancer-name',
  async make(aws, wanted, resolve) {
    const { LoadBalancers } = await aws.elbv2.send(
      new CreateLoadBalancerCommand({
        Name: wanted.name,
        Type: 'application',
        Scheme: wanted.scheme,
        IpAddressType: wanted.ipAddressType,
        SubnetMappings: subnetMappings(wanted.subnets),
        SecurityGroups: wanted.securityGroups.map(resolve),
        ...(wanted.customerOwnedPool === undefined
          ? {}
          : { CustomerOwnedIpv4Pool: wanted.customerOwnedPool }),
        ...(wanted.ipamPool === undefined ? {} : { IpamPools: { Ipv4IpamPoolId: wanted.ipamPool } }),
        Tags: tagList(wanted.tags),
      }),
    );
    return fromAws(present(LoadBalancers?.[0], 'LoadBalancers'), wanted.tags, {});
  },
  later: ['attributes'],
  async twin(aws, { name }) {
    const { LoadBalancers } = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: [name] }));
    const [wire] = LoadBalancers ?? [];
    if (wire === undefined) return undefined;
    const arn = present(wire.LoadBalancerArn, 'LoadBalancerArn');
    const tags = await readTagsOf(aws, arn);
    return { tags, read: async () => fromAws(wire, tags, await readAttributes(aws, arn)) };
  },
  async modify(aws, found, wanted, changed, resolve) {
    const LoadBalancerArn = found.arn;
    const spec = { ...found.spec };
    if (changed.includes('ipamPool') && wanted.ipamPool === undefined) {
      await aws.elbv2.send(new ModifyIpPoolsCommand({ LoadBalancerArn, RemoveIpamPools: ['ipv4'] }));
      delete spec.ipamPool;
    }
    if (changed.includes('tags'))
      spec.tags = await writeTags(aws, found.arn, wanted.tags, spec.tags, 'keepLegacy');
    if (changed.includes('securityGroups')) {
      spec.securityGroups = wanted.securityGroups.map(resolve);
      const SecurityGroups = wanted.securityGroups.map(resolve);
      await aws.elbv2.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups }));
    }
    if (changed.includes('subnets')) {
      spec.subnets = wanted.subnets;
      const SubnetMappings = subnetMappings(wanted.subnets);
      await aws.elbv2.send(new SetSubnetsCommand({ LoadBalancerArn, SubnetMappings }));
    }
    if (changed.includes('ipAddressType')) {
      spec.ipAddressType = wanted.ipAddressType;
      await aws.elbv2.send(
        new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType: wanted.ipAddressType }),
      );
    }
    if (changed.includes('attributes')) {
      await writeAttributes(attributeChange(wanted.attributes, spec.attributes), (Attributes) =>
        aws.elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })),
      );
      spec.attributes = { ...spec.attributes, ...wanted.attributes };
    }
    if (changed.includes('ipamPool') && wanted.ipamPool !== undefined) {
      const IpamPools = { Ipv4IpamPoolId: wanted.ipamPool };
      await aws.elbv2.send(new ModifyIpPoolsCommand({ LoadBalancerArn, IpamPools }));
      spec.ipamPool = wanted.ipamPool;
    }
    if (changed.includes('capacityUnits') && wanted.capacityUnits !== undefined) {
      await writeCapacity(aws, found.arn, wanted.capacityUnits);
      spec.capacityUnits = wanted.capacityUnits;
    }
    if (changed.includes('webAcl') && wanted.webAcl !== undefined)
      spec.webAcl = await writeWebAcl(aws, found.arn, { wanted: wanted.webAcl, known: spec.webAcl });
    if (changed.includes('shield') && wanted.shield !== undefined)
      spec.shield = await writeShield(aws, found.arn, wanted.shield);
    return { ...found, ...identity(spec.tags), spec };
  },
  /** Deletion protection is somebody's word: it is never switched off here, the removal waits (`OperationNotPermitted`). */
  remove: (aws, found) =>
    removing(
      () => aws.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: found.arn })),
      'OperationNotPermitted',
    ),
});
