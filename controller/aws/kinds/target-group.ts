// The target group kind (aws-model 3.3, 3.6, 6.2, 6.3).
import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { attributeChange } from '../../../alb/kinds/attributes.ts';
import type { Found } from '../../../alb/kinds/kind.ts';
import { identity, tagList } from '../../../alb/kinds/tags.ts';
import type { Attributes, HealthCheck, Tags, TargetGroupSpec } from '../../../api/aws.ts';
import type { Aws } from '../client.ts';
import { attributeMap, writeAttributes } from './attributes.ts';
import { kindCalls, present, removing } from './kind.ts';
import { readTagsOf, writeTags } from './tags.ts';

type FoundTargetGroup = Found<'targetGroup'>;

/** A described target group as we know it; `attributes` and `tags` come from their own calls. */
export function fromAws(wire: TargetGroup, tags: Tags, attributes: Attributes): FoundTargetGroup {
  const healthCheck: HealthCheck = {
    port: wire.HealthCheckPort ?? 'traffic-port',
    protocol: wire.HealthCheckProtocol === 'HTTPS' ? 'HTTPS' : 'HTTP',
    path: wire.HealthCheckPath ?? '',
    intervalSeconds: wire.HealthCheckIntervalSeconds ?? 0,
    timeoutSeconds: wire.HealthCheckTimeoutSeconds ?? 0,
    healthyThreshold: wire.HealthyThresholdCount ?? 0,
    unhealthyThreshold: wire.UnhealthyThresholdCount ?? 0,
    matcher: wire.Matcher?.GrpcCode || wire.Matcher?.HttpCode || '',
  };
  return {
    kind: 'targetGroup',
    arn: present(wire.TargetGroupArn, 'TargetGroupArn'),
    ...identity(tags),
    spec: {
      name: wire.TargetGroupName ?? '',
      targetType: wire.TargetType === 'ip' ? 'ip' : 'instance',
      port: wire.Port ?? 0,
      protocol: wire.Protocol === 'HTTPS' ? 'HTTPS' : 'HTTP',
      protocolVersion: versionOf(wire.ProtocolVersion),
      ipAddressType: wire.IpAddressType === 'ipv6' ? 'ipv6' : 'ipv4',
      ...(wire.TargetControlPort === undefined ? {} : { targetControlPort: wire.TargetControlPort }),
      healthCheck,
      attributes,
      tags,
    },
    extra: {
      loadBalancerArns: [...new Set(wire.LoadBalancerArns ?? [])],
      ...(wire.VpcId === undefined ? {} : { vpcId: wire.VpcId }),
    },
  };
}

function versionOf(version: string | undefined): TargetGroupSpec['protocolVersion'] {
  return version === 'GRPC' || version === 'HTTP2' ? version : 'HTTP1';
}

function healthCheckToAws({ healthCheck, protocolVersion }: TargetGroupSpec) {
  return {
    HealthCheckEnabled: true,
    HealthCheckPort: healthCheck.port,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPath: healthCheck.path,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    Matcher:
      protocolVersion === 'GRPC' ? { GrpcCode: healthCheck.matcher } : { HttpCode: healthCheck.matcher },
  };
}

/** The attributes of a target group. */
export async function readAttributes(aws: Aws, arn: string): Promise<Attributes> {
  const answer = await aws.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }));
  return attributeMap(answer.Attributes);
}

export const targetGroupCalls = kindCalls({
  kind: 'targetGroup',
  nameOf: ({ name }) => `target group ${name}`,
  async make(aws, wanted) {
    const { TargetGroups } = await aws.elbv2.send(
      new CreateTargetGroupCommand({
        Name: wanted.name,
        TargetType: wanted.targetType,
        Port: wanted.port,
        Protocol: wanted.protocol,
        ProtocolVersion: wanted.protocolVersion,
        VpcId: aws.vpcId,
        ...(wanted.targetControlPort === undefined ? {} : { TargetControlPort: wanted.targetControlPort }),
        ...(wanted.ipAddressType === 'ipv4' ? {} : { IpAddressType: wanted.ipAddressType }),
        ...healthCheckToAws(wanted),
        Tags: tagList(wanted.tags),
      }),
    );
    return fromAws(present(TargetGroups?.[0], 'TargetGroups'), wanted.tags, {});
  },
  later: ['attributes'],
  async twin(aws, { name }) {
    const { TargetGroups } = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    const [wire] = TargetGroups ?? [];
    if (wire === undefined) return undefined;
    const arn = present(wire.TargetGroupArn, 'TargetGroupArn');
    const tags = await readTagsOf(aws, arn);
    return { tags, read: async () => fromAws(wire, tags, await readAttributes(aws, arn)) };
  },
  async modify(aws, found, wanted, changed) {
    const TargetGroupArn = found.arn;
    const spec = { ...found.spec };
    if (changed.includes('tags'))
      spec.tags = await writeTags(aws, found.arn, wanted.tags, spec.tags, 'keepLegacy');
    if (changed.includes('healthCheck')) {
      await aws.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...healthCheckToAws(wanted) }));
      spec.healthCheck = wanted.healthCheck;
    }
    if (changed.includes('attributes')) {
      await writeAttributes(attributeChange(wanted.attributes, spec.attributes), (Attributes) =>
        aws.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes })),
      );
      spec.attributes = { ...spec.attributes, ...wanted.attributes };
    }
    return { ...found, ...identity(spec.tags), spec };
  },
  remove: (aws, found) =>
    removing(() => aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: found.arn }))),
});
