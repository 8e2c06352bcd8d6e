// The local AWS through the real AWS SDK, with moto behind it: what it accepts, refuses, counts and breaks on request.
import { DeleteCertificateCommand } from '@aws-sdk/client-acm';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
} from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, first, fixed, path, refusal, startFixture } from '../../local-aws/fixture.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
});

afterAll(async () => {
  await fixture?.close();
});

describe('load balancers', () => {
  test('a repeated create is the same load balancer, with other settings it is refused (aws-limits L1)', async () => {
    const { lb, arn } = await fixture.loadBalancer('repeat');
    expect((await fixture.loadBalancer('repeat')).arn).toBe(arn);
    const other = new elb.CreateLoadBalancerCommand({
      Name: 'repeat',
      Subnets: fixture.publicSubnets,
      Scheme: 'internal',
    });
    expect(await refusal(fixture.client.send(other))).toBe('DuplicateLoadBalancerNameException');
    expect(lb.DNSName).toMatch(/^repeat-\d+\.us-west-2\.elb\.amazonaws\.com$/);
    expect(lb.State?.Code).toBe('provisioning');
    const { LoadBalancers } = await fixture.client.send(
      new elb.DescribeLoadBalancersCommand({ Names: ['repeat'] }),
    );
    expect(first(LoadBalancers).State?.Code).toBe('active');
    expect(first(LoadBalancers).SecurityGroups).toHaveLength(1);
  });

  test.each<[string, Partial<elb.CreateLoadBalancerCommandInput>, string]>([
    ['L8 one subnet', { Subnets: ['FIRST'] }, 'ValidationError'],
    ['L8 unknown subnet', { Subnets: ['FIRST', 'subnet-00000000'] }, 'SubnetNotFoundException'],
    ['L15 unknown group', { SecurityGroups: ['sg-00000000'] }, 'InvalidSecurityGroupException'],
    ['L6 no IPv6', { IpAddressType: 'dualstack' }, 'ValidationError'],
    ['TA3 reserved tag', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'ValidationError'],
  ])('%s is refused', async (_row, changes, expected) => {
    const Subnets =
      changes.Subnets?.map((id) => (id === 'FIRST' ? (fixture.publicSubnets[0] ?? '') : id)) ??
      fixture.publicSubnets;
    const call = fixture.client.send(
      new elb.CreateLoadBalancerCommand({ Name: fixture.fresh('bad'), ...changes, Subnets }),
    );
    expect(await refusal(call)).toBe(expected);
  });

  test('a protected load balancer is not deleted (L21); a missing one counts as deleted', async () => {
    const { arn } = await fixture.loadBalancer();
    const protect = (Value: string) =>
      fixture.client.send(
        new elb.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: arn,
          Attributes: [{ Key: 'deletion_protection.enabled', Value }],
        }),
      );
    const drop = () => fixture.client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    await protect('true');
    expect(await refusal(drop())).toBe('OperationNotPermittedException');
    await protect('false');
    await drop();
    await drop();
    const mixed = new elb.DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] });
    expect(await refusal(fixture.client.send(mixed))).toBe('LoadBalancerNotFoundException');
  });

  test('pages neither repeat nor skip', async () => {
    for (let i = 0; i < 5; i++) await fixture.loadBalancer();
    const seen: (string | undefined)[] = [];
    const pages = elb.paginateDescribeLoadBalancers({ client: fixture.client, pageSize: 2 }, {});
    for await (const page of pages) seen.push(...(page.LoadBalancers ?? []).map((lb) => lb.LoadBalancerArn));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(fixture.aws.state().loadBalancers.size);
  });
});

describe('what is in use stays', () => {
  test('security groups, subnets and certificates of a load balancer are not deleted', async () => {
    const { GroupId: group } = await fixture.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: fixture.fresh('group'),
        Description: 'x',
        VpcId: fixture.account.vpcId,
      }),
    );
    const { GroupId: other } = await fixture.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: fixture.fresh('group'),
        Description: 'x',
        VpcId: fixture.account.vpcId,
      }),
    );
    const lb = await fixture.loadBalancer();
    await fixture.client.send(
      new elb.SetSecurityGroupsCommand({ LoadBalancerArn: lb.arn, SecurityGroups: [group ?? ''] }),
    );
    const drop = (GroupId: string | undefined) =>
      fixture.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    expect(await refusal(drop(group))).toBe('DependencyViolation');
    expect(
      await refusal(fixture.ec2.send(new DeleteSubnetCommand({ SubnetId: fixture.publicSubnets[0] }))),
    ).toBe('DependencyViolation');
    await fixture.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: group,
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: 1, ToPort: 2, UserIdGroupPairs: [{ GroupId: other }] },
        ],
      }),
    );
    expect(await refusal(drop(other))).toBe('DependencyViolation');
    expect(await refusal(drop(fixture.account.nodeSecurityGroupId))).toBe('DependencyViolation');
    await fixture.client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn: lb.arn }));
    await drop(group);
    await drop(other);
  });

  test('a target group of a rule, and a certificate of a listener', async () => {
    const lb = await fixture.loadBalancer();
    const group = await fixture.targetGroup();
    const arn = await fixture.listener(lb.arn, { Type: 'forward', TargetGroupArn: group });
    const drop = () => fixture.client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: group }));
    expect(await refusal(drop())).toBe('ResourceInUseException');
    const second = await fixture.loadBalancer();
    expect(await refusal(fixture.listener(second.arn, { Type: 'forward', TargetGroupArn: group }))).toBe(
      'TargetGroupAssociationLimitException',
    );
    const certificate = first(fixture.account.certificates).arn;
    await fixture.client.send(
      new elb.ModifyListenerCommand({
        ListenerArn: arn,
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: certificate }],
      }),
    );
    expect(
      await refusal(fixture.acm.send(new DeleteCertificateCommand({ CertificateArn: certificate }))),
    ).toBe('ResourceInUseException');
    await fixture.client.send(new elb.DeleteListenerCommand({ ListenerArn: arn }));
    await drop();
  });
});

describe('listeners and rules', () => {
  test('one listener on a port (N3), one rule on a priority, and swaps judged on the result', async () => {
    const lb = await fixture.loadBalancer();
    const arn = await fixture.listener(lb.arn, fixed('a'));
    expect(await fixture.listener(lb.arn, fixed('a'))).toBe(arn);
    expect(await refusal(fixture.listener(lb.arn, fixed('b')))).toBe('DuplicateListenerException');
    const rule = async (Priority: number, value: string) => {
      const { Rules } = await fixture.client.send(
        new elb.CreateRuleCommand({
          ListenerArn: arn,
          Priority,
          Conditions: [path(value)],
          Actions: [fixed(value)],
        }),
      );
      return first(Rules).RuleArn;
    };
    const [one, two] = [await rule(1, '/one'), await rule(2, '/two')];
    expect(await refusal(rule(2, '/three'))).toBe('PriorityInUseException');
    await fixture.client.send(
      new elb.SetRulePrioritiesCommand({
        RulePriorities: [
          { RuleArn: one, Priority: 2 },
          { RuleArn: two, Priority: 1 },
        ],
      }),
    );
    const { Rules } = await fixture.client.send(new elb.DescribeRulesCommand({ ListenerArn: arn }));
    expect(Rules?.map((each) => [each.RuleArn === one, each.Priority])).toEqual([
      [false, '1'],
      [true, '2'],
      [false, 'default'],
    ]);
    const clash = new elb.SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: one, Priority: 1 }] });
    expect(await refusal(fixture.client.send(clash))).toBe('PriorityInUseException');
  });

  test('what is stored comes back: regex, query, transforms, authentication without its secret', async () => {
    const lb = await fixture.loadBalancer();
    const { Listeners } = await fixture.client.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn: lb.arn,
        Port: 443,
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: first(fixture.account.certificates).arn }],
        DefaultActions: [fixed('a')],
      }),
    );
    const Conditions: elb.RuleCondition[] = [
      { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/a/(.*)$'] } },
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'a', Value: '<&" b' }] } },
    ];
    const Transforms: elb.RuleTransform[] = [
      { Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: '^/a', Replace: '/b' }] } },
    ];
    const { Rules } = await fixture.client.send(
      new elb.CreateRuleCommand({
        ListenerArn: first(Listeners).ListenerArn,
        Priority: 1,
        Conditions,
        Transforms,
        Actions: [
          {
            Type: 'authenticate-oidc',
            Order: 1,
            AuthenticateOidcConfig: {
              Issuer: 'https://id.example.com',
              AuthorizationEndpoint: 'https://id.example.com/authorize',
              TokenEndpoint: 'https://id.example.com/token',
              UserInfoEndpoint: 'https://id.example.com/userinfo',
              ClientId: 'me',
              ClientSecret: 'secret',
              AuthenticationRequestExtraParams: { display: 'page' },
            },
          },
          { ...fixed('in'), Order: 2 },
        ],
      }),
    );
    const rule = first(Rules);
    expect(rule.Conditions?.[0]?.PathPatternConfig).toEqual({ RegexValues: ['^/a/(.*)$'] });
    expect(rule.Conditions?.[1]?.QueryStringConfig).toEqual(Conditions[1]?.QueryStringConfig);
    expect(rule.Transforms).toEqual(Transforms);
    const oidc = rule.Actions?.[0]?.AuthenticateOidcConfig;
    expect(oidc?.AuthenticationRequestExtraParams).toEqual({ display: 'page' });
    expect(oidc?.Scope).toBe('openid');
    expect(oidc?.ClientSecret).toBeUndefined();
  });
});

describe('tags', () => {
  test('found by tag, in pages; missing resources are refused', async () => {
    const tags = { Tags: [{ Key: 'find', Value: 'me' }] };
    for (let i = 0; i < 3; i++) await fixture.targetGroup(tags);
    const query = {
      TagFilters: [{ Key: 'find', Values: ['me'] }],
      ResourceTypeFilters: ['elasticloadbalancing:targetgroup'],
      ResourcesPerPage: 2,
    };
    const page = await fixture.tagging.send(new GetResourcesCommand(query));
    expect(page.ResourceTagMappingList).toHaveLength(2);
    const rest = await fixture.tagging.send(
      new GetResourcesCommand({ ...query, PaginationToken: page.PaginationToken }),
    );
    expect(rest.ResourceTagMappingList).toHaveLength(1);
    expect(rest.PaginationToken).toBe('');
    const lb = await fixture.loadBalancer();
    const gone = lb.arn.replace(/.$/, 'x');
    const describeTags = new elb.DescribeTagsCommand({ ResourceArns: [lb.arn, gone] });
    expect(await refusal(fixture.client.send(describeTags))).toBe('LoadBalancerNotFoundException');
    const many = new elb.DescribeTagsCommand({ ResourceArns: Array.from({ length: 21 }, () => lb.arn) });
    expect(await refusal(fixture.client.send(many))).toBe('ValidationError');
  });
});

describe('faults and the call log', () => {
  test('throttling, errors before and after the effect, and counts', async () => {
    fixture.aws.resetCalls();
    fixture.aws.faults.throttle('DescribeLoadBalancers', 1);
    const describeAll = () => fixture.client.send(new elb.DescribeLoadBalancersCommand({}));
    expect(await refusal(describeAll())).toBe('Throttling');
    await describeAll();
    fixture.aws.faults.fail('CreateTargetGroup', 'ServiceUnavailable', 'not now', 'before', 1);
    const before = fixture.aws.state().targetGroups.size;
    expect(await refusal(fixture.targetGroup())).toBe('ServiceUnavailable');
    expect(fixture.aws.state().targetGroups.size).toBe(before);
    fixture.aws.faults.fail('CreateTargetGroup', 'InternalFailure', 'lost the answer', 'after', 1);
    expect(await refusal(fixture.targetGroup())).toBe('InternalFailure');
    expect(fixture.aws.state().targetGroups.size).toBe(before + 1);
    expect(fixture.aws.mutations().map((mutation) => mutation.action)).toEqual(['CreateTargetGroup']);
    expect(fixture.aws.calls()).toEqual([
      { service: 'elasticloadbalancing', action: 'DescribeLoadBalancers', mutating: false, count: 2 },
      { service: 'elasticloadbalancing', action: 'CreateTargetGroup', mutating: true, count: 2 },
    ]);
    const heard: [string, number][] = [];
    fixture.aws.faults.onCall((action, n) => heard.push([action, n]));
    await describeAll();
    fixture.aws.faults.onCall(() => {});
    expect(heard).toEqual([['DescribeLoadBalancers', 5]]);
  });
});
