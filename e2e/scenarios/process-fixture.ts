// The fixture of scenarios of the local AWS as a process: starting it, SDK clients for it, and a shop made through them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as acm from '@aws-sdk/client-acm';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as tagging from '@aws-sdk/client-resource-groups-tagging-api';
import * as shield from '@aws-sdk/client-shield';
import { attachGateway, nodeImage } from '../../local-aws/account/seed.ts';
import { selfSignedCertificate } from '../../local-aws/data-plane/self-signed.ts';
import { first } from '../../local-aws/fixture.ts';
import { ROOT } from '../harness/machine.ts';
import { type RunningProcess, startProcess, untilReady } from '../harness/process.ts';

export interface Running {
  process: RunningProcess;
  url: string;
  elb: elb.ElasticLoadBalancingV2Client;
  ec2: ec2.EC2Client;
  /** EC2 of another Region. */
  far: ec2.EC2Client;
  acm: acm.ACMClient;
  tagging: tagging.ResourceGroupsTaggingAPIClient;
  shield: shield.ShieldClient;
}

let starts = 0;

/** Starts `albatross local-aws` on a free port, with its log in `dir`; answers once it listens. */
export async function start(dir: string, ...flags: string[]): Promise<Running> {
  starts += 1;
  const process_ = await startProcess({
    name: 'local AWS',
    command: process.execPath,
    args: [join(ROOT, 'cli/albatross.ts'), 'local-aws', '--port', '0', ...flags],
    log: join(dir, `${starts}.log`),
  });
  const urlOf = () => /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(readFileSync(process_.log, 'utf8'))?.[1];
  await untilReady(process_, async () => urlOf() !== undefined);
  const endpoint = urlOf() ?? '';
  const config = {
    endpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  return {
    process: process_,
    url: endpoint,
    elb: new elb.ElasticLoadBalancingV2Client(config),
    ec2: new ec2.EC2Client(config),
    far: new ec2.EC2Client({ ...config, region: 'eu-west-1' }),
    acm: new acm.ACMClient(config),
    tagging: new tagging.ResourceGroupsTaggingAPIClient(config),
    shield: new shield.ShieldClient(config),
  };
}

/** A VPC with two subnets, and a security group with a rule. */
export async function network(aws: Running): Promise<{ vpc: string; subnets: string[]; group: string }> {
  const { Vpc } = await aws.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const vpc = Vpc?.VpcId ?? '';
  await attachGateway(aws.ec2, vpc);
  const subnets: string[] = [];
  for (const [at, letter] of ['a', 'b'].entries()) {
    const { Subnet } = await aws.ec2.send(
      new ec2.CreateSubnetCommand({
        VpcId: vpc,
        AvailabilityZone: `us-west-2${letter}`,
        CidrBlock: `10.0.${at}.0/24`,
      }),
    );
    subnets.push(Subnet?.SubnetId ?? '');
  }
  const made = await aws.ec2.send(
    new ec2.CreateSecurityGroupCommand({ GroupName: 'shop', Description: 'shop', VpcId: vpc }),
  );
  const group = made.GroupId ?? '';
  await aws.ec2.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  return { vpc, subnets, group };
}

async function instance(aws: Running, subnet: string | undefined, group: string): Promise<void> {
  await aws.ec2.send(
    new ec2.RunInstancesCommand({
      ImageId: await nodeImage(aws.ec2),
      InstanceType: 't3.medium',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnet,
      SecurityGroupIds: [group],
    }),
  );
}

/** A load balancer with two listeners, a rule and a target, tagged and protected; answers the group's ARN. */
export async function shop(aws: Running): Promise<string> {
  const { vpc, subnets, group } = await network(aws);
  await instance(aws, subnets[0], group);
  const { certPem, keyPem } = await selfSignedCertificate('shop.example.com');
  const imported = await aws.acm.send(
    new acm.ImportCertificateCommand({ Certificate: Buffer.from(certPem), PrivateKey: Buffer.from(keyPem) }),
  );
  const made = await aws.elb.send(
    new elb.CreateLoadBalancerCommand({
      Name: 'shop',
      Subnets: subnets,
      SecurityGroups: [group],
      Tags: [{ Key: 'team', Value: 'shop' }],
    }),
  );
  const { LoadBalancerArn } = first(made.LoadBalancers);
  const groups = await aws.elb.send(
    new elb.CreateTargetGroupCommand({
      Name: 'web',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      TargetType: 'ip',
    }),
  );
  const TargetGroupArn = first(groups.TargetGroups).TargetGroupArn ?? '';
  await aws.elb.send(
    new elb.RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.0.9' }, { Id: '10.0.1.9' }] }),
  );
  const listener = (Port: number, more: Partial<elb.CreateListenerCommandInput>) =>
    aws.elb.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn,
        Port,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
        ...more,
      }),
    );
  const plain = await listener(80, {});
  await listener(443, { Protocol: 'HTTPS', Certificates: [{ CertificateArn: imported.CertificateArn }] });
  await aws.elb.send(
    new elb.CreateRuleCommand({
      ListenerArn: first(plain.Listeners).ListenerArn,
      Priority: 7,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/gone'] } }],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '410' } }],
    }),
  );
  await aws.shield.send(new shield.CreateSubscriptionCommand());
  await aws.shield.send(new shield.CreateProtectionCommand({ Name: 'shop', ResourceArn: LoadBalancerArn }));
  return TargetGroupArn;
}

/** Asks under `/_local`, or gives an order. */
export async function local(aws: Running, path: string, order?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${aws.url}/_local/${path}`, {
    ...(order === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(order), headers: { 'content-type': 'application/json' } }),
  });
  return (await answer.json()) as Record<string, unknown>;
}
