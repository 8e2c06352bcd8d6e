// What protects load balancers in the local AWS: Shield and WAFv2 through the real AWS SDKs, WAF Classic over plain HTTP.
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as shield from '@aws-sdk/client-shield';
import * as waf from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, refusal, startFixture } from '../../local-aws/fixture.ts';
import { structureOf } from '../../local-aws/protections/input.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;
let shieldClient: shield.ShieldClient;
let wafClient: waf.WAFV2Client;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
  const config = {
    endpoint: fixture.aws.url,
    region: fixture.account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  shieldClient = new shield.ShieldClient(config);
  wafClient = new waf.WAFV2Client(config);
});

afterAll(async () => {
  shieldClient?.destroy();
  wafClient?.destroy();
  await fixture?.close();
});

const unknown = (arn: string) => arn.replace(/.{16}$/, '0123456789abcdef');
const dropLb = (LoadBalancerArn: string) =>
  fixture.client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));

test('Shield protects a load balancer once the account is subscribed', async () => {
  const { arn } = await fixture.loadBalancer();
  const protect = (ResourceArn: string) =>
    shieldClient.send(new shield.CreateProtectionCommand({ Name: 'managed by a test', ResourceArn }));
  const state = await shieldClient.send(new shield.GetSubscriptionStateCommand({}));
  expect(state.SubscriptionState).toBe('INACTIVE');
  expect(await refusal(protect(arn))).toBe('ResourceNotFoundException');
  await shieldClient.send(new shield.CreateSubscriptionCommand({}));
  const { Subscription } = await shieldClient.send(new shield.DescribeSubscriptionCommand({}));
  expect(Math.abs(Number(Subscription?.StartTime) - Date.now())).toBeLessThan(60_000);
  expect(await refusal(protect(unknown(arn)))).toBe('ResourceNotFoundException');
  const { ProtectionId } = await protect(arn);
  expect(await refusal(protect(arn))).toBe('ResourceAlreadyExistsException');
  const { Protection } = await shieldClient.send(new shield.DescribeProtectionCommand({ ResourceArn: arn }));
  expect(Protection).toMatchObject({ Id: ProtectionId, Name: 'managed by a test' });
  const { Protections } = await shieldClient.send(new shield.ListProtectionsCommand({}));
  expect(Protections).toHaveLength(1);
  await shieldClient.send(new shield.DeleteProtectionCommand({ ProtectionId }));
  const gone = shieldClient.send(new shield.DescribeProtectionCommand({ ResourceArn: arn }));
  expect(await refusal(gone)).toBe('ResourceNotFoundException');
});

describe('WAFv2', () => {
  const VisibilityConfig = {
    SampledRequestsEnabled: false,
    CloudWatchMetricsEnabled: false,
    MetricName: 'm',
  };
  const webAcl = async () => {
    const Name = fixture.fresh('acl');
    const create = { Name, Scope: 'REGIONAL', DefaultAction: { Allow: {} }, VisibilityConfig } as const;
    const { Summary } = await wafClient.send(new waf.CreateWebACLCommand(create));
    const { ARN: arn = '', Id = '', LockToken = '' } = Summary ?? {};
    const drop = { Name, Id, LockToken, Scope: 'REGIONAL' } as const;
    return { arn, name: Name, drop: () => wafClient.send(new waf.DeleteWebACLCommand(drop)) };
  };
  const associate = (ResourceArn: string, WebACLArn: string) =>
    wafClient.send(new waf.AssociateWebACLCommand({ ResourceArn, WebACLArn }));
  const behind = async (WebACLArn: string) =>
    (await wafClient.send(new waf.ListResourcesForWebACLCommand({ WebACLArn }))).ResourceArns;
  const aclOf = async (ResourceArn: string) =>
    (await wafClient.send(new waf.GetWebACLForResourceCommand({ ResourceArn }))).WebACL;

  test('a web ACL takes the place of another, stays while it is used, and goes with the load balancer', async () => {
    const { arn } = await fixture.loadBalancer();
    const [one, two] = [await webAcl(), await webAcl()];
    await associate(arn, one.arn);
    await associate(arn, two.arn);
    expect(await aclOf(arn)).toMatchObject({ Name: two.name, ARN: two.arn });
    expect([await behind(one.arn), await behind(two.arn)]).toEqual([[], [arn]]);
    expect(await refusal(two.drop())).toBe('WAFAssociatedItemException');
    await one.drop();
    await dropLb(arn);
    expect(await behind(two.arn)).toEqual([]);
    await two.drop();
    expect(await refusal(behind(two.arn))).toBe('WAFNonexistentItemException');
  });

  test('an association is taken away; what does not exist is refused', async () => {
    const { arn } = await fixture.loadBalancer();
    const acl = await webAcl();
    expect(await refusal(associate(unknown(arn), acl.arn))).toBe('WAFUnavailableEntityException');
    const other = acl.arn.replace(/[^/]{36}$/, '00000000-0000-0000-0000-000000000000');
    expect(await refusal(associate(arn, other))).toBe('WAFNonexistentItemException');
    expect(await aclOf(arn)).toBeUndefined();
    await associate(arn, acl.arn);
    await wafClient.send(new waf.DisassociateWebACLCommand({ ResourceArn: arn }));
    expect(await aclOf(arn)).toBeUndefined();
    await acl.drop();
  });
});

test('WAF Classic', async () => {
  const call = async (action: string, input: object): Promise<Record<string, unknown>> => {
    const response = await fetch(fixture.aws.url, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${fixture.account.region}/waf-regional/aws4_request, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSWAF_Regional_20161128.${action}`,
      },
      body: JSON.stringify(input),
    });
    const answer: unknown = await response.json();
    return { status: response.status, ...structureOf(answer) };
  };
  const { arn } = await fixture.loadBalancer();
  const { ChangeToken } = await call('GetChangeToken', {});
  const made = await call('CreateWebACL', {
    Name: 'old',
    MetricName: 'old',
    DefaultAction: { Type: 'ALLOW' },
    ChangeToken,
  });
  const { WebACLId } = structureOf(made.WebACL);
  expect(await call('AssociateWebACL', { WebACLId, ResourceArn: arn })).toEqual({ status: 200 });
  expect(await call('GetWebACLForResource', { ResourceArn: arn })).toMatchObject({
    WebACLSummary: { WebACLId, Name: 'old' },
  });
  expect(await call('AssociateWebACL', { WebACLId: 'x', ResourceArn: arn })).toMatchObject({
    status: 400,
    __type: 'WAFNonexistentItemException',
  });
  await dropLb(arn);
  expect(await call('ListResourcesForWebACL', { WebACLId })).toEqual({ status: 200, ResourceArns: [] });
});
