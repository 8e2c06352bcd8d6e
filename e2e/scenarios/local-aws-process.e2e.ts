// The local AWS as a process: killed at any moment and started from its state file, it answers as before.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as acm from '@aws-sdk/client-acm';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as tagging from '@aws-sdk/client-resource-groups-tagging-api';
import * as shield from '@aws-sdk/client-shield';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { first, refusal, until } from '../../local-aws/fixture.ts';
import { local, network, type Running, shop, start } from './process-fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'albatross-local-aws-'));
const state = join(dir, 'state');
const app = createServer((_request, response) => response.end('an app'));
let targetFlag: string;
let aws: Running;

const again = () => start(dir, '--state', state, '--time-scale', '0.01', '--target', targetFlag);

async function killed(): Promise<void> {
  aws.process.kill('SIGKILL');
  await aws.process.exited;
}

/** The answers to every kind of question, without what belongs to one request. */
async function snapshot(): Promise<unknown[]> {
  const { LoadBalancers = [] } = await aws.elb.send(new elb.DescribeLoadBalancersCommand({}));
  const { TargetGroups = [] } = await aws.elb.send(new elb.DescribeTargetGroupsCommand({}));
  const answers: unknown[] = [LoadBalancers, TargetGroups];
  for (const { LoadBalancerArn = '' } of LoadBalancers) {
    const { Listeners = [] } = await aws.elb.send(new elb.DescribeListenersCommand({ LoadBalancerArn }));
    answers.push(Listeners);
    for (const { ListenerArn } of Listeners)
      answers.push((await aws.elb.send(new elb.DescribeRulesCommand({ ListenerArn }))).Rules);
    const tags = await aws.elb.send(new elb.DescribeTagsCommand({ ResourceArns: [LoadBalancerArn] }));
    answers.push(tags.TagDescriptions);
  }
  for (const { TargetGroupArn } of TargetGroups) {
    const health = await aws.elb.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn }));
    answers.push(health.TargetHealthDescriptions);
  }
  answers.push((await aws.ec2.send(new ec2.DescribeVpcsCommand({}))).Vpcs);
  answers.push((await aws.ec2.send(new ec2.DescribeSubnetsCommand({}))).Subnets);
  answers.push((await aws.ec2.send(new ec2.DescribeSecurityGroupsCommand({}))).SecurityGroups);
  answers.push((await aws.ec2.send(new ec2.DescribeSecurityGroupRulesCommand({}))).SecurityGroupRules);
  answers.push((await aws.ec2.send(new ec2.DescribeInstancesCommand({}))).Reservations);
  const { CertificateSummaryList: list = [] } = await aws.acm.send(new acm.ListCertificatesCommand({}));
  for (const { CertificateArn } of list)
    answers.push((await aws.acm.send(new acm.DescribeCertificateCommand({ CertificateArn }))).Certificate);
  answers.push((await aws.tagging.send(new tagging.GetResourcesCommand({}))).ResourceTagMappingList);
  answers.push((await aws.shield.send(new shield.ListProtectionsCommand({}))).Protections);
  return answers;
}

beforeAll(async () => {
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  targetFlag = `10.0.0.9:80=127.0.0.1:${(app.address() as AddressInfo).port}`;
  aws = await again();
});

afterAll(async () => {
  await aws.process.stop();
  app.close();
  rmSync(dir, { recursive: true, force: true });
});

test('killed and started again, it answers as before', async () => {
  const TargetGroupArn = await shop(aws);
  const states = async () => {
    const health = await aws.elb.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn }));
    return health.TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State).sort();
  };
  await until(async () => String(await states()) === 'healthy,unhealthy');
  const before = await snapshot();
  expect(JSON.stringify(before)).toContain('shop');
  await killed();
  aws = await again();
  expect(await snapshot()).toEqual(before);
  // Once more, from the file that the start wrote.
  await killed();
  aws = await again();
  expect(await snapshot()).toEqual(before);
  const { doors } = (await local(aws, 'doors')) as { doors: { port: number; address: string }[] };
  const address = doors.find(({ port }) => port === 80)?.address;
  expect(await (await fetch(`http://${address}/`)).text()).toBe('an app');
  expect((await fetch(`http://${address}/gone`)).status).toBe(410);
});

test('clients of another Region are refused, naming both', async () => {
  const refused = aws.far.send(new ec2.DescribeSubnetsCommand({}));
  await expect(refused).rejects.toThrow(/'eu-west-1'.*us-west-2/);
});

test.each(['/_local/reset', '/moto-api/reset'])(
  'POST %s resets all of it, also for the next start',
  async (path) => {
    await local(aws, 'reset', {});
    await shop(aws);
    expect((await fetch(`${aws.url}${path}`, { method: 'POST' })).status).toBe(200);
    const empty = async () => {
      expect((await aws.elb.send(new elb.DescribeLoadBalancersCommand({}))).LoadBalancers).toEqual([]);
      expect((await aws.elb.send(new elb.DescribeTargetGroupsCommand({}))).TargetGroups).toEqual([]);
      // The default VPC, which every account has.
      expect((await aws.ec2.send(new ec2.DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
      expect((await aws.acm.send(new acm.ListCertificatesCommand({}))).CertificateSummaryList).toEqual([]);
      const { SubscriptionState } = await aws.shield.send(new shield.GetSubscriptionStateCommand({}));
      expect(SubscriptionState).toBe('INACTIVE');
      expect(await local(aws, 'doors')).toEqual({ doors: [] });
    };
    await empty();
    await killed();
    aws = await again();
    await empty();
    // And all can be made again.
    await shop(aws);
  },
);

test('killed while it writes, it has all that it answered, and at most the one call in flight more', async () => {
  const { group } = await network(aws);
  const answered = { groups: [] as string[], ports: [] as number[] };
  for (const round of [1, 2]) {
    const writers = [
      async (n: number) => {
        const Name = `many-${round}-${n}`;
        await aws.elb.send(new elb.CreateTargetGroupCommand({ Name, TargetType: 'lambda' }));
        answered.groups.push(Name);
      },
      async (n: number) => {
        const port = round * 1000 + n;
        const rule = {
          IpProtocol: 'tcp',
          FromPort: port,
          ToPort: port,
          IpRanges: [{ CidrIp: '10.0.0.0/8' }],
        };
        await aws.ec2.send(
          new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [rule] }),
        );
        answered.ports.push(port);
      },
    ];
    let over = false;
    const writing = writers.map(async (write) => {
      for (let n = 0; !over; n++) if ((await refusal(write(n))) !== 'accepted') return;
    });
    await until(async () => Math.min(answered.groups.length, answered.ports.length) > 4 * round);
    await sleep(70 * round);
    await killed();
    over = true;
    await Promise.all(writing);
    aws = await again();
    const kept = await manyOf(group);
    expect(kept.groups).toEqual(expect.arrayContaining(answered.groups));
    expect(kept.ports).toEqual(expect.arrayContaining(answered.ports));
    // What was in flight may have been written just before the end.
    expect(kept.groups.length - answered.groups.length).toBeLessThanOrEqual(1);
    expect(kept.ports.length - answered.ports.length).toBeLessThanOrEqual(1);
    answered.groups = kept.groups;
    answered.ports = kept.ports;
  }
  expect(answered.groups.length).toBeGreaterThan(8);
  expect(answered.ports.length).toBeGreaterThan(8);
});

async function manyOf(group: string): Promise<{ groups: string[]; ports: number[] }> {
  const groups: string[] = [];
  for await (const page of elb.paginateDescribeTargetGroups({ client: aws.elb }, {}))
    for (const { TargetGroupName = '' } of page.TargetGroups ?? [])
      if (TargetGroupName.startsWith('many-')) groups.push(TargetGroupName);
  const found = await aws.ec2.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [group] }));
  const rules = first(found.SecurityGroups).IpPermissions ?? [];
  return { groups, ports: rules.flatMap(({ FromPort: port = 0 }) => (port >= 1000 ? [port] : [])) };
}
