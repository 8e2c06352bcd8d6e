// Somebody changes by hand what we made in AWS: found within the period, told once, put right; under `observe` only told.
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { app, namespace } from '../harness/fixtures.ts';
import { countAfresh, mutating, total, untilQuiet } from '../harness/waiters.ts';
import { bringUp, ready, soon, stage, startStage, stopStage, tags } from './life.ts';
import {
  balancer,
  connectSomebody,
  elbv2,
  listener,
  net,
  notFound,
  pathRule,
  putRight,
  restart,
  rule,
  send,
  targetGroup,
  told,
} from './somebody.ts';

const GROUP = 'drift/shop';
const PERIODS = ['--sync-period', '1s', '--drift-period', '2s'];

beforeAll(async () => {
  await startStage();
  connectSomebody(GROUP);
  const pods = app('drift', 'web', { type: 'ClusterIP', replicas: 2 });
  await stage.cluster.apply(namespace('drift'), namespace('side'), ...pods, ...app('side', 'web'));
  await bringUp('side', 'node', { hosts: { '': { '/': 'web:80' } } });
  await bringUp('drift', 'shop', shop());
  await untilQuiet(stage, 2_000);
  await restart(...PERIODS);
});
afterAll(stopStage);

const shop = () => ({
  annotations: {
    'target-type': 'ip',
    'listen-ports': '[{"HTTPS":443}]',
    'certificate-arn': stage.account.certificates.map(({ arn }) => arn).join(','),
    'load-balancer-attributes': 'idle_timeout.timeout_seconds=70',
    'target-group-attributes': 'deregistration_delay.timeout_seconds=1',
    'listener-attributes.HTTPS-443': 'routing.http.response.server.enabled=false',
    tags: 'team=shop',
  },
  hosts: { 'shop.example.com': { '/a': 'web:80', '/b': 'web:80' } },
});

describe('inside the load balancer, put right', () => {
  test('a rule is edited', () =>
    putRight(
      [/: modify rule\/443:1: actions .* → /],
      send(new elb.ModifyRuleCommand({ RuleArn: rule('/a'), Actions: notFound })),
    ));

  test('a rule is deleted', () =>
    putRight(
      [/: create rule\/443:2: does not exist yet$/],
      send(new elb.DeleteRuleCommand({ RuleArn: rule('/b') })),
    ));

  test('a rule is added with our tags', () =>
    putRight(
      [/: delete rule arn:.*: nothing wants it$/],
      send(
        new elb.CreateRuleCommand({
          ListenerArn: listener(),
          Priority: 7,
          Conditions: pathRule('/c'),
          Actions: notFound,
          Tags: Object.entries(tags(GROUP, '443:7')).map(([Key, Value]) => ({ Key, Value })),
        }),
      ),
    ));

  test('a rule without our tags is nobody’s business but makes room for ours', async () => {
    const before = await told();
    const theirs = () =>
      [...stage.aws.state().rules.values()].find((one) => JSON.stringify(one).includes('/theirs'));
    await elbv2.send(
      new elb.CreateRuleCommand({
        ListenerArn: listener(),
        Priority: 9,
        Conditions: pathRule('/theirs'),
        Actions: notFound,
      }),
    );
    await untilQuiet(stage, 4_000);
    expect(await told()).toEqual(before);
    await elbv2.send(new elb.DeleteRuleCommand({ RuleArn: rule('/a') }));
    await elbv2.send(
      new elb.SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: theirs()?.arn, Priority: 1 }] }),
    );
    await vi.waitFor(() => expect(theirs()?.priority).toBe(50_000), soon);
    await vi.waitFor(() => expect(rule('/a')).not.toBe(''), soon);
    await untilQuiet(stage, 2_500);
    const news = (await told()).slice(before.length).join('\n');
    expect(news).toContain('the rule at 1 is not ours and makes room');
    expect(news).toContain('create rule/443:1');
    await elbv2.send(new elb.DeleteRuleCommand({ RuleArn: theirs()?.arn }));
  });

  test('the tags of a rule are edited', () =>
    putRight(
      [/: modify rule\/443:1: tag /],
      send(new elb.RemoveTagsCommand({ ResourceArns: [rule('/a')], TagKeys: ['team'] })),
      send(new elb.AddTagsCommand({ ResourceArns: [rule('/a')], Tags: [{ Key: 'by', Value: 'hand' }] })),
    ));

  test('what the listener does by default is edited', () =>
    putRight(
      [/: modify listener\/443: defaultActions /],
      send(new elb.ModifyListenerCommand({ ListenerArn: listener(), DefaultActions: notFound })),
    ));

  test('the listener is moved to another port', () =>
    putRight(
      [/: modify listener\/443: port 8443 → 443$/],
      send(new elb.ModifyListenerCommand({ ListenerArn: listener(), Port: 8443 })),
    ));

  test('a certificate is taken off', () => {
    const [, second] = stage.account.certificates;
    return putRight(
      [/: modify listener\/443: certificates /],
      send(
        new elb.RemoveListenerCertificatesCommand({
          ListenerArn: listener(),
          Certificates: [{ CertificateArn: second?.arn }],
        }),
      ),
    );
  });

  test('attributes that the Ingress says are edited; others stay as somebody set them', async () => {
    const attribute = (Key: string, Value: string) => ({ Key, Value });
    await elbv2.send(
      new elb.ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: balancer(),
        Attributes: [attribute('routing.http.xff_header_processing.mode', 'preserve')],
      }),
    );
    await putRight(
      [
        /modify targetGroup.*: deregistration_delay.timeout_seconds 99 → 1/,
        /modify loadBalancer: idle_timeout.timeout_seconds 99 → 70/,
        /modify listener\/443: routing.http.response.server.enabled true → false/,
      ],
      send(
        new elb.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: balancer(),
          Attributes: [attribute('idle_timeout.timeout_seconds', '99')],
        }),
      ),
      send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: targetGroup(),
          Attributes: [attribute('deregistration_delay.timeout_seconds', '99')],
        }),
      ),
      send(
        new elb.ModifyListenerAttributesCommand({
          ListenerArn: listener(),
          Attributes: [attribute('routing.http.response.server.enabled', 'true')],
        }),
      ),
    );
    const { attributes } = stage.aws.state().loadBalancers.get(balancer()) ?? {};
    expect(attributes).toMatchObject({ 'routing.http.xff_header_processing.mode': 'preserve' });
  });

  test('the listener is deleted', () =>
    putRight(
      [/: create listener\/443: does not exist yet; /],
      send(new elb.DeleteListenerCommand({ ListenerArn: listener() })),
    ));
});

describe('what bulk reads show, put right', () => {
  test('tags, health check, security groups and rules of security groups', async () => {
    await restart(...PERIODS);
    const all = (await net.send(new ec2.DescribeSecurityGroupsCommand({}))).SecurityGroups ?? [];
    const idOf = (pick: (one: ec2.SecurityGroup) => boolean): string => all.find(pick)?.GroupId ?? '';
    const managed = idOf(({ Tags }) =>
      ['ManagedLBSecurityGroup', 'drift/shop'].every((value) => Tags?.some((tag) => tag.Value === value)),
    );
    const range = (port: number, cidr: string) => [
      { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: cidr }] },
    ];
    const everything = [balancer(), targetGroup(), listener(), rule('/a')];
    await putRight(
      [
        /modify securityGroup\/managed: ingress /,
        /modify targetGroup.*healthCheck[.]/,
        /modify loadBalancer: securityGroups .*tag /,
      ],
      () =>
        net.send(
          new ec2.RevokeSecurityGroupIngressCommand({
            GroupId: managed,
            IpPermissions: range(443, '0.0.0.0/0'),
          }),
        ),
      () =>
        net.send(
          new ec2.AuthorizeSecurityGroupIngressCommand({
            GroupId: managed,
            IpPermissions: range(22, '10.0.0.0/8'),
          }),
        ),
      send(new elb.ModifyTargetGroupCommand({ TargetGroupArn: targetGroup(), HealthCheckPath: '/other' })),
      send(new elb.SetSecurityGroupsCommand({ LoadBalancerArn: balancer(), SecurityGroups: [managed] })),
      send(new elb.RemoveTagsCommand({ ResourceArns: everything, TagKeys: ['ingress.k8s.aws/resource'] })),
      send(new elb.RemoveTagsCommand({ ResourceArns: [balancer()], TagKeys: ['team'] })),
      send(new elb.AddTagsCommand({ ResourceArns: [balancer()], Tags: [{ Key: 'by', Value: 'hand' }] })),
    );
  });

  test('a rule of ours on the nodes is revoked', async () => {
    const nodes = async () =>
      (
        await net.send(
          new ec2.DescribeSecurityGroupsCommand({ GroupIds: [stage.account.nodeSecurityGroupId] }),
        )
      ).SecurityGroups?.[0]?.IpPermissions ?? [];
    const [before = {}] = await nodes();
    const { IpProtocol, FromPort, ToPort, UserIdGroupPairs } = before;
    await net.send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: stage.account.nodeSecurityGroupId,
        IpPermissions: [
          {
            IpProtocol,
            FromPort,
            ToPort,
            UserIdGroupPairs: UserIdGroupPairs?.map(({ GroupId, Description }) => ({ GroupId, Description })),
          },
        ],
      }),
    );
    expect(await nodes()).toEqual([]);
    await vi.waitFor(async () => expect(await nodes()).toEqual([before]), soon);
  });
});

describe('targets', () => {
  test('one is deregistered: told and put right', async () => {
    const [one] = Object.values(stage.aws.state().targetGroups.get(targetGroup())?.targets ?? {});
    const Targets = [{ Id: one?.id, Port: one?.port }];
    const command = new elb.DeregisterTargetsCommand({ TargetGroupArn: targetGroup(), Targets });
    await putRight([/register \d.*:8080 of web/], send(command));
    // What was registered anew has been seen in AWS: from then on others' changes are known as theirs.
    await ready('drift', 'shop');
  });

  test('a stranger is registered: told and put right', async () => {
    const Targets = [{ Id: '10.0.0.200', Port: 81 }];
    const command = new elb.RegisterTargetsCommand({ TargetGroupArn: targetGroup(), Targets });
    await putRight([/deregister 10\.0\.0\.200:81 of web$/m], send(command));
  });
});

test('what a look at a group costs, and what all of this counted', async () => {
  await countAfresh(stage);
  await untilQuiet(stage, 8_000);
  expect(mutating(stage.aws.calls())).toEqual([]);
  const looks =
    stage.aws.calls().find(({ action }) => action === 'DescribeLoadBalancerAttributes')?.count ?? 0;
  const inside = stage.aws
    .calls()
    .filter(({ action }) => /Attributes|Listener|Rules|DescribeTags/.test(action));
  expect(looks).toBeGreaterThan(3);
  // HTTPS: attributes of three resources, listeners, certificates, rules, tags.
  expect(total(inside) / looks).toBeLessThanOrEqual(7);
});

describe('under observe', () => {
  test('it is told once, and nothing is touched', async () => {
    await ready('drift', 'shop');
    await restart(...PERIODS, '--policy', 'observe');
    await untilQuiet(stage, 3_000);
    const before = await told();
    await elbv2.send(new elb.ModifyRuleCommand({ RuleArn: rule('/a'), Actions: notFound }));
    const changed = stage.aws.mutations().length;
    await vi.waitFor(async () => expect((await told()).length).toBe(before.length + 1), soon);
    await untilQuiet(stage, 6_000);
    expect(stage.aws.mutations()).toHaveLength(changed);
    expect((await told()).slice(before.length)).toEqual([
      expect.stringMatching(
        /^Changed in AWS by somebody else, left so by the policy: modify rule\/443:1: actions /,
      ),
    ]);
    await restart(...PERIODS);
    await ready('drift', 'shop');
    expect(JSON.stringify(stage.aws.state().rules.get(rule('/a')))).not.toContain('418');
  });
});
