// Look-ups in AWS that a group's decision needs, each remembered for a while. The choices themselves are pure and lie beside.

import { BlockList, isIPv6 } from 'node:net';
import { DescribeSecurityGroupsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetSubscriptionStateCommand } from '@aws-sdk/client-shield';
import { ListWebACLsCommand } from '@aws-sdk/client-wafv2';
import type { Looked } from '../../alb/desire/facts.ts';
import { isFailure } from '../../alb/failures/failure.ts';
import type { Gates } from '../../alb/feature-gates.ts';
import { tagMap } from '../../alb/kinds/tags.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type ProblemCode, refusal } from '../../api/problems/problem.ts';
import { type Aws, allPages, unlessGone } from '../aws/client.ts';
import { remember } from './cache.ts';
import { chooseCertificates } from './certificate-choice.ts';
import { certificateReader } from './certificates.ts';
import { type InterfaceOwner, InterfaceReader, type SecurityGroupFact } from './network-interfaces.ts';
import { type SubnetRequest, subnetChooser } from './subnets.ts';
import { trustStoreReader } from './trust-stores.ts';

/** Every look-up throws `AwsFailure` when AWS does not answer; what people got wrong is a problem. */
export interface Lookups {
  subnets(request: SubnetRequest): Promise<Looked<string[]>>;
  /** Ids for ids and Name tags: ids first, then all groups of each name (aws-model 5.2). */
  securityGroups(said: readonly string[]): Promise<Looked<string[]>>;
  /** ARNs of all issued certificates for the hosts, in ARN order. */
  certificates(hosts: readonly string[]): Promise<Looked<string[]>>;
  /** ARN of a target group that somebody else manages. */
  targetGroup(name: string): Promise<string | undefined>;
  /** ARNs of the trust stores that exist, by name (aws-model 3.9). */
  trustStores(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** ARN of the regional web ACL of a name. */
  webAcl(name: string): Promise<string | undefined>;
  /** Whether the account has an active subscription to Shield Advanced. */
  subscribed(): Promise<boolean>;
  /** Whether an address lies in a network of a VPC; of the cluster's when none is named. */
  inVpc(address: string, vpcId?: string): Promise<boolean>;
  /** Security groups of the network interface at each place, by `keyOfPlace`; a place that is not known is left out. */
  interfaceGroups(places: readonly InterfaceOwner[]): Promise<Map<string, SecurityGroupFact[]>>;
}

const VPC_MS = 10 * 60_000;
const TARGET_GROUP_MS = 20 * 60_000;
const WEB_ACL_MS = 60 * 60_000;
const SUBSCRIPTION_MS = 2 * 60 * 60_000;

const problem = (code: ProblemCode, annotation: string, because: string, value?: string) => ({
  problem: refusal(code, annotationPath(annotation), { because, value }),
});

export interface LookupOptions {
  readonly gates?: Gates;
  /** Certificates are found among those of these authorities only; all of them when empty. */
  readonly authorities?: readonly string[];
}

/** The look-ups, through `aws`. */
export function lookups(aws: Aws, { gates, authorities }: LookupOptions = {}): Lookups {
  const choose = subnetChooser(aws, gates);
  const certificates = certificateReader(aws, authorities);
  const vpc = remember(VPC_MS, (id) => readVpc(aws, id));
  const targetGroups = remember(TARGET_GROUP_MS, (name) => readTargetGroup(aws, name));
  const webAcls = remember<string | undefined>(
    // One that is not there may be made at any time.
    (arn) => (arn === undefined ? 0 : WEB_ACL_MS),
    (name) => readWebAclNamed(aws, name),
  );
  const interfaces = new InterfaceReader(aws);
  const subscription = remember(SUBSCRIPTION_MS, () => aws.shield.send(new GetSubscriptionStateCommand()));
  return {
    async subnets(request) {
      const choice = await choose(request);
      if ('ids' in choice) return { value: choice.ids };
      return problem('SubnetsNotFound', 'subnets', choice.because, request.named?.join(','));
    },
    securityGroups: (said) => findSecurityGroups(aws, said),
    async certificates(hosts) {
      const none = (because: string) => problem('CertificateNotFound', 'certificate-arn', because);
      if (hosts.length === 0) return none('the Ingress has no host name to find a certificate by');
      const { arns, uncovered } = chooseCertificates(hosts, await certificates());
      if (uncovered.length === 0) return { value: arns };
      return none(`no issued certificate in ACM is for ${uncovered.join(', ')}`);
    },
    async targetGroup(name) {
      const arn = await targetGroups.get(name);
      if (arn === undefined) targetGroups.forget(name);
      return arn;
    },
    trustStores: trustStoreReader(aws),
    webAcl: (name) => webAcls.get(name),
    subscribed: async () => (await subscription.get('account')).SubscriptionState === 'ACTIVE',
    inVpc: async (address, vpcId = aws.vpcId) =>
      (await vpc.get(vpcId)).check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
    interfaceGroups: (places) => interfaces.of(places),
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
    // EC2 takes names with wildcards: there must be as many different ones as are asked for.
    const missing = names.filter((name) => !groups.some((group) => group.name === name));
    const different = new Set(groups.map(({ name }) => name)).size;
    if (different < names.length)
      return refuse(`no security group in the VPC has the Name tag ${missing.join(', ')}`);
    if (different > names.length)
      return refuse(`${missing.join(', ')} stands for security groups of several Name tags`);
    found.push(...groups.map(({ id }) => id));
  }
  return { value: found };
}

async function readTargetGroup(aws: Aws, name: string): Promise<string | undefined> {
  const read = await unlessGone(aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] })));
  return read?.TargetGroups?.[0]?.TargetGroupArn;
}

async function readWebAclNamed(aws: Aws, name: string): Promise<string | undefined> {
  const all = await allPages(async (NextMarker) => {
    const page = await aws.wafv2.send(new ListWebACLsCommand({ Scope: 'REGIONAL', Limit: 100, NextMarker }));
    return { items: page.WebACLs, token: page.NextMarker };
  });
  return all.find(({ Name }) => Name === name)?.ARN;
}

/** The networks of a VPC. One of another account may not be ours to see: nothing lies in it then (aws-model 6.7). */
async function readVpc(aws: Aws, id: string): Promise<BlockList> {
  const reading = aws.ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }));
  const read = id === aws.vpcId ? await reading : await unlessGone(reading);
  const networks = new BlockList();
  const add = (cidr: string | undefined, state: string | undefined): void => {
    const [address, bits] = (cidr ?? '').split('/');
    if (address === undefined || bits === undefined || state !== 'associated') return;
    networks.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  };
  for (const vpc of read?.Vpcs ?? []) {
    for (const one of vpc.CidrBlockAssociationSet ?? []) add(one.CidrBlock, one.CidrBlockState?.State);
    for (const one of vpc.Ipv6CidrBlockAssociationSet ?? [])
      add(one.Ipv6CidrBlock, one.Ipv6CidrBlockState?.State);
  }
  return networks;
}
