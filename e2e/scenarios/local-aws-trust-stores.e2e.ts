// Trust stores and reserved capacity of the local AWS through the real SDK, with bundles in S3; and certificates and roles of IAM.
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectAws } from '../../controller/aws/client.ts';
import { credentialScope } from '../../local-aws/account/scope.ts';
import { selfSignedCertificate } from '../../local-aws/data-plane/self-signed.ts';
import { CA_PEM, revocationList } from '../../local-aws/elb/trust-store-fixture.ts';
import { type Fixture, first, fixed, refusal, startFixture } from '../../local-aws/fixture.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
  await s3('pki');
  await s3('pki/ca.pem', CA_PEM);
  await s3('pki/all of them/revoked.crl', await revocationList(3));
});

afterAll(async () => {
  await fixture?.close();
});

/** Makes a bucket or an object, through the endpoint as anybody else would. */
async function s3(path: string, body?: string): Promise<void> {
  const headers = { authorization: credentialScope('s3') };
  const location = `<CreateBucketConfiguration><LocationConstraint>us-west-2</LocationConstraint></CreateBucketConfiguration>`;
  const response = await fetch(`${fixture.aws.url}/${encodeURI(path)}`, {
    method: 'PUT',
    headers,
    body: body ?? location,
  });
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
}

const bundle = (CaCertificatesBundleS3Key: string) => ({
  CaCertificatesBundleS3Bucket: 'pki',
  CaCertificatesBundleS3Key,
});

async function createStore(Name = fixture.fresh('store')): Promise<string> {
  const create = new elb.CreateTrustStoreCommand({ Name, ...bundle('ca.pem') });
  return first((await fixture.client.send(create)).TrustStores).TrustStoreArn ?? '';
}

describe('trust stores', () => {
  test('are made of a bundle in S3, which they keep', async () => {
    const TrustStoreArn = await createStore('kept');
    const describeIt = new elb.DescribeTrustStoresCommand({ Names: ['kept'] });
    expect((await fixture.client.send(describeIt)).TrustStores).toEqual([
      {
        ...{ Name: 'kept', TrustStoreArn, Status: 'ACTIVE' },
        ...{ NumberOfCaCertificates: 1, TotalRevokedEntries: 0 },
      },
    ]);
    const get = new elb.GetTrustStoreCaCertificatesBundleCommand({ TrustStoreArn });
    const { Location } = await fixture.client.send(get);
    expect(await (await fetch(Location ?? '')).text()).toBe(CA_PEM);
  });

  test('an object is read anew for each call', async () => {
    const Name = fixture.fresh('late');
    const create = () =>
      refusal(fixture.client.send(new elb.CreateTrustStoreCommand({ Name, ...bundle('late.pem') })));
    expect(await create()).toBe('CaCertificatesBundleNotFoundException');
    await s3('pki/late.pem', 'not yet');
    expect(await create()).toBe('InvalidCaCertificatesBundleException');
    await s3('pki/late.pem', CA_PEM);
    expect(await create()).toBe('accepted');
    expect(await create()).toBe('DuplicateTrustStoreNameException');
  });

  test('a bucket that does not exist', async () => {
    const input = { Name: 'none', ...bundle('ca.pem'), CaCertificatesBundleS3Bucket: 'no-such-bucket' };
    expect(await refusal(fixture.client.send(new elb.CreateTrustStoreCommand(input)))).toBe(
      'CaCertificatesBundleNotFoundException',
    );
  });

  test('take revocation lists', async () => {
    const TrustStoreArn = await createStore();
    const add = (S3Key: string) =>
      new elb.AddTrustStoreRevocationsCommand({
        TrustStoreArn,
        RevocationContents: [{ S3Bucket: 'pki', S3Key, RevocationType: 'CRL' }],
      });
    expect(await refusal(fixture.client.send(add('none.crl')))).toBe('RevocationContentNotFoundException');
    expect(await refusal(fixture.client.send(add('ca.pem')))).toBe('InvalidRevocationContentException');
    const { TrustStoreRevocations } = await fixture.client.send(add('all of them/revoked.crl'));
    expect(first(TrustStoreRevocations)).toEqual({
      ...{ TrustStoreArn, RevocationId: 1, RevocationType: 'CRL', NumberOfRevokedEntries: 3 },
    });
  });

  test('verify clients of a listener, and cannot be deleted then', async () => {
    const TrustStoreArn = await createStore();
    const { arn } = await fixture.loadBalancer();
    const create = new elb.CreateListenerCommand({
      ...{ LoadBalancerArn: arn, Port: 443, Protocol: 'HTTPS', DefaultActions: [fixed('hello')] },
      Certificates: [{ CertificateArn: first(fixture.account.certificates).arn }],
      MutualAuthentication: { Mode: 'verify', TrustStoreArn },
    });
    const listener = first((await fixture.client.send(create)).Listeners);
    expect(listener.MutualAuthentication).toEqual({
      ...{ Mode: 'verify', TrustStoreArn, TrustStoreAssociationStatus: 'active' },
      ...{ IgnoreClientCertificateExpiry: false, AdvertiseTrustStoreCaNames: 'off' },
    });
    expect(await refusal(fixture.client.send(new elb.DeleteTrustStoreCommand({ TrustStoreArn })))).toBe(
      'TrustStoreInUseException',
    );
    const ResourceArn = 'arn:aws:elasticloadbalancing:us-west-2:1:listener/app/a/b/c';
    const drop = new elb.DeleteSharedTrustStoreAssociationCommand({ TrustStoreArn, ResourceArn });
    expect(await refusal(fixture.client.send(drop))).toBe('TrustStoreAssociationNotFoundException');
  });
});

test('capacity is reserved, decreased twice, and reset', async () => {
  const { arn: LoadBalancerArn } = await fixture.loadBalancer();
  const reserve = (CapacityUnits: number) =>
    fixture.client.send(
      new elb.ModifyCapacityReservationCommand({
        LoadBalancerArn,
        MinimumLoadBalancerCapacity: { CapacityUnits },
      }),
    );
  for (const units of [300, 200, 100]) await reserve(units);
  await reserve(400);
  expect(await refusal(reserve(150))).toBe('CapacityDecreaseRequestsLimitExceededException');
  const read = await fixture.client.send(new elb.DescribeCapacityReservationCommand({ LoadBalancerArn }));
  expect(read.LastModifiedTime).toBeInstanceOf(Date);
  expect(read.DecreaseRequestsRemaining).toBe(0);
  expect(read.CapacityReservationState).toHaveLength(3);
  for (const zone of read.CapacityReservationState ?? [])
    expect(zone).toMatchObject({ State: { Code: 'provisioned' }, EffectiveCapacityUnits: 400 / 3 });
  const reset = { LoadBalancerArn, ResetCapacityReservation: true };
  const after = await fixture.client.send(new elb.ModifyCapacityReservationCommand(reset));
  expect(after.MinimumLoadBalancerCapacity).toBeUndefined();
});

async function iam(Action: string, input: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ Action, Version: '2010-05-08', ...input });
  const headers = { authorization: credentialScope('iam') };
  const response = await fetch(fixture.aws.url, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

test('roles are assumed as their trust policies say, and by nobody where there is none', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const aws = connectAws({
    ...{ clusterName: 'prod', vpcId: 'vpc-1', region: 'us-west-2' },
    ...{ maxAttempts: 1, version: 'test', registry: new Registry() },
    endpoints: { STS: fixture.aws.url, 'Elastic Load Balancing v2': fixture.aws.url },
  });
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: '123456789012' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'ours' } },
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam('CreateRole', { RoleName: 'targets', AssumeRolePolicyDocument });
  const read = (arn: string, externalId?: string) =>
    aws
      .assuming({ arn, ...(externalId === undefined ? {} : { externalId }) })
      .elbv2.send(new elb.DescribeTargetGroupsCommand({}));
  const arn = 'arn:aws:iam::123456789012:role/targets';
  const denied = { action: 'AssumeRole', code: 'AccessDenied', kind: 'denied' };
  await expect(read(arn)).rejects.toMatchObject(denied);
  await expect(read(arn, 'theirs')).rejects.toMatchObject(denied);
  await expect(read('arn:aws:iam::123456789012:role/none', 'ours')).rejects.toMatchObject(denied);
  await expect(read('arn:aws:iam::210987654321:role/targets', 'ours')).rejects.toMatchObject(denied);
  expect((await read(arn, 'ours')).TargetGroups).toBeDefined();
  aws.close();
  vi.unstubAllEnvs();
});

test('certificates of IAM: known by their whole ARN, gone when deleted', async () => {
  const { certPem, keyPem } = await selfSignedCertificate('iam.example.com');
  const name = { ServerCertificateName: 'web' };
  await iam('UploadServerCertificate', {
    ...name,
    ...{ Path: '/shop/', CertificateBody: certPem, PrivateKey: keyPem },
  });
  const { arn: LoadBalancerArn } = await fixture.loadBalancer();
  let port = 8000;
  const listen = (path: string, account = '123456789012') => {
    const CertificateArn = `arn:aws:iam::${account}:server-certificate/${path}`;
    const create = new elb.CreateListenerCommand({
      ...{ LoadBalancerArn, Port: ++port, Protocol: 'HTTPS', DefaultActions: [fixed('hello')] },
      Certificates: [{ CertificateArn }],
    });
    return refusal(fixture.client.send(create));
  };
  expect(await listen('none')).toBe('CertificateNotFoundException');
  expect(await listen('web')).toBe('CertificateNotFoundException');
  expect(await listen('shop/web', '210987654321')).toBe('CertificateNotFoundException');
  expect(await listen('shop/web')).toBe('accepted');
  await iam('DeleteServerCertificate', name);
  expect(await listen('shop/web')).toBe('CertificateNotFoundException');
});
