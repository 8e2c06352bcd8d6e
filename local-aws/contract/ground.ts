// What the contract starts from: the account that its rows find, and the names that they use for its parts.
import {
  AssociateSubnetCidrBlockCommand,
  AssociateVpcCidrBlockCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { putToS3 } from '../account/objects.ts';
import type { SeededAccount } from '../account/seed.ts';
import { CA_PEM, revocationList } from '../elb/trust-store-fixture.ts';
import type { LocalAws } from '../local-aws.ts';
import type { ContractNames } from './run.ts';

/** More groups than the settable quota of a network interface (aws-limits L15). */
const SECURITY_GROUPS = 17;

/** Certificates that only fill lists (aws-limits N9). */
const EXTRA_CERTIFICATES = 26;

/**
 * Makes what the demo account lacks, and names everything:
 * `$vpc`, `$subnetA`/`B`/`C` (public), `$privateA`/`B`/`C`, `$sameZone` (a second subnet in the zone of `$subnetA`),
 * `$dualA`/`$dualB` (with IPv6); `$otherVpc` (without internet gateway), `$otherSubnetA`/`B`, `$sgOther`; `$sgNodes`, `$sgDefault`, `$sg1` to `$sg17`,
 * `$sgA` (the first); `$instance`, `$instanceB`, `$stopped`; `$cert1`, `$cert2`, `$iamCert`, `$extra1` to `$extra26`; `$region`, `$account`,
 * `$zoneA`/`B`/`C`; S3 buckets `pki`, `logs`, `shop-logs` and `shop.logs-1`.
 */
export async function prepareAccount(aws: LocalAws, account: SeededAccount): Promise<ContractNames> {
  const { region, vpcId } = account;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const ec2 = new EC2Client({ endpoint: aws.url, region, credentials });
  const names: ContractNames = {
    region,
    account: '123456789012',
    vpc: vpcId,
    sgNodes: account.nodeSecurityGroupId,
  };
  for (const subnet of account.subnets) {
    const letter = subnet.name.slice(-1).toUpperCase();
    names[`${subnet.public ? 'subnet' : 'private'}${letter}`] = subnet.id;
    names[`zone${letter}`] = subnet.zone;
  }
  names.sameZone = await subnetIn(ec2, vpcId, `${region}a`, '10.0.200.0/24');
  await ec2.send(new AssociateVpcCidrBlockCommand({ VpcId: vpcId, AmazonProvidedIpv6CidrBlock: true }));
  for (const [at, letter] of ['A', 'B'].entries()) {
    const subnet = await subnetIn(ec2, vpcId, `${region}${letter.toLowerCase()}`, `10.0.${201 + at}.0/24`);
    const Ipv6CidrBlock = `2600:1f13:0:${at}::/64`;
    await ec2.send(new AssociateSubnetCidrBlockCommand({ SubnetId: subnet, Ipv6CidrBlock }));
    names[`dual${letter}`] = subnet;
  }
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const otherVpc = Vpc?.VpcId ?? '';
  names.otherVpc = otherVpc;
  names.otherSubnetA = await subnetIn(ec2, otherVpc, `${region}a`, '10.9.0.0/24');
  names.otherSubnetB = await subnetIn(ec2, otherVpc, `${region}b`, '10.9.1.0/24');
  names.sgOther = await groupIn(ec2, otherVpc, 'other');
  for (let n = 1; n <= SECURITY_GROUPS; n++) names[`sg${n}`] = await groupIn(ec2, vpcId, `group ${n}`);
  names.sgA = names.sg1;
  [names.instance, names.instanceB, names.stopped] = account.nodes.map((node) => node.instanceId);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [String(names.stopped)] }));
  const [one, two] = account.certificates;
  if (one === undefined || two === undefined) throw new Error('the account has too few certificates');
  [names.cert1, names.cert2] = [one.arn, two.arn];
  names.iamCert = 'arn:aws:iam::123456789012:server-certificate/web/shop';
  aws.knowCertificate(String(names.iamCert), one.certPem, one.keyPem);
  for (let n = 1; n <= EXTRA_CERTIFICATES; n++) {
    const arn = `arn:aws:iam::123456789012:server-certificate/extra-${n}`;
    names[`extra${n}`] = arn;
    aws.knowCertificate(arn, one.certPem, one.keyPem);
  }
  await fillBucket(aws.url);
  for (const bucket of ['shop-logs', 'shop.logs-1', 'logs']) await putToS3(aws.url, bucket);
  ec2.destroy();
  return names;
}

/** Bucket `pki`: bundles of one, two and 26 certificates, no bundle, and a list that revokes two certificates. */
async function fillBucket(url: string): Promise<void> {
  const objects = {
    '': '',
    'ca.pem': CA_PEM,
    'two.pem': `${CA_PEM}\n${CA_PEM}`,
    'many.pem': `${CA_PEM}\n`.repeat(26),
    'junk.pem': 'certainly no certificate',
    'revoked.pem': await revocationList(2),
  };
  for (const [key, body] of Object.entries(objects)) await putToS3(url, `pki/${key}`, body);
}

async function subnetIn(ec2: EC2Client, VpcId: string, zone: string, CidrBlock: string): Promise<string> {
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, AvailabilityZone: zone, CidrBlock }));
  return Subnet?.SubnetId ?? '';
}

async function groupIn(ec2: EC2Client, VpcId: string, name: string): Promise<string> {
  const make = new CreateSecurityGroupCommand({ VpcId, GroupName: name, Description: name });
  return (await ec2.send(make)).GroupId ?? '';
}
