// What a controller meets at its first try in an account, on a real API server: the binding says what AWS said, what it means and
// what to do.
import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  DescribeInternetGatewaysCommand,
  DetachInternetGatewayCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { bindingOf } from '../harness/waiters.ts';
import { soon, stage, startStage, stopStage } from './life.ts';

const hosts = { '': { '/': 'web:80' } };
let ec2: EC2Client;
let acm: ACMClient;

beforeAll(async () => {
  await startStage();
  const config = {
    endpoint: stage.aws.url,
    region: stage.account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  ec2 = new EC2Client(config);
  acm = new ACMClient(config);
  await stage.cluster.apply(namespace('first'), ...app('first', 'web'));
});
afterAll(async () => {
  ec2?.destroy();
  acm?.destroy();
  await stopStage();
});

/** Waits until Programmed is refused by AWS, in all of these words. */
async function refused(name: string, ...words: string[]): Promise<void> {
  await vi.waitFor(async () => {
    const { conditions } = await bindingOf(stage.cluster, 'first', name);
    const { status, reason, message = '' } = conditions.Programmed ?? {};
    expect({ status, reason, message }).toEqual({
      status: 'False',
      reason: 'AwsRefused',
      message: expect.stringContaining(words[0] ?? ''),
    });
    for (const word of words) expect(message).toContain(word);
  }, soon);
}

test('a VPC without internet gateway', async () => {
  const VpcId = stage.account.vpcId;
  const Filters = [{ Name: 'attachment.vpc-id', Values: [VpcId] }];
  const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters }));
  const InternetGatewayId = InternetGateways?.[0]?.InternetGatewayId;
  await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  await stage.cluster.apply(ingress('first', 'open', { annotations: { scheme: 'internet-facing' }, hosts }));
  await refused(
    'open',
    `CreateLoadBalancer answered InvalidSubnet: VPC ${VpcId} has no internet gateway`,
    `attach an internet gateway to ${VpcId}`,
    'set the annotation scheme to internal',
  );
});

test('a bucket for logs that is not there, with logging off', async () => {
  const annotations = {
    scheme: 'internal',
    'load-balancer-attributes': 'access_logs.s3.bucket=first-logs,idle_timeout.timeout_seconds=75',
  };
  await stage.cluster.apply(ingress('first', 'logged', { annotations, hosts }));
  await refused(
    'logged',
    'ModifyLoadBalancerAttributes answered InvalidConfigurationRequest: Access Denied for bucket: first-logs',
    'the bucket first-logs is not there',
    'while logging is off',
  );
});

test('a certificate that is not issued yet', async () => {
  const { CertificateArn = '' } = await acm.send(
    new RequestCertificateCommand({ DomainName: 'first.example.com' }),
  );
  const annotations = {
    scheme: 'internal',
    'listen-ports': '[{"HTTPS":443}]',
    'certificate-arn': CertificateArn,
  };
  await stage.cluster.apply(ingress('first', 'secure', { annotations, hosts }));
  await refused(
    'secure',
    `UnsupportedCertificate: The certificate '${CertificateArn}' must have a fully-qualified domain name`,
    'the certificate is not issued yet',
    'look at its status in ACM',
  );
});

interface Told {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

test('each was told in one event of ours, and in one under the reason that the LBC has for it', async () => {
  const path = '/apis/events.k8s.io/v1/namespaces/first/events';
  const all = async () => (await stage.cluster.read<{ items: readonly Told[] }>(path))?.items ?? [];
  for (const name of ['open', 'logged', 'secure'])
    await vi.waitFor(async () => {
      const told = (await all()).filter(({ regarding }) => regarding.name === name);
      // What else happens on the way, such as targets that are checked for the first time, is told beside it.
      const others = ['Pending', 'TargetsUnhealthy', 'TargetsHealthy'];
      const reasons = told.map(({ reason }) => reason).filter((reason) => !others.includes(reason));
      expect(reasons.sort()).toEqual(['AwsRefused', 'FailedDeployModel']);
      expect(new Set(told.map(({ note }) => note)).size).toBe(told.length);
    }, soon);
});
