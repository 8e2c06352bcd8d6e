// Look-ups in AWS that a group's decision needs, each remembered for a while. The choices themselves are pure and lie beside.
import { BlockList, isIPv6 } from 'node:net';
import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { PREFIX } from '../../api/annotation.ts';
import type { Tags } from '../../api/aws.ts';
import type { Problem, ProblemCode } from '../../api/problem.ts';
import type { Looked } from '../desire/facts.ts';
import { tagMap } from '../kinds/tags.ts';
import { remember } from './cache.ts';
import { type Aws, allPages } from './calls.ts';
import { chooseCertificates } from './certificate-choice.ts';
import { certificateReader } from './certificates.ts';
import { isFailure } from './errors.ts';
import { type SubnetRequest, subnetChooser } from './subnets.ts';

export interface SecurityGroupFact {
  readonly id: string;
  readonly tags: Tags;
}

/** Every look-up throws `AwsFailure` when AWS does not answer; what people got wrong is a problem. */
export interface Lookups {
  subnets(request: SubnetRequest): Promise<Looked<string[]>>;
  /** Ids for ids and Name tags: ids first, then all groups of each name (aws-model 5.2). */
  securityGroups(said: readonly string[]): Promise<Looked<string[]>>;
  /** ARNs of all issued certificates for the hosts, in ARN order. */
  certificates(hosts: readonly string[]): Promise<Looked<string[]>>;
  /** ARN of a target group that somebody else manages. */
  targetGroup(name: string): Promise<string | undefined>;
  /** Whether an address lies in a network of the VPC. */
  inVpc(address: string): Promise<boolean>;
  /** Security groups of the primary network interface of each instance (aws-model 5.7, 5.8); unknown instances are left out. */
  nodeInstances(ids: readonly string[]): Promise<Map<string, SecurityGroupFact[]>>;
}

const VPC_MS = 10 * 60_000;
const INSTANCE_MS = 10 * 60_000;
const TARGET_GROUP_MS = 20 * 60_000;

const annotationPath = (name: string): string => `metadata.annotations[${PREFIX}${name}]`;

function problem(
  code: ProblemCode,
  annotation: string,
  because: string,
  value?: string,
): { problem: Problem } {
  const path = annotationPath(annotation);
  return { problem: { code, severity: 'refuse', path, because, ...(value === undefined ? {} : { value }) } };
}

/** The look-ups, through `aws`. */
export function lookups(aws: Aws): Lookups {
  const choose = subnetChooser(aws);
  const certificates = certificateReader(aws);
  const vpc = remember(VPC_MS, () => readVpc(aws));
  const targetGroups = remember(TARGET_GROUP_MS, (name) => readTargetGroup(aws, name));
  return {
    async subnets(request) {
      const choice = await choose(request);
      if ('ids' in choice) return { value: choice.ids };
      return problem('SubnetsNotFound', 'subnets', choice.because, request.named?.join(','));
    },
    securityGroups: (said) => findSecurityGroups(aws, said),
    async certificates(hosts) {
      if (hosts.length === 0) {
        return problem(
          'CertificateNotFound',
          'certificate-arn',
          'the Ingress has no host name to find a certificate by',
        );
      }
      const { arns, uncovered } = chooseCertificates(hosts, await certificates());
      if (uncovered.length === 0) return { value: arns };
      return problem(
        'CertificateNotFound',
        'certificate-arn',
        `no issued certificate in ACM is for ${uncovered.join(', ')}`,
      );
    },
    async targetGroup(name) {
      const arn = await targetGroups.get(name);
      if (arn === undefined) targetGroups.forget(name);
      return arn;
    },
    inVpc: async (address) => (await vpc.get('vpc')).check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
    nodeInstances: instanceReader(aws),
  };
}

async function findSecurityGroups(aws: Aws, said: readonly string[]): Promise<Looked<string[]>> {
  const ids = said.filter((entry) => entry.startsWith('sg-'));
  const names = [...new Set(said.filter((entry) => !entry.startsWith('sg-')))];
  const refuse = (because: string) =>
    problem('SecurityGroupNotFound', 'security-groups', because, said.join(','));
  const found: string[] = [];
  if (ids.length > 0) {
    try {
      const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ids }));
      found.push(...(SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []));
    } catch (thrown) {
      if (!isFailure(thrown, 'notFound', 'refused')) throw thrown;
      return refuse(thrown.message);
    }
    const missing = ids.filter((id) => !found.includes(id));
    if (missing.length > 0) return refuse(`${missing.join(', ')} not found`);
  }
  if (names.length > 0) {
    const Filters = [
      { Name: 'tag:Name', Values: names },
      { Name: 'vpc-id', Values: [aws.vpcId] },
    ];
    const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const groups = (SecurityGroups ?? []).map(({ GroupId, Tags }) => ({
      id: GroupId ?? '',
      name: tagMap(Tags).Name,
    }));
    const missing = names.filter((name) => !groups.some((group) => group.name === name));
    if (missing.length > 0)
      return refuse(`no security group in the VPC has the Name tag ${missing.join(', ')}`);
    found.push(...groups.map(({ id }) => id));
  }
  return { value: found };
}

async function readTargetGroup(aws: Aws, name: string): Promise<string | undefined> {
  try {
    const { TargetGroups } = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups?.[0]?.TargetGroupArn;
  } catch (thrown) {
    if (isFailure(thrown, 'notFound')) return undefined;
    throw thrown;
  }
}

async function readVpc(aws: Aws): Promise<BlockList> {
  const { Vpcs } = await aws.ec2.send(new DescribeVpcsCommand({ VpcIds: [aws.vpcId] }));
  const networks = new BlockList();
  const add = (cidr: string | undefined, state: string | undefined): void => {
    const [address, bits] = (cidr ?? '').split('/');
    if (address === undefined || bits === undefined || state !== 'associated') return;
    networks.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  };
  for (const vpc of Vpcs ?? []) {
    for (const one of vpc.CidrBlockAssociationSet ?? []) add(one.CidrBlock, one.CidrBlockState?.State);
    for (const one of vpc.Ipv6CidrBlockAssociationSet ?? [])
      add(one.Ipv6CidrBlock, one.Ipv6CidrBlockState?.State);
  }
  return networks;
}

/** Most values of one filter (EC2 API Reference: filtering). */
const FILTER_VALUES = 200;

function readInstances(aws: Aws, ids: readonly string[]): Promise<Instance[]> {
  const Filters = [{ Name: 'instance-id', Values: [...ids] }];
  return allPages(async (NextToken) => {
    const page = await aws.ec2.send(new DescribeInstancesCommand({ Filters, NextToken }));
    return { items: page.Reservations?.flatMap(({ Instances }) => Instances ?? []), token: page.NextToken };
  });
}

/** Remembers instances one by one, and asks for those not yet known in one call. */
function instanceReader(aws: Aws): Lookups['nodeInstances'] {
  const known = new Map<string, { readonly groups: SecurityGroupFact[]; readonly until: number }>();
  return async (ids) => {
    const now = performance.now();
    for (const [id, { until }] of known) if (until <= now) known.delete(id);
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));
    for (let start = 0; start < unknown.length; start += FILTER_VALUES) {
      const instances = await readInstances(aws, unknown.slice(start, start + FILTER_VALUES));
      // Tags decide only where an interface has several groups.
      const several = instances.map(primaryGroups).filter(({ length }) => length > 1);
      const groupsOf = await tagsOfGroups(aws, several.flat());
      for (const instance of instances) {
        const groups = primaryGroups(instance).map((id) => ({ id, tags: groupsOf.get(id) ?? {} }));
        known.set(instance.InstanceId ?? '', { groups, until: now + INSTANCE_MS });
      }
    }
    return new Map(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id)?.groups ?? []]] : [])));
  };
}

function primaryGroups({ NetworkInterfaces }: Instance): string[] {
  const primary = NetworkInterfaces?.find(({ Attachment }) => Attachment?.DeviceIndex === 0);
  return (primary?.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
}

async function tagsOfGroups(aws: Aws, ids: readonly string[]): Promise<Map<string, Tags>> {
  const GroupIds = [...new Set(ids)];
  if (GroupIds.length === 0) return new Map();
  const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
  return new Map((SecurityGroups ?? []).map(({ GroupId, Tags }) => [GroupId ?? '', tagMap(Tags)]));
}

/** The one group that target rules are written to: the only one, or the only one tagged for the cluster (aws-model 5.7). Pure. */
export function endpointGroup(groups: readonly SecurityGroupFact[], clusterName: string): string | undefined {
  if (groups.length === 1) return groups[0]?.id;
  const tagged = groups.filter(({ tags }) => `kubernetes.io/cluster/${clusterName}` in tags);
  return tagged.length === 1 ? tagged[0]?.id : undefined;
}
