// What stands beside Elastic Load Balancing in the local AWS, through the real AWS SDKs: EC2's interfaces, groups and pools, and ACM.
import {
  DescribeCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
  type ListCertificatesCommandInput,
  paginateListCertificates,
} from '@aws-sdk/client-acm';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, first, fixed, refusal, startFixture } from '../../local-aws/fixture.ts';
import { createAuthority } from '../harness/certificates.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
});

afterAll(async () => {
  await fixture?.close();
});

const dropLb = (LoadBalancerArn: string) =>
  fixture.client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));

describe('network interfaces', () => {
  const describeThem = async (input: ec2.DescribeNetworkInterfacesCommandInput) =>
    (await fixture.ec2.send(new ec2.DescribeNetworkInterfacesCommand(input))).NetworkInterfaces ?? [];

  test('a load balancer has one in each zone, until it is deleted', async () => {
    const { lb, arn } = await fixture.loadBalancer();
    const Filters = [{ Name: 'description', Values: [`ELB app/${lb.LoadBalancerName}/*`] }];
    const found = await describeThem({ Filters });
    expect(new Set(found.map((one) => one.SubnetId))).toEqual(new Set(fixture.publicSubnets));
    for (const one of found)
      expect(one).toMatchObject({
        RequesterId: 'amazon-elb',
        RequesterManaged: true,
        Status: 'in-use',
        VpcId: fixture.account.vpcId,
        Groups: [{ GroupId: lb.SecurityGroups?.[0], GroupName: 'default' }],
      });
    const one = first(found);
    const cidr = fixture.account.subnets.find((subnet) => subnet.id === one.SubnetId)?.cidr ?? '';
    expect(one.PrivateIpAddress?.startsWith(cidr.replace(/\.0\/24$/, '.'))).toBe(true);
    const NetworkInterfaceId = one.NetworkInterfaceId ?? '';
    const drop = fixture.ec2.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    expect(await refusal(drop)).toBe('InvalidNetworkInterface.InUse');
    const attribute = new ec2.DescribeNetworkInterfaceAttributeCommand({
      NetworkInterfaceId,
      Attribute: 'description',
    });
    expect((await fixture.ec2.send(attribute)).Description?.Value).toBe(one.Description);
    await dropLb(arn);
    expect(await describeThem({ Filters })).toEqual([]);
    expect(await refusal(describeThem({ NetworkInterfaceIds: [NetworkInterfaceId] }))).toBe(
      'InvalidNetworkInterfaceID.NotFound',
    );
  });

  test('they stand beside those of instances, in pages and filters', async () => {
    const { arn } = await fixture.loadBalancer();
    const inVpc = [{ Name: 'vpc-id', Values: [fixture.account.vpcId] }];
    const all = await describeThem({ Filters: inVpc });
    const kinds = new Set(all.map((one) => one.RequesterId === 'amazon-elb'));
    expect(kinds).toEqual(new Set([true, false]));
    const seen: (string | undefined)[] = [];
    const pages = ec2.paginateDescribeNetworkInterfaces(
      { client: fixture.ec2, pageSize: 5 },
      { Filters: inVpc },
    );
    for await (const page of pages)
      seen.push(...(page.NetworkInterfaces ?? []).map((one) => one.NetworkInterfaceId));
    expect(seen.sort()).toEqual(all.map((one) => one.NetworkInterfaceId).sort());
    const nodes = [{ Name: 'group-id', Values: [fixture.account.nodeSecurityGroupId] }];
    const ofNodes = await describeThem({ Filters: nodes });
    expect(new Set(ofNodes.map((one) => one.PrivateIpAddress))).toEqual(
      new Set(fixture.account.nodes.map((node) => node.privateIp)),
    );
    const mixed = [first(ofNodes), first(all.filter((one) => one.RequesterId === 'amazon-elb'))];
    const ids = mixed.map((one) => one.NetworkInterfaceId ?? '');
    const named = await describeThem({ NetworkInterfaceIds: ids });
    expect(named.map((one) => one.NetworkInterfaceId).sort()).toEqual(ids.sort());
    const moon = describeThem({ Filters: [{ Name: 'moon', Values: ['full'] }] });
    expect(await refusal(moon)).toBe('InvalidParameterValue');
    await dropLb(arn);
  });
});

describe('security groups', () => {
  const create = (changes: Partial<ec2.CreateSecurityGroupCommandInput> = {}) =>
    fixture.ec2.send(
      new ec2.CreateSecurityGroupCommand({
        GroupName: fixture.fresh('group'),
        Description: 'x',
        VpcId: fixture.account.vpcId,
        ...changes,
      }),
    );
  const allow = (GroupId: string | undefined, port: number, ...CidrIp: string[]) =>
    fixture.ec2.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: port,
            ToPort: port,
            IpRanges: CidrIp.map((one) => ({ CidrIp: one })),
          },
        ],
      }),
    );

  test('names and descriptions', async () => {
    expect(await refusal(create({ GroupName: 'sg-x' }))).toBe('InvalidParameterValue');
    expect(await refusal(create({ Description: '<x>' }))).toBe('InvalidParameterValue');
    expect(await refusal(create({ VpcId: 'vpc-00000000' }))).toBe('InvalidVpcID.NotFound');
    expect(await refusal(create())).toBe('accepted');
  });

  test('networks lose their host bits, and a rule is there once', async () => {
    const { GroupId } = await create();
    await allow(GroupId, 80, '100.68.0.18/18');
    const { SecurityGroups } = await fixture.ec2.send(
      new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId ?? ''] }),
    );
    expect(SecurityGroups?.[0]?.IpPermissions?.[0]?.IpRanges).toEqual([{ CidrIp: '100.68.0.0/18' }]);
    expect(await refusal(allow(GroupId, 80, '100.68.0.0/18'))).toBe('InvalidPermission.Duplicate');
    expect(await refusal(allow(GroupId, 81, '10.0.0.1/8', '10.0.0.2/8'))).toBe('InvalidParameterValue');
    expect(await refusal(allow(GroupId, 70_000, '10.0.0.0/8'))).toBe('InvalidParameterValue');
    const revoke = new ec2.RevokeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '100.68.0.18/18' }] },
      ],
    });
    expect(await refusal(fixture.ec2.send(revoke))).toBe('accepted');
  });

  test('those of a VPC', async () => {
    const { GroupId } = await create();
    const of = (VpcId: string, Filters: ec2.Filter[] = []) =>
      fixture.ec2.send(new ec2.GetSecurityGroupsForVpcCommand({ VpcId, Filters }));
    const { SecurityGroupForVpcs: all = [] } = await of(fixture.account.vpcId);
    const ids = all.map((one) => one.GroupId);
    expect(ids).toEqual(expect.arrayContaining([GroupId, fixture.account.nodeSecurityGroupId]));
    expect(new Set(all.map((one) => one.PrimaryVpcId))).toEqual(new Set([fixture.account.vpcId]));
    const named = await of(fixture.account.vpcId, [{ Name: 'group-id', Values: [GroupId ?? ''] }]);
    expect(named.SecurityGroupForVpcs).toHaveLength(1);
    expect(await refusal(of('vpc-00000000'))).toBe('InvalidVpcID.NotFound');
  });

  test('what has something in it is not deleted', async () => {
    const VpcId = fixture.account.vpcId;
    expect(await refusal(fixture.ec2.send(new ec2.DeleteVpcCommand({ VpcId })))).toBe('DependencyViolation');
    const nodeSubnets = await fixture.ec2.send(
      new ec2.DescribeNetworkInterfacesCommand({
        Filters: [{ Name: 'group-id', Values: [fixture.account.nodeSecurityGroupId] }],
      }),
    );
    const SubnetId = first(nodeSubnets.NetworkInterfaces).SubnetId;
    expect(await refusal(fixture.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId })))).toBe(
      'DependencyViolation',
    );
    const { Vpc } = await fixture.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const { GroupId } = await create({ VpcId: Vpc?.VpcId });
    const drop = () => fixture.ec2.send(new ec2.DeleteVpcCommand({ VpcId: Vpc?.VpcId }));
    expect(await refusal(drop())).toBe('DependencyViolation');
    await fixture.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
    expect(await refusal(drop())).toBe('accepted');
  });
});

test('pools are those that were given: none here', async () => {
  expect((await fixture.ec2.send(new ec2.DescribeIpamPoolsCommand({}))).IpamPools).toEqual([]);
  expect((await fixture.ec2.send(new ec2.DescribeCoipPoolsCommand({}))).CoipPools).toEqual([]);
  const missing = new ec2.DescribeCoipPoolsCommand({ PoolIds: ['ipv4pool-coip-00000000'] });
  expect(await refusal(fixture.ec2.send(missing))).toBe('InvalidPoolID.NotFound');
});

test('ACM lists the usual key types in pages, and names the load balancers that use a certificate', async () => {
  const certificate = first(fixture.account.certificates);
  const authority = await createAuthority('nobody');
  const { cert, key } = await authority.server(['ec.example.com']);
  const { CertificateArn: ecKey } = await fixture.acm.send(
    new ImportCertificateCommand({ Certificate: Buffer.from(cert), PrivateKey: Buffer.from(key) }),
  );
  const arnsOf = async (input: ListCertificatesCommandInput) =>
    ((await fixture.acm.send(new ListCertificatesCommand(input))).CertificateSummaryList ?? []).map(
      (one) => one.CertificateArn,
    );
  const usual = fixture.account.certificates.map((one) => one.arn);
  expect(await arnsOf({})).toEqual(usual);
  expect(await arnsOf({ Includes: { keyTypes: ['EC_prime256v1'] } })).toEqual([ecKey]);
  const seen: (string | undefined)[] = [];
  const pages = paginateListCertificates({ client: fixture.acm, pageSize: 1 }, {});
  for await (const page of pages) {
    expect(page.CertificateSummaryList).toHaveLength(1);
    seen.push(...(page.CertificateSummaryList ?? []).map((one) => one.CertificateArn));
  }
  expect(seen).toEqual(usual);
  expect(usual.length).toBeGreaterThan(1);
  const { arn } = await fixture.loadBalancer();
  await fixture.client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: arn,
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: certificate.arn }],
      DefaultActions: [fixed('x')],
    }),
  );
  const used = await fixture.acm.send(new DescribeCertificateCommand({ CertificateArn: certificate.arn }));
  expect(used.Certificate?.InUseBy).toEqual([arn]);
});
