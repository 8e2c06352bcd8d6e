// The rest of the account, asked of moto when a call needs it and remembered until something there may have changed.
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type SecurityGroup as Ec2Group,
  type Subnet as Ec2Subnet,
} from '@aws-sdk/client-ec2';
import { emptyWorld, type World } from '../elb/state.ts';
import type { Needs } from './needs.ts';

export interface WorldReader {
  /** What is known; filled by `gather`. */
  readonly world: World;
  /** Looks up what is needed and not known yet. What does not exist stays absent. */
  gather(needs: Needs): Promise<void>;
  /** To be told of every call that passes through to moto. */
  passedThrough(service: string, action: string): void;
  /** Whether network interfaces have a security group. */
  attached(groupId: string): Promise<boolean>;
  /** Whether rules of other security groups name one. */
  referenced(groupId: string): Promise<boolean>;
  /** Makes a certificate known that ACM does not hold. */
  addCertificate(arn: string): void;
  close(): void;
}

/** Calls that change nothing of what we remember: what is new is looked up when it is first named. */
const HARMLESS =
  /^(Describe|Get|List|Search|Create|Import|Request|Authorize|Revoke|Allocate|Update|Modify(SecurityGroup|NetworkInterface)|AddTags|RemoveTags)|^DeleteTags$/;

export function readWorld(motoUrl: string, region: string): WorldReader {
  const config = {
    endpoint: motoUrl,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const ec2 = new EC2Client(config);
  const acm = new ACMClient(config);
  const world = emptyWorld();
  const given = new Set<string>();
  const subnetsRead = new Set<string>();
  return {
    world,
    async gather(needs) {
      await Promise.all([
        gatherVpcs(ec2, world, needs.vpcs),
        gatherSubnets(ec2, world, needs.subnets),
        gatherSubnetsOf(ec2, world, needs.subnetsOf, subnetsRead),
        gatherGroups(ec2, world, needs.securityGroups),
        gatherInstances(ec2, world, needs.instances),
        gatherCertificates(acm, world, needs.certificates),
      ]);
      if (needs.defaultGroup) await gatherDefaultGroup(ec2, world, needs.subnets);
    },
    passedThrough(service, action) {
      if (HARMLESS.test(action)) return;
      if (service === 'ec2') {
        subnetsRead.clear();
        for (const known of [world.vpcs, world.subnets, world.securityGroups, world.instances]) known.clear();
      }
      if (service === 'acm')
        for (const arn of world.certificates) if (!given.has(arn)) world.certificates.delete(arn);
    },
    async attached(groupId) {
      const Filters = [{ Name: 'group-id', Values: [groupId] }];
      const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
      return (NetworkInterfaces ?? []).length > 0;
    },
    async referenced(groupId) {
      const Filters = [{ Name: 'ip-permission.group-id', Values: [groupId] }];
      const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      return (SecurityGroups ?? []).some((group) => group.GroupId !== groupId);
    },
    addCertificate(arn) {
      given.add(arn);
      world.certificates.add(arn);
    },
    close() {
      ec2.destroy();
      acm.destroy();
    },
  };
}

const unknown = (ids: readonly string[], known: { has(id: string): boolean }) =>
  [...new Set(ids)].filter((id) => id !== '' && !known.has(id));

async function gatherVpcs(ec2: EC2Client, world: World, ids: readonly string[]): Promise<void> {
  const missing = unknown(ids, world.vpcs);
  if (missing.length === 0) return;
  // Filters, because an id that does not exist then gives no error.
  const { Vpcs } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'vpc-id', Values: missing }] }),
  );
  for (const vpc of Vpcs ?? []) {
    const cidrs = [
      ...(vpc.CidrBlockAssociationSet ?? []).map((association) => association.CidrBlock),
      ...(vpc.Ipv6CidrBlockAssociationSet ?? []).map((association) => association.Ipv6CidrBlock),
    ].filter((cidr) => cidr !== undefined);
    const id = vpc.VpcId ?? '';
    world.vpcs.set(id, { id, cidrs: cidrs.length > 0 ? cidrs : [vpc.CidrBlock ?? ''] });
  }
}

function keepSubnets(world: World, subnets: readonly Ec2Subnet[] | undefined): void {
  for (const subnet of subnets ?? []) {
    const id = subnet.SubnetId ?? '';
    world.subnets.set(id, {
      id,
      vpcId: subnet.VpcId ?? '',
      zone: subnet.AvailabilityZone ?? '',
      cidr: subnet.CidrBlock ?? '',
      ipv6: (subnet.Ipv6CidrBlockAssociationSet ?? []).length > 0,
    });
  }
}

async function gatherSubnets(ec2: EC2Client, world: World, ids: readonly string[]): Promise<void> {
  const missing = unknown(ids, world.subnets);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'subnet-id', Values: missing }] };
  keepSubnets(world, (await ec2.send(new DescribeSubnetsCommand(filter))).Subnets);
}

async function gatherSubnetsOf(
  ec2: EC2Client,
  world: World,
  vpcs: readonly string[],
  read: Set<string>,
): Promise<void> {
  const missing = unknown(vpcs, read);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'vpc-id', Values: missing }] };
  keepSubnets(world, (await ec2.send(new DescribeSubnetsCommand(filter))).Subnets);
  for (const vpc of missing) read.add(vpc);
}

function keepGroups(world: World, groups: readonly Ec2Group[] | undefined): void {
  for (const group of groups ?? []) {
    const id = group.GroupId ?? '';
    world.securityGroups.set(id, { id, vpcId: group.VpcId ?? '', name: group.GroupName ?? '' });
  }
}

async function gatherGroups(ec2: EC2Client, world: World, ids: readonly string[]): Promise<void> {
  const missing = unknown(ids, world.securityGroups);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'group-id', Values: missing }] };
  keepGroups(world, (await ec2.send(new DescribeSecurityGroupsCommand(filter))).SecurityGroups);
}

async function gatherDefaultGroup(ec2: EC2Client, world: World, subnets: readonly string[]): Promise<void> {
  const vpcId = subnets.map((id) => world.subnets.get(id)?.vpcId).find((id) => id !== undefined);
  if (vpcId === undefined) return;
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'group-name', Values: ['default'] },
  ];
  keepGroups(world, (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups);
}

async function gatherInstances(ec2: EC2Client, world: World, ids: readonly string[]): Promise<void> {
  const missing = unknown(ids, world.instances);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'instance-id', Values: missing }] };
  const { Reservations } = await ec2.send(new DescribeInstancesCommand(filter));
  for (const instance of (Reservations ?? []).flatMap((reservation) => reservation.Instances ?? [])) {
    const id = instance.InstanceId ?? '';
    world.instances.set(id, {
      id,
      vpcId: instance.VpcId ?? '',
      zone: instance.Placement?.AvailabilityZone ?? '',
      running: instance.State?.Name === 'running' || instance.State?.Name === 'pending',
    });
  }
}

async function gatherCertificates(acm: ACMClient, world: World, arns: readonly string[]): Promise<void> {
  for (const arn of unknown(arns, world.certificates)) {
    if (!arn.includes(':acm:')) continue;
    try {
      const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
      // aws-limits N8: only an issued certificate can be used.
      if (Certificate?.Status === 'ISSUED') world.certificates.add(arn);
    } catch (error) {
      // An ARN that ACM does not know is an answer: the certificate is absent.
      const name = error instanceof Error ? error.name : '';
      if (name !== 'ResourceNotFoundException' && name !== 'InvalidArnException') throw error;
    }
  }
}
