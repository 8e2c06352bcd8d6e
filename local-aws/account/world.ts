// The rest of the account, asked of moto when a call needs it and remembered until something there may have changed.
import { ACMClient } from '@aws-sdk/client-acm';
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type SecurityGroup as Ec2Group,
  type Subnet as Ec2Subnet,
} from '@aws-sdk/client-ec2';
import { type AccountFacts, emptyAccountFacts, objectName, type S3Object } from '../elb/account-facts.ts';
import type { Users } from './guard.ts';
import { type Needs, NOTHING } from './needs.ts';
import { bucketExists, readObject } from './objects.ts';
import { certificateUse } from './usable-certificates.ts';
import { usersIn } from './users.ts';

export interface WorldReader extends Users {
  /** A client of moto itself. */
  readonly ec2: EC2Client;
  /** What is known; filled by `gather`. */
  readonly world: AccountFacts;
  /** Looks up what is needed and not known yet. What does not exist stays absent. */
  gather(needs: Needs): Promise<void>;
  /** Call it for each call that moto has answered. */
  passedThrough(service: string, action: string): void;
  /** Forgets everything, as at the start. */
  forget(): void;
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
  const world = { ...emptyAccountFacts(), buckets: new Set<string>(), unissued: new Set<string>() };
  const given = new Set<string>();
  const subnetsRead = new Set<string>();
  const zones = localZones(ec2);
  const forget = (part: string) => {
    for (const arn of world.certificates)
      if (arn.includes(part) && !given.has(arn)) world.certificates.delete(arn);
  };
  const forgetNetwork = () => {
    subnetsRead.clear();
    for (const known of [world.vpcs, world.subnets, world.securityGroups, world.instances]) known.clear();
  };
  const reader: WorldReader = {
    ...usersIn(ec2),
    ec2,
    world,
    async vpcExists(id) {
      await reader.gather({ ...NOTHING, vpcs: [id] });
      return world.vpcs.has(id);
    },
    async gather(needs) {
      await Promise.all([
        gatherVpcs(ec2, world, needs.vpcs),
        gatherSubnets(ec2, world, zones, needs.subnets),
        gatherSubnetsOf(ec2, world, zones, needs.subnetsOf, subnetsRead),
        gatherGroups(ec2, world, needs.securityGroups),
        gatherInstances(ec2, world, needs.instances),
        gatherCertificates(acm, motoUrl, world, needs.certificates),
        gatherObjects(motoUrl, world, needs.objects),
        gatherBuckets(motoUrl, world, needs.buckets),
      ]);
      if (needs.gateway) await gatherGateway(ec2, world, needs.subnets);
      if (needs.defaultGroup) await gatherDefaultGroup(ec2, world, needs.subnets);
    },
    passedThrough(service, action) {
      // An update may rename a certificate, and its name is in the ARN.
      if (service === 'iam' && /^(Delete|Update)ServerCertificate$/.test(action)) forget(':iam:');
      if (HARMLESS.test(action) && service !== 'cloudformation') return;
      // A stack may change anything.
      if (service === 'ec2' || service === 'cloudformation') forgetNetwork();
      if (service === 'acm' || service === 'cloudformation') forget(':acm:');
    },
    forget() {
      forgetNetwork();
      given.clear();
      for (const known of [world.certificates, world.unissued, world.buckets, world.objects]) known.clear();
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
  return reader;
}

const unknown = (ids: readonly string[], known: { has(id: string): boolean }) =>
  [...new Set(ids)].filter((id) => id !== '' && !known.has(id));

async function gatherVpcs(ec2: EC2Client, world: AccountFacts, ids: readonly string[]): Promise<void> {
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

type LocalZones = () => Promise<ReadonlySet<string>>;

/** The names of Local Zones, asked for until they were answered once. */
function localZones(ec2: EC2Client): LocalZones {
  let known: ReadonlySet<string> | undefined;
  return async () => {
    if (known !== undefined) return known;
    const all = await ec2.send(new DescribeAvailabilityZonesCommand({ AllAvailabilityZones: true }));
    const local = (all.AvailabilityZones ?? []).filter((zone) => zone.ZoneType === 'local-zone');
    known = new Set(local.map((zone) => zone.ZoneName ?? ''));
    return known;
  };
}

async function keepSubnets(
  world: AccountFacts,
  zones: LocalZones,
  subnets: readonly Ec2Subnet[] | undefined,
): Promise<void> {
  const local = await zones();
  for (const subnet of subnets ?? []) {
    const id = subnet.SubnetId ?? '';
    world.subnets.set(id, {
      id,
      vpcId: subnet.VpcId ?? '',
      zone: subnet.AvailabilityZone ?? '',
      cidr: subnet.CidrBlock ?? '',
      ipv6: (subnet.Ipv6CidrBlockAssociationSet ?? []).length > 0,
      ...(local.has(subnet.AvailabilityZone ?? '') ? { zoneType: 'local-zone' as const } : {}),
      ...(subnet.OutpostArn === undefined ? {} : { outpostArn: subnet.OutpostArn }),
    });
  }
}

async function gatherSubnets(
  ec2: EC2Client,
  world: AccountFacts,
  zones: LocalZones,
  ids: readonly string[],
): Promise<void> {
  const missing = unknown(ids, world.subnets);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'subnet-id', Values: missing }] };
  await keepSubnets(world, zones, (await ec2.send(new DescribeSubnetsCommand(filter))).Subnets);
}

async function gatherSubnetsOf(
  ec2: EC2Client,
  world: AccountFacts,
  zones: LocalZones,
  vpcs: readonly string[],
  read: Set<string>,
): Promise<void> {
  const missing = unknown(vpcs, read);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'vpc-id', Values: missing }] };
  await keepSubnets(world, zones, (await ec2.send(new DescribeSubnetsCommand(filter))).Subnets);
  for (const vpc of missing) read.add(vpc);
}

function keepGroups(world: AccountFacts, groups: readonly Ec2Group[] | undefined): void {
  for (const group of groups ?? []) {
    const id = group.GroupId ?? '';
    world.securityGroups.set(id, { id, vpcId: group.VpcId ?? '', name: group.GroupName ?? '' });
  }
}

async function gatherGroups(ec2: EC2Client, world: AccountFacts, ids: readonly string[]): Promise<void> {
  const missing = unknown(ids, world.securityGroups);
  if (missing.length === 0) return;
  const filter = { Filters: [{ Name: 'group-id', Values: missing }] };
  keepGroups(world, (await ec2.send(new DescribeSecurityGroupsCommand(filter))).SecurityGroups);
}

async function gatherDefaultGroup(
  ec2: EC2Client,
  world: AccountFacts,
  subnets: readonly string[],
): Promise<void> {
  const vpcId = subnets.map((id) => world.subnets.get(id)?.vpcId).find((id) => id !== undefined);
  if (vpcId === undefined) return;
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'group-name', Values: ['default'] },
  ];
  keepGroups(world, (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups);
}

async function gatherInstances(ec2: EC2Client, world: AccountFacts, ids: readonly string[]): Promise<void> {
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
      terminated: instance.State?.Name === 'terminated' || instance.State?.Name === 'shutting-down',
    });
  }
}

async function gatherCertificates(
  acm: ACMClient,
  motoUrl: string,
  world: AccountFacts,
  arns: readonly string[],
): Promise<void> {
  for (const arn of unknown(arns, world.certificates)) {
    const standing = await certificateUse(acm, motoUrl, arn);
    if (standing === 'usable') world.certificates.add(arn);
    // It may be issued, or gone, by the next time.
    if (standing === 'unissued') world.unissued?.add(arn);
    else world.unissued?.delete(arn);
  }
}

/** Asked until there is one: a gateway that is attached may only go with what faces the internet (account/guard.ts). */
async function gatherGateway(ec2: EC2Client, world: AccountFacts, subnets: readonly string[]): Promise<void> {
  const id = subnets.map((one) => world.subnets.get(one)?.vpcId).find((one) => one !== undefined);
  if (id === undefined) return;
  await gatherVpcs(ec2, world, [id]);
  const vpc = world.vpcs.get(id);
  if (vpc === undefined || vpc.internetGateway === true) return;
  const Filters = [{ Name: 'attachment.vpc-id', Values: [id] }];
  const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters }));
  world.vpcs.set(id, { ...vpc, internetGateway: (InternetGateways ?? []).length > 0 });
}

async function gatherBuckets(motoUrl: string, world: AccountFacts, names: readonly string[]): Promise<void> {
  for (const name of names)
    if (name !== '' && (await bucketExists(motoUrl, name))) world.buckets?.add(name);
    else world.buckets?.delete(name);
}

async function gatherObjects(
  motoUrl: string,
  world: AccountFacts,
  objects: readonly S3Object[],
): Promise<void> {
  for (const object of objects) {
    const content = await readObject(motoUrl, object);
    if (content === undefined) world.objects.delete(objectName(object));
    else world.objects.set(objectName(object), content);
  }
}
