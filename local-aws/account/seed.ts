// The demo account: a VPC with a public and a private subnet in three zones, three nodes, two certificates.
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  EC2Client,
  type ResourceType,
  RunInstancesCommand,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { selfSignedCertificate } from '../data-plane/self-signed.ts';

export interface AccountOptions {
  /** `albatross` by default; the tags of subnets and node group name it. */
  cluster?: string;
  /** `us-west-2` by default. */
  region?: string;
  /** One certificate for each; `shop.example.com` and `*.example.org` by default. */
  domains?: string[];
}

export interface AccountSubnet {
  id: string;
  /** `pub-a`, `priv-a`, … */
  name: string;
  zone: string;
  cidr: string;
  public: boolean;
}

export interface AccountNode {
  name: string;
  zone: string;
  instanceId: string;
  privateIp: string;
}

export interface AccountCertificate {
  arn: string;
  domain: string;
  certPem: string;
  keyPem: string;
}

export interface SeededAccount {
  region: string;
  cluster: string;
  vpcId: string;
  subnets: AccountSubnet[];
  nodeSecurityGroupId: string;
  nodes: AccountNode[];
  certificates: AccountCertificate[];
}

const ZONES = ['a', 'b', 'c'];

/** Makes the account through the AWS API at `url`. */
export async function seedAccount(url: string, options: AccountOptions = {}): Promise<SeededAccount> {
  const { cluster = 'albatross', region = 'us-west-2' } = options;
  const config = {
    endpoint: url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const ec2 = new EC2Client(config);
  const acm = new ACMClient(config);
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: tagged('vpc', { Name: cluster }) }),
  );
  const vpcId = given(Vpc?.VpcId, 'VPC');
  const routeTable = await openRouteTable(ec2, vpcId, cluster);
  const subnets: AccountSubnet[] = [];
  for (const [at, letter] of ZONES.entries()) {
    for (const isPublic of [true, false]) {
      const subnet = await makeSubnet(ec2, { vpcId, cluster, region, at, letter, isPublic });
      if (isPublic)
        await ec2.send(new AssociateRouteTableCommand({ RouteTableId: routeTable, SubnetId: subnet.id }));
      subnets.push(subnet);
    }
  }
  const group = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: 'nodes',
      Description: 'Nodes of the cluster',
      VpcId: vpcId,
      TagSpecifications: tagged('security-group', {
        Name: 'nodes',
        [`kubernetes.io/cluster/${cluster}`]: 'owned',
      }),
    }),
  );
  const nodeSecurityGroupId = given(group.GroupId, 'security group');
  const nodes = await makeNodes(ec2, subnets, nodeSecurityGroupId, cluster);
  const certificates: AccountCertificate[] = [];
  for (const domain of options.domains ?? ['shop.example.com', '*.example.org'])
    certificates.push(await importCertificate(acm, domain));
  ec2.destroy();
  acm.destroy();
  return { region, cluster, vpcId, subnets, nodeSecurityGroupId, nodes, certificates };
}

function tagged(type: ResourceType, tags: Record<string, string>): TagSpecification[] {
  return [{ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the AWS API answered without the ${what}`);
  return value;
}

/** Gives a VPC a way to the internet, without which nothing in it can face the internet; answers the gateway's id. */
export async function attachGateway(ec2: EC2Client, vpcId: string): Promise<string> {
  const { InternetGateway: gateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const gatewayId = given(gateway?.InternetGatewayId, 'internet gateway');
  await ec2.send(new AttachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gatewayId }));
  return gatewayId;
}

async function openRouteTable(ec2: EC2Client, vpcId: string, cluster: string): Promise<string> {
  const gatewayId = await attachGateway(ec2, vpcId);
  const { RouteTable: table } = await ec2.send(
    new CreateRouteTableCommand({
      VpcId: vpcId,
      TagSpecifications: tagged('route-table', { Name: `${cluster}-public` }),
    }),
  );
  const tableId = given(table?.RouteTableId, 'route table');
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: tableId,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: gatewayId,
    }),
  );
  return tableId;
}

interface SubnetPlan {
  vpcId: string;
  cluster: string;
  region: string;
  at: number;
  letter: string;
  isPublic: boolean;
}

async function makeSubnet(ec2: EC2Client, plan: SubnetPlan): Promise<AccountSubnet> {
  const { vpcId, cluster, isPublic } = plan;
  const name = `${isPublic ? 'pub' : 'priv'}-${plan.letter}`;
  const zone = `${plan.region}${plan.letter}`;
  const cidr = `10.0.${plan.at + (isPublic ? 0 : 100)}.0/24`;
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({
      VpcId: vpcId,
      AvailabilityZone: zone,
      CidrBlock: cidr,
      TagSpecifications: tagged('subnet', {
        Name: name,
        [isPublic ? 'kubernetes.io/role/elb' : 'kubernetes.io/role/internal-elb']: '1',
        [`kubernetes.io/cluster/${cluster}`]: 'shared',
      }),
    }),
  );
  return { id: given(Subnet?.SubnetId, 'subnet'), name, zone, cidr, public: isPublic };
}

/** The machine image of nodes, asked for by its name: a list of all images takes moto two seconds. */
export async function nodeImage(ec2: EC2Client): Promise<string> {
  const Filters = [{ Name: 'name', Values: ['amazon-eks-node-linux'] }];
  const { Images } = await ec2.send(new DescribeImagesCommand({ Filters }));
  return given(Images?.[0]?.ImageId, 'machine image');
}

async function makeNodes(
  ec2: EC2Client,
  subnets: readonly AccountSubnet[],
  groupId: string,
  cluster: string,
): Promise<AccountNode[]> {
  const image = await nodeImage(ec2);
  const nodes: AccountNode[] = [];
  for (const subnet of subnets.filter((one) => !one.public)) {
    const name = `node-${subnet.name.slice(-1)}`;
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        InstanceType: 't3.medium',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: subnet.id,
        SecurityGroupIds: [groupId],
        TagSpecifications: tagged('instance', { Name: name, [`kubernetes.io/cluster/${cluster}`]: 'owned' }),
      }),
    );
    const instance = given(Instances?.[0], 'instance');
    nodes.push({
      name,
      zone: subnet.zone,
      instanceId: given(instance.InstanceId, 'instance id'),
      privateIp: given(instance.PrivateIpAddress, 'private address'),
    });
  }
  return nodes;
}

async function importCertificate(acm: ACMClient, domain: string): Promise<AccountCertificate> {
  const { certPem, keyPem } = await selfSignedCertificate(domain);
  const { CertificateArn } = await acm.send(
    new ImportCertificateCommand({ Certificate: Buffer.from(certPem), PrivateKey: Buffer.from(keyPem) }),
  );
  return { arn: given(CertificateArn, 'certificate ARN'), domain, certPem, keyPem };
}
