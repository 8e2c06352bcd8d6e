// The AWS account that every conformance case assumes (e2e/conformance/README.md), made through the AWS API.
import {
  ACMClient,
  DeleteCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
} from '@aws-sdk/client-acm';
import {
  AssociateRouteTableCommand,
  AssociateSubnetCidrBlockCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type ResourceType,
  RunInstancesCommand,
  type SecurityGroup,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import {
  CreateTargetGroupCommand,
  CreateTrustStoreCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { putToS3 } from '../../local-aws/account/objects.ts';
import { attachGateway, nodeImage } from '../../local-aws/account/seed.ts';
import { selfSignedCertificate } from '../../local-aws/data-plane/self-signed.ts';
import type { NodeSpec } from './nodes.ts';

export const CLUSTER = 'lab';

export interface ConformanceWorld {
  readonly vpcId: string;
  /** `SUBNET:pub-a`, `SG:web-sg`, `CERT:example.com`, `WAF:acl`, `TG:outside`, `VPC` → its id or ARN. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly nodes: readonly NodeSpec[];
  securityGroups(): Promise<SecurityGroup[]>;
  close(): void;
}

const REGION = 'us-west-2';
const ZONES = ['a', 'b', 'c'];
const SHARED = { [`kubernetes.io/cluster/${CLUSTER}`]: 'shared' };

/** Third octet of the network in zone a, tags, and whether it is open to the internet. */
const SUBNETS: Readonly<
  Record<string, { net: number; tags: Record<string, string>; open: boolean; six?: boolean }>
> = {
  pub: { net: 0, tags: { 'kubernetes.io/role/elb': '1', ...SHARED }, open: true },
  priv: { net: 100, tags: { 'kubernetes.io/role/internal-elb': '1', ...SHARED }, open: false },
  edge: { net: 20, tags: { tier: 'edge' }, open: true },
  v6: { net: 40, tags: {}, open: true, six: true },
};

/** In the order in which their ARNs must ascend. */
const CERTIFICATES: readonly (readonly [name: string, ...domains: string[]])[] = [
  ['example.com', 'example.com', '*.example.com'],
  ['shop.example.org', 'shop.example.org'],
  ['apps.example.net', '*.apps.example.net'],
  ['old.example.com', 'old.example.com', '*.example.com'],
];

const tagged = (type: ResourceType, tags: Record<string, string>): TagSpecification[] => [
  { ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
];

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the AWS API answered without the ${what}`);
  return value;
}

/** Where cases send access logs to. */
const LOG_BUCKET = 'logs-example';

/** Makes the account at `url`, where certificates of another account on the same stage are taken away. */
export async function makeConformanceWorld(url: string): Promise<ConformanceWorld> {
  const config = {
    endpoint: url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const ec2 = new EC2Client(config);
  const acm = new ACMClient(config);
  const elb = new ElasticLoadBalancingV2Client(config);
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({
      CidrBlock: '10.0.0.0/16',
      AmazonProvidedIpv6CidrBlock: true,
      TagSpecifications: tagged('vpc', { Name: CLUSTER }),
    }),
  );
  const vpcId = given(Vpc?.VpcId, 'VPC');
  const tokens = new Map([['VPC', vpcId]]);
  await attachGateway(ec2, vpcId);
  await makeSubnets(ec2, vpcId, tokens);
  await putToS3(url, LOG_BUCKET);
  for (const name of ['nodes', 'web-sg', 'extra-sg']) {
    const owned = name === 'nodes' ? { [`kubernetes.io/cluster/${CLUSTER}`]: 'owned' } : {};
    const TagSpecifications = tagged('security-group', { Name: name, ...owned });
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcId, TagSpecifications }),
    );
    tokens.set(`SG:${name}`, given(GroupId, 'security group'));
  }
  await importCertificates(acm, tokens);
  for (const Name of ['outside', 'outside-two']) {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 8000, TargetType: 'ip', VpcId: vpcId }),
    );
    tokens.set(`TG:${Name}`, given(TargetGroups?.[0]?.TargetGroupArn, 'target group'));
  }
  tokens.set('TRUSTSTORE:corp', await trustStore(url, elb));
  const waf = new WAFV2Client(config);
  for (const name of ['acl', 'acl-two']) tokens.set(`WAF:${name}`, await webAcl(waf, name));
  waf.destroy();
  const nodes = await runNodes(ec2, tokens);
  acm.destroy();
  elb.destroy();
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  return {
    vpcId,
    tokens,
    nodes,
    securityGroups: async () =>
      (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups ?? [],
    close: () => ec2.destroy(),
  };
}

async function makeSubnets(ec2: EC2Client, VpcId: string, tokens: Map<string, string>): Promise<void> {
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
  const six = given(Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock, 'IPv6 block').replace(
    /00::\/56$/,
    '',
  );
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = given(InternetGateway?.InternetGatewayId, 'internet gateway');
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const RouteTableId = given(RouteTable?.RouteTableId, 'route table');
  await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId }));
  for (const [kind, { net, tags, open, six: withSix }] of Object.entries(SUBNETS)) {
    for (const [at, zone] of ZONES.entries()) {
      const name = `${kind}-${zone}`;
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId,
          AvailabilityZone: `${REGION}${zone}`,
          CidrBlock: `10.0.${net + at}.0/24`,
          TagSpecifications: tagged('subnet', { Name: name, ...tags }),
        }),
      );
      const SubnetId = given(Subnet?.SubnetId, 'subnet');
      tokens.set(`SUBNET:${name}`, SubnetId);
      if (withSix)
        await ec2.send(new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock: `${six}0${at}::/64` }));
      if (open) await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    }
  }
}

/** A regional web ACL that lets everything through; gives its ARN. */
async function webAcl(waf: WAFV2Client, Name: string): Promise<string> {
  const { Summary } = await waf.send(
    new CreateWebACLCommand({
      Name,
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: {
        SampledRequestsEnabled: false,
        CloudWatchMetricsEnabled: false,
        MetricName: Name,
      },
    }),
  );
  return given(Summary?.ARN, 'web ACL');
}

/** Makes the trust store `corp`, from a bundle in S3, and gives its ARN. */
export async function trustStore(url: string, elb: ElasticLoadBalancingV2Client): Promise<string> {
  const { certPem } = await selfSignedCertificate('ca.example.com');
  await putToS3(url, 'corp');
  await putToS3(url, 'corp/ca.pem', certPem);
  const bundle = { CaCertificatesBundleS3Bucket: 'corp', CaCertificatesBundleS3Key: 'ca.pem' };
  const { TrustStores } = await elb.send(new CreateTrustStoreCommand({ Name: 'corp', ...bundle }));
  return given(TrustStores?.[0]?.TrustStoreArn, 'trust store');
}

/** ARNs are drawn at random; one that does not follow the one before is given back and drawn again. */
async function importCertificates(acm: ACMClient, tokens: Map<string, string>): Promise<void> {
  const { CertificateSummaryList } = await acm.send(new ListCertificatesCommand({}));
  for (const { CertificateArn } of CertificateSummaryList ?? [])
    await acm.send(new DeleteCertificateCommand({ CertificateArn }));
  let last = '';
  const made = await Promise.all(
    CERTIFICATES.map(([, domain = '', ...more]) => selfSignedCertificate(domain, ...more)),
  );
  for (const [at, [name]] of CERTIFICATES.entries()) {
    const { certPem, keyPem } = given(made[at], 'certificate');
    // A quarter of the room for each, so that there is always room for the next.
    const ceiling = `arn:aws:acm:${REGION}:123456789012:certificate/${((at + 1) * 4 - 1).toString(16)}f`;
    for (;;) {
      const { CertificateArn } = await acm.send(
        new ImportCertificateCommand({ Certificate: Buffer.from(certPem), PrivateKey: Buffer.from(keyPem) }),
      );
      const arn = given(CertificateArn, 'certificate');
      if (arn > last && arn < ceiling) {
        tokens.set(`CERT:${name}`, arn);
        last = arn;
        break;
      }
      await acm.send(new DeleteCertificateCommand({ CertificateArn: arn }));
    }
  }
}

async function runNodes(ec2: EC2Client, tokens: ReadonlyMap<string, string>): Promise<NodeSpec[]> {
  const ImageId = await nodeImage(ec2);
  const nodes: NodeSpec[] = [];
  for (const [at, letter] of ZONES.entries()) {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId,
        InstanceType: 't3.medium',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: given(tokens.get(`SUBNET:priv-${letter}`), 'subnet'),
        SecurityGroupIds: [given(tokens.get('SG:nodes'), 'security group')],
      }),
    );
    const instance = given(Instances?.[0], 'instance');
    nodes.push({
      name: `node${at}`,
      zone: `${REGION}${letter}`,
      instanceId: given(instance.InstanceId, 'instance id'),
      internalIP: given(instance.PrivateIpAddress, 'private address'),
      labels: { disk: at < 2 ? 'ssd' : 'hdd' },
    });
  }
  return nodes;
}
